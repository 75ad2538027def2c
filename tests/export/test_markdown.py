"""The folder of Markdown: names that are safe, front matter that YAML reads, texts that are shown as they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from exporting import export, files, put
from hypothesis import given
from hypothesis import strategies as st

from scraper.archive import Archive
from scraper.export import markdown


def parted(page: bytes) -> tuple[dict[str, Any], str]:
    """The front matter and the rest."""
    _, front, rest = page.decode().split("---\n", 2)
    return yaml.safe_load(front), rest


def test_an_article_is_a_file_with_front_matter(tmp_path: Path) -> None:
    with Archive(tmp_path / "a") as archive:
        record = put(archive, 1, title="Café: 2 < 3", authors=("Jane #1",), published="2026-11-20", paywalled=False)
    assert export(tmp_path / "a", "--format", "markdown", "--output", tmp_path / "out")[::2] == (0, "")
    found = files(tmp_path / "out")
    name = "articles/2026/11/2026-11-21-café-2-3-record-1.md"
    assert found.keys() == {"index.md", "SHA256SUMS", name}
    front, rest = parted(found[name])
    assert (front["title"], front["authors"], front["published"]) == ("Café: 2 < 3", ["Jane #1"], "2026-11-20")
    assert record.warc is not None
    assert (front["warc"]["offset"], front["paywalled"]) == (record.warc.offset, False)
    assert not front.keys() & {"text", "modified", "tags", "editors", "kept"}  # what is not known is not there
    assert rest == f"\n# Café: 2 \\< 3\n\n{record.text}\n"
    assert found["index.md"].decode() == f"# Articles\n\n- 2026-11-21 [Café: 2 \\< 3]({name})\n"


def test_no_title_leads_out_of_the_folder_or_over_another_article(tmp_path: Path) -> None:
    titles = [
        "../../etc/passwd",
        "..",
        "/root/x",
        "a\\..\\b",
        "CON",
        "x" * 500,
        "港" * 500,
        "",
        "!!!",
        "A",
        "a",
        "नमस्ते",
    ]
    with Archive(tmp_path / "a") as archive:
        for number, title in enumerate(titles, start=10):
            put(archive, number, title=title)
    assert export(tmp_path / "a", "--format", "markdown", "--output", tmp_path / "out")[::2] == (0, "")
    names = [path for path in files(tmp_path / "out") if path.startswith("articles/")]
    assert len({name.casefold() for name in names}) == len(titles)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "out"]
    for name in names:
        assert re.fullmatch(r"articles/2026/11/2026-11-21-[^/\\.\s]*record-\d\d\.md", name)
        assert len(name.encode()) < 255
    assert any("नमस्ते" in name for name in names)  # marks are letters' own


def test_two_ids_with_one_beginning_have_two_names() -> None:
    taken: set[str] = set()

    class Two:
        id, title, fetched_at = "0" * 12 + "1", "T", "2026-11-21T"

    first = markdown._name(Two, taken)  # type: ignore[arg-type]  # a stand-in
    Two.id = "0" * 12 + "2"
    second = markdown._name(Two, taken)  # type: ignore[arg-type]  # the same
    assert (first, second) == (
        "articles/2026/11/2026-11-21-t-000000000000.md",
        "articles/2026/11/2026-11-21-t-0000000000002.md",
    )


@given(st.text() | st.integers() | st.booleans() | st.lists(st.text()) | st.dictionaries(st.text(), st.none()))
def test_front_matter_is_read_back(value: object) -> None:
    assert yaml.safe_load(f"a: {markdown.yaml(value)}\nb: 1\n") == {"a": value, "b": 1}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# no heading", "\\# no heading"),
        ("- no list\n+ none", "\\- no list\\\n\\+ none"),
        ("1. none\n2026. A year", "1\\. none\\\n2026\\. A year"),
        (
            "a *b* _c_ `d` [e](f) <g> &amp; h | i ~j~ $k$",
            "a \\*b\\* \\_c\\_ \\`d\\` \\[e\\](f) \\<g\\> \\&amp; h \\| i \\~j\\~ \\$k\\$",
        ),
        ("    no code\n\n\n===\n---", "no code\n\n\\===\\\n\\---"),
        ("3.5 percent, a - b & c + d #e", "3.5 percent, a - b & c + d #e"),
        ("a\r# b", "a\\\n\\# b"),
    ],
)
def test_markup_is_shown_and_not_run(text: str, shown: str) -> None:
    assert markdown.escape(text) == shown
