"""The key under which a CDX index sorts an address: SURT, the host turned round, in the Wayback Machine's form.

`https://www.Example.org:443/B/../a/?y=2&x=1#top` is `org,example)/a?x=1&y=2`. A replayer computes the key of what it is
asked for with the library of the Internet Archive, so ours must be the same to the byte, oddities included;
tests/peers compares the two. That library is under the AGPL, and this file is written from what it gives, and from
the rules that it follows: Google's Safe Browsing (https://developers.google.com/safe-browsing/reference, "URLs and
Hashing") and the session ids of Heritrix.
"""

from __future__ import annotations

import re
import socket
from urllib.parse import unquote_to_bytes

_BLANKS = re.compile(rb"[\t\r\n]")
_URL = re.compile(rb"([a-z][a-z0-9+.-]*):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?", re.IGNORECASE | re.DOTALL)
_HTTP = re.compile(rb"(https?:)/*(?:https?:/+)*", re.IGNORECASE)
_ESCAPED = re.compile(rb"[^!\"$&-~]")
_WWW = re.compile(rb"www\d*\.")
_DOTS = re.compile(rb"\.{2,}")
_PORT = re.compile(rb"(.*?):(\d*)", re.DOTALL)
_PORTS = {b"http": 80, b"https": 443}
_NUMBERS = re.compile(rb"[\d.]+")
_MOST_UNESCAPES = 20  # of %25252525...; each takes two characters off, so the real limit is the address's length

# What a server puts into an address to know its visitor again. They stand before an .aspx page, or in the query.
_SESSION_PATH = re.compile(rb"(.*/)\((?:[0-9a-z]{24}|(?:[a-z]\([0-9a-z]{24}\))+)\)/(?=[^?]+\.aspx)", re.DOTALL)
_SESSION_QUERY = tuple(
    re.compile(rb"(.*)(?:" + name + rb")(?:&|$)", re.DOTALL)
    for name in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
)


def key(url: str) -> str:
    """The key of an address; one that has no form that could be turned round is its own key."""
    data = _BLANKS.sub(b"", url.encode("utf-8", "surrogatepass").strip())
    parts = _URL.match(_HTTP.sub(rb"\1//", data, count=1) if _HTTP.match(data) else data)
    if parts is None:
        return url
    scheme, place, path, query = parts[1].lower(), parts[2], parts[3], parts[4]
    try:
        host = _host(scheme, place) if place else b""
    except ValueError:
        return url
    if host:
        return (host + b")" + _path(path) + _query(query)).decode()
    bare = _escape(path).lower()  # file:///a, urn:x:a: nothing to turn round
    return (scheme + b":" + (bare[:1] + bare[1:].removesuffix(b"/")) + _query(query)).decode()


def _host(scheme: bytes, place: bytes) -> bytes:
    """The host's labels from the last to the first, and a port that is not the scheme's own."""
    name = place.rpartition(b"@")[2]
    inner = name[1:].partition(b"]") if name.startswith(b"[") else None
    found = None if inner else _PORT.fullmatch(name)
    number = inner[2][1:] if inner else found[2] if found else b""
    port = int(number or 0)
    if port > 65535:
        raise ValueError(number)
    host = _numbers(_idna(_unescape(inner[0] if inner else found[1] if found else name).lower()))
    host = _WWW.sub(b"", _DOTS.sub(b".", host.strip(b".")), count=1) if not host[:4].isdigit() else host
    turned = b",".join(reversed(_escape(host).lower().split(b".")))
    return turned if not turned or port in (0, _PORTS.get(scheme)) else turned + b":%d" % port


def _idna(host: bytes) -> bytes:
    try:
        return host if host.isascii() else host.decode().encode("idna")
    except UnicodeError:
        return host


def _numbers(host: bytes) -> bytes:
    """An IPv4 address in any of its spellings (decimal, octal, short) as four numbers."""
    if not _NUMBERS.fullmatch(host):
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host.decode())).encode()
    except OSError:
        return host


def _path(path: bytes) -> bytes:
    kept: list[bytes] = []
    for part in _unescape(path).split(b"/")[1:]:
        if part == b".." and kept:
            kept.pop()  # also what stands between two slashes, which are only then taken for one
        elif part != b".":
            kept.append(part)
    folded = _escape(b"/" + b"/".join(filter(None, kept))).lower()
    return _without(_SESSION_PATH, folded)


def _query(query: bytes | None) -> bytes:
    folded = _escape(query or b"").lower()
    for session in _SESSION_QUERY:
        folded = _without(session, folded)
    pairs = sorted(folded.split(b"&"), key=lambda pair: pair.partition(b"="))
    return b"?" + b"&".join(pairs) if folded else b""


def _without(session: re.Pattern[bytes], text: bytes) -> bytes:
    """The text without its last session id: matched from the start on, as a search would try each place of it."""
    found = session.match(text)
    return found[1] + text[found.end() :] if found else text


def _escape(data: bytes) -> bytes:
    """Percent-escapes undone, however often they were made, and made once: of controls, blanks, `#`, `%`, non-ASCII."""
    return _ESCAPED.sub(lambda found: b"%%%02X" % found[0][0], _unescape(data))


def _unescape(data: bytes) -> bytes:
    for _ in range(_MOST_UNESCAPES):
        plain = unquote_to_bytes(data)
        if plain == data:
            break
        data = plain
    return data
