"""The trained judge as a pass: every block that no certain rule took is kept or removed by its P(article).

Rules give the judge features and the removals their reasons; they overrule it only where they are near certain. A
place rule is not (names mislead, see places.py): the judge may bring back what one condemned.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scraper.clean import reasons, span, weights
from scraper.clean.chain import LAST, Judged, before_judge
from scraper.clean.chars import Floats
from scraper.clean.features import features
from scraper.clean.model import Model
from scraper.clean.options import Options
from scraper.clean.rules import Rules
from scraper.clean.standfirst import standfirsts
from scraper.clean.view import Pass, View, Vote, keep
from scraper.types import Document, Kind, Label

TEXT_THRESHOLD, CLEAN_THRESHOLD = 0.3, 0.05
"""Word F1 is flat over the development texts from 0.12 to 0.4: an article's line is dearer than one of chrome."""
LEAST_OF_PAGE = 0.25
"""The threshold of a page that the judge finds hardest; half of the F1 that can be expected is less only there."""
OF_ARTICLES = frozenset((Kind.TITLE, Kind.DUPLICATE_TITLE, Kind.BYLINE, Kind.DATELINE_META, Kind.CREDITS))
OF_ARTICLES |= frozenset((Kind.SOURCE_CREDIT, Kind.CAPTION, Kind.DATE_WIDGET))
"""What stands in clean articles too, and says nothing of the lines around it."""
SENTENCE = 0.03
"""P(article) from which a line that ends as a sentence beside the article is the article's."""
INSERTED = frozenset((Kind.AD, Kind.SHARE, Kind.PAGE_TOOLS, Kind.PLAYER))
EVEN, WORDS_CAP = 0.5, 80
BACK, BACK_FROM_WORDS = 0.6, 0.7
DOUBTFUL = frozenset(
    ("place.navigation.region", "place.navigation.sidebar", "place.footer.region", "place.related.name")
)
"""Place rules from which the judge brings a block back at BACK: names of regions and parts of names. On the
development pages that gains 0.25 points, from the other rules nothing."""
BY_WORDS = ("phrase.", "sign.", "byline.named")
"""Rules over words. Of the blocks that they took and that the judge gives BACK_FROM_WORDS and more, 11 of 11 were the
article's on the half that was looked at, 13 of 18 on the other: a sentence that begins as a notice does, a heading."""


def judge_document(document: Document, rules: Rules, options: Options, before: View | None = None) -> Judged:
    """A document whose blocks all have their labels; `before` as in View."""
    judged = before_judge(document, rules, options, before)
    judged.view.run((decide(judged, weights.shipped(is_page=judged.view.is_page)), *LAST))
    return judged


def decide(judged: Judged, model: Model) -> Pass:
    """A pass by which each block without a certain label gets one, with its score."""

    def judge(view: View) -> Iterator[Vote]:
        if not view.blocks:
            return
        scores = model.judge(features(view, judged.title, judged.data))
        yield from _votes(view, scores, judged.title.block if judged.title is not None else -1)

    return judge


def _votes(view: View, scores: Floats, headline: int) -> Iterator[Vote]:
    least = _threshold(view, scores)
    kept = [
        label.keep if label is not None and _is_certain(label, score) else score >= (least if label is None else BACK)
        for label, score in zip(view.labels, scores.tolist(), strict=True)
    ]
    if view.is_page:
        _add_headings(view, kept, scores)
    else:
        _add_sentences(view, kept, scores)
    # What a rule keeps, a headline or a caption that the caller wants, is no text.
    if not any(keeps and (label is None or not label.keep) for keeps, label in zip(kept, view.labels, strict=True)):
        kept = [keeps or dense for keeps, dense in zip(kept, _by_density(view), strict=True)]
    first, end = heaviest_run((np.where(kept, scores, 0) - EVEN) * np.minimum(view.counts.words, WORDS_CAP))
    said = set(standfirsts(view, headline, first, DOUBTFUL))
    explain = reasons.Reasons(view, first, end)
    for index, score in enumerate(scores.tolist()):
        label = _final(explain, index, kept[index], index in said)
        yield index, Label(label.keep, label.rule, label.kind, _shown(score))


@lru_cache(maxsize=10_001)  # chances of four digits: all that there are
def _shown(score: float) -> float:
    return round(score, 3)


def _final(explain: reasons.Reasons, index: int, kept: bool, said: bool) -> Label:
    """The label of a block, with the kind that the blocks before it explain."""
    label = explain.view.labels[index]
    if label is not None and (label.keep or not kept):
        if not label.keep:
            return explain.see(index, label)
    elif kept or said:
        label = keep("judge.article" if kept else "judge.standfirst")
    else:
        return explain.of(index)
    explain.kept()
    return label


def _threshold(view: View, scores: Floats) -> float:
    """The least P(article) of what is kept: a page without any link is as likely clean as a text without chrome."""
    if not view.is_page or not any(block.link_chars for block in view.blocks):
        return TEXT_THRESHOLD if _is_dirty(view) else CLEAN_THRESHOLD
    certain = [
        label is not None and _is_certain(label, score)
        for label, score in zip(view.labels, scores.tolist(), strict=True)
    ]
    keeps = [label is not None and label.keep for label in view.labels]
    return max(LEAST_OF_PAGE, best_expected_f1(np.where(certain, keeps, scores), view.counts.words) / 2)


def best_expected_f1(chances: NDArray[np.floating], words: NDArray[np.int64]) -> float:
    """The best word F1 that a page can expect; what stands in the article with half that chance is worth keeping.

    The optimum for F1 (Lewis, SIGIR 1995): 0.5 where the judge is sure, less on a page that it finds hard.
    """
    order = np.argsort(-chances, kind="stable")
    here, weights = chances[order], words[order]
    found, kept = np.cumsum(here * weights), np.cumsum(weights)
    return float((2 * found / np.maximum(1.0, kept + found[-1])).max())


def _add_headings(view: View, kept: list[bool], scores: Floats) -> None:
    """Keep the sub-headings of which the judge is in doubt where they stand between two blocks of the article."""
    for index in range(1, len(kept) - 1):
        doubt = view.blocks[index].level > 1 and view.labels[index] is None and scores[index] >= LEAST_OF_PAGE
        if doubt and not kept[index] and kept[index - 1] and kept[index + 1]:
            kept[index] = True


def _add_sentences(view: View, kept: list[bool], scores: Floats) -> None:
    """Keep the short sentences at the article's ends, across what themes put between its paragraphs."""
    for order in (range(len(kept)), range(len(kept) - 1, -1, -1)):
        beside = False
        for index in order:
            label = view.labels[index]
            if kept[index]:
                beside = True
            elif label is not None:
                beside = beside and label.kind in INSERTED
            else:
                beside = beside and view.shapes[index].ends and view.hits[index] is None and scores[index] >= SENTENCE
                kept[index] = beside


def _is_dirty(view: View) -> bool:
    """Whether a rule found chrome in a text, other than what stands in clean articles too."""
    return any(view.removed(index) and view.kind(index) not in OF_ARTICLES for index in range(len(view.blocks)))


def heaviest_run(weights: NDArray[np.floating]) -> tuple[int, int]:
    """The run [start, end) with the largest sum (Kadane's scan); (0, 0) where no weight is positive."""
    sums = np.concatenate(([0.0], np.cumsum(weights)))
    end = int(np.argmax(sums - np.minimum.accumulate(sums)))
    start = int(np.argmin(sums[: end + 1]))
    return (start, end) if sums[end] > sums[start] else (0, 0)


def _is_certain(label: Label, score: float) -> bool:
    if label.rule.startswith(BY_WORDS):
        return score < BACK_FROM_WORDS
    return label.keep or label.rule not in DOUBTFUL


def _by_density(view: View) -> list[bool]:
    """The heaviest run of prose where the judge would keep nothing: losing a text is worse than keeping chrome."""
    dead = span.dead_blocks(view)
    main = span.main_span(view, dead)
    return [
        main.start <= index < main.end and not dead[index] and (label is None or label.keep or label.rule in DOUBTFUL)
        for index, label in enumerate(view.labels)
    ]
