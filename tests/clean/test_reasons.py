"""The kinds of what was removed, where no rule names them or a region's rule names all alike."""

from __future__ import annotations

import pytest

from scraper.clean import clean_html, clean_text
from scraper.types import Article, Kind

PROSE = (
    "The council met on Monday evening and decided, after a long debate, to close the old bridge for two years. "
    "Residents of the eastern bank will have to take the ferry until the new one is built. "
)
ARTICLE = f"<article><h1>The bridge will close</h1>{f'<p>{PROSE * 2}</p>' * 5}</article>"


def kinds(article: Article) -> dict[str, Kind]:
    """The kind of each removed block, by its text."""
    return {removal.text: removal.kind for removal in article.removed}


@pytest.mark.parametrize(
    ("around", "text", "kind"),
    [
        ('<aside class="left"><ul class="mainmenu"><li>{}</li></ul></aside>', "Climate and air", Kind.NAVIGATION),
        ('<aside><h3>More from us</h3><p><a href="/x">{}</a></p></aside>', "The ferry now runs at night", Kind.RELATED),
        ('<footer><div class="newsletter-box"><p>{}</p></div></footer>', "One letter a week", Kind.NEWSLETTER),
        ('<aside><select><option>{}</option></select></aside>', "Recipes of the season", Kind.NAVIGATION),
        ('<form><p>Sign up for our newsletter</p><label>{}</label></form>', "Household income", Kind.NEWSLETTER),
        ('<form><p>Log in</p><label>{}</label></form>', "Member number", Kind.LOGIN),
        ('<header><div>{}</div></header>', "28. April 2023, 19:50 Uhr", Kind.DATELINE_META),
        ('<div class="archive widget"><a href="/s">{}</a></div>', "September (12)", Kind.NAVIGATION),
    ],
)  # fmt: skip
def test_a_region_holds_more_than_one_kind(around: str, text: str, kind: Kind) -> None:
    assert kinds(clean_html(ARTICLE + around.format(text)))[text] is kind


def test_comments_behind_a_text_are_comments_with_their_names_and_dates() -> None:
    comments = "".join(
        f"{name} says\nMay {day}, 2024 at 8:17 am\nI take that bridge every day. What shall I do now, on foot?\nReply\n"
        for name, day in (("Jo", 3), ("Alma", 4), ("Piet", 5), ("Ruth", 6))
    )
    article = clean_text("The bridge will close\n\n" + f"{PROSE * 2}\n\n" * 5 + "Leave a comment\n" + comments)
    found = kinds(article)
    assert found["Alma says"] is Kind.COMMENTS
    assert found["May 5, 2024 at 8:17 am"] is Kind.COMMENTS


def test_fields_of_a_form_that_repeat_are_no_comments() -> None:
    fields = "Country\nMetter, GA\nCountry\nBoston, MA\nCountry\nPoconos, PA\nCountry\nReno, NV\n"
    article = clean_text("The bridge will close\n\n" + f"{PROSE * 2}\n\n" * 5 + fields)
    assert Kind.COMMENTS not in kinds(article).values()


def test_a_list_of_articles_does_not_reach_across_the_article() -> None:
    page = f"<p>Read also</p>{ARTICLE}<p>Opening hours of the town hall</p>"
    found = kinds(clean_html(page))
    assert found.get("Opening hours of the town hall") is not Kind.NEWSLETTER
    assert not any(removal.rule == "judge.list" for removal in clean_html(page).removed)


def test_a_table_of_contents_says_the_headings_again() -> None:
    heads = ("What the engineers found in spring", "What the council will do now", "Who is going to pay for it")
    contents = "".join(f"<li>{head}</li>" for head in heads)
    parts = "".join(f"<h2>{head}</h2><p>{PROSE * 3}</p>" for head in heads)
    article = clean_html(f"<ul>{contents}</ul><h1>The bridge will close</h1>{parts}<a href=/>Home</a>")
    assert len(article.removed) > 1
    assert {removal.kind for removal in article.removed if removal.text in heads} <= {Kind.NAVIGATION}


@pytest.mark.parametrize("product", ["NEBULA MARS 3", "PHP 8.4.13 Release Announcement"])
def test_a_name_with_a_number_is_no_date(product: str) -> None:
    article = clean_text("The bridge will close\n\n" + f"{PROSE * 2}\n\n" * 5 + f"{product}\n")
    assert kinds(article).get(product) is not Kind.DATELINE_META


def test_the_rule_stays_the_one_that_removed_the_block() -> None:
    article = clean_html(ARTICLE + '<aside><ul class="mainmenu"><li>Climate and air</li></ul></aside>')
    removal = next(removal for removal in article.removed if removal.text == "Climate and air")
    assert (removal.kind, removal.rule) == (Kind.NAVIGATION, "place.navigation.sidebar")
