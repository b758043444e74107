from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from search.errors import DamagedSnapshotError
from search.snapshots.checks import State
from search.snapshots.damage import HOLDS, REMEDIES, DamagedFile, Part, find_damage, part_of
from search.snapshots.pipeline import Task
from search.snapshots.snapshot import DataDirectory, Manifest
from tests.conftest import SAMPLE, build_sources, carry_out, services_for


@pytest.fixture
def data(sample_data: Path, tmp_path: Path) -> DataDirectory:
    """A copy of the sample that may be damaged."""
    return DataDirectory(Path(shutil.copytree(sample_data, tmp_path / "copied")))


def test_every_file_of_a_snapshot_belongs_to_a_part(data: DataDirectory) -> None:
    parts = {part_of(path) for path in Manifest.read(data.live()).files}
    assert parts == set(Part) - {Part.MANIFEST, Part.POINTER, Part.OTHER}
    assert part_of("manifest.json") is Part.MANIFEST
    assert part_of("vector-keys.npy") is Part.VECTORS
    assert part_of("notes.txt") is Part.OTHER
    assert set(HOLDS) == set(REMEDIES) == set(Part)


def test_all_damage_is_found_at_once(data: DataDirectory) -> None:
    live = data.live()
    assert find_damage(data) == []
    (live / "problems.jsonl").write_bytes(b"?")
    (live / "records/000000.sqlite").unlink()
    (live / "graph" / "000999.log").touch()
    found = find_damage(data)
    assert found == [
        DamagedFile("snapshots/000001/graph/000999.log", State.UNEXPECTED, Part.OTHER),
        DamagedFile("snapshots/000001/problems.jsonl", State.DAMAGED, Part.PROBLEMS),
        DamagedFile("snapshots/000001/records/000000.sqlite", State.MISSING, Part.RECORDS),
    ]
    assert found[2].holds == HOLDS[Part.RECORDS]


@pytest.mark.parametrize(
    ("path", "part"), [("CURRENT", Part.POINTER), ("snapshots/000001/manifest.json", Part.MANIFEST)]
)
def test_damage_in_what_tells_the_rest_is_named(data: DataDirectory, path: str, part: Part) -> None:
    (data.path / path).write_bytes((data.path / path).read_bytes().replace(b"1", b"3", 1))
    assert find_damage(data) == [DamagedFile(path, State.DAMAGED, part)]


@pytest.mark.parametrize("path", ["records/000000.sqlite", "gone.jsonl", "manifest.json", "facets/topic.stated.npy"])
def test_a_build_mends_what_an_update_refuses(sample_data: Path, data: DataDirectory, path: str) -> None:
    services = services_for(data.path)
    carry_out(services, Task("delete", deleted=("sample001",)))
    damaged = data.live() / path
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(DamagedSnapshotError, match=path):
        carry_out(services, Task("update", (SAMPLE,)))
    build_sources(services, SAMPLE)
    assert find_damage(data) == []
    assert services.snapshot().manifest.digests == Manifest.read(DataDirectory(sample_data).live()).digests


def test_a_missing_manifest_is_named(data: DataDirectory) -> None:
    (data.live() / "manifest.json").unlink()
    assert find_damage(data) == [DamagedFile("snapshots/000001/manifest.json", State.MISSING, Part.MANIFEST)]
