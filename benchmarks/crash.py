"""Kill builds and updates at random instants and at every step of publishing; the live snapshot must always be whole.

    python benchmarks/crash.py [--rounds 200] [--seed 1] [--records 1500]

Each round changes the collection in a process of its own that is killed (SIGKILL): at a moment drawn from the time that
such a change takes, or, in every other round, before the next of the file operations by which a snapshot is published.
After each, the live snapshot must be the one before or the one after, with parts that hold the same reports; a change
that was acknowledged (the process had ended by itself) must be there; and the next change must succeed without
anybody's help. Exits with 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from search.engine import Engine
from search.request import Mode, Request
from ui.settings import Settings
from ui.wiring import Services, build_services

WORDS = ["water", "maize", "women", "credit", "soil", "goats", "rivers", "seeds", "markets", "drought", "trees", "fish"]
_KILLED_WHILE_PUBLISHING = """
import atexit, os, signal, sys
step, counted = int(os.environ["RG_STEP"]), -1
def watch(event, arguments):
    global counted
    if event == "open" and str(arguments[0]).endswith("/manifest.json") and "w" in str(arguments[1]):
        counted = 0
    if counted >= 0 and event in ("open", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"):
        if counted == step:
            os.kill(os.getpid(), signal.SIGKILL)
        counted += 1
sys.addaudithook(watch)
from ui.cli import main
atexit.register(lambda: open(os.environ["RG_STEPS"], "w").write(str(counted)))
main()
"""
"""A command that is killed before one of the file operations that follow the first word of the manifest; one that is
not writes down how many there were."""


@dataclass(frozen=True)
class Change:
    """A change of the collection: its records, what it deletes, and which numbers are there when it is done."""

    records: Mapping[int, int]
    deleted: tuple[int, ...]

    def applied(self, state: Mapping[int, int]) -> dict[int, int]:
        """The versions of reports after the change."""
        return {number: one for number, one in {**state, **self.records}.items() if number not in self.deleted}


def record(number: int, version: int) -> str:
    words = random.Random(f"{number} {version}").choices(WORDS, k=30)
    described = {"title": " ".join(words[:5]), "description": " ".join(words), "topic": words[:3]}
    named = {"id": f"r{number}", "publishDate": ["2020"], "author": [f"Author, {words[4]}"]}
    return json.dumps({**named, **described, "title_alt": [f"version {version}"]})


def a_change(state: Mapping[int, int], version: int, chance: random.Random) -> Change:
    size = chance.choice((1, 5, 40))
    known = chance.sample(sorted(state), k=min(size, len(state) // 2))
    new = range(max(state) + 1, max(state) + 1 + chance.randint(0, size))
    deleted = tuple(known[: chance.randint(0, len(known) // 2)])
    return Change(dict.fromkeys((*known[len(deleted) :], *new), version), deleted)


def command(folder: Path, change: Change, *, whole: Mapping[int, int] | None) -> list[str]:
    """The command that makes a change: an update, or a build of everything."""
    source, deleted = folder / "records.jsonl", folder / "deleted.txt"
    records = change.records if whole is None else whole
    source.write_text("".join(record(*one) + "\n" for one in records.items()), encoding="utf-8")
    deleted.write_text("".join(f"r{number}\n" for number in change.deleted), encoding="utf-8")
    to = ["--data", str(folder / "data"), "--model", "hashing"]
    if whole is not None:
        return ["build", str(source), *to]
    return ["update", *([str(source)] if records else []), "--delete-ids", str(deleted), *to]


def start(arguments: list[str], folder: Path, step: int | None = None) -> subprocess.Popen[bytes]:
    """A command as a process; with a ``step`` it is watched, and killed there if publishing gets so far."""
    program = ["-m", "ui.cli"] if step is None else ["-c", _KILLED_WHILE_PUBLISHING]
    here = Path(__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": str(here), "RG_STEP": str(step), "RG_STEPS": str(folder / "steps")}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, *program, *arguments], stdout=quiet, stderr=subprocess.PIPE, cwd=here, env=environment
    )


def finish(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate(timeout=600)
    if process.returncode:
        raise RuntimeError(errors.decode())


def held(services: Services) -> dict[int, int]:
    """The versions of the reports of the live snapshot; raises if its parts do not answer alike."""
    snapshot = services.snapshot()
    versions = {
        int(report.rpartition("/r")[2]): int(title.removeprefix("version "))
        for report, title in snapshot.graph.select_text("SELECT ?r ?t WHERE { ?r dcterms:alternative ?t }")
    }
    puts = ((put.id, put.record.fields["title_alt"][0]) for put in snapshot.records)
    in_log = {int(one[1:]): int(title.removeprefix("version ")) for one, title in puts}
    found = Engine(snapshot, None).search(Request("water", mode=Mode.LEXICAL, limit=5))
    sizes = {len(versions), len(snapshot.columns.reports), snapshot.text.size, snapshot.index.size}
    if versions != in_log or len(sizes) != 1 or not found.total:
        raise RuntimeError(f"the parts of {snapshot.manifest.name} differ: {sizes}, {len(in_log)} in the log")
    return versions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=1500)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    told: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        services = build_services(Settings(data=folder / "data", model="hashing"))
        state = dict.fromkeys(range(options.records), 0)
        seconds, steps = {}, {}
        for kind in ("build", "update"):
            change = a_change(state, 1, chance)
            after = change.applied(state)
            started = time.perf_counter()
            finish(start(command(folder, change, whole=after if kind == "build" else None), folder, step=-2))
            seconds[kind] = time.perf_counter() - started
            steps[kind] = int((folder / "steps").read_text())
            state = after
        for number in track(range(2, options.rounds + 2), "Killing", console=Console(stderr=True)):
            kind = chance.choice(("update", "update", "update", "build"))
            change = a_change(state, number, chance)
            after = change.applied(state)
            # From the last operation backwards: the renames are at the end, after many flushes.
            step = steps[kind] - 1 - number // 2 % steps[kind] if number % 2 else None
            process = start(command(folder, change, whole=after if kind == "build" else None), folder, step)
            if step is None:
                time.sleep(chance.uniform(0, seconds[kind] * 1.3))
                process.send_signal(signal.SIGKILL)
            _, errors = process.communicate(timeout=600)
            killed = process.returncode == -signal.SIGKILL
            if not killed and process.returncode:
                raise RuntimeError(f"round {number} ended with {process.returncode}: {errors.decode()}")
            now = held(services)
            if now != after and (not killed or now != state):
                raise RuntimeError(f"round {number}: {len(now)} reports are neither those before nor those after")
            when = "at an instant" if step is None else "while publishing"
            where = f"killed {when}" if killed else "not killed"
            told[f"{kind}, {where}, {'the new' if now == after else 'the old'} snapshot live"] += 1
            state = now
        change = a_change(state, 0, chance)
        finish(start(command(folder, change, whole=None), folder))
        if held(services) != change.applied(state):
            raise RuntimeError("the last update did not arrive")
    for what, count in sorted(told.items()):
        print(f"{count:5}  {what}")
    print(f"{options.rounds} rounds, and every live snapshot was whole")


if __name__ == "__main__":
    main()
