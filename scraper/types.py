"""Every struct that crosses a room's door: frozen, typed, and free of behaviour beyond reading itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

SCHEMA = 1
"""Version of the record's shape (see Record)."""


class Kind(StrEnum):
    """Why a block, or a part of one, is not article text. A closed set."""

    WEATHER = "weather"
    DATE_WIDGET = "date_widget"
    AD = "ad"
    COMMENT_FORM = "comment_form"
    COMMENTS = "comments"
    RELATED = "related"
    SHARE = "share"
    NEWSLETTER = "newsletter"
    COOKIE = "cookie"
    PAYWALL = "paywall"
    LOGIN = "login"
    NAVIGATION = "navigation"
    BREADCRUMB = "breadcrumb"
    SEARCH = "search"
    FOOTER = "footer"
    COPYRIGHT = "copyright"
    AUTHOR_BOX = "author_box"
    BYLINE = "byline"
    DATELINE_META = "dateline_meta"
    SOURCE_CREDIT = "source_credit"
    CREDITS = "credits"
    CAPTION = "caption"
    PHOTO_CREDIT = "photo_credit"
    TITLE = "title"
    DUPLICATE_TITLE = "duplicate_title"
    DUPLICATE = "duplicate"
    TAGS = "tags"
    RATING = "rating"
    READING_TIME = "reading_time"
    PAGE_TOOLS = "page_tools"
    APP_PROMO = "app_promo"
    DONATION = "donation"
    POLL = "poll"
    PLAYER = "player"
    DISCLAIMER = "disclaimer"
    OTHER = "other"


class Form(StrEnum):
    """What a block is typographically; a kept block keeps its form."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    CODE = "code"
    TABLE = "table"
    CAPTION = "caption"


class Verdict(StrEnum):
    """What the page is: an article, or why it is none."""

    ARTICLE = "article"
    CONSENT = "consent"
    PAYWALL_STUB = "paywall_stub"
    BLOCK_PAGE = "block_page"
    INDEX_PAGE = "index_page"
    OTHER_PAGE = "other_page"
    SOFT_404 = "soft_404"
    EMPTY = "empty"
    NOT_TEXT = "not_text"


# ---- discovery and capture


class FoundBy(Struct, frozen=True):
    """The feed entry, sitemap entry, listing or file that led to a page; `date` as the finder gave it, in ISO 8601.

    `language` is a news sitemap's. It is left out where there is none: lines of JSONL from before it was known keep
    their bytes when they are made again.
    """

    kind: str
    at: str
    title: str | None = None
    date: str | None = None
    language: str | UnsetType = UNSET


class Link(Struct, frozen=True):
    """An address worth fetching: an http(s) URL, or a file URI for the folder source."""

    url: str
    source: str
    found_by: FoundBy | None = None


class Exchange(Struct, frozen=True):
    """One HTTP exchange, byte for byte as it crossed the wire.

    `request` and `response` are whole HTTP/1.1 messages, head and body. `response` has its transfer coding (chunked)
    already undone and that header renamed to `x-orig-transfer-encoding`; its content coding (gzip, br) is untouched.
    Where the archive's framing is `wire`, `response` is as it came, chunks and trailers included. `started_at` is RFC
    3339 UTC with microseconds; `peer` is the address that was connected to, `tls` the version and cipher suite.
    `unverified` is the reason that was configured for not checking the server's certificate.
    """

    url: str
    request: bytes
    response: bytes
    status: int
    started_at: str
    peer: str | None = None
    protocol: str = "http/1.1"
    tls: str | None = None
    truncated: str | None = None
    unverified: str | None = None


class Reserved(Struct, frozen=True, omit_defaults=True):
    """What a site's tdmrep.json said of a page: the rule that fits it as it stands, and when it was asked for."""

    url: str
    at: str
    location: str
    reservation: str
    policy: str | None = None


class Robots(Struct, frozen=True, omit_defaults=True):
    """What a site's files said of a page that was fetched: robots.txt, and in `reserved` its tdmrep.json.

    `decision` is "allowed", "missing" (it answered with a 4xx, as `status` says), "redirects" (more than five, which
    RFC 9309 reads as missing) or "overridden": it forbids the page, or did not answer, and `why` is the reason that was
    configured for fetching it all the same. `at` is when it was asked for, so that its exchange can be found in the
    archive. `content_usage` and `content_signal` are the preferences in it that are the page's, as they stand there.
    """

    url: str
    decision: Literal["allowed", "missing", "redirects", "overridden"]
    at: str | None = None
    status: int | None = None
    content_usage: tuple[str, ...] = ()
    content_signal: tuple[str, ...] = ()
    why: str | None = None
    reserved: Reserved | None = None


class Capture(Struct, frozen=True):
    """What one link gave: every hop, and the last hop's decoded body.

    `body` has its content coding undone and is still bytes: its charset is the cleaner's business. For a file of a
    folder source `exchanges` is empty and `body` is the file. `headers` are the last hop's, names in lower case, and
    `robots` is what let it be asked.
    """

    link: Link
    final_url: str
    fetched_at: str
    exchanges: tuple[Exchange, ...]
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    mime: str | None = None
    robots: Robots | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, by its lower-case name."""
        return next((value for key, value in self.headers if key == name), None)


class Failure(Struct, frozen=True):
    """An expected error as a value: `reason` is a slug that tallies count, `exit_code` as in errors.py."""

    where: str
    reason: str
    message: str
    exit_code: int = 1


# ---- cleaning


class Block(Struct, frozen=True, gc=False):  # no cycle can hold it, and to look for one costs the walk a tenth
    """A run of text between two block-level boundaries, or one line of plain text.

    `at` counts from 1: for plain text it is the line's number. `link_chars` is how many of `text`'s characters stand in
    links; `gap` whether a blank line stands before a line of plain text; `level` is a heading's; `place` is the index
    of the block's element in Document.places, -1 for plain text.
    """

    at: int
    text: str
    form: Form = Form.PARAGRAPH
    tag: str = ""
    link_chars: int = 0
    gap: bool = False
    level: int = 0
    place: int = -1
    hidden: bool = False


class Place(Struct, frozen=True, gc=False):
    """An element that holds blocks: its tag, its names for itself (see blocks.tokens_of), its parent's index or -1."""

    tag: str
    tokens: tuple[str, ...]
    parent: int


class Head(Struct, frozen=True):
    """What a page says of itself outside its blocks.

    `meta` and `links` are (name, value) pairs in document order, names in lower case; `json_ld` are scripts as written;
    `times` are (datetime, class and itemprop, whether these say that it is the publication's).
    """

    title: str | None = None
    language: str | None = None
    meta: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    json_ld: tuple[str, ...] = ()
    times: tuple[tuple[str, str, bool], ...] = ()
    authors: tuple[str, ...] = ()


class Document(Struct, frozen=True):
    """A page or a text as blocks, before anyone judged it; `source` is the page's decoded HTML."""

    blocks: tuple[Block, ...]
    places: tuple[Place, ...] = ()
    head: Head | None = None
    url: str | None = None
    fetched_at: str | None = None
    source: str = ""


class Label(Struct, frozen=True, gc=False):
    """A judgement of one block: kept, or removed as `kind`; `rule` says by whom, `score` is P(article) from a model."""

    keep: bool
    rule: str
    kind: Kind | None = None
    score: float | None = None


class Line(Struct, frozen=True, array_like=True, gc=False):
    """A line in a host's memory: on how many distinct articles it stands, on how many of them the cleaner kept it.

    `kind` is the one under which it was removed on most of the others; None where it always stayed.
    """

    articles: int
    kept: int
    kind: Kind | None = None


class Memory(Struct, frozen=True, kw_only=True):
    """A frozen profile of what repeats over the articles of a host: the evidence that chrome memory gives the judge.

    `number` counts the profiles of a host from 1, `met` are the host's articles that were here when it was frozen,
    `articles` the distinct ones that it was learned from. `lines` are by the digests of their shapes (see
    clean/memory.py), so that no text of a page stands in it. `digest` is of all the rest.
    """

    host: str
    number: int
    met: int
    articles: int
    lines: dict[str, Line]
    digest: str

    @property
    def id(self) -> str:
        """What a record's profile says of it."""
        return f"memory-{self.number}-{self.digest}"


class Removal(Struct, frozen=True, omit_defaults=True, gc=False):
    """A block that is not in the text, and why."""

    at: int
    kind: Kind
    rule: str
    text: str
    score: float | None = None


class Trim(Struct, frozen=True):
    """A part of a kept block, or of the title (`at` 0 where the title is no block), that was taken out.

    `start` and `end` are character offsets into the block's text.
    """

    at: int
    start: int
    end: int
    kind: Kind
    rule: str
    text: str


class Segment(Struct, frozen=True):
    """A run of kept blocks in one language, by the first and last block's position."""

    language: str | None
    first: int
    last: int


class Dateline(Struct, frozen=True):
    """A dateline as printed; an incomplete date is --MM-DD."""

    place: str | None
    date: str | None
    agency: str | None


class Metadata(Struct, frozen=True, kw_only=True):
    """What is known of the article; an unknown value is None and never guessed. `origin` says where a field is from."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    visit_date: str | None = None
    language: str | None = None
    segments: tuple[Segment, ...] = ()
    site: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    licence: str | None = None
    agency: str | None = None
    dateline: Dateline | None = None
    desk: str | None = None
    credits: str | None = None
    paywalled: bool | None = None
    canonical_url: str | None = None
    origin: dict[str, str] = {}


class Kept(Struct, frozen=True, gc=False):
    """A block that is in the text: its form, and the rule that kept it."""

    at: int
    form: Form
    rule: str
    text: str
    score: float | None = None


class Article(Struct, frozen=True):
    """The result of cleaning: the text, what it was made from, and a reason for every block that is not in it.

    `text` is always filled with what was kept, whatever the verdict. `kept` are positions (line numbers for plain
    text). `blocks` holds every kept block with its reason, so kept and removed together are the whole document.
    """

    text: str
    kept: tuple[int, ...]
    removed: tuple[Removal, ...]
    trimmed: tuple[Trim, ...]
    metadata: Metadata
    verdict: Verdict
    blocks: tuple[Kept, ...] = ()
    cleaner: str = ""
    rules: str = ""
    profile: str = ""


# ---- the record


class WarcRef(Struct, frozen=True):
    """Where a WARC record lies: `file` by its final name, relative to the root; offsets in compressed bytes."""

    file: str
    offset: int
    length: int
    record_id: str


class Payload(Struct, frozen=True):
    """A response that lies whole in the WARC, which a later one with the same payload refers to instead of a copy.

    `uri` and `date` are its WARC-Target-URI and WARC-Date, `digest` its labelled payload digest, all as they stand
    there; `etag` and `last_modified` are its validators as the server gave them.
    """

    uri: str
    date: str
    status: int
    digest: str
    etag: str | None
    last_modified: str | None
    ref: WarcRef


class Rights(Struct, frozen=True, omit_defaults=True):
    """What the site said on reuse, as it was seen: never interpreted here."""

    robots_meta: tuple[str, ...] = ()
    x_robots_tag: tuple[str, ...] = ()
    tdm_reservation: str | None = None
    tdm_policy: str | None = None
    licence: str | None = None
    content_usage: str | None = None
    robots: Robots | None = None


class Record(Struct, frozen=True, kw_only=True):
    """One line of JSONL: an article, its metadata, and the proof of its origin. Field order is the line's order."""

    schema: int = SCHEMA
    id: str
    source: str
    url: str | None = None
    final_url: str | None = None
    canonical_url: str | None = None
    other_urls: tuple[str, ...] = ()
    fetched_at: str | None = None
    found_by: FoundBy | None = None
    version: int | None = None
    family: str | None = None
    verdict: Verdict
    title: str | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    visit_date: str | None = None
    language: str | None = None
    segments: tuple[Segment, ...] = ()
    site: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    licence: str | None = None
    agency: str | None = None
    dateline: Dateline | None = None
    desk: str | None = None
    credits: str | None = None
    paywalled: bool | None = None
    text: str
    text_sha256: str
    word_count: int
    kept: tuple[int, ...] | None = None
    removed: tuple[Removal, ...] | None = None
    removed_counts: dict[str, int] = {}
    trimmed: tuple[Trim, ...] | None = None
    origin: dict[str, str] = {}
    warc: WarcRef | None = None
    cleaner: str
    rules: str
    profile: str


class Outcome(StrEnum):
    """What looking again at an article gave. A closed set."""

    SAME = "same"
    SAME_TEXT = "same_text"
    NOISE = "noise"
    CHANGED = "changed"
    ELSEWHERE = "elsewhere"
    NO_ARTICLE = "no_article"
    REFUSED = "refused"
    VANISHED = "vanished"


class Look(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a look at an archived article gave, kept in a metadata record (see Note) so that its history stays.

    `outcome` is "same" for the same payload or a 304, "same_text" for the same clean text in other bytes, "noise" where
    only lines changed that the cleaner is unsure of (`noise` has them), "changed" for a new version, "elsewhere" for
    the text of another article, "no_article" with its `verdict`, "vanished" for 404 and 410, "refused" for what else a
    server denies. `record` is the record that was made of it, `judged` the id of the whole response in the WARC whose
    payload was compared. `to` is the address to which it moved for good, `back` says that it had vanished before.
    """

    at: str
    outcome: Outcome
    status: int
    version: int
    record: str | None = None
    judged: str | None = None
    verdict: Verdict | None = None
    to: str | None = None
    back: bool = False
    noise: tuple[str, ...] = ()

    @property
    def is_event(self) -> bool:
        """Whether it is worth telling: a new version, or the article moved, vanished or came back."""
        return self.back or self.to is not None or self.outcome in (Outcome.CHANGED, Outcome.VANISHED)


class Note(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a source learned and no record says, kept in a metadata record so that a lost index can be made again.

    With `seen` it met `key`, and that is the id of the record that came of it, or "" where none did; `url` then is an
    address of that article which is not in its record. Without, all that the answer of the address `key` named is
    archived, so that it may be asked whether it changed, by these validators.
    With `look` it looked again at the article known by `key`.
    With `memory` a profile of the host `key` was frozen at `at`; that is of all sources, and has an empty `source`.
    """

    source: str
    key: str
    seen: str | None = None
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    look: Look | None = None
    memory: Memory | None = None
    at: str | None = None


class Ledger(Struct, frozen=True, kw_only=True):
    """What the WARC's metadata record holds beside a conversion record: the reasons, and the rights signals seen.

    `key` is how its source knows the page again. `line` is its record without the text, so that the index's row, and
    for an article a lost line of JSONL, can be made again from the WARC alone.
    """

    record: str
    verdict: Verdict
    kept: tuple[int, ...]
    removed: tuple[Removal, ...]
    trimmed: tuple[Trim, ...]
    origin: dict[str, str]
    rights: Rights
    cleaner: str
    rules: str
    profile: str
    key: str | None = None
    line: Record | None = None
