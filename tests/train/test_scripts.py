"""A text in the letters of another script keeps what no language owns: lengths, punctuation, digits, repeats."""

from __future__ import annotations

import re

import pytest

from scraper.train.scripts import SCRIPTS, written_in

TEXT = "READ MORE: The Kremlin, at 9.7 C, has dismissed the claim. The end? (04/10/2023)"


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_latin_letter_stays_and_every_digit_does(script: str) -> None:
    written = written_in(script, TEXT)
    assert not re.search(r"[A-Za-z]", written)
    assert re.findall(r"\d[\d./]*", written) == ["9.7", "04/10/2023"]
    assert "(" in written
    assert ")" in written


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_same_word_is_written_alike_whatever_its_case(script: str) -> None:
    assert written_in(script, "the").lower() == written_in(script, "The").lower()
    assert written_in(script, "Kremlin") != written_in(script, "claims")


def test_a_script_without_spaces_has_stops_of_its_own() -> None:
    written = written_in("han", "The bridge opened. The river, he said, rose by 1.5 metres.")
    assert written.count("。") == 2
    assert written.count("、") == 2
    assert "1.5" in written
    assert not re.search(r"[\u3040-\u9fff] [\u3040-\u9fff]", written)


def test_only_a_script_with_case_keeps_capitals() -> None:
    assert written_in("cyrillic", "READ More now").split()[0].isupper()
    assert written_in("cyrillic", "READ More now").split()[1].istitle()
    assert not any(char.isupper() or char.islower() for char in written_in("arabic", "READ More now"))
