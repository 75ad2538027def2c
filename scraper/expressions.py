"""Regular expressions that are compiled when they are first asked.

The cleaner has 170 of them beside its tables, and compiling all takes 80 ms of each start; one page asks for half.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_METHODS = ("match", "fullmatch", "search", "sub", "subn", "findall", "finditer", "split")


class _Compiled:
    """A compiled expression's methods as attributes: 30 ns a call more than its own."""


class _Waiting(_Compiled):
    """An expression before its first use, which makes it a _Compiled; threads may do so twice, to the same end."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self.pattern, self.flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        self.__class__ = _Compiled  # type: ignore[assignment]  # without __getattr__, which slows every look-up
        return getattr(compiled, name)


def expression(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, but for the time: a mistake in the pattern shows at the first use.

    It is asked by its methods; the functions of `re` do not take it.
    """
    return cast("re.Pattern[AnyStr]", _Waiting(pattern, flags))
