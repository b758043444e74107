"""What the values of facets are called, read from the graph: of all entities, or of some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from rdflib import URIRef

from kg import sparql
from kg.store import GraphStore, TextRow

Label = tuple[str, Mapping[str, str]]
"""The label to show, and those by language (ISO 639-1)."""

_ENTITIES_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class EntityLabels:
    """The labels of entities, as far as they were asked for and have any."""

    shown: Mapping[str, str]
    by_language: Mapping[str, Mapping[str, str]]

    @classmethod
    def of_all(cls, store: GraphStore) -> Self:
        return cls._of(*(store.select_text(sparql.query(name)) for name in ("labels", "labels_by_language")))

    @classmethod
    def of_some(cls, store: GraphStore, entities: Sequence[str]) -> Self:
        """The labels of entities by their IRIs, at a cost that follows how many there are."""
        return cls._of(*(bound_rows(store, name, entities) for name in ("labels", "labels_by_language")))

    @classmethod
    def _of(cls, shown_rows: Iterator[TextRow], by_language_rows: Iterator[TextRow]) -> Self:
        shown: dict[str, str] = {}
        for entity, label in shown_rows:
            # The stated and an inferred description may show different labels: the smaller one, always.
            shown[entity] = min(label, shown.get(entity, label))
        by_language: dict[str, dict[str, str]] = {}
        for entity, language, label in by_language_rows:
            by_language.setdefault(entity, {})[language] = label
        return cls(shown, by_language)

    def of(self, value: str) -> Label:
        """The labels of a value; one without any, such as a year, is its own label."""
        return self.shown.get(value, value), self.by_language.get(value, {})


def bound_rows(store: GraphStore, name: str, entities: Sequence[str]) -> Iterator[TextRow]:
    """The rows of a query file for some entities, at a cost that follows how many there are."""
    for start in range(0, len(entities), _ENTITIES_AT_ONCE):
        wanted = [URIRef(entity) for entity in entities[start : start + _ENTITIES_AT_ONCE]]
        yield from store.select_text(sparql.bind(sparql.query(name), entity=wanted))
