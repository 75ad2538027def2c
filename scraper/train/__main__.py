"""`python -m scraper.train --data DIR`: trains the judges of pages and of plain texts, and writes the weights."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from scraper.clean.model import Model, Models
from scraper.clean.weights import write
from scraper.errors import ScrapeError
from scraper.train import corpus, samples
from scraper.train.fit import Plan, fit
from scraper.train.forest import Growth
from scraper.train.samples import Sample
from scraper.train.score import score_pages, score_texts
from scraper.version import CLEANER

Item = TypeVar("Item")
SHIPPED = Path(__file__).parent.parent / "clean" / "rules" / "model.msgpack"
PAGES, TEXTS = Growth(800, 0.045, 1), Growth(400, 0.07, 1)


def main() -> int:
    """Train, measure on the half of the sites that was left out, write."""
    parser = argparse.ArgumentParser(prog="python -m scraper.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the data sets (see corpus.py)")
    parser.add_argument("--output", type=Path, default=SHIPPED, help="where the weights go (the package's own place)")
    parser.add_argument("--half", type=int, choices=(0, 1), help="train on this half of the sites, score on the other")
    parser.add_argument("--limit", type=int, help="read only so many pages and texts")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    try:
        _run(args)
    except ScrapeError as error:
        print(f"scraper.train: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _run(args: argparse.Namespace) -> None:
    start = time.monotonic()

    def say(message: str) -> None:
        print(f"{time.monotonic() - start:6.0f} s  {message}", file=sys.stderr, flush=True)

    page, page_scores = _train(
        _halves(list(_some(corpus.pages(args.data), args)), samples.of_page, args.half),
        Plan(PAGES._replace(seed=args.seed), say),
    )
    if page_scores:
        say(score_pages(page, page_scores))
    text, text_scores = _train(
        _halves(list(_some(corpus.texts(args.data), args)), samples.of_text, args.half),
        Plan(TEXTS._replace(seed=args.seed), say),
    )
    if text_scores:
        say(score_texts(text, text_scores))
    part = "all sites" if args.half is None else f"half {args.half} of the sites"
    data = write(Models(page, text, f"cleaner {CLEANER}, seed {args.seed}, {part}"))
    args.output.write_bytes(data)
    say(f"{args.output}: {len(data):,} bytes")


def _some(items: Iterable[Item], args: argparse.Namespace) -> Iterable[Item]:
    return (item for number, item in enumerate(items) if args.limit is None or number < args.limit)


def _halves(
    items: list[samples.Item], make: Callable[[samples.Item, str], Sample | None], half: int | None
) -> tuple[list[Sample], list[Sample]]:
    """Documents to train on, with their copies in other scripts, and those left out."""
    known: list[samples.Item] = []
    unseen: list[samples.Item] = []
    for item in items:
        (known if half in (None, corpus.half_of(item.site)) else unseen).append(item)
    training = [*filter(None, (make(item, "") for item in known)), *samples.copies(known, make)]
    return training, list(filter(None, (make(item, "") for item in unseen)))


def _train(parts: tuple[list[Sample], list[Sample]], plan: Plan) -> tuple[Model, list[Sample]]:
    training, left_out = parts
    plan.say(f"{len(training)} documents to train on, {len(left_out)} left out")
    return fit(training, plan), left_out


if __name__ == "__main__":
    sys.exit(main())
