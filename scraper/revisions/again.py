"""What another cleaning of the same page would change for its reader: text that is lost, text that is gained."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from scraper.revisions.diff import Version, diff
from scraper.revisions.sentences import sentences

LONGEST = 500
"""Characters of a sentence that a report shows."""


class Effect(StrEnum):
    """What becomes of an article, by the worst of it: a sentence that goes outweighs any that come."""

    UNCHANGED = "unchanged"
    GAINED = "gained"
    CHANGED = "changed"
    LOST = "lost"


class Difference(Struct, frozen=True, kw_only=True):
    """Two cleanings of a page, by their sentences; `changed` are pairs. `was` and `now` say whether it is an article.

    Sentences that only changed their place are not counted.
    """

    effect: Effect
    was: bool = True
    now: bool = True
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()


def difference(before: Version | None, after: Version | None) -> Difference:
    """Compare; None is a page that is no article."""
    if before is None or after is None:
        lost, gained = _all(before), _all(after)
        effect = Effect.LOST if lost else Effect.GAINED if gained else Effect.UNCHANGED
        return Difference(effect=effect, was=before is not None, now=after is not None, lost=lost, gained=gained)
    if (before.title, before.text) == (after.title, after.text):
        return Difference(effect=Effect.UNCHANGED)
    changes = diff(before, after).changes
    lost = tuple(_cut(one.before) for one in changes if one.after is None and one.before)
    gained = tuple(_cut(one.after) for one in changes if one.before is None and one.after)
    pairs = ((one.before, one.after) for one in changes if one.before and one.after and one.before != one.after)
    changed = tuple((_cut(old), _cut(new)) for old, new in pairs)
    effect = Effect.LOST if lost else Effect.GAINED if gained else Effect.CHANGED if changed else Effect.UNCHANGED
    return Difference(effect=effect, lost=lost, gained=gained, changed=changed)


def _all(version: Version | None) -> tuple[str, ...]:
    return () if version is None else tuple(map(_cut, sentences(version.text)))


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST - 1]}…"
