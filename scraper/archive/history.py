"""An article's history out of an archive: its versions, what changed between two, and what else became of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct

from scraper.archive import View
from scraper.errors import UnusableError
from scraper.index import Followed
from scraper.index.order import cleaned_at
from scraper.revisions import diff as diffs
from scraper.revisions.diff import Diff
from scraper.types import Look, Outcome, Record


class Version(Struct, frozen=True):
    """A version: its number, when it was met first, and the id of its record, of several cleanings the latest.

    `changed` counts what it changed by kind; null for the first.
    """

    version: int
    at: str
    record: str
    title: str | None
    word_count: int
    changed: dict[str, int] | None


class History(Struct, frozen=True):
    """All that is known of an article over time; `looks` are in order, `gone` says that it had vanished at the last."""

    url: str
    final_url: str
    source: str
    first_at: str
    looked_at: str
    gone: bool
    versions: tuple[Version, ...]
    looks: tuple[Look, ...]


class Event(Struct, frozen=True):
    """Something that became of an article: `what` are "changed", "moved", "back", "vanished", as many as hold."""

    at: str
    what: tuple[str, ...]
    url: str
    title: str | None
    version: int
    record: str
    to: str | None
    status: int
    diff: Diff | None


def followed(view: View, url: str) -> Followed:
    """The article at an address; an UnusableError where none is followed there."""
    known = view.index.followed_at(url)
    if known is None:
        message = f"{url}: no versions of it are archived; `scrape search WORDS` and `scrape show ID` find what is"
        raise UnusableError(message, reason="unknown-address")
    return known


def history(view: View, url: str) -> History:
    """The history of the article at an address."""
    known = followed(view, url)
    looks = view.index.looks(known.key)
    noise = noise_of(looks)
    versions: list[Version] = []
    last: Record | None = None
    for number, at, record in _versions(view, known.key):
        changed = None if last is None else counted(diffs.diff(_compared(last), _compared(record), noise))
        versions.append(Version(number, at, record.id, record.title, record.word_count, changed))
        last = record
    return History(
        url=known.url,
        final_url=known.final_url,
        source=known.source,
        first_at=known.first_at,
        looked_at=known.looked_at,
        gone=known.gone,
        versions=tuple(versions),
        looks=tuple(looks),
    )


def between(view: View, url: str, old: int, new: int) -> Diff:
    """What changed from one version to another; an UnusableError names those that there are."""
    known = followed(view, url)
    found = {number: record for number, _, record in _versions(view, known.key)}
    for number in (old, new):
        if number not in found:
            there = ", ".join(map(str, found))
            raise UnusableError(f"{url}: no version {number}; there are {there}", reason="unknown-version")
    return diffs.diff(_compared(found[old]), _compared(found[new]), noise_of(view.index.looks(known.key)))


def events(view: View, since: str, limit: int) -> Iterator[Event]:
    """What became of all articles since a time (RFC 3339 in UTC), the newest first."""
    for happening in view.index.happenings(since, limit):
        look, known = happening.look, view.index.followed(happening.key)
        if known is None:
            continue
        record, changed = _changed(view, happening.key, look)
        yield Event(
            at=look.at,
            what=what(look),
            url=known.url,
            title=record.title if record is not None else None,
            version=look.version,
            record=record.id if record is not None else known.record,
            to=look.to,
            status=look.status,
            diff=changed,
        )


def what(look: Look) -> tuple[str, ...]:
    """What a look found, in words."""
    told = {"back": look.back, "moved": look.to is not None}
    own = (Outcome.CHANGED, Outcome.VANISHED)
    return (*(name for name, holds in told.items() if holds), *([look.outcome.value] if look.outcome in own else []))


def noise_of(looks: list[Look]) -> frozenset[str]:
    """The lines that changed at some look and are not the article's."""
    return frozenset(line for look in looks for line in look.noise)


def counted(changes: Diff) -> dict[str, int]:
    """Changes by kind."""
    return {kind.value: count for kind, count in changes.counts().items()}


def _changed(view: View, key: str, look: Look) -> tuple[Record | None, Diff | None]:
    """The record of the version at a look, and what changed if that was a new one."""
    found = {number: record for number, _, record in _versions(view, key, until=look.version)}
    record, before = found.get(look.version), found.get(look.version - 1)
    if look.outcome is not Outcome.CHANGED or record is None or before is None:
        return record, None
    noise = noise_of([one for one in view.index.looks(key) if one.at <= look.at])  # what is told of it stays the same
    return record, diffs.diff(_compared(before), _compared(record), noise)


def _versions(view: View, key: str, until: int | None = None) -> Iterator[tuple[int, str, Record]]:
    """Number, first time and record of each version that is an article as it was cleaned last."""
    editions = view.index.editions(key)
    wanted = [one for one in editions if until is None or until - 1 <= one.version <= until]
    for number, group in groupby(sorted(wanted, key=lambda one: (one.version, one.at)), key=lambda one: one.version):
        of_version = list(group)
        first = [one for one in of_version if one.at == of_version[0].at]
        rows = [row for one in first if (row := view.index.get(one.record)) is not None and row.line is not None]
        record = view.record(max(rows, key=cleaned_at).id) if rows else None
        if record is not None:
            yield number, of_version[0].at, record


def _compared(record: Record) -> diffs.Version:
    return diffs.Version(record.title, record.text, record.language)
