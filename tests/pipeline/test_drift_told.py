"""A run says what of its source is not as it was at the end of the run before; the next one does not say it again."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from bench import Bench, inbox

from scraper.archive import Archive
from scraper.index import Measure


def test_a_break_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    desk, folder = Bench(tmp_path / "archive"), tmp_path / "inbox"
    folder.mkdir()

    def at(hours: float) -> str:
        return (desk.now() - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    with Archive(desk.root) as archive:
        for number in range(480):
            hours = 3 * (480 - number)
            archive.index.measure(Measure("inbox", at(hours), f"{number}", "article", 300, hours > 60, True, 12, 8))
        archive.index.start_run("inbox", at(48))
        archive.index.end_run("inbox", at(47), ok=True)
    with caplog.at_level(logging.INFO, logger="scraper"):
        desk.run(inbox(folder))
        [told] = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert told.getMessage().startswith("inbox: since ")
        assert told.getMessage().endswith("0 of 20 have a date (before 100%)")
        assert told.fields["drift"]["what"] == "date"  # type: ignore[attr-defined]  # for lines of JSON
        caplog.clear()
        desk.run(inbox(folder))
        assert [record for record in caplog.records if record.levelno == logging.WARNING] == []


def test_the_end_is_told_too_and_a_first_run_says_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    desk, folder = Bench(tmp_path / "archive"), tmp_path / "inbox"
    folder.mkdir()
    with Archive(desk.root) as archive:
        for number in range(480):
            at = (desk.now() - timedelta(hours=3 * (480 - number))).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            dated = not 440 < number < 464
            archive.index.measure(Measure("inbox", at, f"{number}", "article", 300, dated, True, 12, 8))
    with caplog.at_level(logging.INFO, logger="scraper"):
        desk.run(inbox(folder))
        assert "date" not in caplog.text
        before = (desk.now() - timedelta(hours=50)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        with Archive(desk.root) as archive:
            archive.index.start_run("inbox", before)
            archive.index.end_run("inbox", before, ok=True)
        desk.run(inbox(folder))
    assert "inbox: date is as it was, or has been so for long" in caplog.text
