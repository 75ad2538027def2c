"""The benchmarks' measures on made-up texts with known figures, their layouts, and each command on a tiny folder."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
from made_up import site

from benchmarks import measures, picture, speed
from benchmarks.__main__ import main
from benchmarks.data import Choice, DataError, Text, found, load_pages
from benchmarks.systems import load

PROSE = (
    "The council of Lindhaven voted on Tuesday to rebuild the old harbour bridge after two years of debate.",
    "Engineers had warned in spring that the northern pier was sinking by three millimetres every month.",
    "Work begins in September, said the mayor, and the ferry will carry passengers until the bridge opens again.",
    "The cost is put at nine million crowns, of which the county pays a third and the port authority the rest.",
    "Fishermen on the eastern quay asked for a wider passage, which the plan now gives them.",
)
HTML = (
    '<!doctype html><html lang="en"><head><title>Harbour bridge to be rebuilt</title>'
    '<meta property="article:published_time" content="2024-05-07T10:00:00Z"></head><body>'
    "<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav>"
    f"<article><h1>Harbour bridge to be rebuilt</h1>{''.join(f'<p>{line}</p>' for line in PROSE)}</article>"
    "<footer>All rights reserved</footer></body></html>"
)
GOLD = {"title": "Harbour bridge to be rebuilt", "text": "\n".join(PROSE), "date": "2024-05-07"}


def pack(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """All four layouts, two pages each at most."""
    rows = [{"id": "a-1", "page_type": "article", "country": "de"} | GOLD, {"id": "b-2", "page_type": "forum"} | GOLD]
    pack(tmp_path / "fundus" / "gold.jsonl.gz", "\n".join(json.dumps(row) for row in rows))
    wcxb = {"file_id": "0001", "_internal": {"page_type": {"primary": "category"}}}
    wcxb["ground_truth"] = {"main_content": GOLD["text"], "title": GOLD["title"], "author": "Ann Lee"}
    (tmp_path / "wcxb" / "dev" / "ground-truth").mkdir(parents=True)
    (tmp_path / "wcxb" / "dev" / "ground-truth" / "0001.json").write_text(json.dumps(wcxb), encoding="utf-8")
    (tmp_path / "zyte").mkdir()
    (tmp_path / "zyte" / "ground-truth.json").write_text(json.dumps({"z": {"articleBody": GOLD["text"]}}))
    for page in ("fundus/html/a-1", "fundus/html/b-2", "wcxb/dev/html/0001", "zyte/html/z"):
        pack(tmp_path / f"{page}.html.gz", HTML)
    text = {"id": "a-1/full", "page": "a-1", "rendering": "full", "lang": "en", "lines": ["- Advertisement -", *PROSE]}
    text |= {"labels": ["drop", *["keep"] * len(PROSE)], "reach": " ".join(measures.tokens("\n".join(PROSE)))}
    pack(tmp_path / "texts.jsonl.gz", json.dumps(text))
    return tmp_path


def test_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = tmp_path / "index.json"
    arguments = ["index", "--records", "40,60", "--words", "20", "--folder", str(tmp_path), "--json", str(figures)]
    assert main(arguments) == 0
    first, second = json.loads(figures.read_text(encoding="utf-8"))["index"]
    assert (first["records"], second["records"]) == (40, 60)
    assert first["ms"].keys() == second["ms"].keys()
    assert all(0 <= median <= most for median, most in second["ms"].values())
    assert "seen, unknown" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["index.json"]


def test_word_f1() -> None:
    assert measures.word_f1("The cat", "the CAT") == (1, 1, 1)
    assert measures.word_f1("a a b c", "a b b") == pytest.approx((4 / 7, 1 / 2, 2 / 3))
    assert measures.word_f1("", "") == (1, 1, 1)
    assert measures.word_f1("", "a") == (0, 0, 0)
    assert measures.word_f1("a", "b") == (0, 0, 0)


def test_shingles() -> None:
    assert measures.shingles("one two three four five", "one two three four six") == (1 / 3, 1 / 3, 1 / 3, False)
    assert measures.shingles("a b", "a b") == (1, 0, 0, True)  # shorter than four words: one run
    assert measures.shingles("a b c d", "A b c d").both == 0  # capitals count
    assert measures.shingles("a a a a a", "a a a a") == (1 / 2, 1 / 2, 0, False)  # counted, not only present
    assert measures.shingles("", "") == (0, 0, 0, True)


def test_shingle_score_leaves_out_pages_that_gave_nothing_from_precision_only() -> None:
    pages = [measures.shingles("a b c d", "a b c d"), measures.shingles("", "a b c d")]
    assert measures.shingle_score(pages) == (2 / 3, 1, 1 / 2)


def test_metadata() -> None:
    assert measures.title_close("Bridge to be rebuilt!", "bridge to be rebuilt")
    assert not measures.title_close("Bridge to be rebuilt | The Lindhaven Evening Post", "Bridge to be rebuilt")
    assert not measures.title_close(None, "Bridge")
    assert measures.authors_exact(["ANN LEE", "Bo Ek"], ["Bo Ek", "Ann Lee"])
    assert measures.date_exact("2024-05-07T10:00:00Z", "2024-05-07 12:00:00+02:00")
    assert not measures.date_exact(None, "2024-05-07")


def test_text_score() -> None:
    lines, labels = zip(
        ("Headline here", "title"), ("one two", "keep"), ("three", "keep"), ("share this", "drop"), ("", "blank"),
        ("one two", "dup"), ("more", "drop"), strict=True,
    )  # fmt: skip
    text = Text("t", lines, labels, "one two three")
    assert measures.text_score(text, {2, 3}) == (1, 1, 1, 1)
    assert measures.text_score(text, {1, 2, 3, 6}) == (1, 1, 1, 1)  # neither the title nor a second copy counts
    assert measures.text_score(text, {3, 6}) == pytest.approx((1, 1 / 3, 2 / 3, 1))  # the only copy that was kept does
    assert measures.text_score(text, {2, 4}) == pytest.approx((4 / 7, 2 / 3, 1 / 2, 1 / 2))
    assert measures.text_score(text, ()) == pytest.approx((0, 0, 1 / 2, 1))
    assert measures.text_score(Text("t", (), (), ""), ()) == (0, None, None, None)


def test_layouts(data: Path) -> None:
    assert found(data) == ["wcxb", "fundus", "zyte", "texts"]
    assert [found(data / name) for name in ("fundus", "wcxb", "zyte")] == [["fundus"], ["wcxb"], ["zyte"]]
    [page] = load_pages(data, "wcxb")
    assert (page.id, page.page_type, page.authors) == ("0001", "collection", ("Ann Lee",))
    assert load_pages(data / "wcxb" / "dev", "wcxb") == [page]
    assert page.html() == HTML.encode()
    assert [page.language for page in load_pages(data / "fundus", "fundus")] == ["de", ""]
    assert [page.text for page in load_pages(data / "zyte", "zyte")] == [GOLD["text"]]
    with pytest.raises(DataError):
        load_pages(data / "zyte", "fundus")


def test_choice(data: Path) -> None:
    pages = load_pages(data, "fundus")
    assert [page.id for page in Choice(page_type="forum").of(pages)] == ["b-2"]
    assert [page.id for page in Choice(ids=frozenset({"1", "b-2"})).of(pages)] == ["a-1", "b-2"]
    assert [page.id for page in Choice(limit=1).of(pages)] == ["a-1"]


def test_accuracy_then_picture(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, image = data / "figures.json", data / "figures.svg"
    assert main(["accuracy", "--data", str(data), "--systems", "scrape", "--worst", "1", "--json", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "zyte: 4-gram shingles" in printed
    assert "doing nothing" in printed
    sets = json.loads(file.read_text(encoding="utf-8"))["sets"]
    scrape = sets["fundus"]["systems"]["scrape"]
    assert (scrape["pages"], scrape["title close"], scrape["date exact"]) == (2, 1, 1)
    assert scrape["F1"] > 0.9
    assert sets["fundus"]["verdicts"]["forum"]["passes for article"] == 1
    assert sets["texts"]["groups"]["all"]["F1"] > sets["texts"]["groups"]["all"]["doing nothing"]
    assert main(["picture", str(file), "-o", str(image)]) == 0
    assert "scrape" in "".join(ElementTree.parse(image).getroot().itertext())  # noqa: S314 - of our own making


def test_speed(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)  # the peer's command takes seconds
    arguments = ["speed", "--data", str(data), "--rounds", "1", "--systems", "scrape,lexbor"]
    assert main([*arguments, "--set", "texts"]) == 0
    assert main([*arguments, "--set", "zyte"]) == 0
    printed = capsys.readouterr().out
    assert "us a line in all" in printed
    assert "scrape clean FILE" in printed


def test_ratios_are_page_by_page() -> None:
    figures = speed.summary({"trafilatura": [1.0, 1.0, 4.0], "scrape": [1.0, 2.0, 2.0]})
    assert figures["scrape"]["x trafilatura median"] == 1
    assert figures["scrape"]["x trafilatura mean"] == pytest.approx(3.5 / 3)
    assert figures["scrape"]["x lexbor median"] is None


def test_memory(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memory", "--data", str(data), "--set", "zyte", "--after", "2", "3"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[-2:]] == ["2", "3"]


def test_parts_of_a_set_are_drawn_together_weighed_by_their_pages() -> None:
    halves = [{"systems": {"scrape": {"pages": 3, "F1": 0.9, "ms/page": 10.0}}}]
    halves.append({"systems": {"scrape": {"pages": 1, "F1": 0.5, "ms/page": 30.0}}})
    assert picture.points(picture.together(halves)) == [picture.Point("scrape", 15.0, pytest.approx(0.8))]


def test_names_in_the_picture_do_not_cover_each_other() -> None:
    points = [picture.Point(name, time, 0.95) for name, time in (("one", 30), ("scrape", 31), ("three", 300))]
    drawn = ElementTree.fromstring(picture.draw(points, "x"))  # noqa: S314 - of our own making
    names = [text for text in drawn.findall("{*}text") if text.text in ("one", "scrape", "three")]
    assert len({(text.get("x"), text.get("y")) for text in names}) == 3
    assert names[0].get("text-anchor") == "end"  # to the right stands the other point


def test_what_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accuracy", "--data", str(tmp_path)]) == 2
    assert "no data set" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["accuracy", "--data", str(tmp_path), "--systems", "nobody"])
    assert set(load(["scrape"]).systems) == {"scrape"}


def test_capture_counts_pages_and_bytes_and_accounts_for_its_own_time(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "capture.json"
    arguments = ["capture", "--data", str(data / "zyte"), "--pages", "3", "--rounds", "1", "--json", str(figures)]
    assert main(arguments) == 0
    found = json.loads(figures.read_text(encoding="utf-8"))["capture"]
    assert found["pages"] == 3
    assert found["systems"]["scrape"]["bytes"] > len(gzip.compress(HTML.encode()))
    assert sum(found["shares"].values()) == pytest.approx(1)
    assert all(share >= 0 for share in found["shares"].values())
    assert "pages/CPU s" in capsys.readouterr().out


def test_chrome_memory_on_a_host_with_four_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = site("quayside")[:4]
    rows = [{"id": f"q{number}", "url": one.url, "text": one.text} for number, one in enumerate(made)]
    pack(tmp_path / "fundus" / "gold.jsonl.gz", "\n".join(json.dumps(row) for row in [*rows, {"id": "z"} | GOLD]))
    for name, page in [*((row["id"], one.page.decode()) for row, one in zip(rows, made, strict=True)), ("z", HTML)]:
        pack(tmp_path / "fundus" / "html" / f"{name}.html.gz", page)
    lines = ["Harbour office open today", *PROSE]
    text = {"lines": lines, "labels": ["drop", *["keep"] * len(PROSE)], "rendering": "full"}
    texts = [text | {"id": f"t{n}", "page": f"t{n}", "url": f"https://t.example/{n}", "reach": "a"} for n in range(3)]
    pack(tmp_path / "texts.jsonl.gz", "\n".join(json.dumps(one) for one in texts))
    assert main(["chrome", "--data", str(tmp_path), "--json", str(tmp_path / "out.json")]) == 0
    sets = json.loads((tmp_path / "out.json").read_text())["sets"]
    figures = sets["fundus"]["quayside.example"]
    assert set(sets["fundus"]) == {"quayside.example", "all"}
    assert (figures["pages"], figures["F1 after"], figures["article after"], figures["shared after"]) == (4, 1, 1, 0)
    assert figures["F1"] < 0.8
    assert figures["shared"] > 300
    assert figures["chrome after"] == 1 > figures["chrome"]
    assert sets["texts"]["t.example"]["article after"] == 1  # three copies of one story teach nothing
    assert sets["texts"]["all"]["taken"] == 0
    assert "quayside.example" in capsys.readouterr().out
    assert main(["chrome", "--data", str(tmp_path), "--set", "fundus", "--least", "5"]) == 0
    assert "quayside.example" not in capsys.readouterr().out


def test_reclean_measures_both_systems_and_both_numbers_of_cores(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "reclean.json"
    arguments = ["reclean", "--data", str(data), "--set", "zyte", "--json", str(figures)]
    assert main([*arguments, "--pages", "3", "--rounds", "1"]) == 0
    found = json.loads(figures.read_text(encoding="utf-8"))["reclean"]
    assert found["pages"] == 3
    assert sorted(found["speed"]) == ["scrape reclean", "trafilatura", "trafilatura (text only)"]
    assert all(run["cpu"] > 0 and run["wall"] > 0 for runs in found["speed"].values() for run in runs)
    assert len(found["gains"]) == (len(os.sched_getaffinity(0)) > 1)
    assert main([*arguments, "--growth", "2", "3"]) == 0
    found = json.loads(figures.read_text(encoding="utf-8"))["reclean"]
    assert (list(found["runs"]), list(found["worker"])) == (["2", "3"], ["2", "3"])
    assert "MiB of a worker that is never replaced" in capsys.readouterr().out
