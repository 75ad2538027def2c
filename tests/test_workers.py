"""Cleaning in other processes gives what cleaning here gives, and none of them can take the service with it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from captures import capture, file_capture
from msgspec import structs
from pools import Trap, cleaners

from scraper import workers
from scraper.clean import Options
from scraper.errors import LimitError, ScrapeError
from scraper.types import Capture, Robots
from scraper.workers import Cleaned, Settings, Workers, clean_capture

TEXT = b"The council met on Monday evening, and it approved the bridge after a debate of three hours.\n\n" * 5
PAGE = (
    b"<html><head><title>Bridge</title><meta name=robots content=noarchive></head><body><article><h1>Bridge</h1>"
    + b"<p>The council met on Monday evening, and it approved the bridge after a long debate about money.</p>" * 3
    + b"</article></body></html>"
)


def text(body: bytes = TEXT) -> Capture:
    return file_capture("file:///in/a.txt", body)


def clean(pool: Workers, *of: Capture) -> list[Cleaned | BaseException]:
    async def main() -> list[Cleaned | BaseException]:
        return await asyncio.gather(*(pool.clean(one) for one in of), return_exceptions=True)

    return asyncio.run(main())


def error(pool: Workers, of: Capture) -> ScrapeError:
    (result,) = clean(pool, of)
    assert isinstance(result, ScrapeError)
    return result


@pytest.mark.parametrize("of", [text(), text(b""), text(b"%PDF-1.7\n\0\1"), capture(1, PAGE)])
def test_the_same_as_in_this_process(of: Capture) -> None:
    assert clean(cleaners(), of) == [clean_capture(of, Options())]


def test_rights_come_from_the_header_the_page_and_robots_txt() -> None:
    robots = Robots("https://news.example/robots.txt", "allowed", content_signal=("ai-train=no",))
    headers = (("x-robots-tag", "noai"), ("tdm-reservation", "1"))
    of = structs.replace(capture(1, PAGE), headers=headers, robots=robots)
    (result,) = clean(cleaners(), of)
    assert isinstance(result, Cleaned)
    assert (result.rights.x_robots_tag, result.rights.robots_meta) == (("noai",), ("robots: noarchive",))
    assert result.rights.tdm_reservation == "1"
    assert result.rights.robots == robots


def test_a_file_s_place_is_no_address() -> None:
    page = file_capture("file:///2024/05/06/story.html", PAGE)
    assert clean_capture(page, Options()).article.metadata.published is None


def test_an_expected_error_keeps_its_class_and_its_reason_and_names_the_page() -> None:
    """More lines than a text may have."""
    of = text(b"a\n" * 500_001)
    with pytest.raises(LimitError) as here:
        clean_capture(of, Options())
    there = error(cleaners(), of)
    assert type(there) is LimitError
    assert (there.reason, str(there)) == (here.value.reason, f"file:///in/a.txt: {here.value}")


def test_a_bug_is_said_with_its_place_and_costs_its_page_alone() -> None:
    bad, good = clean(cleaners(), text(Trap(TEXT, "bug")), text())
    assert isinstance(bad, ScrapeError)
    assert bad.reason == "internal-error"
    assert "file:///in/a.txt: internal error, " in str(bad)
    assert "/scraper/" in str(bad)
    assert isinstance(good, Cleaned)


def test_what_a_page_does_to_its_process_costs_no_other(tmp_path: Path) -> None:
    """One hangs, one kills its process each time, one dies of something else; then all are killed while idle."""
    with Workers(Settings(count=2, deadline=3.0)) as pool:
        hung, dead, other, *rest = clean(
            pool,
            text(Trap(TEXT, "hang")),
            text(Trap(TEXT, "die")),
            text(Trap(TEXT, "die", tmp_path / "died")),
            *(text() for _ in range(5)),
        )
        assert isinstance(hung, LimitError)
        assert (hung.reason, str(hung)) == ("deadline", "file:///in/a.txt: not cleaned after 3 s (cleaning.deadline)")
        assert isinstance(dead, LimitError)
        assert dead.reason == "worker-died"
        assert [isinstance(result, Cleaned) for result in (other, *rest)] == [True] * 6
        for process in pool._processes._all:
            assert process._process.pid is not None
            os.kill(process._process.pid, signal.SIGKILL)
        assert isinstance(clean(pool, text())[0], Cleaned)


def test_options_reach_the_cleaner_and_a_process_is_replaced_after_so_many_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "TASKS", 2)
    with Workers(Settings(options=Options(with_title=True))) as pool:
        results = clean(pool, *[capture(1, PAGE)] * 3)
        assert [process.asked for process in pool._processes._all] == [1]
    for result in results:
        assert isinstance(result, Cleaned)
        assert result.article.text.startswith("Bridge\n")
        assert result.article.profile == "with_title"


def test_nothing_is_started_before_there_is_a_page_and_nothing_is_left_behind() -> None:
    def alive() -> int:
        return sum(child.name == "scrape-cleaning" for child in multiprocessing.active_children())

    before = alive()
    with Workers(Settings(count=2)):
        assert alive() == before

    async def main() -> None:
        with Workers(Settings()) as pool:
            hung = asyncio.create_task(pool.clean(text(Trap(TEXT, "hang"))))
            while not pool._processes._all:  # noqa: ASYNC110 - it is another thread that starts the process
                await asyncio.sleep(0)
            assert alive() == before + 1
        with pytest.raises(LimitError, match="closed"):
            await hung
        with pytest.raises(RuntimeError):
            await pool.clean(text())

    asyncio.run(main())
    assert alive() == before


ORPHANS = """
import asyncio, signal
from captures import file_capture
from scraper.workers import Settings, Workers

async def main():
    with Workers(Settings(count=2)) as pool:
        await asyncio.gather(*(pool.clean(file_capture("file:///a.txt", b"A text of one line.\\n")) for _ in range(2)))
        print("ready", flush=True)
        signal.pause()

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_no_process_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    """Their standard output is the parent's: it ends for the reader when the last of them has."""
    script = tmp_path / "parent.py"
    script.write_text(ORPHANS)
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(workers.__file__).parents[1])])
    process = subprocess.Popen(
        [sys.executable, str(script)], env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.kill()
    assert process.stdout.read() == b""
    process.wait()
