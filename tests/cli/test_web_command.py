"""`scrape web` and the daemon's pages as real processes: they serve, read only, and end in good order."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from project import Project, end, impatience, until

import scraper.web


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, schedule="{jitter: 0s}")


def first_line(process: subprocess.Popen[bytes]) -> str:
    """The address that a process prints."""
    assert process.stdout is not None
    with impatience(process):
        return process.stdout.readline().decode().strip()


def address_in(said: str) -> str:
    """The address that a line of the log names."""
    return said[said.index("http://") :].partition('"')[0].strip()


def get(address: str, path: str, host: str | None = None) -> tuple[int, str]:
    """A page over a real connection; the path goes out as it is."""
    where = address.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(where, timeout=60)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host or where)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file but SQLite's own scratch."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


def test_it_serves_an_archive_and_changes_nothing(project: Project, tmp_path: Path) -> None:
    project.put("bridge")
    assert project.run("run").code == 0
    before = snapshot(project.archive)
    process = project.start("web", "--bind", "127.0.0.1:0")
    address = first_line(process)
    for path, status in (("/", 200), ("/articles?q=bridge", 200), ("/removals", 200), ("/../../etc/passwd", 404)):
        assert get(address, path)[0] == status
    assert get(address, "/", host="evil.example")[0] == 421
    assert project.run("run").code == 0  # the lock is free
    process.send_signal(signal.SIGTERM)
    ran = end(process)
    assert (ran.code, ran.err) == (0, "")
    assert snapshot(project.archive).keys() >= before.keys()
    assert {name: data for name, data in snapshot(project.archive).items() if name.startswith("warc/")} == {
        name: data for name, data in before.items() if name.startswith("warc/")
    }


def test_it_shows_what_the_daemon_archives_meanwhile(project: Project) -> None:
    project.file.write_text(project.file.read_text() + "web: {bind: '127.0.0.1:0'}\n")
    project.put("bridge")
    process = project.start("daemon")
    said = until(process, "web pages at")
    address = address_in(said)
    until(process, "1 archived")
    status, page = get(address, "/articles?q=bridge")
    assert (status, "council" in page) == (200, True)
    assert "the daemon runs" in get(address, "/")[1]
    assert "Next about" in get(address, "/")[1]
    beside = project.start("web", "--bind", "127.0.0.1:0")
    other = first_line(beside)
    assert get(other, "/articles?q=bridge")[0] == 200
    process.send_signal(signal.SIGTERM)
    ran = end(process)
    assert (ran.code, "Traceback" in ran.err) == (0, False)
    assert "no daemon runs" in get(other, "/")[1]
    beside.send_signal(signal.SIGINT)
    assert end(beside).code == 0
    assert project.is_sound()


def test_an_open_connection_keeps_no_daemon_from_ending(project: Project) -> None:
    project.file.write_text(project.file.read_text() + "web: {bind: '127.0.0.1:0'}\n")
    process = project.start("daemon")
    said = until(process, "web pages at")
    host, _, port = address_in(said).removeprefix("http://").rstrip("/").partition(":")
    with socket.create_connection((host, int(port))) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")  # and no end
        until(process, "next run")  # from here on signals are the daemon's
        process.send_signal(signal.SIGTERM)
        assert end(process).code == 0


def test_an_address_that_is_taken_is_said(project: Project) -> None:
    project.put("bridge")
    project.run("run")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        ran = project.run("web", "--bind", where)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert f"{where}: nothing can listen there (Address already in use)" in ran.err


@pytest.mark.parametrize(
    ("bind", "said"),
    [("0.0.0.0:8080", "web.allow_remote"), ("here", "expected an address and a port"), ("news.example:80", "expected")],
)
def test_where_it_may_not_listen(project: Project, bind: str, said: str) -> None:
    ran = project.run("web", "--bind", bind)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert said in ran.err


def test_without_an_archive_it_says_what_makes_one(project: Project) -> None:
    ran = project.run("web")
    assert (ran.code, "`scrape run`" in ran.err) == (4, True)


def test_without_the_extra_it_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraper.web, "EXTRA", ("starlette", "no_such_module"))
    ran = project.run("web")
    assert (ran.code, ran.err) == (
        2,
        "scrape: the web pages need no_such_module: install them with pip install 'scrape[web]'\n",
    )
    project.file.write_text(project.file.read_text() + "web: {bind: '127.0.0.1:0'}\n")
    ran = project.run("daemon")
    assert (ran.code, "scrape[web]" in ran.err) == (2, True)
    assert not project.archive.exists()


def test_the_commands_that_serve_nothing_load_nothing_of_it() -> None:
    heavy = {"starlette", "jinja2", "uvicorn"}
    script = f"import sys, scraper.cli.daemon, scraper.cli.pages; print({heavy!r} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"


def test_many_readers_at_once(project: Project) -> None:
    """More than there are threads, while a writer commits: all are answered, none with an error of ours."""
    project.put("bridge")
    project.run("run")
    process = project.start("web", "--bind", "127.0.0.1:0")
    address = first_line(process)
    codes: list[int] = []

    def read() -> None:
        codes.extend(get(address, "/articles?q=bridge")[0] for _ in range(5))

    threads = [threading.Thread(target=read) for _ in range(20)]
    for thread in threads:
        thread.start()
    project.put("harbour")
    assert project.run("run").code == 0
    for thread in threads:
        thread.join()
    assert (len(codes), set(codes)) == (100, {200})
    process.send_signal(signal.SIGTERM)
    assert end(process).code == 0
