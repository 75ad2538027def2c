"""What is learned of a host is a matter of the set of its articles: distinct ones, in any order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import articles, site

from scraper import memory
from scraper.clean import clean_html
from scraper.clean.memory import RULE, keys
from scraper.memory import Page, learn
from scraper.types import Kind, Removal

PROMISE = "Whatever floats past this window is written down before supper."
STORIES = ["\n\n".join(paragraphs) for _, paragraphs in articles("english")]


def page(number: int, *kept: str, removed: tuple[Removal, ...] = ()) -> Page:
    return Page("\n\n".join((STORIES[number], *kept)), removed)


def gone(text: str, kind: Kind = Kind.RELATED, rule: str = "judge.shape") -> Removal:
    return Removal(9, kind, rule, text)


def counted(text: str, *pages: Page) -> tuple[int, int, Kind | None] | None:
    (key,) = keys(text)[-1:]
    line = learn(pages).lines.get(key)
    return line and (line.articles, line.kept, line.kind)


def test_a_line_is_counted_once_an_article_whether_it_was_kept_or_removed() -> None:
    pages = [page(0, PROMISE, PROMISE), page(1, removed=(gone(PROMISE), gone(PROMISE))), page(2)]
    assert counted(PROMISE, *pages) == (2, 1, Kind.RELATED)
    assert learn(pages).articles == 3


def test_a_line_of_one_article_is_not_learned() -> None:
    assert counted(PROMISE, page(0, PROMISE, PROMISE), page(1)) is None


def test_near_duplicates_of_one_story_count_once() -> None:
    again = Page(STORIES[0].replace("Monday", "Tuesday").replace("forty", "fifty"), ())
    copies = [page(0, PROMISE), Page(f"{again.text}\n\n{PROMISE}", ()), Page(f"{PROMISE}\n\n{STORIES[0]}", ())]
    assert counted(PROMISE, *copies) is None
    assert counted(PROMISE, *copies, page(3, PROMISE)) == (2, 2, None)
    assert learn(copies).articles == 1


def test_how_stories_are_told_apart_can_be_swapped() -> None:
    pages = [page(0, PROMISE), page(0, PROMISE)]
    assert learn(pages, lambda texts: list(range(len(texts)))).articles == 2


def test_what_memory_took_before_is_no_evidence_for_it() -> None:
    taken = [page(number, removed=(gone(PROMISE, Kind.OTHER, RULE),)) for number in range(4)]
    assert counted(PROMISE, *taken) == (4, 4, None)


def test_numbers_are_alike_in_a_shape_and_told_apart_in_its_exact_form() -> None:
    lesson = learn([page(0, "High water at 14:32"), page(1, "High water at 3:05"), page(2, "High water at 3:05")])
    shape, exact = keys("High water at 3:05")
    assert (lesson.lines[shape].articles, lesson.lines[exact].articles) == (3, 2)
    assert keys("High water at 14:32")[1] not in lesson.lines


def test_numbers_letters_and_long_texts_alone_are_nothing_to_remember() -> None:
    assert [keys(text) for text in ("", "1.", "***", "§ 7", "a", "word " * 200)] == [()] * 6


def test_a_profile_holds_the_most_frequent_lines_only_and_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_LINES", 100)
    many = tuple(gone(f"{word} {other}") for word in STORIES[3].split() for other in STORIES[4].split())
    pages = [page(0, removed=(gone(PROMISE), *many)), page(1, removed=(gone(PROMISE), *many)), page(2, PROMISE)]
    lesson = learn(pages)
    assert len(lesson.lines) == 100
    assert lesson.lines[keys(PROMISE)[0]].articles == 3
    assert all(len(key) == 16 and set(key) <= set("0123456789abcdef") for key in lesson.lines)


def test_the_same_content_has_the_same_id_and_other_content_another() -> None:
    lesson = learn([page(0, PROMISE), page(1, PROMISE)])
    frozen = lesson.frozen("news.example", 3, 7)
    assert frozen == lesson.frozen("news.example", 3, 7)
    others = (
        lesson.frozen("news.example", 2, 7),
        lesson.frozen("else.example", 3, 7),
        lesson.frozen("news.example", 3, 8),
    )
    assert len({frozen.id, *(other.id for other in others)}) == 4
    assert frozen.id.startswith("memory-3-")


CLEANED = [Page(one.text, one.removed) for one in (clean_html(made.page) for made in site("quayside"))]


@given(st.permutations(CLEANED), st.integers(0, len(CLEANED)))
def test_the_order_of_learning_does_not_matter(pages: list[Page], many: int) -> None:
    chosen = pages[:many]
    in_order = [page for page in CLEANED if page in chosen]
    assert learn(chosen).frozen("q.example", 1, many) == learn(in_order).frozen("q.example", 1, many)
