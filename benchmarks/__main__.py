"""`python -m benchmarks accuracy|speed|memory|capture|chrome|reclean|index|picture`: see benchmarks/README.md."""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import accuracy, capture, chrome, indexing, memory, picture, reclean, speed, texts
from benchmarks.data import SETS, Choice, DataError, Page, found, load_pages, load_texts, missing, read_ids
from benchmarks.systems import ONLY_TIMED, PEERS, Loaded, load


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit code 0, or 2 with a line on stderr where there is nothing to measure."""
    args = _parser().parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # peers warn of time zones and of optional parts that are not used here
            args.run(args)
    except (DataError, OSError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True)
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, required=True, help="folder of a data set, or of several by name")
    data.add_argument("--set", choices=SETS, help="which of them; without it, each that is there")
    data.add_argument("--type", help="only pages of this type, such as article; of texts, this rendering")
    data.add_argument("--ids", type=Path, help="only the ids in this file, one a line")
    data.add_argument("--limit", type=int, help="only the first so many")
    output = argparse.ArgumentParser(add_help=False)
    output.add_argument("--systems", type=_names, help=f"comma between: scrape, {', '.join(PEERS)}")
    output.add_argument("--json", type=Path, help="write the figures to this file too")

    one = commands.add_parser("accuracy", parents=[data, output], help="how right the systems are")
    one.add_argument("--worst", type=int, default=0, help="list so many of each system's worst pages")
    one.set_defaults(run=_accuracy)
    two = commands.add_parser("speed", parents=[data, output], help="what they cost")
    two.add_argument("--rounds", type=int, default=5, help="how often each system cleans each page (default 5)")
    two.set_defaults(run=_speed)
    three = commands.add_parser("memory", parents=[data], help="whether memory grows with the pages cleaned")
    three.add_argument("--system", default="scrape", choices=("scrape", *PEERS))
    three.add_argument("--after", type=int, nargs="+", default=[2_000, 20_000], help="pages (default 2000 20000)")
    three.set_defaults(run=_memory)
    five = commands.add_parser("capture", parents=[data], help="what fetching and archiving cost, beside wget")
    five.add_argument("--pages", type=int, default=1000, help="how many are fetched (default 1000)")
    five.add_argument("--rounds", type=int, default=3, help="how often by each (default 3)")
    five.add_argument("--json", type=Path, help="write the figures to this file too")
    five.set_defaults(run=_capture)
    six = commands.add_parser("chrome", parents=[data], help="what chrome memory changes on hosts with several pages")
    six.add_argument("--least", type=int, default=chrome.LEAST, help="pages of a host (default 3)")
    six.add_argument("--json", type=Path, help="write the figures to this file too")
    six.set_defaults(run=_chrome)
    seven = commands.add_parser("reclean", parents=[data], help="what cleaning WARC files costs, beside trafilatura")
    seven.add_argument("--pages", type=int, default=1000, help="how many are cleaned (default 1000)")
    seven.add_argument("--rounds", type=int, default=3, help="how often by each (default 3)")
    seven.add_argument(
        "--growth", type=int, nargs="+", help="instead: the cost of so many pages, and a worker's memory"
    )
    seven.add_argument("--json", type=Path, help="write the figures to this file too")
    seven.set_defaults(run=_reclean)
    eight = commands.add_parser("index", help="what the index answers in which time, as it grows")
    eight.add_argument("--records", type=_counts, default=[1000, 10_000, 100_000], help="default 1000,10000,100000")
    eight.add_argument("--words", type=int, default=indexing.WORDS, help="of a text, on average (default 120)")
    eight.add_argument("--folder", type=Path, help="for the file, 4.5 KB a record (default: that for temporary files)")
    eight.add_argument("--json", type=Path, help="write the figures to this file too")
    eight.set_defaults(run=_index)
    four = commands.add_parser("picture", help="accuracy against time, from a file of figures")
    four.add_argument("figures", type=Path, nargs="+", help="what accuracy --json wrote, of a set's parts together")
    four.add_argument("-o", "--output", type=Path, required=True)
    four.add_argument("--set", help="which set; without it, the file's first")
    four.set_defaults(run=_picture)
    return parser


def _names(value: str) -> list[str]:
    names = [name.strip() for name in value.split(",") if name.strip()]
    unknown = [name for name in names if name not in ("scrape", *PEERS, *ONLY_TIMED)]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown {', '.join(unknown)}; there are scrape, {', '.join(PEERS)}")
    return names


def _counts(value: str) -> list[int]:
    counts = [int(one) for one in value.split(",") if one.isdecimal() and int(one)]
    if len(counts) != value.count(",") + 1:
        raise argparse.ArgumentTypeError(f"{value!r}: whole numbers with commas between are expected")
    return counts


def _accuracy(args: argparse.Namespace) -> None:
    loaded = load(args.systems)
    result = _about(loaded)
    for name in _sets(args):
        if name == "texts":
            result["sets"][name] = texts.report(texts.run(_some(_choice(args).of(load_texts(args.data)))), args.worst)
        else:
            rows = accuracy.run(_pages(args, name), loaded.systems)
            result["sets"][name] = accuracy.report(name, rows, args.worst)
    _write(args.json, result)


def _speed(args: argparse.Namespace) -> None:
    args = _some_of(args, 60)
    loaded = load(args.systems, timed=True)
    result = _about(loaded)
    for name in _sets(args):
        if name == "texts":
            result["sets"][name] = speed.report_lines(_some(_choice(args).of(load_texts(args.data))), args.rounds)
        else:
            result["sets"][name] = speed.report_pages(name, _pages(args, name), loaded.systems, args.rounds)
    _write(args.json, result)


def _memory(args: argparse.Namespace) -> None:
    loaded = load([args.system])
    if not loaded.systems:
        raise DataError(loaded.skipped[0])
    name = next((name for name in _sets(args) if name != "texts"), None)
    if name is None:
        raise DataError(f"no pages under {args.data}")
    memory.report(_pages(args, name), args.system, loaded.systems[args.system], sorted(args.after))


def _capture(args: argparse.Namespace) -> None:
    name = next((name for name in _sets(args) if name != "texts"), None)
    if name is None:
        raise DataError(f"no pages under {args.data}")
    pages = _pages(_some_of(args, 200), name)
    about = {"python": platform.python_version(), "machine": platform.machine(), "set": name}
    _write(args.json, {"about": about, "capture": capture.report(pages, args.pages, args.rounds)})


def _chrome(args: argparse.Namespace) -> None:
    result = _about(load(["scrape"]))
    for name in _sets(args):
        if name == "texts":
            hosts = chrome.run_texts(_some(_choice(args).of(load_texts(args.data))), args.least)
        else:
            hosts = chrome.run_pages(_pages(args, name), args.least)
        result["sets"][name] = chrome.report(name, hosts)
    _write(args.json, result)


def _reclean(args: argparse.Namespace) -> None:
    pages = [page for name in _sets(args) if name != "texts" for page in _pages(args, name)]
    if not pages:
        raise DataError(f"no pages under {args.data}")
    about = {"python": platform.python_version(), "machine": platform.machine()}
    found = (
        reclean.growth(pages, sorted(args.growth)) if args.growth else reclean.report(pages, args.pages, args.rounds)
    )
    _write(args.json, {"about": about, "reclean": found})


def _index(args: argparse.Namespace) -> None:
    about = {"python": platform.python_version(), "machine": platform.machine(), "sqlite": sqlite3.sqlite_version}
    _write(args.json, {"about": about, "index": indexing.report(args.records, args.words, args.folder)})


def _picture(args: argparse.Namespace) -> None:
    files = [json.loads(path.read_text(encoding="utf-8"))["sets"] for path in args.figures]
    name = args.set or next((name for name in files[0] if "systems" in files[0][name]), "")
    parts = [sets[name] for sets in files if name in sets]
    if len(parts) < len(files):
        raise DataError(f"no pages of one set in {', '.join(map(str, args.figures))}")
    args.output.write_text(picture.draw(picture.points(picture.together(parts)), name), encoding="utf-8")


def _sets(args: argparse.Namespace) -> list[str]:
    names = [args.set] if args.set else found(args.data)
    if not names:
        raise DataError(f"no data set under {args.data}: see benchmarks/README.md for the files")
    return names


def _choice(args: argparse.Namespace) -> Choice:
    return Choice(args.type, read_ids(args.ids) if args.ids else None, args.limit)


def _some_of(args: argparse.Namespace, count: int) -> argparse.Namespace:
    """The same with a limit of its own where none was given."""
    return argparse.Namespace(**(vars(args) | {"limit": args.limit or count}))


def _pages(args: argparse.Namespace, name: str) -> list[Page]:
    pages = _choice(args).of(load_pages(args.data, name))
    absent = set(missing(pages))
    if absent:
        print(f"{name}: {len(absent)} pages left out, their HTML is not there", file=sys.stderr)
    return _some([page for page in pages if page.id not in absent])


def _some(items: list[Any]) -> list[Any]:
    if not items:
        raise DataError("nothing is left to measure (see --type, --ids)")
    return items


def _about(loaded: Loaded) -> dict[str, Any]:
    for line in loaded.skipped:
        print(line, file=sys.stderr)
    print("  ".join(f"{name} {version}" for name, version in loaded.versions.items()))
    about = {"python": platform.python_version(), "machine": platform.machine(), "systems": loaded.versions}
    return {"about": about, "sets": {}}


def _write(path: Path | None, result: dict[str, Any]) -> None:
    if path:
        path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
