"""A real HTTP/2 server on loopback, made of the h2 package's protocol engine; it answers as it is told to."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from h2.exceptions import H2Error

HTML = (("content-type", "text/html"),)


@dataclass(frozen=True)
class Answer:
    """What a path answers; `then` is what follows the body: the end, a reset of the stream, a goodbye, raw bytes."""

    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = HTML
    status: str = "200"
    then: str | bytes = "end"


class Http2Server:
    """Serves answers by path over TLS until the `with` block ends; an unknown path, robots.txt included, is a 404.

    `asked` are the requests' fields in the order they came, `connections` counts who came.
    """

    def __init__(self, routes: Mapping[str, Answer], certificate: Path) -> None:
        self.routes = dict(routes)
        self.asked: list[dict[str, str]] = []
        self.connections = 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._context.set_alpn_protocols(["h2"])
        server = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    server._serve(self.request)
                except (OSError, H2Error):
                    return  # the client hung up, or one of us broke the protocol, as several tests want it

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def url(self, path: str = "/") -> str:
        """The address of a path, at the host that the certificate is for."""
        return f"https://news.example:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, plain: socket.socket) -> None:
        self.connections += 1
        connection = self._context.wrap_socket(plain, server_side=True)
        lax = H2Configuration(client_side=False, validate_outbound_headers=False, normalize_outbound_headers=False)
        engine = H2Connection(config=lax)
        engine.initiate_connection()
        connection.sendall(engine.data_to_send())
        while data := connection.recv(65536):
            for event in engine.receive_data(data):
                if isinstance(event, RequestReceived) and event.stream_id is not None:
                    fields = {name.decode(): value.decode() for name, value in event.headers or ()}
                    self.asked.append(fields)
                    self._answer(engine, connection, event.stream_id, fields[":path"])
            connection.sendall(engine.data_to_send())

    def _answer(self, engine: H2Connection, connection: ssl.SSLSocket, stream: int, path: str) -> None:
        answer = self.routes.get(path, Answer(b"not here", status="404"))
        engine.send_headers(stream, [(":status", answer.status), *answer.headers])
        rest = answer.body
        while rest:
            size = min(len(rest), engine.local_flow_control_window(stream), engine.max_outbound_frame_size)
            if size <= 0:
                connection.sendall(engine.data_to_send())
                engine.receive_data(connection.recv(65536))
                continue
            engine.send_data(stream, rest[:size])
            rest = rest[size:]
        if answer.then == "end":
            engine.end_stream(stream)
        elif answer.then == "reset":
            engine.reset_stream(stream)
        elif answer.then == "goodbye":
            engine.close_connection()
        connection.sendall(engine.data_to_send())
        if isinstance(answer.then, bytes):
            connection.sendall(answer.then)
        if answer.then == "hang-up":
            connection.close()
