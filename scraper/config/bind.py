"""Where a server of our own listens: HOST:PORT, checked without asking any name server."""

from __future__ import annotations

import re
from ipaddress import ip_address

from msgspec import Struct

_BIND = re.compile(r"(?:\[([0-9A-Fa-f:.%]{2,60})\]|([A-Za-z0-9.-]{1,255})):(\d{1,5})")
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


class Bind(Struct, frozen=True):
    """An address (not a name) and a port; port 0 is any that is free."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return ip_address(self.host).is_loopback

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse(text: str) -> Bind:
    """Read `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`; a ValueError says what is expected."""
    found = _BIND.fullmatch(text.strip())
    wanted = f"expected an address and a port like 127.0.0.1:8080, got `{text[:60]}`"
    if found is None or int(found[3]) > 65535:
        raise ValueError(wanted)
    host = found[1] or found[2]
    if host.lower() == "localhost":
        host = "127.0.0.1"
    try:
        return Bind(str(ip_address(host)), int(found[3]))
    except ValueError as error:
        raise ValueError(wanted) from error


def is_host_name(text: str) -> bool:
    """Whether a text is a host's name in lower case, as a browser sends it."""
    return len(text) <= 253 and _NAME.fullmatch(text) is not None
