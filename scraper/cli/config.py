"""`scrape config`: check the configuration, show it, print its schema, add a source to it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import msgspec
from msgspec import structs

from scraper.cli.compose import configuration
from scraper.cli.options import add_allow_address
from scraper.cli.streams import Streams
from scraper.config import Loaded, record_schema, rows, schema
from scraper.errors import UnusableError, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "check: is the configuration right? show: every key and its value. schema: as JSON Schema. add: look at a "
        "site, and write the source that `scrape discover` offers into the file, which keeps its comments."
    )
    parser.add_argument("action", choices=("check", "show", "schema", "add"))
    parser.add_argument("url", nargs="?", metavar="URL", help="with add: a site's page, or a feed or sitemap")
    parser.add_argument("--name", help="with add: the source's name (default: from its host)")
    parser.add_argument("--origin", action="store_true", help="with show: where each value came from")
    parser.add_argument("--record", action="store_true", help="with schema: the record's instead")
    add_allow_address(parser)


def run(args: argparse.Namespace, streams: Streams) -> int:
    """Check, show, print a schema, or add a source."""
    if (args.action == "add") is (args.url is None):
        raise UsageError("config add needs a URL" if args.url is None else f"config {args.action} takes no URL")
    if args.action == "schema":
        chosen = record_schema() if args.record else schema()
        streams.write(msgspec.json.format(msgspec.json.encode(chosen), indent=2).decode() + "\n")
        return 0
    loaded = configuration(args)
    if args.action == "add":
        return _add(loaded, args, streams)
    if args.action == "check":
        enabled = sum(source.enabled for source in loaded.config.sources)
        streams.write(f"{loaded.file}: right; {enabled} of {len(loaded.config.sources)} sources are enabled\n")
        return 0
    for row in rows(loaded):
        value = msgspec.json.encode(row.value).decode()
        streams.write(f"{row.key}: {value}" + (f"    # {row.origin}" if args.origin else "") + "\n")
    return 0


def _add(loaded: Loaded, args: argparse.Namespace, streams: Streams) -> int:
    # The commands that ask the network start slowly, and the others of this file are quick.
    from scraper.cli.discover import look_at  # noqa: PLC0415
    from scraper.cli.web import Web  # noqa: PLC0415
    from scraper.config import add  # noqa: PLC0415

    add.check_room(loaded, args.name)  # before anybody is asked
    with Web(args, streams) as web:
        offer = look_at(args.url, web, streams).offer
    if offer is None:
        raise UnusableError(f"{args.url}: nothing that a source can be made of works now", reason="no-links")
    source = offer.source(args.name)
    source = source if args.name else structs.replace(source, name=add.free_name(loaded, source.name))
    add.add(loaded, source, os.environ, Path.cwd())
    streams.write(add.block(source))
    streams.say(f"{loaded.file}: source `{source.name}` added; `scrape run {source.name}` tries it")
    return 0
