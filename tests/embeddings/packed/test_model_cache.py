from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import filelock
import numpy as np
import pytest

from embeddings.errors import ModelCacheError, ModelDigestError, PackedModelError
from embeddings.model_files import read_model_files
from embeddings.packed.cache import PackedSource, default_cache, unpacked_model
from tests.embeddings.packed.packed_files import TINY_DIGEST, PackedFile

PACKED = PackedFile()


def write_source(path: Path, packed: PackedFile = PACKED) -> PackedSource:
    raw = packed.to_bytes()
    path.write_bytes(raw)
    return PackedSource("tiny", path, hashlib.sha256(raw).hexdigest(), TINY_DIGEST, "query: ", "passage: ")


@pytest.fixture
def source(tmp_path: Path) -> PackedSource:
    return write_source(tmp_path / "tiny.bin")


def below(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*")}


def test_a_model_is_written_once_and_then_read_only(source: PackedSource, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = unpacked_model(source, cache)
    assert first.digest == TINY_DIGEST
    assert first.directory.name == "tiny"
    assert read_model_files(first.directory) == first
    written = first.directory / "model.safetensors"
    inode = written.stat().st_ino
    # Neither the package nor the lock is needed any more.
    source.path.unlink()
    for lock in first.directory.parent.glob("lock"):
        lock.unlink()
    before = below(cache)
    assert unpacked_model(source, cache) == first
    assert written.stat().st_ino == inode
    assert below(cache) == before


def _flip(directory: Path) -> None:
    path = directory / "model.safetensors"
    raw = bytearray(path.read_bytes())
    raw[-5000] ^= 1
    path.write_bytes(raw)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a flipped bit": _flip,
    "a cut file": lambda directory: os.truncate(directory / "model.safetensors", 100),
    "a missing file": lambda directory: (directory / "1_Pooling" / "config.json").unlink(),
    "one file too many": lambda directory: (directory / "vocab.txt").write_text("a b c"),
    "code": lambda directory: (directory / "modeling.py").write_text("print()"),
    "a settings file that is none": lambda directory: (directory / "modules.json").write_text("{"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_model_is_written_anew(source: PackedSource, tmp_path: Path, damage: str) -> None:
    first = unpacked_model(source, tmp_path / "cache")
    files = below(first.directory)
    DAMAGE[damage](first.directory)
    assert unpacked_model(source, tmp_path / "cache") == first
    assert below(first.directory) == files


def test_what_a_killed_process_left_is_in_nobodys_way(source: PackedSource, tmp_path: Path) -> None:
    directory = tmp_path / "cache" / TINY_DIGEST[:16] / "tiny"
    left = directory.with_name("tiny.tmp")
    (left / "deeper").mkdir(parents=True)
    (left / "model.safetensors").write_bytes(b"half")
    (left / "deeper" / "tokenizer.json").write_bytes(b"half")
    assert unpacked_model(source, tmp_path / "cache").directory == directory
    assert not left.exists()


def test_a_model_that_cannot_be_unpacked_leaves_nothing_behind(tmp_path: Path) -> None:
    spoiled = PACKED.with_tensor("l0.oln.b", values=np.full(32, np.inf, np.float32))
    with pytest.raises(PackedModelError, match=r"l0\.oln\.b"):
        unpacked_model(write_source(tmp_path / "tiny.bin", spoiled), tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.name != "lock"] == [TINY_DIGEST[:16]]


def test_what_does_not_come_out_as_it_should_is_not_kept(source: PackedSource, tmp_path: Path) -> None:
    with pytest.raises(ModelCacheError, match="not what is read"):
        unpacked_model(replace(source, digest="f" * 64), tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.safetensors"))


def test_another_packed_file_is_not_opened(source: PackedSource, tmp_path: Path) -> None:
    source.path.write_bytes(b"another")
    with pytest.raises(ModelDigestError) as caught:
        unpacked_model(source, tmp_path / "cache")
    assert caught.value.actual == hashlib.sha256(b"another").hexdigest()
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_is_named_with_the_remedy(source: PackedSource, tmp_path: Path) -> None:
    # A file in the way stops every user; missing permissions would not stop root.
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(ModelCacheError, match="XDG_CACHE_HOME") as caught:
        unpacked_model(source, tmp_path / "cache")
    assert caught.value.directory == tmp_path / "cache" / TINY_DIGEST[:16] / "tiny"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_cache_is_named_too(source: PackedSource, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o500)
    with pytest.raises(ModelCacheError, match="Permission denied"):
        unpacked_model(source, cache)


def test_who_waits_too_long_for_another_process_says_so(source: PackedSource, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    directory = cache / TINY_DIGEST[:16]
    directory.mkdir(parents=True)
    told = r"another process has been at it for 0\.1 seconds"
    with filelock.FileLock(directory / "lock"), pytest.raises(ModelCacheError, match=told):
        unpacked_model(source, cache, patience=0.1)
    files = unpacked_model(source, cache)
    with filelock.FileLock(directory / "lock"):
        assert unpacked_model(source, cache, patience=0.1) == files


OPENING = """
import sys
from pathlib import Path
from embeddings.packed.cache import PackedSource, unpacked_model

path, sha256, digest, cache = sys.argv[1:]
sys.stdin.readline()
files = unpacked_model(PackedSource("tiny", Path(path), sha256, digest, "query: ", "passage: "), Path(cache))
print(files.digest, (files.directory / "model.safetensors").stat().st_ino)
"""


def test_processes_that_come_at_once_write_it_once(source: PackedSource, tmp_path: Path) -> None:
    arguments = [str(source.path), source.sha256, source.digest, str(tmp_path / "cache")]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = {process.communicate(timeout=60)[0] for process in processes}
    assert [process.returncode for process in processes] == [0] * 4
    inode = (tmp_path / "cache" / TINY_DIGEST[:16] / "tiny" / "model.safetensors").stat().st_ino
    assert answers == {f"{TINY_DIGEST} {inode}\n"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other places")
def test_the_cache_is_where_the_system_has_such_things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache() == tmp_path / "reportgraph" / "models"
