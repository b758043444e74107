"""How long a search takes without encoding its query, by number of filters; and facet counts against SPARQL.

    python benchmarks/search_latency.py [--data DIR] [--rounds 5]

Without --data the real collection is built with the hashing encoder first. Queries are titles of the collection, cut
to seven words, and one question; filters are the commonest language, access to a span of years, and the commonest type.
Targets: p50 under 60 ms with three filters at 15,000 reports.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from embeddings.encoder import Encoder, ModelIdentity
from embeddings.vectors import Vectors
from kg import sparql
from kg.facets.filters import Filters
from kg.store import Scope
from search.engine import Engine
from search.fulltext.query_syntax import parse
from search.request import Mode, Request
from search.snapshots.pipeline import Task
from search.snapshots.snapshot import Snapshot
from ui.settings import Settings
from ui.wiring import build_services

REPORTS = Path(__file__).parents[2] / "shared" / "data" / "reports" / "reports.vufind.jsonl.gz"
QUERIES = 40


class EncodedBefore:
    """The query vectors of an encoder, made before the clock runs."""

    def __init__(self, encoder: Encoder, queries: list[str]) -> None:
        # A title with quotation marks is a formula: the engine asks for what it means.
        self._vectors = {
            meaning: encoder.encode_query(meaning) for meaning in (parse(query).meaning for query in queries)
        }
        self.identity: ModelIdentity = encoder.identity
        self.encode_queries = encoder.encode_queries

    def encode_query(self, text: str) -> Vectors:
        return self._vectors[text]

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        raise NotImplementedError(f"{len(texts)} texts, {progress}: only queries are asked for here")


@contextmanager
def collection(data: Path | None, model: str) -> Iterator[tuple[Snapshot, Encoder, Path]]:
    """A collection, its encoder, and the data directory: the one given, or one that is built and thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        services = build_services(Settings(data=data or Path(folder) / "data", model=model))
        if data is None:
            from ui.commands.changing import run_task

            run_task(services, Task("build", (REPORTS,), afresh=True), Console(stderr=True))
        yield services.snapshot(), services.build_encoder(), services.settings.data


def filters(snapshot: Snapshot, count: int) -> Filters:
    everyone = np.ones(len(snapshot.columns.reports), dtype=bool)
    commonest = {facet: snapshot.columns.counts(facet, everyone, most=1) for facet in ("language", "type")}
    chosen = {facet: (counts[0].value.value,) for facet, counts in commonest.items() if counts}
    kept = dict(list(chosen.items())[: max(0, count - 1)])
    return Filters(kept, year_from=1960 if count else None, year_to=2020 if count else None)


def milliseconds(engine: Engine, requests: list[Request], rounds: int) -> list[float]:
    taken = []
    for _ in range(rounds):
        for request in requests:
            started = time.perf_counter()
            engine.search(request)
            taken.append((time.perf_counter() - started) * 1000)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model", default="hashing")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    out = Console()
    if options.data is None and not REPORTS.is_file():
        out.print(f"{REPORTS} is not here: give --data.")
        return
    with collection(options.data, options.model) as (snapshot, encoder, _):
        reports = snapshot.columns.reports
        rows = snapshot.graph.select_text("SELECT ?t WHERE { ?r a bibo:Document ; dcterms:title ?t }")
        titles = sorted(row[0] for row in rows)
        queries = [" ".join(title.split()[:7]) for title in titles[:: max(1, len(titles) // QUERIES)]]
        queries.append("how group credit changed women's say in rural Mali")
        engine = Engine(snapshot, EncodedBefore(encoder, queries))
        table = Table("search", "p50 ms", "p95 ms", "worst ms", title=f"{len(reports):,} reports, query encoded before")
        for mode in Mode:
            for count in (0, 3):
                chosen = filters(snapshot, count)
                requests = [Request(query, chosen, mode=mode) for query in queries]
                milliseconds(engine, requests[:3], 1)
                taken = milliseconds(engine, requests, options.rounds)
                p50, p95 = np.percentile(taken, (50, 95))
                table.add_row(f"{mode}, {count} filters", f"{p50:.1f}", f"{p95:.1f}", f"{max(taken):.1f}")
        out.print(table)
        compare_facets(snapshot, out)


def compare_facets(snapshot: Snapshot, out: Console) -> None:
    """One facet over everything, by columns and by SPARQL's GROUP BY, which must agree."""
    body = sparql.query("facet_topic").replace(
        "SELECT ?report ?value WHERE", "SELECT ?value (COUNT(DISTINCT ?report) AS ?n) WHERE"
    )
    started = time.perf_counter()
    counted = {value: int(n) for value, n in snapshot.graph.select_text(f"{body} GROUP BY ?value", Scope.STATED)}
    by_sparql = time.perf_counter() - started
    everyone = np.ones(len(snapshot.columns.reports), dtype=bool)
    started = time.perf_counter()
    columns = snapshot.columns.counts("topic", everyone)
    by_columns = time.perf_counter() - started
    same = {count.value.value: count.count for count in columns} == counted
    out.print(
        f"topic facet: SPARQL {by_sparql * 1000:.0f} ms, columns {by_columns * 1000:.1f} ms, "
        f"ratio {by_sparql / by_columns:.0f}, equal: {same}"
    )


if __name__ == "__main__":
    main()
