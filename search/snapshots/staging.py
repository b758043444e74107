"""A snapshot that is being made: its directory, who is told how it goes on, and how long each stage took."""

from __future__ import annotations

import datetime as dt
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kg.model import Problem
from kg.vocab import Minter
from search.snapshots.snapshot import Adapters


class Observer(Protocol):
    """Is told how a new snapshot comes along."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; ``total`` is how much there is to do, if that is known."""

    def advance(self, done: int) -> None:
        """So much of the stage is done."""

    def problem(self, problem: Problem) -> None:
        """A record, or a value of one, could not be used."""


@dataclass(frozen=True, slots=True)
class Staging:
    """What every stage needs. ``now`` and ``clock`` are asked for the time of day and for seconds elapsed; ``seconds``
    is wall time by stage.
    """

    directory: Path
    minter: Minter
    adapters: Adapters
    observer: Observer
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    clock: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[None]:
        """A stage is told and timed."""
        self.observer.stage(name, total)
        started = self.clock()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + self.clock() - started


@contextmanager
def no_garbage_collected() -> Iterator[None]:
    """Millions of short-lived tuples keep the cycle collector busy and hold no cycle: a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
