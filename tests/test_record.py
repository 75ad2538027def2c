"""An article becomes a record that names every field, whether it is known or not."""

from __future__ import annotations

import json

import msgspec
import pytest

from scraper.record import Provenance, ledger_of, record_of, word_count
from scraper.types import SCHEMA, Article, Form, Kept, Kind, Metadata, Removal, Rights, Trim, Verdict

FIELDS = """
    schema id source url final_url canonical_url other_urls fetched_at found_by version family verdict
    title authors editors published modified visit_date language segments site section tags image licence
    agency dateline desk credits paywalled text text_sha256 word_count
    kept removed removed_counts trimmed origin warc cleaner rules profile
""".split()

ARTICLE = Article(
    text="The mayor opened the bridge.",
    kept=(2,),
    removed=(Removal(1, Kind.NAVIGATION, "menu", "Home"), Removal(3, Kind.AD, "ad", "Buy", 0.1)),
    trimmed=(Trim(2, 0, 5, Kind.DATELINE_META, "dateline", "ULM -"),),
    metadata=Metadata(title="Bridge", authors=("A. B.",), origin={"title": "h1"}),
    verdict=Verdict.ARTICLE,
    blocks=(Kept(2, Form.PARAGRAPH, "prose", "The mayor opened the bridge."),),
    cleaner="scrape/9",
    rules="abc",
    profile="default",
)
BARE = msgspec.structs.replace(ARTICLE, kept=(), removed=(), trimmed=(), blocks=(), text="", metadata=Metadata())
FILE = Provenance(source="a.txt", payload_sha256="00" * 32)


def as_json(article: Article, provenance: Provenance, *, reasons: bool) -> dict[str, object]:
    decoded: dict[str, object] = json.loads(msgspec.json.encode(record_of(article, provenance, reasons=reasons)))
    return decoded


@pytest.mark.parametrize("article", [ARTICLE, BARE])
@pytest.mark.parametrize("reasons", [True, False])
def test_every_field_is_there_in_its_order(article: Article, reasons: bool) -> None:
    assert list(as_json(article, FILE, reasons=reasons)) == FIELDS


def test_reasons_are_lists_even_when_empty_and_null_in_the_archive() -> None:
    assert [as_json(BARE, FILE, reasons=True)[name] for name in ("kept", "removed", "trimmed")] == [[], [], []]
    assert [as_json(BARE, FILE, reasons=False)[name] for name in ("kept", "removed", "trimmed")] == [None] * 3


def test_what_is_unknown_is_null_and_never_guessed() -> None:
    record = as_json(BARE, FILE, reasons=True)
    unknown = {name for name, value in record.items() if value is None}
    assert unknown >= {"url", "fetched_at", "title", "published", "language", "warc", "paywalled", "version"}
    assert record["schema"] == SCHEMA


def test_metadata_text_and_counts_are_carried_over() -> None:
    record = as_json(ARTICLE, FILE, reasons=True)
    assert (record["title"], record["authors"], record["origin"]) == ("Bridge", ["A. B."], {"title": "h1"})
    assert record["removed_counts"] == {"ad": 1, "navigation": 1}
    assert record["removed"] == [
        {"at": 1, "kind": "navigation", "rule": "menu", "text": "Home"},
        {"at": 3, "kind": "ad", "rule": "ad", "text": "Buy", "score": 0.1},
    ]
    assert record["word_count"] == 5


@pytest.mark.parametrize(
    "other",
    [
        (ARTICLE, msgspec.structs.replace(FILE, payload_sha256="11" * 32)),
        (ARTICLE, msgspec.structs.replace(FILE, url="https://example.org/")),
        (ARTICLE, msgspec.structs.replace(FILE, fetched_at="2026-01-02T03:04:05Z")),
        (msgspec.structs.replace(ARTICLE, cleaner="scrape/10"), FILE),
        (msgspec.structs.replace(ARTICLE, rules="abd"), FILE),
        (msgspec.structs.replace(ARTICLE, profile="captions"), FILE),
    ],
)
def test_an_id_names_one_cleaning_of_one_capture(other: tuple[Article, Provenance]) -> None:
    first = record_of(ARTICLE, FILE, reasons=True).id
    assert len(first) == 32
    assert record_of(ARTICLE, FILE, reasons=False).id == first
    assert record_of(*other, reasons=True).id != first


def test_the_source_is_in_the_id_only_where_there_is_no_address() -> None:
    here = Provenance(source="a", payload_sha256="00", url="https://example.org/")
    assert (
        record_of(ARTICLE, here, reasons=True).id
        == record_of(ARTICLE, msgspec.structs.replace(here, source="b"), reasons=True).id
    )


def test_the_ledger_holds_every_reason() -> None:
    ledger = ledger_of(ARTICLE, "id", Rights(robots_meta=("noarchive",)))
    assert (ledger.record, ledger.kept, ledger.removed, ledger.trimmed) == (
        "id",
        ARTICLE.kept,
        ARTICLE.removed,
        ARTICLE.trimmed,
    )
    assert ledger.rights.robots_meta == ("noarchive",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("The mayor's 3.5-tonne bridge.", 4),
        ("市長は橋", 4),
        ("Мэр открыл мост", 3),
        ("— … !", 0),
        ("시장은 어제", 2),
    ],
)
def test_words(text: str, words: int) -> None:
    assert word_count(text) == words
