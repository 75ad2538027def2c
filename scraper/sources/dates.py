"""A date as a feed or a sitemap prints it -> ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST = 64
_FIRST_NEWSPAPER = 1605
"""Earlier dates are placeholders: 0001-01-01 is what an unset date prints as in Go and .NET."""


def iso(text: str | None) -> str | None:
    """Read W3C-DTF (sitemaps.org), RFC 3339 (Atom) or RFC 822 (RSS); None if it is none of them.

    A printed offset is kept; without one there is none in the answer, and a day alone stays a day. Nothing is guessed.
    """
    printed = (text or "").strip()
    if not printed or len(printed) > _LONGEST:
        return None
    try:
        if _ISO_DAY.fullmatch(printed):
            return printed if date.fromisoformat(printed).year >= _FIRST_NEWSPAPER else None
        moment = _moment(printed)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat() if moment.year >= _FIRST_NEWSPAPER else None


def _moment(printed: str) -> datetime:
    if printed[:4].isdecimal():
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d|Z)", "", printed))
    moment = parsedate_to_datetime(printed)
    # RFC 5322, 3.3: "-0000" is universal time of which the local offset is not known.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None and printed.endswith("-0000") else moment
