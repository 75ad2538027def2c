"""The shipped rules: the packed tables are what the files say, and a shape is let go only if it cannot match."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.clean import packed, pattern_heads, patterns, phrases, rules, rules_data
from scraper.clean.patterns import Shapes

SHAPES = packed.table("phrases", phrases.Table).shapes
FINDER = Shapes(SHAPES)
PATTERNS = [re.compile(shape, re.IGNORECASE) for shape in SHAPES.shapes]


def test_the_packed_tables_are_what_the_command_makes(tmp_path: Path) -> None:
    made = tmp_path / "rules.msgpack"
    rules_data.main([str(made)])
    assert made.read_bytes() == packed.written(), "run: python -m scraper.clean.rules_data"


def test_edited_files_are_used_though_the_packed_tables_are_older(monkeypatch: pytest.MonkeyPatch) -> None:
    old = rules.shipped()
    files = packed.read()
    files["phrases/ad.toml"] = files["phrases/ad.toml"].replace(b'"Advertisement",', b'"Advertisement", "Qwertz asdf",')
    monkeypatch.setattr(packed, "read", lambda: files)
    monkeypatch.setattr(packed, "shipped", packed.shipped.__wrapped__)
    new = rules.shipped.__wrapped__()
    assert old.phrases.find("Qwertz asdf") is None
    assert new.phrases.find("Qwertz asdf")
    assert new.digest != old.digest


def plain_find(line: str) -> int | None:
    """What Shapes.find gives, without any short cut."""
    lowered = line.lower()
    for number, pattern in enumerate(PATTERNS):
        if any(literal in lowered for literal in SHAPES.needs[number]) and pattern.search(line):
            return number
    return None


piece = st.sampled_from(
    [
        *sorted({literal for needs in SHAPES.needs for literal in needs}),
        *sorted(head.rstrip(patterns.OTHER) for head in SHAPES.heads),
        *" .:-–—/|·©#'’_*>0123456789ıİſK\u0301\t\xa0",
        *("12:30", "2024", "Reuters", "all rights reserved", "min read", " via AP", "0:00 / 1:23", "3 days ago"),
    ]
)
line = st.lists(piece | piece.map(str.upper) | piece.map(str.title) | st.characters(), min_size=1, max_size=9)


@given(line.map("".join) | line.map(" ".join))
def test_no_shape_is_let_go_that_would_match(text: str) -> None:
    if len(text) <= patterns.LONGEST_LINE:
        assert FINDER.find(text) == plain_find(text)


@pytest.mark.parametrize(
    ("shape", "heads"),
    [
        (r"^\W*(?:tags?|labels?)\W*$", ["labe", "l\uffff", "tag", "tags", "t\uffff"]),
        (r"^\s*-?0:\d", ["0", "0\uffff"]),
        (r"^\W*[-–]\s?(?:ad)$", ["ad", "a\uffff"]),
        (r"^.{0,9}tag", None),
        (r"tag", None),
        (r"^\W*(?:tag|\w)", None),
    ],
)
def test_heads_are_what_a_match_may_begin_with(shape: str, heads: list[str] | None) -> None:
    assert pattern_heads.heads(shape) == heads


def test_odd_characters_are_all_that_stand_in_for_an_ascii_letter() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    found = {char for letter in letters for char in pattern_heads.matching(letter) if char.lower() != letter}
    assert found == set(patterns.ODD)
