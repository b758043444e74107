from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from search.errors import DamagedPointerError, DamagedSnapshotError, SearchError
from search.snapshots.checks import Damage, FileDigest, State, damages, digests_of, file_names, unexpected
from search.snapshots.digest_memory import BELIEVED_SECONDS, DigestMemory
from search.snapshots.snapshot import GRAPH, Manifest, read_whole
from tests.conftest import SAMPLE, build_sources, services_for
from ui.wiring import Services


@pytest.fixture
def copied(sample_data: Path, tmp_path: Path) -> Services:
    """Services over a copy of the sample that may be damaged."""
    return services_for(Path(shutil.copytree(sample_data, tmp_path / "copied")))


@contextmanager
def flipped(path: Path, place: int | None = None) -> Iterator[None]:
    """One bit of a file is another one, and nothing but its content tells."""
    whole, status = path.read_bytes(), path.stat()
    content = bytearray(whole)
    where = random.Random(path.name).randrange(len(content)) if place is None else place
    content[where] ^= 1 << random.Random(where).randrange(8)
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    yield
    path.write_bytes(whole)


def test_a_flipped_bit_in_any_file_is_named_and_refused(copied: Services) -> None:
    live = copied.data.live()
    files = Manifest.read(live).files
    names = [name for name in file_names(live) if (live / name).stat().st_size]
    assert {name for name in names if name != "manifest.json"} <= set(files)
    memory = DigestMemory()  # so that each round reads the file that changed, and no other
    for name in names:
        with flipped(live / name):
            if name != "manifest.json":
                assert damages(live, files, memory=memory) == [Damage(name, State.DAMAGED)]
            if not name.startswith("ann/"):  # made again from the vectors
                with pytest.raises(DamagedSnapshotError) as raised:
                    read_whole(live, memory=memory)
                assert (raised.value.file, name in str(raised.value)) == (name, True)
    assert read_whole(live).reports == 60


def test_every_byte_of_manifest_and_pointer_counts(copied: Services) -> None:
    data = copied.data
    live = data.live()
    for path, places in (
        (live / "manifest.json", range(0, (live / "manifest.json").stat().st_size, 97)),
        (data.current_file, range(data.current_file.stat().st_size)),
    ):
        for place in places:
            with flipped(path, place), pytest.raises((DamagedSnapshotError, DamagedPointerError)):
                data.live()


def test_a_pointer_to_another_snapshot_by_one_bit_is_damage(services: Services) -> None:
    for _ in range(3):
        build_sources(services, SAMPLE)
    pointer = services.data.current_file.read_bytes()
    services.data.current_file.write_bytes(pointer.replace(b"000003", b"000002"))
    with pytest.raises(DamagedPointerError, match="reportgraph rollback 000003"):
        services.snapshot()


def test_every_reader_refuses_what_is_damaged(copied: Services) -> None:
    live = copied.data.live()
    sst = max((live / "graph").glob("*.sst"), key=lambda path: path.stat().st_size)
    with flipped(sst):
        for read in (
            copied.snapshot,
            copied.live_engine,
            lambda: copied.engine(live),
            lambda: copied.live_part(GRAPH),
        ):
            with pytest.raises(DamagedSnapshotError, match=sst.name):
                read()


def test_opening_a_snapshot_writes_nothing_but_locks(copied: Services) -> None:
    live = copied.data.live()
    copied.snapshot()
    assert not damages(live, Manifest.read(live).files)
    assert not unexpected(live, {*Manifest.read(live).files, "manifest.json"})


def test_missing_cut_and_unexpected_files_are_told_apart(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "x.lock", "LOCK"):
        (tmp_path / name).write_bytes(name.encode())
    files = digests_of(tmp_path)
    assert list(files) == ["a", "b", "c"]
    (tmp_path / "a").write_bytes(b"longer")
    (tmp_path / "b").unlink()
    (tmp_path / "new").touch()
    (tmp_path / "y.lock").touch()
    assert damages(tmp_path, files) == [Damage("a", State.DAMAGED), Damage("b", State.MISSING)]
    assert unexpected(tmp_path, files) == [Damage("new", State.UNEXPECTED)]


def test_the_digest_of_a_linked_file_is_taken_over_and_a_copy_is_read(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent", tmp_path / "child"
    parent.mkdir()
    child.mkdir()
    for name in ("linked", "copied", "renamed"):
        (parent / name).write_bytes(b"as published")
    published = {name: FileDigest(12, f"digest of {name}") for name in ("linked", "copied", "renamed")}
    os.link(parent / "linked", child / "linked")
    os.link(parent / "renamed", child / "other")
    shutil.copy2(parent / "copied", child / "copied")
    digests = digests_of(child, parent=(parent, published))
    assert digests["linked"] == published["linked"]
    assert digests["copied"] == digests["other"] == digests_of(parent)["copied"]


def test_damage_in_a_linked_file_is_not_published_as_right(services: Services) -> None:
    build_sources(services, SAMPLE)
    (segment,) = (services.data.live() / "vectors").iterdir()
    files = Manifest.read(services.data.live()).files
    build_sources(services, SAMPLE)
    second = services.data.live()
    assert Manifest.read(second).files[f"vectors/{segment.name}"] == files[f"vectors/{segment.name}"]
    with flipped(segment), pytest.raises(DamagedSnapshotError, match=segment.name):
        services.snapshot()


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_memory_is_believed_for_a_day_while_nothing_changes(tmp_path: Path) -> None:
    clock = Clock()
    path, kept = tmp_path / "file", tmp_path / "kept.json"
    path.write_bytes(b"content")
    memory = DigestMemory(now=clock)
    memory.remember(path.stat(), "digest")
    memory.save(kept)

    def digest() -> str | None:
        return DigestMemory.load(kept, now=clock).digest(path.stat())

    assert digest() == "digest"
    clock.now += BELIEVED_SECONDS
    assert digest() is None
    clock.now -= 1
    assert digest() == "digest"
    status = path.stat()
    path.write_bytes(b"another")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert digest() is None


def test_a_link_is_a_change_unless_the_writer_carries_it_over(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    careful, server = DigestMemory(), DigestMemory(follows_links=True)
    for memory in (careful, server):
        memory.remember(path.stat(), "digest")
    time.sleep(0.02)  # a tick of the file system's clock
    os.link(path, tmp_path / "link")
    assert (careful.digest(path.stat()), server.digest(path.stat())) == (None, "digest")
    careful.carry(path.stat())
    assert careful.digest(path.stat()) == "digest"
    path.write_bytes(b"longer content")
    careful.carry(path.stat())
    assert (careful.digest(path.stat()), server.digest(path.stat())) == (None, None)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"1:2": 3}', b'{"1:2": [1, 2]}', b'{"1:2": {"a": 1}}'])
def test_a_damaged_memory_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kept.json"
    path.write_bytes(content)
    assert DigestMemory.load(path).digest(path.stat()) is None


def test_short_commands_read_files_once_and_notice_a_change(copied: Services) -> None:
    copied.snapshot()
    memory = DigestMemory.load(copied.data.verified_file)
    live = copied.data.live()
    table = live / "facets" / "topic.stated.npy"
    digest = Manifest.read(live).files["facets/topic.stated.npy"].digest
    assert memory.digest(table.stat()) == digest
    with flipped(table), pytest.raises(SearchError, match=table.name):
        copied.snapshot()


def test_what_a_build_wrote_is_not_read_once_more(services: Services) -> None:
    for _ in range(2):
        report = build_sources(services, SAMPLE)
        memory = DigestMemory.load(services.data.verified_file)
        live = services.data.live()
        known = {name for name in report.manifest.files if memory.digest((live / name).stat())}
        assert known == set(report.manifest.files)
