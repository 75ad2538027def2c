"""The look-up of words by the first bits of their hashes."""

from __future__ import annotations

import numpy as np

from scraper.clean.words import WordOdds


def test_known_words_have_their_odds_and_others_none_also_where_first_bits_agree() -> None:
    hashes = np.array([0, 1, 2, 0x7FFF0000, 0xFFFFFFFE, 0xFFFFFFFF], np.uint32)
    odds = np.arange(1, 7, dtype=np.float32)
    asked = np.array([2, 0xFFFFFFFF, 3, 0x7FFF0000, 0x7FFF0001, 0, 0xFFFFFFFD, 0xFFFFFFFE], np.uint32)
    assert WordOdds(hashes, odds).of(asked).tolist() == [3, 6, 0, 4, 0, 1, 0, 5]
