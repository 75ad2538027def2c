"""Where a request may go: which URLs may be asked, which addresses may be connected to. Pure: it looks nothing up.

`ipaddress.is_global` is not enough: Python 3.11 calls 64:ff9b::a9fe:a9fe (the cloud metadata service behind NAT64)
global, and its answers changed between patch releases. So the networks stand here, by their registry.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import ada_url
from msgspec import Struct

from scraper.errors import ConfigError, RefusedError

Network = IPv4Network | IPv6Network

MAX_URL = 8192
"""Longest URL that is asked for, in characters: a little over what RFC 9110 section 4.1 wants everybody to support."""

PORTS = {"http": 80, "https": 443}

# IANA IPv4 Special-Purpose Address Registry, the multicast and reserved blocks, and one address outside both.
_DENIED_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carrier-grade NAT (RFC 6598); also cloud metadata at 100.100.100.200
        "127.0.0.0/8",
        "168.63.129.16/32",  # the host behind an Azure machine, in a public block
        "169.254.0.0/16",  # link-local; cloud metadata at 169.254.169.254
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocol assignments; cloud metadata at 192.0.0.192
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays, withdrawn by RFC 7526
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks between devices (RFC 2544)
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)

# Only 2000::/3 is given out as global unicast (RFC 4291); that leaves out loopback, unique local, link-local,
# multicast, ::ffff:0:0/96 (mapped IPv4) and 64:ff9b::/96 (NAT64). Within it, from the IPv6 special-purpose registry:
_GLOBAL_V6 = IPv6Network("2000::/3")
_DENIED_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # IETF protocol assignments; holds Teredo (2001::/32), which embeds IPv4
        "2001:db8::/32",
        "2002::/16",  # 6to4, which embeds IPv4
        "3fff::/20",
    )
)


class Target(Struct, frozen=True):
    """An http(s) URL taken apart for a request; `url` is normalised by the WHATWG standard and has no fragment.

    `host` is a bare name or address, `authority` what the Host header says, `path` the request target with its query.
    """

    url: str
    scheme: str
    host: str
    port: int
    authority: str
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and port: what one robots.txt speaks for (RFC 9309 section 2.3)."""
        return f"{self.scheme}://{self.authority}"


@lru_cache(maxsize=256)  # a fetch asks for the same one at each of its stages
def target(url: str, base: str | None = None) -> Target:
    """Take apart and normalise a URL, against `base` where it is a redirect's relative reference.

    Raises RefusedError ("bad-url", "bad-scheme", "userinfo") for what is not asked for.
    """
    shown = f"{url[:200]!r}"  # repr: a hostile URL may hold line breaks and lone surrogates
    if len(url) > MAX_URL:
        raise RefusedError(f"{shown}: longer than {MAX_URL} characters, not fetched", reason="bad-url")
    try:
        parsed = ada_url.URL(url, base) if base else ada_url.URL(url)
    except ValueError as error:
        raise RefusedError(f"{shown}: not a URL; give one like https://example.org/page", reason="bad-url") from error
    scheme = parsed.protocol.removesuffix(":")
    if scheme not in PORTS:
        raise RefusedError(f"{shown}: only http and https are fetched, not {scheme}", reason="bad-scheme")
    if parsed.username or parsed.password:
        raise RefusedError(f"{parsed.host}: a URL with a user name or password is not fetched", reason="userinfo")
    parsed.hash = ""
    if len(parsed.href) > MAX_URL:  # percent-encoding can make nine bytes of one character
        raise RefusedError(f"{shown}: longer than {MAX_URL} characters, not fetched", reason="bad-url")
    return Target(
        url=parsed.href,
        scheme=scheme,
        host=parsed.hostname.strip("[]"),
        port=int(parsed.port) if parsed.port else PORTS[scheme],
        authority=parsed.host,
        path=parsed.href.removeprefix(f"{scheme}://{parsed.host}"),
    )


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks or single addresses ("127.0.0.1", "10.1.0.0/16", "fd00::/8"); raises ConfigError for the rest."""
    return tuple(_network(text) for text in texts)


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ConfigError(
            f"allow_addresses: {text!r} is no address or network ({error}); write 127.0.0.1 or 10.1.0.0/16",
            reason="bad-network",
        ) from error


class Allowed(Struct, frozen=True):
    """What may be asked beyond the public internet's usual ports: networks, on any port, and further ports."""

    networks: tuple[Network, ...] = ()
    ports: tuple[int, ...] = ()

    def check(self, address: str, port: int) -> None:
        """Raise RefusedError ("private-address", "odd-port") unless this address may be asked on this port.

        An odd port is where something else than a site listens: a mail server, a database, a control panel.
        """
        check(address, self.networks)
        if port in PORTS.values() or port in self.ports or _holds(self.networks, ip_address(address)):
            return
        raise RefusedError(
            f"port {port} of {address} is not one of the web's; name it in network.allow_ports if it is meant",
            reason="odd-port",
        )


def check(address: str, allowed: Iterable[Network] = ()) -> None:
    """Raise RefusedError ("private-address") for an address off the public internet, unless `allowed` holds it.

    Addresses that embed IPv4 (mapped, NAT64, 6to4, Teredo) are refused whole, whatever they embed: behind NAT64 alone,
    allow 64:ff9b::/96. Zones ("fe80::1%eth0") are refused always.
    """
    try:
        parsed = ip_address(address)
    except ValueError as error:
        raise RefusedError(f"{address[:100]!r} is no IP address", reason="private-address") from error
    scoped = isinstance(parsed, IPv6Address) and parsed.scope_id is not None
    if not scoped and _holds(allowed, parsed):
        return
    if scoped or not _public(parsed):
        raise RefusedError(
            f"{address} is not a public address; name it in allow_addresses if it is meant", reason="private-address"
        )


def _holds(allowed: Iterable[Network], address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in allowed)


def _public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _DENIED_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _DENIED_V6)
