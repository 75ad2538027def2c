"""The log: lines for people, JSON for machines, and nothing that another's address can do to either."""

from __future__ import annotations

import argparse
import io
import json
import logging

import pytest
from cli_support import TextTerminal

from scraper.cli.logs import log_to, serve_log
from scraper.cli.streams import Streams

HOSTILE = "https://a.example/\x1b[2J\r\n2026-01-01T00:00:00Z INFO all is well\x9b\u2028\udc80\x7f"
ARGS = argparse.Namespace(verbose=0, quiet=0)


def said(form: str, stderr: io.StringIO | None = None, **more: object) -> list[str]:
    stderr = stderr if stderr is not None else io.StringIO()
    serve_log(Streams(io.BytesIO(), io.BytesIO(), stderr), ARGS, form)
    logging.getLogger("scraper.daemon").info("%s: done", HOSTILE, **more)  # type: ignore[arg-type]  # logging's own
    return stderr.getvalue().split("\n")[:-1]


@pytest.mark.parametrize("form", ["text", "json"])
def test_one_event_is_one_line_without_control_characters(form: str) -> None:
    (line,) = said(form)
    assert not [char for char in line if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 or char in "\u2028\udc80"]
    assert line.splitlines() == [line]


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_turns_the_rest_of_a_line_around_is_escaped(form: str) -> None:
    stderr = io.StringIO()
    serve_log(Streams(io.BytesIO(), io.BytesIO(), stderr), ARGS, form)
    logging.getLogger("scraper.daemon").info("https://a.example/\u202egpj.exe\u2066: \u2028done")
    assert not [char for char in "\u2028\u202e\u2066" if char in stderr.getvalue()]
    assert "\\u202egpj.exe\\u2066" in stderr.getvalue()


def test_json_gives_back_what_was_meant() -> None:
    (line,) = said("json", extra={"fields": {"source": "paper", "archived": 3}})
    found = json.loads(line)
    assert found.pop("time").endswith("Z")
    assert found == {
        **{"level": "info", "logger": "scraper.daemon", "message": f"{HOSTILE}: done"},
        **{"source": "paper", "archived": 3},
    }


def test_auto_is_text_on_a_terminal_and_json_elsewhere() -> None:
    assert "Z INFO https://a.example/" in said("auto", TextTerminal())[0]
    assert json.loads(said("auto")[0])["level"] == "info"


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_trace_is_readable_as_text_and_one_field_in_json(form: str) -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError as error:
        lines = said(form, exc_info=error)
    if form == "json":
        assert "in test_a_trace" in json.loads(lines[0])["trace"]
        assert len(lines) == 1
    else:
        assert lines[1] == "Traceback (most recent call last):"
        assert not any("\x1b" in line or "\r" in line for line in lines)


def test_a_closed_terminal_does_not_end_the_work() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    serve_log(Streams(io.BytesIO(), io.BytesIO(), Gone()), ARGS, "text")
    logging.getLogger("scraper").error("no one hears it")


def test_a_command_says_its_warnings_in_a_line_each() -> None:
    stderr = io.StringIO()
    log_to(Streams(io.BytesIO(), io.BytesIO(), stderr), ARGS)
    logging.getLogger("scraper.fetch").info("not said")
    logging.getLogger("scraper.fetch").warning("%s", HOSTILE)
    assert stderr.getvalue().count("\n") == 1
    assert stderr.getvalue().startswith("scrape: https://a.example/\\x1b[2J")
