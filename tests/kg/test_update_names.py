"""Names of places and languages are ours: no Babel changes them, and the tool that takes them over is run by hand."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from kg.authority.concepts import LANGUAGES
from kg.authority.update_names import FOLDER, language_names, main, place_names
from tests.conftest import REPOSITORY

Names = Mapping[str, Mapping[str, str]]


def kept(name: str) -> dict[str, Names]:
    """A file's tables as they are committed; the one of places has no name."""
    table = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    return table if "names" in table else {"names": table}


@pytest.mark.parametrize(("name", "least"), [("place_names.toml", 280), ("language_names.toml", 600)])
def test_every_row_has_a_name_in_every_language(name: str, least: int) -> None:
    names = kept(name)["names"]
    assert len(names) > least
    assert {tuple(row) for row in names.values()} == {LANGUAGES}
    assert all(label.strip() == label != "" for row in names.values() for label in row.values())


def test_every_other_code_of_a_language_means_one_that_is_known_and_is_none_itself() -> None:
    table = kept("language_names.toml")
    assert set(table["aliases"].values()) <= set(table["names"])
    assert {"spa", "fre", "fra", "por", "eng", "iw"} <= set(table["aliases"])


@pytest.mark.parametrize(
    ("name", "written"), [("place_names.toml", place_names()), ("language_names.toml", language_names())]
)
def test_the_babel_that_is_installed_says_much_the_same(name: str, written: str) -> None:
    # Releases differ in a few rows of hundreds. A file that was cut short or shifted differs in most.
    ours, table = kept(name)["names"], tomllib.loads(written)
    theirs: Names = table.get("names", table)
    same = [code for code in ours.keys() & theirs.keys() if ours[code] == theirs[code]]
    assert len(same) > 0.9 * len(ours.keys() | theirs.keys())


def test_both_files_are_written_as_they_are_read(tmp_path: Path) -> None:
    main(tmp_path)
    for name, written in {"place_names.toml": place_names(), "language_names.toml": language_names()}.items():
        assert (tmp_path / name).read_text(encoding="utf-8") == written
        assert written.partition("\n")[0] == (FOLDER / name).read_text(encoding="utf-8").partition("\n")[0]


def test_known_places_and_languages_do_without_babel() -> None:
    program = (
        "import sys; from kg.authority.places import resolve_place, regions_of; "
        "from kg.authority.concepts import Kind, resolve; from kg.importers.language_codes import iso_639_1; "
        "print(regions_of(resolve_place('Mali')), resolve(Kind.LANGUAGE, 'anglais'), iso_639_1('spa'), "
        "'babel' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=REPOSITORY, timeout=60
    ).stdout
    assert said.endswith("es False\n"), said
