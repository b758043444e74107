"""Vectors from a sentence-transformers model that lies in a local directory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from embeddings.encoder import ModelIdentity, Precision
from embeddings.encoders.windows import joined, windows
from embeddings.inference import batches_of, natural_precision, silence_libraries, well_formed
from embeddings.vectors import Vectors, unit_rows

# The order in which the library looks for the prompt of a document. It adds an empty "document" to every model, which
# would hide the "passage" of a model that names its prompt so: the first that says something counts.
_DOCUMENT_PROMPTS: Final = ("document", "passage", "corpus")


class SentenceTransformersEncoder:
    """An encoder over a model directory that has been checked (see `embeddings.model_files`).

    ``name`` and ``digest`` go into the identity. The prompts count where the model's files name none. ``precision``
    None takes that of `natural_precision`. A document longer than the model's window is read in pieces, whose vectors
    become one (`embeddings.encoders.windows`): no part of an abstract is lost.
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
        silence_libraries()
        # Heavy imports belong to the construction: whoever only lists reports must not wait for torch.
        import torch  # noqa: PLC0415 - see above
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - see above

        chosen = precision or natural_precision(torch)
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
        pieces = [self._pieces(well_formed(text)) for text in texts]
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
                well_formed(text), prompt=self._identity.query_prompt, show_progress_bar=False
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
