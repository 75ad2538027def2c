"""What kind of change made one sentence another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.revisions.wording import Kind, bag, compare, likeness

FIGURES, NAMES, SPELLING = ("figures",), ("names",), ("spelling",)
PUNCTUATION, REWRITTEN = ("punctuation",), ("rewritten",)


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("The council approved 12 bridges.", "The council approved 14 bridges.", FIGURES),
        ("It will open on Tuesday, 3 March.", "It will open on Friday, 4 April.", FIGURES),
        ("It cost $40 million.", "It cost €40 million.", FIGURES),
        ("It rose 5 per cent.", "It rose 5.5 per cent.", FIGURES),
        ("Three people died.", "Five people died.", FIGURES),
        ("It is 3 km long.", "It is 5 miles long.", FIGURES),
        ("Am Montag starben drei Menschen.", "Am Dienstag starben vier Menschen.", FIGURES),
        ("Il a payé 3,5 millions.", "Il a payé 3,5 milliards.", FIGURES),
        ("会议于周二批准了12座桥梁。", "会议于周三批准了14座桥梁。", FIGURES),
        ("قتل 12 شخصا في الهجوم.", "قتل ١٥ شخصا في الهجوم.", FIGURES),
        ("มีผู้เสียชีวิต 5 คน", "มีผู้เสียชีวิต 7 คน", FIGURES),
        ("Он заплатил два миллиона.", "Он заплатил три миллиона.", FIGURES),
        ("The mayor, Ann Smith, said so.", "The mayor, Anne Smyth, said so.", NAMES),
        ("They met in Berlin.", "They met in Bonn.", NAMES),
        ("首相は「アベノミクス」を説明した。", "首相は「サナエノミクス」を説明した。", NAMES),
        ("他读了《红楼梦》这本书。", "他读了《西游记》这本书。", NAMES),
        ("قرأ كتاب «الأيام» أمس.", "قرأ كتاب «الليالي» أمس.", NAMES),
        ("He recieved the prize.", "He received the prize.", SPELLING),
        ("The goverment fell.", "The government fell.", SPELLING),
        ('He said "yes" and left.', "He said “yes”, and left.", PUNCTUATION),
        ("It was 1,000 km away.", "It was 1000 km away.", PUNCTUATION),
        ("THE COUNCIL MET.", "The council met.", PUNCTUATION),
        ("The anti-war party won.", "The antiwar party won.", PUNCTUATION),
        ("He was charged.", "He was acquitted.", REWRITTEN),
        ("He is not guilty.", "He is guilty.", REWRITTEN),
        ("He can go.", "He may go.", REWRITTEN),
        ("The old man left.", "An old man left.", REWRITTEN),
        ("Two of 12 died in Berlin.", "Two of 13 died in Bonn.", ("figures", "names")),
    ],
)
def test_kinds(before: str, after: str, kinds: tuple[str, ...]) -> None:
    assert compare(before, after).kinds == kinds
    assert compare(after, before).kinds == kinds


def test_a_german_noun_is_no_name_and_a_name_beside_another_is() -> None:
    assert compare("Sie sprach im Haus.", "Sie sprach im Gebäude.", "de").kinds == REWRITTEN
    assert compare("Es sagte Angela Merkel so.", "Es sagte Angela Merkl so.", "de-AT").kinds == NAMES


def test_pieces_are_both_sentences() -> None:
    wording = compare("He paid 3 euros, she said.", "He paid 4 dollars, she said twice.")
    assert [(piece.mark, piece.text) for piece in wording.pieces] == [
        (" ", "He paid "),
        ("-", "3 euros"),
        ("+", "4 dollars"),
        (" ", ", she said "),
        ("+", "twice"),
        (" ", "."),
    ]


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_are_compared(before: str, after: str) -> None:
    wording = compare(before, after)
    assert wording.kinds
    assert set(wording.kinds) <= set(Kind)
    assert "".join(piece.text for piece in wording.pieces if piece.mark != "-") == after
    assert 0 <= likeness(bag(before), bag(after)) <= 1


def test_sentences_of_endless_length_differ_where_nobody_looks() -> None:
    assert compare("a " * 5000 + "b", "a " * 5000 + "c").kinds == REWRITTEN
