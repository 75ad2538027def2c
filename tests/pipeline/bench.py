"""A pipeline of real parts: an archive on disk, cleaning processes, and a fetcher that finds every host on loopback."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from crew import Crew
from msgspec import structs
from pools import cleaners
from servers import response
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]  # warcio ships no types
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]  # the same

from scraper import records
from scraper.archive import Archive, View
from scraper.fetch import Fetcher
from scraper.pipeline import Source, SourceKind, Tally, Tools
from scraper.pipeline.run import run_source
from scraper.types import Failure, Record
from scraper.verify import verify
from scraper.workers import Workers

Result = TypeVar("Result")


def paragraphs(topic: str) -> list[str]:
    """Four paragraphs of an article about something."""
    return [
        f"The city council approved the new {topic} on Tuesday evening after three years of debate about its cost.",
        f"Construction of the {topic} will begin in the spring, the mayor said, and it should be open two years later.",
        f"Residents had asked for a {topic} since the old one was closed to the public in the winter of 2019.",
        f"The council set aside forty million for the {topic}, a third of which comes from the region.",
    ]


def text(topic: str) -> str:
    """The article as clean text."""
    return "\n\n".join(paragraphs(topic))


def dirty(topic: str) -> str:
    """The article as a dump with a weather widget above it."""
    return f"9.7 C\nMunich\nWednesday, October 4, 2023\n\n{text(topic)}\n"


def html(topic: str) -> bytes:
    """The article as a page."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(topic))
    head = f"<!DOCTYPE html><html><head><title>A new {topic}</title></head>"
    return f"{head}<body><article><h1>A new {topic}</h1>{body}</article></body></html>".encode()


def page(topic: str, *headers: str) -> bytes:
    """The page as a server sends it."""
    return response(html(topic), "200 OK", "Content-Type: text/html; charset=utf-8", *headers)


def inbox(folder: Path, **more: object) -> Source:
    """A folder as a source."""
    return structs.replace(Source("inbox", SourceKind.FOLDER, str(folder)), **more)


def foreign_warc(*pages: tuple[str, bytes], packed: bool = True) -> bytes:
    """A WARC file as another program writes it."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for url, body in pages:
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        fixed = {"WARC-Date": "2024-05-06T07:08:09Z"}
        writer.write_record(
            writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict=fixed
            )
        )
    return out.getvalue()


class Ran(NamedTuple):
    """What a run gave: its tally, and the results in the order in which they were told."""

    tally: Tally
    results: list[Record | Failure]

    @property
    def texts(self) -> list[str]:
        """The texts of the records, sorted."""
        return sorted(result.text for result in self.results if isinstance(result, Record))

    @property
    def reasons(self) -> list[str]:
        """The reasons of the failures, sorted."""
        return sorted(result.reason for result in self.results if isinstance(result, Failure))


class Bench:
    """Opens its archive for each piece of work and closes it again, as one run of the program after the other."""

    def __init__(self, root: Path, pool: Workers | None = None) -> None:
        self.root = root
        self.crew = Crew()
        self.pool = pool or cleaners()

    def now(self) -> datetime:
        """The time of the crew's clock, which stands still unless somebody sleeps."""
        return datetime.fromtimestamp(self.crew.clock.now, UTC)

    @asynccontextmanager
    async def tools(self, *, network: bool = True) -> AsyncIterator[Tools]:
        """The tools of one run."""
        crew = Crew(self.crew.clock)  # manners, robots.txt included, are learned anew by each run
        fetcher = Fetcher(crew.settings, crew.manners, crew.clock, crew.loopback)
        with Archive(self.root) as archive:
            async with fetcher:
                yield Tools(archive, self.pool, fetcher if network else None, self.now)

    def do(self, work: Callable[[Tools], Awaitable[Result]], *, network: bool = True) -> Result:
        """Do something with the tools."""

        async def main() -> Result:
            async with self.tools(network=network) as tools:
                return await work(tools)

        return asyncio.run(main())

    def run(self, source: Source) -> Ran:
        """One pass over a source, without its network where it needs none."""
        results: list[Record | Failure] = []

        async def main(tools: Tools) -> Tally:
            return await run_source(source, tools, results.append)

        network = source.kind not in (SourceKind.FOLDER, SourceKind.WARC)
        return Ran(self.do(main, network=network), results)

    @contextmanager
    def view(self) -> Iterator[View]:
        """The archive to read."""
        with View(self.root) as view:
            yield view

    def lines(self) -> list[Record]:
        """The records in the JSONL files."""
        found = [line for path in sorted(self.root.glob("articles/*/*/*.jsonl")) for line in records.scan(path)]
        assert all(isinstance(line, records.Line) for line in found)
        return [line.record for line in found if isinstance(line, records.Line)]

    def types(self) -> dict[str, int]:
        """How many WARC records of each type there are, in an archive that verifies."""
        report = verify(self.root)
        assert report.problems == ()
        assert report.warnings == ()
        return report.types
