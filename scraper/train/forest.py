"""Boosted trees: LightGBM grows them, `Forest` runs them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from scraper.clean.chars import Floats
from scraper.clean.model import LEAVES, Forest

SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": LEAVES,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "min_data_in_leaf": 100,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


class Growth(NamedTuple):
    """Number of trees, learning rate, seed."""

    trees: int
    rate: float
    seed: int


def grow(names: Sequence[str], matrix: Floats, kept: NDArray[np.bool_], weight: Floats, growth: Growth) -> Forest:
    """A forest over rows whose weight is not 0."""
    use = weight > 0
    data = lightgbm.Dataset(matrix[use], kept[use].astype(np.int8), weight=weight[use], feature_name=list(names))
    settings = SETTINGS | {"learning_rate": growth.rate, "seed": growth.seed}
    booster = lightgbm.train(settings, data, num_boost_round=growth.trees)
    return _forest(list(names), [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]])


def _forest(names: list[str], trees: list[dict[str, Any]]) -> Forest:
    tests: dict[tuple[int, float], int] = {}
    nodes = np.zeros((len(trees), LEAVES - 1), np.int64)
    masks = np.full((len(trees), LEAVES - 1), 255, np.uint8)
    leaves = np.zeros((len(trees), LEAVES), np.float32)

    def walk(node: dict[str, Any], tree: int, first_leaf: int, first_node: int) -> tuple[int, int]:
        """Number leaves from left to right; returns the next free leaf and node."""
        if "leaf_value" in node:
            leaves[tree, first_leaf] = node["leaf_value"]
            return first_leaf + 1, first_node
        test = (int(node["split_feature"]), _below(node["threshold"]))
        here = first_node
        middle, free = walk(node["left_child"], tree, first_leaf, first_node + 1)
        nodes[tree, here] = tests.setdefault(test, len(tests))
        masks[tree, here] = 255 & ~(((1 << middle) - 1) ^ ((1 << first_leaf) - 1))
        return walk(node["right_child"], tree, middle, free)

    for number, tree in enumerate(trees):
        walk(tree, number, 0, 0)
    used = sorted({column for column, _ in tests})
    place = {column: number for number, column in enumerate(used)}
    return Forest(
        names=tuple(names[column] for column in used),
        column=np.array([place[column] for column, _ in tests], np.int64),
        threshold=np.array([threshold for _, threshold in tests], np.float32),
        nodes=nodes,
        masks=masks,
        leaves=leaves,
    )


def _below(threshold: float) -> float:
    """The largest float32 that is at most a threshold: columns are float32, and the comparison is <=."""
    single = np.float32(threshold)
    return float(single if float(single) <= threshold else np.nextafter(single, np.float32(-np.inf)))
