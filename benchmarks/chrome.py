"""Chrome memory: what it changes on hosts of which a set has several pages, each cleaned with what the others taught.

Measures, page by page: word F1; of the page's blocks that do not stand in the gold (chrome), the share that is removed;
of the gold's words, the share that is kept; and how many words of chrome stay that another page of the host has too,
which is all that a memory could find. Of texts: as in texts.py, learned from the same rendering of the other pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.data import Page, Text
from benchmarks.measures import WORD, text_score, word_f1
from benchmarks.tables import mean, table
from scraper import clean_html
from scraper.clean import clean_text
from scraper.clean.memory import RULE, keys
from scraper.memory import Page as Lines
from scraper.memory import learn
from scraper.sources import urls
from scraper.types import Article, Memory, Verdict

LEAST = 3
"""Pages of a host without which it is left out: what stands on two others can be told."""


class Found(NamedTuple):
    """What was measured of one page: word F1, shares of chrome found and of article words kept, words of chrome that
    stay though another page has them, and words that memory took."""

    f1: float
    chrome: float | None
    article: float | None
    shared: int
    taken: int


class Both(NamedTuple):
    """One page of a host, without memory and with it."""

    id: str
    before: Found
    after: Found


def run_pages(pages: Sequence[Page], least: int = LEAST) -> dict[str, list[Both]]:
    """Each host's pages, where it has so many."""
    hosts: defaultdict[str, list[Page]] = defaultdict(list)
    for page in pages:
        if page.url and (host := urls.host(page.url)):
            hosts[host].append(page)
    return {host: _host_pages(host, group) for host, group in sorted(hosts.items()) if len(group) >= least}


def _host_pages(host: str, pages: Sequence[Page]) -> list[Both]:
    def clean(page: Page, memory: Memory | None) -> Article:
        return clean_html(page.html(), url=page.url, memory=memory)

    plain = [clean(page, None) for page in pages]
    with_memory = [clean(page, _others(host, plain, at)) for at, page in enumerate(pages)]
    said = [_keys(article) for article in plain]
    both: list[Both] = []
    for at, page in enumerate(pages):
        others = set().union(*(said[other] for other in range(len(pages)) if other != at))
        before, after = (_measure(article, page.text, others) for article in (plain[at], with_memory[at]))
        both.append(Both(page.id, before, after))
    return both


def _others(host: str, articles: Sequence[Article], at: int) -> Memory:
    """What the other pages teach; as in an archive, only articles do."""
    others = [one for number, one in enumerate(articles) if number != at and one.verdict is Verdict.ARTICLE]
    return learn([Lines(one.text, one.removed) for one in others]).frozen(host, 1, len(others))


def _keys(article: Article) -> set[str]:
    texts = [block.text for block in article.blocks] + [gone.text for gone in article.removed]
    return {key for text in texts for key in keys(text)[:1]}


def _measure(article: Article, gold: str, others: set[str]) -> Found:
    wanted = f" {_words(gold)} "
    left = [block.text for block in article.blocks if f" {_words(block.text)} " not in wanted]
    gone = [one.text for one in article.removed if _words(one.text) and f" {_words(one.text)} " not in wanted]
    score = word_f1(article.text, gold)
    shared = sum(len(text.split()) for text in left if others.intersection(keys(text)[:1]))
    taken = sum(len(one.text.split()) for one in article.removed if one.rule == RULE)
    chrome = len(gone) / (len(gone) + len(left)) if gone or left else None
    return Found(score.f1, chrome, score.recall, shared, taken)


def _words(text: str) -> str:
    return " ".join(WORD.findall(text.lower()))


def run_texts(texts: Sequence[Text], least: int = LEAST) -> dict[str, list[Both]]:
    """Each host's texts, where a rendering of so many of its pages is there."""
    groups: defaultdict[tuple[str, str], list[Text]] = defaultdict(list)
    for text in texts:
        if text.url and (host := urls.host(text.url)):
            groups[host, text.rendering].append(text)
    found: defaultdict[str, list[Both]] = defaultdict(list)
    for (host, _), group in sorted(groups.items()):
        if len({text.page for text in group}) >= least:
            found[host] += _host_texts(host, group)
    return dict(found)


def _host_texts(host: str, texts: Sequence[Text]) -> list[Both]:
    plain = [clean_text("\n".join(text.lines)) for text in texts]
    both = []
    for at, text in enumerate(texts):
        others = {key for other in texts if other.page != text.page for line in other.lines for key in keys(line)[:1]}
        after = clean_text("\n".join(text.lines), memory=_others(host, plain, at))
        both.append(Both(text.id, *(_measure_text(article, text, others) for article in (plain[at], after))))
    return both


def _measure_text(article: Article, text: Text, others: set[str]) -> Found:
    kept = set(article.kept)
    score = text_score(text, kept)
    drops = [
        line
        for at, (line, label) in enumerate(zip(text.lines, text.labels, strict=True), 1)
        if label == "drop" and at in kept
    ]
    shared = sum(len(line.split()) for line in drops if others.intersection(keys(line)[:1]))
    taken = sum(len(one.text.split()) for one in article.removed if one.rule == RULE)
    return Found(score.f1, score.chrome_recall, score.article, shared, taken)


_COLUMNS: dict[str, Callable[[Sequence[Found]], float | int | None]] = {
    "F1": lambda found: mean(one.f1 for one in found),
    "chrome": lambda found: mean(one.chrome for one in found),
    "article": lambda found: mean(one.article for one in found),
    "shared": lambda found: sum(one.shared for one in found),
}


def report(name: str, hosts: Mapping[str, Sequence[Both]]) -> dict[str, Any]:
    """Print a line for each host and one for all pages; the same as figures."""
    everything = [both for group in hosts.values() for both in group]
    rows = {**hosts, "all": everything}
    figures = {host: _figures(group) for host, group in rows.items() if group}
    header = [host_or for column in _COLUMNS for host_or in (column, "after")]
    print(f"\n{name}: {len(hosts)} hosts with several pages; `shared`: words of chrome left that another page has")
    print(table(("host", "pages", *header, "taken"), [(host, *row.values()) for host, row in figures.items()]))
    return figures


def _figures(group: Iterable[Both]) -> dict[str, Any]:
    group = list(group)
    before, after = [both.before for both in group], [both.after for both in group]
    figures: dict[str, Any] = {"pages": len(group)}
    for column, of in _COLUMNS.items():
        figures |= {column: of(before), f"{column} after": of(after)}
    return figures | {"taken": sum(found.taken for found in after)}
