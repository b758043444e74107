"""What may be suggested to who types: entities that reports have, and titles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.authority.names import fold
from kg.facets.columns import Columns
from kg.facets.table import FACETS
from search.fulltext.texts import ReportText

ENTITY_KINDS: Final = tuple(name for name, facet in FACETS.items() if facet.suggested)
"""The facets whose values are suggested; among equally common ones, the earlier is the more useful."""

REPORT: Final = "report"
KINDS: Final = (*ENTITY_KINDS, REPORT)


@dataclass(frozen=True, slots=True)
class Suggestible:
    """An entity or a report with its labels, the one to show first, no two alike but for case and accents.

    ``reports`` is how many reports have the entity, 0 for a report. ``year`` is the report's, 0 for an undated one
    and for an entity.
    """

    kind: str
    iri: str
    labels: tuple[str, ...]
    reports: int
    year: int = 0


def suggestible(
    columns: Columns, others: Iterable[tuple[str, str]], texts: Iterable[ReportText]
) -> Iterator[Suggestible]:
    """Everything that may be suggested.

    ``others`` are IRIs and their alternative labels, ``texts`` those of all reports in the order of their ordinals.
    """
    codes = ((kind, code) for kind in ENTITY_KINDS for code in range(len(columns.facets[kind].values)))
    yield from _entities(columns, codes, others)
    yield from _reports(columns, enumerate(texts))


def some_suggestible(
    columns: Columns,
    entities: Iterable[tuple[str, str]],
    others: Iterable[tuple[str, str]],
    texts: Iterable[tuple[int, ReportText]],
) -> Iterator[Suggestible]:
    """Of some entities and reports, what may be suggested: the same as :func:`suggestible` has of them.

    ``entities`` are pairs of a kind and an IRI, those that no report has are left out; ``others`` are the alternative
    labels of at least these; ``texts`` are those of the reports, each with its ordinal.
    """
    found = ((kind, columns.facets[kind].code(iri)) for kind, iri in entities)
    yield from _entities(columns, ((kind, code) for kind, code in found if code is not None), others)
    yield from _reports(columns, texts)


def _entities(
    columns: Columns, codes: Iterable[tuple[str, int]], others: Iterable[tuple[str, str]]
) -> Iterator[Suggestible]:
    alternative = _by_entity(others)
    for kind, code in codes:
        column = columns.facets[kind]
        value = column.values[code]
        translated = (value.labels[language] for language in sorted(value.labels))
        labels = _distinct((value.label, *translated, *sorted(alternative.get(value.value, ()))))
        reports = int(column.stated.totals[code]) + int(column.inferred.totals[code])
        yield Suggestible(kind, value.value, labels, reports)


def _reports(columns: Columns, texts: Iterable[tuple[int, ReportText]]) -> Iterator[Suggestible]:
    column = columns.facets["year"]
    years = [int(text) if text.isascii() and text.isdigit() else 0 for text in column.values.texts]
    for ordinal, text in texts:
        year = max((years[code] for code in column.stated.codes_of(ordinal)), default=0)
        yield Suggestible(REPORT, text.iri, _distinct((text.title, *text.other_titles)), 0, year)


def _by_entity(others: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for entity, label in others:
        found.setdefault(entity, []).append(label)
    return found


def _distinct(labels: Iterable[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for label in labels:
        first.setdefault(fold(label), label)
    return tuple(first.values())
