"""A model in memory: what `embeddings.encoders.model_encoder` asks of the library that computes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from embeddings.devices import Device
from embeddings.encoder import Precision
from embeddings.vectors import Vectors


class TextModel(Protocol):
    """Turns texts that fit its window into vectors of any length; what does not fit is cut off.

    Texts are well-formed, a prompt is put before each. One thread at a time may call.
    """

    @property
    def device(self) -> Device:
        """Where it computes."""
        ...

    @property
    def precision(self) -> Precision:
        """What it computes in."""
        ...

    @property
    def prompts(self) -> Mapping[str, str | None]:
        """The prompts that the model's files name, by what they are for."""
        ...

    @property
    def window(self) -> int | None:
        """Tokens that are read of a text, its prompt and special ones included; ``None`` where there is no limit."""
        ...

    def query_vectors(self, texts: Sequence[str], prompt: str) -> Vectors:
        """Float32 (n, d), computed in one batch. There is at least one text."""
        ...

    def document_vectors(self, texts: Sequence[str], prompt: str) -> Vectors:
        """Float32 (n, d), computed in one batch. There is at least one text."""
        ...

    def token_count(self, text: str) -> int:
        """How many tokens a text has, special ones included."""
        ...

    def token_offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """The characters at which each token of a text begins and after which it ends, of any number of tokens.

        Special tokens are not among them.
        """
        ...
