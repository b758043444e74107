"""Leases: whoever reads a snapshot file by file, as a backup and a server do, sees that nobody removes it meanwhile.

A lease is a locked file, ``<data>/leases/NAME-N``. The system ends the lock with the process that holds it, so a lease
that nobody ends is none. Where nothing can be written, nothing can be pruned either, and there are no leases.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import filelock

from search.snapshots.snapshot import DataDirectory

_READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@contextmanager
def leased(data: DataDirectory, name: str) -> Iterator[Path]:
    """The directory of a snapshot, which is not pruned until the block ends.

    Raises :class:`~search.errors.UnknownSnapshotError`.
    """
    directory = data.named(name)
    try:
        _leases(data).mkdir(exist_ok=True)
        descriptor, path = tempfile.mkstemp(prefix=f"{name}-", dir=_leases(data))
    except OSError as error:
        if error.errno not in _READ_ONLY:
            raise
        yield directory
        return
    os.close(descriptor)
    try:
        # Whichever thread lets go of a snapshot last ends its lease.
        with filelock.FileLock(path, thread_local=False):
            # Asked again: it may have been pruned before the lease was there.
            yield data.named(name)
    finally:
        Path(path).unlink(missing_ok=True)


def is_leased(data: DataDirectory, name: str) -> bool:
    """Whether anybody holds a lease of a snapshot. Leases of processes that are gone are removed."""
    for path in sorted(_leases(data).glob(f"{name}-*")):
        lock = filelock.FileLock(path, blocking=False)
        try:
            # Removed while it is locked: whoever wants it next finds that it is gone, and locks another.
            with lock, suppress(OSError):
                path.unlink(missing_ok=True)
        except (filelock.Timeout, PermissionError):
            return True  # somebody holds it, or it is another user's, of which nothing can be known
    return False


def _leases(data: DataDirectory) -> Path:
    return data.path / "leases"
