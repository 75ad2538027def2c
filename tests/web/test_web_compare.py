"""Two texts sentence by sentence: both can be read back out of the result, and no text makes it slow."""

from __future__ import annotations

import difflib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import LimitError
from scraper.web import compare
from scraper.web.compare import Mark, Step, aligned, sentences, words

OLD = 'The mayor spoke on Monday. "It costs 40 million," she said. Nobody objected. The end came late.\n\nLast line.'
NEW = 'The mayor spoke on Tuesday. "It costs 40 million," she said. The end came late.\n\nOne more. Last line.'


def marks(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step.mark.value, "".join(piece.text for piece in step.pieces)) for step in steps]


def test_sentences_are_the_same_gone_new_or_changed() -> None:
    steps = compare.compare(OLD, NEW)
    assert [mark for mark, _ in marks(steps)] == ["changed", "same", "gone", "same", "new", "same"]
    assert [(piece.mark.value, piece.text) for piece in steps[0].pieces] == [
        ("same", "The mayor spoke on "),
        ("gone", "Monday"),
        ("new", "Tuesday"),
        ("same", "."),
    ]


def test_what_is_the_same_is_folded() -> None:
    old = " ".join(f"Sentence {number}." for number in range(50))
    steps = compare.compare(old, old.replace("Sentence 25.", "Another one here."))
    assert [(step.mark.value, step.count) for step in steps if step.mark is Mark.SKIPPED] == [
        ("skipped", 24),
        ("skipped", 23),
    ]
    assert compare.compare(old, old) == [Step(Mark.SKIPPED, (), 50)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ('He said: "No." She left.', ['He said: "No."', "She left."]),
        ("今日は晴れ。明日は雨。", ["今日は晴れ。", "明日は雨。"]),
        ("هل جاء؟ نعم.", ["هل جاء؟", "نعم."]),
        ("\n\n - a\n\n", ["- a"]),
        ("3.5 per cent", ["3.5 per cent"]),
        ("", []),
    ],
)
def test_sentences_end_where_readers_think(text: str, found: list[str]) -> None:
    assert sentences(text) == found


def test_chinese_is_compared_by_characters() -> None:
    (step,) = compare.compare("北京今天晴朗温暖。", "北京今天晴朗寒冷。")
    assert [(piece.mark.value, piece.text) for piece in step.pieces][1:3] == [("gone", "温暖"), ("new", "寒冷")]


@given(st.text(alphabet="abc. \n", max_size=60), st.text(alphabet="abc. \n", max_size=60))
def test_both_texts_can_be_read_back(old: str, new: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare, "CONTEXT", 1000)
        steps = compare.compare(old, new)
    if any(step.mark is Mark.SKIPPED for step in steps):
        assert len(steps) == 1  # all the same
        assert sentences(old) == sentences(new)
        return
    sides = {Mark.GONE: [], Mark.NEW: []}  # type: dict[Mark, list[str]]
    for step in steps:
        for side, other in ((Mark.GONE, Mark.NEW), (Mark.NEW, Mark.GONE)):
            text = "".join(piece.text for piece in step.pieces if piece.mark is not other)
            if step.mark is not other:
                sides[side].append(text)
    assert sides == {Mark.GONE: sentences(old), Mark.NEW: sentences(new)}


@given(st.lists(st.sampled_from("abcdef"), max_size=30), st.lists(st.sampled_from("abcdef"), max_size=30))
def test_pairs_are_equal_and_rise(old: list[str], new: list[str]) -> None:
    pairs = aligned(old, new)
    assert all(old[a] == new[b] for a, b in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


def test_it_finds_as_much_as_difflib_on_plain_changes() -> None:
    old = [f"s{number}" for number in range(300)]
    new = [*old[:50], "x", *old[60:200], *old[210:], "y"]
    best = sum(block.size for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks())
    assert len(aligned(old, new)) == best


def test_hostile_texts_cost_no_more_than_their_length() -> None:
    """On these difflib takes minutes; steps are counted by comparisons of sentences, not by a clock."""

    class Counting(str):
        compared = 0

        def __eq__(self, other: object) -> bool:
            Counting.compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    size = 4000
    tables = [
        ([Counting("a")] * size, [Counting("a"), Counting("b")] * (size // 2)),
        ([Counting(n % 2) for n in range(size)], [Counting(n % 3) for n in range(size)]),
        ([Counting(n) for n in range(size)], [Counting(n) for n in reversed(range(size))]),
        ([Counting(n // 2) for n in range(size)], [Counting(n // 3) for n in range(size)]),
    ]
    for old, new in tables:
        Counting.compared = 0
        aligned(old, new)
        assert Counting.compared < 60 * size
    assert compare.compare(". " * 100_000, "! " * 100_000)
    with pytest.raises(LimitError, match="too many to compare"):
        compare.compare("a" * compare.MOST_CHARS, "b")


def test_words_keep_every_space() -> None:
    for old, new in (("a  b", "a b"), ("", "x"), ("x", ""), ("ab\tc", "ab\tc d")):
        pieces = list(words(old, new))
        assert "".join(piece.text for piece in pieces if piece.mark is not Mark.NEW) == old
        assert "".join(piece.text for piece in pieces if piece.mark is not Mark.GONE) == new
