"""The cleaner: bytes or text in, an Article out. Pure: no network, file, clock or environment.

The stages in order: decode, blocks (or lines), passes that judge a block by itself, passes that need neighbours, the
trained judge, metadata, verdict, assembly. HTML and plain text go through one chain; a pass that has nothing to say
of a document yields no vote.
"""

from __future__ import annotations

from functools import partial

import msgspec

from scraper.clean.article import Assembly, assemble
from scraper.clean.blocks import read_html
from scraper.clean.chain import Judged, signed
from scraper.clean.decode import decode_html, decode_text, is_utf8
from scraper.clean.judge import judge_document
from scraper.clean.led import witnessed
from scraper.clean.lines import read_text
from scraper.clean.meta import describe
from scraper.clean.options import Options
from scraper.clean.rescue import rescued
from scraper.clean.rules import Rules, shipped
from scraper.clean.settle import settle
from scraper.clean.sniff import sniff
from scraper.clean.verdict import find_verdict
from scraper.types import Article, FoundBy, Memory, Metadata, Verdict
from scraper.version import CLEANER

__all__ = ["Options", "Source", "clean_bytes", "clean_html", "clean_text"]


def clean_html(  # noqa: PLR0913 - the public call; what a page was stored with, by keyword
    html: bytes | str,
    *,
    url: str | None = None,
    content_type: str | None = None,
    fetched_at: str | None = None,
    options: Options = Options(),  # noqa: B008 - frozen
    rules: Rules | None = None,
    memory: Memory | None = None,
) -> Article:
    """Clean a page.

    `html` as bytes is decoded by the HTML standard, with `content_type` as the header said it; `fetched_at` is RFC 3339
    UTC and bounds the dates that are believed; `memory` is what repeats over the articles of its host. Positions count
    blocks from 1. Raises LimitError above 200,000 blocks.
    """
    options = options.remembering(memory)
    if isinstance(html, str):
        document = read_html(html, url=url, fetched_at=fetched_at)
    else:
        decoded = decode_html(html, content_type)
        utf8 = html if is_utf8(html, decoded) else None
        document = read_html(decoded.text, url=url, fetched_at=fetched_at, utf8=utf8)
    judged = judge_document(document, rules or shipped(), options)
    told = rescued(*judged)
    return _finish(judged if told is None else judge_document(told, rules or shipped(), options))


def clean_text(
    text: str,
    *,
    fetched_at: str | None = None,
    options: Options = Options(),  # noqa: B008 - frozen
    rules: Rules | None = None,
    memory: Memory | None = None,
) -> Article:
    """Clean a text that was already extracted; positions are 1-based line numbers.

    Cleaning the result again changes nothing: the chain runs until a round over what it kept removes no more.
    Raises LimitError above 500,000 lines.
    """
    rules, options = rules or shipped(), options.remembering(memory)
    judged = judge_document(read_text(text, fetched_at=fetched_at), rules, options)
    again = partial(judge_document, rules=rules, options=options, before=judged.view)
    settle(judged.view, lambda kept: again(read_text(kept, fetched_at=fetched_at)).view)
    return _finish(judged)


class Source(msgspec.Struct, frozen=True):
    """Bytes to clean, with what was stored beside them: `content_type` is the header's value, `found_by` the entry of
    the feed or the like that led there, `memory` the profile of the page's host."""

    body: bytes
    url: str | None = None
    content_type: str | None = None
    fetched_at: str | None = None
    found_by: FoundBy | None = None
    memory: Memory | None = None


def clean_bytes(source: Source, options: Options = Options()) -> Article:  # noqa: B008 - frozen
    """Clean whatever the bytes are, told apart by looking: HTML, or text in any encoding.

    An empty input has the verdict `empty`; what is no text (binary, a feed, an archive) has `not_text`.
    """
    kind, options = sniff(source.body), options.remembering(source.memory)
    if kind == "html":
        article = clean_html(
            source.body,
            url=source.url,
            content_type=source.content_type,
            fetched_at=source.fetched_at,
            options=options,
        )
        return witnessed(article, source.found_by, source.fetched_at)
    decoded = decode_text(source.body) if kind == "text" else None
    if decoded is not None:
        return clean_text(decoded.text, fetched_at=source.fetched_at, options=options)
    verdict = Verdict.EMPTY if kind == "empty" else Verdict.NOT_TEXT
    return Article(
        "",
        (),
        (),
        (),
        Metadata(),
        verdict,
        cleaner=CLEANER,
        rules=signed(shipped(), options).digest,
        profile=options.profile,
    )


def _finish(judged: Judged) -> Article:
    view, title, data = judged
    assembly = Assembly(view)
    metadata = describe(view, title, data, assembly.kept)
    article = assemble(view, assembly, title, metadata, find_verdict(judged, assembly, metadata))
    return msgspec.structs.replace(article, cleaner=CLEANER)
