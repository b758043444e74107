"""The engine over the live snapshot, followed as builds publish new ones."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from embeddings.errors import EmbeddingError
from search.engine import Engine
from search.errors import SearchError
from search.snapshots.leases import leased
from search.snapshots.snapshot import DataDirectory

_log = logging.getLogger(__name__)


class LiveEngine:
    """Always an engine that can answer: a new snapshot is opened, with its encoder, while the old one answers.

    A snapshot that cannot be opened, or whose model is not there, is passed over. Who holds the old engine keeps it,
    and so long as anybody does, its snapshot is leased: other processes open the graph by its place on the disk.
    Close it when no more questions come.
    """

    def __init__(self, data: DataDirectory, open_engine: Callable[[Path], Engine]) -> None:
        """Open the live snapshot; raises what ``open_engine`` does and :class:`~search.errors.NoSnapshotError`."""
        self._data = data
        self._open_engine = open_engine
        self._switching = threading.Lock()
        self._opening: threading.Thread | None = None
        # Taken before the snapshot is: what goes live meanwhile is seen at the first question.
        self._seen = data.pointer()
        self._directory = data.live()
        self._engine = self._leased(self._directory)

    def current(self) -> Engine:
        """The newest engine that is open; asks the disk whether another snapshot is live, and opens that meanwhile."""
        if self._data.pointer() != self._seen and self._switching.acquire(blocking=False):
            self._opening = threading.Thread(target=self._switch, name="open-snapshot", daemon=True)
            self._opening.start()
        return self._engine

    def settle(self) -> None:
        """Wait until a snapshot that is being opened is open, or has been passed over."""
        if self._opening is not None:
            self._opening.join()

    def close(self) -> None:
        """Let others remove the snapshot that was opened last."""
        self._let_go()

    def _switch(self) -> None:
        try:
            # Asked again under the lock: between two questions another snapshot may have gone live.
            seen = self._data.pointer()
            self._follow(seen)
        except OSError as error:
            # It may pass: the next question tries again.
            _log.warning("answers still come from snapshot %s: %s", self._directory.name, error)
        finally:
            self._switching.release()

    def _follow(self, seen: bytes | None) -> None:
        """Open the live snapshot, which a pointer names that was ``seen``; one that cannot be used is passed over."""
        try:
            directory = self._data.live()
            if directory != self._directory:
                self._engine = self._leased(directory)
                self._directory = directory
        except (SearchError, EmbeddingError) as error:
            _log.warning("answers still come from snapshot %s: %s", self._directory.name, error)
        self._seen = seen

    def _leased(self, directory: Path) -> Engine:
        with ExitStack() as lease:
            lease.enter_context(leased(self._data, directory.name))
            engine = self._open_engine(directory)
            self._let_go = weakref.finalize(engine, lease.pop_all().close)
            return engine
