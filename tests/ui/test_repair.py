"""What can be made from the records is made anew; what cannot is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conftest import WriteLines, build_sources, services_for
from ui.cli import main
from ui.wiring import Services

RECORD = '{"id": "r1", "title": "On wells", "topic": ["water"], "isbn": ["1"], "author": ["Ng, Ann"]}'


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repair")
    source = folder / "records.jsonl"
    source.write_text(RECORD + "\n", encoding="utf-8")
    build_sources(services_for(folder / "data"), source)
    return folder / "data"


@pytest.fixture
def services(whole: Path, tmp_path: Path) -> Services:
    shutil.copytree(whole, tmp_path / "data")
    return services_for(tmp_path / "data")


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


@pytest.mark.parametrize(
    "pattern",
    ["graph/*.sst", "text/*.store", "suggest/*.idx", "facets/topic.values.strings", "mentions.sqlite", "vectors/*.vec",
     "vector-keys.npy", "ann/rows.npy", "problems.jsonl"],
)  # fmt: skip
def test_a_damaged_part_is_made_anew_from_the_records(services: Services, pattern: str) -> None:
    digests = services.snapshot().manifest.digests
    damaged = next(services.data.live().glob(pattern))
    problems = (services.data.live() / "problems.jsonl").read_text(encoding="utf-8")
    _flip(damaged)
    found = CliRunner().invoke(main, ["check", "--files", "--data", str(services.data.path)])
    assert found.exit_code == 1
    assert damaged.name in found.stdout
    assert "check --repair" in found.stdout
    repaired = CliRunner().invoke(main, ["check", "--repair", "--data", str(services.data.path)])
    assert repaired.exit_code == 0, repaired.output
    after = services.snapshot()
    assert (after.manifest.name, after.manifest.cause) == ("000002", "repair")
    assert after.manifest.digests == digests
    assert (services.data.live() / "problems.jsonl").read_text(encoding="utf-8").count("\n") == problems.count("\n")


@pytest.mark.parametrize("name", ["records/000000.sqlite", "fields.json", "manifest.json"])
def test_what_there_is_no_second_source_of_is_named_and_left(services: Services, name: str) -> None:
    _flip(services.data.live() / name)
    found = CliRunner().invoke(main, ["check", "--repair", "--data", str(services.data.path)])
    assert found.exit_code == 1
    assert f"{name} is damaged" in found.stdout
    assert services.data.names() == ["000001"]


def test_nothing_damaged_is_nothing_done(services: Services, write_lines: WriteLines) -> None:
    found = CliRunner().invoke(main, ["check", "--repair", "--data", str(services.data.path)])
    assert (found.exit_code, services.data.names()) == (0, ["000001"])
    assert "1 reports checked, 0 violations" in found.stdout
