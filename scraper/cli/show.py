"""What a person reads: why each block was kept or removed, what would change, how far the work is."""

from __future__ import annotations

import shutil
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from scraper.cli.streams import one_line, visible
from scraper.types import Article, Kept, Removal, Trim

if TYPE_CHECKING:
    from scraper.clean.pulls import Pulls

NO_PULLS: Mapping[int, Pulls] = MappingProxyType({})
ROUNDED = 0.01
"""What rounding makes of a score, taken apart and put together."""
_RESET = "\x1b[0m"
_COLOURS = {"-": "\x1b[31m", "+": "\x1b[32m", "~": "\x1b[33m", "@": "\x1b[36m"}
CONTEXT = 3
"""Unchanged lines around a change, as diff -u has them."""
BAR = 24
"""Characters of the progress bar."""


def header(name: str, first: bool) -> str:
    """The line that head(1) writes above each of several files."""
    return f"{'' if first else chr(10)}==> {one_line(name)} <==\n"


def explain(article: Article, colour: bool, pulls: Mapping[int, Pulls] = NO_PULLS) -> str:
    """Every block with its place, `+` kept or `-` removed, its form or kind, the rule, the score, and its text.

    With `pulls` (see scraper.clean.pulls) a heading, and beside the score the log-odds that made it. Below a kept
    block stand the parts that were trimmed from it, marked `~`. On a terminal a line is cut at its width.
    """
    width = shutil.get_terminal_size().columns if colour else 0
    entries: list[Kept | Removal | Trim] = [*article.blocks, *article.removed, *article.trimmed]
    # Trims come behind the block that they were taken from: sorted() is stable and keeps the order above.
    lines = [_entry(entry, width, pulls) for entry in sorted(entries, key=lambda entry: entry.at)]
    if pulls:
        lines.insert(0, _heading(next(iter(pulls.values())).base))
    kinds = Counter(removal.kind.value for removal in article.removed)
    tally = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0])))
    trims = f"; trimmed {len(article.trimmed)}" if article.trimmed else ""
    lines.append(
        f"{article.verdict}: kept {len(article.kept)}; removed {len(article.removed)}{tally and f' ({tally})'}{trims}"
    )
    return _coloured(lines, colour, mark_at=7)


def _heading(base: float) -> str:
    return f"{'':8} {'what':15} {'rule':28} {'P':4}  text  near place rules  log-odds on top of {base:.1f}"


def _entry(entry: Kept | Removal | Trim, width: int, pulls: Mapping[int, Pulls]) -> str:
    match entry:
        case Kept():
            mark, what = "+", entry.form.value
        case Removal():
            mark, what = "-", entry.kind.value
        case Trim():
            mark, what = "~", entry.kind.value
    score = None if isinstance(entry, Trim) else entry.score
    shown = f"{score:.2f}" if score is not None else ""
    line = f"{entry.at:6} {mark} {what:15} {entry.rule:28} {shown:4}{_pulled(entry.at, score, pulls)}"
    line = f"{line}  {one_line(entry.text)}"
    return line if not width or len(line) <= width else line[: width - 1] + "…"


def _pulled(at: int, score: float | None, pulls: Mapping[int, Pulls]) -> str:
    """The pulls behind a score; none where a later round judged again, among fewer lines."""
    if not pulls:
        return ""
    pull = pulls.get(at)
    if pull is None or score is None or abs(pull.score - score) > ROUNDED:
        return " " * 24
    # Adding zero turns what rounds to -0.0 into +0.0.
    return "".join(f" {round(part, 1) + 0.0:+5.1f}" for part in (pull.text, pull.near, pull.place, pull.rules))


def diff(name: str, before: Sequence[str], after: Sequence[str], colour: bool) -> str:
    """A unified diff of two texts; empty if they are equal.

    In time that grows with their length, which no general diff promises for hostile input: a line of `after` is matched
    with the next equal one of `before`. That is right here, as cleaning only takes away and never moves a line.
    """
    named = one_line(name)
    lines = [visible(line) for line in _hunks(list(_steps(before, after)))]
    return _coloured([f"--- {named}", f"+++ {named} (clean)", *lines], colour, mark_at=0) if lines else ""


def _steps(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line with its mark: ` ` in both, `-` taken away, `+` put there."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(before):
        places[line].append(index)
    done = 0
    pending: list[str] = []
    for line in after:
        found = places.get(line, [])
        place = bisect_left(found, done)
        # A blank line is matched only where it is next: matched further on it would skip the lines before it.
        if place == len(found) or (not line and found[place] != done):
            pending.append(line)
            continue
        yield from (("-", old) for old in before[done : found[place]])
        yield from (("+", new) for new in pending)
        yield " ", line
        done, pending = found[place] + 1, []
    yield from (("-", old) for old in before[done:])
    yield from (("+", new) for new in pending)


def _hunks(steps: list[tuple[str, str]]) -> Iterator[str]:
    changed = [index for index, (mark, _) in enumerate(steps) if mark != " "]
    old = new = 1
    done = start = 0
    while start < len(changed):
        end = start
        while end + 1 < len(changed) and changed[end + 1] - changed[end] <= 2 * CONTEXT + 1:
            end += 1
        first, last = max(changed[start] - CONTEXT, 0), min(changed[end] + CONTEXT + 1, len(steps))
        skipped = first - done
        old, new = old + skipped, new + skipped
        marks = Counter(mark for mark, _ in steps[first:last])
        olds, news = marks[" "] + marks["-"], marks[" "] + marks["+"]
        # A side without lines is named by the line before it (POSIX diff, "unified format").
        yield f"@@ -{old - (not olds)},{olds} +{new - (not news)},{news} @@"
        yield from (mark + line for mark, line in steps[first:last])
        old, new, done, start = old + olds, new + news, last, end + 1


def _coloured(lines: Iterable[str], colour: bool, mark_at: int) -> str:
    if colour:
        lines = [
            _COLOURS[line[mark_at]] + line + _RESET if line[mark_at : mark_at + 1] in _COLOURS else line
            for line in lines
        ]
    return "".join(f"{line}\n" for line in lines)


def bar(done: int, total: int) -> str:
    """A progress bar in one line."""
    filled = BAR * done // max(total, 1)
    return f"[{'#' * filled}{'.' * (BAR - filled)}] {done}/{total}"
