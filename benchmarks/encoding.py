"""Documents a second of our encoder against the bare library, on titles and abstracts of real reports.

    python benchmarks/encoding.py [--rows 300] [--rounds 3] [--model multilingual-e5-small]

Peers: `SentenceTransformer.encode` as the library has it by default, and with an explicit batch of 32. All run in
this process, in the same precision, one after the other in every round, so that a busy machine slows them alike;
the ratio is that of the medians. Target: at least 0.9 of the faster peer.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from rich.console import Console
from rich.table import Table

from embeddings.encoder import Encoder, Precision
from embeddings.models import find_model, open_encoder
from embeddings.vectors import Vectors

REPORTS: Final = Path(__file__).parents[2] / "shared" / "data" / "reports" / "reports.vufind.jsonl.gz"
OURS: Final = "our adapter"
TARGET: Final = 0.9


def read_texts(path: Path, rows: int) -> list[str]:
    """Title and abstract of ``rows`` reports, drawn with a fixed seed from all of them."""
    with gzip.open(path, "rb") as lines:
        records = [orjson.loads(line) for line in lines]
    chosen = np.random.default_rng(1).choice(len(records), min(rows, len(records)), replace=False)
    return [". ".join(part for part in map(joined, texts_of(records[row])) if part) for row in chosen]


def texts_of(record: dict[str, Any]) -> tuple[Any, Any]:
    return record.get("title"), record.get("description")


def joined(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else value or ""


def contestants(encoder: Encoder, bare: Any) -> dict[str, Callable[[list[str]], Vectors]]:
    return {
        OURS: encoder.encode_documents,
        "the library, its defaults": lambda texts: bare.encode(texts, show_progress_bar=False),
        "the library, batch 32": lambda texts: bare.encode(texts, batch_size=32, show_progress_bar=False),
    }


def bare_library(model: str, precision: Precision) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    directory = str(find_model(model).directory)
    return SentenceTransformer(directory, device="cpu", model_kwargs={"dtype": getattr(torch, precision)})


def fits(bare: Any, text: str) -> bool:
    prompt = bare.prompts.get("passage") or bare.prompts.get("document") or ""
    return bool(len(bare.tokenizer(prompt + text)["input_ids"]) <= bare.max_seq_length)


def measure(
    runs: dict[str, Callable[[list[str]], Vectors]], texts: list[str], rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """Wall and processor seconds of every run, by name, one pair a round."""
    for run in runs.values():
        run(texts[:16])
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            wall, processor = time.perf_counter(), time.process_time()
            run(texts)
            seconds[name].append((time.perf_counter() - wall, time.process_time() - processor))
    return seconds


def medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(wall for wall, _ in pairs), statistics.median(processor for _, processor in pairs)


def table_of(seconds: dict[str, list[tuple[float, float]]], rows: int) -> Table:
    table = Table("encoder", "documents/s", "documents per CPU-s", "ours is faster by", title=f"{rows} documents")
    ours, _ = medians(seconds[OURS])
    for name, pairs in seconds.items():
        wall, processor = medians(pairs)
        table.add_row(name, f"{rows / wall:.1f}", f"{rows / processor:.1f}", f"{wall / ours:.2f}x")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="multilingual-e5-small", help="a packaged model or a directory")
    arguments = parser.parse_args()
    if not REPORTS.is_file():
        parser.exit(0, f"the reports are not there: {REPORTS}\n")
    encoder = open_encoder(arguments.model)
    bare = bare_library(arguments.model, encoder.identity.precision)
    # What is longer than the window we read whole, and the library cuts: a comparison needs equal work.
    texts = [text for text in read_texts(REPORTS, 2 * arguments.rows) if fits(bare, text)][: arguments.rows]
    seconds = measure(contestants(encoder, bare), texts, arguments.rounds)
    Console().print(table_of(seconds, len(texts)))
    ours, _ = medians(seconds[OURS])
    ratio = min(medians(pairs)[0] / ours for name, pairs in seconds.items() if name != OURS)
    print(f"{ratio:.2f} of the faster peer, target {TARGET}: {'met' if ratio >= TARGET else 'MISSED'}")


if __name__ == "__main__":
    main()
