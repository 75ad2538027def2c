"""Whether an article changed, or only what stands around it: two cleanings of one page by one cleaner, line by line.

Widgets change from load to load, and the cleaner lets some through. It says of each kept line how sure it is. On 218
development pages of half A, of the kept lines between others that it is sure of 3 % are chrome, 91 % of the sentences
among them that it gives less than 0.6; of those before and behind them 67 and 46 % of the sentences below 0.8. So a
line that came, went or changed is noise if it is one of those, or if it stands on both pages and the cleaner judged it
otherwise this time. A correction added at an article's end gets 0.97, a short last sentence 0.87.

An advertisement within the article may get 0.84 all the same. So a page with other lines is loaded once more: what
differs between two loads of one minute is not the article's either (`confirmed`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, structs

from scraper.revisions.align import Stretch, pairs, stretches
from scraper.revisions.wording import bag, likeness
from scraper.types import Article

INSIDE, AT_THE_ENDS = 0.6, 0.8
"""P(article) from which a line that changed is the article's, between lines that did not change and beyond them."""

SURE = 0.95
"""P(article) of unchanged lines that say where the article begins and ends; 1.6 % of such are chrome."""

LONGEST_NOISE = 500
"""Characters of a line of noise that are remembered."""

SAME_LINE = 0.5
"""Likeness from which a line is another one with changes, so that what is known of either holds for both."""


class Comparison(Struct, frozen=True):
    """What came of it: `changed` lines that are the article's, `noise` lines that changed and are not, of both pages.

    `kin` is the share of the shorter article's letters in lines that stand in both, by which two articles of one site
    are told from two versions of one. `groups` are the changed lines place by place, those of the old page and those
    of the new one.
    """

    changed: tuple[str, ...]
    noise: tuple[str, ...]
    kin: float
    groups: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()


class _Line(Struct, frozen=True):
    """A kept line: its text with plain white space, and how sure the cleaner is; lines of sure rules have no score."""

    text: str
    score: float


def plain(text: str) -> str:
    """A text by which two are compared: each line's white space as single blanks, without empty lines."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def compare(before: Article, after: Article) -> Comparison:
    """Compare two cleanings of a page at two times."""
    old, new = _lines(before), _lines(after)
    here, there = [line.text for line in old], [line.text for line in new]
    apart = stretches(here, there)
    core = _core(old, apart)
    gone, come = _passed_over(after), _passed_over(before)
    noise: list[str] = []
    groups: list[tuple[frozenset[str], frozenset[str]]] = []
    for stretch in apart:
        least = INSIDE if core[0] <= stretch.old[0] and stretch.old[1] <= core[1] else AT_THE_ENDS
        sides: dict[bool, list[str]] = {True: [], False: []}
        for line, score, was in _judged(old, new, stretch):
            if score < least or line in (gone if was else come):
                noise.append(line)
            else:
                sides[was].append(line)
        groups += [(frozenset(sides[True]), frozenset(sides[False]))] if any(sides.values()) else []
    changed = tuple(sorted(frozenset().union(*(side for group in groups for side in group))))
    kin = _kin(here, there, apart)
    return Comparison(changed, tuple(dict.fromkeys(noise)), kin, tuple(groups))


def confirmed(found: Comparison, again: Comparison) -> Comparison:
    """What is left of the changes after a second load of the new page, which `again` compares with the first.

    Where all new lines of a place differ from load to load, its old ones were of the same kind.
    """
    passing = frozenset((*again.changed, *again.noise))
    groups = [
        (old - passing, new - passing)
        for old, new in found.groups
        if not (new and new <= passing) and not (old | new) <= passing
    ]
    left = frozenset().union(*(side for group in groups for side in group))
    noise = tuple(line for line in found.changed if line not in left)
    return structs.replace(found, changed=tuple(sorted(left)), noise=(*found.noise, *noise), groups=tuple(groups))


def _lines(article: Article) -> list[_Line]:
    found = ((" ".join(block.text.split()), block.score) for block in article.blocks)
    return [_Line(text, 1.0 if score is None else score) for text, score in found if text]


def _passed_over(article: Article) -> frozenset[str]:
    """The lines of a page that are not in its text."""
    return frozenset(" ".join(removal.text.split()) for removal in article.removed)


def _core(old: Sequence[_Line], apart: Sequence[Stretch]) -> tuple[int, int]:
    """From where to where the old page has the article, by the lines that stayed and are surely its."""
    gone = {at for stretch in apart for at in range(*stretch.old)}
    sure = [at for at, line in enumerate(old) if at not in gone and line.score >= SURE]
    return (sure[0] + 1, sure[-1]) if sure else (len(old) + 1, -1)


def _judged(old: Sequence[_Line], new: Sequence[_Line], stretch: Stretch) -> Iterator[tuple[str, float, bool]]:
    """The lines of a stretch, their scores (of two that are one, the better), and whether they are the old page's."""
    olds, news = old[slice(*stretch.old)], new[slice(*stretch.new)]
    old_bags, new_bags = [bag(line.text) for line in olds], [bag(line.text) for line in news]
    scores = {(True, at): line.score for at, line in enumerate(olds)}
    scores |= {(False, at): line.score for at, line in enumerate(news)}
    for one, other in pairs((len(olds), len(news)), lambda i, j: likeness(old_bags[i], new_bags[j]), SAME_LINE):
        scores[True, one] = scores[False, other] = max(olds[one].score, news[other].score)
    yield from ((line.text, scores[True, at], True) for at, line in enumerate(olds))
    yield from ((line.text, scores[False, at], False) for at, line in enumerate(news))


def _kin(here: Sequence[str], there: Sequence[str], apart: Sequence[Stretch]) -> float:
    shorter = min(sum(map(len, here)), sum(map(len, there)))
    apart_here = sum(len(here[at]) for stretch in apart for at in range(*stretch.old))
    return (sum(map(len, here)) - apart_here) / shorter if shorter else 0.0
