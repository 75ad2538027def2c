"""What people type in a search field: understood, or refused in plain words; never a command of FTS5."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import UsageError
from scraper.index.query import MAX_LENGTH, Term, parse

TEXTS = (
    "The council approved a new bridge",
    "A bridge, but not a new one: AND OR NOT NEAR",
    "Über die Brücke",
    "北京 今天",
    "harbour: column",
)


def hits(asked: str) -> list[int]:
    found = parse(asked)
    if found is None:
        return []
    with closing(sqlite3.connect(":memory:")) as db:
        tokens = "tokenize = 'unicode61 remove_diacritics 2'"
        db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 (title, text, content = '', {tokens})")
        for rowid, text in enumerate(TEXTS):
            db.execute("INSERT INTO fulltext (rowid, title, text) VALUES (?, 'Headline', ?)", (rowid, text))
        return [row[0] for row in db.execute("SELECT rowid FROM fulltext WHERE fulltext MATCH ?", (found.match,))]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bridge", [0, 1]),
        ("BRIDGE new", [0, 1]),
        ('"new bridge"', [0]),
        ("bridge -council", [1]),
        ('bridge -"new bridge"', [1]),
        ("counc*", [0]),
        ('"new bri"*', [0]),
        ("council AND bridge", []),
        ("NOT", [1]),
        ("NEAR", [1]),
        ("bridge OR", [1]),
        ("title:headline bridge", [0, 1]),
        ("title:bridge", []),
        ("-title:headline", "error"),
        ("brucke", [2]),
        ("北*", [3]),
        ("text:bridge", []),
        ("harbour:", [4]),
        ("{title}", []),
        ("^bridge", [0, 1]),
        ("bridge) OR (a", [1]),
        ("", []),
        ("  \t ", []),
        ("- * :", "error"),
        ("—", []),
    ],
)
def test_what_is_found(asked: str, found: list[int] | str) -> None:
    if found == "error":
        with pytest.raises(UsageError):
            parse(asked)
    else:
        assert hits(asked) == found


@given(st.text(alphabet='ab1 "*-:().^{}+\\,\x00é北ANDORt', max_size=30) | st.text(max_size=30))
def test_no_text_is_an_error_of_the_database(asked: str) -> None:
    try:
        hits(asked)
    except UsageError as error:
        assert str(error).endswith(".")  # noqa: PT017 - one of two good ends


@given(st.text(max_size=30))
def test_a_word_alone_is_what_is_marked(asked: str) -> None:
    word = "".join(char for char in asked if char.isalnum())
    if word:
        found = parse(word)
        assert found is not None
        assert found.terms == (Term(word, is_prefix=False),)


def test_its_length_is_bounded() -> None:
    assert parse("a" * MAX_LENGTH) is not None
    with pytest.raises(UsageError, match="at most 500"):
        parse("a" * (MAX_LENGTH + 1))
