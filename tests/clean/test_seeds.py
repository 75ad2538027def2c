"""The five sample documents of seeds/, line by line against what a person decided (tests/data/seeds_gold.json)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scraper import Options, clean_text
from scraper.types import Article, Dateline

ROOT = Path(__file__).parents[2]
GOLD: dict[str, Any] = json.loads((ROOT / "tests/data/seeds_gold.json").read_text(encoding="utf-8"))
DROPPED = [(name, entry["line"], entry["kind"]) for name, gold in GOLD.items() for entry in gold["drop"]]
# A house's own name before a dash may stay: no table knows the names of all houses.
HOUSE = "Artı Gerçek - "
INLINE = [(name, entry) for name, gold in GOLD.items() for entry in gold["inline"] if entry["text"] != HOUSE]
FIELDS = [(name, field) for name, gold in GOLD.items() for field in gold["metadata"]]


@cache
def lines(name: str) -> list[str]:
    return (ROOT / "seeds" / name).read_bytes().decode().split("\n")


@cache
def cleaned(name: str, strip_inline: bool = False) -> Article:
    return clean_text("\n".join(lines(name)), options=Options(strip_inline=strip_inline))


def test_the_folder_holds_the_five_texts_alone() -> None:
    assert sorted(path.name for path in (ROOT / "seeds").iterdir()) == sorted(GOLD)


@pytest.mark.parametrize("name", GOLD)
def test_every_article_line_is_kept_and_no_other(name: str) -> None:
    titles = set(GOLD[name]["title_lines"])
    assert [at for at in cleaned(name).kept if at not in titles] == GOLD[name]["keep"]


@pytest.mark.parametrize("name", GOLD)
def test_kept_lines_stand_in_the_text_letter_by_letter(name: str) -> None:
    paragraphs = cleaned(name).text.split("\n\n")
    titles = {lines(name)[at - 1].strip() for at in GOLD[name]["title_lines"]}
    wanted = [lines(name)[at - 1].strip() for at in GOLD[name]["keep"]]
    assert [paragraph for paragraph in paragraphs if paragraph not in titles] == wanted


@pytest.mark.parametrize(("name", "line", "kind"), DROPPED)
def test_a_line_of_chrome_goes_with_its_kind(name: str, line: int, kind: str) -> None:
    (removal,) = [removal for removal in cleaned(name).removed if removal.at == line]
    assert removal.kind == kind


@pytest.mark.parametrize(("name", "entry"), INLINE, ids=lambda value: str(value)[:24])
def test_a_dateline_or_credit_can_be_taken_out(name: str, entry: dict[str, Any]) -> None:
    line = lines(name)[entry["line"] - 1]
    if entry["line"] in GOLD[name]["title_lines"]:
        trims = [trim for trim in cleaned(name).trimmed if trim.at == entry["line"]]
        assert [(trim.text, trim.kind) for trim in trims] == [(entry["text"], entry["kind"])]
        return
    bare = line.removeprefix(entry["text"]) if entry["where"] == "start" else line.removesuffix(entry["text"])
    assert bare != line
    assert line in cleaned(name).text
    stripped = cleaned(name, strip_inline=True)
    assert line not in stripped.text
    assert bare.strip() in stripped.text.split("\n\n")
    assert entry["text"].strip() in [trim.text.strip() for trim in stripped.trimmed if trim.at == entry["line"]]


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_the_metadata(name: str, field: str) -> None:
    wanted, metadata = GOLD[name]["metadata"][field], cleaned(name).metadata
    if field == "segment_languages":
        shown = [segment.language for segment in metadata.segments] or [metadata.language]
        assert shown == wanted
    elif field == "dateline" and wanted:
        assert metadata.dateline == Dateline(wanted["place"], wanted["date"], wanted["agency"])
    else:
        assert getattr(metadata, field) == (tuple(wanted) if isinstance(wanted, list) else wanted)


@pytest.mark.parametrize("name", GOLD)
def test_line_ends_of_other_systems_change_nothing(name: str) -> None:
    plain = cleaned(name)
    for end in ("\r\n", "\r"):
        other = clean_text(end.join(lines(name)))
        assert (other.text, other.kept, other.removed, other.metadata) == (
            plain.text,
            plain.kept,
            plain.removed,
            plain.metadata,
        )
