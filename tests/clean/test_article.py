"""The kept blocks as text: what stands on adjacent lines, and what is cut out of a line."""

from __future__ import annotations

from scraper import Options, clean_text

STRIPPED = Options(strip_inline=True)


def test_a_line_shortened_by_a_cut_is_joined_as_it_is_printed() -> None:
    text = "The ministry did not answer. (Reporting by Ada Quill in Lissau; Editing by Bo Lind)\nand so on\n"

    once = clean_text(text, options=STRIPPED)

    assert once.text == "The ministry did not answer.\n\nand so on"
    assert clean_text(once.text, options=STRIPPED).text == once.text
    (trim,) = once.trimmed
    assert text[trim.start : trim.end] == trim.text
