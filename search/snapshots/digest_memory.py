"""What digests files had when they were last read, so that a short command need not read gigabytes again.

A file is taken for the one that was read if device, inode, size and the times of its last change (of content, and of
anything) are the same. That finds whatever a program changes. What it cannot find is a disk that gives back other bytes
than were written; so nothing is believed for longer than a day, and ``serve``, ``check``, ``backup`` and ``rollback``
start with a memory that is empty.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

import orjson

BELIEVED_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was when it was read: times in nanoseconds, ``at`` in seconds since 1970."""

    size: int
    modified: int
    changed: int
    digest: str
    at: float


class DigestMemory:
    """Digests by file. Safe to use from many threads.

    With ``follows_links`` a file whose inode changed in nothing but its links is the same file: for a server, which has
    that very file open since it was read, and whose writers link it into every new snapshot.
    """

    def __init__(self, *, follows_links: bool = False, now: Callable[[], float] = time.time) -> None:
        self._seen: dict[str, _Seen] = {}
        self._follows_links = follows_links
        self._now = now
        self._learnt = False

    @classmethod
    def load(cls, path: Path, *, now: Callable[[], float] = time.time) -> DigestMemory:
        """What :meth:`save` wrote; an empty memory if there is no such file, or none that can be read."""
        memory = cls(now=now)
        with suppress(OSError, ValueError, TypeError, AttributeError):
            seen = {key: _Seen(*values) for key, values in orjson.loads(path.read_bytes()).items()}
            memory._seen = {key: each for key, each in seen.items() if 0 <= now() - each.at < BELIEVED_SECONDS}
        return memory

    def save(self, path: Path) -> None:
        """Write it down, if there is anything new and if that is possible: it only saves time."""
        if not self._learnt:
            return
        content = orjson.dumps({key: astuple(seen) for key, seen in self._seen.items()})
        with suppress(OSError):
            # Many commands may do this at once: each writes a file of its own, and the last one stays.
            descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                Path(name).replace(path)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
        self._learnt = False

    def digest(self, status: os.stat_result) -> str | None:
        """The digest of the file with this status, ``None`` if it was not read as it is now."""
        seen = self._seen.get(_key(status))
        if seen is None or not self._same(seen, status) or not 0 <= self._now() - seen.at < BELIEVED_SECONDS:
            return None
        return seen.digest

    def remember(self, status: os.stat_result, digest: str) -> None:
        """The file with this status was read just now. Take the status before reading, not after."""
        if status.st_ino:  # some file systems number no files
            self._seen[_key(status)] = _Seen(
                status.st_size, status.st_mtime_ns, status.st_ctime_ns, digest, self._now()
            )
            self._learnt = True

    def carry(self, status: os.stat_result) -> None:
        """Go on believing what is known of a file to which the caller has just made or removed a link."""
        seen = self._seen.get(_key(status))
        if seen is not None and (seen.size, seen.modified) == (status.st_size, status.st_mtime_ns):
            self._seen[_key(status)] = _Seen(seen.size, seen.modified, status.st_ctime_ns, seen.digest, seen.at)
            self._learnt = True

    def _same(self, seen: _Seen, status: os.stat_result) -> bool:
        same = (seen.size, seen.modified) == (status.st_size, status.st_mtime_ns)
        return same and (self._follows_links or seen.changed == status.st_ctime_ns)


def _key(status: os.stat_result) -> str:
    return f"{status.st_dev}:{status.st_ino}"
