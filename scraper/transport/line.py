"""What a connection does for an exchange, whichever version of HTTP it speaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from msgspec import Struct

from scraper.guard import Target
from scraper.tap import Tapped

Fields = list[tuple[bytes, bytes]]


class BreachError(Exception):
    """The server broke the protocol; or it ended the exchange, see http2.is_end."""


class Head(Struct, frozen=True):
    """What comes before a response's body; `version` is the protocol that was spoken: "http/1.1"."""

    status: int
    fields: Fields
    version: str


class Line(Protocol):
    """A connection that carries one exchange at a time: `ask`, `parts` to their end or not, `finish`.

    Raises OSErrors, TimeoutError among them, BreachError, and what the tap raises.
    """

    stream: Tapped

    async def ask(self, target: Target, fields: Fields, wait: float) -> Head:
        """Send a GET and read what answers, up to the body; `wait` bounds each wait for the network, in seconds."""

    def parts(self) -> AsyncIterator[bytes | bytearray]:
        """The body as it comes, without its chunks."""

    async def finish(self) -> bool:
        """End the exchange, and say whether the connection can carry another one."""

    @property
    def is_stale(self) -> bool:
        """Whether the server has hung up between two exchanges, or sent what nobody asked for."""
