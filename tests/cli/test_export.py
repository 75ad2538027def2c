"""`scrape export`: each article once, in its newest version, whole or not at all."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from archive_support import URL, capture, filled, page, put
from cli_support import PARAGRAPHS, run
from hypothesis import given
from hypothesis import strategies as st

from scraper import records
from scraper.archive import Archive
from scraper.export import newest
from scraper.index import Row
from scraper.types import Verdict, WarcRef

TEXT = "\n\n".join(PARAGRAPHS)


def exported(root: Path, *argv: str) -> list[str]:
    """The ids of what is exported."""
    ran = run("export", *argv, "--archive", str(root))
    assert (ran.code, ran.err) == (0, "")
    return [json.loads(line)["id"] for line in ran.out.splitlines()]


def test_the_lines_are_the_archives_own(tmp_path: Path) -> None:
    first, second, _ = filled(tmp_path)
    assert run("export", "--archive", str(tmp_path)).out.encode() == (tmp_path / records.file_name(first)).read_bytes()
    assert exported(tmp_path, "--source", "radio") == [second.id]


def test_of_an_address_the_newest_version_counts_unless_all_are_asked_for(tmp_path: Path) -> None:
    times = ["2026-11-20T12:00:00Z", "2026-11-21T12:00:00.5Z", "2026-11-21T12:00:00Z"]
    with Archive(tmp_path) as archive:
        made = [put(archive, capture(page(f"Bridge {n}"), at=at)) for n, at in enumerate(times)]
        www = put(archive, capture(url=URL.replace("https://", "http://www."), at="2026-11-19T12:00:00Z"))
        other = put(archive, capture(url=f"{URL}-2"))
    assert exported(tmp_path) == [made[1].id, other.id]
    assert exported(tmp_path, "--all") == [*(record.id for record in made), www.id, other.id]


def test_a_later_answer_that_is_no_article_hides_none(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        article = put(archive, capture())
        put(archive, capture(at="2026-11-21T12:00:00Z"), verdict=Verdict.CONSENT, article={"verdict": Verdict.CONSENT})
    assert exported(tmp_path) == [article.id]


def test_texts_stand_under_their_addresses(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        put(archive, capture())
        put(archive, capture(url=f"{URL}-2"))
    ran = run("export", "--format", "text", "--archive", str(tmp_path))
    assert ran.out == f"==> {URL} <==\n{TEXT}\n\n==> {URL}-2 <==\n{TEXT}\n"


@pytest.mark.parametrize("form", ["jsonl", "text"])
def test_a_file_gets_what_standard_output_gets(tmp_path: Path, form: str) -> None:
    filled(tmp_path / "archive")
    argv = ["export", "--format", form, "--archive", str(tmp_path / "archive")]
    out = tmp_path / "out"
    out.write_text("old")
    assert run(*argv, "--output", str(out)) == (0, "", "")
    assert out.read_text() == run(*argv, "--output", "-").out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "out"]


def test_a_file_that_cannot_be_written_is_a_limit_and_leaves_nothing(tmp_path: Path) -> None:
    filled(tmp_path / "archive")
    ran = run("export", "--archive", str(tmp_path / "archive"), "--output", str(tmp_path / "no" / "out"))
    assert ran.code == 7
    assert "choose another --output" in ran.err
    assert run("export", "--archive", str(tmp_path / "archive"), "--output", str(tmp_path)).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def test_a_damaged_article_is_named_and_the_others_are_exported(tmp_path: Path) -> None:
    _, second, _ = filled(tmp_path)
    [lines] = tmp_path.glob("articles/*/*/*.jsonl")
    lines.write_bytes(lines.read_bytes().replace(b'{"schema"', b'["schema"', 1))
    ran = run("export", "--archive", str(tmp_path))
    assert ran.code == 5
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [second.id]
    assert f"{lines}: at 0: " in ran.err
    assert "1 of 2 articles could not be read" in ran.err


def test_nothing_to_export_and_an_unknown_source(tmp_path: Path) -> None:
    with Archive(tmp_path):
        pass
    assert run("export", "--archive", str(tmp_path), "--output", str(tmp_path / "out")).code == 4
    assert not (tmp_path / "out").exists()
    filled(tmp_path)
    ran = run("export", "--source", "papre", "--archive", str(tmp_path))
    assert ran.code == 4
    assert "paper, radio" in ran.err


def row(number: int, place: int, day: int, verdict: Verdict) -> Row:
    """The `number`th cleaning, of the capture of a page on a day; the ledger lies where the cleaning's time puts it."""
    ref = WarcRef("warc/2026/11/a.warc.gz", 0, 1, f"urn:{place}-{day}")
    ledger = WarcRef("warc/2026/11/b.warc.gz", number, 1, f"urn:ledger-{number}")
    at, url = f"2026-11-{day:02d}T12:00:00Z", f"https://news.example/{place}"
    unknown = (None,) * 5
    return Row(number, f"{number}", "s", url, url, None, at, *unknown[:4], verdict, None, "", 0, ref, ledger, None)  # type: ignore[arg-type]  # four nulls


CLEANINGS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.sampled_from([Verdict.ARTICLE, Verdict.CONSENT])), max_size=20
)


@given(CLEANINGS, st.integers())
def test_what_is_newest_does_not_depend_on_the_order_of_the_index(
    cleanings: list[tuple[int, int, Verdict]], seed: int
) -> None:
    rows = [row(number, *cleaning) for number, cleaning in enumerate(cleanings)]
    latest = {(place, day): (number, verdict) for number, (place, day, verdict) in enumerate(cleanings)}
    expected: dict[int, str] = {}
    for (place, _), (number, verdict) in sorted(latest.items()):
        if verdict is Verdict.ARTICLE:
            expected[place] = str(number)
    random.Random(seed).shuffle(rows)
    assert sorted(newest(rows)) == sorted(expected.values())
