"""Where a sentence ends, in scripts with and without blanks."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.revisions.sentences import TOKEN, sentences


@pytest.mark.parametrize(
    "expected",
    [
        ["He left.", "She stayed!", "Why?", "Nobody knows…", "It rained."],
        ["Dr. Smith met J. K. Rowling.", "“He left.”", "They paid 3.5 million."],
        ["Am 3. Oktober kam er.", "Das war z.B. hier so."],
        ["M. Dupont est parti.", "« Je reste. »", "Il a dit non."],
        ["Он приехал в 5 ч. утра.", "Потом уехал."],
        ["قال الرئيس إنه سيغادر.", "هل يعود؟", "نعم."],
        ["یہ پہلا جملہ ہے۔", "یہ دوسرا ہے۔"],
        ["यह पहला है।", "यह दूसरा है।"],
        ["Das kostet viel!", "„Wirklich?“", "Ja."],
    ],
)
def test_with_blanks(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["東京で会議が開かれた。", "首相は「行く。」", "と述べた。", "次は？"],
        ["会议在北京举行。", "谁会参加？", "没有人知道！"],
    ],
)
def test_without_blanks(expected: list[str]) -> None:
    assert sentences("".join(expected)) == expected


def test_thai_parts_them_by_blanks_but_not_around_figures_and_repeats() -> None:
    said = ["นายกรัฐมนตรีกล่าวว่าจะลาออก", "ฝ่ายค้านยินดี", "มีผู้เสียชีวิต 5 คน", "ในเหตุการณ์ต่างๆ ที่เกิด"]
    assert sentences(" ".join(said)) == said


def test_a_line_ends_a_sentence_and_white_space_does_not_count() -> None:
    assert sentences("A headline\n\n  He \t left. \u00a0She stayed.\n- one\n- two") == [
        "A headline",
        "He left.",
        "She stayed.",
        "- one",
        "- two",
    ]


@given(st.text(max_size=200))
def test_nothing_is_lost(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
    assert "".join(match[0] for match in TOKEN.finditer(text)) == "".join(text.split())


@pytest.mark.parametrize("text", ["." * 200_000, "!?" * 100_000 + " a", "a." * 100_000, "1,1" * 70_000, "a-" * 100_000])
def test_hostile_texts_cost_little(text: str) -> None:
    before = time.process_time()
    sentences(text)
    sum(1 for _ in TOKEN.finditer(text))
    assert time.process_time() - before < 5
