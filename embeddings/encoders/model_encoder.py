"""The encoder over a model in memory: prompts, batches, and texts that are longer than the model's window."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from embeddings.devices import BATCHES
from embeddings.encoder import ModelIdentity
from embeddings.encoders.text_model import TextModel
from embeddings.encoders.windows import joined, windows
from embeddings.inference import batches_of, well_formed
from embeddings.vectors import Vectors, unit_rows

# The order in which the prompt of a document is looked for. sentence-transformers adds an empty "document" to every
# model, which would hide the "passage" of a model that names its prompt so: the first that says something counts.
_DOCUMENT_PROMPTS: Final = ("document", "passage", "corpus")


class ModelEncoder:
    """An encoder over ``model``, whatever library computes it.

    ``name`` and ``digest`` go into the identity. The prompts count where the model's files name none. A document longer
    than the model's window is read in pieces, whose vectors become one (`embeddings.encoders.windows`): no part of an
    abstract is lost.
    """

    __slots__ = ("_batches", "_common", "_identity", "_lock", "_model", "_window")

    def __init__(
        self, model: TextModel, *, name: str, digest: str, query_prompt: str = "", document_prompt: str = ""
    ) -> None:
        self._model = model
        self._batches = BATCHES[model.device]
        # A fast tokenizer raises "Already borrowed" when two threads use it at once.
        self._lock = threading.Lock()
        query_prompt = model.prompts.get("query") or query_prompt
        self._identity = ModelIdentity(
            name=name,
            digest=digest,
            dimension=model.query_vectors([""], query_prompt).shape[1],
            query_prompt=query_prompt,
            document_prompt=next(filter(None, map(model.prompts.get, _DOCUMENT_PROMPTS)), document_prompt),
            precision=model.precision,
            long_texts="joined",
        )
        self._window = self._room_for_text()
        self._common: Vectors | None = None

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        pieces = [self._pieces(well_formed(text)) for text in texts]
        owners = np.repeat(np.arange(len(texts)), [len(several) for several in pieces])
        flat = [piece for several in pieces for piece in several]
        vectors = np.empty((len(flat), self._identity.dimension), dtype=np.float32)
        missing = np.bincount(owners, minlength=len(texts))
        for batch in batches_of(flat, self._batches):
            with self._lock:
                vectors[batch] = self._model.document_vectors(
                    [flat[row] for row in batch], self._identity.document_prompt
                )
            np.subtract.at(missing, owners[batch], 1)
            if progress is not None and (done := int(np.count_nonzero(missing == 0))):
                progress(done)
        vectors = unit_rows(vectors)
        if len(flat) == len(texts):
            return vectors
        common = self._what_texts_have_in_common()
        ends = np.cumsum([len(several) for several in pieces])[:-1]
        return np.stack([joined(several, common) for several in np.split(vectors, ends)])

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = self.encode_queries([text])[0]
        return vector

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        formed = [well_formed(text) for text in texts]
        vectors = np.empty((len(formed), self._identity.dimension), dtype=np.float32)
        for batch in batches_of(formed, self._batches):
            with self._lock:
                vectors[batch] = self._model.query_vectors([formed[row] for row in batch], self._identity.query_prompt)
        return unit_rows(vectors)

    def _what_texts_have_in_common(self) -> Vectors:
        # That is all a text without words has. Asked for when a text is long: a query needs none of it.
        if self._common is None:
            self._common = self.encode_documents([""])[0]
        return self._common

    def _room_for_text(self) -> int | None:
        """Tokens of a document that fit the window beside its prompt; ``None`` where there is no limit."""
        limit = self._model.window
        if limit is None:
            return None
        # The cut between two pieces may lead to a token more on either side of it.
        return max(1, limit - self._model.token_count(self._identity.document_prompt) - 2)

    def _pieces(self, text: str) -> list[str]:
        # A token has at least one character: most texts need not be counted.
        if self._window is None or len(text) <= self._window:
            return [text]
        with self._lock:
            offsets = self._model.token_offsets(text)
        return windows(text, offsets, self._window)
