"""robots.txt as text: its groups narrowed to one product, and what a group prefers of the use of its pages. Pure.

The Content-Usage rule is that of the IETF draft "Associating AI Usage Preferences with Content in HTTP"
(draft-ietf-aipref-attach-05), Content-Signal the older line of the same form that many sites have. They are recorded
as they stand, and never read: their vocabulary still moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

_TOKEN = re.compile(r"[A-Za-z_-]+")  # a product token: RFC 9309 section 2.2.1
_USER_AGENT = re.compile(r"\s*user(?:-|\s+)?agent(?:\s*:|\s)\s*([^#]*)", re.IGNORECASE)
_USAGE = re.compile(r"[ \t]*content-(usage|signal)[ \t]*:[ \t]*([^#\r\n]*)", re.IGNORECASE)
_RULE = re.compile(r"[ \t]*[A-Za-z][A-Za-z-]*[ \t]*:")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NOBODY = "-"
_MAX_USAGES = 200  # rules of a group that are kept: each is matched against every page's path
_MAX_VALUE = 1000  # characters of a rule's value
_GLOBAL = frozenset({"sitemap", "host", "clean-param"})  # lines of no group


class Usage(Struct, frozen=True):
    """One preference: `kind` is "usage" or "signal", `path` a pattern as in Allow, or "" for every page."""

    kind: str
    path: str
    value: str


def is_product(text: str) -> bool:
    """Whether a product can be named in a robots.txt."""
    return _TOKEN.fullmatch(text) is not None


def narrowed(text: str, product: str) -> str:
    """A robots.txt with every user-agent line reduced to the product token, "*", or nobody.

    RFC 9309 section 2.2.1 matches tokens only, so "scrape/1.0" means us and "scr" does not. It also bounds the parser's
    work: a file of 250 kB user-agent lines above 250 kB rules would make it hold half a billion rules.
    """
    return "\n".join(_narrowed_line(line, product.lower()) for line in text.splitlines())


def usages(text: str, product: str) -> tuple[Usage, ...]:
    """The preferences in the groups for a product of a narrowed robots.txt; those for everybody if it has no group."""
    found: dict[str, list[Usage]] = {}
    agents: list[str] = []
    in_rules = False
    for line in text.splitlines():
        agent = _USER_AGENT.match(line)
        if agent is not None and agent[1].strip():
            agents = [] if in_rules else agents
            in_rules = False
            agents.append(agent[1].strip().lower())
            found.setdefault(agents[-1], [])
        elif _RULE.match(line) and line.partition(":")[0].strip().lower() not in _GLOBAL:
            in_rules = True
            for usage in _usage(line):
                for name in set(agents):
                    if len(found[name]) < _MAX_USAGES:
                        found[name].append(usage)
    return tuple(found.get(product.lower(), found.get("*", [])))


def preferences(rules: Iterable[Usage], kind: str, path: str) -> tuple[str, ...]:
    """What a group prefers for a path: the value of the rule with the longest matching path, of several with the same.

    `path` is a request target, as the address guard spells it.
    """
    path = spelled(path)
    fitting = [rule for rule in rules if rule.kind == kind and fits(rule.path, path)]
    longest = max((len(rule.path.encode()) for rule in fitting), default=0)
    return tuple(dict.fromkeys(rule.value for rule in fitting if len(rule.path.encode()) == longest))


def _narrowed_line(line: str, product: str) -> str:
    agent = _USER_AGENT.match(line)
    if agent is None or not agent[1].strip():
        return line
    value = agent[1].strip().lower()
    if value.split()[0] == "*":
        return "user-agent: *"
    token = _TOKEN.match(value)
    return f"user-agent: {product if token and token[0] == product else _NOBODY}"


def _usage(line: str) -> Iterator[Usage]:
    """The preference in a line, if there is one."""
    match = _USAGE.match(line)
    value = match[2].strip() if match else ""
    if match is None or not value:
        return
    path, preference = "", value
    if value.startswith("/"):
        path, _, preference = value.replace("\t", " ").partition(" ")
    if preference.strip():
        yield Usage(match[1].lower(), spelled(path)[:_MAX_VALUE], " ".join(preference.split())[:_MAX_VALUE])


def fits(pattern: str, path: str) -> bool:
    """Whether a path begins with a pattern, in which "*" is any characters and a "$" at its end is the path's end."""
    exact = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not pieces:
        return not exact or len(path) == len(first)
    at = len(first)
    for piece in pieces[:-1] if exact else pieces:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not exact or (len(path) - at >= len(pieces[-1]) and path.endswith(pieces[-1]))


def spelled(path: str) -> str:
    """A path in one spelling: unreserved characters bare, others percent-encoded in capitals; RFC 9309, 2.2.2."""
    ascii_only = "".join(
        character if character.isascii() else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
        for character in path
    )
    return _ESCAPED.sub(_unescaped, ascii_only)


def _unescaped(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()
