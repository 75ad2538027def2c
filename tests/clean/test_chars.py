"""Counting characters and words: the arrays say what reading each text by itself would."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.clean import character_data, chars, view

TEXTS = st.lists(st.text(min_size=1, max_size=40).filter(str.strip), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "words", "ends", "sentences"),
    [
        ("The bridge is open.", 4, True, 1),
        ("“No,” she said.”", 3, True, 1),
        ("Read more", 2, False, 0),
        ("It rained. It snowed! Did it?", 6, True, 3),
        ("橋は月曜日に開通した。", 1 + 10 // 2, True, 1),
        ("v1.2.3", 1, False, 0),
        ("Prices rose 3.5 per cent…", 5, True, 1),
    ],
)
def test_words_and_sentences(text: str, words: int, ends: bool, sentences: int) -> None:
    counts = chars.count(["Before.", text, "Behind"])
    assert (counts.words[1], bool(counts.ends[1]), counts.sentences[1]) == (words, ends, sentences)


@given(TEXTS)
def test_a_text_counts_alike_alone_and_among_others(texts: list[str]) -> None:
    together = chars.count(texts)
    for row, text in enumerate(texts):
        alone = chars.count([text])
        for name in ("chars", "words", "short_words", "ends", "first", "last", "by_class", "starts"):
            assert np.array_equal(getattr(together, name)[row], getattr(alone, name)[0]), name
        assert np.array_equal(together.hashes[together.rows == row], alone.hashes)


def test_words_hash_alike_in_any_case_and_differ_otherwise() -> None:
    counts = chars.count(["Bridge BRIDGE bridge", "bridges"])
    assert len(set(counts.hashes[counts.rows == 0].tolist())) == 1
    assert len(set(counts.hashes.tolist())) == 2


def test_what_is_counted_in_runs_counts_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Line {number} of the text. It rained" for number in range(50)]
    whole = chars.count(texts)
    monkeypatch.setattr(chars, "AT_ONCE", 70)
    for one, other in zip(whole, chars.count(texts), strict=True):
        assert np.array_equal(one, other)


def test_a_line_without_end_is_counted_at_its_beginning() -> None:
    counts = chars.count(["word " * 1_000_000, "Behind."])
    assert counts.chars.tolist() == [chars.MOST_COUNTED, 7]
    assert counts.words.tolist() == [chars.MOST_COUNTED // 5, 1]


def test_nothing_has_no_rows() -> None:
    assert chars.count([]).words.size == 0


def test_the_shipped_classes_are_those_of_their_maker() -> None:
    classes, lower = chars.tables()
    for char in "aZß9 .,|“-あ漢กé١\u00a0…»\u1362":
        assert classes[ord(char)] == character_data.class_of(char), char
        assert lower[ord(char)] == ord(char.lower())


@given(TEXTS, st.data())
def test_the_counts_of_some_texts_are_what_counting_them_gives(texts: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1))
    again = chars.count([texts[row] for row in rows])
    for name, column in chars.of_rows(chars.count(texts), rows)._asdict().items():
        assert column.tolist() == getattr(again, name).tolist(), name


def test_every_digit_falls_in_a_class_where_clocks_look_for_one() -> None:
    digits = [char for char in map(chr, range(0x20000)) if re.match(r"\d", char)]
    assert len(digits) > 600
    assert chars.count(digits).by_class[:, view.WITH_DIGITS].sum(axis=1).all()
