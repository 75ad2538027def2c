"""Purging: the one way in which an archive loses something.

All that stands under an address goes, every version and every cleaning of it: WARC records, lines of JSONL, rows, full
text and digests in the index, pieces in quarantine. In the WARC a tombstone is left, as long as what it replaces, so
that no other pointer moves. From then on the address counts as seen by every source, until it is allowed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

from msgspec import Struct, structs

from scraper import records, warc
from scraper.archive import disk, journal, pieces, rewrite
from scraper.archive.journal import Copy, Journal
from scraper.archive.rewrite import Draft
from scraper.archive.trace import Found, Stone, Target, Trace, trace
from scraper.errors import ScrapeError, UnusableError, UsageError
from scraper.index import Index
from scraper.sources import urls
from scraper.types import Verdict

MAX_REASON = 1000
"""Characters of the longest reason."""

_MAX_GRAVE = 16 << 20  # a tombstone that fills more than that is more than one, as readers have limits


class Order(Struct, frozen=True):
    """What is to be purged, why, when (RFC 3339 in UTC) and by which software.

    With `again` the address may be archived again, also where an earlier purge forbids it; `trial` finds everything and
    changes nothing.
    """

    url: str
    reason: str
    at: str
    by: str
    again: bool = False
    trial: bool = False


class Purged(Struct, frozen=True, kw_only=True):
    """What went. `types` counts WARC records, `size` is the bytes that they took; `articles` are ids of records.

    `others` are addresses under which the same text stays, `unread` places that nobody can look into, `earlier` is when
    a purge of the same address left tombstones, `forbids` the addresses that are not archived again.
    """

    url: str
    types: dict[str, int]
    size: int
    warcs: int
    tombstones: int
    articles: tuple[str, ...]
    lines: int
    files: int
    quarantine: int
    others: tuple[str, ...]
    forbids: tuple[str, ...]
    earlier: tuple[str, ...]
    unread: tuple[str, ...]


def purge(root: Path, index: Index, order: Order) -> Purged:
    """Purge an address from an archive that is open to write and has nothing unwritten.

    An UnusableError if nothing of it is there and nothing was purged before; a UsageError if the reason does not fit
    where the records were. When this returns, all of it is on the disk; when it raises, nothing was changed, unless
    the message says that the next command finishes it.
    """
    url = urls.normalise(order.url) or order.url
    if not order.reason.strip() or len(order.reason) > MAX_REASON:
        raise UsageError(f"a purge needs a reason, of at most {MAX_REASON:,} characters", reason="no-reason")
    reason = " ".join(order.reason.encode("utf-8", "replace").decode().split())
    order = structs.replace(order, url=url, reason=reason)
    target = Target(url, index.known_as(url))
    found = trace(root, index, target)
    old = pieces.find(root, target, found)
    if not (found.records or found.lines or found.articles or found.stones or old.hits):
        raise UnusableError(f"{url}: nothing of it is in this archive", reason="not-archived")
    drafts = [*_drafts(order, found), *_flagged(found.stones, order.again)]
    if not order.trial and (drafts or found.articles or found.lines or old.hits):
        plan = _plan(index, target, found, drafts)
        plan = structs.replace(plan, refill=not _is_known(root, index, found.articles))
        _do(root, index, plan, lambda: _copies(root, index, found, drafts, old))
    return _report(order, found, drafts, old)


def _plan(index: Index, target: Target, found: Trace, drafts: list[Draft]) -> Journal:
    """What the index is told; it forbids or allows what the tombstones do."""
    forbid = {key: draft.grave.record_id for draft in drafts if not draft.said.again for key in draft.said.keys}
    allow = {key for draft in drafts if draft.said.again for key in draft.said.keys}
    return Journal(
        url=target.url,
        raw=tuple(sorted(one.id for one in found.records if one.type == "response")),
        articles=tuple(sorted(found.articles)),
        keys=tuple(sorted(found.keys)),
        validators=tuple(key for key in index.validated() if target.is_among([key.partition(" ")[2]])),
        forbid=tuple(sorted(forbid.items())),
        allow=tuple(sorted(allow)),
    )


def _do(root: Path, index: Index, plan: Journal, copies: Callable[[], Iterator[Copy]]) -> None:
    with disk.guarded(root):
        try:
            plan = structs.replace(plan, files=tuple(copies()))
        except BaseException:
            journal.sweep(root)
            raise
        journal.write(root, plan)
        try:
            journal.carry_out(root, index, plan)
        except ScrapeError as error:
            message = f"{error}; the purge is decided, and whatever opens this archive to write next finishes it"
            raise type(error)(message, reason=error.reason) from error


def _is_known(root: Path, index: Index, articles: Iterable[str]) -> bool:
    """Whether the lines that go are those that the full text was made from."""
    for record_id in articles:
        row = index.get(record_id)
        if row is None or row.verdict is not Verdict.ARTICLE:
            continue
        try:
            record = records.decode(journal.line_of(root, row))
        except (ValueError, FileNotFoundError):
            return False
        said = (record.id, record.title, warc.digest(record.text.encode()))
        if said != (row.id, row.title, f"sha256:{row.text_sha256}"):
            return False
    return True


def _drafts(order: Order, found: Trace) -> list[Draft]:
    """A tombstone for each run of records that stand side by side; one at least has room for the reason."""
    drafts = []
    for run in _runs(found.records):
        first = run[0]
        said = warc.Tombstone(
            purged_at=order.at,
            by=order.by,
            url=order.url,
            also=found.also,
            again=order.again,
            reason=order.reason,
            records=tuple((one.type, one.id) for one in run),
            articles=tuple(sorted(one for one in found.articles if _stood(run, one))),
        )
        grave, length = warc.Grave(warc.raw_id(), len(run)), sum(one.length for one in run)
        drafts.append(_draft(said, grave, structs.replace(first, length=length)))
    if drafts and all(draft.said.reason is None for draft in drafts):
        raise UsageError("the reason is longer than the records that go: shorten it", reason="no-room")
    return drafts


def _flagged(stones: Iterable[Stone], again: bool) -> Iterator[Draft]:
    """Tombstones of an earlier purge, as they are when their address is allowed again, or no more."""
    for stone in stones:
        if stone.said.again != again:
            said, found = structs.replace(stone.said, again=again), stone.found
            yield _draft(said, warc.Grave(found.id, stone.count), found)


def _draft(said: warc.Tombstone, grave: warc.Grave, room: Found) -> Draft:
    try:
        return Draft(room.file, room.offset, room.length, warc.fitting(said, grave, room.length), grave)
    except ValueError as error:
        raise ScrapeError(f"{room.file}: at {room.offset}: {error}", reason="no-room") from error


def _stood(run: list[Found], article: str) -> bool:
    return any(one.id == warc.metadata_id(article) for one in run)


def _runs(found: tuple[Found, ...]) -> Iterator[list[Found]]:
    run: list[Found] = []
    for one in found:
        size = sum(other.length for other in run)
        if run and (run[-1].file != one.file or run[0].offset + size != one.offset or size + one.length > _MAX_GRAVE):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _copies(root: Path, index: Index, found: Trace, drafts: list[Draft], old: pieces.Pieces) -> Iterator[Copy]:
    """Every file that changes, written beside the one that it is to replace."""
    for name, group in groupby(sorted(drafts, key=lambda draft: (draft.file, draft.offset)), lambda draft: draft.file):
        yield rewrite.warc_file(root, index.file(name), name, list(group))
    for name, places in (found.lines | old.hits).items():
        yield rewrite.without(root, name, places)


def _report(order: Order, found: Trace, drafts: list[Draft], old: pieces.Pieces) -> Purged:
    return Purged(
        url=order.url,
        types=dict(sorted(Counter(one.type for one in found.records).items())),
        size=sum(one.length for one in found.records),
        warcs=len({one.file for one in found.records}),
        tombstones=len(drafts),
        articles=tuple(sorted(found.articles)),
        lines=sum(map(len, found.lines.values())),
        files=len(found.lines),
        quarantine=len(old.hits),
        others=found.others,
        forbids=tuple(sorted({address for draft in drafts for address in draft.said.forbids})),
        earlier=tuple(sorted({stone.said.purged_at for stone in found.stones})),
        unread=(*found.unread, *old.unread),
    )
