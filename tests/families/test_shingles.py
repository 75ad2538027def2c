"""A text's shingles: what counts in it, and that they are the same everywhere."""

from __future__ import annotations

import pytest

from scraper.families.shingles import MOST, shingled


def numbers(text: str) -> list[int]:
    return [int(number) for number in shingled(text).shingles]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Harbour reopens, at last.", "THE HARBOUR — reopens at last"),
        ("„Straße frei“, sagt er", "STRASSE FREI sagt er!"),
        ("Cafe\u0301 de Flore", "Café de Flore"),
        ("１２３ ＡＢＣ x", "123 abc x"),
        ("東京で地震、津波の心配なし", "東京で地震。津波の心配なし！"),
        ("नई दिल्ली: प्रधानमंत्री ने कहा", "नई दिल्ली प्रधानमंत्री ने कहा।"),
    ],
)
def test_case_punctuation_and_width_do_not_count(one: str, other: str) -> None:
    assert numbers(one) == numbers(other) != []


def test_what_they_are_is_the_same_on_every_machine() -> None:
    assert numbers("The harbour reopens at last") == [
        4_144_961_122_724_603_832,
        11_032_493_000_402_988_147,
        13_068_404_122_146_642_537,
    ]


def test_a_shingle_is_three_words_or_five_characters() -> None:
    assert len(shingled("one two")) == 0
    assert len(shingled("one two three four")) == 2
    assert len(shingled("東京で地")) == 0
    assert len(shingled("東京で地震の")) == 2
    assert len(shingled("กรุงเทพ")) == 3  # seven characters, one of them a vowel sign
    assert len(shingled("The 東京 paper wrote")) == 3  # a foreign name does not make it Japanese


def test_each_counts_once_and_order_of_paragraphs_hardly() -> None:
    assert len(shingled("a b c a b c a b c")) == 3
    assert len(set(numbers("a b c d e f\n\ng h i j k l")) & set(numbers("g h i j k l\n\na b c d e f"))) == 8


def test_figures() -> None:
    assert shingled("On 12 May 2,500 of ١٢ saw it 3:1, 4th of B52").figures == {"12", "500", "١٢"}


def test_a_long_text_is_bounded() -> None:
    text = " ".join(map(str, range(MOST)))
    assert len(shingled(text)) == len(shingled(text[:MOST])) < MOST / 4


def test_half_a_surrogate_is_a_word_like_others() -> None:
    assert len(shingled("\ud800 b c d")) <= 2
