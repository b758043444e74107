"""Which documents hold each of the words that many hold: a bit a slot, in a file that is mapped.

Tantivy answers with a Python object for each document, which for such words takes longer than all the rest of a search.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from kg.facets.counting import PackedMask
from kg.string_table import StringTable
from search.fulltext.slots import SlotMask

TERMS: Final = "frequent.strings"
MASKS: Final = "frequent.npy"


class FrequentWords:
    """The masks of terms, each of one language. ``size`` is the number of slots."""

    def __init__(self, terms: Sequence[str], masks: NDArray[np.uint8], size: int) -> None:
        """Use :meth:`open`."""
        if masks.dtype != np.uint8 or masks.shape != (len(terms), _width(size)):
            raise ValueError(f"masks of shape {masks.shape} for {len(terms)} words and {size} slots")
        self._rows = {term: row for row, term in enumerate(terms)}
        self._masks = masks
        self._size = size

    @classmethod
    def open(cls, directory: Path, size: int) -> Self:
        """Map what `write_frequent_words` wrote. Raises :class:`OSError` and :class:`ValueError`."""
        return cls(StringTable.open(directory / TERMS), np.load(directory / MASKS, mmap_mode="r"), size)

    @property
    def terms(self) -> list[tuple[str, str]]:
        """Pairs of a language and a term, in the order of their masks."""
        return [(language, term) for language, _, term in (key.partition(" ") for key in self._rows)]

    def holding(self, language: str, term: str) -> SlotMask | None:
        """The documents that hold a term of a language; ``None`` if it is not among the frequent ones."""
        row = self._rows.get(_key(language, term))
        return None if row is None else PackedMask(self._masks[row], self._size).unpacked()

    def update(self, directory: Path, kept: SlotMask, added: Iterable[NDArray[np.int64]], size: int) -> None:
        """Write the masks for a grown number of slots, ``size``, the terms being linked already.

        Of the slots that there were, those that are not ``kept`` (slots,) lose their bits; ``added`` are the slots
        beyond that hold each term, in the order of :attr:`terms`. Which terms are frequent is not looked at again.
        """
        rows = _new_rows(directory, len(self._masks), size)
        still = PackedMask.of(kept).bits
        for row, before, slots in zip(rows, self._masks, added, strict=True):
            fresh = np.zeros(size, dtype=np.bool_)
            fresh[slots] = True
            row[:] = PackedMask.of(fresh).bits
            row[: len(still)] |= before & still
        rows.flush()


def write_frequent_words(
    directory: Path, terms: Sequence[tuple[str, str]], masks: Iterable[SlotMask], size: int
) -> None:
    """Write the ``masks`` bool (size,) of ``terms``, pairs of a language and a term, in their order."""
    StringTable.of(_key(*term) for term in terms).save(directory / TERMS)
    rows = _new_rows(directory, len(terms), size)
    for row, mask in zip(rows, masks, strict=True):
        row[:] = PackedMask.of(mask).bits
    rows.flush()


def _new_rows(directory: Path, terms: int, size: int) -> np.memmap[tuple[int, ...], np.dtype[np.uint8]]:
    return np.lib.format.open_memmap(directory / MASKS, mode="w+", dtype=np.uint8, shape=(terms, _width(size)))


def _key(language: str, term: str) -> str:
    return f"{language} {term}"


def _width(size: int) -> int:
    return -(-size // 8)
