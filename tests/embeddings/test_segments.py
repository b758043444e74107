from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.encoder import ModelIdentity
from embeddings.errors import DamagedSegmentError, ModelMismatchError
from embeddings.segments import Keys, SegmentStore, SegmentWriter, key_array, text_key
from embeddings.vectors import Vectors

IDENTITY = ModelIdentity(name="hashing", digest="0" * 64, dimension=4)

# Every segment waits for the disk, and a busy disk is not a defect.
on_disk = settings(deadline=None, max_examples=50)


def rows_of(numbers: range) -> Vectors:
    rows = [[number, number + 0.25, -number, 1] for number in numbers]
    return np.array(rows, dtype=np.float32).reshape(len(numbers), 4)


def keys_of(numbers: Iterable[int]) -> Keys:
    return key_array(text_key(f"text {number}") for number in numbers)


def write(directory: Path, numbers: range, *, identity: ModelIdentity = IDENTITY, rows_per_segment: int = 10) -> None:
    with SegmentWriter(directory, identity, rows_per_segment=rows_per_segment) as writer:
        writer.append(keys_of(numbers), rows_of(numbers))


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def assert_holds(directory: Path, numbers: range) -> None:
    store = SegmentStore.open(directory, IDENTITY)
    lookup = store.lookup(keys_of(numbers))
    assert lookup.found.all()
    np.testing.assert_array_equal(store.vectors_at(lookup.rows), rows_of(numbers))


def test_a_key_is_the_sha_256_of_the_text_as_it_stands() -> None:
    assert text_key("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert text_key("é") != text_key("e\u0301")
    assert text_key("\ud800") != text_key("?")


def test_rows_come_back_by_key_in_the_order_asked(tmp_path: Path) -> None:
    write(tmp_path, range(25))
    assert names(tmp_path) == ["000000.vec", "000001.vec", "000002.vec"]
    store = SegmentStore.open(tmp_path, IDENTITY)
    assert len(store) == 25
    assert store.keys.tolist() == keys_of(range(25)).tolist()
    lookup = store.lookup(keys_of([24, 99, 3, 24]))
    assert lookup.found.tolist() == [True, False, True, True]
    assert lookup.rows.tolist() == [24, -1, 3, 24]
    vectors = store.vectors_at(lookup.rows[lookup.found])
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, rows_of(range(25))[[24, 3, 24]])


@on_disk
@given(
    sizes=st.lists(st.integers(0, 12), max_size=4),
    rows_per_segment=st.integers(1, 7),
)
def test_any_appends_give_the_same_rows(sizes: list[int], rows_per_segment: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory, written = Path(name), 0
        with SegmentWriter(directory, IDENTITY, rows_per_segment=rows_per_segment) as writer:
            for size in sizes:
                numbers = range(written, written + size)
                writer.append(keys_of(numbers), rows_of(numbers))
                written += size
        assert len(names(directory)) == -(-written // rows_per_segment)
        assert SegmentStore.open(directory, IDENTITY).keys.tolist() == keys_of(range(written)).tolist()
        assert_holds(directory, range(written))


@on_disk
@given(keys=st.lists(st.binary(min_size=32, max_size=32), unique=True, max_size=30))
def test_keys_are_compared_byte_by_byte(keys: list[bytes]) -> None:
    # NumPy drops zero bytes at the end of byte strings: two such keys must not become one.
    keys = list(dict.fromkeys([*keys, bytes(32), b"a" + bytes(31), b"a" * 31 + b"\0", b"a" * 32]))
    with tempfile.TemporaryDirectory() as name:
        with SegmentWriter(Path(name), IDENTITY, rows_per_segment=7) as writer:
            writer.append(key_array(keys), rows_of(range(len(keys))))
        store = SegmentStore.open(Path(name), IDENTITY)
        assert store.keys.tolist() == keys
        assert store.lookup(key_array(keys)).rows.tolist() == list(range(len(keys)))
        assert not store.lookup(key_array([b"a" * 30 + bytes(2)])).found.any()


def test_a_second_writer_continues_and_rewrites_nothing(tmp_path: Path) -> None:
    write(tmp_path, range(12))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write(tmp_path, range(12, 30))
    assert names(tmp_path) == ["000000.vec", "000001.vec", "000002.vec", "000003.vec"]
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert_holds(tmp_path, range(30))


def test_the_first_row_of_a_key_counts(tmp_path: Path) -> None:
    # Many repetitions, in several segments: sorting few keys would keep their order by luck.
    keys = keys_of([*range(7)] * 100)
    with SegmentWriter(tmp_path, IDENTITY, rows_per_segment=300) as writer:
        writer.append(keys, rows_of(range(700)))
    store = SegmentStore.open(tmp_path, IDENTITY)
    assert store.lookup(keys_of(range(7))).rows.tolist() == list(range(7))


def test_large_segments_are_mapped_and_read_alike(tmp_path: Path) -> None:
    identity = ModelIdentity(name="wide", digest="0" * 64, dimension=512)
    rows = np.random.default_rng(1).standard_normal((1000, 512)).astype(np.float32)
    with SegmentWriter(tmp_path, identity, rows_per_segment=900) as writer:
        writer.append(keys_of(range(1000)), rows)
    store = SegmentStore.open(tmp_path, identity)
    assert [isinstance(segment.rows, np.memmap) for segment in store._segments] == [True, False]
    np.testing.assert_array_equal(store.vectors_at(np.arange(1000)[::-1]), rows[::-1])


def test_a_row_outside_is_refused(tmp_path: Path) -> None:
    write(tmp_path, range(5))
    store = SegmentStore.open(tmp_path, IDENTITY)
    for row in (-1, 5):
        with pytest.raises(IndexError, match="5"):
            store.vectors_at(np.array([0, row]))


def test_a_directory_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    store = SegmentStore.open(tmp_path / "vectors", IDENTITY)
    assert len(store) == 0
    assert store.keys.tolist() == []
    assert store.lookup(keys_of([1])).found.tolist() == [False]
    assert store.vectors_at(np.empty(0, dtype=np.int64)).shape == (0, 4)
    assert not (tmp_path / "vectors").exists()


def test_a_writer_without_rows_writes_nothing(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path / "vectors", IDENTITY) as writer:
        writer.append(keys_of([]), np.empty((0, 4), dtype=np.float32))
        writer.close()
    assert names(tmp_path / "vectors") == []


def test_keys_and_vectors_must_fit(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path, IDENTITY) as writer:
        with pytest.raises(ValueError, match="shape"):
            writer.append(keys_of(range(2)), rows_of(range(3)))
        with pytest.raises(ValueError, match="shape"):
            writer.append(keys_of(range(2)), rows_of(range(2))[:, :3])
    assert names(tmp_path) == []


@pytest.mark.parametrize("keys", [[b"short"], [b"k" * 33], [b"k" * 32, b""], [b"k" * 31, b"k" * 33]])
def test_a_key_of_another_length_is_refused(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        key_array(keys)


def test_rows_appended_before_an_error_are_kept(tmp_path: Path) -> None:
    def append_and_fail() -> None:
        with SegmentWriter(tmp_path, IDENTITY) as writer:
            writer.append(keys_of(range(3)), rows_of(range(3)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        append_and_fail()
    assert_holds(tmp_path, range(3))


def test_removed_segments_stay_where_else_they_are_linked(tmp_path: Path) -> None:
    write(tmp_path / "old", range(25))
    store = SegmentStore.open(tmp_path / "old", IDENTITY)
    store.link_into(tmp_path / "new")
    write(tmp_path / "new", range(25, 30))
    SegmentStore.open(tmp_path / "old", IDENTITY).remove()
    assert names(tmp_path / "old") == []
    assert_holds(tmp_path / "new", range(30))
    np.testing.assert_array_equal(store.vectors_at(np.arange(25)), rows_of(range(25)))


def test_what_is_not_a_segment_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, range(3))
    for name in ("000001.vec.tmp", "notes.txt", "old.vec"):
        (tmp_path / name).write_bytes(b"half")
    assert len(SegmentStore.open(tmp_path, IDENTITY)) == 3
    write(tmp_path, range(3, 6))
    assert names(tmp_path) == ["000000.vec", "000001.vec", "notes.txt", "old.vec"]
    assert_holds(tmp_path, range(6))


def damaged(content: bytes, how: str) -> bytes:
    cut = {"empty": 0, "half a header": 60, "no rows": 128, "without its last byte": len(content) - 1}
    if how in cut:
        return content[: cut[how]]
    if how == "with a byte more":
        return content + b"\0"
    place = {"magic": 0, "version": 8, "dimension": 12, "count": 16, "key": 130, "row": len(content) - 40, "digest": -1}
    changed = bytearray(content)
    changed[place[how]] ^= 1
    return bytes(changed)


@pytest.mark.parametrize(
    "how",
    [
        *("empty", "half a header", "no rows", "without its last byte", "with a byte more"),
        *("magic", "version", "dimension", "count", "key", "row", "digest"),
    ],
)
def test_a_damaged_segment_is_refused(tmp_path: Path, how: str) -> None:
    write(tmp_path, range(20))
    path = tmp_path / "000001.vec"
    path.write_bytes(damaged(path.read_bytes(), how))
    with pytest.raises(DamagedSegmentError) as caught:
        SegmentStore.open(tmp_path, IDENTITY)
    assert caught.value.path == path


@on_disk
@given(place=st.integers(0, 127 + 32 * 3 + 16 * 3 + 32), flip=st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(place: int, flip: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), range(3))
        path = Path(name) / "000000.vec"
        content = bytearray(path.read_bytes())
        content[place] ^= flip
        path.write_bytes(content)
        with pytest.raises(DamagedSegmentError):
            SegmentStore.open(Path(name), IDENTITY)


def test_without_verification_only_the_rows_are_trusted(tmp_path: Path) -> None:
    write(tmp_path, range(5))
    path = tmp_path / "000000.vec"
    content = path.read_bytes()
    path.write_bytes(damaged(content, "row"))
    assert len(SegmentStore.open(tmp_path, IDENTITY, verify=False)) == 5
    path.write_bytes(content[:-1])
    with pytest.raises(DamagedSegmentError):
        SegmentStore.open(tmp_path, IDENTITY, verify=False)


@pytest.mark.parametrize(
    "other",
    [
        ModelIdentity(name="hashing", digest="1" * 64, dimension=4),
        ModelIdentity(name="a name longer than the header has room for " * 4 + "é", digest="0" * 64, dimension=4),
        ModelIdentity(name="hashing", digest="0" * 64, dimension=4, query_prompt="query: "),
    ],
)
def test_vectors_of_another_model_are_refused(tmp_path: Path, other: ModelIdentity) -> None:
    write(tmp_path, range(3), identity=other)
    with pytest.raises(ModelMismatchError) as caught:
        SegmentStore.open(tmp_path, IDENTITY)
    assert caught.value.expected == IDENTITY.label
    assert caught.value.actual.startswith(other.name[:80])
    assert other.key in caught.value.actual


def test_linked_segments_share_the_data_and_grow_apart(tmp_path: Path) -> None:
    write(tmp_path / "old", range(15))
    SegmentStore.open(tmp_path / "old", IDENTITY).link_into(tmp_path / "snapshots" / "new")
    assert (tmp_path / "old" / "000000.vec").samefile(tmp_path / "snapshots" / "new" / "000000.vec")
    write(tmp_path / "snapshots" / "new", range(15, 20))
    assert_holds(tmp_path / "snapshots" / "new", range(20))
    assert names(tmp_path / "old") == ["000000.vec", "000001.vec"]
    (tmp_path / "old" / "000000.vec").unlink()
    assert_holds(tmp_path / "snapshots" / "new", range(20))


def test_linking_over_segments_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "old", range(3))
    write(tmp_path / "new", range(3))
    with pytest.raises(FileExistsError):
        SegmentStore.open(tmp_path / "old", IDENTITY).link_into(tmp_path / "new")


@pytest.fixture
def other_device(tmp_path: Path) -> Iterator[Path]:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system at /dev/shm")
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


def test_on_another_file_system_segments_are_copied(tmp_path: Path, other_device: Path) -> None:
    write(tmp_path, range(15))
    SegmentStore.open(tmp_path, IDENTITY).link_into(other_device)
    assert names(other_device) == ["000000.vec", "000001.vec"]
    assert_holds(other_device, range(15))


WRITE_FOREVER = """
import itertools, sys
from pathlib import Path
from tests.embeddings.test_segments import IDENTITY, keys_of, rows_of
from embeddings.segments import SegmentWriter

writer = SegmentWriter(Path(sys.argv[1]), IDENTITY, rows_per_segment=3)
for number in itertools.count():
    writer.append(keys_of(range(number, number + 1)), rows_of(range(number, number + 1)))
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_writer_leaves_only_whole_segments(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_FOREVER, str(tmp_path)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        deadline = time.monotonic() + 60
        while len(list(tmp_path.glob("*.vec"))) < 20 and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    written = len(SegmentStore.open(tmp_path, IDENTITY))
    assert written >= 60
    assert written % 3 == 0
    assert_holds(tmp_path, range(written))
    write(tmp_path, range(written, written + 5))
    assert_holds(tmp_path, range(written + 5))
