"""A generator in memory that writes what a test tells it."""

from __future__ import annotations

from collections.abc import Callable

from search.errors import SearchError
from search.question.generating.generator import Pieces, Prompt


class ScriptedGenerator:
    """Writes ``text``, or what ``text`` makes of a prompt, in small pieces, and then fails if it is told to."""

    seconds = 1.0

    def __init__(self, text: str | Callable[[Prompt], str], *, failing: SearchError | None = None) -> None:
        self._text = text
        self._failing = failing
        self.prompts: list[Prompt] = []
        self.written = 0

    def pieces(self, prompt: Prompt) -> Pieces:
        self.prompts.append(prompt)
        text = self._text if isinstance(self._text, str) else self._text(prompt)
        for start in range(0, len(text), 5):
            self.written += 5
            yield text[start : start + 5]
        if self._failing is not None:
            raise self._failing

    def close(self) -> None:
        pass
