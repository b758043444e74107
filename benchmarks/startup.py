"""How long the program takes to be there, each time as a new process.

    python benchmarks/startup.py [--rounds 15] [--data DIR]

`reportgraph --help` against Python importing click alone; target: under 0.5 s. With ``--data``, a collection that was
built before: `reportgraph search` from start to end, and `reportgraph serve` until `/readyz` answers, then its first
answers; against Python importing torch alone. Targets over 15,495 reports with multilingual-e5-small, on two idle
cores: 3 s and 4 s. The commands of a round run one after the other, so that a busy machine slows them alike. Files are
in the system's cache: a warm-up round is not counted.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

REPORTGRAPH: Final = str(Path(sys.executable).parent / "reportgraph")
QUERY: Final = "how group credit changed women's say in rural Mali"
PATIENCE: Final = 120.0

Seconds = dict[str, float]
Run = Callable[[], Seconds]


def command(name: str, *arguments: str) -> Run:
    def run() -> Seconds:
        started = time.perf_counter()
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        return {name: time.perf_counter() - started}

    return run


def served(data: Path) -> Run:
    def run() -> Seconds:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        arguments = [REPORTGRAPH, "serve", "--data", str(data), "--port", str(port)]
        started = time.perf_counter()
        process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
        try:
            ready = until_ready(process, f"{base}/readyz", started)
            return {
                "reportgraph serve, until ready": ready,
                ".. first page": seconds_of(f"{base}/"),
                ".. first search": seconds_of(f"{base}/api/v1/search?q=drought"),
            }
        finally:
            process.terminate()
            process.wait(PATIENCE)

    return run


def until_ready(process: subprocess.Popen[bytes], url: str, started: float) -> float:
    while process.poll() is None and time.perf_counter() - started < PATIENCE:
        try:
            # The socket is bound first: a request that comes early waits until there is somebody to answer.
            with urllib.request.urlopen(url, timeout=PATIENCE):
                return time.perf_counter() - started
        except OSError:
            time.sleep(0.01)
    message = "the server did not get there"
    raise SystemExit(message)


def seconds_of(url: str) -> float:
    started = time.perf_counter()
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        answer.read()
    return time.perf_counter() - started


def measure(runs: list[Run], rounds: int) -> dict[str, list[float]]:
    """Seconds of every command, one a round; before them, each has run once."""
    for run in runs:
        run()
    seconds: dict[str, list[float]] = {}
    for _ in range(rounds):
        for run in runs:
            for name, value in run().items():
                seconds.setdefault(name, []).append(value)
    return seconds


def show(seconds: dict[str, list[float]], peer: str) -> None:
    table = Table("command", "median s", "best s", "worst s", f"median to {peer}")
    reference = statistics.median(seconds[peer])
    for name, values in seconds.items():
        median = statistics.median(values)
        row = (f"{value:.3f}" for value in (median, min(values), max(values)))
        table.add_row(name, *row, f"{median / reference:.2f}")
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--data", type=Path, help="a collection that was built before")
    arguments = parser.parse_args()
    click = "python, importing click"
    helped = [
        command("reportgraph --help", REPORTGRAPH, "--help"),
        command(click, sys.executable, "-c", "import click"),
    ]
    show(measure(helped, arguments.rounds), click)
    if arguments.data is None:
        return
    torch = "python, importing torch"
    searched = command("reportgraph search", REPORTGRAPH, "search", QUERY, "--data", str(arguments.data))
    runs = [command(torch, sys.executable, "-c", "import torch"), searched, served(arguments.data)]
    show(measure(runs, arguments.rounds), torch)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    Console().print(f"{os.cpu_count()} cores, load of the last minute {load:.1f}")


if __name__ == "__main__":
    main()
