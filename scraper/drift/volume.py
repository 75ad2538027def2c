"""Whether a source has fallen silent, or tells far more than it used to: articles a day, by its weekdays. Pure.

A day is 24 hours counted back from now, so that none is half over. What is usual for a stretch of days is the median of
the stretches that lay on the same weekdays before, which holidays and one flood of news do not move.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log
from statistics import median

from msgspec import Struct

DAYS = 56
"""Days that are looked at."""
SPANS = (1, 2, 3, 7, 14, 28)
"""Days of a stretch, the shortest first: a paper with forty articles a day is missed after one, one with an article
a day after two weeks."""
WEEKS = 3
"""Weeks before a stretch without which nothing is usual."""
QUIET, SURE = 0.2, 14.0
"""To which part of the usual the number must fall, and how unlikely that must be: once in e^14, by Poisson."""
LOUD, MANY = 4.0, 30
"""To which multiple it must rise, and by how many articles at least."""


class Volume(Struct, frozen=True):
    """In the last `days` days so many articles came, where so many are usual."""

    days: int
    articles: int
    usual: float


def volume(counts: Sequence[int], known: int) -> Volume | None:
    """What is unusual of a source's articles: `counts[0]` are those of the last 24 hours, `counts[1]` those of the 24
    before; the source has been `known` for so many days."""
    counts = counts[: min(known, DAYS)]
    for days in SPANS:
        if len(counts) < days + 7 * max(WEEKS, ceil(days / 7)):
            return None
        sums = [sum(counts[at : at + days]) for at in range(len(counts) - days + 1)]
        came, past = sums[0], sums[days:]  # those that share no day with the last one
        usual = median(sums[7 * ceil(days / 7) :: 7])
        if _is_quiet(came, usual) and came < min(past) / 2:
            return Volume(days, came, usual)
        if came >= LOUD * usual and came - usual >= MANY and came > 2 * max(past):
            return Volume(days, came, usual)
    return None


def _is_quiet(came: int, usual: float) -> bool:
    if came > QUIET * usual:
        return False
    surprise = usual - came + (came * log(came / usual) if came else 0.0)
    return surprise >= SURE
