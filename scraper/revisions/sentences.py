"""A text as sentences, and a sentence as words, figures and marks, in scripts with and without spaces.

Sentences are only compared with each other, so one that is cut wrongly costs nothing as long as the next version is
cut alike: every decision looks at the few characters around it and at nothing else.
"""

from __future__ import annotations

from scraper.expressions import expression

_THAI = "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e45\u0e50-\u0e59\u0e81-\u0eb0\u0eb2\u0eb3\u0ec0-\u0ec4"
_CLOSING = "\"'”“’»›)\\]」』）】》〉"
# What may end a sentence: with marks of scripts that put a blank behind it, and without; in Thai and Lao, a blank.
_END = expression(
    rf"[.!?…]{{1,8}}(?:[{_CLOSING}]{{0,4}}(?=\s)(?!\s»)|\s»)"
    rf"|[。！？｡．]{{1,8}}[{_CLOSING}]{{0,4}}"
    rf"|[؟۔।॥።፧։។៕။]{{1,8}}[{_CLOSING}]{{0,4}}"
    rf"|(?<=[{_THAI}\u0e48-\u0e4e\u0e31\u0e34-\u0e39])\s(?=[{_THAI}])"
)
_LAST_WORD = expression(r"[^\s(\[\"“„«]{1,20}$")
_ABBREVIATIONS = frozenset(
    (
        *"mr mrs ms dr prof st sr jr no nr vs inc ltd co corp gen lt col sgt capt sen rep gov rev hon messrs".split(),
        *"jan feb mar apr jun jul aug sep sept oct nov dec fig vol ed al cf art dept".split(),
        *"bzw ca usw evtl hr fr dipl ing hrsg abs bd nr str tel mio mrd sog geb gest vgl".split(),
        *"m mm mme mlle env av apr ex p pp etc sra dra srta ud uds vd av dña sig dott avv ecc sen".split(),
        *"г гг им ул тыс млн млрд руб см напр св д bijv dhr mevr drs mw blz nl tzv tj tzn np ul gen inż prof".split(),
    )
)
"""Words before a full stop that ends no sentence, in lower case; of the languages with most articles."""

# Han, kana, Thai, Lao, Burmese and Khmer letters, which have no blanks between words: each is a word here.
_ALONE = "\u0e00-\u0e3a\u0e40-\u0e47\u0e4d-\u0e4f\u0e80-\u0ec7\u1000-\u102a\u1780-\u17b3\u3040-\u30ff\u3400-\u4dbf"
_ALONE += "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af"
# Everything else that is no mark is a letter here, combining ones too, which `\w` leaves out.
_MARKS = (
    r"\s!-/:-@\[-`{-~\u00a1-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u2000-\u200b\u200e-\u206f"
)
_MARKS += "\u20a0-\u20cf\u2100-\u214f\u2190-\u2bff\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
_MARKS += (
    "\u060c\u061b\u061f\u066a-\u066d\u06d4\u0589\u0964\u0965\u1362-\u1368\u17d4-\u17da\u104a-\u104f\u0e4f\u0e5a\u0e5b"
)
_LETTER = rf"[^\d{_MARKS}{_ALONE}]"
TOKEN = expression(
    rf"(?P<figure>[-+−]?\d+(?:[.,:/'’\u00a0\u202f\u066b\u066c]\d+)*)"
    rf"|(?P<word>{_LETTER}+(?:['’\-\u2010\u2011]{_LETTER}+)*|[{_ALONE}])"
    rf"|(?P<mark>\S)"
)


def sentences(text: str) -> list[str]:
    """The sentences of a text, white space as one blank; the end of a line ends a sentence."""
    return [sentence for line in text.split("\n") for sentence in _in_line(" ".join(line.split()))]


def _in_line(line: str) -> list[str]:
    found: list[str] = []
    start = 0
    for end in _END.finditer(line):
        if line[end.start()] in ".!?…" and not _ends(line, start, end.start(), end.end()):
            continue
        found.append(line[start : end.end()].strip())
        start = end.end()
    return [sentence for sentence in [*found, line[start:].strip()] if sentence]


def _ends(line: str, start: int, mark: int, end: int) -> bool:
    """Whether a full stop or its like ends a sentence that began at `start`: it goes on with no small letter, and the
    word before it is no abbreviation, initial or ordinal number."""
    after = line[end : end + 2].lstrip()[:1]
    if after.islower():
        return False
    if line[mark] != "." or line[mark + 1 : mark + 2] == ".":
        return True
    found = _LAST_WORD.search(line[max(start, mark - 21) : mark])
    word = found[0] if found else ""
    if word.isdecimal() and len(word) <= 2:  # "am 3. Oktober"
        return not after.isalpha()
    return not ((len(word) == 1 and word.isalpha()) or "." in word or word.casefold() in _ABBREVIATIONS)
