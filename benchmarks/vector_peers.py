"""Our index beside LanceDB and hnswlib: the same vectors, filters and queries, latency at equal recall, in one run.

    pip install "reportgraph[bench]"
    python benchmarks/vector_peers.py [--data DIR | FILE.npy] [--rows 100000] [--queries 50] [--json FILE]

Each peer is asked with more and more effort (LanceDB: lists looked at and candidates kept; hnswlib: ef) until it finds
99 in 100 of what the oracle does, or until it is at its end. Filters are what each does best: for LanceDB a boolean
column with a bitmap index, for hnswlib a Python function, for us a mask. Times are CPU milliseconds of the process, all
threads counted, since LanceDB has its own.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.vector_data import filters, load
from embeddings.index import Mask, Ordinals
from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.faiss import FaissIndex
from embeddings.vectors import Vectors

K: Final = 10
WANTED: Final = 0.99
CASES: Final = (("random", 1.0), *((kind, share) for share in (0.5, 0.1, 0.01, 0.001) for kind in ("random", "topic")))

Find = Callable[[Vectors], Ordinals]
"""A query (d,) becomes the ordinals of its ten best rows."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a peer found with some effort, and the CPU time it took."""

    effort: str
    recall: float
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Case:
    """One filter: its name, the rows it allows (None: all), and the best rows of each query by the oracle."""

    kind: str
    share: float
    allowed: Mask | None
    truth: Sequence[Ordinals]

    @property
    def column(self) -> str:
        return f"{self.kind}_{self.share}".replace(".", "_")


class Ours:
    """Our index, as a server opens it. It has one way of searching a filter."""

    name = "reportgraph"

    def __init__(self, rows: Vectors, _cases: Sequence[Case], _folder: Path) -> None:
        self._index = FaissIndex.from_vectors(rows)

    def efforts(self, case: Case) -> Iterator[tuple[str, Find]]:
        yield "", lambda query: self._index.search(query, K, case.allowed).ordinals


class Lance:
    """LanceDB with its IVF_RQ index, the nearest it has to ours."""

    name = "LanceDB IVF_RQ"

    def __init__(self, rows: Vectors, cases: Sequence[Case], folder: Path) -> None:
        import lancedb
        import pyarrow as pa
        from lancedb.index import Bitmap, IvfRq

        columns: dict[str, Any] = {case.column: case.allowed for case in cases if case.allowed is not None}
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), rows.shape[1])
        table = pa.table({"id": np.arange(len(rows)), "vector": vectors, **columns})
        self._table = lancedb.connect(folder).create_table("rows", table)
        self._table.create_index("vector", config=IvfRq(distance_type="dot"))
        for column in columns:
            self._table.create_index(column, config=Bitmap())

    def efforts(self, case: Case) -> Iterator[tuple[str, Find]]:
        for partitions, refined in ((10, 5), (20, 10), (50, 10), (100, 20), (200, 30), (1000, 50)):

            def find(query: Vectors, partitions: int = partitions, refined: int = refined) -> Ordinals:
                search = (
                    self._table.search(query).distance_type("dot").limit(K).nprobes(partitions).refine_factor(refined)
                )
                if case.allowed is not None:
                    search = search.where(case.column, prefilter=True)
                found: Ordinals = search.select(["id", "_distance"]).to_arrow()["id"].to_numpy()
                return found

            yield f"{partitions} lists, {refined * K} kept", find


class Hnswlib:
    """hnswlib, which asks a Python function about each row it comes by."""

    name = "hnswlib"

    def __init__(self, rows: Vectors, _cases: Sequence[Case], _folder: Path) -> None:
        import hnswlib

        self._index = hnswlib.Index(space="ip", dim=rows.shape[1])
        self._index.init_index(max_elements=len(rows), M=16, ef_construction=200, random_seed=1)
        self._index.add_items(rows, num_threads=1)
        self._size = len(rows)

    def efforts(self, case: Case) -> Iterator[tuple[str, Find]]:
        asked = None if case.allowed is None else case.allowed.tolist().__getitem__
        for ef in (20, 50, 100, 200, 500, 1000, 5000, 20_000):

            def find(query: Vectors, ef: int = ef) -> Ordinals:
                self._index.set_ef(min(ef, self._size))
                try:
                    found, _ = self._index.knn_query(query, k=K, num_threads=1, filter=asked)
                except RuntimeError:
                    # It finds fewer than ten among the rows it came by, and then gives none of them.
                    return np.empty(0, dtype=np.int64)
                ordinals: NDArray[np.int64] = found[0].astype(np.int64)
                return ordinals

            yield f"ef {ef}", find


def cases_of(rows: Vectors, queries: Vectors) -> list[Case]:
    oracle = ExactIndex(rows)
    cases = []
    for kind, share in CASES:
        allowed = None if share == 1 else next(filters(kind, share, rows, queries[:1]))
        cases.append(Case(kind, share, allowed, [oracle.search(query, K, allowed).ordinals for query in queries]))
    return cases


def attempted(effort: str, find: Find, queries: Vectors, case: Case) -> Attempt:
    find(queries[0])
    taken, found = [], []
    for query, truth in zip(queries, case.truth, strict=True):
        started = time.process_time()
        ordinals = find(query)
        taken.append((time.process_time() - started) * 1000)
        found.append(len(np.intersect1d(ordinals, truth)) / len(truth))
    p50, p95 = np.percentile(taken, (50, 95))
    return Attempt(effort, float(np.mean(found)), float(p50), float(p95))


def best_attempt(efforts: Iterator[tuple[str, Find]], queries: Vectors, case: Case) -> Attempt:
    """The first attempt that finds enough, or the one that found most."""
    attempts = []
    for effort, find in efforts:
        attempts.append(attempted(effort, find, queries, case))
        if attempts[-1].recall >= WANTED:
            return attempts[-1]
    return max(attempts, key=lambda attempt: attempt.recall)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a data directory, or an .npy file of vectors")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--json", type=Path, help="write what was measured to this file")
    options = parser.parse_args()
    # One thread to plan and one to compute, as far as it listens: what is counted is CPU time all the same.
    os.environ.setdefault("LANCE_CPU_THREADS", "1")
    data = load(options.data, options.rows, options.queries)
    rows = np.concatenate(list(data))
    cases = cases_of(rows, data.queries)
    table = Table("allowed", "which", "engine", "effort", "recall", "p50 ms", "p95 ms", "times ours", title=data.origin)
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        engines = [engine(rows, cases, Path(folder)) for engine in (Ours, Lance, Hnswlib)]
        for case in cases:
            ours = 0.0
            for engine in engines:
                attempt = best_attempt(engine.efforts(case), data.queries, case)
                ours = ours or attempt.p50
                lines.append({"case": case.column, "engine": engine.name, **dataclasses.asdict(attempt)})
                measured = (f"{attempt.recall:.4f}", f"{attempt.p50:.2f}", f"{attempt.p95:.2f}")
                ratio = f"{attempt.p50 / ours:.1f}"
                table.add_row(f"{case.share:.1%}", case.kind, engine.name, attempt.effort, *measured, ratio)
    Console().print(table)
    if options.json:
        options.json.write_text(json.dumps(lines, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
