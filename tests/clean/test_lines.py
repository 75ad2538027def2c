"""Plain text becomes blocks and text again: line numbers, list items, hard-wrapped sentences, limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.clean import clean_text, lines
from scraper.clean.lines import continues, read_text, split_lines
from scraper.errors import LimitError
from scraper.types import Form


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a\nb", ["a", "b"]),
        ("a\r\nb\rc\n", ["a", "b", "c", ""]),
        ("a\n\r\nb", ["a", "", "b"]),
        ("a\r\r\nb", ["a", "", "b"]),
        ("a\u2028b\u2029c\x0bd\x0ce\x1cf\x85g", ["a\u2028b\u2029c\x0bd\x0ce\x1cf\x85g"]),
    ],
)
def test_lines_end_at_three_marks_only(text: str, found: list[str]) -> None:
    assert split_lines(text) == found


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"))),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_joined_lines_are_found_again(given_lines: list[str], end: str) -> None:
    assert split_lines(end.join(given_lines)) == (given_lines or [""])


def test_blank_lines_are_no_blocks_and_leave_a_gap() -> None:
    blocks = read_text("\n one \n\t\n two\nthree\n\xa0\n").blocks
    assert [(block.at, block.text, block.gap) for block in blocks] == [
        (2, "one", True),
        (4, "two", True),
        (5, "three", False),
    ]


def test_a_byte_order_mark_is_no_letter() -> None:
    assert [(block.at, block.text) for block in read_text("\ufeffone\n\ufeff\ntwo").blocks] == [(1, "one"), (3, "two")]


@pytest.mark.parametrize(
    "item", ["- a rope", "* a rope", "• a rope", "– a rope", "1. a rope", "12) a rope", "· a rope"]
)
def test_a_list_item(item: str) -> None:
    form = read_text(item).blocks[0].form
    assert (form is Form.LIST_ITEM) == (not item.startswith("–"))


@pytest.mark.parametrize(
    "line", ["-2 degrees at night", "1.5 litres of stock", "2024. It was", "*emphasis* stands here", "1914 began well"]
)
def test_no_list_item(line: str) -> None:
    assert read_text(line).blocks[0].form is Form.PARAGRAPH


WRAPPED = "The council approved a new bridge over the river on Tuesday after\nthree years of debate about its cost."


def test_a_hard_wrapped_sentence_stays_on_adjacent_lines() -> None:
    first, second = read_text(WRAPPED).blocks
    assert continues(first, second)
    assert WRAPPED in clean_text(f"{WRAPPED}\n\nNobody had asked the ferryman, who heard of it from a passenger.").text


def test_items_of_a_list_stay_together_and_paragraphs_apart() -> None:
    text = (
        "The climbers carried everything that they needed up the north face in a single day, she wrote.\n"
        "- a rope of sixty metres\n- eleven pitons\n\n- a kettle\n"
        "Nobody had asked the ferryman, who heard of it from a passenger on the last boat of the year."
    )
    assert clean_text(text).text == (
        "The climbers carried everything that they needed up the north face in a single day, she wrote.\n\n"
        "- a rope of sixty metres\n- eleven pitons\n\n- a kettle\n\n"
        "Nobody had asked the ferryman, who heard of it from a passenger on the last boat of the year."
    )


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINES", 10)
    assert len(read_text("one\n\n" * 10).blocks) == 10
    with pytest.raises(LimitError, match="at most 10") as error:
        read_text("one\n" * 11)
    assert error.value.reason == "too-many-lines"


@pytest.mark.parametrize("edge", ["\u200b\u3000\u200b", "\u3000\ufeff", "\u2060\u00a0\u200b", "\u200b\u3000"])
def test_a_line_of_nothing_visible_is_blank_however_it_is_mixed(edge: str) -> None:
    document = read_text(f"One.\n{edge}\n{edge}Two.{edge}")
    assert [block.text for block in document.blocks] == ["One.", "Two."]
