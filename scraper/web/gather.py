"""What the other pages show, out of the archive: sources with their numbers, an article's facts, removals by site."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, structs

from scraper import heartbeat
from scraper.archive import View
from scraper.archive.history import noise_of
from scraper.errors import LimitError, ScrapeError
from scraper.index import Row, browse
from scraper.index.order import cleaned_at
from scraper.revisions.diff import Version, diff
from scraper.revisions.wording import Kind
from scraper.types import Dateline, Ledger, Record, Segment, Verdict
from scraper.web import charts
from scraper.web.site import Site, Source, State, next_run, scheduled, state

DAYS = 30
SOURCES_A_LEAF = 100
SAMPLE = 1000
"""Newest articles that the picture of removals is made of."""
MOST_SITES = 40
MOST_COMPARED = 1_000_000
"""Characters of two texts together that are compared."""
MOST_CHANGES = 1000
_NO_FACTS = {
    *("schema", "id", "text", "text_sha256", "kept", "removed", "removed_counts", "trimmed", "origin", "warc"),
    *("cleaner", "rules", "profile", "verdict"),
}


class SourceCard(Struct, frozen=True):
    """A source on the first page."""

    name: str
    source: Source | None
    schedule: str
    state: State
    last: str | None
    next: Any
    articles: int
    others: list[tuple[str, int]]
    failures: list[tuple[str, int]]
    chart: charts.Days


def sources(site: Site, view: View, part: int | None) -> dict[str, Any]:
    """Every source that is configured or that the archive knows, a leaf of them."""
    configured = {source.name: source for source in site.sources}
    names = [*configured, *(name for name in browse.names(view.index, "source") if name not in configured)]
    parts = max(-(-len(names) // SOURCES_A_LEAF), 1)
    part = min(part or 1, parts)
    shown = names[(part - 1) * SOURCES_A_LEAF : part * SOURCES_A_LEAF]
    counts = view.index.counts()
    files = view.index.files()
    return {
        "cards": _cards(site, view, shown, counts),
        "part": part,
        "parts": parts,
        "known": len(names),
        "days": DAYS,
        "articles": sum(count for (_, verdict), count in counts.items() if verdict == Verdict.ARTICLE),
        "others": sum(count for (_, verdict), count in counts.items() if verdict != Verdict.ARTICLE),
        "size": sum(file.good_length for file in files),
        "warcs": sum(file.name.startswith("warc/") for file in files),
        "daemon": _daemon(site),
    }


def _cards(site: Site, view: View, names: list[str], counts: dict[tuple[str, str], int]) -> list[SourceCard]:
    configured = {source.name: source for source in site.sources}
    now = site.clock()
    runs, failures = view.index.runs(), view.index.failures()
    daily: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (owner, day), count in view.index.days(now.date() - timedelta(days=DAYS - 1)).items():
        daily[owner][day] = count
    cards: list[SourceCard] = []
    for name in names:
        source, run = configured.get(name), runs.get(name)
        by_verdict = {verdict: count for (owner, verdict), count in counts.items() if owner == name}
        card = SourceCard(
            name=name,
            source=source,
            schedule=scheduled(source.schedule) if source is not None else "",
            state=state(source, run),
            last=run.started_at if run is not None else None,
            next=next_run(source, run, now),
            articles=by_verdict.pop(Verdict.ARTICLE.value, 0),
            others=Counter(by_verdict).most_common(),
            failures=Counter({what: n for (owner, what), n in failures.items() if owner == name}).most_common(),
            chart=charts.days(daily[name], now.date(), DAYS),
        )
        cards.append(card)
    return cards


def _daemon(site: Site) -> State:
    """Whether a daemon serves the archive, as `scrape status` says it."""
    try:
        beat = heartbeat.read(site.root)
    except ScrapeError:
        return State("bad", "its sign of life cannot be read")
    if beat is None:
        return State("off", "no daemon runs")
    if heartbeat.is_gone(beat):
        return State("bad", "the daemon died; start it again")
    if abs(heartbeat.age(beat, site.clock())) > heartbeat.LATE:
        return State("bad", "the daemon does not answer")
    return State("good", "the daemon runs")


# ---- an article's facts


class Fact(Struct, frozen=True):
    """A field of the record in words, and where it was found."""

    name: str
    value: str
    origin: str


def facts(row: Row, record: Record | None) -> list[Fact]:
    """What is known, in the order of the record; what is not known is left out."""
    if record is None:
        names = ("source", "url", "final_url", "canonical_url", "fetched_at", "published", "language", "title")
        return [Fact(_words(name), str(value), "") for name in names if (value := getattr(row, name)) is not None]
    found: list[Fact] = []
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if name not in _NO_FACTS and value is not None and value != ():
            found.append(Fact(_words(name), _value(value), record.origin.get(name, "")))
    return found


def changed_facts(old: Record, new: Record) -> list[tuple[str, str, str]]:
    """The fields of metadata that differ, as they were and as they are."""
    names = ("authors", "editors", "published", "modified", "section", "tags", "agency", "credits", "canonical_url")
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in names)
    return [(_words(name), _value(was), _value(now)) for name, was, now in pairs if was != now]


def rights(ledger: Ledger | None) -> list[tuple[str, str]]:
    """What the site said on reuse, in its words."""
    said = structs.asdict(ledger.rights) if ledger is not None else {}
    return [(name, _value(value)) for name, value in said.items() if value]


def versions(view: View, row: Row) -> list[Row]:
    """The records of this one's address, and of addresses to which its article moved, the newest first."""
    found = {one.id: one for one in browse.same_address(view.index, row)}
    known = view.index.followed_at(row.url) if row.url else None
    for edition in view.index.editions(known.key)[-browse.MOST_VERSIONS :] if known is not None else ():
        if edition.record not in found and (other := view.index.get(edition.record)) is not None:
            found[other.id] = other
    return sorted(found.values(), key=lambda one: (one.fetched_at or "", cleaned_at(one)), reverse=True)


def changes(view: View, old: Record, new: Record) -> dict[str, Any]:
    """What changed between two records, sentence by sentence; lines that are known to come and go are left out.

    A LimitError where the texts are too long for a page.
    """
    if len(old.text) + len(new.text) > MOST_COMPARED:
        message = f"These texts have more than {MOST_COMPARED:,} characters together, too many to compare on a page."
        raise LimitError(message, reason="too-large")
    known = view.index.followed_at(new.url) if new.url else None
    noise = noise_of(view.index.looks(known.key)) if known is not None else ()
    one, other = (Version(record.title, record.text, record.language) for record in (old, new))
    found = diff(one, other, noise)
    headline = next((change for change in found.changes if Kind.HEADLINE in change.kinds), None)
    sentences = [change for change in found.changes if change is not headline]
    facts = changed_facts(old, new)
    return {"headline": headline, "changes": sentences, "same": found.same, "facts": facts, "most": MOST_CHANGES}


def _words(name: str) -> str:
    return name.replace("_", " ").replace("url", "URL")


def _value(value: Any) -> str:
    match value:
        case None | ():
            said = "–"
        case bool():
            said = "yes" if value else "no"
        case tuple():
            said = ", ".join(_value(one) for one in value)
        case Segment():
            said = f"{value.language or 'unknown'} (blocks {value.first} to {value.last})"
        case Dateline():
            said = ", ".join(filter(None, (value.place, value.date, value.agency)))
        case Struct():
            said = "; ".join(f"{name} {one}" for name, one in structs.asdict(value).items() if one)
        case _:
            said = str(value)
    return said


# ---- removals


class Bar(Struct, frozen=True):
    """A site's articles in the sample, and what was removed from them."""

    site: str
    articles: int
    counts: dict[str, int]
    total: int
    slices: list[charts.Slice]


def removals(view: View, source: str | None) -> dict[str, Any]:
    """Blocks removed by site and kind, over the newest articles."""
    choice = browse.Choice(source=source, verdict=Verdict.ARTICLE.value)
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    articles: Counter[str] = Counter()
    for record in _records(view, browse.choose(view.index, choice, browse.Leaf(SAMPLE))):
        name = site_name(record)
        articles[name] += 1
        sums[name].update(record.removed_counts)
    ranked = sorted(articles, key=lambda name: (-articles[name], name))
    bars = [_bar(name, articles[name], sums[name]) for name in ranked[:MOST_SITES]]
    kinds = sum((sums[name] for name in ranked), Counter[str]())
    return {
        "bars": bars,
        "kinds": kinds.most_common(),
        "widths": charts.scaled([count for _, count in kinds.most_common()], 100),
        "sampled": articles.total(),
        "sample": SAMPLE,
        "sites": len(ranked),
        "source": source,
        "sources": browse.names(view.index, "source"),
    }


def _bar(name: str, articles: int, counts: Counter[str]) -> Bar:
    return Bar(name, articles, dict(counts.most_common()), counts.total(), charts.shares(counts))


def _records(view: View, rows: Iterable[Row]) -> Iterable[Record]:
    for row in rows:
        try:
            record = view.record(row.id)
        except ScrapeError:  # damage is `scrape verify`'s to tell; the picture is of what can be read
            continue
        if record is not None:
            yield record


def site_name(record: Record) -> str:
    """The host that an article came from; of a file what it says of its site, or its source."""
    for address in (record.final_url, record.url, record.canonical_url):
        try:
            host = urlsplit(address or "").hostname
        except ValueError:
            continue
        if host:
            return host.removeprefix("www.")
    return f"files of {record.source}"
