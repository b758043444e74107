"""An encoder that is opened when something has to be encoded: loading a model takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from embeddings.encoder import Encoder, ModelIdentity
from embeddings.errors import ModelMismatchError
from embeddings.vectors import Vectors


class DeferredEncoder:
    """Stands for an encoder of a known identity; ``open_encoder`` makes it at the first use.

    Every method raises what opening raises, and ModelMismatchError if the encoder is another than was expected.
    """

    __slots__ = ("_encoder", "_identity", "_open")

    def __init__(self, identity: ModelIdentity, open_encoder: Callable[[], Encoder]) -> None:
        self._identity = identity
        self._open = open_encoder
        self._encoder: Encoder | None = None

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        return self._opened.encode_documents(texts, progress=progress) if texts else self._none()

    def encode_query(self, text: str) -> Vectors:
        return self._opened.encode_query(text)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._opened.encode_queries(texts) if texts else self._none()

    @property
    def _opened(self) -> Encoder:
        if self._encoder is None:
            encoder = self._open()
            if encoder.identity != self._identity:
                raise ModelMismatchError(expected=self._identity.label, actual=encoder.identity.label)
            self._encoder = encoder
        return self._encoder

    def _none(self) -> Vectors:

        return np.empty((0, self._identity.dimension), dtype=np.float32)
