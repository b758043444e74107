"""What is made of short texts that come again and again: topics, institutions, series statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")

_SHORT = 200


class Remembered(dict[str, _T]):
    """``self[text]`` is ``read(text)``, worked out once for a text of up to 200 characters.

    Unlike with a decorator for caching, a hit is a plain lookup that never enters Python code, several times faster;
    and long texts, which do not come again, do not fill the memory. It empties itself at ``most`` texts.
    """

    def __init__(self, read: Callable[[str], _T], most: int = 1 << 16) -> None:
        super().__init__()
        self._read = read
        self._most = most

    def __missing__(self, text: str) -> _T:
        made = self._read(text)
        if len(text) <= _SHORT:
            if len(self) >= self._most:
                self.clear()
            self[text] = made
        return made
