"""What a page says of itself outside its blocks: meta elements, JSON-LD, link relations, times, named authors."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from scraper.types import Head

MAX_ITEMS = 500
"""Entries of each sort that are read; pages with more repeat themselves."""
MAX_JSON_LD = 2_000_000


class HeadReader:
    """Collects a page's Head while blocks.py walks the tree; each `see` is called in document order."""

    def __init__(self) -> None:
        self.title: str | None = None
        self.language: str | None = None
        self.meta: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []
        self.json_ld: list[str] = []
        self.times: list[tuple[str, str, bool]] = []
        self.authors: list[str] = []

    def see(self, node: LexborNode, tag: str) -> None:
        """Read an element of the head: html, meta, link, title, or a script of JSON-LD."""
        if tag == "meta":
            self._see_meta(node)
        elif tag == "link":
            self._add_link(node.attributes)
        elif tag == "script":
            self._see_script(node)
        elif tag == "title":
            if self.title is None:
                self.title = " ".join(node.text().split()) or None
        elif tag == "html":
            attributes = node.attributes
            self.language = attributes.get("lang") or attributes.get("xml:lang")

    def see_link(self, node: LexborNode) -> None:
        """Read an anchor's relation: rel=author names a person, rel=license a licence."""
        attributes = node.attributes
        relation = (attributes.get("rel") or "").lower()
        if "license" in relation or "licence" in relation:
            self._add_link(attributes)
        if "author" in relation.split() and len(self.authors) < MAX_ITEMS:
            self.authors.append(" ".join(node.text().split()))

    def see_time(self, node: LexborNode) -> None:
        """Read a <time>: its datetime, its text, and whether it says that it is the publication's."""
        attributes = node.attributes
        value = attributes.get("datetime")
        if value and len(self.times) < MAX_ITEMS:
            named = (
                attributes.get("itemprop"),
                attributes.get("class"),
                "pubdate" if "pubdate" in attributes else None,
            )
            says = " ".join(filter(None, named))
            self.times.append((value.strip()[:100], says.lower()[:200], "pub" in says.lower()))

    def finish(self) -> Head:
        """The Head of what was seen."""
        return Head(
            title=self.title,
            language=self.language,
            meta=tuple(self.meta),
            links=tuple(self.links),
            json_ld=tuple(self.json_ld),
            times=tuple(self.times),
            authors=tuple(self.authors),
        )

    def _see_meta(self, node: LexborNode) -> None:
        attributes = node.attributes
        content = attributes.get("content")
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        if content and name and len(self.meta) < MAX_ITEMS:
            self.meta.append((name.strip().lower()[:100], " ".join(content.split())[:5000]))

    def _see_script(self, node: LexborNode) -> None:
        kind = node.attributes.get("type")
        if kind and "ld+json" in kind.lower() and len(self.json_ld) < MAX_ITEMS:
            text = node.text()
            if len(text) <= MAX_JSON_LD:
                self.json_ld.append(text)

    def _add_link(self, attributes: dict[str, str | None]) -> None:
        relation, target = attributes.get("rel"), attributes.get("href")
        if relation and target and len(self.links) < MAX_ITEMS:
            self.links.append((relation.lower()[:100], target.strip()[:2000]))
