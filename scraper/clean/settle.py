"""Cleaning what was cleaned changes nothing: the judgement is repeated on what it kept until it removes no more.

Passes look at neighbours, and neighbours change when chrome goes. A round sees exactly what a later cleaning of the
result would see, so its removals are taken over, with the later round's own reasons.
"""

from __future__ import annotations

from collections.abc import Callable

from scraper.clean.article import Assembly
from scraper.clean.view import View

MOST_ROUNDS = 50
"""Each round removes a line or ends the loop; of 5,258 dirty texts none took more than a handful."""


def settle(view: View, judge: Callable[[str], View]) -> None:
    """Take over into `view`'s labels what further rounds of `judge` remove; `judge` labels the blocks of a text."""
    for _ in range(MOST_ROUNDS):
        assembly = Assembly(view)
        again = judge(assembly.text)
        standing = [index for index, is_printed in zip(view.open(), assembly.printed(), strict=True) if is_printed]
        assert len(again.labels) == len(standing), "a text reads back as its lines"  # noqa: S101 - a bug must be loud
        gone = [
            (standing[position], label)
            for position, label in enumerate(again.labels)
            if label is not None and not label.keep
        ]
        if not gone:
            return
        for index, label in gone:
            view.labels[index] = label
