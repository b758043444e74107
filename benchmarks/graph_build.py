"""The graph part of a build (read, map, load, facets) in records a second, and the peak memory of the whole build.

    python benchmarks/graph_build.py [SOURCE] [--rounds 3] [--model hashing]

Each round builds in a process of its own and then, as the peer, has Oxigraph bulk-load the N-Quads of the same graph
from a file: the ratio says what reading, mapping and facets cost beyond the engine's own work.
Targets: 2,000 records a second, peak memory under 2 GB.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph
from rich.console import Console
from rich.table import Table

REPORTS = Path(__file__).parents[2] / "shared" / "data" / "reports" / "reports.vufind.jsonl.gz"
COMMAND = Path(sys.executable).parent / "reportgraph"
STAGES = ("records", "graph", "facets")


def build(source: Path, data: Path, model: str) -> dict[str, object]:
    command = [str(COMMAND), "build", str(source), "--data", str(data), "--model", model, "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # type: ignore[no-any-return]


def bulk_load_seconds(data: Path, workspace: Path) -> float:
    dumped = workspace / "graph.nq"
    command = [str(COMMAND), "export", "--format", "nquads", "--data", str(data), "--output", str(dumped)]
    subprocess.run(command, check=True, capture_output=True)
    store = pyoxigraph.Store(str(workspace / "peer"))
    started = time.perf_counter()
    store.bulk_load(path=str(dumped), format=pyoxigraph.RdfFormat.N_QUADS)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", nargs="?", type=Path, default=REPORTS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="hashing")
    options = parser.parse_args()
    out = Console()
    if not options.source.is_file():
        out.print(f"{options.source} is not here: name a file of records.")
        return
    table = Table("round", *STAGES, "graph part s", "records/s", "bulk load alone s", "ratio")
    rates = []
    for number in range(1, options.rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            told = build(options.source, Path(folder) / "data", options.model)
            peer = bulk_load_seconds(Path(folder) / "data", Path(folder))
        seconds = told["seconds"]
        assert isinstance(seconds, dict)
        graph = sum(seconds[stage] for stage in STAGES)
        rates.append(float(str(told["graph_records_per_second"])))
        stages = (f"{seconds[stage]:.2f}" for stage in STAGES)
        table.add_row(str(number), *stages, f"{graph:.2f}", f"{rates[-1]:,.0f}", f"{peer:.2f}", f"{graph / peer:.2f}")
    out.print(table)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    out.print(f"median {statistics.median(rates):,.0f} records/s (target 2,000); peak memory of a build {peak:,.0f} MB")


if __name__ == "__main__":
    main()
