"""The lexicon gives back what was packed, word by word."""

from __future__ import annotations

from scraper.clean import lexicon
from scraper.clean.lexicon import Lexicon

LINES = [("share", 1), ("share on facebook", 2), ("share this article", 3), ("share", 4)]
WORDS = lexicon.joined(
    {
        "share": lexicon.packed(
            {lexicon.ALONE, lexicon.BEHIND, "on facebook", "this article"}, LINES, [("share via", 5)]
        ),
        "tags": lexicon.packed({lexicon.ALONE, lexicon.LABEL}, [], []),
        "été": lexicon.packed({lexicon.BEHIND, "chaud"}, [("été chaud", 6)], []),
    }
)


def test_a_word_has_its_followers_lines_starts_and_spans() -> None:
    word = Lexicon(WORDS).of("share")
    assert word is not None
    assert word.followers == {"", "<", "on facebook", "this article"}
    assert word.lines == {"share": 4, "share on facebook": 2, "share this article": 3}
    assert word.starts == (("share via", 5),)
    assert word.spans == {"share": 3}


def test_a_word_is_the_same_when_it_is_asked_again() -> None:
    words = Lexicon(WORDS)
    assert words.of("tags") == words.of("tags") == lexicon.Word(frozenset({"", ":"}), {}, (), {})
    assert words.of("été") == lexicon.Word(frozenset({"<", "chaud"}), {"été chaud": 6}, (), {"été": 2})
    assert words.of("unknown") is None
