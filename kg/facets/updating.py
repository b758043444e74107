"""Facet columns after a change: equal, byte for byte, to columns made anew from the graph, and made of the old ones.

Ordinals and codes are places in an order, so that most of them move: pairs are renumbered by NumPy, strings are copied
as bytes, and only what the change touches is looked up, described or folded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kg.facets.changed import Change
from kg.facets.columns import Columns, FacetColumn
from kg.facets.counting import Pairs
from kg.facets.merged_values import MergedValues
from kg.facets.merging import Merge
from kg.string_table import StringTable, places_among


@dataclass(frozen=True, slots=True, eq=False)
class UpdatedColumns:
    """Columns after a change, and what became of ordinals. The facets are made when they are asked for, once.

    ``moved`` int64 (reports before,) is the ordinal now of each report, -1 for those that are gone or were written
    anew. ``written`` int64 holds the ordinals of those that were written, new or anew, ascending.
    """

    reports: StringTable
    moved: NDArray[np.int64]
    written: NDArray[np.int64]
    facets: Iterator[FacetColumn]


def updated_columns(before: Columns, change: Change) -> UpdatedColumns:
    """The columns of the graph that a change was read from, given those of the graph before it."""
    merge = _merged_reports(before.reports, change)
    reports = before.reports.merged(change.written.reports, merge.order)
    described = dict(zip(change.described.texts, change.described.labels, strict=True))
    facets = (_updated(column, change.written.facets[name], merge, described) for name, column in before.facets.items())
    return UpdatedColumns(reports, merge.old, merge.fresh, facets)


def _merged_reports(before: StringTable, change: Change) -> Merge:
    written = set(change.written.reports)
    touched = sorted(written.union(change.gone))
    places, found = places_among(before, touched)
    stays = np.ones(len(before), dtype=np.bool_)
    stays[places[found]] = False
    is_written = np.array([report in written for report in touched], dtype=np.bool_)
    return Merge.of(stays, places[is_written])


def _updated(before: FacetColumn, written: FacetColumn, reports: Merge, described: Mapping[str, str]) -> FacetColumn:
    stated, inferred = (_Kept.of(pairs, reports.old) for pairs in (before.stated, before.inferred))
    used = np.zeros(len(before.values), dtype=np.bool_)
    used[stated.codes] = used[inferred.codes] = True
    merged = MergedValues.of(before.values, before.names, used, written.values, described)
    return FacetColumn(
        before.name,
        merged.values,
        merged.names,
        stated.joined(written.stated, reports, merged),
        inferred.joined(written.inferred, reports, merged),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """The pairs of the reports that stay, in order: their ordinals as they are now, codes as they were. int32."""

    rows: NDArray[np.int32]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, pairs: Pairs, moved: NDArray[np.int64]) -> Self:
        rows = moved.astype(np.int32)[pairs.rows]
        stay = rows >= 0
        return cls(rows[stay], pairs.codes[stay])

    def joined(self, written: Pairs, reports: Merge, values: MergedValues) -> Pairs:
        """These pairs and those of the reports that were written, of which these hold none."""
        rows = reports.fresh.astype(np.int32)[written.rows]
        before = np.searchsorted(self.rows, rows)
        return Pairs.of(
            np.insert(self.rows, before, rows),
            np.insert(values.moved[self.codes], before, values.written[written.codes]),
            reports=len(reports.order),
            values=len(values.values),
        )
