"""Whether an article changed, or what stands around it."""

from __future__ import annotations

import pytest

from scraper.revisions.compare import compare, confirmed, plain
from scraper.types import Article, Form, Kept, Kind, Metadata, Removal, Verdict

BODY = [(f"Sentence number {n} of the article stands here.", 0.99) for n in ("one", "two", "three", "four")]


def article(lines: list[tuple[str, float]], removed: tuple[str, ...] = ()) -> Article:
    blocks = tuple(Kept(at, Form.PARAGRAPH, "judge.article", text, score) for at, (text, score) in enumerate(lines))
    out = tuple(Removal(100 + at, Kind.RELATED, "judge.shape", text) for at, text in enumerate(removed))
    text = "\n\n".join(text for text, _ in lines)
    return Article(text, (), out, (), Metadata(), Verdict.ARTICLE, blocks)


@pytest.mark.parametrize(
    ("line", "score", "place", "is_change"),
    [
        ("A new paragraph in the middle.", 0.7, 2, True),
        ("Shop mattresses.", 0.4, 2, False),
        ("A new paragraph at the end.", 0.87, 4, True),
        ("Word of the day: zephyr", 0.51, 4, False),
        ("Order the mattress of your dreams.", 0.73, 4, False),
        ("A standfirst that was added.", 0.9, 0, True),
        ("Ten beaches that you must see", 0.27, 0, False),
    ],
)
def test_a_line_that_came_by_its_score_and_place(line: str, score: float, place: int, is_change: bool) -> None:
    new = [*BODY[:place], (line, score), *BODY[place:]]
    for before, after in ((BODY, new), (new, BODY)):
        found = compare(article(before), article(after))
        assert (found.changed, found.noise) == (((line,), ()) if is_change else ((), (line,)))
        assert found.kin == 1.0


def test_a_line_that_the_cleaner_judged_otherwise_stands_on_both_pages() -> None:
    whole, cut = article(BODY), article(BODY[:3], removed=(BODY[3][0],))
    assert compare(whole, cut).changed == compare(cut, whole).changed == ()
    assert compare(whole, cut).noise == (BODY[3][0],)
    assert compare(whole, article(BODY[:3])).changed == (BODY[3][0],)


def test_of_two_that_are_one_the_better_score_counts() -> None:
    low = [*BODY[:1], (BODY[1][0].replace("two", "2"), 0.3), *BODY[2:]]
    assert len(compare(article(BODY), article(low)).changed) == 2


def test_another_article_is_no_kin() -> None:
    other = [(f"Ships may enter the harbour on day {n} again.", 0.99) for n in range(4)]
    assert compare(article(BODY), article(other)).kin == 0.0
    assert compare(article(BODY), article([])).kin == 0.0


def test_white_space_is_plain() -> None:
    assert plain(" A\u00a0 b\r\n\n\n\tc ") == "A b\nc" == plain("A b\nc")


def test_what_differs_from_load_to_load_is_not_the_article_s() -> None:
    def page(*more: tuple[str, float]) -> Article:
        return article([*BODY[:2], *more, *BODY[2:]])

    old, new, again = (page((f"Order the {name} of your dreams today.", 0.84)) for name in ("sofa", "bed", "chair"))
    found = compare(old, new)
    assert len(found.changed) == 2
    assert confirmed(found, compare(new, again)).changed == ()
    assert len(confirmed(found, compare(new, again)).noise) == 2
    assert confirmed(found, compare(new, new)) == found  # it stands there at each load
    assert confirmed(compare(page(), new), compare(new, again)).changed == ()
    real = ("The mayor said so on the phone.", 0.9)
    ad = ("Order the bed of your dreams today.", 0.84)
    mixed = compare(old, page(real, ad))
    assert real[0] in confirmed(mixed, compare(page(real, ad), page(real, ("Order a chair.", 0.84)))).changed
