"""What a caller may choose about the text; the choices are the record's profile."""

from __future__ import annotations

from msgspec import Struct

from scraper.types import Label


class Fact(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A site rule for metadata: what the matched elements say, in their text or an attribute, is the field.

    `sample` is a piece of HTML in which it finds `gives`.
    """

    field: str
    selector: str
    sample: str
    gives: str | tuple[str, ...]
    attribute: str | None = None


class SiteRule(Struct, frozen=True):
    """A site rule that keeps or removes what it hits, by its selector or its folded phrase; `whole`: however much."""

    label: Label
    selector: str = ""
    phrase: str = ""
    whole: bool = False


class Site(Struct, frozen=True):
    """The rules of one host and its subdomains; the host "*" is every page and every plain text."""

    host: str
    rules: tuple[SiteRule, ...]
    facts: tuple[Fact, ...]


class SiteRules(Struct, frozen=True):
    """The sites of one file, the most general first (see siterules.py); `digest` names the file's exact bytes."""

    digest: str
    sites: tuple[Site, ...]


class Options(Struct, frozen=True):
    """`with_title` leaves the headline in the text, `strip_inline` takes datelines and credits out of their sentences,
    `captions` keeps captions; `sites` are rules for single sites, whose digest stands in the record's `rules`."""

    with_title: bool = False
    strip_inline: bool = False
    captions: bool = False
    sites: SiteRules | None = None

    @property
    def profile(self) -> str:
        """The options' name in a record: `default`, or the names of those that are set, joined by `+`."""
        return "+".join(name for name in self.__struct_fields__ if getattr(self, name)) or "default"
