"""Passes that see neighbours: repeats, repeated headlines, hints beside the judge."""

from __future__ import annotations

import pytest

from scraper.clean import clean_text
from scraper.clean.rules import shipped

PROSE = (
    "The council met on Monday evening and decided, after a long debate, to close the old bridge for two years. "
    "Residents of the eastern bank will have to take the ferry until the new one is built. "
)
SPEAKER = "Patrick Example, vice president for services and for thought leadership"
BODY = [f"{PROSE}This is part {word}." for word in ("one", "two", "three", "four", "five", "six")]


def removed(text: str, rule: str) -> list[int]:
    """Where a rule removed lines."""
    return [removal.at for removal in clean_text(text).removed if removal.rule == rule]


def test_a_speakers_name_is_said_again() -> None:
    lines = [BODY[0], SPEAKER, BODY[1], SPEAKER, BODY[2], SPEAKER, BODY[3]]
    assert removed("\n\n".join(lines), "duplicate.paragraph") == []


def test_a_paragraph_and_a_run_of_lines_are_not_said_again() -> None:
    assert removed("\n".join([*BODY, BODY[1]]), "duplicate.paragraph") == [7]
    steps = [
        "- Walk to the landing stage behind the old town hall and wait",
        "- Buy a ticket for the ferry from the machine on the left side",
    ]
    assert removed("\n".join([*BODY, *steps, BODY[0] + " Again.", *steps]), "duplicate.paragraph") == [10, 11]


def test_a_headline_with_another_number_is_no_copy() -> None:
    text = "\n\n".join(
        ["Session of week 1", BODY[0], BODY[1], "Session of week 2", BODY[2], "Session of week 1", BODY[3]]
    )
    found = removed(text, "title.repeated")
    assert 7 not in found


@pytest.mark.parametrize(
    "line",
    [
        "Mit einem Klick auf den Link landeten die Opfer auf einer gefälschten Seite der Bank, sagte die Polizei.",
        "En cliquant sur le lien, les victimes ont installé un logiciel malveillant, a expliqué la police lundi soir.",
        "Klikając w link, ofiary instalowały złośliwe oprogramowanie, poinformowała w poniedziałek policja.",
        "Al hacer clic en el enlace, las víctimas instalaban un programa malicioso, explicó la policía el lunes.",
        "These cookies are soft in the middle, and the recipe has been in her family for three generations, she says.",
        "This newsletter was previously published as The Guide to Rivers, and its name changed when the bridge closed.",
    ],
)  # fmt: skip
def test_an_articles_sentence_may_begin_as_a_notice_does(line: str) -> None:
    assert shipped().phrases.find(line) is None or not shipped().phrases.find(line).sure  # type: ignore[union-attr]
    text = "\n\n".join([*BODY[:3], line, *BODY[3:]])
    assert 7 in clean_text(text).kept
