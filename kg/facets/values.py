"""The values of a facet and what they are called, on disk until they are asked for."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import Self, SupportsIndex, overload

import numpy as np
import orjson
from numpy.typing import NDArray

from kg.authority.names import fold
from kg.string_table import StringTable, place_of


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value that reports can have: an entity's IRI, or a literal such as a year, with its labels.

    ``labels`` maps ISO 639-1 codes to labels and may be empty; ``label`` serves where it has none.
    """

    value: str
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def label_in(self, language: str) -> str:
        """The label for a reader's language."""
        return self.labels.get(language, self.label)


class FacetValues(Sequence[FacetValue]):
    """The values of a facet by code, in the order of their text, made when they are asked for. A slice is a tuple."""

    __slots__ = ("labels", "texts")

    def __init__(self, texts: StringTable, labels: StringTable) -> None:
        """``texts`` are IRIs and literals, ``labels`` JSON: the label, and those by language.

        Raises :class:`ValueError` if these are not as many as those.
        """
        if len(texts) != len(labels):
            raise ValueError(f"{len(texts)} values have {len(labels)} labels")
        self.texts = texts
        self.labels = labels

    @classmethod
    def of(cls, texts: Iterable[str], labels: Iterable[tuple[str, Mapping[str, str]]]) -> Self:
        """Values in memory, sorted by their text; of each its label and those by language."""
        described = (orjson.dumps((label, dict(sorted(others.items())))).decode() for label, others in labels)
        return cls(StringTable.of(texts), StringTable.of(described))

    def code(self, value: str) -> int | None:
        """The code of an IRI or literal; ``None`` if no report has it."""
        return place_of(self.texts, value)

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, code: SupportsIndex) -> FacetValue: ...
    @overload
    def __getitem__(self, code: slice) -> tuple[FacetValue, ...]: ...
    def __getitem__(self, code: SupportsIndex | slice) -> FacetValue | tuple[FacetValue, ...]:
        if isinstance(code, slice):
            return tuple(map(self.__getitem__, range(len(self))[code]))
        return _value(self.texts[code], self.labels[code])

    def __iter__(self) -> Iterator[FacetValue]:
        return starmap(_value, zip(self.texts, self.labels, strict=True))


def _value(text: str, described: str) -> FacetValue:
    label, labels = orjson.loads(described)
    return FacetValue(text, label, labels)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The labels of a facet's values in every language, without case and accents, sorted; each with its value's code.

    ``codes`` is int32 (labels,). Equal names follow each other in the order of their codes.
    """

    folded: StringTable
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, values: Iterable[FacetValue]) -> Self:
        named = {(fold(label), code) for code, value in enumerate(values) for label in _labels(value)}
        ordered = sorted(name for name in named if name[0])
        codes = array("i", (code for _, code in ordered))
        return cls(StringTable.of(folded for folded, _ in ordered), np.frombuffer(codes, dtype=np.int32))

    def code(self, folded: str) -> int | None:
        """The value that is called so, the first of several; ``None`` if there is none."""
        place = place_of(self.folded, folded)
        return None if place is None else int(self.codes[place])

    def codes_of(self, folded: str) -> list[int]:
        """All values that are called so."""
        place = bisect_left(self.folded, folded)
        found = []
        while place < len(self.folded) and self.folded[place] == folded:
            found.append(int(self.codes[place]))
            place += 1
        return found

    def beginning(self, folded: str) -> range:
        """The places of the names that begin with a text."""
        return range(bisect_left(self.folded, folded), bisect_left(self.folded, folded + "\U0010ffff"))

    def like(self, folded: str, most: int) -> Mapping[str, int]:
        """Names with the same first letter and about the same length, with their codes.

        Where more than ``most`` are alike, those that stand next to where the text would stand.
        """
        if not folded:
            return {}
        start, stop = (bisect_left(self.folded, first) for first in (folded[0], folded[0] + "\U0010ffff"))
        length = len(folded.encode())
        # Lengths are of bytes, of which a letter outside Latin has two or three.
        spread = np.abs(self.folded.lengths(start, stop) - length)
        alike = np.flatnonzero(spread * len(folded) <= 2 * length) + start
        distance = np.abs(alike - bisect_left(self.folded, folded))
        found: dict[str, int] = {}
        for place in np.sort(alike[np.argsort(distance, kind="stable")[:most]]).tolist():
            found.setdefault(self.folded[place], int(self.codes[place]))
        return found


def _labels(value: FacetValue) -> Iterable[str]:
    return {value.label, *value.labels.values()}
