"""What a page is: an article, or one of the kinds of page that are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct

from scraper.errors import ConfigError
from scraper.expressions import expression
from scraper.types import Verdict

FEWEST_WORDS = 25
"""Kept words below which a page with a head of its own is no article: a caption or a prompt is left of it."""
INDEX_LINKS = 20
"""Headline-like links that make an index page, when hardly any prose was kept."""
INDEX_PROSE = 100
STUB, CUT_STUB = 160, 400
"""Kept words below which a text before a prompt is a stub; the latter where the text breaks off."""
LITTLE_PROSE = 40
"""Words of kept prose below which a refusal is looked for in all of the page."""
TITLE_PROSE, TITLED_PROSE = 30, 100
"""Words of kept prose from which a title says nothing: by itself, and beside a phrase. "Access denied" is news too."""
TOLD = 2
"""Kept sentences beside a refusal's words that tell of them: an article's; one where it is signed."""
REFUSALS = frozenset((Verdict.BLOCK_PAGE, Verdict.SOFT_404, Verdict.OTHER_PAGE))
SIGNED_PROSE = 60
"""Words of kept prose below a byline or a date from which a page is an article, whatever words it quotes."""
QUOTES = frozenset("“”\"«»„‘'「『‹›")
BARE_PAGE = 120
"""Words of the whole page below which its markup is searched: a challenge is a script with a sentence around it."""
LONGEST_TEXT, LONGEST_SOURCE = 20_000, 100_000
"""Characters that are searched."""
SEPARATORS = expression(r"\s[-–—|·•:»]\s|[|｜»]")


class PageRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of pages.toml.

    It holds while fewer than `most_words` words were kept. `titles` match a whole title or headline, or its part before
    or after a separator; of them `weak` ones say nothing where a sentence was kept. `texts` must occur: one, or one for
    every `each` words of that text; with `most_page` in a page of fewer words, or one with one of `lines` as a whole
    line. `sources` must occur in the markup, of pages with hardly any text. A page that calls itself an article is
    asked only where `declared`.
    """

    verdict: Verdict
    id: str
    why: str
    most_words: int
    titles: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    each: int = 0
    most_page: int = 0
    lines: frozenset[str] = frozenset()
    declared: bool = False


class PageKind(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of page that is no article, in pages.toml: how it shows itself.

    `address` are parts of the path, `hosts` of the host's name; `types` schema.org types (JSON-LD, microdata, og:type),
    `names` classes and ids of the elements around the text, `lines` whole lines of the page. All in lower case.
    """

    id: str
    verdict: Verdict
    why: str
    address: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()


class PageTable(Struct, frozen=True, forbid_unknown_fields=True):
    """All rules of pages.toml, in order, and the kinds of page that the scorecards know."""

    page: tuple[PageRule, ...]
    kind: tuple[PageKind, ...] = ()

    @property
    def most_words(self) -> int:
        """Kept words from which no rule is asked."""
        return max((rule.most_words for rule in self.page), default=0)

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each kind of page."""
        return {kind.id: kind.verdict for kind in self.kind}


class Evidence(Struct, frozen=True):
    """What the verdict looks at. Counts are words: kept, kept prose, of the whole page.

    `titles` are the title and the headlines; `page` is all of the page's text, and may be left out where more words
    were kept than any rule asks about. `headlines` are blocks that are one link of 4 to 25 words. `declared` says that
    the page calls itself an article, `signed` that a byline or a date stands above the text, `prompt` that one to
    subscribe stands behind it; `is_free` is what the page says of that, `cut` that the text breaks off, or has less
    than half of the words that the page counts. `sentences` are the kept blocks of eight words that end in a full stop.
    """

    titles: tuple[str, ...]
    text: str
    page: str
    words: int
    prose: int
    page_words: int
    headlines: int = 0
    source: str = ""
    sentences: tuple[str, ...] = ()
    has_head: bool = True
    declared: bool = False
    signed: bool = False
    prompt: bool = False
    is_free: bool | None = None
    cut: bool = False


def load(name: str, data: bytes) -> PageTable:
    """pages.toml as a table; raises ConfigError that names the file."""
    try:
        return msgspec.toml.decode(data, type=PageTable)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise ConfigError(f"{name}: {error}", reason="rules") from error


def judge_page(evidence: Evidence, table: PageTable) -> Verdict:
    """The verdict on a page. Plain text has no head: whatever is left of it is what the caller gave as an article."""
    if not evidence.has_head:
        return Verdict.ARTICLE if evidence.words else Verdict.EMPTY
    rule = _first_rule(evidence, table) if evidence.words < table.most_words else None
    if rule is not None:
        return rule.verdict
    if not evidence.page_words:
        return Verdict.EMPTY
    return Verdict.PAYWALL_STUB if _is_stub(evidence) else _by_amount(evidence)


def _by_amount(evidence: Evidence) -> Verdict:
    """The verdict by how much was kept among how many headlines."""
    listed = evidence.headlines >= INDEX_LINKS and evidence.prose < INDEX_PROSE
    if listed and not ((evidence.declared or evidence.signed) and evidence.prose >= FEWEST_WORDS):
        return Verdict.INDEX_PAGE
    return Verdict.OTHER_PAGE if evidence.words < FEWEST_WORDS else Verdict.ARTICLE


def _first_rule(evidence: Evidence, table: PageTable) -> PageRule | None:
    named: set[str] = set()
    for title in map(fold_page, evidence.titles):
        named |= {title, *(part.strip(" .!") for part in SEPARATORS.split(title))}
    # In an article's page what was kept speaks: its chrome holds a cookie notice and a box to log in as well.
    is_bare = evidence.prose < LITTLE_PROSE
    text, words = (evidence.page, evidence.page_words) if is_bare else (evidence.text, evidence.words)
    source = evidence.source[:LONGEST_SOURCE] if evidence.page_words < BARE_PAGE else ""
    read = _Read(named, fold_page(text[:LONGEST_TEXT]), words, source)
    return next((rule for rule in table.page if _holds(rule, evidence, read)), None)


class _Read(NamedTuple):
    """A page's titles and their parts, its text with its words, its markup."""

    named: set[str]
    text: str
    words: int
    source: str


def _is_asked(rule: PageRule, evidence: Evidence) -> bool:
    """Whether a rule may speak of a page: an article's date, its claim or its length silence it."""
    if evidence.words >= rule.most_words or (evidence.signed and evidence.prose >= SIGNED_PROSE):
        return False
    return rule.declared or not evidence.declared or evidence.prose < FEWEST_WORDS


def _holds(rule: PageRule, evidence: Evidence, read: _Read) -> bool:
    if not _is_asked(rule, evidence):
        return False
    titles = rule.titles - rule.weak if evidence.sentences else rule.titles
    titled = evidence.prose < TITLED_PROSE and not read.named.isdisjoint(titles)
    if titled and evidence.prose < TITLE_PROSE:
        return True
    if read.source and any(mark in read.source for mark in rule.sources):
        return True
    needed = max(1, read.words // rule.each) if rule.each else 1
    said = [phrase for phrase in rule.texts if _says(read.text, phrase)]
    if len(said) < needed or (rule.verdict in REFUSALS and _is_told(said, evidence, titled=titled)):
        return False
    return not rule.most_page or evidence.page_words < rule.most_page or _has_line(evidence.page, rule.lines)


def _is_told(said: Sequence[str], evidence: Evidence, *, titled: bool) -> bool:
    """Whether phrases stand in a report of them: sentences without any of them were kept as well."""
    folded = map(fold_page, evidence.sentences)
    others = sum(not any(phrase in sentence for phrase in said) for sentence in folded)
    return others >= (1 if evidence.signed else TOLD) and (evidence.signed or not titled)


def _has_line(page: str, lines: frozenset[str]) -> bool:
    return any(fold_page(line).strip(" .!") in lines for line in page.split("\n") if len(line) < 40)


def _says(text: str, phrase: str) -> bool:
    """Whether a text says something itself: what opens a quotation is what an article tells of others."""
    at = text.find(phrase)
    return at >= 0 and (at == 0 or text[at - 1] not in QUOTES)


def _is_stub(evidence: Evidence) -> bool:
    """Whether the text is what stands before a prompt to pay or to register.

    Many houses serve the whole text and hide it, so a long one is a stub only where something says that it breaks off.
    """
    if evidence.is_free or not (evidence.prompt or evidence.is_free is False):
        return False
    return evidence.words < (CUT_STUB if evidence.cut else STUB if evidence.prompt else 0)


def fold_page(text: str) -> str:
    """Lower case, straight quotes, single spaces."""
    return " ".join(text.lower().replace("’", "'").split())
