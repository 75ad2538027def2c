"""Removed blocks back in their places, whatever the ledger says; nothing shown twice, nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.types import Kind, Ledger, Removal, Rights, Trim, Verdict
from scraper.web import marked
from scraper.web.marked import Kept, Marked, Part, Row, leaves, mark


def ledger(kept: list[int], removed: list[Removal], trimmed: tuple[Trim, ...] = ()) -> Ledger:
    return Ledger(
        record="r",
        verdict=Verdict.ARTICLE,
        kept=tuple(kept),
        removed=tuple(removed),
        trimmed=trimmed,
        origin={},
        rights=Rights(),
        cleaner="c",
        rules="r",
        profile="",
    )


def ad(at: int, text: str = "Buy") -> Removal:
    return Removal(at, Kind.AD, "rule", text)


def line(at: int, text: str) -> Kept:
    return Kept(at, (Part(text),))


def test_removed_blocks_stand_before_what_followed_them() -> None:
    found = mark("one\n\ntwo\nthree", ledger([2, 3, 5], [ad(1), ad(4), ad(6), ad(7)]))
    assert found == Marked(
        (
            Row((ad(1),), (line(2, "one"), line(3, "two"))),
            Row((ad(4),), (line(5, "three"),)),
            Row((ad(6), ad(7)), ()),
        ),
        is_exact=True,
    )


@given(st.lists(st.booleans(), max_size=60))
def test_all_blocks_are_there_in_their_order(is_kept: list[bool]) -> None:
    kept = [at for at, one in enumerate(is_kept, 1) if one]
    removed = [ad(at) for at, one in enumerate(is_kept, 1) if not one]
    found = mark("\n\n".join(f"line {at}" for at in kept), ledger(kept, removed))
    order = [block.at for row in found.rows for block in (*row.removed, *row.kept)]
    assert order == list(range(1, len(is_kept) + 1))
    assert all(row.removed for row in found.rows[1:])


@given(
    st.text(alphabet="ab \n", max_size=40),
    st.lists(st.integers(1, 30), max_size=8, unique=True),
    st.lists(st.integers(1, 30), max_size=8),
    st.integers(1, 5),
)
def test_a_ledger_that_does_not_fit_loses_nothing(text: str, kept: list[int], at: list[int], most: int) -> None:
    removed = [ad(place) for place in at]
    found = mark(text, ledger(kept, removed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marked, "MOST_BLOCKS", most)
        cut = [row for leaf in leaves(found) for row in leaf]
        assert all(len(row.removed) + len(row.kept) <= most for row in cut)
    for rows in (found.rows, cut):
        assert sorted(one.at for row in rows for one in row.removed) == sorted(at)
        lines = [part.text for row in rows for one in row.kept for part in one.parts]
        assert lines == [one for one in text.split("\n") if one.strip()]


def test_code_with_several_lines_is_said_not_to_be_exact() -> None:
    found = mark("a\nb\n\nc", ledger([2, 4], [ad(1), ad(3), ad(5)]))
    assert not found.is_exact
    assert [tuple(one.at for one in row.removed) for row in found.rows] == [(1,), (3,), (5,)]
    assert mark("a\nb", ledger([2], [ad(1), ad(3)])).is_exact


def test_a_trim_stands_where_it_was_taken_out() -> None:
    trim = Trim(1, 4, 8, Kind.BYLINE, "r", "XXX ")
    (row,) = mark("one two", ledger([1], [], (trim,))).rows
    assert row.kept[0].parts == (Part("one "), Part("XXX ", trim), Part("two"))
    beyond = Trim(1, 400, 800, Kind.BYLINE, "r", "YYY")
    (row,) = mark("one two", ledger([1], [], (trim, beyond))).rows
    assert row.kept[0].parts[-1] == Part("YYY", beyond)


def test_a_block_that_was_trimmed_away_whole_is_shown_as_such() -> None:
    trim = Trim(2, 0, 9, Kind.CREDITS, "r", "Reporting")
    found = mark("one\n\nthree", ledger([1, 2, 3], [ad(4)], (trim,)))
    assert found.is_exact
    assert found.rows[0].kept == (line(1, "one"), Kept(2, (Part("Reporting", trim),)), line(3, "three"))


def test_a_leaf_holds_what_a_browser_can_show() -> None:
    removed = [ad(at, "x" * 1000) for at in range(1, 200_001)]
    found = leaves(mark("", ledger([], removed)))
    assert all(sum(row.size for row in leaf) <= marked.MOST_CHARS for leaf in found)
    assert sum(len(row.removed) for leaf in found for row in leaf) == 200_000
    assert leaves(mark("", ledger([], []))) == [()]
