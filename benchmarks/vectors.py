"""Searching vectors inside filters: what is found and what it costs, by how much is allowed.

    python benchmarks/vectors.py [--data DIR | FILE.npy] [--rows 1000000] [--queries 50] [--json FILE]

Builds an index over the vectors of a collection (`benchmarks.vector_data` says what stands in where it is too small),
opens it in a process of its own to see what it holds in memory, and compares searches with the oracle, which scores
every allowed row. Times are CPU milliseconds of one thread. Targets: of the best 10, 99 in 100 found whatever is
allowed; less than 500 bytes of memory a row.

The last table is what the strategy's figures (`embeddings/indexes/strategy.py`) would be on this machine.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.memory import anonymous_bytes
from benchmarks.vector_data import KINDS, SELECTIVITIES, Data, filters, load
from embeddings.index import Hits, Mask
from embeddings.indexes.compressed_lists import CompressedLists
from embeddings.indexes.exact import ExactIndex
from embeddings.indexes.faiss import FaissIndex
from embeddings.indexes.index_files import LISTS, ROWS, open_index, save_index
from embeddings.indexes.strategy import MEASURED, Costs, candidates, first_share
from embeddings.row_file import map_rows
from embeddings.vectors import Vectors

DEPTHS: Final = (10, 1000)
"""How many hits are asked for: a page of them, and what the engine ranks."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table: searches for ``k`` rows of a share of them, chosen in some way."""

    selectivity: float
    kind: str
    k: int
    strategy: str
    recall: float
    p50: float
    p95: float
    exact_p50: float


def timed_search(index: FaissIndex, query: Vectors, k: int, allowed: Mask | None) -> tuple[float, Hits]:
    """The CPU milliseconds that a search took, and what it found."""
    started = time.thread_time()
    hits = index.search(query, k, allowed)
    return (time.thread_time() - started) * 1000, hits


def measure(index: FaissIndex, scanning: FaissIndex, oracle: ExactIndex, data: Data, rows: Vectors) -> list[Measured]:
    measured = []
    chosen = [(share, kind) for share in SELECTIVITIES for kind in (KINDS if share < 1 else KINDS[:1])]
    for selectivity, kind in track(chosen, "searching"):
        taken: dict[int, list[tuple[float, float, float]]] = {k: [] for k in DEPTHS}
        for query, allowed in zip(data.queries, filters(kind, selectivity, rows, data.queries), strict=True):
            truth = oracle.search(query, max(DEPTHS), allowed).ordinals
            for k in DEPTHS:
                ours, hits = timed_search(index, query, k, allowed)
                exact, _ = timed_search(scanning, query, k, allowed)
                taken[k].append((len(np.intersect1d(hits.ordinals, truth[:k])) / len(truth[:k]), ours, exact))
        count = int(np.count_nonzero(allowed))
        for k in DEPTHS:
            recalls, ours_all, exact_all = np.array(taken[k]).T
            strategy = "lists" if index.looks_through_lists(k, count) else "exact"
            p50, p95 = np.percentile(ours_all, (50, 95))
            measured.append(
                Measured(selectivity, kind, k, strategy, recalls.mean(), p50, p95, float(np.percentile(exact_all, 50)))
            )
    return measured


def show(measured: list[Measured], title: str, out: Console) -> None:
    headings = ("allowed", "which", "k", "strategy", "recall", "p50 ms", "p95 ms", "exact p50 ms")
    table = Table(*headings, title=title)
    for line in measured:
        table.add_row(
            f"{line.selectivity:.3%}",
            line.kind,
            str(line.k),
            line.strategy,
            f"{line.recall:.4f}",
            f"{line.p50:.2f}",
            f"{line.p95:.2f}",
            f"{line.exact_p50:.2f}",
        )
    out.print(table)


def report_memory(directory: Path, digest: str) -> None:
    """Print how many bytes an opened index holds after some searches: in a process that did nothing else."""
    import faiss

    query = np.full(faiss.IndexFlatIP(384).d, 384**-0.5, dtype=np.float32)
    FaissIndex.from_vectors(np.repeat(query[np.newaxis], 100, axis=0)).search(query, 10)
    before = anonymous_bytes()
    index = open_index(directory, digest, lambda: load(None, 0, 0))
    for k in DEPTHS:
        index.search(query, k)
        index.search(query, k, np.arange(index.size) % 2 == 0)
    print(anonymous_bytes() - before)


def memory(directory: Path, digest: str) -> int:
    command = [sys.executable, __file__, "--memory-of", str(directory), digest]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def fitted(rows: Vectors, lists: CompressedLists, queries: Vectors) -> tuple[Costs, dict[str, float]]:
    """The strategy's costs on this machine, in nanoseconds, and shares of the rows that searches looked at."""
    size = len(rows)
    random = np.random.default_rng(1)
    in_order, scattered = FaissIndex(rows, costs=Costs(in_order=0)), FaissIndex(rows, costs=Costs(scattered=0))
    some = np.zeros(size, dtype=np.bool_)
    some[random.choice(size, min(size // 2, 30_000), replace=False)] = True
    equations, times, shares = [], [], {}
    for selectivity in (1.0, 0.5, 0.3, 0.1, 0.05):
        allowed = None if selectivity == 1 else random.random(size) < selectivity
        ordinals = None if allowed is None else np.flatnonzero(allowed)
        count = size if ordinals is None else len(ordinals)
        for k in (10, 100, 1000):
            looked = []
            for query in queries:
                started = time.thread_time_ns()
                proposed = lists.propose(query, candidates(k), allowed, ordinals)
                scattered.scores_of(query, proposed.ordinals)
                times.append(time.thread_time_ns() - started)
                share = proposed.looked_at / count
                asked = 0 if allowed is None else share * size
                equations.append((asked, proposed.looked_at, candidates(k), 1))
                looked.append(share)
            shares[f"{k} of {count:,}"] = float(np.mean(looked) / first_share(candidates(k), count))
    visited, estimated, candidate, fixed = np.linalg.lstsq(np.array(equations, float), np.array(times, float))[0]

    def nanoseconds(index: FaissIndex, allowed: Mask | None, scored: int) -> float:
        taken = [timed_search(index, query, 10, allowed)[0] for query in queries]
        return float(np.median(taken)) * 1e6 / scored

    costs = Costs(
        nanoseconds(in_order, None, size),
        nanoseconds(scattered, some, int(some.sum())),
        visited,
        estimated,
        candidate,
        fixed,
    )
    return costs, shares


def show_costs(costs: Costs, shares: dict[str, float], out: Console) -> None:
    table = Table("cost", "this machine, ns", "strategy, ns", title="Figures of the strategy")
    for name, value in dataclasses.asdict(costs).items():
        table.add_row(name, f"{value:,.0f}", f"{getattr(MEASURED, name):,.0f}")
    out.print(table)
    out.print("looked at, in first shares:", ", ".join(f"{name} {share:.1f}" for name, share in shares.items()))


def run(options: argparse.Namespace, folder: Path, out: Console) -> None:
    data = load(options.data, options.rows, options.queries)
    started = time.process_time()
    digest = save_index(folder, data, lists_from=options.lists_from)
    built = time.process_time() - started
    held = memory(folder, digest)
    files = {path.name: path.stat().st_size for path in folder.iterdir()}
    sizes = ", ".join(f"{name} {files[name] / data.count:.0f}" for name in (ROWS, LISTS) if name in files)
    out.print(f"built in {built:.0f} CPU seconds; bytes a row: {sizes} on disk, {held / data.count:.0f} in memory")
    rows = map_rows(folder / ROWS, json.loads((folder / "digests.json").read_text())[ROWS])
    index = open_index(folder, digest, lambda: data)
    measured = measure(index, FaissIndex(rows), ExactIndex(rows), data, rows)
    show(measured, f"{data.origin}, {len(data.queries)} queries", out)
    values = {"rows": data.count, "built": built, "memory": held, "lines": [dataclasses.asdict(m) for m in measured]}
    if index.has_lists:
        lists = CompressedLists.load(folder / LISTS, json.loads((folder / "digests.json").read_text())[LISTS])
        costs, shares = fitted(rows, lists, data.queries[:20])
        show_costs(costs, shares, out)
        values["costs"] = dataclasses.asdict(costs)
    if options.json:
        options.json.write_text(json.dumps(values, indent=1), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a data directory, or an .npy file of vectors")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--lists-from", type=int, default=50_000)
    parser.add_argument("--json", type=Path, help="write what was measured to this file")
    parser.add_argument("--memory-of", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        report_memory(Path(options.memory_of[0]), options.memory_of[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        run(options, Path(folder), Console())


if __name__ == "__main__":
    main()
