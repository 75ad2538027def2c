"""Stories across sources: what a run archives names the family of what another source brought."""

from __future__ import annotations

from pathlib import Path

from bench import Bench, dirty, inbox, paragraphs
from msgspec import structs

from scraper.types import Record

LONGER = "The paper adds that the region's parliament will vote on its share of the money before the summer recess."


def test_a_copy_in_another_source_joins(tmp_path: Path) -> None:
    desk = Bench(tmp_path / "archive")
    told: list[Record] = []
    for name, text in (("wire", dirty("bridge")), ("paper", "\n\n".join([*paragraphs("bridge"), LONGER]))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "story.txt").write_text(text)
        told += [one for one in desk.run(structs.replace(inbox(folder), name=name)).results if isinstance(one, Record)]
    first, copy = told
    assert first.text != copy.text
    assert first.family == first.id == copy.family
    assert [(one.source, one.family) for one in desk.lines()] == [("wire", first.id), ("paper", first.id)]
    assert desk.types()["conversion"] == 2
