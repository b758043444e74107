"""What a change of reports means for facet columns, read from the graph at a cost that follows the change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kg.facets.columns import Columns, columns_of
from kg.facets.labels import EntityLabels, Label
from kg.facets.query import frame_of_reports, is_iri, values_query
from kg.facets.values import FacetValues
from kg.store import GraphStore, Scope, TextRow
from kg.string_table import StringTable, places_among

_REPORTS_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What columns need to follow a graph: IRIs of the reports that are ``gone``, the columns of those that were
    ``written``, new or anew, by themselves, and the labels of the entities that are ``described`` differently.
    """

    gone: Collection[str]
    written: Columns
    described: FacetValues


def read_change(
    graph: GraphStore, before: Columns, *, gone: Collection[str], written: Collection[str], described: Collection[str]
) -> Change:
    """Read a change from the graph as it is after it; ``before`` are the columns of the graph as it was.

    All are IRIs: the reports that the graph no longer holds, those that it holds anew, and every entity of which a
    label was added or removed. Of all other entities the labels are those in ``before``.
    """
    reports = StringTable.of(sorted(set(written)))
    entities = sorted(set(described))
    anew = EntityLabels.of_some(graph, entities)
    starts = range(0, len(reports), _REPORTS_AT_ONCE)
    frames = [frame_of_reports(reports[start : start + _REPORTS_AT_ONCE]) for start in starts]
    reading = _Reading(graph, before, frames, set(entities), anew)
    facets = {column.name: column for column in columns_of(reports, reading.rows, reading.labels)}
    return Change(gone, Columns(reports, facets), FacetValues.of(entities, map(anew.of, entities)))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What some reports have, asked of the graph, and how it is called: asked of it only where that may be new."""

    graph: GraphStore
    before: Columns
    frames: Sequence[str]
    described: Collection[str]
    anew: EntityLabels

    def rows(self, facet: str, scope: Scope) -> Iterator[TextRow]:
        for frame in self.frames:
            yield from self.graph.select_text(values_query(facet, frame), scope)

    def labels(self, facet: str, texts: StringTable) -> Iterator[Label]:
        known = self.before.facets[facet].values
        places, found = (array.tolist() for array in places_among(known.texts, texts[:]))
        unknown = [text for text, there in zip(texts, found, strict=True) if not there and text not in self.described]
        asked = EntityLabels.of_some(self.graph, [text for text in unknown if is_iri(text)])
        for text, place, there in zip(texts, places, found, strict=True):
            if text in self.described:
                yield self.anew.of(text)
            elif there:
                value = known[place]
                yield value.label, value.labels
            else:
                yield asked.of(text)
