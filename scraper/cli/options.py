"""Options that several commands have. Loads nothing, so that `scrape clean FILE` stays quick to start."""

from __future__ import annotations

import argparse


def add_allow_address(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Declare the option that lets a command ask addresses off the public internet."""
    parser.add_argument(
        "--allow-address",
        action="append",
        default=[],
        metavar="CIDR",
        help="a private or loopback network that may be asked, on any port; may be repeated",
    )
