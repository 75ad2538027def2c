"""The kinds of removed lines that their form or plain words name: contacts, keywords, portraits, menus in one line."""

from __future__ import annotations

import pytest

from scraper.clean import clean_html, clean_text, naming
from scraper.errors import ConfigError
from scraper.types import Article, Kind

PROSE = (
    "The council met on Monday evening and decided, after a long debate, to close the old bridge for two years. "
    "Residents of the eastern bank will have to take the ferry until the new one is built. "
)
CHROME = "Share on Facebook\nRead also\nHome\n"
BODY = "The bridge will close\n\n" + f"{PROSE * 2}\n\n" * 5


def kinds(article: Article) -> dict[str, Kind]:
    """The kind of each removed block, by its text."""
    return {removal.text: removal.kind for removal in article.removed}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("+1 (555) 014-2233", Kind.FOOTER),
        ("desk@bridge-times.example", Kind.FOOTER),
        ("About usCareersPress officePrivacy", Kind.NAVIGATION),
        ("old bridge, ferries, eastern bank, town council", Kind.TAGS),
        ("Start your free trial", Kind.AD),
        ("The week on the river, straight to your inbox", Kind.NEWSLETTER),
        ("Unlimited access to all our pages", Kind.PAYWALL),
        ("Jetzt weiterlesen mit dem Probeabo", Kind.PAYWALL),
    ],
)
def test_a_line_behind_the_text_is_named_by_its_form(line: str, kind: Kind) -> None:
    assert kinds(clean_text(BODY + f"Read also\nHome\nSport\n{line}\nWeather\n"))[line] is kind


@pytest.mark.parametrize("line", ["Our top 10 ferries of 2024", "YouTube and LinkedIn now show the ferry's timetable"])
def test_years_and_names_are_neither_contacts_nor_menus(line: str) -> None:
    assert kinds(clean_text(BODY + f"Read also\n{line}\nThe harbour gets a new crane\n"))[line] is Kind.RELATED


def test_a_name_and_what_is_told_of_it_are_the_author() -> None:
    portrait = "Alma Berg writes about rivers and towns and lives on a boat."
    found = kinds(clean_text(BODY + f"Home\nSport\nAlma Berg\n{portrait}\nRead also\nThe ferry now runs at night\n"))
    assert found.get("Alma Berg") is Kind.AUTHOR_BOX
    assert found.get(portrait, Kind.AUTHOR_BOX) is Kind.AUTHOR_BOX


def test_keywords_in_small_letters_are_tags() -> None:
    words = ("bridges", "building", "councils", "debates", "ferries", "harbours", "rivers", "towns")
    found = kinds(clean_text(f"{BODY}{CHROME}" + "".join(f"* {word}\n" for word in words)))
    assert found["* ferries"] is Kind.TAGS


def test_an_archive_counts_its_months() -> None:
    months = "".join(f"+ {month} (3)\n" for month in ("March", "April", "May"))
    assert kinds(clean_text(f"{BODY}{CHROME}Archive\n{months}"))["+ April (3)"] is Kind.NAVIGATION


def test_a_menu_before_the_text_is_navigation_with_its_descriptions_and_contacts() -> None:
    entries = ("Bridges of the whole river valley", "Ferries that run in summer and winter", "Boats you can rent here")
    found = kinds(clean_text("Home\nContact us\n" + "".join(f"+ {entry}\n" for entry in entries) + "\n" + BODY))
    assert {kind for text, kind in found.items() if text.startswith("+") or "ontact" in text} == {Kind.NAVIGATION}


def test_answers_that_name_whom_they_answer_part_comments() -> None:
    comments = "".join(
        f"{name}\nI take that bridge every day. What shall I do now, on foot and in the rain?\nReply to {name}\n"
        for name in ("Jo", "Alma", "Piet", "Ruth")
    )
    assert kinds(clean_text(BODY + CHROME + "6 comments\n" + comments + CHROME))["Reply to Piet"] is Kind.COMMENTS


def test_what_follows_a_label_for_tags_is_tags() -> None:
    tags = "".join(f"<li><a href=/t/{tag}>{tag}</a></li>" for tag in ("Bridges", "Ferries", "Eastern Bank"))
    article = f"<article><h1>The bridge will close</h1>{f'<p>{PROSE * 2}</p>' * 5}</article>"
    assert kinds(clean_html(f"{article}<p>Filed under:</p><ul>{tags}</ul>"))["Eastern Bank"] is Kind.TAGS


def test_each_naming_rule_hits_and_spares_its_lines() -> None:
    rule = b'[[rule]]\nid="a"\nkind="ad"\nmatch="start"\nwords=5\nwhy="x"\n'
    broken = rule + b'hits=["sell"]\nspares=["x"]\nphrases={en=["buy"]}'
    with pytest.raises(ConfigError, match="rule a"):
        naming.load("naming.toml", broken)
    assert naming.shipped().find("Shop nowhere else", 3) is None
