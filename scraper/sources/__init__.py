"""Where articles are found: bytes or names in, Links out. Pure: whoever calls reads the file or fetches the address.

`FoundBy.kind` says what `FoundBy.date` means: for `feed` and `news_sitemap` it is the publication date, for `sitemap`
and `sitemap_index` the date of the last change; the other kinds have none.
"""
