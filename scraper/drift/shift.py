"""Whether a sequence has shifted for good: where the change began, and what it was before and is now. Pure.

A shift is told where three things hold. Chance would bring it about less than once in 10^8 (Fisher's exact test for
shares, Mann and Whitney's for values: the order of values counts, not their size, so a few odd ones do no harm), and
that is weakened by as much as neighbours resemble each other, for news comes in runs: a morning of agency briefs, a
weekend of sport. It is large enough for a person to care about. And nothing like it has been there before: of all
earlier stretches of its length none was so far off.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, lgamma, log

import numpy as np
import numpy.typing as npt
from msgspec import Struct

LEAST, BASE = 10, 30
"""Items of the new state, and of the old one, without which nothing is told."""
LASTING, KNOWN = 1.0, 14.0
"""Days that the new state must last, and that the old one must be known: two weekends."""
UNLIKELY = 20.0
"""That chance brings it about once in e^20 = 5 * 10^8 times: sources are looked at all day, and shifts may begin
anywhere."""
DROP = 0.4
"""By how much a share must fall."""
WINDOWS = 100
"""Earlier stretches whose medians are looked at."""

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


class Shift(Struct, frozen=True):
    """From item `start` on it is `now` (a share or a median) what was `before`."""

    start: int
    before: float
    now: float


def fallen(flags: Flags, days: Values) -> Shift | None:
    """Where the share of what is true has fallen and has not risen again; items in order of time, in days."""
    total = len(flags)
    if total < BASE + LEAST:
        return None
    starts, true = _starts(total), np.cumsum(flags, dtype=np.int64)
    old, new = true[starts - 1], true[-1] - true[starts - 1]
    before, now = old / starts, new / (total - starts)
    gain = _likelihood(old, starts) + _likelihood(new, total - starts)  # of two shares instead of one
    gain[before - now < DROP] = -inf
    best = int(np.argmax(gain))
    start = int(starts[best])
    found = Shift(start, float(before[best]), float(now[best]))
    if gain[best] == -inf or not _lasts(days, start) or found.before - float(flags[-LEAST:].mean()) < DROP:
        return None
    surprise = _surprise(int(new[best]), total - start, int(true[-1]), total)
    if surprise < UNLIKELY * _inflation(flags[:start].astype(np.float64), total - start):
        return None
    return found if found.now < _least_share(flags[:start], total - start) else None


def moved(values: Values, days: Values, is_clear: Callable[[float, float], bool]) -> Shift | None:
    """Where the median has moved and has not come back; `is_clear` says of an old and a new one whether that is much.

    Items in order of time, in days.
    """
    total = len(values)
    if total < BASE + LEAST:
        return None
    starts, ranks = _starts(total), _ranks(values)
    sums = ranks.sum() - np.cumsum(ranks)[starts - 1]
    deviations = np.abs(sums - (total - starts) * (total + 1) / 2) / _spread(values, starts)
    best = int(np.argmax(deviations))
    start = int(starts[best])
    found = Shift(start, float(np.median(values[:start])), float(np.median(values[start:])))
    last = float(np.median(values[-LEAST:]))
    if not (_lasts(days, start) and is_clear(found.before, found.now) and is_clear(found.before, last)):
        return None
    if deviations[best] ** 2 / 2 < UNLIKELY * _inflation(_ranks(values[:start]), total - start):
        return None
    low, high = _medians(values[:start], total - start)
    return None if low <= found.now <= high else found


def _starts(total: int) -> Counts:
    """Where a new state may begin: one that is too short to be told is found too, and not mixed with what was before;
    one that has been there for longer than the old one is no news."""
    return np.arange(max(BASE, (total + 1) // 2), total, dtype=np.int64)


def _lasts(days: Values, start: int) -> bool:
    """Whether a new state has lasted, and the old one was known, for long enough."""
    return bool(len(days) - start >= LEAST and days[-1] - days[start] >= LASTING and days[start] - days[0] >= KNOWN)


def _inflation(values: Values, length: int) -> float:
    """How many times as much the means of stretches of this length scatter as they would if neighbours were strangers;
    1 at least."""
    spread = float(values.var())
    if spread <= 0:
        return 1.0
    sums = np.cumsum(np.concatenate([[0.0], values]))
    width = max(min(length, len(values) // 4), 1)
    return max(1.0, float(((sums[width:] - sums[:-width]) / width).var()) * width / spread)


def _likelihood(true: Counts, of: Counts) -> Values:
    """The logarithm of how likely so many of so many are, if that is their share."""
    share = np.clip(true / of, 1e-12, 1 - 1e-12)
    return np.asarray(true * np.log(share) + (of - true) * np.log(1 - share), np.float64)


def _surprise(new: int, drawn: int, true: int, total: int) -> float:
    """Minus the logarithm of how likely at most `new` true ones are among `drawn` of `total` that hold `true`."""
    fewest = max(0, drawn + true - total)
    ways = [_choose(true, k) + _choose(total - true, drawn - k) for k in range(fewest, new + 1)]
    most = max(ways)
    return _choose(total, drawn) - most - log(sum(np.exp(np.array(ways) - most)))


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _least_share(flags: Flags, length: int) -> float:
    """The least share in stretches of this length."""
    width = min(length, len(flags) // 2)
    sums = np.cumsum(np.concatenate([[0], flags]))
    return float((sums[width:] - sums[:-width]).min() / width)


def _ranks(values: Values) -> Values:
    """The place of each value among all; equal ones share theirs."""
    _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[at], np.float64)


def _spread(values: Values, starts: Counts) -> Values:
    """The standard deviation of the sum of the ranks from each start on, where equal values share theirs."""
    total = len(values)
    counts = np.unique(values, return_counts=True)[1]
    ties = (counts**3 - counts).sum() / (total * (total - 1))
    return np.asarray(np.sqrt(np.maximum((total - starts) * starts / 12 * (total + 1 - ties), 1e-9)), np.float64)


def _medians(values: Values, length: int) -> tuple[float, float]:
    """The least and the greatest median of stretches of this length."""
    width = min(length, len(values) // 2)
    step = max(1, (len(values) - width) // WINDOWS)
    found = np.median(np.lib.stride_tricks.sliding_window_view(values, width)[::step], axis=1)
    return float(found.min()), float(found.max())
