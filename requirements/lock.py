"""Pin every dependency, with the hash of each file of each release, for Python 3.11 to 3.13 on any platform.

    python requirements/lock.py              pins what pyproject.toml newly asks for, and keeps the rest
    python requirements/lock.py --upgrade    moves every pin to the newest release that pyproject.toml allows

Makes run.txt (the package and its extra `web`: the image), build.txt (its build), test.txt (run, and what the tests
need), browser.txt (what drives a browser in tests/web), far.txt (run, the extras `s3` and `cluster`, and what their
tests need; an environment of its own, for botocore and htmldate agree on no newest dateutil), and readers.txt and
pywb.txt, the programs that tests/peers reads our archives with, each in an environment of its own. Install one with
`pip install --no-deps --require-hashes -r FILE`. The resolver is uv, in an environment that is thrown away, because it
resolves for all of the Pythons at once; it asks whatever index it is configured for, and no file names that.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

UV = "uv==0.13.9"
HERE = Path(__file__).parent
PROJECT = HERE.parent / "pyproject.toml"
COMMAND = "python requirements/lock.py"
# What moto's server imports for S3 alone: its own extra `server` brings 250 MB for the other services.
FAR = ("moto[s3]", "flask", "flask-cors", "pytest", "pytest-xdist", "hypothesis")
ALONE = {
    "browser.txt": ("playwright",),
    "readers.txt": ("warcio", "fastwarc", "cdxj-indexer", "surt", "wacz", "markdown-it-py"),
    # brotlipy, which pywb needs, shadows brotli: it would break our decoder's bound. pywb imports cgi.
    "pywb.txt": ("pywb", 'legacy-cgi; python_version >= "3.13"'),
}


def main(arguments: list[str]) -> None:
    """Write the files."""
    if set(arguments) - {"--upgrade"}:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", UV], check=True)  # noqa: S603 -- our own arguments
        build = Path(folder, "build.in")
        build.write_text("\n".join(tomllib.loads(PROJECT.read_text())["build-system"]["requires"]))
        resolve = [str(python), "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11", *arguments]
        compile_to("run.txt", [*resolve, str(PROJECT), "--extra", "web"])
        compile_to("build.txt", [*resolve, str(build)])
        compile_to("test.txt", [*resolve, str(PROJECT), "--extra", "test", "--constraint", str(HERE / "run.txt")])
        beyond = Path(folder, "far.in")
        beyond.write_text("\n".join(FAR))
        compile_to("far.txt", [*resolve, str(PROJECT), "--extra", "s3", "--extra", "cluster", str(beyond)])
        for name, wanted in ALONE.items():
            asked = Path(folder, name)
            asked.write_text("\n".join(wanted))
            compile_to(name, [*resolve, str(asked)])


def compile_to(name: str, resolve: list[str]) -> None:
    """Write one file; an index's address in it would be this machine's business, and ends the run."""
    options = ["--generate-hashes", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    target = HERE / name
    options += ["--custom-compile-command", COMMAND, "--output-file", str(target)]
    subprocess.run([*resolve, *options], check=True)  # noqa: S603 -- our own arguments
    if "://" in target.read_text():
        sys.exit(f"{target}: holds an address; it must hold names, versions and hashes only")


if __name__ == "__main__":
    main(sys.argv[1:])
