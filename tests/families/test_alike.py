"""When two texts are one story."""

from __future__ import annotations

import pytest
from prose import edited, part, prose

from scraper.families.alike import Alike, alike, is_one_story
from scraper.families.shingles import shingled

QUOTE = prose(99, 160)
FORM = "Die Ziehung der Lotto Zahlen am {} ergab in der Reihenfolge {} und die Zusatzzahl war {} " + prose(98, 60)


def one_story(one: str, other: str) -> bool:
    found = is_one_story(shingled(one), shingled(other))
    assert is_one_story(shingled(other), shingled(one)) == found
    return found


def test_likeness_is_of_sets() -> None:
    assert alike(shingled("a b c d"), shingled("a b c e")) == Alike(1 / 3, 1 / 2)
    assert alike(shingled("a b c"), shingled("a b c d e")) == Alike(1 / 3, 1.0)
    assert alike(shingled("a"), shingled("")) == Alike(0.0, 0.0)


@pytest.mark.parametrize(
    "other",
    [
        prose(1),
        f"BERLIN (AFP) - {prose(1)}\n\nReporting by A. B.",
        edited(prose(1), 0.1),
        part(prose(1), 0.6),
        part(prose(1), 0.35),  # as a paper prints the beginning of a wire story
        f"{prose(1)}\n\n{prose(2, 120)}",
        "\n\n".join(reversed(prose(1).split("\n\n"))),
    ],
)
def test_copies_are_one_story(other: str) -> None:
    assert one_story(prose(1), other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (prose(1), prose(2)),
        (f"{prose(1)}\n\n{QUOTE}", f"{prose(2)}\n\n{QUOTE}"),  # 44 % of both is the same quotation
        (prose(1), edited(prose(1), 0.3)),
        (prose(1, 600), part(prose(1, 600), 0.2)),  # a paragraph or two of a long report
    ],
)
def test_others_are_not(one: str, other: str) -> None:
    assert not one_story(one, other)


def test_short_texts_need_more_and_very_short_ones_are_never_told_apart() -> None:
    short = prose(3, 50)
    assert one_story(short, short.upper())
    assert not one_story(short, edited(short, 0.1))
    assert one_story(prose(3, 100), edited(prose(3, 100), 0.1))
    assert not one_story(prose(3, 21), prose(3, 21))
    assert one_story(prose(3, 22), prose(3, 22))


def test_another_day_of_the_same_form_is_another_story() -> None:
    monday, tuesday = FORM.format("12.", "3 14 15 22 33 41", 8), FORM.format("13.", "2 9 17 25 38 49", 5)
    assert alike(shingled(monday), shingled(tuesday)).jaccard > 0.6
    assert not one_story(monday, tuesday)
    assert one_story(monday, edited(monday, 0.05))
