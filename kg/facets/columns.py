"""Facets as columns: which values each report has, counted many times faster than by SPARQL (docs/benchmarks.md).

SPARQL over the graph is the truth and fills the columns (``queries/facet_*.rq``); the columns serve every screen.
Reports are dense ordinals 0..n-1 in the order of their IRIs. Stated and inferred values are kept apart.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kg import sparql
from kg.facets.counting import Mask, Pairs, distinct
from kg.facets.labels import EntityLabels, Label
from kg.facets.numbers import value_number, value_numbers
from kg.facets.table import FACETS, Facet
from kg.facets.values import FacetValue, FacetValues, Names
from kg.store import GraphStore, Scope, TextRow
from kg.string_table import StringTable, place_of

_REPORTS_AT_ONCE: Final = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class FacetColumn:
    """One facet of every report. ``values[code]`` describes a code; codes follow the order of the values' text."""

    name: str
    values: FacetValues
    names: Names
    stated: Pairs
    inferred: Pairs

    def code(self, value: str) -> int | None:
        """The code of an IRI or literal; ``None`` if no report has it."""
        return self.values.code(value)


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A value with its number of reports in a set: ``count`` by what records state, ``inferred`` beyond that."""

    value: FacetValue
    count: int
    inferred: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """All facets of a collection. ``reports`` are IRIs, sorted: their positions are the ordinals."""

    reports: StringTable
    facets: Mapping[str, FacetColumn]

    def ordinal(self, report: str) -> int | None:
        """The position of a report by its IRI; ``None`` if there is none."""
        return place_of(self.reports, report)

    def values(self, facet: str, ordinal: int) -> list[FacetValue]:
        """What one report's record states in a facet, in the order of the values."""
        column = self.facets[facet]
        return [column.values[code] for code in column.stated.codes_of(ordinal)]

    def numbers(self, facet: str, values: Iterable[str]) -> list[int]:
        """The numbers (`kg.facets.numbers`) of some values of a facet; unknown values have none."""
        column = self.facets[facet]
        return [value_number(facet, value) for value in values if column.code(value) is not None]

    def numbers_by_report(self) -> Iterator[list[int]]:
        """For each report, in order, the numbers of all its values, stated or inferred."""
        numbered = [
            (pairs, numbers)
            for name, column in self.facets.items()
            for numbers in [value_numbers(name, column.values.texts)]
            for pairs in (column.stated, column.inferred)
        ]
        for start in range(0, len(self.reports), _REPORTS_AT_ONCE):
            yield from _numbers_of(numbered, start, min(start + _REPORTS_AT_ONCE, len(self.reports)))

    def numbers_of(self, ordinals: Iterable[int]) -> Iterator[list[int]]:
        """The same for some reports, in the order given: values that they do not have cost nothing."""
        for ordinal in ordinals:
            yield [
                value_number(name, column.values.texts[code])
                for name, column in self.facets.items()
                for pairs in (column.stated, column.inferred)
                for code in pairs.codes_of(ordinal).tolist()
            ]

    def mask(self, facet: str, values: Iterable[str], *, inferred: bool = True) -> Mask:
        """The reports that have at least one of the values (IRIs or literals); unknown values match nothing."""
        column = self.facets[facet]
        wanted = np.zeros(len(column.values), dtype=np.bool_)
        for value in values:
            code = column.code(value)
            if code is not None:
                wanted[code] = True
        mask = column.stated.having(wanted)
        return mask | column.inferred.having(wanted) if inferred else mask

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
        stated, inferred = column.stated.occurring(mask), column.inferred.occurring(mask)
        codes = stated.joined(inferred.codes)
        wanted = np.array([code for code in map(column.code, always) if code is not None], dtype=np.int64)
        listed = np.concatenate((codes[_commonest(stated.of(codes), inferred.of(codes), most)], wanted))
        shown = np.array(list(dict.fromkeys(listed.tolist())), dtype=np.int64)
        counted = zip(shown.tolist(), stated.of(shown).tolist(), inferred.of(shown).tolist(), strict=True)
        return [FacetCount(column.values[code], count, beyond) for code, count, beyond in counted]


def _commonest(stated: NDArray[np.int64], inferred: NDArray[np.int64], most: int | None) -> NDArray[np.int64]:
    """The places of at most ``most`` values, commonest first, those that are only inferred last, ties by place."""
    both = stated * (int(inferred.max(initial=0)) + 1) + inferred
    kept = np.arange(len(both))
    if most is not None and 0 < most < len(both):
        # Sorting hundreds of thousands of values for the first ten would take longer than to count them.
        least = np.partition(both, len(both) - most)[len(both) - most]
        above = np.flatnonzero(both > least)
        kept = np.concatenate((above, np.flatnonzero(both == least)[: most - len(above)]))
    return kept[np.argsort(-both[kept], kind="stable")][:most]


def _numbers_of(numbered: Sequence[tuple[Pairs, NDArray[np.int64]]], start: int, stop: int) -> Iterator[list[int]]:
    """For each report from ``start`` to ``stop`` the numbers of its pairs, by the code of each."""
    parts = [(slice(pairs.starts[start], pairs.starts[stop]), pairs, by_code) for pairs, by_code in numbered]
    rows = np.concatenate([pairs.rows[part] for part, pairs, _ in parts]) - start
    numbers = np.concatenate([by_code[pairs.codes[part]] for part, pairs, by_code in parts])
    numbers = numbers[np.argsort(rows, kind="stable")]
    stops = np.cumsum(np.bincount(rows, minlength=stop - start))
    for begin, end in pairwise((0, *stops.tolist())):
        yield numbers[begin:end].tolist()


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def reports_of(store: GraphStore) -> StringTable:
    """The IRIs of all reports in a graph, sorted: their positions are the ordinals."""
    return StringTable.of(sorted(row[0] for row in store.select_text(sparql.query("reports"))))


def facet_columns(store: GraphStore, reports: StringTable) -> Iterator[FacetColumn]:
    """The facets of all reports in a graph, in memory, each made when it is asked for."""
    labels = EntityLabels.of_all(store)
    return columns_of(
        reports,
        lambda name, scope: store.select_text(sparql.query(FACETS[name].query), scope),
        lambda _, texts: map(labels.of, texts),
    )


Rows = Callable[[str, Scope], Iterable[TextRow]]
"""The rows of report and value of a facet, by its name, that a graph holds in a scope."""

LabelsOf = Callable[[str, StringTable], Iterable[Label]]
"""The labels of some values of a facet, in their order."""


def columns_of(reports: StringTable, rows: Rows, labels: LabelsOf) -> Iterator[FacetColumn]:
    """The facets of some reports, sorted, of which the rows are; in memory, each made when it is asked for."""
    ordinals = {iri: ordinal for ordinal, iri in enumerate(reports)}
    for facet in FACETS.values():
        yield _column(facet, ordinals, rows, labels)


def _column(facet: Facet, ordinals: Mapping[str, int], rows: Rows, labels: LabelsOf) -> FacetColumn:
    texts, stated, inferred = _coded(facet, ordinals, rows)
    values = FacetValues.of(texts, labels(facet.name, texts))
    return FacetColumn(facet.name, values, Names.of(values), stated, inferred)


def _coded(facet: Facet, ordinals: Mapping[str, int], rows: Rows) -> tuple[StringTable, Pairs, Pairs]:
    """The values of a facet, sorted, with the pairs that are stated and those that are only inferred."""
    seen: dict[str, int] = {}
    stated = _numbered(rows(facet.name, Scope.STATED), ordinals, seen)
    beyond_stated = Scope.ALL if facet.needs_stated else Scope.INFERRED
    inferred = _numbered(rows(facet.name, beyond_stated), ordinals, seen)
    texts = sorted(seen)
    codes = np.empty(len(texts), dtype=np.int64)
    codes[[seen[text] for text in texts]] = np.arange(len(texts))
    known = _joined(stated, codes)
    beyond = _joined(inferred, codes)
    # What a record states is not counted again as inferred.
    beyond = beyond[~np.isin(beyond, known)]
    known_pairs, beyond_pairs = (_pairs(joined, len(ordinals), len(texts)) for joined in (known, beyond))
    return StringTable.of(texts), known_pairs, beyond_pairs


def _numbered(rows: Iterable[TextRow], ordinals: Mapping[str, int], seen: dict[str, int]) -> NDArray[np.int64]:
    """Rows of report and value as numbers (n, 2), values in the order of ``seen``, which grows."""
    numbers = array("q")
    for report, value in rows:
        numbers.append(ordinals[report])
        numbers.append(seen.setdefault(value, len(seen)))
    return np.frombuffer(numbers, dtype=np.int64).reshape(-1, 2)


def _joined(pairs: NDArray[np.int64], codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each pair as one number, sorted, none twice."""
    return distinct(pairs[:, 0] * max(len(codes), 1) + codes[pairs[:, 1]])


def _pairs(joined: NDArray[np.int64], reports: int, values: int) -> Pairs:
    rows, codes = (part.astype(np.int32) for part in np.divmod(joined, max(values, 1)))
    return Pairs.of(rows, codes, reports=reports, values=values)
