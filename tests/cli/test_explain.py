"""`scrape explain`: the reasons, as the WARC keeps them."""

from __future__ import annotations

from pathlib import Path

import msgspec
from archive_support import capture, filled, put
from cli_support import run

from scraper.archive import Archive, View
from scraper.types import Kind, Ledger, Removal, Trim


def test_every_removed_block_stands_there_with_its_reason(tmp_path: Path) -> None:
    record = filled(tmp_path)[0]
    with View(tmp_path) as view:
        ledger = view.ledger(record.id)
    assert ledger is not None
    assert ledger.removed
    ran = run("explain", record.id, "--archive", str(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    head, _, blocks = ran.out.partition("\n\n")
    lines = blocks.splitlines()
    assert lines.pop().startswith(f"article: kept {len(ledger.kept)}; removed {len(ledger.removed)} (")
    removals = [line for line in lines if line[7] == "-"]
    for removal, line in zip(ledger.removed, removals, strict=True):
        assert line.split()[:4] == [str(removal.at), "-", removal.kind.value, removal.rule]
        assert line.endswith(removal.text)
    assert record.id in head


def test_kept_places_are_drawn_together_and_trims_stand_by_their_block(tmp_path: Path) -> None:
    made = {
        "kept": (1, 2, 3, 7, 9, 10),
        "removed": (Removal(4, Kind.AD, "phrase\x1b[2J", "Advertisement"),),
        "trimmed": (Trim(7, 0, 3, Kind.BYLINE, "sign", "By "),),
    }
    with Archive(tmp_path) as archive:
        record = put(archive, capture(), article=made)
    out = run("explain", record.id, "--archive", str(tmp_path)).out
    assert "kept         1-3, 7, 9-10\n" in out
    assert [line[:9].split() for line in out.partition("\n\n")[2].splitlines()[:2]] == [["4", "-"], ["7", "~"]]
    assert "\x1b" not in out


def test_json_is_the_ledger_and_a_page_that_is_no_article_has_one(tmp_path: Path) -> None:
    for record in filled(tmp_path):
        with View(tmp_path) as view:
            ledger = view.ledger(record.id)
        ran = run("explain", "--json", record.id, "--archive", str(tmp_path))
        assert msgspec.json.decode(ran.out, type=Ledger) == ledger
        assert f"\n{record.verdict}: kept" in run("explain", record.id, "--archive", str(tmp_path)).out
