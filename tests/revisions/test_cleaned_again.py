"""Two cleanings of a page: what its reader loses and gains."""

from __future__ import annotations

import pytest

from scraper.revisions.again import LONGEST, Difference, Effect, difference
from scraper.revisions.diff import Version

ONE, TWO, THREE = "The council met on Monday.", "It approved the bridge.", "Trams will cross it."


def of(*sentences: str, title: str = "Bridge") -> Version:
    return Version(title, "\n\n".join(sentences), "en")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (of(ONE, TWO), of(ONE, TWO), Difference(effect=Effect.UNCHANGED)),
        (of(ONE, TWO), of(TWO, ONE), Difference(effect=Effect.UNCHANGED)),
        (of(ONE, TWO), of(ONE), Difference(effect=Effect.LOST, lost=(TWO,))),
        (of(ONE), of(ONE, TWO), Difference(effect=Effect.GAINED, gained=(TWO,))),
        (of(ONE, TWO), of(ONE, THREE), Difference(effect=Effect.LOST, lost=(TWO,), gained=(THREE,))),
        (
            of(ONE, title="Bridge"),
            of(ONE, title="New bridge"),
            Difference(effect=Effect.CHANGED, changed=(("Bridge", "New bridge"),)),
        ),
        (of(ONE, TWO), None, Difference(effect=Effect.LOST, now=False, lost=(ONE, TWO))),
        (None, of(ONE), Difference(effect=Effect.GAINED, was=False, gained=(ONE,))),
        (None, None, Difference(effect=Effect.UNCHANGED, was=False, now=False)),
    ],
)
def test_the_worst_that_becomes_of_an_article(
    before: Version | None, after: Version | None, expected: Difference
) -> None:
    assert difference(before, after) == expected


def test_a_sentence_without_end_is_shown_in_part() -> None:
    (lost,) = difference(of("a" * 10_000), None).lost
    assert len(lost) == LONGEST
