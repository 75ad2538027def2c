"""How a line must begin, or what it must hold, for a regular expression to match: worked out once, before anyone reads.

Three of four shapes begin with `^` and a choice of words, and can match only a line with one of these words in front.
The answers err on the side of asking: a head too short costs a look, a head too few would lose a match.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]  # the standard library's own parser has no public name
from typing import Any

from scraper.clean.patterns import LONGEST_HEAD, OTHER, ShapeTable

SHORTEST_STEM = 5
"""Characters; any less would be in every other line."""

MOST_HEADS = 400
"""More heads than these are as good as none."""

SKIPPED = "\0"
"""The head of an expression of which only punctuation and spaces were read."""

Node = tuple[Any, Any]
Heads = dict[str, bool]
"""Beginnings, each with whether what follows it is known to be the rest of the expression."""

_CASED = "".join(char for point in range(sys.maxunicode + 1) if (char := chr(point)).lower() != char.upper())


def heads(shape: str) -> list[str] | None:
    """Beginnings, one of which a line has at its first word or in the punctuation before; None if any line may match.

    A head in ASCII is in lower case and up to LONGEST_HEAD long, and its first character with OTHER stands beside it.
    Any other head is one character, in all its cases. A digit is 0 and ends its head.
    """
    nodes = list(_parser.parse(shape, re.IGNORECASE))
    if not nodes or nodes[0] != (_constants.AT, _constants.AT_BEGINNING):
        return None
    nodes = nodes[2:] if len(nodes) > 1 and _is_lead(nodes[1]) else nodes[1:]
    # What is no part of a word is skipped if a word follows: heads are looked for behind it too, and words tell more.
    found = _grown({SKIPPED: True}, nodes)
    if SKIPPED in found:
        found = _grown({"": True}, nodes)
    if "" in found or len(found) > MOST_HEADS:
        return None
    return sorted({*found, *(head[0] + OTHER for head in found if head.isascii())})


def literals(shape: str) -> list[str] | None:
    """Literals in lower case, one of which is in every line that matches; None if there are no such."""
    choices = list(_required(_parser.parse(shape, re.IGNORECASE)))
    return min(choices, key=lambda choice: (len(choice), choice)) if choices else None


def _is_lead(node: Node) -> bool:
    r"""Whether a node is \W* or \s*: what may stand before the first word."""
    operation, argument = node
    if operation is not _constants.MAX_REPEAT or argument[1] is not _constants.MAXREPEAT:
        return False
    skipped = (_constants.CATEGORY_NOT_WORD, _constants.CATEGORY_SPACE)
    return list(argument[2]) in [[(_constants.IN, [(_constants.CATEGORY, category)])] for category in skipped]


def _grown(before: Heads, nodes: Iterable[Node]) -> Heads:
    """Beginnings with all that nodes may put behind them."""
    for node in nodes:
        grown = {head: False for head, is_open in before.items() if not is_open}
        for head, is_open in _after({head for head, is_open in before.items() if is_open}, node).items():
            grown[head] = grown.get(head, True) and is_open
        before = grown
    return before


def _after(heads: Iterable[str], node: Node) -> Heads:
    """Open beginnings with what one node may put behind them."""
    operation, argument = node
    found: Heads = dict.fromkeys(heads, True)
    match operation:
        case _constants.LITERAL:
            found = _joined(found, _variants(chr(argument)))
        case _constants.IN if argument == [(_constants.CATEGORY, _constants.CATEGORY_SPACE)]:
            found = {head: head == SKIPPED for head in found}
        case _constants.IN:
            chars = _members(argument)
            found = _joined(found, chars) if chars else dict.fromkeys(found, False)
        case _constants.SUBPATTERN:
            found = _grown(found, argument[3])
        case _constants.BRANCH:
            found = _either(_grown(found, branch) for branch in argument[1])
        case _constants.MAX_REPEAT | _constants.MIN_REPEAT:
            once = _grown(found, argument[2])
            if argument[1] != 1:
                once = dict.fromkeys(once, False)
            found = once if argument[0] else _either([found, once])
        case _constants.ASSERT | _constants.ASSERT_NOT:
            pass
        case _constants.AT if argument is _constants.AT_BOUNDARY:
            pass
        case _:
            found = dict.fromkeys(found, False)
    return found


def _either(choices: Iterable[Heads]) -> Heads:
    """Both readings of a beginning kept as one: closed where any is, for a closed one holds all that is longer."""
    found: Heads = {}
    for choice in choices:
        for head, is_open in choice.items():
            found[head] = found.get(head, True) and is_open
    return found


def _joined(before: Heads, chars: Iterable[str]) -> Heads:
    grown: Heads = {}
    for start in before:
        for char in chars:
            head = start
            if head == SKIPPED and not (char.isalnum() or char == "_"):
                grown[head] = True
                continue
            head = head.removeprefix(SKIPPED)
            if head and char == "0":
                grown[head] = False
            elif head and not char.isascii():
                grown[head[0] + OTHER] = False
            else:
                text = head + char
                grown[text] = text.isascii() and text != "0" and len(text) < LONGEST_HEAD
    return grown


def _members(items: Iterable[Node]) -> list[str]:
    """The characters of a class, or an empty list if they are not few."""
    chars: set[str] = set()
    for operation, argument in items:
        if operation is _constants.LITERAL:
            chars.update(_variants(chr(argument)))
        elif (operation, argument) == (_constants.CATEGORY, _constants.CATEGORY_DIGIT):
            chars.add("0")
        else:
            return []
    return sorted(chars)


def matching(char: str) -> set[str]:
    """All characters that an expression with this one matches when case is ignored."""
    return {char, *re.findall(re.escape(char), _CASED, re.IGNORECASE)}


@lru_cache(maxsize=4096)
def _variants(char: str) -> tuple[str, ...]:
    """What a character matches when case is ignored; ASCII in lower case, any digit as 0."""
    if char.isdecimal():
        return ("0",)
    return tuple(sorted({other.lower() if other.isascii() else other for other in matching(char)}))


def _required(nodes: Iterable[Node]) -> Iterator[list[str]]:
    """Choices of literals, of each of which a match has at least one."""
    run = ""
    for operation, argument in [*nodes, (None, None)]:
        if operation is _constants.LITERAL and _is_plain(argument):
            run += chr(argument).lower()
            continue
        if _is_rare(run):
            yield [run]
        run = ""
        match operation:
            case _constants.SUBPATTERN:
                yield from _required(argument[3])
            case _constants.MAX_REPEAT | _constants.MIN_REPEAT if argument[0]:
                yield from _required(argument[2])
            case _constants.BRANCH:
                branches = [_first(branch) for branch in argument[1]]
                if all(map(_is_rare, branches)):
                    yield sorted(set(branches))


def _first(nodes: Iterable[Node]) -> str:
    """The literal that a branch begins with."""
    run = ""
    for operation, argument in nodes:
        if operation is not _constants.LITERAL or not _is_plain(argument):
            break
        run += chr(argument).lower()
    return run


def _is_plain(point: int) -> bool:
    """Whether a line in lower case has the character wherever the expression matches it; but for ODD ones in ASCII."""
    return chr(point).isascii() or _variants(chr(point)) == (chr(point),)


def _is_rare(literal: str) -> bool:
    return (
        len(literal) > 2
        or (len(literal) > 1 and not literal.isascii())
        or (literal != "" and not literal.isalnum() and literal != " ")
    )


def table(shapes: Sequence[tuple[str, Sequence[str]]]) -> ShapeTable:
    """The shapes, each given with the literals of its rule, arranged for look-up."""
    by_head: dict[str, list[int]] = {}
    by_literal: dict[str, list[int]] = {}
    unmarked = []
    needed = [tuple(literal.lower() for literal in needs) for _, needs in shapes]
    for number, (shape, _) in enumerate(shapes):
        found = heads(shape)
        for head in found or ():
            by_head.setdefault(head, []).append(number)
        if found is None:
            inner = _shortened(literals(shape) or ())
            if inner and 2 * len(inner) < sum(map(str.isascii, needed[number])):
                unmarked.append(number)
            else:
                inner = []
            for literal in sorted(set(inner or needed[number])):
                by_literal.setdefault(literal, []).append(number)
    foreign: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    for literal, numbers in by_literal.items():
        if not literal.isascii():
            foreign.setdefault(max(literal), []).append((literal, tuple(numbers)))
    return ShapeTable(
        shapes=tuple(shape for shape, _ in shapes),
        needs=tuple(needed),
        heads={head: tuple(numbers) for head, numbers in sorted(by_head.items())},
        literals=tuple((literal, tuple(numbers)) for literal, numbers in by_literal.items() if literal.isascii()),
        foreign={char: tuple(found) for char, found in sorted(foreign.items())},
        unmarked=tuple(unmarked),
    )


def _shortened(found: Sequence[str]) -> list[str]:
    """Literals that begin alike as one."""
    begun = Counter(literal[:SHORTEST_STEM] for literal in found)
    return [literal if begun[literal[:SHORTEST_STEM]] == 1 else literal[:SHORTEST_STEM] for literal in found]
