"""`scrape config`: check the configuration, show it, print its schema."""

from __future__ import annotations

import argparse

import msgspec

from scraper.cli.compose import configuration
from scraper.cli.streams import Streams
from scraper.config import record_schema, rows, schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = "check: is the configuration right? show: every key and its value. schema: as JSON Schema."
    parser.add_argument("action", choices=("check", "show", "schema"))
    parser.add_argument("--origin", action="store_true", help="with show: where each value came from")
    parser.add_argument("--record", action="store_true", help="with schema: the record's instead")


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Check, show, or print a schema."""
    if args.action == "schema":
        chosen = record_schema() if args.record else schema()
        streams.write(msgspec.json.format(msgspec.json.encode(chosen), indent=2).decode() + "\n")
        return 0
    loaded = configuration(args)
    if args.action == "check":
        enabled = sum(source.enabled for source in loaded.config.sources)
        streams.write(f"{loaded.file}: right; {enabled} of {len(loaded.config.sources)} sources are enabled\n")
        return 0
    for row in rows(loaded):
        value = msgspec.json.encode(row.value).decode()
        streams.write(f"{row.key}: {value}" + (f"    # {row.origin}" if args.origin else "") + "\n")
    return 0
