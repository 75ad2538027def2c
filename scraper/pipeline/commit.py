"""Group commit: one acknowledgement for many results, each of which is given only once it has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from scraper.archive import Archive

GROUP = 32
"""Results a commit at most: with three syncs of some 5 ms, one for 32 records is 35 times as fast as one for each."""
HOLD = 1.0
"""Seconds that a result waits at most for others to share its commit."""

Result = TypeVar("Result")


async def acknowledged(results: AsyncGenerator[Result, None], archive: Archive) -> AsyncGenerator[Result, None]:
    """The results in their order, each given once it is acknowledged; closes the generator.

    A commit comes when GROUP of them wait, when the first of them has waited for HOLD seconds, and when there are no
    more. Where an error ends them, those before it are acknowledged and given, and then it goes on.
    """
    async with aclosing(_groups(results)) as groups:
        async for group in groups:
            archive.commit()
            for result in group:
                yield result


async def _groups(results: AsyncGenerator[Result, None]) -> AsyncGenerator[list[Result], None]:
    clock = asyncio.get_running_loop().time
    group: list[Result] = []
    due = 0.0
    coming = asyncio.ensure_future(_next(results))
    try:
        while True:
            await asyncio.wait([coming], timeout=max(due - clock(), 0) if group else None)
            if coming.done():
                if coming.exception() is not None or not (found := coming.result()):
                    break
                due = due if group else clock() + HOLD
                group += found
                coming = asyncio.ensure_future(_next(results))
            if group and (len(group) >= GROUP or clock() >= due):
                yield group
                group = []
        if group:
            yield group
        coming.result()  # the error that ended them, if one did
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await results.aclose()


async def _next(results: AsyncGenerator[Result, None]) -> list[Result]:
    """The next result, or nothing at the end."""
    try:
        return [await anext(results)]
    except StopAsyncIteration:
        return []
