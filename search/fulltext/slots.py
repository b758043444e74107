"""Slots: numbers that stay with the documents of the text index while the ordinals of their reports shift.

An ordinal is the place of a report among all IRIs, so that it changes whenever a report before it comes or goes. A slot
is given once and never again within an index: what was indexed stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from kg.facets.counting import Mask

SlotMask = NDArray[np.bool_]
"""Shape (slots,): which documents are in a set. What it says of a hole means nothing."""

SLOTS: Final = "slots.npy"
ORDINALS: Final = "ordinals.npy"
_MOST_HOLES: Final = 0.2
"""The share of slots that may be holes: they cost memory in each query, and count as reports in BM25."""


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """Slots by ordinal and ordinals by slot, each int32; the ordinal of a hole, whose report is gone, is -1."""

    by_ordinal: NDArray[np.int32]
    ordinals: NDArray[np.int32]

    @classmethod
    def dense(cls, reports: int) -> Self:
        """Those of an index that is written anew: the slot of a report is its ordinal."""
        numbers = np.arange(reports, dtype=np.int32)
        return cls(numbers, numbers)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Map what :meth:`save` wrote. Raises :class:`OSError`, and :class:`ValueError` for what does not fit."""
        slots = cls(*(_mapped(directory / name) for name in (SLOTS, ORDINALS)))
        reports = len(slots.by_ordinal)
        in_range = reports == 0 or 0 <= slots.by_ordinal.min() <= slots.by_ordinal.max() < slots.used
        if not in_range or not np.array_equal(slots.ordinals[slots.by_ordinal], np.arange(reports)):
            raise ValueError(f"the slots of {reports} reports are not theirs")
        return slots

    def save(self, directory: Path) -> None:
        """Write two files into a directory."""
        np.save(directory / SLOTS, self.by_ordinal)
        np.save(directory / ORDINALS, self.ordinals)

    @property
    def used(self) -> int:
        """How many slots were ever given: the next one."""
        return len(self.ordinals)

    @property
    def holes(self) -> int:
        """How many slots have no report any more."""
        return self.used - len(self.by_ordinal)

    def updated(self, moved: NDArray[np.int64], added: Sequence[int]) -> Self:
        """The slots after a change: ``moved`` (reports,) is the new ordinal of each report, -1 where it loses its slot;
        ``added`` are the ordinals that get the next slots, in that order.

        Raises :class:`ValueError` unless each of the new ordinals is named once.
        """
        if moved.shape != self.by_ordinal.shape:
            raise ValueError(f"{len(moved)} reports were moved of {len(self.by_ordinal)}")
        kept = moved >= 0
        ordinals = np.concatenate((moved[kept], np.asarray(added, dtype=np.int64)))
        slots = np.concatenate((self.by_ordinal[kept], np.arange(self.used, self.used + len(added), dtype=np.int32)))
        if not np.array_equal(np.sort(ordinals), np.arange(len(ordinals))):
            raise ValueError("each report after an update needs one document")
        by_ordinal = np.empty(len(ordinals), dtype=np.int32)
        by_ordinal[ordinals] = slots
        by_slot = np.full(self.used + len(added), -1, dtype=np.int32)
        by_slot[slots] = ordinals
        return type(self)(by_ordinal, by_slot)

    def reports(self, documents: SlotMask) -> Mask:
        """The reports of a set of documents: bool (reports,)."""
        mask: Mask = documents[self.by_ordinal]
        return mask


def worn(directory: Path) -> bool:
    """Whether more than a fifth of the slots of an index are holes, so that it is better written anew than updated."""
    slots = Slots.open(directory)
    return slots.holes > _MOST_HOLES * slots.used


def _mapped(path: Path) -> NDArray[np.int32]:
    mapped = np.load(path, mmap_mode="r")
    if mapped.dtype != np.int32 or mapped.ndim != 1:
        raise ValueError(f"{path.name} holds {mapped.dtype} {mapped.shape} instead of int32 (n,)")
    # A memmap is an array that is slow to slice, and every slice of it is another.
    return np.asarray(mapped)
