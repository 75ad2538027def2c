"""`scrape daemon` as a real process: it serves, says so, ends in good order, and comes back after kill -9."""

from __future__ import annotations

import json
import os
import resource
import signal
import urllib.request
from pathlib import Path

import pytest
from project import ENDLESS, INBOX, Project, clean, dirty, end, sweep, until, wait

from scraper.version import CLEANER


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, schedule="{jitter: 0s}")


def health(project: Project) -> int:
    return project.run("health").code


def test_it_serves_and_ends_in_good_order(project: Project) -> None:
    project.put("bridge", "harbour")
    assert health(project) == 1
    process = project.start("daemon")
    assert "inbox: 2 archived, 0 known" in until(process, "archived")
    assert health(project) == 0
    for command in (["verify"], ["status"], ["search", "bridge"], ["export"]):  # beside it
        ran = project.run(*command)
        assert (ran.code, ran.err) == (0, "")
    for command in (["run"], ["daemon"], ["fetch", "https://news.example/"]):
        ran = project.run(*command)
        assert (ran.code, ran.err.count(f"process {process.pid} holds this archive")) == (7, 1)
    process.send_signal(signal.SIGTERM)
    ran = end(process)
    assert (ran.code, ran.out) == (0, "")
    assert "Traceback" not in ran.err
    assert health(project) == 1
    assert project.is_sound()
    assert project.texts() == [clean("bridge"), clean("harbour")]


def test_it_comes_back_after_being_killed(project: Project) -> None:
    """Killed with records on their way: a page keeps the cleaner busy meanwhile."""
    project.put("bridge")
    (project.inbox / "endless.html").write_text(ENDLESS)
    process = project.start("daemon", start_new_session=True)
    try:
        wait(process, lambda: bool(project.warcs()) and health(project) == 0)
        process.kill()
        end(process)
        # Its sign of life is seconds old, and nobody is fooled by it.
        ran = project.run("health")
        assert (ran.code, ran.err.count("is dead; start it again")) == (1, 1)
        (project.inbox / "endless.html").unlink()
        project.put("harbour")
        process_2 = project.start("daemon")
        assert "inbox: 2 archived, 0 known" in until(process_2, "archived")
        assert health(project) == 0
        process_2.send_signal(signal.SIGINT)
        assert end(process_2).code == 0
    finally:
        sweep(process)
    assert project.texts() == [clean("bridge"), clean("harbour")]
    assert project.is_sound()
    assert health(project) == 1


def test_a_full_disk_is_waited_for(project: Project) -> None:
    """A real limit of the system on the size of a file, met in the middle of a run, and lifted after a while."""
    project.put("bridge")
    large = os.urandom(600_000).hex()
    (project.inbox / "large.txt").write_text("\n".join(large[i : i + 4000] for i in range(0, len(large), 4000)))
    process = project.start("daemon")
    unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))
    assert "make room, then start again; nothing acknowledged is lost; waiting until" in until(process, "make room")
    wait(process, lambda: project.run("health").err.count("waits: ") == 1)
    ran = project.run("health")
    assert (ran.code, ran.err.count("\n"), ran.err.count("make room")) == (7, 1, 1)
    assert "; it waits: " in project.run("status").out
    for command in (["verify"], ["search", "bridge"], ["export"]):
        assert project.run(*command).code == 0
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
    until(process, "can be written again; going on")
    until(process, "inbox: ")
    assert health(project) == 0
    assert "waits" not in project.run("status").out
    process.send_signal(signal.SIGTERM)
    assert end(process).code == 0
    assert project.texts().count(clean("bridge")) == 1
    assert project.is_sound()


def test_a_disk_that_is_full_from_the_start_is_waited_for(project: Project) -> None:
    project.file.write_text(
        project.file.read_text().replace("{directory: archive}", "{directory: archive, min_free: 1000000 GiB}")
    )
    project.put("bridge")
    assert "archive.min_free asks for" in project.run("run").err
    process = project.start("daemon")
    assert "bytes are free, and archive.min_free asks for" in until(process, "waiting until there is")
    wait(process, lambda: "waits: " in project.run("health").err)
    process.send_signal(signal.SIGTERM)
    assert end(process).code == 0
    assert "no daemon runs" in project.run("health").err
    assert not project.warcs()


def test_sighup_takes_a_new_configuration_and_leaves_a_wrong_one(project: Project) -> None:
    process = project.start("daemon")
    until(process, "inbox: 0 archived")
    right = project.file.read_text()
    project.file.write_text(right.replace("every: 1m", "every: 1m, colour: red"))
    process.send_signal(signal.SIGHUP)
    said = until(process, "going on with the configuration as it was")
    assert "`colour`" in said
    second = project.file.parent / "second"
    second.mkdir()
    (second / "1.txt").write_text(dirty("ferry"))
    more = "{name: other, type: folder, directory: second, every: 1h}"
    project.file.write_text(right.replace("sources: [", f"sources: [{more}, ").replace("1m}", "2m}"))
    process.send_signal(signal.SIGHUP)
    until(process, "configuration read again: 2 sources")
    assert "other: 1 archived" in until(process, "other: 1 archived")
    process.send_signal(signal.SIGTERM)
    assert end(process).code == 0
    assert project.texts() == [clean("ferry")]


def test_a_sighup_before_it_serves_does_not_end_it(project: Project) -> None:
    """As it would do by itself, while it waits for room on its disk."""
    project.file.write_text(
        project.file.read_text().replace("{directory: archive}", "{directory: archive, min_free: 1000000 GiB}")
    )
    process = project.start("daemon")
    until(process, "waiting until there is")
    process.send_signal(signal.SIGHUP)
    wait(process, lambda: "waits: " in project.run("health").err)
    process.send_signal(signal.SIGTERM)
    assert end(process).code == 0


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """With a page that takes the cleaner a minute, and ten minutes to drain."""
    project = Project(tmp_path, schedule="{jitter: 0s, drain: 10m}")
    project.put("bridge")
    (project.inbox / "zz-endless.html").write_text(ENDLESS)
    process = project.start("daemon", start_new_session=True)
    try:
        wait(process, lambda: bool(project.warcs()))
        process.send_signal(signal.SIGTERM)
        assert "waiting up to 600 s for 1 runs" in until(process, "stopping")
        process.send_signal(signal.SIGTERM)
        ran = end(process)
    finally:
        sweep(process)
    assert ran.code == 143
    assert "inbox: cut off; it goes on at the next start" in ran.err
    assert project.is_sound()


def test_its_log_is_json_where_nobody_reads_it_and_its_port_answers(tmp_path: Path) -> None:
    project = Project(tmp_path, schedule="{jitter: 0s}", metrics="{bind: '127.0.0.1:0'}")
    project.put("bridge")
    process = project.start("daemon")
    first = json.loads(until(process, "contact"))
    assert first["message"].startswith(f"{CLEANER}: process {process.pid}, contact none, archive ")
    port = json.loads(until(process, "metrics: "))["message"].split("/metrics")[0].rpartition(":")[2]
    told = json.loads(until(process, "archived"))
    assert (told["source"], told["archived"], told["known"]) == ("inbox", 1, 0)
    for path, has in (
        ("healthz", "ok"),
        ("readyz", "runs"),
        ("metrics", 'scrape_pages_total{source="inbox",verdict="article"} 1'),
    ):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}") as answer:
            assert has in answer.read().decode()
    process.send_signal(signal.SIGTERM)
    assert end(process).code == 0


def test_nothing_to_do(tmp_path: Path) -> None:
    project = Project(tmp_path, INBOX.replace(", every: 1m", ""))
    ran = project.run("daemon")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "give one `every: 15m` or a `cron` line" in ran.err
    assert not project.archive.exists()
