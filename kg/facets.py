"""Facets as columns: which values each report has, counted many times faster than by SPARQL (docs/benchmarks.md).

SPARQL over the graph is the truth and fills the columns (``queries/facet_*.rq``); the columns serve every screen.
Reports are dense ordinals 0..n-1 in the order of their IRIs. Stated and inferred values are kept apart.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kg import sparql
from kg.store import GraphStore, Scope

FACETS: Final = (
    "topic",
    "author",
    "institution",
    "series",
    "publisher",
    "year",
    "language",
    "type",
    "country",
    "region",
    "repository",
    "access",
)
"""The facets, in the order in which they are shown; each has a query file of its name."""

Mask = NDArray[np.bool_]
"""Shape (reports,): which reports are in a set."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Report-value pairs: ``rows[i]`` has value ``codes[i]``. Sorted by row, then code; no pair twice. int32."""

    rows: NDArray[np.int32]
    codes: NDArray[np.int32]

    def counts(self, mask: Mask, size: int) -> NDArray[np.int64]:
        """How many reports of the set have each of ``size`` values."""
        return np.bincount(self.codes[mask[self.rows]], minlength=size)

    def having(self, wanted: NDArray[np.bool_], reports: int) -> Mask:
        """The reports with at least one wanted value. ``wanted`` has a truth value for each code."""
        mask = np.zeros(reports, dtype=np.bool_)
        mask[self.rows[wanted[self.codes]]] = True
        return mask

    def codes_of(self, ordinal: int) -> NDArray[np.int32]:
        """The values of one report."""
        # Needles of the haystack's own type: others make NumPy convert the whole column first.
        start, stop = np.searchsorted(self.rows, np.array((ordinal, ordinal + 1), dtype=np.int32))
        return self.codes[start:stop]


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


@dataclass(frozen=True, slots=True, eq=False)
class FacetColumn:
    """One facet of every report. ``values[code]`` describes a code; codes follow the order of the values' text."""

    name: str
    values: tuple[FacetValue, ...]
    stated: Pairs
    inferred: Pairs

    def code(self, value: str) -> int | None:
        """The code of an IRI or literal; ``None`` if no report has it."""
        place = bisect_left(self.values, value, key=lambda known: known.value)
        return place if place < len(self.values) and self.values[place].value == value else None


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A value with its number of reports in a set: ``count`` by what records state, ``inferred`` beyond that."""

    value: FacetValue
    count: int
    inferred: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """All facets of a collection. ``reports`` are IRIs, sorted: their positions are the ordinals."""

    reports: tuple[str, ...]
    facets: Mapping[str, FacetColumn]

    def ordinal(self, report: str) -> int | None:
        """The position of a report by its IRI; ``None`` if there is none."""
        place = bisect_left(self.reports, report)
        return place if place < len(self.reports) and self.reports[place] == report else None

    def values(self, facet: str, ordinal: int) -> list[FacetValue]:
        """What one report's record states in a facet, in the order of the values."""
        column = self.facets[facet]
        return [column.values[code] for code in column.stated.codes_of(ordinal)]

    def numbers(self, facet: str, values: Iterable[str]) -> list[int]:
        """The numbers of some values of a facet among the values of all facets; unknown values have none."""
        column = self.facets[facet]
        return [self._first_number(facet) + code for code in map(column.code, values) if code is not None]

    def numbers_by_report(self) -> Iterator[list[int]]:
        """For each report, in order, the numbers of all its values, stated or inferred."""
        size = len(self.reports)
        pairs = [
            (pairs.rows, pairs.codes.astype(np.int64) + self._first_number(name))
            for name, column in self.facets.items()
            for pairs in (column.stated, column.inferred)
        ]
        rows = np.concatenate([rows for rows, _ in pairs])
        numbers = np.concatenate([numbers for _, numbers in pairs])[np.argsort(rows, kind="stable")]
        stops = np.cumsum(np.bincount(rows, minlength=size))
        for start, stop in pairwise((0, *stops.tolist())):
            yield numbers[start:stop].tolist()

    def _first_number(self, facet: str) -> int:
        before = takewhile(lambda name: name != facet, self.facets)
        return sum(len(self.facets[name].values) for name in before)

    def mask(self, facet: str, values: Iterable[str], *, inferred: bool = True) -> Mask:
        """The reports that have at least one of the values (IRIs or literals); unknown values match nothing."""
        column = self.facets[facet]
        wanted = np.zeros(len(column.values), dtype=np.bool_)
        for value in values:
            code = column.code(value)
            if code is not None:
                wanted[code] = True
        mask = column.stated.having(wanted, len(self.reports))
        return mask | column.inferred.having(wanted, len(self.reports)) if inferred else mask

    def years(self, first: int | None, last: int | None) -> Mask:
        """The reports dated within a range of years, both ends included; an undated report is in no range."""
        return self.mask("year", self.years_within(first, last), inferred=False)

    def years_within(self, first: int | None, last: int | None) -> list[str]:
        """The years of reports that lie in a range, both ends included, as the facet has them."""
        return [
            value.value
            for value in self.facets["year"].values
            if (year := _year(value.value)) is not None
            and (first is None or year >= first)
            and (last is None or year <= last)
        ]

    def counts(
        self, facet: str, mask: Mask, *, most: int | None = None, always: Iterable[str] = ()
    ) -> list[FacetCount]:
        """The values that occur in a set of reports, commonest first, ties by value; at most ``most`` of them.

        The values in ``always`` are counted whether or not they are among these, or occur at all.
        """
        column = self.facets[facet]
        stated = column.stated.counts(mask, len(column.values))
        inferred = column.inferred.counts(mask, len(column.values))
        occurring = np.flatnonzero(stated + inferred)
        order = occurring[np.lexsort((occurring, -inferred[occurring], -stated[occurring]))]
        listed = dict.fromkeys(int(code) for code in order[:most])
        listed |= dict.fromkeys(code for code in map(column.code, always) if code is not None)
        return [FacetCount(column.values[code], int(stated[code]), int(inferred[code])) for code in listed]


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def build_columns(store: GraphStore) -> Columns:
    """The columns of everything in a graph."""
    reports = tuple(sorted(row[0] for row in store.select_text(sparql.query("reports"))))
    ordinals = {iri: ordinal for ordinal, iri in enumerate(reports)}
    labels = _labels(store)
    return Columns(reports, {name: _column(store, name, ordinals, labels) for name in FACETS})


_Labels = tuple[Mapping[str, str], Mapping[str, Mapping[str, str]]]


def _labels(store: GraphStore) -> _Labels:
    shown: dict[str, str] = {}
    for entity, label in store.select_text(sparql.query("labels")):
        # The stated and an inferred description may show different labels: the smaller one, always.
        shown[entity] = min(label, shown.get(entity, label))
    by_language: dict[str, dict[str, str]] = {}
    for entity, language, label in store.select_text(sparql.query("labels_by_language")):
        by_language.setdefault(entity, {})[language] = label
    return shown, by_language


def _column(store: GraphStore, name: str, ordinals: Mapping[str, int], labels: _Labels) -> FacetColumn:
    query = sparql.query(f"facet_{name}")
    seen: dict[str, int] = {}
    stated = _numbered(store.select_text(query, Scope.STATED), ordinals, seen)
    inferred = _numbered(store.select_text(query, Scope.INFERRED), ordinals, seen)
    texts = sorted(seen)
    codes = np.empty(len(texts), dtype=np.int64)
    codes[[seen[text] for text in texts]] = np.arange(len(texts))
    shown, by_language = labels
    values = tuple(FacetValue(text, shown.get(text, text), by_language.get(text, {})) for text in texts)
    known = _sorted_pairs(stated, codes)
    return FacetColumn(name, values, known, _without(_sorted_pairs(inferred, codes), known, len(texts)))


def _numbered(rows: Iterable[tuple[str, ...]], ordinals: Mapping[str, int], seen: dict[str, int]) -> NDArray[np.int64]:
    """Rows of report and value as numbers (n, 2), values in the order of ``seen``, which grows."""
    numbers = array("q")
    for report, value in rows:
        numbers.append(ordinals[report])
        numbers.append(seen.setdefault(value, len(seen)))
    return np.frombuffer(numbers, dtype=np.int64).reshape(-1, 2)


def _sorted_pairs(pairs: NDArray[np.int64], codes: NDArray[np.int64]) -> Pairs:
    size = max(len(codes), 1)
    joined = np.unique(pairs[:, 0] * size + codes[pairs[:, 1]])
    return Pairs((joined // size).astype(np.int32), (joined % size).astype(np.int32))


def _without(pairs: Pairs, known: Pairs, size: int) -> Pairs:
    """The pairs that are not among the known ones: what a record states is not counted again as inferred."""
    joined = pairs.rows.astype(np.int64) * size + pairs.codes
    fresh = ~np.isin(joined, known.rows.astype(np.int64) * size + known.codes)
    return Pairs(pairs.rows[fresh], pairs.codes[fresh])
