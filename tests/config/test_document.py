"""YAML: values, lines, and everything that a file may not do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.config.document import MAX_BYTES, MAX_DEPTH, parse, value
from scraper.errors import ConfigError

CHARACTERS = "abc09 :#-+.~{}[],&*!|>'\"%@`\\\n\täß你"
words = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(CHARACTERS, max_size=12)
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(words, trees, max_size=4))
def test_what_was_written_is_read(tree: dict[str, object]) -> None:
    document = parse(json.dumps(tree, ensure_ascii=False).encode(), "c.yaml")  # JSON is YAML 1.2
    assert document.values == tree
    assert all((key,) in document.lines for key in tree)


def test_lines() -> None:
    document = parse(b"# top\na:\n  b: 1\nc:\n  - d: 2\n    e: [3]\n", "c.yaml")
    assert document.where(("a", "b")) == "c.yaml:3"
    assert document.where(("c", 0, "e", 0)) == "c.yaml:6"
    assert document.where(("c", 0, "none", "none")) == "c.yaml:5"


def test_yaml_1_1_surprises_are_text() -> None:
    text = b"a: no\nb: 1:30:00\nc: 2023-10-04\nd: on\ne: 0o17\non: 1_000\n"
    assert parse(text, "c").values == {
        "a": "no",
        "b": "1:30:00",
        "c": "2023-10-04",
        "d": "on",
        "e": "0o17",
        "on": "1_000",
    }


def test_nothing_is_an_empty_configuration() -> None:
    for text in (b"", b"# only a comment\n", b"---\n", b"\xef\xbb\xbf"):
        assert parse(text, "c").values == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a: [\n", r"^c\.yaml:2: broken YAML"),
        (b"a:\n\tb: 1\n", r"^c\.yaml:2: .*spaces, not tabs"),
        (b"a: 1\nb: 2\na: 3\n", r"^c\.yaml:3: `a` is given twice, first in line 1"),
        (b"x:\n  a: 1\n  'a': 3\n", r"^c\.yaml:3: `a` is given twice, first in line 2"),
        (b"a: 1\n---\nb: 2\n", r"^c\.yaml:2: broken YAML.*another document"),
        (b"- a\n", r"^c\.yaml:1: expected sections"),
        (b"text", r"^c\.yaml:1: expected sections"),
        (b"a:\n  b: \xff\n", r"^c\.yaml:2: not UTF-8"),
        (b"a: 1\nb: \x01\n", r"^c\.yaml:2: broken YAML"),
        (b"a: *b\n", r"^c\.yaml:1: broken YAML.*alias"),
        (b"a: &a [*a]\n", r"^c\.yaml:1: an alias"),
        (b"a: !!python/object/apply:os.system [x]\n", r"^c\.yaml:1: the tag .*python.* is not supported"),
        (b"a: !local 1\n", r"^c\.yaml:1: the tag !local"),
        (b"a: !!int x\n", r"^c\.yaml:1: `x` is no int"),
        (b"? [a]\n: 1\n", r"^c\.yaml:1: a key must be a word"),
        (b"a: &a {}\nb: {<<: *a}\n", r"^c\.yaml:2: merge keys"),
        (b"[" * 100_000, rf"^c\.yaml:1: nested deeper than {MAX_DEPTH} levels"),
        (b"a: " + b"x" * MAX_BYTES, r"^c\.yaml: larger than"),
        (b"a: [" + b"1," * 100_000 + b"]", r"^c\.yaml:1: more than 10000 values"),
    ],
)
def test_broken_files_name_file_and_line_in_one_line(text: bytes, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        parse(text, "c.yaml")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_aliases_may_repeat_but_not_multiply() -> None:
    assert parse(b"a: &a [1, 2]\nb: *a\n", "c").values == {"a": [1, 2], "b": [1, 2]}
    bomb = "a0: &a0 [1, 1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    with pytest.raises(ConfigError, match="alias"):
        parse(bomb.encode(), "c")


@given(st.binary(max_size=60) | st.text("ab:-[]{}&*!#|>'\"\n \t?,", max_size=40).map(str.encode))
def test_any_bytes_are_values_or_one_clear_line(data: bytes) -> None:
    problem = ""
    try:
        assert isinstance(parse(data, "c.yaml").values, dict)
    except ConfigError as error:
        problem = str(error)
    assert len(problem.splitlines()) <= 1
    assert problem == "" or problem.startswith("c.yaml")


def test_a_single_value() -> None:
    assert [value(text, "X") for text in ("30", "true", "[a, b]", "text", "")] == [30, True, ["a", "b"], "text", None]
    with pytest.raises(ConfigError, match=r"^X:1"):
        value("[a", "X")
