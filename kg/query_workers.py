"""Queries of strangers run in processes of their own: an engine without a time limit can still be killed.

Oxigraph cannot interrupt a query, so a query that runs too long is ended with its process. Each worker opens
the published graph read-only, so killing it harms nothing.
"""

from __future__ import annotations

import multiprocessing
import queue
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from kg.errors import KgError, QueriesBusyError, QueryKilledError, QueryTimeoutError
from kg.store import GraphStore, Scope


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What a query may use. ``memory`` is address space in bytes, where the system can limit it.

    ``waiting`` is how many seconds a query waits for a worker before it is sent away.
    """

    seconds: float = 60.0
    answer_bytes: int = 50_000_000
    memory: int = 4 << 30
    waiting: float = 5.0
    workers: int = 2


@dataclass(frozen=True, slots=True)
class _Job:
    location: str
    query: str
    form: str
    scope: Scope
    most: int


class QueryWorkers:
    """Answers queries over published graphs, each in a process that is killed when its time is over.

    ``open_graph`` opens a published graph by its location, which nothing else looks into, and must be picklable: it is
    called in the worker. Call :meth:`close` when done. Safe to use from many threads.
    """

    def __init__(self, open_graph: Callable[[str], GraphStore], limits: QueryLimits) -> None:
        self.limits = limits
        self._open_graph = open_graph
        # Places, not processes: a worker is started when its place is first asked for.
        self._idle: queue.SimpleQueue[_Worker | None] = queue.SimpleQueue()
        for _ in range(limits.workers):
            self._idle.put(None)

    def answer(self, location: str, query: str, form: str, scope: Scope = Scope.ALL) -> bytes:
        """What :meth:`kg.store.GraphStore.answer` says, over the graph at ``location``.

        Raises its errors, and :class:`~kg.errors.QueryTimeoutError`, :class:`~kg.errors.QueryKilledError`,
        :class:`~kg.errors.QueriesBusyError`.
        """
        try:
            worker = self._idle.get(timeout=self.limits.waiting)
        except queue.Empty:
            raise QueriesBusyError(self.limits.waiting) from None
        try:
            if worker is None or not worker.alive:
                worker = _Worker(self._open_graph, self.limits.memory)
            return worker.ask(_Job(location, query, form, scope, self.limits.answer_bytes), self.limits.seconds)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End the workers, whatever they do."""
        while True:
            try:
                worker = self._idle.get_nowait()
                if worker is not None:
                    worker.kill()
            except queue.Empty:
                return


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, open_graph: Callable[[str], GraphStore], memory: int) -> None:
        # Spawned, not forked: the server has threads, and a fork would copy their locks.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, open_graph, memory), name="sparql", daemon=True)
        self._process.start()
        theirs.close()
        self.alive = True

    def ask(self, job: _Job, seconds: float) -> bytes:
        try:
            self._connection.send(job)
            if not self._connection.poll(seconds):
                self.kill()
                raise QueryTimeoutError(seconds)
            answer = self._connection.recv()
        except (EOFError, OSError):
            self.kill()
            raise QueryKilledError from None
        if isinstance(answer, KgError):
            raise answer
        assert isinstance(answer, bytes)
        return answer

    def kill(self) -> None:
        self.alive = False
        self._process.kill()
        self._process.join()
        self._connection.close()


def _work(connection: Connection, open_graph: Callable[[str], GraphStore], memory: int) -> None:
    """What a worker does: answer one job after another over the graph that the job names."""
    _limit_memory(memory)
    opened: tuple[str, GraphStore] | None = None
    while True:
        try:
            job: _Job = connection.recv()
        except EOFError:
            return
        try:
            if opened is None or opened[0] != job.location:
                opened = (job.location, open_graph(job.location))
            connection.send(opened[1].answer(job.query, job.form, job.scope, most=job.most))
        except KgError as error:
            connection.send(error)
        except MemoryError:
            return


def _limit_memory(memory: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
