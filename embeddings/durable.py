"""Files that are either whole on the disk or not there at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# Other file systems, too many links, no links at all: copying is slower and just as right.
_CANNOT_LINK: Final = frozenset({errno.EXDEV, errno.EMLINK, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP})


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write ``path`` through the temporary name this gives; leaving the block publishes it, an error discards it.

    When the block has ended, the file and its name survive a power cut. At any earlier moment readers see the old
    file or none, and a killed writer leaves at most ``<name>.tmp``, which the next one overwrites.
    One writer of a ``path`` at a time.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in ``directory`` survive a power cut."""
    # Windows opens no directories and writes their names through.
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def link(source: Path, target: Path) -> None:
    """Give a file that never changes a second name: a hard link, or a copy where that cannot be.

    A copy is flushed; names survive a power cut once their directory was flushed too.
    """
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _CANNOT_LINK:
            raise
        with replacing(target) as temporary:
            shutil.copyfile(source, temporary)
