from __future__ import annotations

import ssl

import pytest

from scraper import tls

# Code points and names as the IANA registry of TLS cipher suites has them.
IANA = {
    0x1301: "TLS_AES_128_GCM_SHA256",
    0x1302: "TLS_AES_256_GCM_SHA384",
    0x1303: "TLS_CHACHA20_POLY1305_SHA256",
    0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    0xC023: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    0xC024: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    0xC027: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    0xC028: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    0x009E: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    0x009F: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    0x0067: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
    0x006B: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
}


def test_every_suite_that_is_offered_has_its_name_of_the_registry() -> None:
    for offered in ssl.create_default_context().get_ciphers():
        assert tls.suite(offered["name"]) == IANA.get(offered["id"] & 0xFFFF, tls.suite(offered["name"]))
        assert tls.suite(offered["name"]).startswith("TLS_")


def test_an_unknown_suite_keeps_its_name() -> None:
    assert tls.suite("RC4-MD5") == "RC4-MD5"


@pytest.mark.parametrize(
    ("host", "excepted"),
    [
        ("old.example", True),
        ("OLD.example.", True),
        ("a.old.example", False),
        ("old.example.org", False),
    ],
)
def test_an_exception_is_for_one_host(host: str, excepted: bool) -> None:
    trust = tls.Trust(None, {"old.example": "ran out"}, ("http/1.1",))
    assert (trust.reason(host) == "ran out") is excepted
    context = trust.context(host)
    assert (context.verify_mode, context.check_hostname) == (
        (ssl.CERT_NONE, False) if excepted else (ssl.CERT_REQUIRED, True)
    )


def test_certificates_are_read_when_a_host_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes 55 ms, and an inbox asks nobody."""
    monkeypatch.setattr(ssl, "create_default_context", None)
    trust = tls.Trust(None, {}, ("http/1.1", "h2"))
    with pytest.raises(TypeError):
        trust.context("news.example")
