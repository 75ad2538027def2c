"""What a person reads: a diff that a machine can apply."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from scraper.cli.show import bar, diff

LINES = st.lists(st.sampled_from(["", "a", "b", "c", "Some line."]), max_size=30)


def apply(before: list[str], patch: str) -> list[str]:
    """Apply a unified diff strictly: every context and removed line must be where the hunk says."""
    after: list[str] = []
    done = 0
    for line in patch.splitlines()[2:]:
        if hunk := re.fullmatch(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@", line):
            first = int(hunk[1]) - (int(hunk[2]) > 0)
            after += before[done:first]
            done = first
            assert len(after) == int(hunk[3]) - (int(hunk[4]) > 0)
            continue
        if line[0] in " -":
            assert before[done] == line[1:]
            done += 1
        if line[0] in " +":
            after.append(line[1:])
    return after + before[done:]


@given(LINES, LINES)
def test_a_diff_applied_gives_the_new_text(before: list[str], after: list[str]) -> None:
    patch = diff("name", before, after, colour=False)
    assert apply(before, patch) == after
    assert (patch == "") == (before == after)


@given(LINES, st.data())
def test_taking_lines_away_puts_none_there(before: list[str], data: st.DataObject) -> None:
    after = [line for line in before if data.draw(st.booleans()) and line]
    added = [line for line in diff("name", before, after, colour=False).splitlines()[2:] if line.startswith("+")]
    assert added == []


def test_a_diff_shows_three_lines_around_a_change() -> None:
    before = [str(number) for number in range(20)]
    assert diff("n", before, before[:9] + before[10:], colour=False).splitlines() == [
        "--- n",
        "+++ n (clean)",
        "@@ -7,7 +7,6 @@",
        *[" 6", " 7", " 8", "-9", " 10", " 11", " 12"],
    ]


def test_a_hostile_name_stays_on_its_line() -> None:
    assert "\x1b" not in diff("a\x1b[2J\nb", ["x"], [], colour=False)


def test_the_bar() -> None:
    assert bar(0, 2).endswith("] 0/2")
    assert bar(2, 2).count("#") == 24
