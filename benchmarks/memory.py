"""How much memory a process holds beyond mapped files, which the system takes back when it must (Linux)."""

from __future__ import annotations

import gc
import threading
from pathlib import Path
from typing import Self

from kg.model import Problem
from search.snapshots.staging import Observer


class Memory:
    """How many more bytes beyond mapped files the process holds after each step."""

    def __init__(self) -> None:
        self.grown: dict[str, int] = {}
        gc.collect()
        self._before = anonymous_bytes()

    def note(self, name: str) -> None:
        gc.collect()
        now = anonymous_bytes()
        self.grown[name] = now - self._before
        self._before = now


def anonymous_bytes() -> int:
    """What the process holds now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) * 1024


class WatchedMemory:
    """Passes on how a build goes, and notes the most bytes beyond mapped files that each stage held.

    It looks ten times a second. The peak that the system knows counts mapped files, which it takes back when it must.
    """

    def __init__(self, observer: Observer) -> None:
        self.peaks: dict[str, int] = {}
        self._observer = observer
        self._stage = "before"
        self._ended = threading.Event()
        self._looking = threading.Thread(target=self._look)

    def stage(self, name: str, total: int | None) -> None:
        self._stage = name
        self._observer.stage(name, total)

    def advance(self, done: int) -> None:
        self._observer.advance(done)

    def problem(self, problem: Problem) -> None:
        self._observer.problem(problem)

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            stage = self._stage
            self.peaks[stage] = max(self.peaks.get(stage, 0), anonymous_bytes())

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._looking.join()
