"""What an update costs, beside a build of everything: wall and processor seconds by stage.

    python benchmarks/updates.py [--reports 15495] [--changes 1 100 1000] [--data DIR] [--model hashing]

Builds a collection of so many real reports (or takes the one in DIR, which is changed), then changes so many of them:
of four, two get another title, one is new and one is deleted. Texts that are not new are not encoded; with the hashing
encoder, what encoding costs is hardly seen, and told as a stage of its own.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.scaled_collections import LARGER, SMALL, lines_of
from benchmarks.search_latency import REPORTS
from search.snapshots.pipeline import Task, Written
from ui.progress import BuildProgress
from ui.settings import Settings
from ui.wiring import Services, build_services

STAGES = ("records", "graph", "facets", "suggestions", "text", "encode", "index", "publish")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=SMALL)
    parser.add_argument("--changes", type=int, nargs="+", default=[1, 100, 1000])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model", default="hashing")
    options = parser.parse_args()
    out = Console()
    files = (REPORTS,) if options.reports <= SMALL else LARGER
    if not all(path.is_file() for path in files):
        out.print(f"{files[0]} is not here: this needs the folder of real records.")
        return
    measured: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        services = build_services(Settings(data=options.data or Path(folder) / "data", model=options.model))
        if services.data.current() is None:
            source = Path(folder) / "records.jsonl.gz"
            with gzip.open(source, "wb", compresslevel=1) as lines:
                lines.writelines(itertools.islice(lines_of(files), options.reports))
            measured[f"build of {options.reports:,}"] = measure(services, Task("build", (source,), afresh=True))
        reports = services.snapshot().manifest.reports
        for number, count in enumerate(options.changes):
            chance = random.Random(number)
            chosen = set(chance.sample(range(min(reports, options.reports)), k=count))
            records = [line for place, line in enumerate(lines_of(files)) if place in chosen]
            changed, deleted = changes(records, number, chance)
            source = Path(folder) / "changed.jsonl"
            source.write_bytes(b"".join(changed))
            task = Task("update", (source,), deleted=tuple(deleted))
            measured[f"{count:,} changes"] = measure(services, task)
    table = Table("seconds", *measured)
    for row in zip(("wall", "CPU", *STAGES, "peak MB"), *measured.values(), strict=True):
        table.add_row(*row)
    out.print(table)


def changes(records: Sequence[bytes], number: int, chance: random.Random) -> tuple[list[bytes], list[str]]:
    """Of four records two with another title, one under a new id, and one to delete."""
    changed, deleted = [], []
    for place, line in enumerate(records):
        record = orjson.loads(line)
        words = str(record["title"]).split()
        chance.shuffle(words)
        if place % 4 == 3:
            deleted.append(record["id"])
            continue
        named = {"id": f"{record['id']}new{number}"} if place % 4 == 2 else {}
        changed.append(orjson.dumps(record | {"title": " ".join(words)} | named) + b"\n")
    return changed, deleted


def measure(services: Services, task: Task) -> list[str]:
    """A column of the table: seconds as a clock on the wall and the processor have them, and by stage."""
    started, before = time.perf_counter(), time.process_time()
    with services.writing("update"), BuildProgress(Console(stderr=True)) as progress:
        written = services.write(task, progress)
    wall, processor = time.perf_counter() - started, time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [f"{wall:.1f}", f"{processor:.1f}", *shares(written), f"{peak:,.0f}"]


def shares(written: Written) -> Iterator[str]:
    seconds: Mapping[str, float] = written.seconds
    whole = sum(seconds.values()) or 1.0
    for stage in STAGES:
        taken = seconds.get(stage, 0.0)
        yield f"{taken:.2f} ({100 * taken / whole:.0f}%)"


if __name__ == "__main__":
    main()
