"""Story families in an archive: who joins whom, in any index of it, and what a purge and a verification make of it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from archives import sound
from captures import answered, capture, ledger, record
from msgspec import structs
from prose import edited, part, prose

from scraper.archive import Archive, Order, View, purge, rebuild
from scraper.archive.stories import Wanted, stories, story
from scraper.index import NAME
from scraper.types import Record, Verdict
from scraper.verify import verify

PAGES = 20


def put(archive: Archive, number: int, text: str, **more: object) -> Record:
    """Archive a page with this text; the record as it stands in the archive."""
    made = structs.replace(
        record(number), text=text, text_sha256=hashlib.sha256(text.encode()).hexdigest(), **{"version": 1, **more}
    )
    of = capture(number, source=made.source)
    hop = structs.replace(of.exchanges[0], url=made.url or "", started_at=made.fetched_at or "")
    of = answered(structs.replace(of, link=structs.replace(of.link, url=hop.url)), hop)
    assert archive.add(archive.store(of), made, ledger(made))
    found = archive.record(made.id)
    assert found is not None
    return found


def families(root: Path) -> dict[str, str | None]:
    with View(root) as view:
        return {row.id: row.family for row in view.index.rows()}


def entries(root: Path) -> set[tuple[int, str]]:
    """By which bands which records are found."""
    with closing(sqlite3.connect(root / NAME)) as db:
        return set(db.execute("SELECT band, id FROM kin JOIN records USING (seq)"))


def forget_index(root: Path) -> None:
    for path in root.glob(f"{NAME}*"):
        path.unlink()


def order(number: int) -> Order:
    return Order(f"https://news.example/{number}", "case 4711", "2026-11-22T08:00:00.000000Z", "scrape/test")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def test_copies_join_the_first_seen_and_others_are_alone(root: Path) -> None:
    with Archive(root) as archive:
        first = put(archive, 1, prose(1))
        other = put(archive, 2, prose(2), source="radio")
        copy = put(archive, 3, edited(prose(1), 0.1), source="radio")
        archive.commit()
        cut = put(archive, 4, part(prose(1), 0.6), source="tv")
    assert [one.family for one in (first, other, copy, cut)] == ["record-1", "record-2", "record-1", "record-1"]
    assert {name for _, name in entries(root)} == {"record-1", "record-2"}
    assert sound(root)


def test_near_to_a_copy_is_not_near_enough(root: Path) -> None:
    """A is like B and B like C, yet A is not like C: no story drifts."""
    texts = [prose(1)]
    for step in range(3):
        texts.append(edited(texts[-1], 0.1, seed=step))
    with Archive(root) as archive:
        found = [put(archive, number, text).family for number, text in enumerate(texts)]
    assert found == ["record-0", "record-0", "record-2", "record-2"]


def test_of_several_that_are_near_enough_the_first_archived_is_taken(root: Path) -> None:
    """Not the nearest, and not the one that a new index happens to number first."""
    with Archive(root) as archive:
        a = put(archive, 5, edited(prose(1), 0.1, seed=1), fetched_at="2026-11-23T12:00:00Z")
        b = put(archive, 6, edited(prose(1), 0.1, seed=2), fetched_at="2026-11-21T12:00:00Z")
        assert (a.family, b.family) == ("record-5", "record-6")
        assert put(archive, 7, prose(1)).family == "record-5"
    rebuild(root)
    with Archive(root) as archive:
        assert next(row.id for row in archive.index.rows()) == "record-6"
        assert put(archive, 8, prose(1)).family == "record-5"


def test_what_is_no_article_has_none_and_short_texts_stay_alone(root: Path) -> None:
    with Archive(root) as archive:
        assert put(archive, 1, "Watch this video.").family == "record-1"
        assert put(archive, 2, "Watch this video.").family == "record-2"
        made = record(3, Verdict.CONSENT, family="record-1")
        assert archive.add(archive.store(capture(3)), made, ledger(made))
    assert families(root) == {"record-1": "record-1", "record-2": "record-2", "record-3": None}
    assert entries(root) == set()
    assert sound(root)


def test_versions_of_an_article_are_of_its_family_whatever_they_say(root: Path) -> None:
    with Archive(root) as archive:
        put(archive, 1, prose(1))
        url = "https://news.example/1"
        own = {"url": url, "final_url": url, "fetched_at": "2026-11-21T18:00:00Z"}
        assert put(archive, 2, prose(2), version=2, **own).family == "record-1"
        assert put(archive, 3, edited(prose(2), 0.1)).family == "record-1"  # like the first member's second version
        assert put(archive, 4, prose(1)).family == "record-1"
    with View(root) as view:
        found = story(view, "record-1")
    assert [(one.id, one.versions) for one in found.members] == [("record-1", 2), ("record-3", 1), ("record-4", 1)]
    assert found.members[1].jaccard == pytest.approx(0.58, abs=0.08)
    assert found.members[2].jaccard == 1.0
    assert {name for _, name in entries(root)} == {"record-1", "record-2"}
    assert sound(root)


def many(archive: Archive) -> None:
    for number in range(PAGES):
        text = prose(number % 6) if number % 4 else edited(prose(number % 6), 0.05, seed=number)
        day = 21 + (number * 7) % 5  # so that lines lie in another order than they came in
        put(archive, number, text, fetched_at=f"2026-11-{day}T12:00:{number:02d}.000001Z")
        archive.commit()


@pytest.mark.parametrize("lose", ["index", "lines", "old"])
def test_a_new_index_has_the_same_families(root: Path, lose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where lines are made again from the WARC, and where those of an older version do not name them."""
    if lose == "old":
        monkeypatch.setattr(Archive, "related", lambda self, made: made)
    with Archive(root) as archive:
        many(archive)
    monkeypatch.undo()
    if lose == "old":
        with View(root) as view:
            assert all(one.family is None for one in view.index.rows())
    before, found = families(root), entries(root)
    forget_index(root)
    if lose == "lines":
        next(iter(sorted(root.glob("articles/*/*/*.jsonl")))).unlink()
    assert len(rebuild(root)) == (lose == "lines")
    if lose == "old":
        assert list(families(root).values()).count("record-0") > 1
        with View(root) as view:
            copy = next(one for one in view.index.rows() if one.family != one.id)
            shown = view.record(copy.id)
            assert shown is not None
            assert shown.family == copy.family
    else:
        assert (families(root), entries(root)) == (before, found)
    assert len(set(families(root).values())) == 6
    assert sound(root)


def test_old_lines_get_the_families_that_they_would_have_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive(tmp_path / "new") as archive:
        many(archive)
    monkeypatch.setattr(Archive, "related", lambda self, made: made)
    with Archive(tmp_path / "old") as archive:
        many(archive)
    monkeypatch.undo()
    rebuild(tmp_path / "old")
    assert families(tmp_path / "old") == families(tmp_path / "new")
    assert entries(tmp_path / "old") == entries(tmp_path / "new")


def test_when_the_first_is_purged_the_next_stands_for_it(root: Path) -> None:
    with Archive(root) as archive:
        put(archive, 1, prose(1))
        put(archive, 2, edited(prose(1), 0.1))
        put(archive, 3, edited(prose(1), 0.1, seed=2))
    purge(root, order(1))
    assert families(root) == {"record-2": "record-1", "record-3": "record-1"}
    after = entries(root)
    assert {name for _, name in after} == {"record-2"}
    assert sound(root)
    with Archive(root) as archive:
        assert put(archive, 4, edited(prose(1), 0.1)).family == "record-1"
    with View(root) as view:
        assert story(view, "record-1").first == "record-2"
    rebuild(root)
    assert entries(root) == after
    purge(root, order(2))
    assert {name for _, name in entries(root)} == {"record-3"}
    purge(root, order(3))
    purge(root, order(4))
    assert entries(root) == set()
    assert sound(root)


def test_purging_a_copy_leaves_the_first(root: Path) -> None:
    with Archive(root) as archive:
        put(archive, 1, prose(1))
        put(archive, 2, prose(1))
    before = entries(root)
    purge(root, order(2))
    assert entries(root) == before
    assert sound(root)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM kin WHERE band = (SELECT MIN(band) FROM kin)",
        "INSERT INTO kin VALUES (1, 2)",
        "UPDATE kin SET seq = 2",
        "UPDATE kin SET band = band + 1 WHERE band = (SELECT MAX(band) FROM kin)",
    ],
)
def test_verify_proves_by_what_they_are_found(root: Path, sql: str) -> None:
    with Archive(root) as archive:
        put(archive, 1, prose(1))
        put(archive, 2, prose(1))
        archive.index._write(sql, ())
    assert [problem.slug for problem in verify(root).problems] == ["index-families"]
    rebuild(root)
    assert sound(root)


def test_a_damaged_line_of_the_first_costs_nobody_else(root: Path) -> None:
    with Archive(root) as archive:
        put(archive, 1, prose(1))
        archive.commit()
        archive.commit()  # from now on the line in the file is all there is
        (path,) = root.glob("articles/*/*/*.jsonl")
        path.write_bytes(path.read_bytes().replace(b"{", b"[", 1))
        assert put(archive, 2, prose(1)).family == "record-2"


@pytest.fixture
def wire(root: Path) -> Iterator[View]:
    """One agency's copy in three papers, of which two say so; and an article that is alone."""
    with Archive(root) as archive:
        put(archive, 1, prose(1), published="2026-11-20T10:00:00+02:00")
        put(archive, 2, prose(1), source="radio", agency="AFP", published="2026-11-20T07:59:59Z", site="Radio")
        put(archive, 3, prose(2), source="tv")
        put(archive, 4, part(prose(1), 0.7), source="tv", agency="AFP", published="2026-11-20T09:00:00Z")
    with View(root) as view:
        yield view


def test_whose_copy_it_is_and_who_printed_it_first(wire: View) -> None:
    found = story(wire, "record-1")
    assert (found.agency, found.agencies) == ("AFP", {"AFP": 2})
    assert (found.first, found.printed_first) == ("record-1", "record-2")
    assert [one.source for one in found.members] == ["paper", "radio", "tv"]
    assert [one.jaccard for one in found.members] == [None, 1.0, pytest.approx(0.7, abs=0.01)]
    assert [one.contained for one in found.members] == [None, 1.0, 1.0]
    assert found.members[1].site == "Radio"


def test_a_date_without_a_time_is_no_midnight(root: Path) -> None:
    with Archive(root) as archive:
        put(archive, 1, prose(1), published="2026-11-20T08:00:00Z")
        put(archive, 2, prose(1), published="2026-11-20")
        put(archive, 3, prose(2), published="--11-20")
        put(archive, 4, prose(2))
        put(archive, 5, prose(3), published="2026-11-20T08:00:00Z")
        put(archive, 6, prose(3), published="2026-11-19")
    with View(root) as view:
        assert story(view, "record-1").printed_first is None
        assert story(view, "record-3").printed_first is None
        assert story(view, "record-5").printed_first == "record-6"


def test_the_stories_that_grew_last(wire: View) -> None:
    def told(**more: object) -> list[tuple[str, int, tuple[str, ...], str | None]]:
        return [(one.family, one.articles, one.sources, one.agency) for one in stories(wire, Wanted(**more))]  # type: ignore[arg-type]  # by keyword

    all_of_it = [("record-1", 3, ("paper", "radio", "tv"), "AFP")]
    assert told() == told(source="radio") == told(agency="afp") == told(least=3) == all_of_it
    assert told(source="x") == told(agency="dpa") == told(least=4) == told(since="2026-11-22T00:00:00Z") == []
