"""The learned tables: log-odds of standing in the article, by names of elements, words, and kinds of rules."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from scraper.clean.features import Tables
from scraper.clean.words import WordOdds
from scraper.train.samples import Sample

LEAST_SITES = 2
LEAST_DOCUMENTS = 6
NAME_PRIOR = 0.05
KIND_PRIOR = 5.0
DECAY = 0.7
"""An element counts this much less with each level above a block."""
WORDS_CAP = 60
SHORT_BLOCK = 30
"""Words up to which a block's words count: labels and teasers have words of their own, prose has all."""


def learn(samples: Iterable[Sample]) -> Tables:
    """Tables of documents; whoever trains on a document must not use tables that saw its site.

    Copies in other scripts teach none: their words mean nothing, and their elements would count twice.
    """
    samples = [sample for sample in samples if not sample.script]
    return Tables(_names(samples), _words(samples), _kinds(samples, "kinds"), _kinds(samples, "hits"))


def _names(samples: list[Sample]) -> dict[str, float]:
    kept: defaultdict[str, float] = defaultdict(float)
    gone: defaultdict[str, float] = defaultdict(float)
    sites: defaultdict[str, set[str]] = defaultdict(set)
    for sample in samples:
        for tokens, yes, no in zip(sample.refs.names, *_of_elements(sample), strict=True):
            if yes + no <= 0:
                continue
            for token in set(tokens):
                kept[token] += yes
                gone[token] += no
                sites[token].add(sample.site)
    ratio = sum(gone.values()) / max(1e-9, sum(kept.values()))
    return {
        token: math.log((kept[token] + NAME_PRIOR) / (gone[token] + NAME_PRIOR * ratio) * ratio)
        for token in sorted(sites)
        if len(sites[token]) >= LEAST_SITES
    }


def _of_elements(sample: Sample) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weight of kept and of other blocks below each distinct element of a document."""
    count = len(sample.refs.names)
    words = np.minimum(sample.refs.counts.words, WORDS_CAP).astype(np.float64)
    words /= words.sum() + 1e-9
    yes, no = np.zeros(count), np.zeros(count)
    for level, keys in enumerate(sample.refs.above):
        known = keys < count
        share = words * DECAY**level
        yes += np.bincount(keys[known], weights=(share * sample.kept)[known], minlength=count)
        no += np.bincount(keys[known], weights=(share * ~sample.kept)[known], minlength=count)
    return yes, no


def _words(samples: list[Sample]) -> WordOdds:
    found, kept, gone = [], [], []
    for sample in samples:
        counts = sample.refs.counts
        use = (counts.words[counts.rows] <= SHORT_BLOCK) & (sample.weight[counts.rows] > 0)
        words, place = np.unique(counts.hashes[use], return_inverse=True)
        stays = sample.kept[counts.rows[use]]
        found.append(words)
        kept.append(np.minimum(np.bincount(place, weights=stays, minlength=words.size), 3))
        gone.append(np.minimum(np.bincount(place, weights=~stays, minlength=words.size), 3))
    words, place = np.unique(np.concatenate(found), return_inverse=True)
    yes = np.bincount(place, weights=np.concatenate(kept))
    no = np.bincount(place, weights=np.concatenate(gone))
    ratio = yes.sum() / max(1.0, no.sum())
    odds = np.log((yes + 1) / (no + 1 / ratio)) - math.log(ratio)
    often = np.bincount(place) >= LEAST_DOCUMENTS
    return WordOdds(words[often], odds[often].astype(np.float32))


def _kinds(samples: list[Sample], which: str) -> dict[int, float]:
    kept: defaultdict[int, float] = defaultdict(float)
    gone: defaultdict[int, float] = defaultdict(float)
    for sample in samples:
        column = getattr(sample.refs, which)
        for kind in np.unique(column).tolist():
            here = column == kind
            kept[kind] += float((sample.weight * sample.kept)[here].sum())
            gone[kind] += float((sample.weight * ~sample.kept)[here].sum())
    return {kind: math.log((kept[kind] + KIND_PRIOR) / (gone[kind] + KIND_PRIOR)) for kind in sorted(kept)}
