"""`python -m scraper.train.kinds`: the scorecards that tell articles from other pages.

A card for each kind of page against all articles: boosted stumps (LightGBM), summed into steps by column. No column may
count the wrong way round (DIRECTIONS): there are forty to a hundred and sixty pages of a kind, and chance has many
columns to choose from. Only pages count that the cards are asked about
(verdict.py). Each is judged by a judge that did not see its site, since the shipped one is surer of the
articles it learned from than it will be of a stranger's.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from scraper.clean import chain, scorecard, weights
from scraper.clean.article import Assembly
from scraper.clean.blocks import read_html
from scraper.clean.decode import decode_html
from scraper.clean.judge import decide
from scraper.clean.meta import describe
from scraper.clean.model import Model
from scraper.clean.options import Options
from scraper.clean.pagekind import Columns, columns
from scraper.clean.rescue import rescued
from scraper.clean.rules import shipped
from scraper.clean.scorecard import Card, Scorer
from scraper.clean.verdict import first_verdict
from scraper.train import corpus
from scraper.types import Document
from scraper.version import CLEANER

Floats = NDArray[np.float64]

KINDS = {
    "index": ("collection", "listing"),
    "shop": ("product",),
    "forum": ("forum",),
    "docs": ("documentation",),
    "service": ("service",),
}
UP = frozenset("slug says_article dated signed judge prose middle bylines title_words".split())
EITHER = frozenset("longest together kept_headings paragraphs".split())
SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 2,
    "learning_rate": 0.05,
    "min_data_in_leaf": 10,
    "lambda_l2": 5.0,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "max_bin": 31,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
TREES, SEEDS, FOLDS = 400, (1, 2, 3), 10
WITHOUT_ADDRESS = 0.4
"""Weight of each page's copy whose address is not known: `scrape clean page.html` has none."""
MARGIN = {"index": 0.5, "shop": 0.5, "forum": 0.5, "docs": 1.0, "service": 1.0}
"""Log-odds by which the cutoff lies below the least article, of a site that the card saw and of one that it did not.

Trained on one half of half A's sites and tried on the other, six times, cards without a margin lost 1.4 % of the
articles, with 0.5 0.6 %, with 1.0 0.3 %, most of them by the card of documentation; a whole half has twice as many.
"""
LEAST_POINTS = 0.02


class Page(NamedTuple):
    """A page's type and site, its columns, and those it would have if its address were not known."""

    id: str
    type: str
    site: str
    columns: Columns
    without: Columns


def main() -> int:
    """Train, say what is found at the cutoffs on sites that were left out, write."""
    parser = argparse.ArgumentParser(prog="python -m scraper.train.kinds", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the data sets (see corpus.py)")
    parser.add_argument("--judges", type=Path, nargs=2, required=True, help="`scraper.train --half 0`'s, --half 1's")
    parser.add_argument("--half", type=int, choices=(0, 1), help="train on this half of the sites")
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    judges = [weights.read(path.read_bytes()).page for path in args.judges]
    pages = [page for page in read(args.data, judges) if args.half in (None, corpus.half_of(page.site))]
    cards = [train(kind, pages) for kind in KINDS]
    part = "all sites" if args.half is None else f"half {args.half} of the sites"
    articles = sum(page.type == corpus.ARTICLE for page in pages)
    about = f"cleaner {CLEANER}, {part}: {articles} articles, {len(pages) - articles} other pages"
    args.output.write_text(scorecard.write(about, cards), encoding="utf-8")
    return 0


def read(folder: Path, judges: Sequence[Model]) -> Iterator[Page]:
    """Every page that the cards are asked about, as the judge of the other half of the sites sees it."""
    for name in corpus.SETS:
        for entry in corpus.entries(folder / name / "gold.jsonl.gz"):
            html = gzip.decompress((folder / name / "html" / f"{entry['id']}.html.gz").read_bytes())
            page = _page(entry, html, judges[1 - corpus.half_of(corpus.site_of(entry["url"]))])
            if page is not None:
                yield page


def _page(entry: dict[str, Any], html: bytes, judge: Model) -> Page | None:
    document = read_html(decode_html(html, None).text, url=entry["url"] or None)
    if not document.blocks:
        return None
    judged = _judge(document, judge)
    told = rescued(*judged)
    judged = judged if told is None else _judge(told, judge)
    assembly = Assembly(judged.view)
    metadata = describe(judged.view, judged.title, judged.data, assembly.kept)
    if not first_verdict(judged, assembly, metadata)[1]:
        return None
    kinds = judged.view.rules.pages.kind
    known = columns(judged, metadata, kinds)
    judged.view.document = structs.replace(judged.view.document, url=None)
    unknown = columns(judged, structs.replace(metadata, canonical_url=None), kinds)
    return Page(entry["id"], entry["page_type"], corpus.site_of(entry["url"]), known, unknown)


def _judge(document: Document, judge: Model) -> chain.Judged:
    """As clean_html does, but by a judge of our choice."""
    judged = chain.before_judge(document, shipped(), Options())
    judged.view.run((decide(judged, judge), *chain.LAST))
    return judged


def train(kind: str, pages: Sequence[Page]) -> Card:
    """The card of one kind, its cutoff below every article as cards see it that did not see its site."""
    seen = [page for page in pages if page.type == corpus.ARTICLE or page.type in KINDS[kind]]
    sites = sorted({page.site for page in pages})
    order = np.random.default_rng(1).permutation(len(sites))
    fold = {sites[place]: number % FOLDS for number, place in enumerate(order)}
    odds: dict[str, float] = {}
    for number in range(FOLDS):
        scorer = Scorer(_card(kind, [page for page in seen if fold[page.site] != number]))
        odds |= {page.id: scorer.log_odds(page.columns) for page in pages if fold[page.site] == number}
    card = _card(kind, seen)
    scorer = Scorer(card)
    cutoff = min(min(odds[page.id], scorer.log_odds(page.columns)) for page in pages if page.type == corpus.ARTICLE)
    cutoff = round(cutoff - MARGIN[kind], 2)
    for name in sorted({page.type for page in pages}):
        found = [odds[page.id] < cutoff for page in pages if page.type == name]
        print(f"{kind:8} {name:14} {sum(found):4} of {len(found)} below {cutoff:.2f}", file=sys.stderr)
    return structs.replace(card, cutoff=cutoff)


def _card(kind: str, pages: Sequence[Page]) -> Card:
    names = sorted(pages[0].columns)
    rows = [page.columns for page in pages] + [page.without for page in pages]
    matrix = np.array([[float(row[name]) for name in names] for row in rows])
    is_article = np.array([page.type == corpus.ARTICLE for page in pages] * 2)
    weight = np.repeat([1.0, WITHOUT_ADDRESS], len(pages))
    directions = [1 if name in UP else 0 if name in EITHER else -1 for name in names]
    base = 0.0
    steps: dict[tuple[str, float], float] = {}
    for seed in SEEDS:
        booster = lightgbm.train(
            SETTINGS | {"seed": seed, "monotone_constraints": directions},
            lightgbm.Dataset(matrix, is_article.astype(np.int8), weight=weight),
            num_boost_round=TREES,
        )
        for tree in booster.dump_model()["tree_info"]:
            root = tree["tree_structure"]
            if "split_feature" not in root:
                base += root["leaf_value"] / len(SEEDS)
                continue
            left, right = (root[side]["leaf_value"] / len(SEEDS) for side in ("left_child", "right_child"))
            base += left
            at = (names[root["split_feature"]], _rounded(root["threshold"]))
            steps[at] = steps.get(at, 0.0) + right - left
    return Card(kind, round(base, 3), 0.0, _by_column(steps))


def _rounded(threshold: float) -> float:
    """Four digits; LightGBM's threshold above zero counts as zero."""
    return float(f"{threshold:.4g}") if threshold > 1e-9 else 0.0


def _by_column(steps: dict[tuple[str, float], float]) -> dict[str, tuple[tuple[float, float], ...]]:
    """The steps of each column in order, without what is hardly worth anything."""
    found: dict[str, tuple[tuple[float, float], ...]] = {}
    for (name, threshold), points in sorted(steps.items()):
        if abs(points) >= LEAST_POINTS:
            found[name] = (*found.get(name, ()), (threshold, round(points, 3)))
    return found


if __name__ == "__main__":
    sys.exit(main())
