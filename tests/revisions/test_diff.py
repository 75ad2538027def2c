"""What changed from one version to another."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from scraper.revisions.diff import Diff, Version, diff

OLD = [
    "The city council approved the new bridge on Tuesday.",
    "It will cost forty million, a third of which comes from the region.",
    "“We are glad,” said the mayor, Ann Smith.",
    "Construction begins in the spring.",
    "Nobody was hurt.",
]


def told(found: Diff) -> list[tuple[tuple[str, ...], str | None, str | None]]:
    return [(tuple(change.kinds), change.before, change.after) for change in found.changes]


def of(old: list[str], new: list[str], **more: str) -> Diff:
    return diff(Version("Title", "\n\n".join(old)), Version("Title", "\n\n".join(new), **more))


def test_nothing_changed_but_white_space_and_paragraphs() -> None:
    assert diff(Version("A  title", " ".join(OLD)), Version("A title", "\n".join(OLD))) == Diff((), 5)


def test_each_change_is_told_apart() -> None:
    new = [OLD[0], OLD[1].replace("forty", "sixty"), OLD[3], "The opposition will go to court over it.", OLD[4]]
    found = of(OLD, new)
    assert told(found) == [
        (("figures",), OLD[1], new[1]),
        (("removed",), OLD[2], None),
        (("added",), None, new[3]),
    ]
    assert (found.same, found.counts()) == (3, {"figures": 1, "added": 1, "removed": 1})


def test_a_sentence_in_other_words_is_rewritten_with_its_figures() -> None:
    old = ["The mayor said that 12 people had died in the fire."]
    new = ["The mayor said on the phone that 14 had died."]
    assert told(of(old, new)) == [(("figures", "rewritten"), old[0], new[0])]


def test_what_only_changed_its_place_is_told_once() -> None:
    found = of(OLD, [OLD[0], OLD[2], OLD[3], OLD[1], OLD[4]])
    assert told(found) == [(("reordered",), OLD[1], OLD[1])]


def test_the_headline() -> None:
    found = diff(Version("Council approves bridge", "A b."), Version("Council rejects bridge", "A b."))
    assert told(found) == [(("headline", "rewritten"), "Council approves bridge", "Council rejects bridge")]
    assert told(diff(Version(None, "A b."), Version("New", "A b.")))[0][0][0] == "headline"


def test_known_noise_is_in_neither() -> None:
    old, new = [*OLD, "1,204 people are reading this"], [*OLD, "1,377 people are reading this"]
    found = diff(Version("T", "\n".join(old)), Version("T", "\n".join(new)), noise=[old[-1], new[-1]])
    assert found == Diff((), 5)


SENTENCES = st.lists(st.sampled_from([*OLD, *(line.replace("e", "i") for line in OLD)]), max_size=12)


@given(SENTENCES, SENTENCES)
def test_the_changes_make_one_the_other(old: list[str], new: list[str]) -> None:
    found = of(old, new)
    came = [change.after for change in found.changes if change.before != change.after and change.after]
    went = [change.before for change in found.changes if change.before != change.after and change.before]
    assert sorted([*old, *came]) == sorted([*new, *went])
    assert (not found.changes) == (old == new)


def test_long_texts_without_a_common_line_cost_little() -> None:
    old = "\n".join(f"Number {n} of the old ones stands here {n * 7} times." for n in range(3000))
    new = "\n".join(f"The {n}th of these is another one, {n * 11} in all." for n in range(3000))
    before = time.process_time()
    diff(Version("T", old), Version("T", new))
    assert time.process_time() - before < 10
