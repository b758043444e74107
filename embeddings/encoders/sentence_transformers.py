"""Vectors from a sentence-transformers model that lies in a local directory."""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from embeddings.encoder import ModelIdentity, Precision
from embeddings.encoders.windows import joined, windows
from embeddings.vectors import Vectors, unit_rows

# Measured with all-MiniLM-L6-v2 in float32 on two AVX2 cores, documents per CPU-second in fixed batches of 8 / 16 / 32
# / 64: 29.6 / 26.0 / 23.6 / 20.8, since larger ones leave the cache. Batches of about 2,000 tokens are as fast as 8,
# and half as many: in every batch the threads wait for each other, which is costly when other programs share the cores.
_BATCH_CHARACTERS: Final = 8192
_SMALLEST_BATCH: Final = 8
_LARGEST_BATCH: Final = 64
# The order in which the library looks for the prompt of a document. It adds an empty "document" to every model, which
# would hide the "passage" of a model that names its prompt so: the first that says something counts.
_DOCUMENT_PROMPTS: Final = ("document", "passage", "corpus")


class SentenceTransformersEncoder:
    """An encoder over a model directory that has been checked (see `embeddings.model_files`).

    ``name`` and ``digest`` go into the identity. The prompts count where the model's files name none. ``precision``
    None takes bfloat16 where the processor computes in it (AMX or AVX512-BF16), else float32: elsewhere bfloat16 is
    emulated, slower and less exact. A document longer than the model's window is read in pieces, whose vectors become
    one (`embeddings.encoders.windows`): no part of an abstract is lost.
    The constructor imports torch and loads the weights (seconds); it never opens a connection.
    """

    __slots__ = ("_common", "_identity", "_lock", "_model", "_window")

    def __init__(
        self,
        *,
        name: str,
        directory: Path,
        digest: str,
        precision: Precision | None = None,
        query_prompt: str = "",
        document_prompt: str = "",
    ) -> None:
        _silence_libraries()
        # Heavy imports belong to the construction: whoever only lists reports must not wait for torch.
        import torch  # noqa: PLC0415 - see above
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - see above

        chosen: Precision = precision or ("bfloat16" if _computes_in_bfloat16(torch) else "float32")
        self._model = SentenceTransformer(
            str(directory),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": getattr(torch, chosen), "use_safetensors": True},
        )
        # A fast tokenizer raises "Already borrowed" when two threads use it at once.
        self._lock = threading.Lock()
        prompts: dict[str, str | None] = self._model.prompts
        query_prompt = prompts.get("query") or query_prompt
        self._identity = ModelIdentity(
            name=name,
            digest=digest,
            # Asking an embedding works in every version; the method that tells the dimension was renamed in 6.0.
            dimension=len(self._model.encode_query("", prompt=query_prompt)),
            query_prompt=query_prompt,
            document_prompt=next(filter(None, map(prompts.get, _DOCUMENT_PROMPTS)), document_prompt),
            precision=chosen,
            long_texts="joined",
        )
        self._window = self._room_for_text()
        # A text without words has only what all texts have in common.
        self._common = self.encode_documents([""])[0]

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        pieces = [self._pieces(_well_formed(text)) for text in texts]
        owners = np.repeat(np.arange(len(texts)), [len(several) for several in pieces])
        flat = [piece for several in pieces for piece in several]
        vectors = np.empty((len(flat), self._identity.dimension), dtype=np.float32)
        missing = np.bincount(owners, minlength=len(texts))
        for batch in batches_of(flat):
            with self._lock:
                vectors[batch] = self._model.encode_document(
                    [flat[row] for row in batch],
                    prompt=self._identity.document_prompt,
                    batch_size=len(batch),
                    show_progress_bar=False,
                )
            np.subtract.at(missing, owners[batch], 1)
            if progress is not None and (done := int(np.count_nonzero(missing == 0))):
                progress(done)
        vectors = unit_rows(vectors)
        if len(flat) == len(texts):
            return vectors
        ends = np.cumsum([len(several) for several in pieces])[:-1]
        return np.stack([joined(several, self._common) for several in np.split(vectors, ends)])

    def encode_query(self, text: str) -> Vectors:
        with self._lock:
            vector = self._model.encode_query(
                _well_formed(text), prompt=self._identity.query_prompt, show_progress_bar=False
            )
        unit: Vectors = unit_rows(vector[np.newaxis, :])[0]
        return unit

    def _room_for_text(self) -> int | None:
        """Tokens of a document that fit the window beside its prompt; ``None`` where there is no limit."""
        limit = self._model.max_seq_length
        if limit is None:
            return None
        around = self._model.tokenizer(self._identity.document_prompt)["input_ids"]
        # The cut between two pieces may lead to a token more on either side of it.
        return max(1, int(limit) - len(around) - 2)

    def _pieces(self, text: str) -> list[str]:
        # A token has at least one character: most texts need not be counted.
        if self._window is None or len(text) <= self._window:
            return [text]
        with self._lock:
            tokens = self._model.tokenizer(
                text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
            )
        return windows(text, tokens["offset_mapping"], self._window)


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


def _well_formed(text: str) -> str:
    # A record may carry half a surrogate pair, which the tokenizer refuses.
    return text.encode("utf-8", "replace").decode("utf-8")


def _computes_in_bfloat16(torch: Any) -> bool:
    # A torch that cannot tell is old: float32 is right everywhere.
    if not hasattr(torch.cpu, "get_capabilities"):
        return False
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))


def _silence_libraries() -> None:
    # The libraries print bars and advice on standard error, where a command's one clear line belongs.
    # Batches of 8 gain nothing from a parallel tokenizer, and with it every later fork warns.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # Its functions have no annotations, hence the module as Any.
    logging: Any = importlib.import_module("transformers.utils.logging")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
