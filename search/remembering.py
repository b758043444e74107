"""Answers that are kept for whoever asks the same again soon: the last few, from any thread."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Remembering(Generic[Key, Answer]):
    """Keeps the last ``most`` answers. Two threads that ask for the same at once may both work it out.

    Not lru_cache: around a method it makes a cycle, and what an owner holds would stay until the garbage collector
    comes by.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, key: Key, find: Callable[[], Answer]) -> Answer:
        """The answer that is known for ``key``, or else the one that ``find`` finds."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        answer = find()
        with self._lock:
            self._answers[key] = answer
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer
