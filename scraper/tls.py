"""What TLS is asked for and what it gave: trust in certificates, the hosts that are excepted from it, cipher names."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from functools import cache

import certifi

from scraper.errors import ConfigError

_SUITE = re.compile(r"(ECDHE|DHE)-(ECDSA|RSA)-(?:AES(128|256)-(GCM-)?SHA(256|384)|(CHACHA20-POLY1305))")


@cache  # reading the usual certificates takes 55 ms, and a process needs them once
def _trusting(ca_file: str | None, protocols: tuple[str, ...]) -> ssl.SSLContext:
    """The usual certificates, and those of a file; a ConfigError if it holds none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(list(protocols))
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise ConfigError(f"ca_file: {ca_file} holds no PEM certificates: {error}", reason="bad-ca-file") from error
    return context


class Trust:
    """Whose certificates are trusted: of all hosts that they are checked, but for some with a reason for each.

    `protocols` are what is offered to speak, the preferred one first. A ConfigError where `ca_file` holds no
    certificate; the usual ones are read when the first host wants them.
    """

    def __init__(self, ca_file: str | None, unverified: Mapping[str, str], protocols: tuple[str, ...]) -> None:
        self._ca_file = ca_file
        self._unverified = {host.lower().rstrip("."): reason for host, reason in unverified.items()}
        self._protocols = protocols
        if ca_file is not None:
            _trusting(ca_file, protocols)

    def reason(self, host: str) -> str | None:
        """Why a host's certificate is not checked; None if it is."""
        return self._unverified.get(host.lower().rstrip("."))

    def context(self, host: str) -> ssl.SSLContext:
        """What a session with a host begins with."""
        if self.reason(host) is None:
            return _trusting(self._ca_file, self._protocols)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(list(self._protocols))
        return context


def facts(session: ssl.SSLObject) -> str:
    """A session's version and cipher suite: "TLSv1.3 TLS_AES_256_GCM_SHA384"."""
    cipher = session.cipher()
    return f"{session.version()} {suite(cipher[0]) if cipher else ''}".strip()


def suite(name: str) -> str:
    """A cipher suite's name in the IANA registry for OpenSSL's name; OpenSSL's own where no rule is known.

    OpenSSL has names of its own up to TLS 1.2; this covers the suites that Python's default context offers.
    """
    parts = _SUITE.fullmatch(name)
    if parts is None:
        return name
    exchange, signature, bits, gcm, digest, chacha = parts.groups()
    cipher = "CHACHA20_POLY1305_SHA256" if chacha else f"AES_{bits}_{'GCM' if gcm else 'CBC'}_SHA{digest}"
    return f"TLS_{exchange}_{signature}_WITH_{cipher}"
