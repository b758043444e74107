"""Texts that are longer than a model's window, in pieces that fit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

MOST_WINDOWS: Final = 16
"""Pieces of one text that are read; what comes after them counts for nothing. An abstract has one to three."""


def windows(text: str, offsets: Sequence[tuple[int, int]], size: int) -> list[str]:
    """The text in pieces of about equal length and at most ``size`` tokens; the whole text if it fits.

    ``offsets`` (n, 2) are the characters at which each token begins and after which it ends.
    """
    if len(offsets) <= size:
        return [text]
    read = offsets[: MOST_WINDOWS * size]
    count = -(-len(read) // size)
    # Of equal length, so that the mean of their vectors weighs every part of the text alike.
    bounds = [len(read) * number // count for number in range(count + 1)]
    return [text[read[first][0] : read[last - 1][1]] for first, last in pairwise(bounds)]
