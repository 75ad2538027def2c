"""The scorecards' training: stumps become steps, no column counts the wrong way; needs the extra `train`."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("lightgbm")


def test_a_card_tells_the_kinds_apart_and_keeps_directions(capsys: pytest.CaptureFixture[str]) -> None:
    from scraper.clean.scorecard import Scorer  # noqa: PLC0415 - only with the extra
    from scraper.train.kinds import Page, train  # noqa: PLC0415

    random = np.random.default_rng(1)
    pages = []
    for number in range(600):
        is_list = number % 3 == 0
        row = {
            "links": float(np.clip(random.normal(0.7 if is_list else 0.2, 0.1), 0, 1)),
            "slug": int(random.integers(0, 3) if is_list else random.integers(2, 8)),
            # More headlines with articles: chance, as far as the card may know.
            "headlines": float(random.normal(5 if is_list else 9, 2)),
        }
        kind = "listing" if is_list else "article"
        pages.append(Page(str(number), kind, f"site{number % 60}", row, row | {"slug": 4}))
    card = train("index", pages)
    scorer = Scorer(card)
    odds = {page.id: scorer.log_odds(page.columns) for page in pages}
    assert all(points < 0 for _, points in card.steps["links"])
    assert all(points > 0 for _, points in card.steps["slug"])
    assert all(points < 0 for _, points in card.steps.get("headlines", ()))
    articles = [odds[page.id] for page in pages if page.type == "article"]
    found = [odds[page.id] < card.cutoff for page in pages if page.type == "listing"]
    assert min(articles) > card.cutoff + 0.4
    assert np.mean(found) > 0.8
    assert "article           0 of 400" in capsys.readouterr().err
