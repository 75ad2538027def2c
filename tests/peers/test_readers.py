"""What we write, as the programs of others read it: WARC files, CDXJ, WACZ, and Markdown."""

from __future__ import annotations

import json
import random
import re
import zipfile
from pathlib import Path

import pytest
from captured import PAGES, Archived, export
from environments import ran

from scraper.export import markdown, surt


def test_warcio_and_fastwarc_check_every_digest(readers: Path, pages: Archived) -> None:
    assert len(pages.warcs) == 2
    for path in pages.warcs:
        assert ran(readers / "warcio", "check", path) == ""
        assert ran(readers / "fastwarc", "check", "-q", "-p", path) == ""


def test_cdxj_indexer_makes_the_same_index(readers: Path, pages: Archived, tmp_path: Path) -> None:
    ours = export(pages.root, "cdxj", tmp_path / "index.cdxj").read_text("ascii").splitlines()
    options = ["--sort", "--dir-root", pages.root, "--records", "response,revisit,resource"]
    theirs = ran(readers / "cdxj-indexer", *options, *pages.warcs).splitlines()
    assert len(ours) == len(PAGES) + 1 + 2 + 1  # a redirect, two files, robots.txt
    # A file's record has no payload digest (its block's is the same one); cdxj-indexer then makes one with SHA-1.
    assert [drop_made_digest(line) for line in ours] == [drop_made_digest(line) for line in theirs]
    assert sum('"sha1:' in line for line in theirs) == 2


def drop_made_digest(line: str) -> str:
    key, at, fields = line.split(" ", 2)
    made = {name: value for name, value in json.loads(fields).items() if name != "digest" or "text/html" in fields}
    return f"{key} {at} {json.dumps(made)}"


def test_the_keys_are_the_internet_archives(readers: Path) -> None:
    addresses = [*ODD, *made_up(4000)]
    code = "import json, sys\nfrom surt import surt\nprint(json.dumps([surt(url) for url in json.load(sys.stdin)]))"
    theirs = json.loads(ran(readers / "python", "-c", code, stdin=json.dumps(addresses)))
    assert [(url, surt.key(url)) for url in addresses] == list(zip(addresses, theirs, strict=True))


SESSION = "0123456789abcdef0123456789abcdef"
ODD = [
    *("http://Example.org", "https://www2.example.org:443/A/", "http://example.org:80?b=2&a=1&B=0", "http://e.org/a?"),
    *("http://user:pw@e.org/a#b", "https://exämple.org/ä?ö=ü#x", "http://3279880203/x", "http://0300.0250.01.01/"),
    *(
        "http://[2001:DB8::1]:81/",
        "http://1.2.3/",
        "http://e.org../a",
        "http://www.com/",
        "https://e.org:80/",
        "dns:e.org",
    ),
    *(
        "http://e.org/(S(abcdefghijklmnopqrstuvwx))/a.aspx",
        "ftp://f.org:21/A",
        "file:///in%20box/%C3%A4.txt",
        "urn:x:A",
    ),
    *(
        f"http://e.org/?x=1&sid={SESSION}",
        f"http://e.org/?a&jsessionid={SESSION}&b",
        "http://e.org/?cfid=1&cftoken=2&b",
    ),
    *(
        "http://e.org/%2525?%25",
        "http://e.org/a%2F..%2Fb",
        "http://e.org/../..//./a//",
        "http://e.org/?&=&&b=&a",
        " http://e.org",
    ),
]
PIECES = [
    *"a B / // . .. ? & = # % %2 %41 %2525 %2F %3f %26 é %C3%A9 %ff + ; ,".split(),
    *"~ ( ) [ ] \" ' \\ | ^ { } ` < > * ! $ @ : İ 港".split(),
    *(" ", "\t", "\x7f", "\x01", "/../", "/./", "www.", "127.0.0.1", ":443", "a=1", "sid=", SESSION, f"sid={SESSION}"),
]


def made_up(count: int) -> list[str]:
    """Addresses of the pieces that matter, the same ones in every run."""
    chance = random.Random(4)
    hosts = ["e.org", "www.E.org", "a.b.c.de", "127.0.0.1", "www1.x.y:8080", "ü.de", "e.org:443"]
    return [
        f"{chance.choice(['http', 'https'])}://{chance.choice(hosts)}{chance.choice('/?')}"
        + "".join(chance.choices(PIECES, k=chance.randint(0, 9)))
        for _ in range(count)
    ]


def test_py_wacz_finds_the_package_valid(readers: Path, pages: Archived, tmp_path: Path) -> None:
    path = export(pages.root, "wacz", tmp_path / "articles.wacz")
    assert "the passed WACZ is valid" in ran(readers / "wacz", "validate", "-f", path)
    broken = tmp_path / "broken.wacz"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(broken, "w") as out:
        for entry in whole.infolist():
            data = whole.read(entry)
            out.writestr(entry, data.replace(b"Articles", b"articles") if entry.filename.endswith("s.jsonl") else data)
    with pytest.raises(AssertionError, match="invalid"):
        ran(readers / "wacz", "validate", "-f", broken)


RENDER = """
import json, sys
from markdown_it import MarkdownIt
reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
found = []
for text in json.load(sys.stdin):
    tokens = [inner for token in reader.parse(text) for inner in (token.children or [token])]
    shown = "".join({"text": t.content, "text_special": t.content, "hardbreak": "\\n", "softbreak": "\\r",
                     "paragraph_close": "\\n\\n"}.get(t.type, "") for t in tokens)
    found.append([sorted({t.type for t in tokens}), shown])
print(json.dumps(found))
"""
MARKS = [
    *"# + - = * _ ` ~ < > [ ] ( ) ! | \\ & ; : . 1 a".split(),
    " ",
    "  ",
    "\n",
    "\n\n",
    "\r",
    "    ",
    "\t",
    "1. ",
    "&amp;",
]
MARKS += ["<script>", "[a](b)", "```", "===", "---", "| a |", "|---|", "https://e.org", "é", "[x]: y", "- [ ] ", "$x$"]


def test_a_markdown_reader_shows_a_text_as_it_is(readers: Path) -> None:
    chance = random.Random(4)
    texts = ["".join(chance.choices(MARKS, k=chance.randint(1, 12))) for _ in range(3000)]
    answer = ran(readers / "python", "-c", RENDER, stdin=json.dumps([markdown.escape(text) for text in texts]))
    known = {"paragraph_open", "paragraph_close", "text", "text_special", "hardbreak"}
    for text, (types, shown) in zip(texts, json.loads(answer), strict=True):
        assert set(types) <= known, (text, types)
        assert shown == shown_of(text), text


def shown_of(text: str) -> str:
    """The text as HTML shows it: blanks at the ends of lines are nothing, blank lines part paragraphs."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    parts = re.split("\n{2,}", "\n".join(lines).strip("\n"))
    return "".join(f"{part}\n\n" for part in parts if part)
