"""Scores from a cross-encoder, by sentence-transformers, that lies in a local directory."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embeddings.devices import BATCHES, DeviceChoice, chosen_device, natural_precision
from embeddings.encoder import Precision
from embeddings.errors import NotARerankerError
from embeddings.inference import batches_of, silence_transformers, use_one_thread_for_tokens, well_formed

_WINDOW: Final = 512
"""Tokens of query and text together, at most: beyond them models of this kind were not trained, and time doubles."""

_CHARACTERS: Final = 16 * _WINDOW
"""No window is longer than so many characters, so that a tokenizer does not read books for nothing."""


class CrossEncoderReranker:
    """A reranker over a model directory that has been checked (see `embeddings.model_files`).

    ``precision`` None takes that of `embeddings.devices.natural_precision`. The constructor imports torch and loads
    the weights (seconds); it never opens a connection. Raises NotARerankerError, DeviceNotFoundError.
    """

    __slots__ = ("_batches", "_lock", "_model", "_name", "_raw")

    def __init__(
        self, *, name: str, directory: Path, device: DeviceChoice = "auto", precision: Precision | None = None
    ) -> None:
        window = _window(directory)
        # Heavy imports belong to the construction: most searches want no reranker.
        import torch  # noqa: PLC0415 - see above

        chosen = chosen_device(device, torch)
        self._batches = BATCHES[chosen]
        use_one_thread_for_tokens()
        silence_transformers()
        from sentence_transformers import CrossEncoder  # noqa: PLC0415 - see above

        self._name = name
        # What the model says as it is: a sigmoid in float32 would make all good texts equal.
        self._raw = torch.nn.Identity()
        self._model = CrossEncoder(
            str(directory),
            device=chosen,
            max_length=window,
            local_files_only=True,
            trust_remote_code=False,
            activation_fn=self._raw,
            model_kwargs={
                "dtype": getattr(torch, precision or natural_precision(torch, chosen)),
                "use_safetensors": True,
            },
        )
        # A fast tokenizer raises "Already borrowed" when two threads use it at once.
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        scores = np.empty(len(texts), dtype=np.float32)
        asked = well_formed(query[:_CHARACTERS])
        read = [well_formed(text[:_CHARACTERS]) for text in texts]
        for batch in batches_of(read, self._batches):
            with self._lock:
                scores[batch] = self._model.predict(
                    [(asked, read[row]) for row in batch],
                    activation_fn=self._raw,
                    batch_size=len(batch),
                    show_progress_bar=False,
                )
        return scores


def _window(directory: Path) -> int:
    """The window of the model in ``directory``, if that is one that scores pairs.

    The library would load any model, and give one that was never trained for it a head of random numbers.
    """
    path = directory / "config.json"
    try:
        config: Any = json.loads(path.read_text(encoding="utf-8"))
        architectures, labels = config.get("architectures") or [], config.get("id2label") or {}
        window = min(int(config.get("max_position_embeddings") or _WINDOW), _WINDOW)
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise NotARerankerError(directory, "it has no config.json that describes a model") from error
    if not any(str(name).endswith("ForSequenceClassification") for name in architectures):
        raise NotARerankerError(directory, "it does not classify texts, so that it has no score for a pair")
    if len(labels) != 1:
        raise NotARerankerError(directory, f"it gives {len(labels) or 'no'} scores for a pair, not one")
    return window
