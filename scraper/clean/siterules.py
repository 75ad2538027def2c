"""Site rules: what a user knows of a site, written as TOML; each rule has a sample that proves it.

config/sites.example.toml shows the form. A selector (CSS) hits the blocks whose whole text stands in elements that it
matches: in that element, in blocks that it holds, or in inline elements that are all of a block. A phrase hits whole
lines in the form in which phrases are compared (fold.py). A later vote replaces an earlier one: the host "*" comes
first, the most exact host last, and in one site what is to be kept after what is to be dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Struct
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from scraper.clean import agencies
from scraper.clean.blocks import INVISIBLE, SKIPPED, parsed, read_html
from scraper.clean.fold import fold
from scraper.clean.options import Fact, Site, SiteRule, SiteRules
from scraper.clean.people import House, people
from scraper.clean.view import View, Vote, keep, remove
from scraper.clean.when import to_iso
from scraper.errors import ConfigError
from scraper.expressions import expression
from scraper.types import Document, Head, Kind

MAX_BYTES = 2**20
MAX_ELEMENTS, MAX_VALUE = 100, 1000
"""Elements that one metadata rule reads, and characters of one value: a longer one is no name and no title."""
ANY, PREFIX, ORIGIN = "*", "site.", "site rule"
"""The host of every document; what the id of a rule that votes begins with (site.HOST.drop.1); a fact's origin."""

PEOPLE, DATES, ADDRESSES = ("authors", "editors"), ("published", "modified"), ("image", "canonical_url")
TEXTS = ("title", "site", "section", "licence", "agency", "desk", "credits")
FIELDS = (*PEOPLE, *DATES, *ADDRESSES, *TEXTS, "tags")
HOST = expression(r"[\w-]+(?:\.[\w-]+)*")

Table = TypeVar("Table", bound=Struct)


class _Keep(Struct, frozen=True, kw_only=True):
    selector: str | None = None
    phrase: str | None = None
    sample: str


class _Drop(_Keep, frozen=True, kw_only=True):
    kind: Kind
    whole: bool = False


class _Site(Struct, frozen=True, kw_only=True):
    host: str
    enabled: bool = True
    drop: list[Any] = []
    keep: list[Any] = []
    metadata: list[Any] = []


class _File(Struct, frozen=True):
    site: list[Any] = []


def parse(data: bytes, name: str) -> SiteRules:
    """Read, check and prove a file of site rules; a ConfigError names the file, the site, the rule and the way out."""

    import hashlib  # noqa: PLC0415 - 4 ms of each start, and few have a file of rules

    if len(data) > MAX_BYTES:
        raise ConfigError(f"{name}: larger than {MAX_BYTES:,} bytes; these are no site rules", reason="rules")
    try:
        written = _convert(msgspec.toml.decode(data.decode("utf-8-sig")), _File, name)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{name}: no TOML in UTF-8: {error}", reason="rules") from error
    sites: dict[str, Site] = {}
    for number, raw in enumerate(written.site, 1):
        table = _convert(raw, _Site, f"{name}: site {number}")
        where = f"{name}: site `{table.host[:60]}`"
        host = ANY if table.host == ANY else _host_of(f"//{table.host}") if HOST.fullmatch(table.host) else ""
        if not host or host in sites:
            problem = "stands there twice; put its rules into one" if host else "no host; write `news.example`, or `*`"
            raise ConfigError(f"{where}: {problem}", reason="rules")
        site = Site(host, tuple(_rules(table, host, where)), tuple(_facts(table, where)))
        sites[host] = site if table.enabled else Site(host, (), ())
    exact = sorted(sites.values(), key=lambda site: (site.host != ANY, site.host.count("."), site.host))
    return SiteRules(hashlib.sha256(data).hexdigest()[:16], tuple(exact))


def _convert(raw: Any, table: type[Table], where: str) -> Table:
    known = {"kind": [kind.value for kind in Kind], "field": FIELDS}
    for key, value in raw.items() if isinstance(raw, dict) else ():
        if key not in table.__struct_fields__:
            raise ConfigError(f"{where}: there is no `{key[:60]}`{_near(key, table.__struct_fields__)}", reason="rules")
        if isinstance(value, str) and value not in known.get(key, [value]):
            raise ConfigError(f"{where}: there is no {key} `{value[:60]}`{_near(value, known[key])}", reason="rules")
    try:
        made = msgspec.convert(raw, table)
        selector: str | None = getattr(made, "selector", None)
        if selector is not None:
            LexborHTMLParser("").css(selector)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {str(error).replace(' - at `$.', ' at `')}", reason="rules") from error
    except SelectolaxError as error:
        raise ConfigError(f"{where}: `{raw['selector'][:60]}` is no CSS selector", reason="rules") from error
    return made


def _near(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - 1 ms of each start, for a mistake only

    near = get_close_matches(name[:60], known, n=1, cutoff=0.5)
    return f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(f'`{one}`' for one in known)}"


def _rules(table: _Site, host: str, where: str) -> Iterator[SiteRule]:
    for number, raw in enumerate(table.drop, 1):
        drop = _convert(raw, _Drop, f"{where}, drop rule {number}")
        label = remove(drop.kind, f"{PREFIX}{host}.drop.{number}")
        yield _proven(drop, SiteRule(label, whole=drop.whole), f"{where}, drop rule {number}")
    for number, raw in enumerate(table.keep, 1):
        kept = _convert(raw, _Keep, f"{where}, keep rule {number}")
        yield _proven(kept, SiteRule(keep(f"{PREFIX}{host}.keep.{number}")), f"{where}, keep rule {number}")


def _proven(written: _Keep, rule: SiteRule, where: str) -> SiteRule:
    """The rule with what it looks for, which must hit its sample."""
    if (written.selector is None) == (written.phrase is None):
        raise ConfigError(f"{where}: needs either `selector` or `phrase`", reason="rules")
    if written.selector is not None:
        if not any(_held(read_html(written.sample), [written.selector])):
            problem = f"`{written.selector[:60]}` holds no block of text in its sample"
            raise ConfigError(f"{where}: {problem}; mend one of them (the sample is HTML)", reason="rules")
        return msgspec.structs.replace(rule, selector=written.selector)
    phrase = fold((written.phrase or "").replace("{n}", "0"))
    if not phrase or rule.whole:
        problem = "`whole` is for selectors" if rule.whole else "the phrase has no letter or digit"
        raise ConfigError(f"{where}: {problem}", reason="rules")
    if fold(written.sample) != phrase:
        problem = f"`{written.sample[:60]}` is not the phrase, which is compared with whole lines"
        raise ConfigError(f"{where}: its sample {problem}; mend one of them", reason="rules")
    return msgspec.structs.replace(rule, phrase=phrase)


def _facts(table: _Site, where: str) -> Iterator[Fact]:
    base = f"https://{'example.org' if table.host == ANY else table.host}/"
    for number, raw in enumerate(table.metadata, 1):
        here = f"{where}, metadata rule {number}"
        fact = _convert(raw, Fact, here)
        page = read_html(fact.sample, url=base)
        value = _value(fact, parsed(page.source), page, House()) or ()
        if not value or value not in (fact.gives, (fact.gives,)):
            found = f"`{value if isinstance(value, str) else ', '.join(value)}`" if value else "nothing"
            problem = f"its sample gives {found} as {fact.field}, not what `gives` says"
            raise ConfigError(f"{here}: {problem}; mend one of them", reason="rules")
        yield fact


def by_site(view: View) -> Iterator[Vote]:
    """The votes of the document's site; a drop rule that would take most of the page is passed over (law 4)."""
    rules = [rule for site in _sites_of(view.document, view.options.sites) for rule in site.rules]
    selectors = [rule.selector for rule in rules]
    held = _held(view.document, selectors) if view.is_page and any(selectors) else []
    lines: dict[str, list[int]] = {}
    for index, block in enumerate(view.blocks if any(rule.phrase for rule in rules) else ()):
        lines.setdefault(fold(block.text), []).append(index)
    for bit, rule in enumerate(rules):
        hits = lines.get(rule.phrase, []) if rule.phrase else [at for at, bits in enumerate(held) if bits >> bit & 1]
        if rule.phrase or rule.label.keep or rule.whole or not _is_most(view, hits):
            yield from ((index, rule.label) for index in hits)


def read_facts(view: View, house: House) -> dict[str, Any]:
    """The metadata that the rules of the page's site find in it; of two rules for a field the more exact host's."""
    sites = _sites_of(view.document, view.options.sites) if view.is_page else []
    found: dict[str, Any] = {}
    if wanted := [fact for site in reversed(sites) for fact in site.facts]:
        tree = parsed(view.document.source)
        for fact in wanted:
            if fact.field not in found and (value := _value(fact, tree, view.document, house)):
                found[fact.field] = value
    return found


def _sites_of(document: Document, rules: SiteRules | None) -> list[Site]:
    """The sites that a document belongs to. A page without an address has the one that it declares."""
    if rules is None:
        return []
    head = document.head or Head()
    declared = [target for relation, target in head.links if "canonical" in relation.split()]
    declared += [text for name, text in head.meta if name == "og:url"]
    host = next(filter(None, map(_host_of, [document.url or "", *declared])), "")
    return [site for site in rules.sites if site.host == ANY or f".{host}".endswith(f".{site.host}")]


def _host_of(url: str) -> str:
    """An address's host as it is compared: in lower case and IDNA's ASCII form; empty if it has none."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
        return host if host.isascii() else host.encode("idna").decode()
    except ValueError:
        return ""


def _is_most(view: View, hits: Iterable[int]) -> bool:
    """Whether blocks hold over half of the page's prose, or of its words if it has no prose."""
    words = [form.words for form in view.shapes]
    if any(view.prose):
        words = [count if prose else 0 for count, prose in zip(words, view.prose, strict=True)]
    return 2 * sum(words[index] for index in hits) > sum(words)


def _held(document: Document, selectors: Sequence[str]) -> list[int]:
    """For each block as bits which selectors match elements that hold its whole text; an empty selector matches none.

    Each text belongs to one block, and the blocks' texts are all texts in their order: to read both side by side gives
    each text its block, whatever parted the blocks.
    """
    tree = parsed(document.source)
    matched: dict[int, int] = {}
    for bit, selector in enumerate(selectors):
        for node in tree.css(selector) if selector else ():
            matched[node.mem_id] = matched.get(node.mem_id, 0) | 1 << bit
    held = [0] * len(document.blocks)
    if not matched or tree.root is None:
        return held
    at, rest, is_begun = -1, "", False
    for text, bits in _texts(tree.root, matched):
        if not (word := _squeezed(text)):
            continue
        while (behind := _behind(word, rest)) is None:
            assert not rest.strip("|"), "a text that is in no block"  # noqa: S101 - a bug here must be loud
            at, rest, is_begun = at + 1, _squeezed(document.blocks[at + 1].text), False
        held[at] = held[at] & bits if is_begun else bits
        rest, is_begun = behind, True
    return held


def _behind(word: str, rest: str) -> str | None:
    """What is left of a block's text behind a text in it; None if it is not. Bars may part cells of a table."""
    bars = len(rest) - len(rest.lstrip("|"))
    return next((rest[bar + len(word) :] for bar in range(bars + 1) if rest.startswith(word, bar)), None)


def _squeezed(text: str) -> str:
    """A text without what blocks.py changes in it: white space and invisible characters."""
    if not text.isascii():
        text = "".join(char for char in text if char not in INVISIBLE)
    return "".join(text.split())


def _texts(top: LexborNode, matched: dict[int, int]) -> Iterator[tuple[str, int]]:
    """The texts below an element that blocks.py reads, each with the bits of the matched elements around it."""
    above = [(top.iter(True), matched.get(top.mem_id, 0))]
    while above:
        nodes, bits = above[-1]
        node = next(nodes, None)
        if node is None:
            above.pop()
        elif node.tag == "-text":
            yield node.text_content or "", bits
        elif node.tag not in SKIPPED:
            above.append((node.iter(True), bits | matched.get(node.mem_id, 0)))


def _value(fact: Fact, tree: LexborHTMLParser, document: Document, house: House) -> Any:
    """What a metadata rule finds in a page; None or empty if nothing."""
    said = (_said(node, fact.attribute) for node in islice(tree.css(fact.selector), MAX_ELEMENTS))
    texts = [text for text in said if 0 < len(text) <= MAX_VALUE]
    if fact.field in PEOPLE:
        return people(texts, house)
    if fact.field in DATES:
        return next(filter(None, (to_iso(text, document.fetched_at) for text in texts)), None)
    if fact.field in ADDRESSES:
        return next(filter(None, (_address(document.url, text) for text in texts)), None)
    if fact.field == "tags":
        return tuple(dict.fromkeys(texts))
    first = next(iter(texts), "")
    return agencies.canonical(first) or first if fact.field == "agency" else first


def _said(node: LexborNode, attribute: str | None) -> str:
    text = " ".join(text for text, _ in _texts(node, {})) if attribute is None else node.attributes.get(attribute)
    return " ".join((text or "").split())


def _address(base: str | None, text: str) -> str | None:
    try:
        joined = urljoin(base or "", text)
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None
