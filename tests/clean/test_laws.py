"""The laws of cleaning, on generated texts and pages, the seeds, and the pages of tests/pages."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from drafts import CHROME, PROSE, pages, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scraper.clean import Options, Source, clean_bytes, clean_html, clean_text
from scraper.clean.blocks import read_html
from scraper.clean.lines import read_text
from scraper.types import Article, Block, Kind, Verdict

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "tests/pages").glob("*/input.*"), *(ROOT / "seeds").glob("*.txt")])
HTML = [path for path in FILES if path.suffix == ".html"]
TEXT = [path for path in FILES if path.suffix == ".txt"]
FETCHED = "2024-03-01T12:00:00Z"
OPTIONS = [Options(*chosen) for chosen in itertools.product((False, True), repeat=3)]

few = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def name(path: Path) -> str:
    return path.parent.name if path.stem == "input" else path.stem


def raw(path: Path) -> str:
    """A file's text, with its line ends as they are."""
    return path.read_bytes().decode("cp1252" if "2003" in str(path) else "utf-8")


def check_ledger(article: Article, blocks: tuple[Block, ...]) -> None:
    """kept + removed = blocks, each once and in order; each removal has a kind, a rule and its block's text."""
    by_position = {block.at: block.text for block in blocks}
    kept, removed = list(article.kept), [removal.at for removal in article.removed]
    assert sorted(kept + removed) == list(by_position)
    assert kept == sorted(set(kept))
    assert removed == sorted(set(removed))
    assert [block.at for block in article.blocks] == kept
    for removal in article.removed:
        assert isinstance(removal.kind, Kind)
        assert removal.rule
        assert removal.text == by_position[removal.at]
    for block in article.blocks:
        assert block.rule
        assert block.text == by_position[block.at]


def check_trims(article: Article) -> None:
    """A trim's offsets cut exactly its text out of its block; position 0 is a title that is no block."""
    shown = {removal.at: removal.text for removal in article.removed}
    shown |= {block.at: block.text for block in article.blocks}
    for trim in article.trimmed:
        assert isinstance(trim.kind, Kind)
        assert trim.rule
        assert trim.end - trim.start == len(trim.text) > 0
        if trim.at:
            assert shown[trim.at][trim.start : trim.end] == trim.text


# ---- the ledger -----------------------------------------------------------------------------------------------------


@many
@given(texts, st.sampled_from(OPTIONS))
def test_kept_and_removed_are_all_lines_of_a_text(text: str, options: Options) -> None:
    article = clean_text(text, options=options)
    check_ledger(article, read_text(text).blocks)
    check_trims(article)


@few
@given(pages, st.sampled_from(OPTIONS))
def test_kept_and_removed_are_all_blocks_of_a_page(page: str, options: Options) -> None:
    article = clean_html(page, options=options)
    check_ledger(article, read_html(page).blocks)
    check_trims(article)


@pytest.mark.parametrize("options", [OPTIONS[0], OPTIONS[-1]], ids=lambda options: options.profile)
@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_ledger_of_a_real_page(path: Path, options: Options) -> None:
    text = raw(path)
    article = clean_text(text, options=options) if path.suffix == ".txt" else clean_html(text, options=options)
    check_ledger(article, (read_text(text) if path.suffix == ".txt" else read_html(text)).blocks)
    check_trims(article)


@many
@given(texts)
def test_a_position_is_the_number_of_a_line(text: str) -> None:
    lines = re.split(r"\r\n|\r|\n", text)
    article = clean_text(text)
    shown = [(removal.at, removal.text) for removal in article.removed] + [
        (block.at, block.text) for block in article.blocks
    ]
    assert all(words in lines[at - 1] for at, words in shown)
    filled = {at for at, line in enumerate(lines, 1) if line.strip().strip("\ufeff")}
    assert {at for at, _ in shown} == filled


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85"])
def test_no_other_character_ends_a_line(odd: str) -> None:
    text = f"{PROSE[0]}{odd}{PROSE[1]}\n{PROSE[0]}\r\n\r{PROSE[1]}"
    article = clean_text(text)
    assert {*article.kept, *(removal.at for removal in article.removed)} == {1, 2, 4}
    assert odd in article.text


# ---- any input ------------------------------------------------------------------------------------------------------


@many
@given(st.text(max_size=400))
def test_any_text_is_cleaned(text: str) -> None:
    assert clean_text(text).verdict in (Verdict.ARTICLE, Verdict.EMPTY)
    clean_html(text)


@few
@given(st.binary(max_size=400), st.none() | st.text(max_size=40))
def test_any_bytes_are_cleaned(data: bytes, content_type: str | None) -> None:
    clean_html(data, content_type=content_type)
    clean_bytes(Source(data, content_type=content_type))
    clean_bytes(Source(b"<html><body><p>" + data, content_type=content_type))


@pytest.mark.parametrize("text", ["\ud800", "a \udfff b", "\ud83d\n" + PROSE[0]])
def test_half_a_surrogate_pair_is_cleaned(text: str) -> None:
    clean_text(text)
    clean_html(f"<p>{text}</p>")


# ---- the same again -------------------------------------------------------------------------------------------------


@few
@given(texts, texts, pages)
def test_what_was_cleaned_in_between_changes_nothing(text: str, other: str, page: str) -> None:
    first, shown = clean_text(text), clean_html(page, fetched_at=FETCHED)
    clean_text(other)
    clean_html(page.replace("p", "div"))
    assert clean_text(text) == first
    assert clean_html(page, fetched_at=FETCHED) == shown


DIGEST = """
import hashlib, sys, msgspec
from pathlib import Path
from scraper.clean import Source, clean_bytes
for name in sys.argv[1:]:
    source = Source(Path(name).read_bytes(), url="https://www.example.org/a", fetched_at="2026-11-21T12:00:00Z")
    article = clean_bytes(source)
    print(hashlib.sha256(msgspec.json.encode(article)).hexdigest())
"""


def test_another_process_with_other_hashes_gives_the_same() -> None:
    def run(seed: str, names: list[Path]) -> list[str]:
        place = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", DIGEST, *map(str, names)]
        return subprocess.run(command, env=place, capture_output=True, text=True, check=True).stdout.split()

    assert run("1", FILES) == list(reversed(run("2", list(reversed(FILES)))))


def check_idempotent(text: str, options: Options) -> None:
    again = clean_text(text, options=options)
    assert again.text == text
    assert again.removed == ()


@many
@given(texts, st.sampled_from(OPTIONS))
def test_cleaning_a_cleaned_text_changes_nothing(text: str, options: Options) -> None:
    check_idempotent(clean_text(text, options=options).text, options)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: options.profile)
@pytest.mark.parametrize("path", TEXT, ids=name)
def test_cleaning_a_cleaned_dump_changes_nothing(path: Path, options: Options) -> None:
    check_idempotent(clean_text(raw(path), options=options).text, options)


# ---- containers -----------------------------------------------------------------------------------------------------

NAMELESS = "qzx"
"""A class that no rule and no table knows."""
CONDEMNED = [
    "sidebar",
    "newsletter",
    "comments-area",
    "related-posts",
    "site-footer",
    "paywall",
    "cookie-banner",
    "widget",
]
BODY = re.compile(r"(<body[^>]*>)(.*)(</body>)", re.DOTALL | re.IGNORECASE)


def wrapped(page: str, token: str) -> str:
    return BODY.sub(lambda match: f'{match[1]}<div class="{token}">{match[2]}</div>{match[3]}', page)


@pytest.mark.parametrize("token", CONDEMNED)
@pytest.mark.parametrize("path", HTML, ids=name)
def test_a_container_of_the_whole_page_is_never_chrome(path: Path, token: str) -> None:
    page = raw(path)
    assert wrapped(page, token) != page
    assert clean_html(wrapped(page, token)).text == clean_html(wrapped(page, NAMELESS)).text


@few
@given(pages, st.sampled_from(CONDEMNED))
def test_a_container_of_any_page_is_never_chrome(page: str, token: str) -> None:
    assert clean_html(wrapped(page, token)).text == clean_html(wrapped(page, NAMELESS)).text


# ---- dates ----------------------------------------------------------------------------------------------------------

CLOCKS = [
    "Wednesday, October 4, 2023",
    "mercredi, avril 17, 2024",
    "Donnerstag, 14. März 2024",
    "Çarşamba, 4 Ekim 2023",
    "2023-10-04",
]


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("above", ["9.7 C\nMunich\n", "4.6 C\n", "", "Home\n"])
def test_the_date_of_a_clock_is_never_the_publication_s_in_a_text(clock: str, above: str) -> None:
    text = f"{above}{clock}\n\nBridge opens after a long wait\n\n" + "\n\n".join(PROSE[:4])
    assert clean_text(text).metadata.published is None


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize(
    "widget",
    [
        '<div class="td-weather-information"><span>9.7</span><span>C</span></div><div class="td_data_time">{}</div>',
        '<div class="top-bar"><span class="date">{}</span></div>',
        '<header id="masthead"><p>9.7 C</p><p>{}</p></header>',
    ],
)
def test_the_date_of_a_clock_is_never_the_publication_s_on_a_page(clock: str, widget: str) -> None:
    prose = "".join(f"<p>{text}</p>" for text in PROSE[:4])
    article = f"<article><h1>Bridge opens after a long wait</h1>{prose}</article>"
    page = f"<html><body>{widget.format(clock)}{article}</body></html>"
    assert clean_html(page, fetched_at="2026-11-21T12:00:00Z").metadata.published is None


@few
@given(
    st.lists(st.sampled_from(CHROME), max_size=4),
    st.sampled_from(CLOCKS),
    st.lists(st.sampled_from(PROSE[:8]), min_size=1, max_size=6, unique=True),
)
def test_a_clock_under_a_thermometer_is_a_visit_s(above: list[str], clock: str, prose: list[str]) -> None:
    text = "\n".join([*above, "9.7 C", "Munich", clock]) + "\n\n" + "\n\n".join(prose)
    assert clean_text(text).metadata.published not in {"2023-10-04", "2024-04-17", "2024-03-14"}


moments = st.datetimes(datetime(1980, 1, 1), datetime(2040, 1, 1))
near = st.integers(-40, 40).map(lambda hours: datetime(2024, 3, 1, 12) + timedelta(hours=hours))
zones = st.sampled_from(["", "Z", "+00:00", "+05:30", "-08:00", "+1400"])


@few
@given(moments | near, zones, st.booleans())
def test_nothing_is_published_after_it_was_fetched(moment: datetime, zone: str, only_date: bool) -> None:
    stamp = f"{moment:%Y-%m-%d}" if only_date else f"{moment:%Y-%m-%dT%H:%M:%S}{zone}"
    prose = "".join(f"<p>{text}</p>" for text in PROSE[:4])
    head = f'<head><meta property="article:published_time" content="{stamp}"></head>'
    page = f"{head}<body><h1>Bridge opens</h1>{prose}</body>"
    published = clean_html(page, fetched_at=FETCHED).metadata.published
    if published is None:
        return
    found = datetime.fromisoformat(published)
    # A date without a zone may be of one that is ahead of UTC, by 14 hours at most.
    latest = datetime.fromisoformat(FETCHED) + timedelta(hours=0 if found.tzinfo else 14)
    assert (found if found.tzinfo else found.replace(tzinfo=UTC)) <= latest
