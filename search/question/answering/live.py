"""Questions to the live snapshot, followed as builds publish new ones."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

from search.live import LiveEngine
from search.question.answering.asker import Asker


class LiveAsker:
    """Always an asker over the newest engine that is open. Who holds an old one keeps it."""

    def __init__(self, live: LiveEngine, *, today: Callable[[], dt.date] = dt.date.today) -> None:
        self._live = live
        self._today = today
        self._making = threading.Lock()
        self._asker: Asker | None = None

    def current(self) -> Asker:
        """The asker of the current engine; what it has learnt of sentences goes with the engine."""
        engine = self._live.current()
        with self._making:
            if self._asker is None or self._asker.engine is not engine:
                self._asker = Asker(engine, today=self._today)
            return self._asker
