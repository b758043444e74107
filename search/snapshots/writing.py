"""One writer at a time: whatever changes what is published in a data directory holds its lock meanwhile."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import filelock
import orjson

from search.errors import BuildRunningError
from search.snapshots.snapshot import DataDirectory, timestamp

_ASKED_EVERY: Final = 0.1


@contextmanager
def writing(data: DataDirectory, command: str, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of a data directory, which is made if need be, for ``command`` (``build``..).

    The lock is the system's: it ends with the process, however that ends. Who holds it is written beside it for people
    to read, as far as that is possible. Raises :class:`~search.errors.BuildRunningError` when another process still
    holds it after ``wait`` seconds, and :class:`OSError` where nothing can be written.
    """
    data.path.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(data.lock_file, timeout=wait, poll_interval=_ASKED_EVERY)
    holder = data.lock_file.with_name("lock.holder")
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise BuildRunningError(data.path, _described(holder), wait) from error
    try:
        _write(holder, command)
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _write(holder: Path, command: str) -> None:
    told = {"command": command, "process": os.getpid(), "since": timestamp(dt.datetime.now(dt.UTC))}
    with suppress(OSError):
        holder.write_bytes(orjson.dumps(told))


def _described(holder: Path) -> str:
    """Who holds the lock, in words; nothing if that cannot be known."""
    try:
        told = orjson.loads(holder.read_bytes())
        return f"`reportgraph {told['command']}`, process {told['process']}, since {told['since']}"
    except (OSError, ValueError, TypeError, KeyError):
        return ""
