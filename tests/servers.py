"""A real HTTP server on loopback that sends exactly the bytes it is told to, and a clock that only tests move."""

from __future__ import annotations

import asyncio
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Asked:
    """A request as the server met it: `head` is byte for byte what the client sent."""

    head: bytes

    @property
    def path(self) -> str:
        """The request target with its query."""
        return self.head.split(b" ", 2)[1].decode("latin-1")

    def header(self, name: str) -> str | None:
        """The first value of a header, by its name in lower case."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.decode("latin-1").lower() == name:
                return value.strip().decode("latin-1")
        return None


RESET = b"\0reset"
"""A piece of an answer that is not sent: the connection ends here with a RST, and what was not read of it is lost."""

Reply = bytes | Callable[[Asked], bytes | Iterable[bytes]]
"""What a path answers: raw bytes, or a function that gives them, whole or piece by piece as they are to be sent."""


def response(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    """A plain HTTP/1.1 response with its length; `headers` are whole lines."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


NOT_FOUND = response(b"not here", "404 Not Found", "Content-Type: text/plain")


class Server:
    """Serves raw bytes by path until the `with` block ends; an unknown path, robots.txt included, is a 404.

    Each response is followed by a hang-up unless `keep_alive`. `asked` are the requests in the order they came;
    `most_at_once` is how many were in the server's hands at the same time. `certificate` (PEM, key and chain) makes it
    speak TLS up to its `newest` version, and `names` then are the server names that clients asked for.
    """

    def __init__(
        self,
        routes: Mapping[str, Reply],
        *,
        host: str = "127.0.0.1",
        keep_alive: bool = False,
        certificate: Path | None = None,
        newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
    ) -> None:
        self.routes = dict(routes)
        self.host = host
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self.connections = 0
        self.names: list[str | None] = []
        self.resets = False
        """Whether connections are reset as soon as they are there."""
        self._now = 0
        self._lock = threading.Lock()
        self._keep_alive = keep_alive
        self._tls = self._context(certificate, newest) if certificate else None
        server = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                server._serve(self.request)

        self._server = _Listener((host, 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def url(self, path: str = "/", host: str | None = None) -> str:
        """The address of a path; `host` is a name that the client's resolver maps to this server."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """What was asked for, in order, without robots.txt and tdmrep.json."""
        return [asked.path for asked in self.asked if asked.path not in ("/robots.txt", "/.well-known/tdmrep.json")]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _context(self, certificate: Path, newest: ssl.TLSVersion) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = newest
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        return context

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self.connections += 1
        try:
            if self.resets:
                return _reset(connection)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            stream = connection.makefile("rb")
            while self._answer(connection, stream.readline, stream.read) and self._keep_alive:
                pass
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the client hung up, which several tests want it to

    def _answer(self, connection: socket.socket, readline: Callable[[], bytes], read: Callable[[int], bytes]) -> bool:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = readline()
            if not line:
                return False
            head += line
        asked = Asked(head)
        read(int(asked.header("content-length") or 0))
        with self._lock:
            self.asked.append(asked)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            reply = self.routes.get(asked.path, NOT_FOUND)
            sent = reply(asked) if callable(reply) else reply
            for piece in [sent] if isinstance(sent, bytes) else sent:
                if piece == RESET:
                    _reset(connection)
                    return False
                connection.sendall(piece)
        finally:
            with self._lock:
                self._now -= 1
        return True


def _reset(connection: socket.socket) -> None:
    """Hang up with a RST: lingering for no time at all."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class FakeClock:
    """Unix time that stands still unless somebody sleeps; `slept` is what was slept, in order."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Pass the time at once."""
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)
