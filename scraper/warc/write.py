"""Writing one WARC file: raw records as they are fetched, then what was made of them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from scraper.errors import LimitError, ScrapeError
from scraper.types import Capture, Exchange, Ledger, Note, Payload, Record, Verdict, WarcRef
from scraper.warc import form, visit
from scraper.warc.visit import Memory, Visit

OPEN = ".open"
"""Stands behind the name of a file that is still being written."""

_TRUNCATED = frozenset({"length", "time", "disconnect", "unspecified"})  # WARC 1.1, section 5.13
_PROTOCOLS = {"http/2": "h2", "http/2.0": "h2", "http/3": "h3"}
_TLS = re.compile(r"(?:tls|ssl)[v/]?(\d(?:\.\d)?)", re.IGNORECASE)
# As the IANA registry names it: https://github.com/iipc/warc-specifications/issues/86
_SUITE = re.compile(r"\bTLS_\w+")
_FRAMING = {
    "plain": (
        ("http-header-rewrites", "transfer-encoding: chunked is undone and renamed x-orig-transfer-encoding"),
        ("payload-digest", "over the body without its transfer coding, with its content coding"),
    ),
    "wire": (
        ("http-header-rewrites", "none: responses are as they came, with chunks and trailers"),
        (
            "payload-digest",
            "over the body with its content coding; none where it came in chunks, on which readers differ",
        ),
    ),
}


class Info(Struct, frozen=True):
    """What the warcinfo record says: the software with its version, the robots policy, further fields as given.

    `framing` is "plain" or "wire": whether the exchanges that are written have their chunks undone. `operator` is whom
    to ask, `user_agent` what requests say, `configuration` the digest of what output and capture depend on. Nothing
    tells of the machine.
    """

    software: str = "scrape"
    robots: str = "obey"
    operator: str | None = None
    user_agent: str | None = None
    configuration: str | None = None
    framing: str = "plain"
    more: tuple[tuple[str, str], ...] = ()


class Point(Struct, frozen=True):
    """A length of the file that everything behind can be taken back to, and the sha256 of the bytes before it."""

    length: int
    sha256: str


class Writer:
    """Writes `warc/YYYY/MM/scrape-YYYYMMDDThhmmssZ-NNNNN.warc.gz` under `root`, named `.open` until it is closed.

    Every call hands its bytes to the system before it returns; `sync` makes them outlast a power cut. OSErrors pass
    through: the caller knows the archive and says what to do. After one, `rewind` to the last Point.
    """

    def __init__(self, root: Path, clock: Callable[[], datetime], info: Info) -> None:
        self.began = now = clock().astimezone(UTC)
        self._clock = clock
        self.name, self._fd = _create(root, now)
        self.path = root / f"{self.name}{OPEN}"
        self.length = 0
        self._sha = hashlib.sha256()
        self._safe = (0, self._sha.copy())
        try:
            self._put(_warcinfo(Path(self.name).name, now, info))
        except OSError:
            self.abandon()
            self.path.unlink()
            raise

    def write(self, capture: Capture, memory: Memory | None = None) -> WarcRef:
        """Write every exchange as a response and its request, or a file as a resource; the reference is to the last.

        A response whose payload `memory` knows from the same address becomes a revisit; the others are remembered. A
        LimitError if a message is larger than MAX_BLOCK; nothing is written then.
        """
        blocks = [part for hop in capture.exchanges for part in (hop.request, hop.response)] or [capture.body]
        if max(map(len, blocks)) > form.MAX_BLOCK:
            raise LimitError(f"{capture.link.url}: larger than {form.MAX_BLOCK} bytes", reason="too-large")
        if not capture.exchanges:
            record_id = form.raw_id()
            return self._put_at(record_id, _resource(capture, record_id))
        last = len(capture.exchanges) - 1
        hops = enumerate(capture.exchanges)
        refs = [self._pair(hop, form.context_value(capture) if at == last else None, memory) for at, hop in hops]
        return refs[-1]

    def derive(self, record: Record, ledger: Ledger, line: bytes | None) -> WarcRef:
        """Write the ledger as a metadata record and, for an article, the text as a conversion, both of record.warc.

        `line` is the article's line of JSONL, whose digest the metadata record keeps. The reference is to the latter.
        """
        if record.warc is None:
            raise ValueError(f"record {record.id} has no warc reference")
        url = record.final_url or record.url or record.warc.record_id
        shared = [("WARC-Date", _stamp(self._clock())), ("WARC-Refers-To", f"<{record.warc.record_id}>")]
        proof = [] if line is None else [(form.LINE_DIGEST, form.digest(line))]
        ledger_id = form.metadata_id(record.id)
        target = ("WARC-Target-URI", form.derived_uri("metadata", url))
        about = [*_typed("metadata", ledger_id, "application/json"), target, *shared, *proof]
        reasons = _json(ledger, f"{record.url or record.source}: the ledger of {record.id}")
        ref = self._put_at(ledger_id, form.member(about, reasons))
        if record.verdict is Verdict.ARTICLE:
            target = ("WARC-Target-URI", form.derived_uri("text", url))
            about = [*_typed("conversion", form.conversion_id(record.id), "text/plain; charset=utf-8"), target, *shared]
            self._put(form.member(about, record.text.encode()))
        return ref

    def note(self, note: Note, about: str, ref: WarcRef | None = None) -> None:
        """Write what a source learned of an address as a metadata record, of the record at `ref` where there is one."""
        headers = [
            *_typed("metadata", form.raw_id(), "application/json"),
            ("WARC-Date", _stamp(self._clock())),
            ("WARC-Target-URI", form.derived_uri("metadata", about)),
            *([("WARC-Refers-To", f"<{ref.record_id}>")] if ref is not None else []),
            (form.NOTE, _told(note)),
        ]
        self._put(form.member(headers, _json(note, about)))

    def point(self) -> Point:
        """Where the file stands now, and where `rewind` goes back to."""
        self._safe = (self.length, self._sha.copy())
        return Point(self.length, self._sha.hexdigest())

    def rewind(self) -> None:
        """Cut off what was written since the last `point`."""
        length, sha = self._safe
        os.ftruncate(self._fd, length)
        self.length, self._sha = length, sha.copy()

    def sync(self) -> None:
        """Return when everything written so far is on the disk."""
        os.fdatasync(self._fd)

    def close(self) -> Path:
        """Give the file its final name. Whoever calls has called `sync`, and syncs the directory after."""
        self.abandon()
        final = self.path.with_name(self.path.name.removesuffix(OPEN))
        os.rename(self.path, final)
        return final

    def abandon(self) -> None:
        """Close the file and leave its name; recovery finds it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _pair(self, exchange: Exchange, context: str | None, memory: Memory | None) -> WarcRef:
        seen = visit.visit(exchange)
        known = memory.payloads(seen.uri, seen.date) if memory is not None else []
        first = visit.original(seen, exchange.request, known)
        response_id = form.raw_id()
        headers = _http("response" if first is None else "revisit", response_id, exchange)
        if context is not None:
            headers.append((form.CONTEXT, context))
        data = _response(headers, exchange, seen) if first is None else _revisit(headers, seen, first)
        ref = self._put_at(response_id, data)
        payload = seen.payload(ref) if first is None else seen.renewed(first)
        if memory is not None and payload is not None and payload != first:
            memory.keep(payload)
        if exchange.request:  # a page out of someone else's WARC may come without one
            self._put(_request(exchange, response_id))
        return ref

    def _put_at(self, record_id: str, data: bytes) -> WarcRef:
        offset = self.length
        self._put(data)
        return WarcRef(self.name, offset, len(data), record_id)

    def _put(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._fd, rest) :]
        self._sha.update(data)
        self.length += len(data)


def _create(root: Path, at: datetime) -> tuple[str, int]:
    """A new file under a name that nobody has, and its final name relative to the root."""
    folder = f"warc/{at:%Y/%m}"
    (root / folder).mkdir(parents=True, exist_ok=True)
    for number in range(1, 100_000):
        name = f"{folder}/scrape-{at:%Y%m%dT%H%M%SZ}-{number:05d}.warc.gz"
        if (root / name).exists():
            continue
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            return name, os.open(root / f"{name}{OPEN}", flags, 0o644)
        except FileExistsError:
            continue
    raise LimitError(f"{root / folder}: 99,999 files were begun within one second", reason="too-many-files")


def _warcinfo(filename: str, at: datetime, info: Info) -> bytes:
    fields = [
        ("software", info.software),
        ("format", "WARC File Format 1.1"),
        ("conformsTo", "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
        ("robots", info.robots),
        *_FRAMING[info.framing],
        ("http2", "stored as an HTTP/1.1 message; WARC-Protocol: h2 names the protocol that was spoken"),
        ("informational-responses", "left out (1xx heads before a response)"),
        ("revisits", "of a whole response of the same address; the block is the head that was sent"),
        ("operator", info.operator),
        ("http-header-user-agent", info.user_agent),
        ("configuration-digest", info.configuration),
        *info.more,
    ]
    block = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields if value).encode()
    about = [*_typed("warcinfo", form.raw_id(), "application/warc-fields"), ("WARC-Date", _stamp(at))]
    return form.member([*about, ("WARC-Filename", filename)], block)


def _response(headers: form.Headers, exchange: Exchange, seen: Visit) -> bytes:
    """An HTTP response with its payload's digest. Elsewhere payload and block are one, and FastWARC fails a second."""
    reason = exchange.truncated if exchange.truncated in _TRUNCATED else "unspecified"
    truncated = [("WARC-Truncated", reason)] if exchange.truncated else []
    digest = [] if seen.digest is None else [("WARC-Payload-Digest", seen.digest)]
    return form.member([*headers, *truncated, *digest], exchange.response)


def _revisit(headers: form.Headers, seen: Visit, first: Payload) -> bytes:
    return form.member([*headers, *visit.fields(seen, first)], seen.head)


def _request(exchange: Exchange, response_id: str) -> bytes:
    headers = [*_http("request", form.raw_id(), exchange), ("WARC-Concurrent-To", f"<{response_id}>")]
    payload = form.http_payload(exchange.request)
    digest = [] if payload is None else [("WARC-Payload-Digest", form.digest(payload))]
    return form.member([*headers, *digest], exchange.request)


def _http(kind: str, record_id: str, exchange: Exchange) -> form.Headers:
    message = "request" if kind == "request" else "response"
    headers = _typed(kind, record_id, f"application/http;msgtype={message}")
    headers += [("WARC-Date", exchange.started_at), ("WARC-Target-URI", form.target_uri(exchange.url))]
    if exchange.peer:
        headers.append(("WARC-IP-Address", exchange.peer))
    spoken = exchange.protocol.lower()
    headers.append(("WARC-Protocol", _PROTOCOLS.get(spoken, spoken)))
    if exchange.tls and (version := _TLS.search(exchange.tls)):
        headers.append(("WARC-Protocol", f"tls/{version[1]}"))
        if suite := _SUITE.search(exchange.tls):
            headers.append(("WARC-Cipher-Suite", suite[0]))
    if exchange.unverified is not None:
        headers.append((form.UNVERIFIED, exchange.unverified))
    return headers


def _resource(capture: Capture, record_id: str) -> bytes:
    headers = _typed("resource", record_id, capture.mime or "application/octet-stream")
    headers += [("WARC-Date", capture.fetched_at), ("WARC-Target-URI", form.target_uri(capture.link.url))]
    return form.member([*headers, (form.CONTEXT, form.context_value(capture))], capture.body)


def _typed(kind: str, record_id: str, mime: str) -> form.Headers:
    return [("WARC-Type", kind), ("WARC-Record-ID", f"<{record_id}>"), ("Content-Type", mime)]


def _told(note: Note) -> str:
    if note.memory is not None:
        return "memory"
    if note.look is not None:
        return "look"
    return "validators" if note.seen is None else "seen"


def _json(said: Ledger | Note, what: str) -> bytes:
    try:
        return msgspec.json.encode(said, order="deterministic")
    except UnicodeEncodeError as error:
        raise ScrapeError(f"{what} holds half a surrogate pair", reason="not-unicode") from error


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
