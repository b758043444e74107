"""What every adapter over a model in torch shares: batches, texts a tokenizer takes, precision, quiet libraries."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Sequence
from typing import Any, Final

from embeddings.encoder import Precision

# Measured with all-MiniLM-L6-v2 in float32 on two AVX2 cores, documents per CPU-second in fixed batches of 8 / 16 / 32
# / 64: 29.6 / 26.0 / 23.6 / 20.8, since larger ones leave the cache. Batches of about 2,000 tokens are as fast as 8,
# and half as many: in every batch the threads wait for each other, which is costly when other programs share the cores.
_BATCH_CHARACTERS: Final = 8192
_SMALLEST_BATCH: Final = 8
_LARGEST_BATCH: Final = 64


def batches_of(texts: Sequence[str]) -> Iterator[list[int]]:
    """The positions of ``texts`` in batches of 8 to 64, each as large as a bound on its characters allows.

    Texts of one length share a batch, so that little of it is padding. The longest come first, so that running out of
    memory happens at the start.
    """
    order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
    start = 0
    while start < len(order):
        fitting = _BATCH_CHARACTERS // max(len(texts[order[start]]), 1)
        stop = start + min(max(fitting, _SMALLEST_BATCH), _LARGEST_BATCH)
        yield order[start:stop]
        start = stop


def well_formed(text: str) -> str:
    """The text without halves of surrogate pairs, which a record may carry and a tokenizer refuses."""
    return text.encode("utf-8", "replace").decode("utf-8")


def natural_precision(torch: Any) -> Precision:
    """bfloat16 where the processor computes in it (AMX or AVX512-BF16), else float32.

    Elsewhere bfloat16 is emulated, slower and less exact. ``torch`` is the library, which only adapters import.
    """
    # A torch that cannot tell is old: float32 is right everywhere.
    if not hasattr(torch.cpu, "get_capabilities"):
        return "float32"
    capabilities = torch.cpu.get_capabilities()
    return "bfloat16" if capabilities.get("amx_bf16") or capabilities.get("avx512_bf16") else "float32"


def silence_libraries() -> None:
    """Keep the libraries' bars and advice off standard error, where a command's one clear line belongs."""
    # Batches of 8 gain nothing from a parallel tokenizer, and with it every later fork warns.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # Its functions have no annotations, hence the module as Any.
    logging: Any = importlib.import_module("transformers.utils.logging")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
