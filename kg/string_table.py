"""Strings by number in one block of bytes, as it lies on disk: a mapped file holds no memory and needs no reading."""

from __future__ import annotations

import mmap
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, Self, SupportsIndex, overload

import numpy as np
from numpy.typing import NDArray

_WIDTH: Final = 8
_AT_ONCE: Final = 4096
"""Strings that are read together by whoever goes through all of them."""
_PASSED: Final = 64
"""Strings that are passed in the time in which one is looked up by bisection."""


class StringTable(Sequence[str]):
    """Strings in a fixed order, made when they are asked for. A slice is a tuple.

    The block holds, in the byte order of the machine, the number n of strings and the n + 1 places between them in the
    text as int64, then the text as UTF-8. The same strings make the same block.
    """

    __slots__ = ("_places", "_text", "block")

    def __init__(self, block: memoryview) -> None:
        """Over a block of bytes; raises :class:`ValueError` if it is none."""
        self.block: Final = block
        if len(block) < 2 * _WIDTH or (size := block[:_WIDTH].cast("q")[0]) < 0:
            raise ValueError("this is no table of strings")
        start = (size + 2) * _WIDTH
        if len(block) < start:
            raise ValueError(f"a table of {size} strings is cut")
        self._places = block[_WIDTH:start].cast("q")
        self._text = block[start:]
        if self._places[0] != 0 or self._places[size] != len(self._text):
            raise ValueError(f"a table of {size} strings is cut or too long")

    @classmethod
    def of(cls, strings: Iterable[str]) -> Self:
        """A table in memory. Raises :class:`UnicodeEncodeError` for what is no Unicode (half a surrogate pair)."""
        text = bytearray()
        places = array("q", (0,))
        for string in strings:
            text += string.encode()
            places.append(len(text))
        return cls(memoryview(array("q", (len(places) - 1,)).tobytes() + places.tobytes() + text))

    @classmethod
    def open(cls, path: Path) -> Self:
        """A table in a file that :meth:`save` wrote, mapped. Raises :class:`OSError` and :class:`ValueError`."""
        with path.open("rb") as file:
            return cls(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))

    def save(self, path: Path) -> None:
        """Write the table to a new file."""
        with path.open("xb") as file:
            file.write(self.block)

    def __len__(self) -> int:
        return len(self._places) - 1

    @overload
    def __getitem__(self, place: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: SupportsIndex | slice) -> str | tuple[str, ...]:
        numbers = range(len(self))[place]
        if isinstance(numbers, range):
            return tuple(map(self._string, numbers))
        return self._string(numbers)

    def _string(self, number: int) -> str:
        return str(self._text[self._places[number] : self._places[number + 1]], "utf-8")

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), _AT_ONCE):
            places = self._places[start : start + _AT_ONCE + 1].tolist()
            for begin, end in pairwise(places):
                yield str(self._text[begin:end], "utf-8")

    def lengths(self, start: int, stop: int) -> NDArray[np.int64]:
        """How many bytes each of the strings from ``start`` to ``stop`` (not included) has."""
        return np.diff(np.frombuffer(self._places, dtype=np.int64)[start : stop + 1])

    def merged(self, other: StringTable, order: NDArray[np.int64]) -> StringTable:
        """A table in memory of some strings of this one and another: bytes are copied, no string is made.

        ``order`` holds their places; those in the other table are counted on from the end of this one.
        """
        lengths = np.concatenate([table.lengths(0, len(table)) for table in (self, other)])[order]
        head = np.zeros(len(order) + 2, dtype=np.int64)
        head[0] = len(order)
        np.cumsum(lengths, out=head[2:])
        # What stands together in a table and stays together is copied together.
        apart = np.flatnonzero((np.diff(order, prepend=-2) != 1) | (order == len(self)))
        firsts, lasts = order[apart], order[np.append(apart, len(order))[1:] - 1]
        pieces = (
            self.piece(first, last + 1) if first < len(self) else other.piece(first - len(self), last + 1 - len(self))
            for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True)
        )
        return StringTable(memoryview(b"".join((head.data, *pieces))))

    def piece(self, start: int, stop: int) -> memoryview:
        """The bytes of the strings from ``start`` to ``stop`` (not included)."""
        return self._text[self._places[start] : self._places[stop]]


def place_of(strings: Sequence[str], wanted: str) -> int | None:
    """The place of a string among sorted ones, the first of equal ones; ``None`` if it is not there."""
    place = bisect_left(strings, wanted)
    return place if place < len(strings) and strings[place] == wanted else None


def places_among(strings: StringTable, wanted: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where sorted strings stand in a sorted table, or would stand: before which place. And which of them are there."""
    if len(wanted) * _PASSED < len(strings):
        places = [bisect_left(strings, string) for string in wanted]
        found = [
            place < len(strings) and strings[place] == string for place, string in zip(places, wanted, strict=True)
        ]
    else:
        places, found = _passed(strings, wanted)
    return np.array(places, dtype=np.int64), np.array(found, dtype=np.bool_)


def _passed(strings: StringTable, wanted: Sequence[str]) -> tuple[list[int], list[bool]]:
    """The same, by going through all of the table."""
    places: list[int] = []
    found: list[bool] = []
    for place, string in enumerate(strings):
        while len(places) < len(wanted) and wanted[len(places)] <= string:
            found.append(wanted[len(places)] == string)
            places.append(place)
    missing = len(wanted) - len(places)
    return [*places, *[len(strings)] * missing], [*found, *[False] * missing]
