"""A disk that fails under an update: one clear line, and the live snapshot as before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, WriteLines, build_sources, services_for

pytestmark = pytest.mark.slow  # each starts two processes

_UNDER_A_LIMIT = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from ui.cli import main
main()
"""
_WITHOUT_FLUSHING = """
import errno, os, sys
left = int(sys.argv.pop(1))
def fsync(descriptor, real=os.fsync):
    global left
    left -= 1
    if left < 0:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    real(descriptor)
os.fsync = fsync
from ui.cli import main
main()
"""

_FULL_WHEN_WORDS_ARE_WRITTEN = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv.pop(1))
from search.fulltext.directory import IndexWriter
def commit(self, real=IndexWriter.commit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    real(self)
IndexWriter.commit = commit
from ui.cli import main
main()
"""


def _record(number: int, word: str) -> str:
    described = " ".join(f"{word}{place}" for place in range(40))
    return json.dumps({"id": f"r{number}", "title": f"Report {number} on {word}", "description": described})


@pytest.mark.parametrize(
    ("program", "number"),
    [
        *((_UNDER_A_LIMIT, limit) for limit in (0, 3_000, 20_000, 60_000)),
        *((_FULL_WHEN_WORDS_ARE_WRITTEN, limit) for limit in (0, 100)),
        *((_WITHOUT_FLUSHING, calls) for calls in (0, 1, 5, 20, 40)),
    ],
    ids={
        _UNDER_A_LIMIT: "full disk",
        _FULL_WHEN_WORDS_ARE_WRITTEN: "full disk under tantivy",
        _WITHOUT_FLUSHING: "failing fsync",
    }.get,
)
def test_a_failing_disk_is_one_clear_line_and_the_live_snapshot_is_as_before(
    tmp_path: Path, write_lines: WriteLines, program: str, number: int
) -> None:
    services = services_for(tmp_path / "data")
    build_sources(services, write_lines(*(_record(one, "water") for one in range(30))))
    before = services.snapshot().manifest
    source = write_lines(*(_record(one, "maize") for one in range(3)))
    update = ["update", str(source), "--data", str(services.data.path), "--model", "hashing"]
    done = subprocess.run(
        [sys.executable, "-c", program, str(number), *update],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1
    assert "Traceback" not in done.stderr
    assert services.snapshot().manifest == before
    # Nobody has to clean up: the next one succeeds.
    again = subprocess.run([sys.executable, "-m", "ui.cli", *update], capture_output=True, cwd=REPOSITORY, check=False)
    assert again.returncode == 0
    assert services.snapshot().manifest.changes == {"replaced": 3}
