"""What the names of elements explain of a removed block: never why it goes, only what kind of chrome it is.

places.toml condemns by name and so holds what is near certain. Here the block is removed already, and a word that
stands in the names of articles as well ("author", "card") still tells a biography from a menu.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from scraper.clean.tree import Tree
from scraper.expressions import expression
from scraper.types import Kind, Place

LEVELS, MOST_STEPS = 4, 12
"""Elements above a block that have names and are asked, and elements on the way; further up, names are those of the
page's columns."""

# Words inside a class or id: whole ones between hyphens and the like, and longer ones wherever they stand, as in
# "commentlist" and in camel case, which arrives in lower case.
_WHOLE = {
    "nav": Kind.NAVIGATION,
    "toc": Kind.NAVIGATION,
    "tabs": Kind.NAVIGATION,
    "pager": Kind.NAVIGATION,
    "search": Kind.SEARCH,
    "social": Kind.SHARE,
    "share": Kind.SHARE,
    "bio": Kind.AUTHOR_BOX,
    "tags": Kind.TAGS,
    "offer": Kind.AD,
    "offers": Kind.AD,
    "deal": Kind.AD,
    "deals": Kind.AD,
    "cta": Kind.AD,
    "topic": Kind.TAGS,
    "topics": Kind.TAGS,
    "enews": Kind.NEWSLETTER,
    "optin": Kind.NEWSLETTER,
    "login": Kind.LOGIN,
    "signin": Kind.LOGIN,
    "poll": Kind.POLL,
}
_PARTS = {
    "comment": Kind.COMMENTS,
    "testimonial": Kind.COMMENTS,
    "menu": Kind.NAVIGATION,
    "navig": Kind.NAVIGATION,
    "navbar": Kind.NAVIGATION,
    "-nav": Kind.NAVIGATION,
    "nav-": Kind.NAVIGATION,
    "_nav": Kind.NAVIGATION,
    "nav_": Kind.NAVIGATION,
    "navlink": Kind.NAVIGATION,
    "dropdown": Kind.NAVIGATION,
    "breadcrumb": Kind.BREADCRUMB,
    "table-of-contents": Kind.NAVIGATION,
    "pagination": Kind.NAVIGATION,
    "footer": Kind.FOOTER,
    "related": Kind.RELATED,
    "recommend": Kind.RELATED,
    "recirc": Kind.RELATED,
    "teaser": Kind.RELATED,
    "most-read": Kind.RELATED,
    "popular": Kind.RELATED,
    "trending": Kind.RELATED,
    "headlines": Kind.RELATED,
    "newsletter": Kind.NEWSLETTER,
    "subscri": Kind.NEWSLETTER,
    "author": Kind.AUTHOR_BOX,
    "contributor": Kind.AUTHOR_BOX,
    "byline": Kind.BYLINE,
    "reviewer": Kind.AUTHOR_BOX,
    "social-": Kind.SHARE,
    "-social": Kind.SHARE,
    "sharing": Kind.SHARE,
    "sponsor": Kind.AD,
    "announcement": Kind.AD,
    "advert": Kind.AD,
    "affiliate": Kind.AD,
    "where-to-buy": Kind.AD,
    "buy-button": Kind.AD,
    "cookie": Kind.COOKIE,
    "consent": Kind.COOKIE,
    "paywall": Kind.PAYWALL,
    "copyright": Kind.COPYRIGHT,
    "caption": Kind.CAPTION,
    "disclaimer": Kind.DISCLAIMER,
    "donat": Kind.DONATION,
}
_WHOLES = frozenset(("article", "main", "body"))
_TOPICS = ("category-", "tag-", "post-type-", "postid-", "page-id-", "term-")
_SPLIT = expression(r"[^a-z]+")
_PART = expression("|".join(re.escape(part) for part in sorted(_PARTS, key=lambda part: (-len(part), part))))


class Said(NamedTuple):
    """What an element's own names say, and whether it has any."""

    kind: tuple[Kind, str] | None
    is_named: bool


def explained(tree: Tree, place: int, known: dict[int, Said]) -> tuple[Kind, str] | None:
    """The kind that the nearest telling name gives, and the word in it; `place` is one of the tree's places or -1.

    `known` remembers what the distinct elements of the tree say, by their numbers in `tree.names`.
    """
    parents, names, asked = tree.parents, tree.names, 0
    for _ in range(MOST_STEPS):
        if place < 0 or asked == LEVELS:
            return None
        name = names[place]
        said = known.get(name)
        if said is None:
            said = known[name] = _said(tree.elements[name])
        if said.kind is not None:
            return said.kind
        asked += said.is_named
        place = parents[place]
    return None


def _said(element: Place) -> Said:
    tag, tokens = element.tag, element.tokens
    for token in tokens:
        found = of_name(token)
        # An article that is a newsletter's says so of itself; one that is a comment is no article.
        if found is not None and (tag not in _WHOLES or found[0] is Kind.COMMENTS):
            return Said(found, True)
    return Said((Kind.NAVIGATION, tag) if tag == "nav" else None, bool(tokens))


@lru_cache(maxsize=4096)
def of_name(token: str) -> tuple[Kind, str] | None:
    """The kind that one class or id gives, and the word that does; attributes, topics and what is missing give none."""
    if "=" in token or "without" in token or token.startswith(_TOPICS):
        return None
    for word in _SPLIT.split(token):
        if word in _WHOLE:
            return _WHOLE[word], word
    found = _PART.search(token)
    return (_PARTS[found[0]], found[0].strip("-_")) if found is not None else None


def is_nearer(region: Kind | None, kind: Kind) -> bool:
    """Whether a name says more than the region that holds its element: a menu in a footer is the footer's."""
    return region is not Kind.FOOTER or kind not in (Kind.NAVIGATION, Kind.RELATED)
