from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from search.errors import BuildRunningError
from search.snapshots.snapshot import DataDirectory
from search.snapshots.writing import writing

_WRITER = """
import sys
from pathlib import Path
from search.snapshots.snapshot import DataDirectory
from search.snapshots.writing import writing

with writing(DataDirectory(Path(sys.argv[1])), "build"):
    print("writing", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_writer(data: DataDirectory) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until its standard input ends."""
    command = [sys.executable, "-c", _WRITER, str(data.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "data")
    with another_writer(data) as process:
        with pytest.raises(BuildRunningError) as raised, writing(data, "prune"):
            pass
        assert f"`reportgraph build`, process {process.pid}, since 20" in str(raised.value)
        with pytest.raises(BuildRunningError, match=r"after 0.2 s.*--wait"), writing(data, "prune", wait=0.2):
            pass


def test_a_writer_that_waits_gets_the_lock_when_the_other_ends(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "data")
    with another_writer(data) as process:
        threading.Timer(0.2, process.kill).start()
        with writing(data, "prune", wait=60):
            assert process.wait() != 0


def test_nothing_is_known_of_a_holder_that_left_no_note(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "data")
    with another_writer(data):
        (data.path / "lock.holder").write_text("{")
        with pytest.raises(BuildRunningError, match="Another process is still writing"), writing(data, "prune"):
            pass


def test_the_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "data")
    with pytest.raises(KeyError), writing(data, "build"):
        raise KeyError
    with writing(data, "build"):
        pass
    assert [entry.name for entry in data.path.iterdir() if entry.name != "lock"] == []
