"""Where a cleaned page goes: to stdout in one of four forms, to files, or nowhere but into the answer of --check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from scraper.clean.decode import decode_text
from scraper.clean.lines import split_lines
from scraper.cli import show
from scraper.cli.inputs import Page
from scraper.cli.streams import Streams, visible
from scraper.errors import UnusableError
from scraper.types import Article, Kept, Removal, Verdict

if TYPE_CHECKING:
    from scraper.clean.pulls import Pulls

_NOT_AN_ARTICLE = {
    Verdict.CONSENT: "a consent page",
    Verdict.PAYWALL_STUB: "the stub of an article behind a paywall",
    Verdict.BLOCK_PAGE: "a page that turns robots away",
    Verdict.INDEX_PAGE: "an index of other pages",
    Verdict.OTHER_PAGE: "a page of another kind",
    Verdict.SOFT_404: "a page that says not found",
    Verdict.EMPTY: "without text",
    Verdict.NOT_TEXT: "no text",
}


class Cleaned(Struct, frozen=True):
    """An article, how its bytes were decoded, and for --explain what pulled the judge's score of each block."""

    article: Article
    encoding: str
    lossy: bool
    pulls: Mapping[int, Pulls] = {}


class Shape(Struct, frozen=True):
    """What the user asked for: `form` is "text", "json", "explain" or "diff"."""

    form: str
    check: bool = False
    output: str | None = None
    in_place: bool = False
    headers: bool = True


class Sink:
    """Takes cleaned pages; `changed` says whether one is not what it was (only --check asks).

    A LimitError ends the work, for the pages that follow would meet it too; unless they are written elsewhere
    (`apart`). Every other ScrapeError is about its page alone.
    """

    changed = False
    apart = False

    def put(self, page: Page, cleaned: Cleaned) -> None:
        """Take one page."""
        raise NotImplementedError


def sink_for(shape: Shape, streams: Streams, *, several: bool) -> Sink:
    """The sink that the user asked for."""
    if shape.output is not None:
        return _Files(shape.output, shape.form)
    if shape.in_place:
        return _InPlace()
    printed = _Printed(shape, streams, several=several)
    return _Check(streams, printed if shape.form == "diff" else None) if shape.check else printed


def not_an_article(verdict: Verdict) -> UnusableError:
    """Why a page counts as unusable, and the way to see what is in it all the same."""
    return UnusableError(
        f"{_NOT_AN_ARTICLE[verdict]}, not an article; --json or --explain shows it", reason=verdict.value
    )


class _Printed(Sink):
    def __init__(self, shape: Shape, streams: Streams, *, several: bool) -> None:
        self.form, self.streams, self.several = shape.form, streams, several
        # A record names its source, a diff its file.
        self.headers = shape.headers and self.form in {"text", "explain"}
        self.first = True

    def put(self, page: Page, cleaned: Cleaned) -> None:
        shown = self._shown(page, cleaned)
        if not shown:
            return
        if self.headers and (self.several or not page.alone):
            # The pages of the only input differ in their addresses alone.
            name = page.name if self.several else page.url or page.name
            shown = show.header(name, self.first) + shown
        self.first = False
        self.streams.write(shown)

    def _shown(self, page: Page, cleaned: Cleaned) -> str:
        article = cleaned.article
        match self.form:
            case "json":
                return record_line(page, article).decode()
            case "explain":
                return show.explain(article, self.streams.colour, cleaned.pulls)
            case "diff":
                return show.diff(page.name, _before(page, article), _after(article), self.streams.colour)
            case _:
                text = file_text(article)
                return visible(text) if self.streams.to_terminal else text


class _Check(Sink):
    def __init__(self, streams: Streams, printed: Sink | None) -> None:
        self.streams, self.printed = streams, printed

    def put(self, page: Page, cleaned: Cleaned) -> None:
        if file_text(cleaned.article).encode("utf-8", "replace") == page.data:
            return
        self.changed = True
        if self.printed:
            self.printed.put(page, cleaned)
        article = cleaned.article
        self.streams.say(f"{page.name}: would change: {len(article.removed)} removed, {len(article.trimmed)} trimmed")


class _Files(Sink):
    """Texts of articles only, as a corpus wants them; records of every page, as they carry the verdict."""

    def __init__(self, top: str, form: str) -> None:
        from scraper.cli import output  # noqa: PLC0415 - with tempfile and shutil 5 ms, that printing does without

        self.form = form
        self.directory = output.Directory(top, ".json" if form == "json" else ".txt")

    def put(self, page: Page, cleaned: Cleaned) -> None:
        if self.form == "json":
            self.directory.write(page, record_line(page, cleaned.article))
        elif cleaned.article.verdict is Verdict.ARTICLE:
            self.directory.write(page, file_text(cleaned.article).encode("utf-8", "replace"))


class _InPlace(Sink):
    apart = True

    def put(self, page: Page, cleaned: Cleaned) -> None:
        if cleaned.article.verdict is not Verdict.ARTICLE:
            return
        if cleaned.lossy:
            raise UnusableError(f"not all of it is {cleaned.encoding}; it stays as it is", reason="damaged")
        from scraper.cli import output  # noqa: PLC0415 - the same

        output.in_place(page, file_text(cleaned.article).encode("utf-8", "replace"))


def file_text(article: Article) -> str:
    """The text as a file holds it: with a line end, or nothing at all."""
    return f"{article.text}\n" if article.text else ""


def record_line(page: Page, article: Article) -> bytes:
    """The record as a line of JSON, with the reasons."""
    import hashlib  # noqa: PLC0415 - with OpenSSL 4 ms, that the other forms do without

    from scraper.record import Provenance, record_of  # noqa: PLC0415

    provenance = Provenance(
        # JSON holds no bytes that are not UTF-8, and a file's name may.
        source=page.source.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"),
        payload_sha256=hashlib.sha256(page.data).hexdigest(),
        url=page.url,
        final_url=page.final_url,
        fetched_at=page.fetched_at,
        found_by=page.found_by,
    )
    return msgspec.json.encode(record_of(article, provenance, reasons=True), order="deterministic") + b"\n"


def _before(page: Page, article: Article) -> Sequence[str]:
    """What the text is compared with: a text's own lines, a page's blocks."""
    decoded = decode_text(page.data) if page.kind == "text" else None
    if decoded:
        return split_lines(decoded.text.removesuffix("\n"))
    either: list[Kept | Removal] = [*article.blocks, *article.removed]
    blocks = sorted(either, key=lambda block: block.at)
    return [line for block in blocks for line in split_lines(block.text)]


def _after(article: Article) -> Sequence[str]:
    return split_lines(article.text) if article.text else []
