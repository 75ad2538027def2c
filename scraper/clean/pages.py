"""What a page is: an article, or one of the kinds of page that are none."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from scraper.errors import ConfigError
from scraper.types import Verdict

FEWEST_WORDS = 25
"""Kept words below which a page with a head of its own is no article: a caption or a prompt is left of it."""
INDEX_LINKS = 20
"""Headline-like links that make an index page, when hardly any prose was kept."""
INDEX_PROSE = 100


class PageRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of pages.toml."""

    verdict: Verdict
    id: str
    why: str
    most_words: int
    titles: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


class PageTable(Struct, frozen=True, forbid_unknown_fields=True):
    """All rules of pages.toml, in order."""

    page: tuple[PageRule, ...]


class Evidence(Struct, frozen=True):
    """What the verdict looks at. Counts are words; `headlines` are removed blocks that are one link of 4 to 25 words;
    `declared` says that the page calls itself an article."""

    title: str
    text: str
    all_text: str
    words: int
    prose: int
    headlines: int
    has_head: bool
    declared: bool = False


def load(name: str, data: bytes) -> PageTable:
    """pages.toml as a table; raises ConfigError that names the file."""
    try:
        return msgspec.toml.decode(data, type=PageTable)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise ConfigError(f"{name}: {error}", reason="rules") from error


def judge_page(evidence: Evidence, table: PageTable) -> Verdict:
    """The verdict on a page. Plain text has no head: whatever is left of it is what the caller gave as an article."""
    if not evidence.all_text.strip():
        return Verdict.EMPTY
    if not evidence.has_head:
        return Verdict.ARTICLE if evidence.words else Verdict.EMPTY
    title = fold_page(evidence.title)
    parts = {title, *(part.strip() for part in title.replace("–", "|").replace(" - ", "|").split("|"))}
    text = fold_page(evidence.all_text[:20_000])
    for rule in table.page:
        named = not parts.isdisjoint(rule.titles)
        if evidence.words < rule.most_words and (
            (named and evidence.prose < rule.most_words) or any(phrase in text for phrase in rule.texts)
        ):
            return rule.verdict
    listed = evidence.headlines >= INDEX_LINKS and evidence.prose < INDEX_PROSE
    if listed and not (evidence.declared and evidence.prose >= FEWEST_WORDS):
        return Verdict.INDEX_PAGE
    if evidence.words < FEWEST_WORDS:
        return Verdict.OTHER_PAGE
    return Verdict.ARTICLE


def fold_page(text: str) -> str:
    """Lower case, straight quotes, single spaces."""
    return " ".join(text.lower().replace("’", "'").split())
