"""Which reports hold each of the words that many hold: a bit a report, in a file that is mapped.

Tantivy answers with a Python object for each report, which for such words takes longer than all the rest of a search.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from kg.facets.counting import Mask, PackedMask
from kg.string_table import StringTable

_TERMS: Final = "frequent.strings"
_MASKS: Final = "frequent.npy"


class FrequentWords:
    """The masks of terms, each of one language. ``size`` is the number of reports."""

    def __init__(self, terms: Sequence[str], masks: NDArray[np.uint8], size: int) -> None:
        """Use :meth:`open`."""
        if masks.dtype != np.uint8 or masks.shape != (len(terms), _width(size)):
            raise ValueError(f"masks of shape {masks.shape} for {len(terms)} words and {size} reports")
        self._rows = {term: row for row, term in enumerate(terms)}
        self._masks = masks
        self._size = size

    @classmethod
    def open(cls, directory: Path, size: int) -> Self:
        """Map what `write_frequent_words` wrote. Raises :class:`OSError` and :class:`ValueError`."""
        return cls(StringTable.open(directory / _TERMS), np.load(directory / _MASKS, mmap_mode="r"), size)

    def holding(self, language: str, term: str) -> Mask | None:
        """The reports that hold a term of a language; ``None`` if it is not among the frequent ones."""
        row = self._rows.get(_key(language, term))
        return None if row is None else PackedMask(self._masks[row], self._size).unpacked()


def write_frequent_words(directory: Path, terms: Sequence[tuple[str, str]], masks: Iterable[Mask], size: int) -> None:
    """Write the ``masks`` bool (size,) of ``terms``, pairs of a language and a term, in their order."""
    StringTable.of(_key(*term) for term in terms).save(directory / _TERMS)
    shape = (len(terms), _width(size))
    rows = np.lib.format.open_memmap(directory / _MASKS, mode="w+", dtype=np.uint8, shape=shape)
    for row, mask in zip(rows, masks, strict=True):
        row[:] = PackedMask.of(mask).bits
    rows.flush()


def _key(language: str, term: str) -> str:
    return f"{language} {term}"


def _width(size: int) -> int:
    return -(-size // 8)
