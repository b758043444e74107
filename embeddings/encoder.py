"""The port through which texts become vectors, and the identity that keys what it makes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from embeddings.vectors import Vectors

Precision = Literal["float32", "bfloat16"]

LongTexts = Literal["cut", "joined"]
"""What becomes of a text that is longer than a model's window: its beginning counts, or all its pieces together."""

VECTOR_TOLERANCE: Final[Mapping[Precision, float]] = {"float32": 1e-5, "bfloat16": 1e-2}
"""How far a component of a text's vector may move with the company the text is encoded in, the device that computes it,
and the library: all of them change the order of sums.

Measured with all-MiniLM-L6-v2: 1.2e-7 in float32, 2e-3 in bfloat16 with the company; 3e-8 and 1e-3 between our BERT and
sentence-transformers. Devices other than processors were not measured.
"""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Everything that decides which vector a text gets.

    Two models can share a dimension, so that a stale index raises nothing: compare identities, not shapes.
    ``digest`` is the SHA-256 (hex) of the model's files; the prompts are put before a query or a document.
    ``long_texts`` is for documents: queries are cut.
    """

    name: str
    digest: str
    dimension: int
    query_prompt: str = ""
    document_prompt: str = ""
    precision: Precision = "float32"
    long_texts: LongTexts = "cut"

    @property
    def key(self) -> str:
        """16 hex digits that stand for all fields together. Stored vectors carry it: it must never change."""
        fields = dataclasses.asdict(self)
        if self.long_texts == "cut":
            # Keys are older than the choice.
            del fields["long_texts"]
        return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:16]

    @property
    def label(self) -> str:
        """The name with the key, for people who have two models of one name."""
        return f"{self.name} ({self.key})"


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their cosine similarity.

    Every vector is finite and has norm 1 within 1e-5, that of an empty text too. The same text gets the same
    vector, whatever it is encoded together with, up to ``VECTOR_TOLERANCE[identity.precision]`` per component.
    A text longer than the model's window counts as ``identity.long_texts`` says. Calls from several threads are safe.
    """

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is. It does not change while the encoder lives."""
        ...

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        """Float32 (n, d), C-contiguous: row i belongs to ``texts[i]``. No texts give (0, d).

        ``progress`` is called after each batch with the number of texts done so far: it grows, ends at n, and
        is not called when there are no texts.
        """
        ...

    def encode_query(self, text: str) -> Vectors:
        """Float32 (d,), C-contiguous, to be compared with document vectors."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Float32 (n, d), C-contiguous: row i is as `encode_query` makes it of ``texts[i]``. Many take less time so."""
        ...
