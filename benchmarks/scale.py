"""What a collection costs as it grows: minutes to build, bytes on disk and in memory for a report, time to search.

    python benchmarks/scale.py [--reports 15495 305296 1000000] [--into DIR] [--model NAME] [--queries 40] [--json]
    python benchmarks/scale.py --data DIR [--queries 40] [--json]

A collection of each size is built and measured. With --into they stay below DIR and what is there is not built again:
run it with more sizes to go on. Up to 15,495 reports are development research, up to 305,296 are computer science and
physics, all real; beyond, those come again with new identifiers, the words of their titles shuffled, and years moved by
up to three (seeded). Their authors and topics are the real ones again, so that from there on entities grow less than
they would.

Building and measuring run in processes of their own. Without --model, the encoder adds up random vectors of words and
takes no model's time. With it, real texts are encoded, which takes hours once and goes on where it was interrupted; a
varied text gets the vector of the real one, moved (`benchmarks.vector_data`). The encoder's memory is left out. Memory
is what the process holds beyond mapped files (RssAnon), after each part was opened and used. Times are of the
processor, since the machine may be busy with other work. Queries are words drawn from titles, each new to the engine;
the filters of a row let about that share of the collection pass.
Targets: under 500 bytes a report in memory, p95 under 25 ms for the two legs and their fusion.
"""

from __future__ import annotations

import argparse
import itertools
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.memory import Memory
from benchmarks.scaled_collections import LARGER, SEED, SMALL, WordVectors, build_collection
from benchmarks.search_latency import REPORTS, EncodedBefore
from embeddings.encoder import Encoder
from kg.descriptions import cards
from kg.facets.columns import Columns
from kg.facets.files import columns_digest, load_columns
from kg.facets.filters import Filters
from kg.facets.table import FACETS as FACET_NAMES
from search.engine import Engine
from search.fulltext.index import TextIndex
from search.fulltext.suggestion_index import SuggestionIndex
from search.request import Request
from search.snapshots.checks import Files
from search.snapshots.ledger import Ledger
from search.snapshots.record_log import RecordLog
from search.snapshots.snapshot import (
    ANN,
    FACETS,
    GRAPH,
    RECORDS,
    SUGGEST,
    TEXT,
    Manifest,
    Snapshot,
    graph_location,
    vectors_of,
)
from search.suggest import SuggestRequest, suggest
from ui.settings import Settings
from ui.wiring import Services, build_services

SHARES = (1.0, 0.1, 0.01, 0.001, 0.0001)
FILTERS = 6
WARMING = 20


class LegsAlone(Engine):
    """Both legs, their fusion and the ranking; no facet is counted, and a request for no results reads no card."""

    def _facets(self, *_: object) -> dict[str, Any]:
        return {}


# -- measuring ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A snapshot, its encoder, and queries drawn from its titles."""

    snapshot: Snapshot
    encoder: Encoder
    queries: list[str]


def measure(data: Path, count: int) -> dict[str, Any]:
    """What a built collection takes on disk, in memory, and for a search."""
    services = build_services(Settings(data=data))
    directory = services.data.live()
    manifest = Manifest.read(directory)
    encoder = encoder_for(manifest, data)
    encoder.encode_query("what the encoder needs is in memory before")
    opened, memory = open_parts(services, directory, encoder, count + WARMING)
    warm = Engine(opened.snapshot, encoder)
    for query in opened.queries[:WARMING]:
        warm.search(Request(query))
    memory.note("searching")
    prepared = EncodedBefore(encoder, opened.queries)
    rows = [row for share in SHARES if (row := timed(opened, prepared, share)) is not None]
    started = time.process_time()
    Snapshot.open(directory, services.adapters)
    return {
        "reports": manifest.reports,
        "entities": sum(len(column.values) for column in opened.snapshot.columns.facets.values()),
        "triples": manifest.triples,
        "model": manifest.model.name,
        "disk": bytes_by_part(manifest.files),
        "memory": memory.grown,
        "opening": time.process_time() - started,
        "searches": rows,
    }


def encoder_for(manifest: Manifest, data: Path) -> Encoder:
    words = WordVectors(manifest.model.dimension)
    if manifest.model == words.identity:
        return words
    return build_services(Settings(data=data, model=manifest.model_source)).build_encoder()


def open_parts(services: Services, directory: Path, encoder: Encoder, queries: int) -> tuple[Opened, Memory]:
    """A snapshot opened part by part, each used at once, so that what it holds is told from what others hold."""
    manifest = Manifest.read(directory)
    chance = np.random.default_rng(SEED)
    memory = Memory()
    columns = load_columns(directory / FACETS)
    columns_digest(columns)
    reports = columns.reports
    for share in SHARES:
        mask = chance.random(len(reports)) < share
        _ = [columns.counts(facet, mask, most=20) for facet in FACET_NAMES]
    memory.note(FACETS)
    graph = services.adapters.open_graph(directory / GRAPH, manifest.base)
    drawn = [reports[ordinal] for ordinal in chance.integers(0, len(reports), 3 * queries).tolist()]
    typed = [query for card in cards(graph, drawn).values() if (query := some_words(card.title, chance))][:queries]
    memory.note(GRAPH)
    index = services.adapters.open_index(
        directory / ANN, manifest.ann_digest, lambda: vectors_of(directory, manifest.model)
    )
    for query in typed[:WARMING]:
        index.search(encoder.encode_query(query), 1000)
    memory.note("vectors")
    text = TextIndex(directory / TEXT)
    for query in typed[:WARMING]:
        text.search(text.parse(query), 1000)
    memory.note(TEXT)
    records = RecordLog.open(directory / RECORDS)
    for iri in drawn[:WARMING]:
        records.get(iri.rsplit("/", 1)[-1])
    memory.note(RECORDS)
    suggestions = SuggestionIndex.open(directory / SUGGEST)
    located = graph_location(directory)
    snapshot = Snapshot(manifest, graph, columns, index, text, records, Ledger.open(directory), suggestions, located)
    for query in typed[:WARMING]:
        suggest(snapshot, SuggestRequest(query[:4]))
    memory.note(SUGGEST)
    return Opened(snapshot, encoder, typed), memory


def some_words(title: str, chance: np.random.Generator) -> str:
    """Two to five neighbouring words of a title; nothing if it has fewer."""
    words = re.findall(r"\w+", title.lower())
    count = int(chance.integers(2, 6))
    if len(words) < count:
        return ""
    start = int(chance.integers(0, len(words) - count + 1))
    return " ".join(words[start : start + count])


def timed(opened: Opened, encoder: Encoder, share: float) -> dict[str, Any] | None:
    """CPU-ms of searches inside filters that about such a share of the reports pass; ``None`` without such filters."""
    columns = opened.snapshot.columns
    filters = filters_near(columns, share)
    if not filters:
        return None
    pairs = list(zip(opened.queries[WARMING:], itertools.cycle(filters), strict=False))
    legs = milliseconds(LegsAlone(opened.snapshot, encoder), [Request(query, one, limit=0) for query, one in pairs])
    whole = milliseconds(Engine(opened.snapshot, encoder), [Request(query, one) for query, one in pairs])
    return {"share": share, "filters": len(filters), "legs": legs, "whole": whole}


def milliseconds(engine: Engine, requests: Sequence[Request]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    taken = []
    for request in requests:
        started = time.process_time()
        engine.search(request)
        taken.append((time.process_time() - started) * 1000)
    p50, p95 = np.percentile(taken, (50, 95))
    return float(p50), float(p95)


def filters_near(columns: Columns, share: float) -> list[Filters]:
    """Of each facet the value, and of years the span, that is nearest to a share of the reports, within a factor of 2.

    At most ``FILTERS`` of them, the nearest.
    """
    if share == 1.0:
        return [Filters()]
    wanted = share * len(columns.reports)
    nearest = [
        near for near in (nearest_years(columns, wanted), *nearest_values(columns, wanted)) if near[0] < np.log(2)
    ]
    return [filters for _, filters in sorted(nearest, key=lambda near: near[0])[:FILTERS]]


def nearest_values(columns: Columns, wanted: float) -> Iterator[tuple[float, Filters]]:
    for facet, column in columns.facets.items():
        counts = np.bincount(column.stated.codes, minlength=len(column.values))
        if facet != "year" and len(counts):
            distances = np.abs(np.log(np.maximum(counts, 1e-9) / wanted))
            code = int(distances.argmin())
            yield float(distances[code]), Filters({facet: (column.values[code].value,)})


def nearest_years(columns: Columns, wanted: float) -> tuple[float, Filters]:
    column = columns.facets["year"]
    years = [int(value.value) for value in column.values]
    sums = [0, *np.cumsum(np.bincount(column.stated.codes, minlength=len(years))).tolist()]
    spans = itertools.combinations(range(len(sums)), 2)
    distance, first, last = min((abs(np.log((sums[b] - sums[a]) / wanted)), years[a], years[b - 1]) for a, b in spans)
    return float(distance), Filters(year_from=first, year_to=last)


def bytes_by_part(files: Files) -> dict[str, int]:
    """Bytes on disk by part of a snapshot; the index and the vectors that it can be made of again are apart."""
    found: Counter[str] = Counter()
    for name, file in files.items():
        found[name.split("/", 1)[0].partition(".")[0]] += file.size
    return dict(found)


# -- telling -----------------------------------------------------------------------------------------------------------


def tables(results: Sequence[dict[str, Any]]) -> Iterator[Table]:
    """What was measured, a column for each collection, and what becomes of it from the first to the last."""
    yield table("collection", results, facts)
    yield table("building, CPU-s for 1,000 reports, without encoding", results, building)
    yield table("building, peak memory beyond mapped files, MB", results, peaks)
    for title, key in (("on disk, bytes a report", "disk"), ("in memory, bytes a report (target under 500)", "memory")):
        yield table(title, results, lambda told, key=key: with_sum(told[key]), each=True)  # type: ignore[misc]
    yield table("searching, CPU-ms (target: legs and fusion under 25 at p95)", results, searching)


def table(
    title: str,
    results: Sequence[dict[str, Any]],
    rows: Callable[[dict[str, Any]], dict[str, float]],
    *,
    each: bool = False,
) -> Table:
    """One table. With ``each`` values are shown for a report, and the last column is what one more of them takes."""
    drawn = Table(title=title, title_justify="left")
    drawn.add_column("")
    for told in results:
        drawn.add_column(f"{told['reports']:,} reports", justify="right")
    drawn.add_column("a further report" if each else "growth", justify="right")
    columns = [rows(told) for told in results]
    sizes = [told["reports"] for told in results]
    for name in dict.fromkeys(itertools.chain.from_iterable(columns)):
        values = [column.get(name) for column in columns]
        shown = [
            value / size if each and value is not None else value for value, size in zip(values, sizes, strict=True)
        ]
        drawn.add_row(
            name, *("" if value is None else number(value) for value in shown), grown(values, sizes, each=each)
        )
    return drawn


def grown(values: Sequence[float | None], sizes: Sequence[int], *, each: bool) -> str:
    first, last = values[0], values[-1]
    if first is None or last is None or sizes[0] == sizes[-1]:
        return ""
    if each:
        return number((last - first) / (sizes[-1] - sizes[0]))
    return f"{last / first:.2f}" if first else ""


def number(value: float) -> str:
    return (
        f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2g}" if value < 1 else f"{value:.1f}"
    )


def facts(told: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {name: told[name] for name in ("real", "entities", "triples") if name in told}
    found["opening, CPU-s"] = told["opening"]
    if "peak" in told:
        found["peak memory of the build, mapped files included, MB"] = told["peak"] / 2**20
        found["minutes of the build, waiting included"] = told["wall"] / 60
    return found


def building(told: dict[str, Any]) -> dict[str, float]:
    stages = {stage: seconds for stage, seconds in told.get("seconds", {}).items() if stage != "encode"}
    found = {stage: seconds / told["reports"] * 1000 for stage, seconds in stages.items()}
    return found | {"all, minutes of the processor": sum(stages.values()) / 60} if found else {}


def peaks(told: dict[str, Any]) -> dict[str, float]:
    megabytes = {stage: held / 2**20 for stage, held in told.get("anonymous_peaks", {}).items()}
    return megabytes | {"all": max(megabytes.values())} if megabytes else {}


def with_sum(parts: Mapping[str, int]) -> dict[str, float]:
    return {**parts, "all": sum(parts.values())}


def searching(told: dict[str, Any]) -> dict[str, float]:
    return {
        f"{key}, {100 * row['share']:g}% of the reports, {name}": value
        for key in ("legs", "whole")
        for row in told["searches"]
        for name, value in zip(("p50", "p95"), row[key], strict=True)
    }


def in_a_process_of_its_own(step: str, **options: object) -> bytes:
    named = itertools.chain.from_iterable((f"--{name}", str(value)) for name, value in options.items())
    command = [sys.executable, __file__, "--step", step, *named]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def collected(reports: int, into: Path, model: str | None, queries: int) -> dict[str, Any]:
    """What is known of the collection of a size, which is built and measured if it was not yet."""
    folder = into / str(reports)
    if not (folder / "built.json").is_file():
        in_a_process_of_its_own("build", reports=reports, into=into, **({"model": model} if model else {}))
    if not (folder / "measured.json").is_file():
        told = in_a_process_of_its_own("measure", data=folder / "data", queries=queries)
        (folder / "measured.json").write_bytes(told)
    return {
        **orjson.loads((folder / "built.json").read_bytes()),
        **orjson.loads((folder / "measured.json").read_bytes()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--reports", type=int, nargs="+", default=[SMALL])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--queries", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--step", choices=("build", "measure"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step == "build":
        build_collection(options.reports[0], options.into, options.model)
        return
    if options.step == "measure":
        sys.stdout.buffer.write(orjson.dumps(measure(options.data, options.queries)))
        return
    needed = (REPORTS, *(LARGER if max(options.reports) > SMALL else ()))
    if options.data is None and not all(path.is_file() for path in needed):
        Console().print(f"Not all of {', '.join(map(str, needed))} are here: give --data.")
        return
    with tempfile.TemporaryDirectory() as folder:
        into = options.into or Path(folder)
        if options.data is None:
            results = [collected(reports, into, options.model, options.queries) for reports in options.reports]
        else:
            results = [orjson.loads(in_a_process_of_its_own("measure", data=options.data, queries=options.queries))]
    if options.json:
        sys.stdout.buffer.write(orjson.dumps(results, option=orjson.OPT_INDENT_2) + b"\n")
        return
    for one in tables(results):
        Console().print(one)


if __name__ == "__main__":
    main()
