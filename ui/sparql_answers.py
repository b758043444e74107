"""Queries of strangers over the live snapshot, for the protocol and for the workbench alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from anyio import CapacityLimiter, to_thread

from kg.errors import ResultFormError
from kg.query_workers import QueryWorkers
from kg.store import Scope
from search.live import LiveEngine
from search.snapshot import GRAPH, DataDirectory


@dataclass(frozen=True, slots=True)
class SparqlAnswer:
    """An answer and the form it is in, as :meth:`kg.store.GraphStore.answer` names forms."""

    content: bytes
    form: str


class SparqlAnswers:
    """Answers each query in a process that is killed when its time is over (:mod:`kg.query_workers`)."""

    def __init__(self, data: DataDirectory, live: LiveEngine, workers: QueryWorkers) -> None:
        self._data = data
        self._live = live
        self._workers = workers
        # Threads of their own: queries that wait for a worker must not hold those that searches run in.
        self._threads = CapacityLimiter(4 * workers.limits.workers)

    async def answer(self, query: str, scope: Scope, wanted: Sequence[str]) -> SparqlAnswer:
        """The answer in the first wanted form that fits the kind of query, else in the first that fits at all.

        Raises the errors of :meth:`kg.query_workers.QueryWorkers.answer`.
        """
        graph = self._data.snapshots / self._live.current().snapshot.manifest.name / GRAPH
        return await to_thread.run_sync(partial(self._asked, graph, query, scope, wanted), limiter=self._threads)

    def _asked(self, graph: Path, query: str, scope: Scope, wanted: Sequence[str]) -> SparqlAnswer:
        first = wanted[0] if wanted else "json"
        try:
            return SparqlAnswer(self._workers.answer(graph, query, first, scope), first)
        except ResultFormError as error:
            form = next((form for form in wanted if form in error.possible), error.possible[0])
        return SparqlAnswer(self._workers.answer(graph, query, form, scope), form)
