"""Site rules: what a selector and a phrase hit, what outweighs what, metadata, and files that are not right."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from drafts import pages
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scraper.clean import Options, clean_html, clean_text
from scraper.clean.blocks import BLOCK_TAGS, SKIPPED, read_html
from scraper.clean.options import SiteRules
from scraper.clean.rules import shipped
from scraper.clean.siterules import FIELDS, _held, parse
from scraper.errors import ConfigError
from scraper.types import Article, Kept, Removal

ROOT = Path(__file__).parents[2]
PROSE = [
    "The city council approved a new bridge over the river on Tuesday after three years of debate about its cost.",
    "Construction will begin in the spring, the mayor said, and the first trams should cross two years later.",
    "Residents on both banks had asked for a crossing since the old ferry stopped running in the winter of 2019.",
    "The council set aside forty million for the work, a third of which comes from the region and the rest from loans.",
]
URL = "https://www.news.example/politics/1"


def rules(text: str, host: str = "news.example") -> SiteRules:
    """The rules of one site."""
    return parse(f'[[site]]\nhost = "{host}"\n{text}'.encode(), "sites.toml")


def drop(selector: str, sample: str, more: str = "") -> str:
    return f"[[site.drop]]\nselector = '{selector}'\nkind = 'related'\nsample = '{sample}'\n{more}\n"


def keep(selector: str, sample: str) -> str:
    return f"[[site.keep]]\nselector = '{selector}'\nsample = '{sample}'\n"


def fact(field: str, sample: str, gives: str, more: str = "") -> str:
    return f"[[site.metadata]]\nfield = '{field}'\nselector = '.x'\nsample = '{sample}'\ngives = {gives}\n{more}\n"


def page(*body: str) -> str:
    return f"<html><head><title>New bridge</title></head><body><article>{''.join(body)}</article></body></html>"


def paragraphs() -> list[str]:
    return [f"<p>{text}</p>" for text in PROSE]


def clean(html: str, sites: SiteRules | None, url: str | None = URL) -> Article:
    return clean_html(html, url=url, options=Options(sites=sites))


def rule_of(article: Article, text: str) -> str:
    """The rule of the one block with this text."""
    blocks: list[Kept | Removal] = [*article.blocks, *article.removed]
    (found,) = (block.rule for block in blocks if block.text == text)
    return found


# ---- what a selector holds


def hit(html: str, selector: str) -> list[str]:
    document = read_html(html)
    return [block.text for block, bits in zip(document.blocks, _held(document, [selector]), strict=True) if bits]


@pytest.mark.parametrize(
    ("html", "selector", "texts"),
    [
        ("<div class=x><p>a</p><div><p>b</p></div></div><p>c</p>", ".x", ["a", "b"]),
        ("<div class=x>a<p class=y>b</p>c</div>", ".x", ["a", "b", "c"]),
        ("<div class=x>a<p class=y>b</p>c</div>", ".y", ["b"]),
        ("<p><span class=x>a b</span></p>", ".x", ["a b"]),
        ("<p> <b> <span class=x> a </span> </b> </p>", ".x", ["a"]),
        ("<p><span class=x>a</span> b</p>", ".x", []),
        ("<p><i class=x>a</i> <i class=x>b</i></p>", ".x", ["a b"]),
        ("<p><i class=x>a</i>, <i class=x>b</i></p>", ".x", []),
        ("<p>a a</p><p><b class=x>a a</b></p><p>a a</p>", ".x, .y", ["a a"]),
        ("<span class=x>a<p>b</p>c</span>d", ".x", ["a", "b"]),  # c stands in one block with d
        ("a<br><br><i class=x>b</i><br><br>c", ".x", ["b"]),
        ("<table><tr class=x><td>a</td><td>b | c</td></tr><tr><td>d</td></tr></table>", ".x", ["a | b | c"]),
        ("<table><tr><td>a</td><td class=x>b</td></tr></table>", ".x", []),
        ("<table cellpadding=0 width=9><tr><td>a</td><td class=x>b</td></tr></table>", ".x", ["b"]),
        ("<p>|</p><p><b class=x>|</b></p><p>| a |</p>", ".x", ["|"]),
        ("<table><tr><td>a</td><td></td></tr></table><p class=x>| b</p>", ".x", ["| b"]),
        ("<p class=x>a\u00adb\u200b</p><p>\u200b</p><p>\u2060c</p>", ".x", ["ab"]),
        ("<pre class=x>\n  a\n    b\n</pre><p>a b</p>", ".x", ["  a\n    b"]),
        (
            "<p class=x><script>a</script><svg><title>t</title></svg>b<!-- c --><select><option>d</select></p>",
            ".x",
            ["b", "d"],
        ),
        ("<p>a</p><p>b</p>", "p:nth-child(2)", ["b"]),
        ("<p>a</p>", "html", ["a"]),
        ("<p>a</p>", ".none", []),
        ("", "p", []),
        ("<img class=x><p class=x></p>", ".x", []),
    ],
)
def test_a_selector_hits_blocks_whose_whole_text_it_holds(html: str, selector: str, texts: list[str]) -> None:
    assert hit(html, selector) == texts


tags = st.sampled_from(sorted({*BLOCK_TAGS, *SKIPPED, *"a b br td th span time i title noscript template".split()}))
bits = st.text(alphabet="ab| \n\u00a0\u200b\u00ad.é", max_size=6)
markup = st.lists(
    st.one_of(
        bits,
        st.builds(lambda tag, style: f"<{tag}{style}>", tags, st.sampled_from(("", " class=x", " width=1 bgcolor=2"))),
        st.builds("</{}>".format, tags),
    ),
    max_size=30,
).map("".join)


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(markup)
def test_every_text_of_any_page_finds_its_block(html: str) -> None:
    document = read_html(html)
    assert all(bits & 1 for bits in _held(document, ["html"]))
    for block, bits in zip(document.blocks, _held(document, [".x", "html"]), strict=True):
        place = block.place
        while place >= 0 and "x" not in document.places[place].tokens:
            place = document.places[place].parent
        assert place < 0 or bits & 1, "a block that stands in a block element that matches"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(pages)
def test_the_same_of_pages_with_prose(html: str) -> None:
    assert all(_held(read_html(html), ["html"]))


# ---- votes


def test_what_is_dropped_and_kept_has_the_rule_s_id_and_kind() -> None:
    sites = rules(
        drop(".y", '<p class="y">a</p>') + drop(".x", '<p class="x">a</p>') + keep(".k", '<p class="k">a</p>')
    )
    article = clean(page(*paragraphs(), '<p class="x">Extra</p>', "<footer><p class=k>Kept note</p></footer>"), sites)
    (gone,) = [removal for removal in article.removed if removal.rule.startswith("site.")]
    assert (gone.rule, gone.kind, gone.text) == ("site.news.example.drop.2", "related", "Extra")
    assert rule_of(article, "Kept note") == "site.news.example.keep.1"
    assert article.text.endswith("Kept note")


def test_a_phrase_is_a_whole_line_in_its_folded_form() -> None:
    phrase = "[[site.drop]]\nphrase = '{n} lecteurs ont aimé'\nkind = 'rating'\nsample = '« 12 LECTEURS ONT AIME »'\n"
    text = "\n\n".join([*PROSE[:2], "34 lecteurs ont aimé !", *PROSE[2:], "5 lecteurs ont aimé cela."])
    article = clean_text(text, options=Options(sites=rules(phrase, "*")))
    assert rule_of(article, "34 lecteurs ont aimé !") == "site.*.drop.1"
    assert not rule_of(article, "5 lecteurs ont aimé cela.").startswith("site.")
    assert clean_text(article.text, options=Options(sites=rules(phrase, "*"))).text == article.text
    of_a_site = clean_text(text, options=Options(sites=rules(phrase)))
    assert not rule_of(of_a_site, "34 lecteurs ont aimé !").startswith("site.")
    assert rule_of(clean(page(*paragraphs(), "<p>7 lecteurs ont aimé</p>"), rules(phrase)), "7 lecteurs ont aimé")


def test_what_is_kept_stays_though_later_passes_would_remove_it() -> None:
    kept = "[[site.keep]]\nphrase = 'Read more'\nsample = 'Read more'\n" + keep(".k", '<p class="k">a</p>')
    twice = f"<p class=k>{PROSE[0]}</p>"
    article = clean(page(*paragraphs(), "<p>Read more</p>", twice), rules(kept))
    assert rule_of(article, "Read more") == "site.news.example.keep.1"
    assert article.text.count(PROSE[0]) == 2


@pytest.mark.parametrize("more", ["", "whole = true"])
def test_most_of_a_page_is_dropped_only_if_the_rule_says_so(more: str) -> None:
    sites = rules(drop("article", "<article>a</article>", more))
    article = clean(page(*paragraphs()), sites)
    assert (rule_of(article, PROSE[0]) == "site.news.example.drop.1") is bool(more)
    half = rules(drop("p:nth-child(-n+2)", "<p>a</p>"))
    assert rule_of(
        clean(page(*(f"<p>{PROSE[0]} {place}.</p>" for place in "abcd")), half), f"{PROSE[0]} a."
    ).startswith("site.")


def test_of_two_sites_the_more_exact_is_right_and_of_one_the_keeping() -> None:
    text = "".join(
        f'[[site]]\nhost = "{host}"\n{rule}'
        for host, rule in [
            ("www.news.example", keep(".x", '<p class="x">a</p>')),
            ("*", drop(".x, .y, .z", '<p class="x">a</p>')),
            ("news.example", drop(".x, .z", '<p class="x">a</p>') + keep(".z", '<p class="z">a</p>')),
        ]
    )
    html = page(*paragraphs(), "<p class=x>Ex</p><p class=y>Why</p><p class=z>Zed</p>")

    def said(url: str | None) -> list[str]:
        article = clean(html, parse(text.encode(), "s"), url)
        return [rule_of(article, text) for text in ("Ex", "Why", "Zed")]

    assert said(URL) == ["site.www.news.example.keep.1", "site.*.drop.1", "site.news.example.keep.1"]
    assert said("http://NEWS.example.:8080/") == [
        "site.news.example.drop.1",
        "site.*.drop.1",
        "site.news.example.keep.1",
    ]
    for other in ("https://fakenews.example/", "https://example/", "https://[/", "https://a..b\u00fc/", None):
        assert said(other) == ["site.*.drop.1"] * 3


@pytest.mark.parametrize(
    ("host", "url", "head", "is_its"),
    [
        ("news.example", None, '<link rel="canonical" href="https://news.example/1">', True),
        ("news.example", None, '<meta property="og:url" content="https://m.news.example/1">', True),
        ("news.example", "https://other.example/", '<link rel="canonical" href="https://news.example/1">', False),
        ("news.example", None, '<link rel="canonical" href="/1">', False),
        ("NEWS.Example", URL, "", True),
        ("zeitung-bücher.example", "https://xn--zeitung-bcher-4ob.example/1", "", True),
        ("localhost", "http://localhost:8000/", "", True),
    ],
)
def test_which_pages_are_of_a_site(host: str, url: str | None, head: str, is_its: bool) -> None:
    html = page(*paragraphs(), "<p class=x>Ex</p>").replace("<head>", f"<head>{head}")
    article = clean(html, rules(drop(".x", '<p class="x">a</p>'), host), url)
    assert rule_of(article, "Ex").startswith("site.") is is_its


def test_a_site_that_is_switched_off_has_no_say() -> None:
    sites = rules("enabled = false\n" + drop(".x", '<p class="x">a</p>'))
    html = page(*paragraphs(), "<p class=x>Ex</p>")
    assert rule_of(clean(html, sites), "Ex") == rule_of(clean(html, None), "Ex")


def test_the_record_names_the_rules() -> None:
    html = page(*paragraphs())
    first, second = rules(drop(".x", '<p class="x">a</p>')), rules(drop(".x", '<p class="x">b</p>'))
    assert clean(html, None).rules == shipped().digest
    assert clean(html, first).rules == f"{shipped().digest}+{first.digest}" != clean(html, second).rules
    assert (clean(html, first).profile, clean(html, None).profile) == ("sites", "default")
    assert clean(html, first) == clean(html, pickle.loads(pickle.dumps(first)))  # noqa: S301 - our own
    assert clean_text(PROSE[0], options=Options(sites=first)).rules == f"{shipped().digest}+{first.digest}"


# ---- metadata


@pytest.mark.parametrize(
    ("field", "element", "gives", "found"),
    [
        ("title", '<p class="x">A  <b>bridge</b></p>', "'A bridge'", "A bridge"),
        ("authors", '<p class="x">By Jane Doe and John Roe</p>', "['Jane Doe', 'John Roe']", ("Jane Doe", "John Roe")),
        ("authors", '<b class="x">Jane Doe</b><b class="x">Reuters</b>', "'Jane Doe'", ("Jane Doe",)),
        ("editors", '<p class="x">Jane Doe</p>', "['Jane Doe']", ("Jane Doe",)),
        ("published", '<p class="x">Friday, March 1, 2024</p>', "'2024-03-01'", "2024-03-01"),
        ("modified", '<p class="x">soon</p><p class="x">1 March 2024</p>', "'2024-03-01'", "2024-03-01"),
        ("tags", '<a class="x">a</a><a class="x">b</a><a class="x">a</a>', "['a', 'b']", ("a", "b")),
        ("section", '<p class="x"><script>no</script>Politics</p>', "'Politics'", "Politics"),
        ("agency", '<p class="x">Thomson Reuters</p>', "'Reuters'", "Reuters"),
        ("agency", '<p class="x">Lissau Wire</p>', "'Lissau Wire'", "Lissau Wire"),
    ],
)
def test_metadata_by_selector(field: str, element: str, gives: str, found: object) -> None:
    sites = rules(fact(field, element, gives))
    head = "<meta name=author content='Ada Quill'><meta property='article:published_time' content='2020-01-01'>"
    html = page(element, *paragraphs()).replace("<head>", f"<head>{head}")
    metadata = clean(html, sites).metadata
    assert (getattr(metadata, field), metadata.origin[field]) == (found, "site rule")
    assert clean(html, sites, "https://other.example/").metadata.origin.get(field) != "site rule"


def test_metadata_in_an_attribute_and_addresses_from_the_page_s() -> None:
    sites = rules(
        fact("image", '<img class="x" src="/a.jpg">', "'https://news.example/a.jpg'", "attribute = 'src'")
        + fact("licence", '<a class="x" rel="by">a</a>', "'by'", "attribute = 'rel'")
    )
    html = page('<img class="x" src="b.jpg" rel="by">', *paragraphs())
    assert clean(html, sites).metadata.image == "https://www.news.example/politics/b.jpg"
    assert clean(html, sites).metadata.licence == "by"
    assert clean(page("<img class=x>"), sites).metadata.image is None


def test_a_rule_that_finds_nothing_leaves_the_field_to_others() -> None:
    sites = rules(
        fact("authors", '<p class="x">Jane Doe</p>', "'Jane Doe'") + fact("title", '<p class="x">a</p>', "'a'")
    )
    html = page(*paragraphs(), f"<p class=x>{'a' * 1001}</p>").replace(
        "<head>", "<head><meta name=author content='Ada Quill'>"
    )
    metadata = clean(html, sites).metadata
    assert (metadata.authors, metadata.title) == (("Ada Quill",), "New bridge")


def test_a_date_in_the_future_is_none() -> None:
    sites = rules(fact("published", '<p class="x">2024-03-01</p>', "'2024-03-01'"))
    html = page("<p class=x>2031-03-01</p>", *paragraphs())
    article = clean_html(html, url=URL, fetched_at="2024-03-01T12:00:00Z", options=Options(sites=sites))
    assert article.metadata.published is None


# ---- the file


def test_the_example_is_right_and_switched_off() -> None:
    data = (ROOT / "config/sites.example.toml").read_bytes()
    assert [(site.host, site.rules, site.facts) for site in parse(data, "e").sites] == [("news.example", (), ())]
    (site,) = parse(data.replace(b"enabled = false", b""), "e").sites
    assert (len(site.rules), len(site.facts)) == (3, 2)
    assert all(field.encode() in data for field in FIELDS)


def test_an_empty_file_has_no_rules() -> None:
    assert parse(b"\xef\xbb\xbf# nothing yet\r\n", "s").sites == ()


SITE = '[[site]]\nhost = "a.example"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[site]\n", "s.toml: no TOML in UTF-8: "),
        ("\udcff", "s.toml: no TOML in UTF-8: "),
        ("#" * 2**20 + "#", "s.toml: larger than 1,048,576 bytes"),
        ("a = " + "[" * 100_000, "s.toml: no TOML in UTF-8: "),
        ("[[sites]]\n", "s.toml: there is no `sites`; did you mean `site`?"),
        ("site = 1\n", "s.toml: Expected `array`, got `int` at `site`"),
        ("site = [1]\n", "s.toml: site 1: Expected `object`, got `int`"),
        ("[[site]]\n", "s.toml: site 1: Object missing required field `host`"),
        ("[[site]]\nhost = ''\n", "site ``: no host; write `news.example`, or `*`"),
        ("[[site]]\nhost = 'https://a.example/'\n", "site `https://a.example/`: no host; write"),
        ("[[site]]\nhost = 'a.example:80'\n", "no host; write"),
        ("[[site]]\nhost = '*.example'\n", "no host; write"),
        (f"[[site]]\nhost = '{'ü' * 80}.example'\n", "no host; write"),
        (SITE + SITE.replace("a.", "A."), "s.toml: site `A.example`: stands there twice; put its rules into one"),
        (SITE + "dorp = []\n", "s.toml: site 1: there is no `dorp`; did you mean `drop`?"),
        (SITE + "enabled = 'no'\n", "s.toml: site 1: Expected `bool`, got `str` at `enabled`"),
        (SITE + "drop = [1]\n", "s.toml: site `a.example`, drop rule 1: Expected `object`, got `int`"),
        (
            SITE + drop(".x", '<p class="x">a</p>') + "[[site.drop]]\nselektor = '.x'\n",
            "s.toml: site `a.example`, drop rule 2: there is no `selektor`; did you mean `selector`?",
        ),
        (SITE + "[[site.drop]]\nselector = '.x'\nsample = ''\n", "drop rule 1: Object missing required field `kind`"),
        (SITE + drop(".x", "a").replace("related", "realted"), "there is no kind `realted`; did you mean `related`?"),
        (SITE + drop(".x", "a").replace("related", "Q"), "there is no kind `Q`; known are `weather`, "),
        (SITE + drop(".x", "a", "kin = 1"), "there is no `kin`; did you mean `kind`?"),
        (SITE + keep(".x", "a") + "kind = 'ad'\n", "keep rule 1: there is no `kind`; known are `selector`, "),
        (SITE + drop(".x", "<p>a</p>"), "drop rule 1: `.x` holds no block of text in its sample; mend one of them"),
        (SITE + drop(".x", '<p class="x"></p>'), "`.x` holds no block of text"),
        (SITE + drop(".x", '<p><b class="x">a</b> b</p>'), "`.x` holds no block of text"),
        (SITE + drop("p[", "<p>a</p>"), "drop rule 1: `p[` is no CSS selector"),
        (SITE + drop("", "<p>a</p>"), "drop rule 1: `` is no CSS selector"),
        (SITE + drop("p", "<p>a</p>", "phrase = 'a'"), "drop rule 1: needs either `selector` or `phrase`"),
        (SITE + "[[site.keep]]\nsample = 'a'\n", "keep rule 1: needs either `selector` or `phrase`"),
        (SITE + "[[site.keep]]\nphrase = '***'\nsample = '*'\n", "keep rule 1: the phrase has no letter or digit"),
        (
            SITE + "[[site.keep]]\nphrase = 'a b'\nsample = 'a b c'\n",
            "keep rule 1: its sample `a b c` is not the phrase, which is compared with whole lines; mend one of them",
        ),
        (
            SITE + "[[site.drop]]\nphrase = 'a'\nkind = 'ad'\nsample = 'a'\nwhole = true\n",
            "drop rule 1: `whole` is for selectors",
        ),
        (
            SITE + fact("authors", "<p>a</p>", "'a'").replace("authors", "autor"),
            "there is no field `autor`; did you mean",
        ),
        (SITE + fact("title", '<p class="x">a</p>', "'b'"), "metadata rule 1: its sample gives `a` as title, not what"),
        (SITE + fact("tags", '<p class="x">a</p>', "['b']"), "metadata rule 1: its sample gives `a` as tags, not what"),
        (SITE + fact("title", "<p>a</p>", "'a'"), "metadata rule 1: its sample gives nothing as title, not what"),
        (SITE + fact("authors", '<p class="x">Reuters</p>', "'Reuters'"), "its sample gives nothing as authors"),
        (SITE + fact("title", "<p>a</p>", "''").replace(".x", ""), "metadata rule 1: `` is no CSS selector"),
        (SITE + fact("title", '<p class="x"></p>', "''"), "metadata rule 1: its sample gives nothing as title"),
        (SITE + fact("tags", '<p class="x"></p>', "[]"), "metadata rule 1: its sample gives nothing as tags"),
        (SITE + fact("title", "a", "1"), "metadata rule 1: Expected `str | array`, got `int` at `gives`"),
    ],
)
def test_a_mistake_is_said_with_file_site_rule_and_the_way_out(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text.encode("utf-8", "surrogateescape"), "s.toml")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="[]={}'\"\n #sitehoadrpk.*", max_size=60))
def test_any_file_is_right_or_said_to_be_wrong(text: str) -> None:
    try:
        parse(text.encode(), "s")
        said = "s: "
    except ConfigError as error:
        said = str(error)
    assert said.startswith("s: ")
