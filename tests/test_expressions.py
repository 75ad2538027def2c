"""An expression answers as a compiled one does, from the first question on."""

from __future__ import annotations

import re

import pytest

from scraper.expressions import expression


@pytest.mark.parametrize("method", ["match", "fullmatch", "search"])
def test_it_answers_as_a_compiled_one(method: str) -> None:
    late, compiled = expression(r"b(\w)", re.I), re.compile(r"b(\w)", re.I)
    for text in ("BC", "a bc", "", "bc"):
        found, expected = getattr(late, method)(text), getattr(compiled, method)(text)
        assert (found and found.groups()) == (expected and expected.groups())


def test_what_is_bound_before_the_first_use_works_after_it() -> None:
    late = expression(rb"\d+")
    assert list(map(late.findall, (b"1 22", b"-"))) == [[b"1", b"22"], []]
    assert late.sub(b"0", b"1 22") == b"0 0"
    assert late.pattern == rb"\d+"


def test_nothing_is_compiled_before_it_is_asked() -> None:
    broken = expression("(")
    with pytest.raises(re.error):
        broken.search("a")


def test_only_an_expression_is_what_it_is() -> None:
    with pytest.raises(AttributeError):
        expression("a").replace  # type: ignore[attr-defined]  # noqa: B018 - the look-up is the question
