"""The searchable texts of a build, on disk in the order read, found again by IRI in any order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from search.texts import ReportText


class Spool:
    """Holds texts in a file and their places in memory: a million reports need some 100 MB. Close it when done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("w+b")
        self._places: dict[str, int] = {}

    def add(self, text: ReportText) -> None:
        """Keep the texts of a report whose IRI is not there yet."""
        self._places[text.iri] = self._file.tell()
        self._file.write(text.to_json() + b"\n")

    def in_order(self, iris: Sequence[str]) -> Iterator[ReportText]:
        """The texts of some reports, in the order of their IRIs given."""
        self._file.flush()
        for iri in iris:
            self._file.seek(self._places[iri])
            yield ReportText.from_json(self._file.readline())

    def __contains__(self, iri: str) -> bool:
        return iri in self._places

    def __len__(self) -> int:
        return len(self._places)

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
        self._path.unlink()
