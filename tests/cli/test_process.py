"""The command as a process: exit codes, pipes, signals, and names and terminals that are not UTF-8."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import CLEAN, DIRTY, PARAGRAPHS, start

import scraper

Make = Callable[[str], str]


def test_a_pipe_in_and_a_pipe_out() -> None:
    out, err = start("clean").communicate(DIRTY.encode())
    assert (out.decode(), err) == (CLEAN, b"")


def test_output_is_utf8_whatever_the_terminal_is() -> None:
    text = DIRTY.replace("mayor", "maire élu")
    process = start("clean", env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    out, _ = process.communicate(text.encode())
    assert (process.returncode, out.decode()) == (0, CLEAN.replace("mayor", "maire élu"))


def test_a_file_name_that_is_no_utf8(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9\n.txt"
    with open(name, "wb") as file:
        file.write(DIRTY.encode())
    for options in (["--explain"], ["--json"], ["--output", str(tmp_path / "out")]):
        process = start("clean", *options, name, name)
        out, err = process.communicate()
        assert (process.returncode, err) == (0, b"")
        out.decode("utf-8", "strict")
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_reader_that_goes_away_ends_it_quietly(dirty: Make) -> None:
    path = Path(dirty("large.txt"))
    path.write_text("\n\n".join(PARAGRAPHS * 2_000))
    process = start("clean", "--json", str(path), str(path))
    assert process.stdout is not None
    assert process.stdout.read(1) == b"{"
    process.stdout.close()
    assert process.wait() == 141
    assert process.stderr is not None
    assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
def test_a_full_disk_is_a_limit(dirty: Make) -> None:
    with open("/dev/full", "wb") as full:
        process = start("clean", dirty("a.txt"), dirty("b.txt"), stdout=full.fileno())
        _, err = process.communicate()
    assert process.returncode == 7
    assert err.count(b"\n") == 1
    assert b"No space left" in err


def test_a_closed_standard_output_and_input(dirty: Make) -> None:
    path = dirty("a.txt")
    for redirected, code in (("<&-", 0), (">&-", 7)):
        process = start_shell(f'exec "$@" {redirected}', "clean", path)
        _, err = process.communicate()
        assert process.returncode == code, err


def start_shell(script: str, *argv: str) -> subprocess.Popen[bytes]:
    inner = start(*argv)
    inner.kill()
    inner.communicate()
    command = inner.args
    assert isinstance(command, list)
    return subprocess.Popen(["/bin/sh", "-c", script, "sh", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cuts_it_off_without_a_trace(dirty: Make, number: int, code: int) -> None:
    # The first input's text on stdout shows that the process is up; then it waits for the second.
    process = start("clean", "--no-header", dirty("a.txt"), "-")
    assert process.stdout is not None
    assert process.stdout.read(len(CLEAN)).decode() == CLEAN
    process.send_signal(number)
    _, err = process.communicate()
    assert (process.returncode, err) == (code, b"")


EARLY = """
import os, signal, sys
from importlib.abc import MetaPathFinder
from scraper.__main__ import start
class Interrupting(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "scraper.cli":
            assert not {"scraper.clean", "msgspec"} & set(sys.modules)  # nothing that takes long came before
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
start()
"""


def test_an_interrupt_while_it_is_being_loaded_leaves_no_trace() -> None:
    place = os.environ | {"PYTHONPATH": str(Path(scraper.__file__).parents[1])}
    ran = subprocess.run([sys.executable, "-c", EARLY], capture_output=True, env=place, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (-signal.SIGINT, b"", b"")  # which a shell gives as 130


ENDING = """
import atexit, sys
from scraper.__main__ import start
atexit.register(lambda: print("done"))
sys.argv = ["scrape", *sys.argv[1:]]
sys.exit(start())
"""


@pytest.mark.parametrize(("argument", "code"), [("--version", 0), ("nothing", 2)])
def test_its_quick_end_leaves_nothing_undone(argument: str, code: int) -> None:
    place = os.environ | {"PYTHONPATH": str(Path(scraper.__file__).parents[1])}
    ran = subprocess.run([sys.executable, "-c", ENDING, argument], capture_output=True, env=place, check=False)
    assert ran.returncode == code
    assert ran.stdout.splitlines()[-1] == b"done"
