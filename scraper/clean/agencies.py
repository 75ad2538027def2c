"""News agencies in bylines, titles and source lines; datelines and sign-offs are in modules of their own."""

from __future__ import annotations

import re
from functools import cache

from scraper.clean.datelines import dateline
from scraper.clean.found import Found
from scraper.clean.signoffs import signoff
from scraper.clean.wires import LONGEST_NAME, labelled, named, rules
from scraper.expressions import expression

__all__ = ["Found", "byline_suffix", "canonical", "dateline", "is_agency", "signoff", "source_agency"]

LONGEST_CREDIT = 80
"""Characters of an author field or a source line that can name an agency."""

_LISTED = expression(r"\s*[/,;&+|]\s*|\s+(?:and|und|et|y|e|with|mit|avec)\s+")
_SEPARATED = expression(r"\s+[-–—|•·:]\s+([^\s|•·–—][^|•·–—]{0,50})$")
_BRACKETED = expression(r"\s+\(([^()]{2,50})\)$")
_COPYRIGHT = expression(r"\s*(?:©|\(c\)|\(C\))\s*(?:Copyright\s+)?(?:(?:19|20)\d\d\s+)?([^.,:;|\n]{2,60})")
_PARTICIPLE = expression(r"(?:[aiu][dt][oaie]s?|ées?|és?|ito|sto)$")


def canonical(name: str) -> str | None:
    """The code of the agency that a whole name or abbreviation stands for; a first name or plain word is none."""
    return None if name.strip() in rules().plain else labelled(name)


def is_agency(name: str) -> bool:
    """Whether an author's name is an agency's, or a list of them, or its staff ("dpa/AFP", "Reuters Staff")."""
    if len(name) > LONGEST_CREDIT:
        return False
    name = re.sub(rf"^(?:{'|'.join(rules().by)})\s+", "", name.strip(), flags=re.IGNORECASE)
    if canonical(name):
        return True
    parts = [part for part in _LISTED.split(re.sub(r"\s*[()\[\]]", ",", name)) if part.strip()]
    return bool(parts) and all(canonical(_without_staff(part)) for part in parts)


def _without_staff(name: str) -> str:
    """An agency's name without "Staff", "Editorial" and the like; unchanged if nothing would be left."""
    words = name.split()
    while len(words) > 1 and words[-1].lower().strip(".") in rules().staff:
        words.pop()
    while len(words) > 1 and words[0].lower() in rules().staff | {"the", "agencia", "agence", "agenzia"}:
        words.pop(0)
    joined = " ".join(words)
    return name.strip() if canonical(name) else joined


@cache
def _by() -> re.Pattern[str]:
    """A preposition and a name at the end; Romance ones in lower case too, as investing.com's titles have them."""
    return re.compile(rf"\s+({'|'.join(rules().by)}|di|da|por|par)\s+(\S+(?:\s\S+){{0,3}})$")


def byline_suffix(title: str) -> Found | None:
    """The agency that a title ends with (" Von Reuters", " | AFP"), with the offsets of what to cut from the title."""
    end = len(title.rstrip())
    head = title[:end]
    for pattern, group in ((_by(), 2), (_SEPARATED, 1), (_BRACKETED, 1)):
        match = pattern.search(head, max(0, end - LONGEST_NAME))
        if not match or not head[: match.start()].strip():
            continue
        code = canonical(match[group])
        if code and not (group == 2 and match[1].islower() and _PARTICIPLE.search(head[: match.start()])):
            return Found(match.start(), len(title), agency=code)
    return None


@cache
def _source() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{'|'.join(rules().sources)})\s*[:：-]\s*(.*?)\s*", re.IGNORECASE | re.DOTALL)


def source_agency(line: str, next_line: str | None = None) -> str | None:
    """The agency of a source line: "Source : UPI", "SOURCE:" with the name on the next line, "© Reuters. ..."."""
    if match := _COPYRIGHT.match(line[:LONGEST_CREDIT]):
        return _first_named(match[1])
    if len(line) > LONGEST_CREDIT or not (match := _source().fullmatch(line)):
        return None
    return _first_named(match[1] or (next_line or "")[: LONGEST_CREDIT + 1])


def _first_named(text: str) -> str | None:
    """The first agency of a list; None if the list begins with somebody else."""
    if len(text) > LONGEST_CREDIT:
        return None
    text = text.strip(" .()[]\t\u00a0")
    first = next((part for part in _LISTED.split(text) if part.strip()), "")
    return named(text) or named(_without_staff(first))
