"""The searchable texts of a build, on disk in the order read, found again by the ordinals of their reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from search.fulltext.texts import ReportText


class Spool:
    """Takes texts into a file and holds their IRIs and places: some 250 bytes a report. Close it when done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("w+b")
        self._places: dict[str, int] = {}

    def add(self, text: ReportText) -> None:
        """Keep the texts of a report whose IRI is not there yet."""
        self._places[text.iri] = self._file.tell()
        self._file.write(text.to_json() + b"\n")

    def numbered(self, iris: Sequence[str]) -> SpooledTexts:
        """The texts by the positions of their IRIs among ``iris``; the spool is empty then, but must stay open.

        Raises :class:`KeyError` for an IRI that is not there.
        """
        places = np.fromiter((self._places[iri] for iri in iris), dtype=np.int64, count=len(iris))
        self._places.clear()
        self._file.flush()
        return SpooledTexts(self._file, places)

    def __contains__(self, iri: str) -> bool:
        return iri in self._places

    def __len__(self) -> int:
        return len(self._places)

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
        self._path.unlink()


class SpooledTexts:
    """The texts of all reports by their ordinals, read when they are asked for: 8 bytes of memory a report."""

    def __init__(self, file: IO[bytes], places: NDArray[np.int64]) -> None:
        """``places`` are where in the file the texts of each ordinal begin."""
        self._file = file
        self._places = places

    def at(self, ordinals: Iterable[int]) -> Iterator[ReportText]:
        """The texts of some reports, in the order given."""
        for ordinal in ordinals:
            self._file.seek(self._places[ordinal])
            yield ReportText.from_json(self._file.readline())

    def __iter__(self) -> Iterator[ReportText]:
        return self.at(range(len(self)))

    def __len__(self) -> int:
        return len(self._places)
