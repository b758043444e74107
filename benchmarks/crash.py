"""Kill builds at random instants; after each, the live snapshot must be whole and the next build must succeed.

    python benchmarks/crash.py [--rounds 40] [--seed 1] [--records 1500]

Each round starts a build of a changed collection in a process of its own and kills it (SIGKILL) at a moment drawn from
the time that a whole build takes. Exits with 1 if any snapshot was not whole.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import track

from search.engine import Engine
from search.request import Mode, Request
from ui.settings import Settings
from ui.wiring import Services, build_services

COMMAND = Path(sys.executable).parent / "reportgraph"
WORDS = ["water", "maize", "women", "credit", "soil", "goats", "rivers", "seeds", "markets", "drought", "trees", "fish"]


def write_collection(path: Path, version: int, records: int) -> None:
    chance = random.Random(version)
    with path.open("w", encoding="utf-8") as file:
        for number in range(records + version):
            words = chance.choices(WORDS, k=30)
            record = {
                "id": f"r{number}",
                "title": " ".join(words[:5]),
                "description": " ".join(words),
                "topic": words[:3],
            }
            file.write(json.dumps(record | {"publishDate": ["2020"], "author": [f"Author, {words[4]}"]}) + "\n")


def start_build(source: Path, data: Path) -> subprocess.Popen[bytes]:
    command = [str(COMMAND), "build", str(source), "--data", str(data), "--model", "hashing"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate(timeout=300)
    if process.returncode:
        raise RuntimeError(errors.decode())


def look(services: Services, possible: set[int]) -> int:
    """How many reports the live snapshot holds; raises if its parts do not answer alike."""
    snapshot = services.snapshot()
    held = len(snapshot.columns.reports)
    found = Engine(snapshot, None).search(Request("water", mode=Mode.LEXICAL, limit=5))
    in_graph = sum(1 for _ in snapshot.graph.select_text("SELECT ?r WHERE { ?r a bibo:Document }"))
    if held != in_graph or held not in possible or not found.total:
        message = f"{held} reports in the columns, {in_graph} in the graph, expected one of {sorted(possible)}"
        raise RuntimeError(message)
    return held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=1500)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    killed = 0
    with tempfile.TemporaryDirectory() as folder:
        data, source = Path(folder) / "data", Path(folder) / "records.jsonl"
        services = build_services(Settings(data=data, model="hashing"))
        write_collection(source, 0, options.records)
        started = time.perf_counter()
        finish(start_build(source, data))
        whole = time.perf_counter() - started
        live = options.records
        for version in track(range(1, options.rounds + 1), "Killing builds", console=Console(stderr=True)):
            write_collection(source, version, options.records)
            process = start_build(source, data)
            time.sleep(chance.uniform(0, whole * 1.4))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            killed += process.returncode == -signal.SIGKILL
            live = look(services, {live, options.records + version})
        finish(start_build(source, data))
        look(services, {options.records + options.rounds})
    print(f"{options.rounds} builds, {killed} killed before their end, and every live snapshot was whole")


if __name__ == "__main__":
    main()
