"""What may be suggested to who types: entities that reports have, and titles, the most useful first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kg.authority.names import fold
from kg.facets.columns import Columns, FacetColumn
from kg.facets.table import FACETS
from search.fulltext.texts import ReportText

ENTITY_KINDS: Final = tuple(name for name, facet in FACETS.items() if facet.suggested)
"""The facets whose values are suggested; among equally common ones, the earlier is the more useful."""

REPORT: Final = "report"
KINDS: Final = (*ENTITY_KINDS, REPORT)


@dataclass(frozen=True, slots=True)
class Suggestible:
    """An entity or a report with its labels, the one to show first, no two alike but for case and accents.

    ``code`` is the entity's code in the facet ``kind``, or the report's ordinal; ``reports`` is how many reports have
    the entity, 0 for a report.
    """

    kind: str
    code: int
    iri: str
    labels: tuple[str, ...]
    reports: int


def suggestible(
    columns: Columns,
    others: Iterable[tuple[str, str]],
    texts: Callable[[Sequence[int]], Iterable[ReportText]],
) -> Iterator[Suggestible]:
    """Everything that may be suggested, the most useful first.

    Entities come by their number of reports, then titles, newest first. ``others`` are IRIs and their alternative
    labels, ``texts`` gives the texts of reports in the order of the ordinals that it is asked for.
    """
    yield from _entities(columns, _by_entity(others))
    order = _newest_first(columns)
    for ordinal, text in zip(order, texts(order), strict=True):
        yield Suggestible(REPORT, ordinal, text.iri, _distinct((text.title, *text.other_titles)), 0)


def _by_entity(others: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for entity, label in others:
        found.setdefault(entity, []).append(label)
    return found


def _entities(columns: Columns, others: Mapping[str, Sequence[str]]) -> Iterator[Suggestible]:
    counts = [_reports_by_code(columns.facets[kind]) for kind in ENTITY_KINDS]
    sizes = [len(reports) for reports in counts]
    starts = np.cumsum([0, *sizes])
    # Entities of all kinds lie in one row, by kind and code: a stable sort keeps that order among equally common ones.
    places, reports = np.repeat(np.arange(len(counts)), sizes), np.concatenate(counts)
    for position in np.argsort(-reports, kind="stable").tolist():
        place = int(places[position])
        kind, code = ENTITY_KINDS[place], position - int(starts[place])
        value = columns.facets[kind].values[code]
        translated = (value.labels[language] for language in sorted(value.labels))
        labels = _distinct((value.label, *translated, *sorted(others.get(value.value, ()))))
        yield Suggestible(kind, code, value.value, labels, int(reports[position]))


def _reports_by_code(column: FacetColumn) -> NDArray[np.int32]:
    return column.stated.totals + column.inferred.totals


def _newest_first(columns: Columns) -> list[int]:
    """The ordinals by year, undated reports last, then in their own order."""
    column = columns.facets["year"]
    years = np.array([int(value.value) if value.value.isdigit() else 0 for value in column.values] or [0])
    dated = np.zeros(len(columns.reports), dtype=np.int64)
    dated[column.stated.rows] = years[column.stated.codes]
    order: list[int] = np.argsort(-dated, kind="stable").tolist()
    return order


def _distinct(labels: Iterable[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for label in labels:
        first.setdefault(fold(label), label)
    return tuple(first.values())
