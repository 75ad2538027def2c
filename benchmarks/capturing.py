"""The processes of the capture benchmark: the server that is asked, and `scrape` fetching and archiving."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scraper import fetch, polite
from scraper.__main__ import FEWER_COLLECTIONS
from scraper.archive import Archive
from scraper.types import Link
from scraper.warc import form, write

SHARES = ("capture", "compress", "digest", "write", "commit")
"""Parts of a run: `write` is the making and writing of records without their compression and digests."""

COMMIT_EVERY = 32


def main(arguments: Sequence[str]) -> None:
    """`serve FOLDER`, `fetch URLS OUTPUT`, or `shares URLS OUTPUT`, which prints the share of each of SHARES."""
    role, path = arguments[0], Path(arguments[1])
    gc.set_threshold(FEWER_COLLECTIONS, *gc.get_threshold()[1:])  # as `scrape` begins
    if role == "serve":
        asyncio.run(serve({f"/{page.name}": page.read_bytes() for page in path.glob("*.html")}))
        return
    urls = path.read_text(encoding="ascii").split()
    if role == "fetch":
        asyncio.run(fetch_all(urls, Path(arguments[2])))
    else:
        print(*shares(urls, Path(arguments[2])))


async def fetch_all(urls: Sequence[str], output: Path) -> None:
    """Fetch and archive, without cleaning."""
    manners = polite.Polite(polite.Settings(delay=0.0), time.time, asyncio.sleep)
    settings = fetch.Settings(allow_addresses=("127.0.0.1",))
    archive = Archive(output)
    try:
        async with fetch.Fetcher(settings, manners, time.time) as fetcher:
            for number, url in enumerate(urls, 1):
                archive.store(await fetcher.fetch(Link(url, "benchmark")))
                if number % COMMIT_EVERY == 0:
                    archive.commit()
    finally:
        archive.close()


async def serve(files: dict[str, bytes]) -> None:
    """Answer GET with a file, on connections that are kept; the rest, as robots.txt, is not there."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = files.get(head.split(b" ", 2)[1].decode("ascii").partition("?")[0])
                status = "404 Not Found" if body is None else "200 OK"
                body = body or b""
                fields = f"Server: benchmark\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}"
                writer.write(f"HTTP/1.1 {status}\r\n{fields}\r\n\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class _Shares:
    """CPU seconds by part: a function's own, without those of the parts that it calls."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(SHARES, 0.0)
        self._inner: list[float] = []

    def timing(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, which takes its time."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            begun = time.process_time()
            self._inner.append(0.0)
            try:
                return work(*args, **kwargs)
            finally:
                whole = time.process_time() - begun
                self.spent[part] += whole - self._inner.pop()
                if self._inner:
                    self._inner[-1] += whole

        return timed


def shares(urls: Sequence[str], output: Path) -> list[float]:
    """Fetch and archive in this process, and say which share of its time went to each of SHARES."""
    taken = _Shares()
    parts: list[tuple[Any, str, str]] = [
        (form, "digest", "digest"),
        (form, "member", "compress"),
        (write.Writer, "write", "write"),
        (Archive, "commit", "commit"),
    ]
    for owner, name, part in parts:
        setattr(owner, name, taken.timing(part, getattr(owner, name)))
    begun = time.process_time()
    asyncio.run(fetch_all(urls, output))
    whole = time.process_time() - begun
    taken.spent["capture"] = whole - sum(taken.spent.values())
    return [taken.spent[part] / whole for part in SHARES]


if __name__ == "__main__":
    main(sys.argv[1:])
