"""What repeats over the articles of a host, counted and frozen as a profile for the cleaner; pure.

The cleaner's part is clean/memory.py, which says what a line is known by and when it goes. What is learned depends on
the set of articles alone, not on their order, nor on what memory itself took from them before: a line that only memory
removed counts as kept, so that no profile confirms another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from scraper.clean.memory import LEAST, RULE, keys, kind_of, signed
from scraper.memory.stories import stories_of
from scraper.types import Kind, Line, Memory, Removal

MOST_LINES = 1_000
"""Lines of a profile, those on the most articles first: about 30 kB, and a page has 100 to 300 blocks."""
MOST_OF_PAGE = 1_000
"""Lines kept of one page that are counted, and removed ones; a page may have 200,000 blocks."""

Stories = Callable[[Sequence[str]], Sequence[int]]
"""Tells texts of one story by equal numbers."""


class Page(Struct, frozen=True):
    """A cleaned article: its text, line by line what was kept of its page, and what was removed."""

    text: str
    removed: tuple[Removal, ...]


class Lesson(Struct, frozen=True):
    """What was learned: the number of distinct articles, and the lines that stand on several."""

    articles: int
    lines: dict[str, Line]

    def frozen(self, host: str, number: int, met: int) -> Memory:
        """The profile that it makes, the host's `number`-th, when so many of its articles had been met."""
        lines = dict(sorted(self.lines.items()))
        return signed(Memory(host=host, number=number, met=met, articles=self.articles, lines=lines, digest=""))


def learn(pages: Sequence[Page], stories: Stories = stories_of) -> Lesson:
    """Count on how many distinct articles each line stands; pages of one story are one article."""
    groups: defaultdict[int, list[Page]] = defaultdict(list)
    for story, page in zip(stories([page.text for page in pages]), pages, strict=True):
        groups[story].append(page)
    articles: defaultdict[str, int] = defaultdict(int)
    kept: defaultdict[str, int] = defaultdict(int)
    kinds: defaultdict[str, list[Kind]] = defaultdict(list)
    for group in groups.values():
        stays, goes = _lines(group)
        for key in stays | goes.keys():
            articles[key] += 1
            kept[key] += key in stays
            kinds[key] += () if key in stays else (goes[key],)
    often = sorted((key for key, count in articles.items() if count >= LEAST), key=lambda key: (-articles[key], key))
    lines = {key: Line(articles[key], kept[key], kind_of(kinds[key])) for key in often[:MOST_LINES]}
    return Lesson(len(groups), lines)


def _lines(group: Iterable[Page]) -> tuple[set[str], dict[str, Kind]]:
    """The digests of the lines that the judge kept on any page of a story, and of the others with their kinds."""
    stays: set[str] = set()
    goes: dict[str, list[Kind]] = {}
    for page in group:
        said = [line for line in page.text.split("\n") if line]
        said += [gone.text for gone in page.removed if gone.rule == RULE]
        for text in said[:MOST_OF_PAGE]:
            stays.update(keys(text))
        for gone in page.removed[:MOST_OF_PAGE]:
            for key in keys(gone.text) if gone.rule != RULE else ():
                goes.setdefault(key, []).append(gone.kind)
    return stays, {key: min(kinds) for key, kinds in goes.items() if key not in stays}
