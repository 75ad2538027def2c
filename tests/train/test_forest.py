"""Trees run by numpy give what LightGBM gives; needs the extra `train`."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("lightgbm")


def test_a_grown_forest_gives_lightgbm_s_own_log_odds(monkeypatch: pytest.MonkeyPatch) -> None:
    from scraper.train import forest  # noqa: PLC0415 - only with the extra

    grown = []
    train = forest.lightgbm.train
    monkeypatch.setattr(forest.lightgbm, "train", lambda *args, **more: grown.append(train(*args, **more)) or grown[0])
    random = np.random.default_rng(1)
    matrix = random.normal(size=(3_000, 5)).astype(np.float32)
    kept = matrix[:, 0] * matrix[:, 1] + matrix[:, 2] > 0
    made = forest.grow(list("abcde"), matrix, kept, np.ones(3_000, np.float32), forest.Growth(40, 0.1, 1))
    columns = {name: matrix[:, place] for place, name in enumerate("abcde")}
    np.testing.assert_allclose(made.log_odds(columns), grown[0].predict(matrix, raw_score=True), atol=1e-4)
