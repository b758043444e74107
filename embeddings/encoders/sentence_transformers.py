"""A model of any architecture in a local directory, computed by sentence-transformers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from embeddings.devices import Device, DeviceChoice, chosen_device, natural_precision
from embeddings.encoder import Precision
from embeddings.inference import silence_transformers, use_one_thread_for_tokens
from embeddings.vectors import Vectors


class SentenceTransformersModel:
    """A `TextModel` over a directory that has been checked (see `embeddings.model_files`).

    ``precision`` None takes that of `natural_precision`. The constructor imports sentence-transformers and loads the
    weights (seconds); it never opens a connection. Raises DeviceNotFoundError.
    """

    __slots__ = ("_device", "_model", "_precision")

    def __init__(self, directory: Path, *, device: DeviceChoice = "auto", precision: Precision | None = None) -> None:
        # Heavy imports belong to the construction: whoever only lists reports must not wait for torch.
        import torch  # noqa: PLC0415 - see above

        # A device that is not there is said before the library, which takes seconds to import.
        self._device = chosen_device(device, torch)
        self._precision = precision or natural_precision(torch, self._device)
        use_one_thread_for_tokens()
        silence_transformers()
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - see above

        self._model = SentenceTransformer(
            str(directory),
            device=self._device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": getattr(torch, self._precision), "use_safetensors": True},
        )

    @property
    def device(self) -> Device:
        return self._device

    @property
    def precision(self) -> Precision:
        return self._precision

    @property
    def prompts(self) -> Mapping[str, str | None]:
        prompts: Mapping[str, str | None] = self._model.prompts
        return prompts

    @property
    def window(self) -> int | None:
        limit = self._model.max_seq_length
        return None if limit is None else int(limit)

    def query_vectors(self, texts: Sequence[str], prompt: str) -> Vectors:
        vectors = self._model.encode_query(list(texts), prompt=prompt, batch_size=len(texts), show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def document_vectors(self, texts: Sequence[str], prompt: str) -> Vectors:
        vectors = self._model.encode_document(
            list(texts), prompt=prompt, batch_size=len(texts), show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def token_count(self, text: str) -> int:
        return len(self._model.tokenizer(text)["input_ids"])

    def token_offsets(self, text: str) -> Sequence[tuple[int, int]]:
        tokens = self._model.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        offsets: Sequence[tuple[int, int]] = tokens["offset_mapping"]
        return offsets
