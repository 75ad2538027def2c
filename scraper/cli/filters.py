"""Options that choose among articles by time and language, as several commands have them."""

from __future__ import annotations

import argparse
import re

from scraper.errors import UsageError

_TIME = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d+)?)?)?)?)?)?", re.ASCII
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--since", metavar="TIME", help="only what was fetched since: 2026-11, 2026-11-21 or more")
    parser.add_argument("--until", metavar="TIME", help="only what was fetched until the end of: the same")
    parser.add_argument("--language", metavar="TAGS", help="only articles in: en, or de,fr (und: not known)")


def times(args: argparse.Namespace) -> tuple[str | None, str | None]:
    """Since and until, without the Z."""
    for name in ("since", "until"):
        value = getattr(args, name)
        if value is not None and not _TIME.fullmatch(value.removesuffix("Z")):
            raise UsageError(f"--{name} {value}: no time in UTC such as 2026-11, 2026-11-21 or 2026-11-21T12:00")
    since, until = (value and value.removesuffix("Z") for value in (args.since, args.until))
    return since, until


def languages(args: argparse.Namespace) -> tuple[str, ...]:
    """The tags, in lower case."""
    tags = names(args.language)
    if wrong := next((tag for tag in tags if not _LANGUAGE.fullmatch(tag)), None):
        raise UsageError(f"--language {wrong}: no language tag such as en or pt-BR")
    return tags


def names(value: str | None) -> tuple[str, ...]:
    """The names in a list with commas, in lower case."""
    return tuple(part.strip().lower() for part in (value or "").split(",") if part.strip())
