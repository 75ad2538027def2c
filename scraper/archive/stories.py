"""A story family for people: who printed it, when, how alike, and whose copy it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from scraper.archive import View
from scraper.errors import ScrapeError
from scraper.families.alike import alike
from scraper.families.shingles import Shingled, shingled
from scraper.index import Row
from scraper.index.members import article
from scraper.types import Record

MOST_VERSIONS = 20
"""Records of the first article that a member is compared with."""


class Member(Struct, frozen=True):
    """An article of a family: the record by which it came in, and how many versions it has.

    `jaccard` and `contained` say how alike it is to the first member (see families/alike.py), None for that itself and
    where a line cannot be read.
    """

    id: str
    source: str
    url: str | None
    site: str | None
    title: str | None
    published: str | None
    fetched_at: str | None
    agency: str | None
    versions: int
    jaccard: float | None
    contained: float | None


class Story(Struct, frozen=True):
    """A family. `agency` is the one that most of its members name, `agencies` counts all that they name.

    `first` is the id of the member that was archived first, `printed_first` that of the one whose page states the
    earliest time of publication; None where that cannot be told.
    """

    family: str
    agency: str | None
    agencies: dict[str, int]
    first: str
    printed_first: str | None
    members: tuple[Member, ...]


class Brief(Struct, frozen=True):
    """A family in one line: how many articles of which sources; `title`, `url`, `first_at` are its first member's."""

    family: str
    articles: int
    sources: tuple[str, ...]
    agency: str | None
    first_at: str | None
    last_at: str | None
    title: str | None
    url: str | None


class Wanted(Struct, frozen=True):
    """Which families to list: joined since (RFC 3339 in UTC), with a member of a source, of an agency, so large."""

    since: str = ""
    source: str | None = None
    agency: str | None = None
    least: int = 2


def story(view: View, family: str) -> Story:
    """All that is known of a family that has members."""
    articles = _articles(view, family)
    records = [_readable(view, rows[0]) for rows in articles]
    firsts = [shingled(record.text) for row in articles[0][:MOST_VERSIONS] if (record := _readable(view, row))]
    members = tuple(
        _member(rows, record, firsts if number else [])
        for number, (rows, record) in enumerate(zip(articles, records, strict=True))
    )
    named = _named(record for record in records if record is not None)
    return Story(
        family=family,
        agency=next(iter(named), None),
        agencies=named,
        first=members[0].id,
        printed_first=printed_first(members),
        members=members,
    )


def stories(view: View, wanted: Wanted) -> Iterator[Brief]:
    """The families of several articles that something joined, those that grew last first."""
    told: set[str] = set()
    for family in view.index.joined(wanted.since):
        if family in told:
            continue
        told.add(family)
        articles = _articles(view, family)
        sources = tuple(dict.fromkeys(rows[0].source for rows in articles))
        if len(articles) < max(wanted.least, 2) or (wanted.source is not None and wanted.source not in sources):
            continue
        records = (_readable(view, rows[0]) for rows in articles)
        named = _named(record for record in records if record is not None)
        if wanted.agency is not None and wanted.agency.casefold() not in {name.casefold() for name in named}:
            continue
        first, last = articles[0][0], max(rows[0].fetched_at or "" for rows in articles)
        agency = next(iter(named), None)
        yield Brief(family, len(articles), sources, agency, first.fetched_at, last or None, first.title, first.url)


def size(view: View, family: str) -> int:
    """How many articles a family has."""
    return len(_articles(view, family))


def printed_first(members: tuple[Member, ...]) -> str | None:
    """The member whose page states the earliest publication; None where pages state nothing, or several of the first
    day not all a time."""
    stated = [(one, moment) for one in members if (moment := _stated(one.published)) is not None]
    day = min((moment.date() for _, moment in stated), default=None)
    of_day = [(one, moment) for one, moment in stated if moment.date() == day]
    if not of_day or (len(of_day) > 1 and not all("T" in (one.published or "") for one, _ in of_day)):
        return None
    return min(of_day, key=lambda pair: pair[1])[0].id


def _stated(published: str | None) -> datetime | None:
    """A time of publication in UTC, of a date alone its midnight; a time without an offset is taken for UTC."""
    try:
        moment = datetime.fromisoformat(published or "")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # --MM-DD, or the year 1 in another zone
        return None


def _articles(view: View, family: str) -> list[list[Row]]:
    """A family's records by article, both in the order in which they were archived."""
    found: dict[str, list[Row]] = {}
    captures: dict[str, str] = {}
    for row in view.index.family(family):
        capture = row.warc.record_id if row.warc is not None else row.id
        key = captures.setdefault(capture, article(row))  # cleaned again it may have no address of its own
        found.setdefault(key, []).append(row)
    return list(found.values())


def _member(rows: list[Row], record: Record | None, firsts: list[Shingled]) -> Member:
    row = rows[0]
    likeness = None
    if record is not None and firsts:
        own = shingled(record.text)
        likeness = max((alike(own, first) for first in firsts), key=lambda one: one.jaccard)
    return Member(
        id=row.id,
        source=row.source,
        url=row.url,
        site=record.site if record is not None else None,
        title=row.title,
        published=row.published,
        fetched_at=row.fetched_at,
        agency=_agency(record) if record is not None else None,
        versions=max(row.version or 1 for row in rows),
        jaccard=None if likeness is None else round(likeness.jaccard, 3),
        contained=None if likeness is None else round(likeness.contained, 3),
    )


def _named(records: Iterator[Record]) -> dict[str, int]:
    """The agencies that articles name, the most frequent first, of equals the one that was named first."""
    return dict(Counter(name for record in records if (name := _agency(record)) is not None).most_common())


def _agency(record: Record) -> str | None:
    return record.agency or (record.dateline.agency if record.dateline is not None else None)


def _readable(view: View, row: Row) -> Record | None:
    """The record of a row; None where its line is damaged, which `verify` says."""
    try:
        return view.record(row.id)
    except ScrapeError:
        return None
