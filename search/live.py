"""The engine over the live snapshot, followed as builds publish new ones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from embeddings.errors import EmbeddingError
from search.engine import Engine
from search.errors import SearchError
from search.snapshots.snapshot import DataDirectory


class LiveEngine:
    """Always an engine that can answer: a new snapshot is opened, with its encoder, while the old one answers.

    A snapshot that cannot be opened, or whose model is not there, is passed over. Who holds the old engine keeps it.
    """

    def __init__(self, data: DataDirectory, open_engine: Callable[[Path], Engine]) -> None:
        """Open the live snapshot; raises what ``open_engine`` does and :class:`~search.errors.NoSnapshotError`."""
        self._data = data
        self._open_engine = open_engine
        self._switching = threading.Lock()
        self._directory = data.live()
        self._passed_over: Path | None = None
        self._opening: threading.Thread | None = None
        self._engine = open_engine(self._directory)

    def current(self) -> Engine:
        """The newest engine that is open; asks the disk whether there is a newer snapshot, and opens that meanwhile."""
        if self._data.live() not in (self._directory, self._passed_over) and self._switching.acquire(blocking=False):
            self._opening = threading.Thread(target=self._switch, name="open-snapshot", daemon=True)
            self._opening.start()
        return self._engine

    def settle(self) -> None:
        """Wait until a snapshot that is being opened is open, or has been passed over."""
        if self._opening is not None:
            self._opening.join()

    def _switch(self) -> None:
        # Asked again under the lock: between two questions a still newer snapshot may have come.
        directory = self._data.live()
        try:
            self._engine = self._open_engine(directory)
            self._directory = directory
        except (SearchError, EmbeddingError):
            self._passed_over = directory
        finally:
            self._switching.release()
