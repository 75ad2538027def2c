"""Samples -> Model: tables and trees, each document seen through tables of other sites only."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from scraper.clean.chars import Floats
from scraper.clean.features import Columns, Features, Tables, learned
from scraper.clean.model import Model
from scraper.train.forest import Growth, grow
from scraper.train.samples import Sample, batches
from scraper.train.tables import learn

FOLDS = 4
LEFT_OUT = frozenset(("free_words_count",))


class Plan(NamedTuple):
    """How the trees grow, and where progress is told."""

    growth: Growth
    say: Callable[[str], None]


def fit(samples: list[Sample], plan: Plan) -> Model:
    """Train a judge on documents of one sort."""
    tables = learn(samples)
    through: dict[str, Tables] = {}
    for others, fold in batches(samples, FOLDS):
        seen = learn(others)
        through |= {sample.site: seen for sample in fold}
    plan.say(f"tables: {len(tables.names)} names, {tables.words.hashes.size} words")
    columns: dict[tuple[str, str], Columns] = {
        _key(sample): sample.columns | learned(sample.refs, through[sample.site]) for sample in samples
    }
    names = [name for name in next(iter(columns.values())) if name not in LEFT_OUT]
    matrices = {_key(sample): _matrix(columns.pop(_key(sample)), names) for sample in samples}
    forest = grow(
        names,
        np.vstack([matrices[_key(sample)] for sample in samples]),
        np.concatenate([sample.kept for sample in samples]),
        np.concatenate([sample.weight for sample in samples]),
        plan.growth,
    )
    plan.say(f"{len(forest.nodes)} trees, {len(forest.column)} comparisons of {len(forest.names)} columns")
    return Model(tables, forest)


def _key(sample: Sample) -> tuple[str, str]:
    return sample.id, sample.script


def _matrix(columns: Columns, names: list[str]) -> Floats:
    return np.stack([np.asarray(columns[name], np.float32) for name in names], axis=1)


def judge(model: Model, sample: Sample) -> Floats:
    """P(article) of a sample's blocks."""
    return model.judge(Features(sample.columns, sample.refs))
