"""Connections on real sockets of loopback, with TLS and without."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from scraper import stream
from scraper.stream import Stream, connect, secure

LONG = 60.0
Play = Callable[[socket.socket], None]
Use = Callable[[Stream], Awaitable[object]]


@contextmanager
def peer(play: Play) -> Iterator[int]:
    """The port of a server that plays one connection, in a thread that has ended when the block has."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection = listener.accept()[0]
        with connection:
            play(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join(timeout=10)
        listener.close()


def soon(seconds: float = LONG) -> float:
    return asyncio.get_running_loop().time() + seconds


def talk(play: Play, use: Use, certificate: Path | None = None) -> object:
    """What `use` gives with a connection to a server that plays so; with TLS where there is a certificate."""

    async def main(port: int) -> object:
        made = await connect("127.0.0.1", port, soon())
        if certificate is not None:
            made = await secure(made, ssl.create_default_context(cafile=certificate), "news.example", soon())
        try:
            return await use(made)
        finally:
            made.close()

    def safe(connection: socket.socket) -> None:
        assert certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        play(context.wrap_socket(connection, server_side=True))

    with peer(play if certificate is None else safe) as port:
        return asyncio.run(main(port))


@pytest.fixture(params=["plain", "TLS"])
def chain(request: pytest.FixtureRequest) -> Path | None:
    """The server's certificate, or none."""
    if request.param == "plain":
        return None
    made: Path = request.getfixturevalue("certificate")
    return made


def test_bytes_are_the_same_on_both_sides_however_many(chain: Path | None) -> None:
    data = bytes(range(256)) * 40_000  # more than the system's buffers hold, so that either side has to wait

    def echo(connection: socket.socket) -> None:
        got = bytearray()
        while len(got) < len(data):
            got += connection.recv(65536)
        connection.sendall(got)
        connection.close()

    async def use(made: Stream) -> bytes:
        await made.send(data, soon())
        parts = []
        while part := await made.receive(soon()):
            assert len(part) <= stream.PIECE
            parts.append(part)
        return b"".join(parts)

    assert talk(echo, use, chain) == data


@pytest.mark.parametrize("farewell", [True, False])
def test_an_end_with_or_without_a_farewell_is_an_end(farewell: bool, certificate: Path) -> None:
    def play(connection: socket.socket) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        connection.sendall(b"all")
        with suppress(OSError):  # the client does not answer the farewell
            if farewell:
                connection.unwrap()
        connection.close()

    async def use(made: Stream) -> list[bytes]:
        return [await made.receive(soon()) for _ in range(2)]

    assert talk(play, use, certificate) == [b"all", b""]


def test_what_came_before_a_broken_record_is_given_and_the_rest_is_an_error(certificate: Path) -> None:
    sent = threading.Event()

    def play(connection: socket.socket) -> None:
        connection.sendall(b"true")
        with socket.socket(fileno=connection.detach()) as bare:
            bare.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
            sent.set()
            bare.recv(1)

    async def use(made: Stream) -> bytes:
        await asyncio.to_thread(sent.wait, LONG)
        got = await made.receive(soon())
        for _ in range(2):
            with pytest.raises(ssl.SSLError):
                await made.receive(soon())
        return got

    assert talk(play, use, certificate) == b"true"


def test_a_reset_is_an_error_and_no_end(chain: Path | None) -> None:
    def play(connection: socket.socket) -> None:
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    async def use(made: Stream) -> None:
        await made.send(b"?", soon())
        with pytest.raises(ConnectionResetError):
            await made.receive(soon())

    talk(play, use, chain)


def test_time_runs_out_for_whoever_waits_for_a_silent_server(chain: Path | None) -> None:
    over = threading.Event()

    async def use(made: Stream) -> None:
        with pytest.raises(TimeoutError):
            await made.receive(soon(0))
        with pytest.raises(TimeoutError):
            await made.send(bytes(50_000_000), soon(0))
        over.set()

    talk(lambda connection: over.wait(LONG) and None, use, chain)


def test_half_a_record_is_waited_for_no_longer_than_that(certificate: Path) -> None:
    sent = threading.Event()

    def play(connection: socket.socket) -> None:
        with socket.socket(fileno=connection.detach()) as bare:
            bare.sendall(b"\x17\x03\x03\x01")
            sent.set()
            bare.recv(1)

    async def use(made: Stream) -> None:
        await asyncio.to_thread(sent.wait, LONG)
        with pytest.raises(TimeoutError):
            await made.receive(soon(0))

    talk(play, use, certificate)


def test_a_certificate_of_another_name_ends_the_connection(certificate: Path) -> None:
    def play(connection: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with pytest.raises(OSError):
            context.wrap_socket(connection, server_side=True).read()

    async def use(made: Stream) -> None:
        with pytest.raises(ssl.SSLCertVerificationError):
            await secure(made, ssl.create_default_context(cafile=certificate), "other.example", soon())
        with pytest.raises(OSError, match="Bad file descriptor"):
            await made.receive(soon())

    talk(play, use)


def test_nobody_there_is_an_error() -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        with pytest.raises(ConnectionRefusedError):
            await connect("127.0.0.1", port, soon())

    asyncio.run(main())


def test_whoever_waits_is_told_of_the_end(chain: Path | None) -> None:
    async def use(made: Stream) -> None:
        waiting = asyncio.create_task(made.receive(soon()))
        await asyncio.sleep(0)
        made.close()
        with pytest.raises(ConnectionAbortedError):
            await waiting

    talk(lambda connection: connection.recv(1) and None, use, chain)


def test_others_have_their_turn_while_bytes_are_always_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PIECE", 1)
    turns = 0

    async def use(made: Stream) -> int:
        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        await made.receive(soon())  # the others have come by now too
        task = asyncio.create_task(other())
        for _ in range(60):
            await made.receive(soon())
        task.cancel()
        return turns

    assert talk(lambda connection: connection.sendall(bytes(100)), use) in range(2, 10)


def test_readable_is_what_has_come_or_ended(chain: Path | None) -> None:
    go = threading.Event()

    def play(connection: socket.socket) -> None:
        connection.sendall(b"a")
        go.wait(LONG)
        connection.close()

    async def use(made: Stream) -> list[object]:
        found: list[object] = [await made.receive(soon()), made.is_readable]
        go.set()
        return [*found, await made.receive(soon()), made.is_readable]

    assert talk(play, use, chain) == [b"a", False, b"", True]
