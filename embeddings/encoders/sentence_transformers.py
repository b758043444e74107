"""Vectors from a sentence-transformers model that lies in a local directory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from embeddings.encoder import ModelIdentity, Precision
from embeddings.inference import batches_of, natural_precision, silence_libraries, well_formed
from embeddings.vectors import Vectors, unit_rows

# The order in which the library looks for the prompt of a document. It adds an empty "document" to every model, which
# would hide the "passage" of a model that names its prompt so: the first that says something counts.
_DOCUMENT_PROMPTS: Final = ("document", "passage", "corpus")


class SentenceTransformersEncoder:
    """An encoder over a model directory that has been checked (see `embeddings.model_files`).

    ``name`` and ``digest`` go into the identity. The prompts count where the model's files name none. ``precision``
    None takes that of `natural_precision`.
    The constructor imports torch and loads the weights (seconds); it never opens a connection.
    """

    __slots__ = ("_identity", "_lock", "_model")

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
        )

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        vectors = np.empty((len(texts), self._identity.dimension), dtype=np.float32)
        done = 0
        for batch in batches_of(texts):
            with self._lock:
                vectors[batch] = self._model.encode_document(
                    [well_formed(texts[row]) for row in batch],
                    prompt=self._identity.document_prompt,
                    batch_size=len(batch),
                    show_progress_bar=False,
                )
            done += len(batch)
            if progress is not None:
                progress(done)
        return unit_rows(vectors)

    def encode_query(self, text: str) -> Vectors:
        with self._lock:
            vector = self._model.encode_query(
                well_formed(text), prompt=self._identity.query_prompt, show_progress_bar=False
            )
        unit: Vectors = unit_rows(vector[np.newaxis, :])[0]
        return unit
