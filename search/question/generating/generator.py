"""The port to a language model that writes text."""

from __future__ import annotations

from collections.abc import Generator as PythonGenerator
from dataclasses import dataclass
from typing import Final, Protocol

SECONDS: Final = 30.0
"""Time limit of a text where none is set: what small models need on a laptop for a few sentences."""

AT_ONCE: Final = 4
"""Texts that are written at the same time; others wait, within their time limit."""

WAITING: Final = 0.25
"""Seconds after which whoever waits for a piece gets an empty one."""

Pieces = PythonGenerator[str, None, None]
"""Text as it comes, in pieces that end anywhere. Closing them ends the writing."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked: ``rules`` are ours, ``material`` holds what others wrote."""

    rules: str
    material: str


class Generator(Protocol):
    """Writes plain text for prompts. What it writes is not to be trusted: it may be wrong, and may go on for long.

    Calls from several threads are safe.
    """

    def pieces(self, prompt: Prompt) -> Pieces:
        """The text for a prompt, piece by piece; the pieces joined are the text, which may be empty.

        Nothing is asked of the model before the first piece is asked for. While it is silent an empty piece comes every
        ``WAITING`` seconds: who reads may have lost interest. The last piece has come, or an error was raised, after
        ``seconds`` at the latest, whatever the model does; closing the pieces stops the model.

        Raises :class:`~search.errors.GeneratorUnreachableError`, :class:`~search.errors.GeneratorTimeoutError` and
        :class:`~search.errors.GeneratorAnswerError`, also after some pieces: those stay good.
        """
        ...

    @property
    def seconds(self) -> float:
        """The time limit of a text."""
        ...

    def close(self) -> None:
        """Let go of connections and threads; a text that is being written ends with an error. Twice does no harm."""
        ...
