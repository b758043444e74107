"""Texts that are longer than a model's window: in pieces that fit, and their vectors as one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from embeddings.vectors import Vectors, unit_rows

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


def joined(pieces: Vectors, common: Vectors) -> Vectors:
    """One vector (d,) of norm 1 for the vectors (n, d) of a text's pieces, all of norm 1.

    ``common`` (d,) is what all texts have in common, of norm 1. Of that part the mean is taken; the rest points where
    the pieces point together, and is as long as that of a text in one piece. The mean of the vectors, scaled to norm 1,
    would have more of the common part, and be near to every query (docs/decisions/0018).
    """
    shares = pieces @ common
    rest = (pieces - np.outer(shares, common)).sum(axis=0)
    length = np.linalg.norm(rest)
    share = float(shares.mean())
    if len(pieces) == 1 or length == 0:
        first: Vectors = pieces[0]
        return first
    together: Vectors = share * common + rest * (max(0.0, 1.0 - share**2) ** 0.5 / length)
    one: Vectors = unit_rows(together[np.newaxis])[0]
    return one
