"""Queries of strangers over the live snapshot, for the protocol and for the workbench alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from kg.errors import ResultFormError
from kg.query_workers import QueryWorkers
from kg.store import Scope
from search.errors import InvalidRequestError
from search.live import LiveEngine
from search.snapshots.snapshot import Snapshot

LONGEST: Final = 100_000
"""Bytes of the longest query that is read, in whatever it is posted."""


async def posted_text(request: Request) -> str:
    """The body of a request; raises :class:`~search.errors.InvalidRequestError` as soon as it is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise InvalidRequestError(f"The query has more than {LONGEST:,} bytes", "Shorten it")
    return body.decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class SparqlAnswer:
    """An answer, the form it is in, as :meth:`kg.store.GraphStore.answer` names forms, and where it comes from."""

    content: bytes
    form: str
    snapshot: Snapshot


class SparqlAnswers:
    """Answers each query in a process that is killed when its time is over (:mod:`kg.query_workers`)."""

    def __init__(self, live: LiveEngine, workers: QueryWorkers) -> None:
        self._live = live
        self._workers = workers
        # Threads of their own: queries that wait for a worker must not hold those that searches run in.
        self._threads = CapacityLimiter(4 * workers.limits.workers)

    async def answer(self, query: str, scope: Scope, wanted: Sequence[str], *, others: bool = True) -> SparqlAnswer:
        """The answer in the first wanted form that fits the query; ``others`` tells whether another one will do.

        Raises the errors of :meth:`kg.query_workers.QueryWorkers.answer`.
        """
        asked = partial(self._asked, self._live.current().snapshot, query, scope, wanted, others=others)
        return await to_thread.run_sync(asked, limiter=self._threads)

    def _asked(
        self, snapshot: Snapshot, query: str, scope: Scope, wanted: Sequence[str], *, others: bool
    ) -> SparqlAnswer:
        graph = snapshot.graph_location
        first = wanted[0] if wanted else "json"
        try:
            return SparqlAnswer(self._workers.answer(graph, query, first, scope), first, snapshot)
        except ResultFormError as error:
            fitting = [form for form in wanted if form in error.possible]
            if not fitting and not others:
                raise
            form = fitting[0] if fitting else error.possible[0]
        return SparqlAnswer(self._workers.answer(graph, query, form, scope), form, snapshot)
