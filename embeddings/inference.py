"""What every adapter over a model in torch shares: batches, texts a tokenizer takes, quiet libraries."""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from embeddings.devices import BatchLimits


def batches_of(texts: Sequence[str], limits: BatchLimits) -> Iterator[list[int]]:
    """The positions of ``texts`` in batches, each as large as the limits allow.

    Texts of one length share a batch, so that little of it is padding. The longest come first, so that running out of
    memory happens at the start.
    """
    order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
    start = 0
    while start < len(order):
        fitting = limits.characters // max(len(texts[order[start]]), 1)
        stop = start + min(max(fitting, limits.smallest), limits.largest)
        yield order[start:stop]
        start = stop


def well_formed(text: str) -> str:
    """The text without halves of surrogate pairs, which a record may carry and a tokenizer refuses."""
    return text.encode("utf-8", "replace").decode("utf-8")


def begin_loading_torch() -> None:
    """Have torch imported by another thread, and return at once.

    Importing takes a second of one core. Whoever needs torch meanwhile waits for the same import.
    """
    # No daemon: a process that ends while a library is half loaded may crash.
    threading.Thread(target=importlib.import_module, args=("torch",), name="import-torch").start()


def use_one_thread_for_tokens() -> None:
    """Keep tokenizers from threads of their own: our batches gain nothing from them, and every later fork warns."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def silence_transformers() -> None:
    """Keep the library's bars and advice off standard error, where a command's one clear line belongs."""
    # Its functions have no annotations, hence the module as Any.
    logging: Any = importlib.import_module("transformers.utils.logging")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
