"""`scrape show`: an article with what is known of it."""

from __future__ import annotations

from pathlib import Path

from archive_support import URL, filled
from cli_support import PARAGRAPHS, run

from scraper import records


def test_the_head_a_blank_line_and_the_text(tmp_path: Path) -> None:
    record = filled(tmp_path)[0]
    ran = run("show", record.id, "--archive", str(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    head, _, text = ran.out.partition("\n\n")
    assert text == "\n\n".join(PARAGRAPHS) + "\n"
    known = {line[:12].strip(): line[13:] for line in head.splitlines()}
    assert known["title"] == "New bridge approved"
    assert known["url"] == URL
    assert known["words"] == str(record.word_count)
    assert record.warc is not None
    assert known["warc"] == f"{record.warc.file}, at {record.warc.offset}"
    assert "authors" not in known


def test_json_is_the_archives_own_line(tmp_path: Path) -> None:
    record = filled(tmp_path)[0]
    line = run("show", "--json", record.id, "--archive", str(tmp_path)).out
    assert line.encode() == (tmp_path / records.file_name(record)).read_bytes().splitlines(keepends=True)[0]


def test_a_page_that_is_no_article_has_reasons_only(tmp_path: Path) -> None:
    record = filled(tmp_path)[2]
    ran = run("show", record.id, "--archive", str(tmp_path))
    assert (ran.code, ran.out) == (4, "")
    assert f"`scrape explain {record.id}`" in ran.err
