"""What a caller may choose about the text; the choices are the record's profile."""

from __future__ import annotations

from msgspec import Struct


class Options(Struct, frozen=True):
    """`with_title` leaves the headline in the text, `strip_inline` takes datelines and credits out of their sentences,
    `captions` keeps captions."""

    with_title: bool = False
    strip_inline: bool = False
    captions: bool = False

    @property
    def profile(self) -> str:
        """The options' name in a record: `default`, or the names of those that are set, joined by `+`."""
        return "+".join(name for name in self.__struct_fields__ if getattr(self, name)) or "default"
