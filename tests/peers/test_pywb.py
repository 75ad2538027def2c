"""pywb replays what was fetched, byte for byte: by our index, by our WACZ, and by an index of its own."""

from __future__ import annotations

import http.client
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from captured import PACKED, PAGE, PAGES, Archived, export
from environments import plain, ran

WAYBACK = """
from gevent.monkey import patch_all
patch_all()
from gevent.pywsgi import WSGIServer
from pywb.apps.frontendapp import FrontEndApp
server = WSGIServer(("127.0.0.1", 0), FrontEndApp(config_file="config.yaml"), log=None)
server.start()
print(server.server_port, flush=True)
server.serve_forever()
"""
"""What `wayback` runs, at a port that the system chooses and that is printed when it answers."""

COLLECTIONS = ("index", "warc", "wacz")


@pytest.fixture(scope="module")
def wayback(pywb: Path, pages: Archived, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a pywb with three collections of the archive."""
    home = tmp_path_factory.mktemp("pywb")
    export(pages.root, "cdxj", home / "index.cdxj")
    wacz = export(pages.root, "wacz", home / "articles.wacz")
    config = {"index_paths": str(home / "index.cdxj"), "archive_paths": f"{pages.root}/"}
    lines = "".join(f"    {name}: {value}\n" for name, value in config.items())
    (home / "config.yaml").write_text(f"collections:\n  index:\n{lines}")
    for name, add in (("warc", ["warc", *pages.warcs]), ("wacz", ["--unpack-wacz", "wacz", wacz])):
        ran(pywb / "wb-manager", "init", name, cwd=home)
        ran(pywb / "wb-manager", "add", *add, cwd=home)
    command = [pywb / "python", "-c", WAYBACK]
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(command, cwd=home, stdout=subprocess.PIPE, stderr=log, text=True, env=plain()) as server,
    ):
        assert server.stdout is not None
        try:
            said = server.stdout.readline()
            assert said, (home / "log").read_text()
            yield int(said)
        finally:
            server.kill()


def replayed(port: int, address: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    """The newest capture as it came, without pywb's rewriting."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_the_one_that_was_sent(wayback: int, pages: Archived, collection: str, path: str) -> None:
    status, headers, body = replayed(wayback, f"/{collection}/2026id_/{pages.site}{path}")
    assert (status, body) == (200, PAGE)
    assert headers["Memento-Datetime"]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_coded_body_is_there_as_it_crossed_the_wire(wayback: int, pages: Archived, collection: str) -> None:
    for path in ("/gzip", "/both"):
        address = f"/{collection}/2026id_/{pages.site}{path}"
        status, headers, body = replayed(wayback, address, **{"Accept-Encoding": "gzip"})
        assert (status, headers["Content-Encoding"], body) == (200, "gzip", PACKED)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_redirect_is_one(wayback: int, pages: Archived, collection: str) -> None:
    status, headers, body = replayed(wayback, f"/{collection}/2026id_/{pages.site}/moved")
    assert (status, headers["Location"], body) == (302, "/plain?again", b"moved")


def test_what_was_not_fetched_is_not_there(wayback: int, pages: Archived) -> None:
    assert replayed(wayback, f"/index/2026id_/{pages.site}/never")[0] == 404
