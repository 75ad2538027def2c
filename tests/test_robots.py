"""What a robots.txt prefers of the use of its pages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.robots import narrowed, preferences, usages

# The example of draft-ietf-aipref-attach, in another's words.
TWO_GROUPS = """
User-Agent: *
Allow: /
Disallow: /never/
Content-Usage: train-ai=n
Content-Usage: /ai-ok/ train-ai=y

User-Agent: scrape
Allow: /
Content-Usage: search=y
"""


def said(text: str, path: str = "/", product: str = "scrape", kind: str = "usage") -> tuple[str, ...]:
    return preferences(usages(narrowed(text, product), product), kind, path)


def test_our_group_or_else_the_one_for_everybody_says_it_for_each_path() -> None:
    assert said(TWO_GROUPS, "/test") == ("search=y",)
    assert said(TWO_GROUPS, "/test", "other") == ("train-ai=n",)
    assert said(TWO_GROUPS, "/ai-ok/test", "other") == ("train-ai=y",)


@pytest.mark.parametrize(
    ("lines", "path", "found"),
    [
        ("Content-Usage: a=n", "/x", ("a=n",)),
        ("  content-USAGE\t:\ta=n, b=y # why", "/x", ("a=n, b=y",)),
        ("Content-Usage: /x a=n\nContent-Usage: /x b=y\nContent-Usage: /x a=n", "/x/y", ("a=n", "b=y")),
        ("Content-Usage: /x a=n\nContent-Usage: /x/y a=y", "/x/y/z", ("a=y",)),
        ("Content-Usage: /*/y a=n", "/x/y/z", ("a=n",)),
        ("Content-Usage: /*.pdf$ a=n", "/x.pdf", ("a=n",)),
        ("Content-Usage: /*.pdf$ a=n", "/x.pdf?y", ()),
        ("Content-Usage: /$ a=n", "/", ("a=n",)),
        ("Content-Usage: /$ a=n", "/x", ()),
        ("Content-Usage: /ä a=n", "/%C3%A4/x", ("a=n",)),
        ("Content-Usage: /%7ejo a=n", "/~jo", ("a=n",)),
        ("Content-Usage: /a%2fb a=n", "/a%2Fb", ("a=n",)),
        ("Content-Usage: /a%2fb a=n", "/a/b", ()),
        ("Content-Usage: /x", "/x", ()),
        ("Content-Usage:", "/x", ()),
        ("Content-Signal: a=no", "/x", ()),
    ],
)
def test_a_rule_is_of_the_longest_path_that_fits(lines: str, path: str, found: tuple[str, ...]) -> None:
    assert said(f"User-agent: *\n{lines}\n", path) == found


def test_signals_are_told_apart_from_usages() -> None:
    text = "User-agent: *\nContent-Signal: search=yes,ai-train=no\nContent-Usage: train-ai=n\n"
    assert said(text, kind="signal") == ("search=yes,ai-train=no",)
    assert said(text) == ("train-ai=n",)


def test_groups_are_joined_and_end_where_the_next_begins() -> None:
    text = (
        "Content-Usage: of=nobody\nUser-agent: a\nUser-agent: scrape\nSitemap: /s\nContent-Usage: one=y\n"
        "User-agent: b\nContent-Usage: two=y\nUser-agent: scrape\nDisallow: /x\nContent-Usage: three=y\n"
    )
    assert said(text) == ("one=y", "three=y")


def test_a_group_without_preferences_hides_those_for_everybody() -> None:
    assert said("User-agent: scrape\nDisallow: /x\n\nUser-agent: *\nContent-Usage: a=n\n") == ()


def test_few_rules_of_a_group_are_kept_and_none_is_long() -> None:
    many = "User-agent: *\n" + "".join(f"Content-Usage: /{number} a=n\n" for number in range(10_000))
    assert len(usages(narrowed(many, "scrape"), "scrape")) == 200
    (long,) = usages("user-agent: *\nContent-Usage: /" + "x" * 5000 + " " + "y" * 5000, "scrape")
    assert (len(long.path), len(long.value)) == (1000, 1000)


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=40))
def test_any_text_is_read(text: str, path: str) -> None:
    said(f"User-agent: *\nContent-Usage: {text}\n{text}", f"/{path}")
