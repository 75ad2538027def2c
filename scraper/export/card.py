"""The card of a data set: what is in it, under which licences, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from scraper.export.articles import UNKNOWN_RIGHTS, Articles
from scraper.export.choose import UNKNOWN
from scraper.export.markdown import escape_line, yaml
from scraper.export.rights import RESPECT
from scraper.export.shape import Fields, Many, Type
from scraper.types import Record

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10**7, "1M<n<10M"))
_LARGEST = "10M<n<100M"
_ROWS = 50
"""Rows of a table; what is less frequent is summed up in the last one."""

_SIGNALS = {
    "tdm": "text and data mining reserved (TDM Reservation Protocol)",
    "noai": "robots directive noai or noimageai, or a preference against training (Content-Usage, Content-Signal)",
    "noarchive": "robots directive noarchive or nocache",
    UNKNOWN_RIGHTS: "the record of the site's signals is gone",
}


class Tally:
    """What is counted of the articles on the way."""

    def __init__(self) -> None:
        self.articles = self.words = 0
        self.sources: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.licences: Counter[str] = Counter()
        self.cleaners: Counter[str] = Counter()

    def take(self, record: Record) -> None:
        """Count one."""
        self.articles += 1
        self.words += record.word_count
        self.sources[record.source] += 1
        self.languages[record.language or UNKNOWN] += 1
        self.licences[record.licence or "none declared"] += 1
        self.cleaners[f"{record.cleaner}, rules {record.rules}, profile {record.profile}"] += 1


def card(articles: Articles, tally: Tally, columns: tuple[tuple[str, Type], ...]) -> str:
    """The card, as README.md has it: YAML for the Hub, then what a person wants to know."""
    return "\n".join([*_front(tally, columns), "", *_body(articles, tally), ""])


def _front(tally: Tally, columns: tuple[tuple[str, Type], ...]) -> Iterable[str]:
    languages = sorted({name.split("-")[0].lower() for name in tally.languages} - {UNKNOWN})
    size = next((name for limit, name in _SIZES if tally.articles < limit), _LARGEST)
    yield "---"
    yield "pretty_name: Articles archived by scrape"
    yield "license: other"
    yield "license_name: each-article-has-its-own"
    if languages:
        yield "language:"
        yield from (f"- {yaml(name)}" for name in languages)
    yield from ("task_categories:", "- text-generation", "size_categories:", f"- {size}")
    yield from ("configs:", "- config_name: default", "  data_files:", "  - split: train", "    path: data/*.jsonl")
    yield from ("dataset_info:", "  features:")
    for name, kind in columns:
        yield from (f"  {line}" for line in feature(name, kind))
    yield "---"


def feature(name: str, kind: Type) -> Iterable[str]:
    """A column and its type, in lines of YAML."""
    yield f"- name: {name}"
    match kind:
        case Many(of=str() as scalar):
            yield f"  list: {scalar}"
        case Fields(fields=fields):
            yield "  struct:"
            for inner, of in fields:
                yield from (f"  {line}" for line in feature(inner, of))
        case str():
            yield f"  dtype: {kind}"
        case _:
            raise TypeError(f"no feature for {name}: {kind}")


def _body(articles: Articles, tally: Tally) -> Iterable[str]:
    yield "# Articles archived by scrape"
    yield ""
    yield (
        f"{tally.articles:,} news articles of {tally.words:,} words, cleaned of their sites' chrome. `manifest.jsonl` "
        "names for each the WARC record that it was made from, with the digest of the bytes that were fetched, and the "
        "cleaner: the text can be made again from them, and proven."
    )
    yield from _chosen(articles)
    yield from _rights(articles, tally)
    yield from _table("Source", tally.sources)
    yield from _table("Language", tally.languages)
    yield from _table("Verdict of a fetched page", _verdicts(articles))
    yield from _table("Cleaner", tally.cleaners)


def _chosen(articles: Articles) -> Iterable[str]:
    choice = articles.choice
    limits = [
        *([f"from the source {choice.source}"] if choice.source else []),
        *([f"fetched since {choice.since}"] if choice.since else []),
        *([f"fetched until {choice.until}"] if choice.until else []),
        *([f"in {', '.join(choice.languages)}"] if choice.languages else []),
    ]
    versions = "Every version of each" if choice.every else "The newest version of each"
    yield ""
    yield f"{versions}{escape_line(': only what was ' + ', '.join(limits)) if limits else ''}."


def _rights(articles: Articles, tally: Tally) -> Iterable[str]:
    yield from ("", "## Rights", "")
    yield "The articles are their publishers'. Each carries the licence that its page declares, if it declares any."
    yield from _table("Licence as declared", tally.licences)
    yield ""
    if not articles.respected:
        yield "Nothing was left out: signals by which sites reserve their rights were **not respected**."
        return
    yield "Articles were left out whose sites gave these signals; of several, the first counts."
    counts = {_SIGNALS[name]: articles.left_out[name] for name in RESPECT if name in articles.respected}
    if articles.left_out[UNKNOWN_RIGHTS]:
        counts[_SIGNALS[UNKNOWN_RIGHTS]] = articles.left_out[UNKNOWN_RIGHTS]
    yield from _rows("Signal", counts.items())
    ignored = [name for name in RESPECT if name not in articles.respected]
    if ignored:
        yield from ("", f"**Not respected**: {', '.join(_SIGNALS[name] for name in ignored)}.")


def _verdicts(articles: Articles) -> Counter[str]:
    counted: Counter[str] = Counter()
    for (source, verdict), count in articles.view.index.counts().items():
        if articles.choice.source in (None, source):
            counted[verdict] += count
    return counted


def _table(title: str, counts: Counter[str]) -> Iterable[str]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = ordered[:_ROWS]
    if len(ordered) > _ROWS:
        shown = [*shown, (f"{len(ordered) - _ROWS} others", sum(count for _, count in ordered[_ROWS:]))]
    yield from _rows(title, shown)


def _rows(title: str, rows: Iterable[tuple[str, int]]) -> Iterable[str]:
    yield from ("", f"| {title} | Count |", "|---|---:|")
    yield from (f"| {escape_line(' '.join(name.split()))} | {count:,} |" for name, count in rows)
