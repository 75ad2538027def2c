"""Bands: near texts share one, unrelated texts none, and they are the same everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from prose import edited, part, prose

from scraper.families.bands import BANDS, BITS, bands
from scraper.families.shingles import Shingled, shingled


def test_what_they_are_is_the_same_on_every_machine() -> None:
    found = bands(shingled("The harbour of the town was reopened on Monday after three years."))
    assert found[:3] == (815_122_546_058, 111_272_744_441_155, 75_928_751_128_567)
    assert len(found) == BANDS
    assert all(0 <= band < 1 << BITS for band in found)


def test_a_text_without_shingles_has_none() -> None:
    assert bands(shingled("two words")) == ()


def test_equal_shingles_are_equal_in_all_and_no_band_is_like_another() -> None:
    one = bands(shingled(prose(1)))
    assert one == bands(shingled(prose(1).upper()))
    assert len(set(bands(shingled("only three words")))) == BANDS


@pytest.mark.parametrize(("share", "least"), [(0.05, 100), (0.1, 97), (0.15, 80)])
def test_edited_copies_share_one(share: float, least: int) -> None:
    found = [set(bands(shingled(prose(n)))) & set(bands(shingled(edited(prose(n), share, n)))) for n in range(100)]
    assert sum(map(bool, found)) >= least


def test_copies_cut_short_share_one() -> None:
    found = [set(bands(shingled(prose(n)))) & set(bands(shingled(part(prose(n), 0.6)))) for n in range(100)]
    assert sum(map(bool, found)) >= 98


def test_unrelated_texts_share_none() -> None:
    seen: set[int] = set()
    for number in range(300):
        found = set(bands(shingled(prose(number))))
        assert not found & seen
        seen |= found


def test_a_long_text_goes_through_in_pieces() -> None:
    numbers = np.unique(np.random.default_rng(1).integers(0, 1 << 63, 10_000, dtype=np.uint64))
    whole = bands(Shingled(numbers, frozenset()))
    halves = [bands(Shingled(part, frozenset())) for part in (numbers[:5000], numbers[5000:])]
    assert len({*halves[0], *halves[1]} & {*whole}) > 2  # each band of the whole is of three firsts out of either half
