from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import random
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import orjson
import pytest

from search.errors import BackupError, DamagedSnapshotError
from search.snapshots.backup import backup, restore
from search.snapshots.keeping import prune
from search.snapshots.snapshot import DataDirectory, Manifest
from tests.conftest import SAMPLE, build_sources, services_for
from ui.wiring import Services


@pytest.fixture
def data(sample_data: Path, tmp_path: Path) -> DataDirectory:
    """A copy of the sample, with files of the collection beside it."""
    copied = Path(shutil.copytree(sample_data, tmp_path / "copied"))
    (copied / "reportgraph.toml").write_text("name = 'sample'\n")
    (copied / "decisions").mkdir()
    (copied / "decisions" / "people.jsonl").write_text("{}\n")
    return DataDirectory(copied)


@pytest.fixture
def saved(data: DataDirectory, tmp_path: Path) -> Path:
    path = tmp_path / "saved.backup"
    backup(data, path)
    return path


def _tree(path: Path) -> dict[str, bytes]:
    return {each.relative_to(path).as_posix(): each.read_bytes() for each in path.rglob("*") if each.is_file()}


def _saved_files(path: Path) -> dict[str, bytes]:
    """What a backup brings back: not who has the collection open, nor what was read of it."""
    return {
        name: content
        for name, content in _tree(path).items()
        if "lock" not in name.lower() and not name.startswith(("leases/", "verified.json"))
    }


def test_a_backup_made_while_the_snapshot_is_open_brings_everything_back(
    data: DataDirectory, services: Services, tmp_path: Path
) -> None:
    source = services_for(data.path)
    opened = source.snapshot()
    read: list[int] = []
    saved = backup(data, tmp_path / "one", progress=read.append)
    assert sum(read) == sum(file.size for file in opened.manifest.files.values())
    assert saved.size == (tmp_path / "one").stat().st_size
    restored = restore(services.data, tmp_path / "one", services.adapters)
    assert (restored.manifest, restored.left) == (opened.manifest, ())
    assert services.snapshot().manifest == opened.manifest
    before, after = map(_saved_files, (data.path, services.data.path))
    assert before == after
    assert not (services.data.snapshots / ".restoring").exists()


def test_a_backup_with_a_name_that_no_snapshot_has_is_given_one(data: DataDirectory, services: Services) -> None:
    live = data.live()
    called = dataclasses.replace(Manifest.read(live), name="live")
    (live / "manifest.json").write_bytes(called.to_json())
    path = data.path / "made-by-hand"
    backup(data, path, name=live.name)
    assert restore(services.data, path, services.adapters).manifest.name == "000001"
    assert services.snapshot().manifest.name == services.data.live().name == "000001"


def test_any_program_can_look_into_a_backup(saved: Path) -> None:
    with tarfile.open(saved) as archive:
        names = archive.getnames()
        assert names[:2] == ["backup.json", "snapshot/manifest.json"]
        assert {"reportgraph.toml", "decisions/people.jsonl", "snapshot/records/000000.sqlite"} < set(names)
        listed = archive.extractfile("backup.json")
        assert listed is not None
        assert set(orjson.loads(listed.read())["files"]) == set(names[1:])
    whole = saved.read_bytes()
    assert whole[-72:-65] == b"sha256 "
    assert whole[-65:-1].decode() == hashlib.sha256(whole[:-72]).hexdigest()


def test_a_collection_is_not_replaced_unless_that_is_asked_for(saved: Path, services: Services) -> None:
    build_sources(services, SAMPLE)
    (services.data.path / "reportgraph.toml").write_text("name = 'another'\n")
    with pytest.raises(BackupError, match="--force"):
        restore(services.data, saved, services.adapters)
    restored = restore(services.data, saved, services.adapters, force=True)
    manifest = restored.manifest
    assert (manifest.name, manifest.parent) == ("000002", "000001")
    assert manifest.cause == "restore of 000001 from saved.backup"
    assert restored.left == ("reportgraph.toml",)
    assert (services.data.path / "reportgraph.toml").read_text() == "name = 'another'\n"
    assert (services.data.path / "decisions" / "people.jsonl").is_file()
    assert services.snapshot().manifest == manifest


def test_a_named_snapshot_is_saved(services: Services, tmp_path: Path) -> None:
    for _ in range(2):
        build_sources(services, SAMPLE)
    assert backup(services.data, tmp_path / "first", "000001").snapshot == "000001"


def test_what_is_saved_is_not_pruned_meanwhile(services: Services, tmp_path: Path) -> None:
    for _ in range(2):
        build_sources(services, SAMPLE)

    pruned: list[tuple[str, ...]] = []

    def prune_once(_bytes: int) -> None:
        if not pruned:
            pruned.append(prune(services.data, 1).snapshots)

    backup(services.data, tmp_path / "first", "000001", progress=prune_once)
    assert pruned == [()]
    assert prune(services.data, 1).snapshots == ("000001",)


def test_a_damaged_snapshot_is_not_saved(data: DataDirectory, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    target.write_bytes(b"an older one")
    table = next((data.live() / "facets").glob("topic.stated.npy"))
    whole = table.read_bytes()
    for content in (bytes([whole[0] ^ 1]) + whole[1:], whole[:-1]):
        table.write_bytes(content)
        with pytest.raises(DamagedSnapshotError, match=table.name):
            backup(data, target)
    table.unlink()
    with pytest.raises(DamagedSnapshotError, match=f"{table.name} is missing"):
        backup(data, target)
    assert target.read_bytes() == b"an older one"
    assert {path.name for path in tmp_path.iterdir()} == {"backup", "copied"}


def _damaged(whole: bytes, how: str) -> bytes:
    chance = random.Random(how)
    if how.startswith("cut"):
        return whole[: chance.randrange(len(whole))]
    flipped = bytearray(whole)
    # The end is rare among the rest: what fills the last block, and the seal.
    place = chance.randrange(len(whole) - 600 if how.startswith("end") else 0, len(whole))
    flipped[place] ^= 1 << chance.randrange(8)
    return bytes(flipped)


HOW = [f"{kind} {number}" for kind, count in (("cut", 3), ("flip", 8), ("end", 4)) for number in range(count)]


@pytest.mark.parametrize("how", [*HOW, "cut short", "empty", "nothing of ours"])
def test_a_damaged_backup_is_refused_and_leaves_everything_as_it_was(
    sample_services: Services, tmp_path: Path, saved_sample: bytes, how: str
) -> None:
    others = {"cut short": saved_sample[:-1], "empty": b"", "nothing of ours": b"x" * 9999}
    path = tmp_path / "damaged"
    path.write_bytes(others[how] if how in others else _damaged(saved_sample, how))
    data = DataDirectory(tmp_path / "data")
    if how == "cut short":  # only its last line break is gone
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BackupError, match="Nothing was changed"):
        restore(data, path, sample_services.adapters)
    assert not data.snapshots.exists()
    assert not data.current_file.exists()


@pytest.fixture(scope="session")
def saved_sample(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("backups") / "sample"
    backup(DataDirectory(sample_data), path)
    return path.read_bytes()


def _sealed_archive(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> None:
    """A backup that a stranger made: whole, and sealed as it should be."""
    whole = io.BytesIO()
    with tarfile.TarFile(fileobj=whole, mode="w") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    content = whole.getvalue()
    path.write_bytes(content + b"sha256 " + hashlib.sha256(content).hexdigest().encode() + b"\n")


def _list_of(*names: str, content: bytes = b"x") -> tuple[tarfile.TarInfo, bytes]:
    digest = {"size": len(content), "digest": hashlib.sha256(content).hexdigest()}
    listed = {"layout": 1, "snapshot": "000001", "files": dict.fromkeys(names, digest)}
    return tarfile.TarInfo("backup.json"), orjson.dumps(listed)


@pytest.mark.parametrize(
    "name", ["../escaped", "/escaped", "snapshot/../../escaped", "decisions/../CURRENT", "CURRENT", "kept/000001"]
)
def test_a_backup_of_a_stranger_writes_nothing_elsewhere(services: Services, tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile"
    _sealed_archive(path, _list_of(name), (tarfile.TarInfo(name), b"x"))
    with pytest.raises((BackupError, DamagedSnapshotError)):
        restore(services.data, path, services.adapters)
    assert {each.name for each in tmp_path.rglob("*")} <= {"hostile", "data", "lock"}


def test_links_and_other_strange_members_are_refused(services: Services, tmp_path: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
        member = tarfile.TarInfo("snapshot/manifest.json")
        member.type, member.linkname = kind, "backup.json"
        _sealed_archive(tmp_path / "hostile", _list_of(member.name), (member, b""))
        with pytest.raises(BackupError):
            restore(services.data, tmp_path / "hostile", services.adapters)
    assert not services.data.snapshots.exists()


def test_a_failure_at_the_last_moment_leaves_everything_as_it_was(saved: Path, services: Services) -> None:
    build_sources(services, SAMPLE)
    before = services.data.current_file.read_bytes()
    (services.data.path / "CURRENT.tmp").mkdir()  # so that it cannot be written
    with pytest.raises(OSError, match=r"CURRENT\.tmp"):
        restore(services.data, saved, services.adapters, force=True)
    assert services.data.current_file.read_bytes() == before
    assert services.data.names() == ["000001"]
    assert not (services.data.path / "reportgraph.toml").exists()


_LIMITED = """
import resource, sys
from click.testing import CliRunner
from ui.cli import main

resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
result = CliRunner().invoke(main, sys.argv[1:])
print(result.output, end="")
sys.exit(result.exit_code)
"""


def _on_a_full_disk(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in a process that may write no file of more than 20,000 bytes."""
    command = [sys.executable, "-c", _LIMITED, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_full_disk_is_one_clear_line_and_leaves_no_half_file(
    saved: Path, data: DataDirectory, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    result = _on_a_full_disk("backup", str(target), "--data", str(data.path))
    assert (result.returncode, result.stdout) == (
        1,
        f"Error: {target}: File too large. Check the path, the permissions and the space on the disk.\n",
    )
    assert not list(tmp_path.glob("target*"))
    empty = tmp_path / "empty"
    result = _on_a_full_disk("restore", str(saved), "--data", str(empty))
    assert result.returncode == 1
    assert result.stdout.count("\n") == 1
    assert f"{empty}: File too large" in result.stdout
    assert {each.name for each in empty.iterdir()} <= {"lock"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_collection_on_storage_that_cannot_be_written_is_saved(data: DataDirectory, tmp_path: Path) -> None:
    data.path.chmod(0o555)
    try:
        assert backup(data, tmp_path / "saved").snapshot == Manifest.read(data.live()).name
    finally:
        data.path.chmod(0o755)


def test_a_backup_replaces_no_device(data: DataDirectory) -> None:
    with pytest.raises(OSError, match="Not a file that can be replaced"):
        backup(data, Path(os.devnull))
