from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.errors import (
    QueriesBusyError,
    QueryKilledError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    ResultTooLargeError,
    StoreError,
)
from kg.query_workers import QueryLimits, QueryWorkers
from kg.store import GraphStore
from kg.stores.oxigraph import OxigraphStore

LIMITS = QueryLimits(seconds=1.5, answer_bytes=10_000, memory=3 << 30, waiting=0.2, workers=1)
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STR(?a) < STR(?i)) }"
HUNGRY = "SELECT ?a ?f WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?f ?a ?i"


def _graph(directory: Path, size: int) -> str:
    store = OxigraphStore.create(directory, inferred_prefix="http://e/inferred/")
    store.load([b"".join(b'<http://e/%d> <http://e/p> "%d" .\n' % (n, n) for n in range(size))])
    store.close()
    return str(directory)


def _open(location: str) -> GraphStore:
    return OxigraphStore.read_only(Path(location), inferred_prefix="http://e/inferred/")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> str:
    return _graph(tmp_path_factory.mktemp("graph") / "store", 3000)


@pytest.fixture(scope="module")
def workers() -> Iterator[QueryWorkers]:
    made = QueryWorkers(_open, LIMITS)
    yield made
    made.close()


def test_a_query_is_answered_over_the_graph_that_is_named(workers: QueryWorkers, graph: str, tmp_path: Path) -> None:
    assert workers.answer(graph, COUNT, "csv").split() == [b"n", b"3000"]
    assert workers.answer(_graph(tmp_path / "other", 7), COUNT, "csv").split() == [b"n", b"7"]


def test_an_endless_query_is_ended_in_time_and_the_next_one_is_answered(workers: QueryWorkers, graph: str) -> None:
    workers.answer(graph, COUNT, "csv")
    started = time.monotonic()
    with pytest.raises(QueryTimeoutError):
        workers.answer(graph, ENDLESS, "csv")
    assert time.monotonic() - started < LIMITS.seconds + 1
    assert workers.answer(graph, COUNT, "csv").split() == [b"n", b"3000"]


def test_errors_of_a_query_come_through_and_leave_the_worker_alive(workers: QueryWorkers, graph: str) -> None:
    with pytest.raises(QuerySyntaxError):
        workers.answer(graph, "SELECT", "csv")
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        workers.answer(graph, "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "csv")
    with pytest.raises(ResultTooLargeError):
        workers.answer(graph, "SELECT * { ?s ?p ?o }", "json")
    with pytest.raises(StoreError):
        workers.answer(f"{graph}/nothing", COUNT, "csv")
    assert workers.answer(graph, COUNT, "csv").split() == [b"n", b"3000"]


def test_a_query_that_eats_memory_is_ended_not_the_machine(graph: str) -> None:
    limits = QueryLimits(seconds=60, memory=1 << 30, workers=1)
    workers = QueryWorkers(_open, limits)
    try:
        with pytest.raises(QueryKilledError):
            workers.answer(graph, HUNGRY, "csv")
        assert workers.answer(graph, COUNT, "csv").split() == [b"n", b"3000"]
    finally:
        workers.close()


def test_when_all_workers_are_busy_one_is_sent_away(workers: QueryWorkers, graph: str) -> None:
    workers.answer(graph, COUNT, "csv")
    caught: list[BaseException] = []

    def run() -> None:
        try:
            workers.answer(graph, ENDLESS, "csv")
        except QueryTimeoutError as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    with pytest.raises(QueriesBusyError):
        workers.answer(graph, COUNT, "csv")
    thread.join()
    assert len(caught) == 1
