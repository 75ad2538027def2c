"""A byline's text taken apart: openers, lists of names, roles, places and degrees, in several languages."""

from __future__ import annotations

import time

import pytest

from scraper.clean.people import people


@pytest.mark.parametrize(
    "text",
    [
        "John E. Quill",
        "Maria Y. Lindgren",
        "José Brandvold y Gasset",
        "Ana de la Marsh y Pérez",
        "J.K. Quill",
        "Bo Quill Jr.",
        "Martin Quill III",
        "Ana O’Quill",
        "İpek Öztürk",
        "Мария-Анна О'Квилл",
        "สมชาย ใจดี",
        "ada quill",
    ],
)
def test_a_name_stays_whole(text: str) -> None:
    assert people([text]) == (text,)


@pytest.mark.parametrize(
    "text",
    [
        "Ada Quill e Bo Lindgren",
        "Ada Quill y Bo Lindgren",
        "Ada Quill och Bo Lindgren",
        "Ada Quill és Bo Lindgren",
        "Ada Quill a Bo Lindgren",
        "Ada Quill oraz Bo Lindgren",
        "Ada Quill ve Bo Lindgren",
        "Ada Quill dan Bo Lindgren",
        "Ada Quill + Bo Lindgren",
        "Ada Quill And Bo Lindgren",
        "Par Ada Quill avec Bo Lindgren",
        "Ada Quill, and Bo Lindgren",
        "Ada Quill in London and Bo Lindgren in Paris",
        "Ada Quill (Text) und Bo Lindgren (Fotos)",
        "Quill, Ada; Lindgren, Bo",
        "Ada Quill, Bo Lindgren, ARD-Studio Berlin",
        "Ada Quill, Bo Lindgren | The Example",
        "Ada Quill&nbsp;, Bo Lindgren",
        "Ada Quill ada@example.org Bo Lindgren",
    ],
)
def test_a_list_of_names(text: str) -> None:
    assert people([text]) == ("Ada Quill", "Bo Lindgren")


@pytest.mark.parametrize(
    "text",
    [
        "Tekst: Ada Quill",
        "Reporter: Ada Quill",
        "Penulis: Ada Quill",
        "Szerző: Ada Quill",
        "Oleh Ada Quill",
        "PAR Ada Quill",
        "Ada Quill Staff Writer",
        "Political Editor Ada Quill",
        "Ada Quill | Staff Writer",
        "Ada Quill in Berlin",
        "Ada Quill, New York",
        "Ada Quill for The Example",
        "Ada Quill, special to The Example",
        "Ada Quill PhD",
        "Ada Quill, MD, PhD",
        "Ada Quill Associated Press",
        "Ada Quill/AFP",
        "Ada Quill @adaquill",
        "Ada Quill 3 March 2024",
        "Ada Quill Updated 3 March 2024",
        "Ada Quill By Ada Quill",
        "Quill, Ada",
    ],
)
def test_what_stands_around_a_name(text: str) -> None:
    assert people([text]) == ("Ada Quill",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("記者王小明／台北報導", ("王小明",)),
        ("文／王小明", ("王小明",)),
        ("文在明", ("文在明",)),
        ("作者：王小明", ("王小明",)),
        ("水瀬あかり記者", ("水瀬あかり",)),
        ("取材・文＝水瀬あかり", ("水瀬あかり",)),
        ("山田太郎・鈴木花子", ("山田太郎", "鈴木花子")),
        ("山田太郎、鈴木花子", ("山田太郎", "鈴木花子")),
        ("ジョン・クイル", ("ジョン・クイル",)),
        ("김철수 기자 kim@example.org", ("김철수",)),
        ("김철수, 이영희 기자", ("김철수", "이영희")),
        ("김철수·이영희 특파원", ("김철수", "이영희")),
        ("Текст: Иван Петров", ("Иван Петров",)),
        ("Иван Петров, корреспондент", ("Иван Петров",)),
        ("بقلم: أحمد علي", ("أحمد علي",)),
        ("編集部", ()),
        ("みなと新聞社", ()),
        ("디지털뉴스팀", ()),
    ],
)
def test_scripts_that_do_not_space_words_or_have_other_roles(text: str, names: tuple[str, ...]) -> None:
    assert people([text]) == names


@pytest.mark.parametrize(
    "text", ["Da Redação", "La Rédaction", "Onlineredaktion", "Agencias", "The Editors", "Example Ltd"]
)
def test_a_desk_is_nobody(text: str) -> None:
    assert people([text]) == ()


@pytest.mark.parametrize("part", ["by ", "Ada Quill, ", ", Jr ", "記者", " - ", "a b; ", "@ ", "de "])
def test_a_long_field_takes_no_longer_than_it_is(part: str) -> None:
    start = time.process_time()
    people([part * 20_000])
    assert time.process_time() - start < 1
