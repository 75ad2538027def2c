"""An archive of records made by hand, and the command that exports it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

from captures import capture, file_capture, ledger, record
from msgspec import structs

from scraper.archive import Archive, View
from scraper.cli import main
from scraper.cli.streams import Streams
from scraper.export import Articles, Choice
from scraper.types import Record, Rights, Verdict


def put(archive: Archive, number: int, rights: Rights | None = None, **fields: object) -> Record:
    """Archive a page and its record, with fields of the record as a test wants them."""
    verdict = fields.pop("verdict", Verdict.ARTICLE)
    made = record(number, verdict, **fields)  # type: ignore[arg-type]  # a verdict
    of = capture(number) if made.url else file_capture(f"file:///in/{number}.txt", made.text.encode())
    ref, made = archive.store(of), archive.related(made)
    assert archive.add(ref, made, structs.replace(ledger(made), rights=rights or Rights()))
    return structs.replace(made, warc=ref, kept=None, removed=None, trimmed=None)


def filled(root: Path, count: int = 3) -> list[Record]:
    """Archive some articles, one without an address, and a page that is none."""
    with Archive(root) as archive:
        made = [put(archive, number) for number in range(1, count)]
        made.append(put(archive, count, url=None, final_url=None))
        put(archive, count + 1, verdict=Verdict.CONSENT)
    return made


class Ran(NamedTuple):
    """How the command ended."""

    code: int
    out: bytes
    err: str


def export(root: Path, *argv: str | Path) -> Ran:
    """Run `scrape export`."""
    streams = Streams(io.BytesIO(), out := io.BytesIO(), err := io.StringIO())
    code = main(["export", "--archive", str(root), *map(str, argv)], streams)
    return Ran(code, out.getvalue(), err.getvalue())


def articles(view: View, *respected: str) -> Articles:
    """All articles; what is said goes into their attribute `heard`."""
    heard: list[str] = []
    found = Articles(view, Choice(), frozenset(respected), heard.append)
    found.heard = heard  # type: ignore[attr-defined]  # for tests
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
