"""What changed from one version of an article to another, sentence by sentence, each change with its kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from scraper.revisions.align import pairs, stretches
from scraper.revisions.compare import LONGEST_NOISE
from scraper.revisions.sentences import sentences
from scraper.revisions.wording import Kind, Piece, bag, compare, likeness

SAME_SENTENCE = 0.4
"""Likeness from which a sentence is another one rewritten; below, one went and one came."""

MINOR = 0.6
"""Likeness below which a sentence is called rewritten, whatever its single changes are."""

MOST_SENTENCES = 20_000


class Version(Struct, frozen=True):
    """What of a version is compared: the headline, and the clean text."""

    title: str | None
    text: str
    language: str | None = None


class Change(Struct, frozen=True):
    """A sentence that changed: `before` and `after` are whole, one of them null where it came or went.

    `pieces` are both as one row, each a mark (" " stayed, "-" went, "+" came) and its text.
    """

    kinds: tuple[Kind, ...]
    before: str | None
    after: str | None
    pieces: tuple[Piece, ...]


class Diff(Struct, frozen=True):
    """Changes in the order of the new version, the headline's first; `same` counts the sentences that stayed."""

    changes: tuple[Change, ...]
    same: int

    def counts(self) -> dict[Kind, int]:
        """How many changes there are of each kind, in the order of the kinds."""
        counted = Counter(kind for change in self.changes for kind in change.kinds)
        return {kind: counted[kind] for kind in Kind if counted[kind]}


def diff(old: Version, new: Version, noise: Iterable[str] = ()) -> Diff:
    """Compare two versions; lines that are known as noise are left out of both."""
    language = new.language or old.language
    skipped = frozenset(noise)
    here, there = _sentences(old.text, skipped), _sentences(new.text, skipped)
    apart = stretches(here, there)
    gone = Counter(here[at] for stretch in apart for at in range(*stretch.old))
    come = Counter(there[at] for stretch in apart for at in range(*stretch.new))
    moved = gone & come
    changes = [*_headline(old.title, new.title, language)]
    moving = _Moving(Counter(moved), Counter(moved), language)
    for stretch in apart:
        changes += _changes(here[slice(*stretch.old)], there[slice(*stretch.new)], moving)
    same = len(here) - gone.total()
    return Diff(tuple(changes), same)


class _Moving(Struct, frozen=True):
    """How many of which sentences only changed their place, and were not met yet on the old and on the new side."""

    old: Counter[str]
    new: Counter[str]
    language: str | None


def _sentences(text: str, skipped: frozenset[str]) -> list[str]:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return sentences("\n".join(line for line in lines if line[:LONGEST_NOISE] not in skipped))[:MOST_SENTENCES]


def _headline(old: str | None, new: str | None, language: str | None) -> Iterator[Change]:
    before, after = (" ".join((title or "").split()) for title in (old, new))
    if before == after:
        return
    wording = compare(before, after, language)
    yield Change((Kind.HEADLINE, *wording.kinds), before or None, after or None, wording.pieces)


def _changes(here: Sequence[str], there: Sequence[str], moving: _Moving) -> Iterator[Change]:
    """The changes of one stretch: sentences that go together as rewritten, the others as gone and come."""
    olds = [text for text in here if not _takes(moving.old, text)]
    is_new = [not _takes(moving.new, text) for text in there]
    fresh = [at for at, new in enumerate(is_new) if new]
    old_bags, new_bags = [bag(text) for text in olds], [bag(there[at]) for at in fresh]
    alike = pairs((len(olds), len(fresh)), lambda i, j: likeness(old_bags[i], new_bags[j]), SAME_SENTENCE)
    together = {fresh[new]: old for old, new in alike}
    told = 0
    for at, text in enumerate(there):
        if at in together:
            yield from _gone(olds[told : together[at]])
            told = together[at] + 1
            yield _rewritten(olds[together[at]], text, moving.language)
        elif is_new[at]:
            yield Change((Kind.ADDED,), None, text, (Piece("+", text),))
        else:
            yield Change((Kind.REORDERED,), text, text, (Piece(" ", text),))
    yield from _gone(olds[told:])


def _takes(waiting: Counter[str], text: str) -> bool:
    """Whether a sentence is one of those that wait, which is one fewer then."""
    if not waiting[text]:
        return False
    waiting[text] -= 1
    return True


def _gone(texts: Iterable[str]) -> Iterator[Change]:
    return (Change((Kind.REMOVED,), text, None, (Piece("-", text),)) for text in texts)


def _rewritten(before: str, after: str, language: str | None) -> Change:
    wording = compare(before, after, language)
    kinds = wording.kinds
    if Kind.REWRITTEN in kinds or likeness(bag(before), bag(after)) < MINOR:
        kinds = (*(kind for kind in kinds if kind is Kind.FIGURES), Kind.REWRITTEN)
    return Change(kinds, before, after, wording.pieces)
