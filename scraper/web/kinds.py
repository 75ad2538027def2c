"""The kinds of removal in eight groups: as many colours as people tell apart. The label always says the kind itself."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from scraper.types import Kind

LONGEST = 60


class Group(Struct, frozen=True):
    """Kinds under one name and one colour; `slug` names the colour's CSS class."""

    slug: str
    name: str
    kinds: tuple[Kind, ...]


GROUPS = (
    Group("site", "Site furniture", (Kind.NAVIGATION, Kind.BREADCRUMB, Kind.SEARCH, Kind.PAGE_TOOLS, Kind.LOGIN)),
    Group("legal", "Legal and footer", (Kind.FOOTER, Kind.COPYRIGHT, Kind.COOKIE, Kind.DISCLAIMER)),
    Group(
        "promotion",
        "Promotion",
        (Kind.AD, Kind.NEWSLETTER, Kind.APP_PROMO, Kind.DONATION, Kind.PAYWALL, Kind.SHARE, Kind.POLL, Kind.RATING),
    ),
    Group("related", "Other articles", (Kind.RELATED, Kind.TAGS)),
    Group("talk", "Comments", (Kind.COMMENTS, Kind.COMMENT_FORM)),
    Group(
        "credit",
        "People and pictures",
        (
            *(Kind.AUTHOR_BOX, Kind.BYLINE, Kind.SOURCE_CREDIT, Kind.CREDITS, Kind.CAPTION, Kind.PHOTO_CREDIT),
            Kind.PLAYER,
        ),
    ),
    Group("clock", "Dates and weather", (Kind.WEATHER, Kind.DATE_WIDGET, Kind.DATELINE_META, Kind.READING_TIME)),
    Group("other", "Title, repeats, other", (Kind.TITLE, Kind.DUPLICATE_TITLE, Kind.DUPLICATE, Kind.OTHER)),
)
_BY_KIND = {kind.value: group for group in GROUPS for kind in group.kinds}


def group_of(kind: str) -> Group:
    """The group of a kind; of one that this version does not know, the last."""
    return _BY_KIND.get(kind, GROUPS[-1])


def label(kind: str) -> str:
    """A kind in words: "date widget"; one that nobody here can have written is cut."""
    return kind.replace("_", " ")[:LONGEST]


def by_group(counts: Mapping[str, int]) -> list[tuple[Group, int]]:
    """How many of each group, in the groups' order; groups without any are left out."""
    sums = {group.slug: 0 for group in GROUPS}
    for kind, count in counts.items():
        sums[group_of(kind).slug] += count
    return [(group, sums[group.slug]) for group in GROUPS if sums[group.slug] > 0]
