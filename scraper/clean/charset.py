"""Which encoding bytes are in, by what they show themselves: marks, the shape of UTF-16, or the letters they make.

A legacy encoding is found by two questions, the cheap one first. In Latin scripts an accented letter stands alone among
ASCII letters, so the high bytes come in runs of about one: which of four code pages it is, the languages' alphabets
decide. In every other script they come in words: charset_normalizer decides among a fixed list, on a bounded sample.

Every encoding is called by its name in the Encoding Standard; UTF-32, which that lacks, is utf-32le and utf-32be.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections import Counter

from scraper.expressions import expression

WINDOW = 256 * 1024
"""Bytes looked at from the first one above 0x7F: menus and scripts in ASCII may fill a page's beginning."""
SAMPLE = 16 * 1024
"""Bytes judged; charset_normalizer takes 1 to 8 ms for them."""

LATIN_RUN = 1.6
"""Mean length of a run of high bytes below which the script is Latin: 1.0 to 1.2 in Latin text, over 2 in others."""
LATIN_SHARE = 0.35
"""Katakana in Shift_JIS alternates high and low bytes, and half of its bytes are high; Turkish has 15 %."""

# Letters beyond ASCII by language, lower case (Unicode CLDR 45, main exemplar characters). In each code page the
# commoner languages of the web come first: the first of equals wins.
_ALPHABETS: dict[str, tuple[str, ...]] = {
    "windows-1252": (
        "éèêàâçùûîïôëœæüÿ",  # French
        "äöüß",  # German
        "áéíóúüñ¿¡ªº",  # Spanish
        "áâãàçéêíóôõúª°º",  # Portuguese
        "àèéìòù°",  # Italian
        "éëïöüèáóíê",  # Dutch
        "åäöé",  # Swedish, Finnish
        "åæøéò",  # Danish, Norwegian
        "àçéèíïóòúü·",  # Catalan
        "áðéíóúýþæö",  # Icelandic
        "äöõüšž",  # Estonian
        "ëç",  # Albanian
    ),
    "windows-1254": ("çğıöşüâîûi̇", "çğıöşüâîû"),
    "windows-1250": (
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áéíóöőúüű",  # Hungarian
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "čćđšž",  # Croatian, Bosnian, Slovenian
        "ăâîşţ",  # Romanian
    ),
    "windows-1257": ("āčēģīķļņšūž", "ąčęėįšųūž"),
}
_NEUTRAL = frozenset("“”„‘’‚‹›«»–—…•·€£§©®™°´\u00a0\u00ad")
"""Typography, which is no evidence for a language."""

_OTHERS = {
    "cp1251": "windows-1251",
    "cp1253": "windows-1253",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256",
    "cp874": "windows-874",
    "koi8_r": "koi8-r",
    "cp932": "shift_jis",
    "euc_jp": "euc-jp",
    "gb18030": "gb18030",
    "cp949": "euc-kr",
    "big5": "big5",
}
"""Python's names of what is guessed beyond Latin, and the Encoding Standard's."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32le"),  # before UTF-16: it begins with that one's mark
    (codecs.BOM_UTF32_BE, "utf-32be"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_WIDE = ("utf-32le", "utf-32be", "utf-16le", "utf-16be")
_WIDE_SAMPLE = 8192
_COMMON = frozenset("\n\r\t、。，．・")
_NON_ASCII = expression(r"[^\x00-\x7f\ufffd]")

_HIGH = expression(rb"[\x80-\xff]+")
_CHUNK_END = expression(rb"[<>\n]")
_CUT = expression(rb"[\x00-\x2f](?=[^\x00-\x2f]*\Z)")


def by_mark(data: bytes) -> tuple[str, int] | None:
    """The encoding that a byte order mark names, and the mark's length in bytes."""
    return next(((name, len(mark)) for mark, name in _MARKS if data.startswith(mark)), None)


def wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: read as the wrong one of them, text has no ASCII and no commas."""
    sample = data[:_WIDE_SAMPLE]
    best, best_share = None, 0.01
    for name in _WIDE:
        share = _common_share(sample, name)
        if share > best_share:
            best, best_share = name, share
    return best


def _common_share(sample: bytes, name: str) -> float:
    """The share of ASCII and common punctuation if the sample is in that encoding; 0 if it cannot be."""
    try:
        text = codecs.getincrementaldecoder(name)("strict").decode(sample)
    except UnicodeDecodeError:
        return 0.0
    # A misreading soon meets a code point that no text has: a control character, or one not assigned.
    if any(unicodedata.category(char) in {"Cc", "Cn", "Co"} and char not in "\t\n\f\r" for char in text):
        return 0.0
    return sum(" " <= char <= "~" or char in _COMMON for char in text) / max(len(text), 1)


def has_utf8(data: bytes) -> bool:
    """Whether there is at least one UTF-8 character beyond ASCII."""
    return _NON_ASCII.search(data.decode("utf-8", "replace")) is not None


def mostly_utf8(data: bytes) -> bool:
    """Damaged or cut UTF-8: legacy bytes form a valid sequence by chance only now and then."""
    text = data.decode("utf-8", "replace")
    return sum(1 for _ in _NON_ASCII.finditer(text)) >= 2 * text.count("\ufffd")


def guess(data: bytes) -> str | None:
    """Name the legacy encoding of `data`, as the Encoding Standard names it, or None if nothing fits.

    The answer depends on the bytes alone: the candidates, their order and the sample are fixed.
    """
    sample = _sample(data)
    runs = _HIGH.findall(sample)
    high = sum(map(len, runs))
    if not high:
        return None
    if high / len(runs) < LATIN_RUN and high / len(sample) < LATIN_SHARE:
        return _latin(sample)
    return _beyond_latin(sample)


def _sample(data: bytes) -> bytes:
    """The lines and runs between tags that hold high bytes, ending where no multi-byte character is cut."""
    first = _HIGH.search(data)
    if first is None:
        return b""
    line = max(data.rfind(b"\n", 0, first.start()), data.rfind(b">", 0, first.start()), first.start() - SAMPLE)
    window = data[line + 1 : line + 1 + WINDOW]
    joined = b"\n".join(chunk for chunk in _CHUNK_END.split(window) if _HIGH.search(chunk))
    if len(joined) <= SAMPLE and len(window) < WINDOW:
        return joined
    # Below 0x30 stands no second byte of any encoding in the list: a cut behind one of these is clean.
    cut = _CUT.search(joined[:SAMPLE])
    return joined[: cut.end()] if cut else joined[:SAMPLE]


def _latin(sample: bytes) -> str | None:
    """The code page in which the letters beyond ASCII are those of one language."""
    counts = Counter(byte for run in _HIGH.findall(sample) for byte in run)
    best, best_share = None, 0.0
    for name, alphabets in _ALPHABETS.items():
        letters = {_letter(byte, name): count for byte, count in counts.items()}
        weighed = {letter: count for letter, count in letters.items() if letter not in _NEUTRAL}
        total = sum(weighed.values())
        if not total:
            return name
        share = max(
            sum(count for letter, count in weighed.items() if letter.lower() in alphabet) / total
            for alphabet in alphabets
        )
        if share > best_share:
            best, best_share = name, share
    # Under half, the bytes are letters of no language here: noise, or a code page that nobody declares.
    return best if best_share >= 0.5 else None


def _letter(byte: int, name: str) -> str:
    return codecs.decode(bytes([byte]), name.replace("windows-", "cp"), "replace")


def _beyond_latin(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 -- 29 ms, and most pages are UTF-8

    best = from_bytes(sample, cp_isolation=list(_OTHERS), preemptive_behaviour=False).best()
    return _OTHERS.get(best.encoding) if best else None
