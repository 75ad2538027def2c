"""What a caller may choose about the text; the choices are the record's profile."""

from __future__ import annotations

from msgspec import Struct, structs

from scraper.types import Label, Memory


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
    `captions` keeps captions; `sites` are rules for single sites, whose digest stands in the record's `rules`;
    `memory` is what repeats over the articles of the page's host."""

    with_title: bool = False
    strip_inline: bool = False
    captions: bool = False
    sites: SiteRules | None = None
    memory: Memory | None = None

    @property
    def profile(self) -> str:
        """The options' name in a record: `default`, or the names of those that are set, joined by `+`.

        Where a host's memory is in use its id comes last: `default+memory-3-0123456789abcdef`.
        """
        names = [name for name in self.__struct_fields__ if name != "memory" and getattr(self, name)]
        return remembered("+".join(names) or "default", self.memory)

    def remembering(self, memory: Memory | None) -> Options:
        """The same with what is remembered of a page's host; None leaves them as they are."""
        return self if memory is None else structs.replace(self, memory=memory)


def remembered(profile: str, memory: Memory | None) -> str:
    """A profile's name where a host's memory is in use too."""
    return profile if memory is None else f"{profile}+{memory.id}"


def remembering(profile: str) -> str | None:
    """The id of the memory in a profile's name."""
    _, mark, rest = profile.rpartition("+memory-")
    return f"memory-{rest}" if mark else None
