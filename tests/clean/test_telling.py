"""What names of elements say of a block that is removed already."""

from __future__ import annotations

import pytest

from scraper.clean import telling
from scraper.clean.tree import tree_of
from scraper.types import Document, Head, Kind, Place


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("commentlist", Kind.COMMENTS),
        ("site-menu__item", Kind.NAVIGATION),
        ("post-toc", Kind.NAVIGATION),
        ("#newsletter-box", Kind.NEWSLETTER),
        ("article-author", Kind.AUTHOR_BOX),
        ("card__teaser", Kind.RELATED),
        ("header-search", Kind.SEARCH),
        ("tags", Kind.TAGS),
    ],
)
def test_a_name_tells(token: str, kind: Kind) -> None:
    found = telling.of_name(token)
    assert found is not None
    assert found[0] is kind


@pytest.mark.parametrize(
    "token",
    ["research", "documents", "header", "category-reviews-menu", "tag-social", "title--without-author", "role=nav"],
)
def test_a_name_tells_nothing(token: str) -> None:
    assert telling.of_name(token) is None


def _places(*names: tuple[str, ...]) -> list[Place]:
    return [Place("div", tokens, number - 1) for number, tokens in enumerate(names)]


def _explained(places: list[Place], place: int) -> tuple[Kind, str] | None:
    return telling.explained(tree_of(Document((), tuple(places), Head(), None, None, "")), place, {})


def test_the_nearest_name_tells_and_elements_without_names_are_no_step() -> None:
    places = _places(("footer",), ("newsletter",), (), (), (), (), (), ())
    assert _explained(places, 7) == (Kind.NEWSLETTER, "newsletter")


def test_far_names_tell_nothing() -> None:
    far = _places(("newsletter",), *[(f"x{number}",) for number in range(telling.LEVELS)])
    assert _explained(far, len(far) - 1) is None
    assert _explained(far, len(far) - 2) is not None
    assert _explained(far, -1) is None


def test_an_article_says_of_itself_what_it_is_unless_it_is_a_comment() -> None:
    assert _explained([Place("article", ("newsletter-issue",), -1)], 0) is None
    assert _explained([Place("article", ("comment",), -1)], 0) == (Kind.COMMENTS, "comment")
    assert _explained([Place("nav", (), -1)], 0) == (Kind.NAVIGATION, "nav")
