"""How long `reportgraph --help` takes, against Python importing click alone.

    python benchmarks/startup.py [--rounds 15]

Both run as processes of their own, in turn. Target: under 0.5 s.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

COMMANDS = {
    "reportgraph --help": [str(Path(sys.executable).parent / "reportgraph"), "--help"],
    "python, importing click": [sys.executable, "-c", "import click"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds[name].append(time.perf_counter() - started)
    table = Table("command", "median s", "worst s")
    for name, values in seconds.items():
        table.add_row(name, f"{statistics.median(values):.3f}", f"{max(values):.3f}")
    Console().print(table)
    ours, peer = (statistics.median(values) for values in seconds.values())
    Console().print(f"ratio {ours / peer:.2f}; target: under 0.5 s")


if __name__ == "__main__":
    main()
