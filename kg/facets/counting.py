"""Which reports have which values of a facet, as arrays that are mapped from disk, and counting them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
"""Shape (reports,): which reports are in a set."""

_FEW: Final = 8
"""Where fewer than one report in so many is in a set, its pairs are gathered; beyond, going through all is faster."""
_SPARSE: Final = 8
"""Where there are so many values for each pair that is counted, sorting the pairs is faster than a place a value."""


@dataclass(frozen=True, slots=True, eq=False)
class PackedMask:
    """A set of reports that is kept for a while: a bit a report."""

    bits: NDArray[np.uint8]
    size: int

    @classmethod
    def of(cls, mask: Mask) -> Self:
        return cls(np.packbits(mask), len(mask))

    def unpacked(self) -> Mask:
        return np.unpackbits(self.bits, count=self.size).view(np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Occurring:
    """The values that occur in a set of reports: their codes int64 (n,), ascending, and the reports of each."""

    codes: NDArray[np.int64]
    counts: NDArray[np.int64]

    def of(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The reports of some values, 0 for those that do not occur."""
        if codes is self.codes:
            return self.counts
        counts = np.zeros(len(codes), dtype=np.int64)
        if len(self.codes):
            places = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
            found = self.codes[places] == codes
            counts[found] = self.counts[places[found]]
        return counts

    def joined(self, others: NDArray[np.int64]) -> NDArray[np.int64]:
        """The codes of these values and some others, ascending, each once."""
        return distinct(self.codes, others) if len(others) else self.codes


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Report-value pairs: ``rows[i]`` has value ``codes[i]``. Sorted by row, then code; no pair twice. int32.

    The pairs of a report are those from ``starts[ordinal]`` to ``starts[ordinal + 1]``, of which there is one more
    than reports. ``totals[code]`` is the number of a value's pairs, (values,).
    """

    rows: NDArray[np.int32]
    codes: NDArray[np.int32]
    starts: NDArray[np.int32]
    totals: NDArray[np.int32]

    @classmethod
    def of(cls, rows: NDArray[np.int32], codes: NDArray[np.int32], *, reports: int, values: int) -> Self:
        """The pairs of a number of reports with a number of values, in memory."""
        starts = np.zeros(reports + 1, dtype=np.int32)
        np.cumsum(np.bincount(rows, minlength=reports), out=starts[1:])
        return cls(rows, codes, starts, np.bincount(codes, minlength=values).astype(np.int32))

    @classmethod
    def none(cls, *, reports: int, values: int) -> Self:
        """No pairs at all, which takes no memory either."""
        nothing = np.empty(0, dtype=np.int32)
        zeros = (np.broadcast_to(np.int32(0), (size,)) for size in (reports + 1, values))
        return cls(nothing, nothing, *zeros)

    def occurring(self, mask: Mask) -> Occurring:
        """The values that the reports of a set have, with how many of them have each."""
        if not len(self.codes):
            return Occurring(np.empty(0, np.int64), np.empty(0, np.int64))
        reports = int(np.count_nonzero(mask))
        if 2 * reports > len(mask):
            # Who is not in the set is faster to count.
            counts = self.totals.astype(np.int64)
            left_out = self.occurring(~mask)
            counts[left_out.codes] -= left_out.counts
            return _dense(counts)
        codes = self._codes_of_few(mask) if _FEW * reports < len(mask) else self.codes[mask[self.rows]]
        if _SPARSE * len(codes) < len(self.totals):
            found, counts = np.unique(codes, return_counts=True)
            return Occurring(found.astype(np.int64), counts)
        return _dense(np.bincount(codes, minlength=len(self.totals)))

    def _codes_of_few(self, mask: Mask) -> NDArray[np.int32]:
        reports = np.flatnonzero(mask)
        begins = self.starts[reports]
        lengths = self.starts[reports + 1] - begins
        # Where the pairs of each report begin, less how many came before them: added to 0, 1, 2... it leads to them.
        shifts = begins - (np.cumsum(lengths) - lengths)
        codes: NDArray[np.int32] = self.codes[np.repeat(shifts, lengths) + np.arange(lengths.sum())]
        return codes

    def having(self, wanted: NDArray[np.bool_]) -> Mask:
        """The reports with at least one wanted value. ``wanted`` has a truth value for each code."""
        mask = np.zeros(len(self.starts) - 1, dtype=np.bool_)
        mask[self.rows[wanted[self.codes]]] = True
        return mask

    def codes_of(self, ordinal: int) -> NDArray[np.int32]:
        """The values of one report."""
        return self.codes[self.starts[ordinal] : self.starts[ordinal + 1]]


def _dense(counts: NDArray[np.int64]) -> Occurring:
    codes = np.flatnonzero(counts)
    return Occurring(codes, counts[codes])


def distinct(*arrays: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each number of some arrays once, ascending; none is negative."""
    # NumPy's unique hashes before it sorts, which takes ten times longer.
    numbers = np.sort(np.concatenate(arrays))
    return numbers[np.diff(numbers, prepend=-1) > 0]
