"""Servers that answer oddly: what is kept of each by whatever reads the archive, and that nobody else suffers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from crew import PAGE, Crew
from odd import MB, Odd, odd_servers
from servers import FakeClock, Server
from warcio.archiveiterator import ArchiveIterator

from scraper import warc
from scraper.errors import ScrapeError
from scraper.fetch import Fetcher, exchanges_of
from scraper.types import Capture, Exchange, Link


class Watched(FakeClock):
    """A clock that tells when it was read: the client reads it before each wait for the network."""

    def __init__(self) -> None:
        super().__init__()
        self.read = threading.Event()

    def __call__(self) -> float:
        self.read.set()
        return self.now


CLOCK = Watched()
DRIPPING = threading.Event()


def second_passes() -> None:
    """Once the client waits for the next byte of a server that drips, if the clock is this process's."""
    if DRIPPING.is_set():
        CLOCK.read.clear()
        CLOCK.read.wait(timeout=1)
        CLOCK.now += 1


SERVERS = odd_servers(second_passes)
NAMES = sorted(SERVERS)


async def visit(crew: Crew, *urls: str) -> list[Capture | ScrapeError]:
    """One after the other, with one fetcher."""
    found: list[Capture | ScrapeError] = []
    async with Fetcher(crew.settings, crew.manners, crew.clock, crew.loopback) as fetcher:
        for url in urls:
            try:
                found.append(await fetcher.fetch(Link(url, "test")))
            except ScrapeError as error:
                found.append(error)
    return found


def seen(odd: Odd, framing: str = "plain") -> list[Capture | ScrapeError]:
    """What came of a page before, of the odd one, and of one behind it, all of one host."""
    routes = {"/": PAGE, "/odd": odd.reply, "/odd?": odd.reply, "/a": odd.reply, "/b": odd.reply}
    with Server(routes) as server:
        crew = Crew(CLOCK, framing=framing)
        DRIPPING.set()
        try:
            return asyncio.run(visit(crew, server.url("/"), server.url("/odd"), server.url("/")))
        finally:
            DRIPPING.clear()


def archived(folder: Path, found: Capture | ScrapeError) -> list[Exchange]:
    """The exchanges of a capture or an error, once a WARC holds them and two readers give the same bytes back."""
    hops = found.exchanges if isinstance(found, Capture) else exchanges_of(found)
    if not hops:
        return []
    capture = found if isinstance(found, Capture) else None
    last = hops[-1]
    writer = warc.Writer(folder, lambda: datetime(2026, 11, 21, tzinfo=UTC), warc.Info())
    writer.write(capture or Capture(Link(last.url, "test"), last.url, last.started_at, hops, last.status, (), b""))
    path = writer.close()
    ours = [entry for entry in warc.read(path) if isinstance(entry, warc.Entry) and entry.type == "response"]
    assert [entry.block for entry in ours] == [hop.response for hop in hops]
    assert [entry.header("warc-truncated") for entry in ours] == [hop.truncated for hop in hops]
    with path.open("rb") as file:
        theirs = [
            one.raw_stream.read() for one in ArchiveIterator(file, no_record_parse=True) if one.rec_type == "response"
        ]
    assert theirs == [hop.response for hop in hops]
    if not any(_is_beyond_warcio(hop) for hop in hops):
        command = [sys.executable, "-m", "warcio.cli", "check", str(path)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    return list(hops)


def _is_beyond_warcio(hop: Exchange) -> bool:
    """Its check undoes codings: of brotli 1.2 it cannot (an AttributeError), and of bombs it knows nothing."""
    return b"Content-Encoding: br\r\n" in hop.response or len(hop.response) > 50_000


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_and_that_the_next_page_comes(name: str, tmp_path: Path) -> None:
    odd = SERVERS[name]
    _, found, after = seen(odd)
    assert isinstance(after, Capture), after
    assert after.body == b"<p>Hello</p>"
    assert after.exchanges[-1].response == PAGE
    assert (found.reason if isinstance(found, ScrapeError) else None) == odd.reason
    hops = archived(tmp_path, found)
    if odd.kept == b"":
        assert hops == []
    elif odd.kept is not None:
        assert hops[-1].response == odd.kept
    if odd.truncated is not None:
        assert hops[-1].truncated == odd.truncated


@pytest.mark.parametrize(
    "name", [name for name in NAMES if not name.startswith(("an endless", "endless", "a body of"))]
)
def test_what_is_kept_as_it_came(name: str, tmp_path: Path) -> None:
    odd = SERVERS[name]
    _, found, after = seen(odd, "wire")
    assert isinstance(after, Capture), after
    assert (found.reason if isinstance(found, ScrapeError) else None) == odd.reason
    hops = archived(tmp_path, found)
    if wanted := odd.wire or (odd.kept if odd.kept is not None and b"x-orig" not in odd.kept else None):
        assert hops[-1].response == wanted


CHILD = """
import asyncio, sys
from scraper.errors import ScrapeError
from scraper.fetch import Fetcher, Settings
from scraper.polite import Polite, Settings as Manners
from scraper.types import Link

now = 0.0
def clock():
    global now
    now += 0.05
    return now
async def sleep(seconds):
    global now
    now += seconds
async def main(base, framing, count):
    settings = Settings(allow_addresses=("127.0.0.1",), framing=framing)
    async with Fetcher(settings, Polite(Manners(), clock, sleep), clock) as fetcher:
        for number in range(count):
            try:
                await fetcher.fetch(Link(f"{base}{number}", "test"))
                print("ok")
            except ScrapeError as error:
                print(error.reason)
asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
# Not ru_maxrss, which a child inherits from the process that starts it.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.fixture
def all_of_them() -> Iterator[Server]:
    routes = {f"/a{number}": SERVERS[name].reply for number, name in enumerate(NAMES)}
    routes |= dict.fromkeys(("/a", "/b"), SERVERS["a redirect back and forth"].reply)
    with Server(routes) as server:
        yield server


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel tells the peak there")
@pytest.mark.parametrize("framing", ["plain", "wire"])
def test_all_of_them_together_cost_no_300_megabytes(framing: str, all_of_them: Server) -> None:
    child = [sys.executable, "-c", CHILD, all_of_them.url("/a"), framing, str(len(NAMES))]
    ran = subprocess.run(child, capture_output=True, text=True, check=True)
    *reasons, peak = ran.stdout.split()
    told = dict(zip(NAMES, reasons, strict=True))
    assert told.pop("a dripping head") in ("deadline", "head-too-large")  # it drips as fast as the network can
    assert told == {name: SERVERS[name].reason or "ok" for name in told}
    assert int(peak) * 1024 < 300 * MB
