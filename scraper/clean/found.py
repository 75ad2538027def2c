"""What the readers of datelines, sign-offs and bylines give back."""

from __future__ import annotations

from msgspec import Struct, structs


class Found(Struct, frozen=True):
    """A part of a text, `text[start:end]`, that names an agency, a place, a date or people.

    `place` is as printed, `date` is YYYY-MM-DD or --MM-DD, `agency` the agency's code. `credits` is the text of the
    credits without their brackets, `desk` the name of a newsroom's desk.
    """

    start: int
    end: int
    agency: str | None = None
    place: str | None = None
    date: str | None = None
    credits: str | None = None
    desk: str | None = None
    reporters: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()


def moved(found: Found, start: int, end: int) -> Found:
    """The same at another part of the text."""
    other: Found = structs.replace(found, start=start, end=end)
    return other
