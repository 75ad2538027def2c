"""How well a judge does on documents it did not see, before the chain around it has its say."""

from __future__ import annotations

import re
import statistics
from collections import Counter

from scraper.clean.model import Model
from scraper.train.fit import judge
from scraper.train.samples import KEEP, Sample

WORD = re.compile(r"\w+")
BAD = 0.8


def score_pages(model: Model, samples: list[Sample]) -> str:
    """Word F1 of the kept blocks against the gold text: mean, median, pages under 0.8."""
    found = []
    for sample in samples:
        kept = judge(model, sample) >= KEEP
        text = "\n".join(text for text, keep in zip(sample.texts, kept, strict=True) if keep)
        found.append(word_f1(text, sample.source.text))
    return _line("pages", found)


def score_texts(model: Model, samples: list[Sample]) -> str:
    """Article words kept and chrome lines found, and F1 of the kept lines' weight."""
    kept_words = article = found_chrome = chrome = 0.0
    for sample in samples:
        kept = judge(model, sample) >= KEEP
        words = sample.refs.counts.words
        counted = sample.weight > 0
        kept_words += float((words * (sample.kept & kept & counted)).sum())
        article += float((words * (sample.kept & counted)).sum())
        found_chrome += float((~sample.kept & ~kept & counted).sum())
        chrome += float((~sample.kept & counted).sum())
    kept_share, found_share = kept_words / article, found_chrome / chrome
    return f"texts {len(samples)}: article words kept {kept_share:.4f}, chrome found {found_share:.4f}"


def word_f1(text: str, gold: str) -> float:
    """F1 of the words as multisets."""
    one, other = Counter(WORD.findall(text.lower())), Counter(WORD.findall(gold.lower()))
    shared = sum((one & other).values())
    return 2 * shared / (one.total() + other.total()) if shared else float(not one and not other)


def _line(name: str, found: list[float]) -> str:
    under = sum(score < BAD for score in found)
    mean, median = statistics.mean(found), statistics.median(found)
    return f"{name} {len(found)}: F1 {mean:.4f}, median {median:.4f}, under {BAD}: {under}"
