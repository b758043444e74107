"""Which of an entity's printed labels is shown: the commonest, the rest are kept as alternatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rdflib import URIRef


class Labels:
    """Counts the labels under which each entity was printed, over a whole collection.

    Most entities are printed in one way only, so a lone label is held without a table of its own: at a million
    reports this halves the memory.
    """

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[URIRef, tuple[str, int] | dict[str, int]] = {}

    def add(self, entity: URIRef, label: str, count: int = 1) -> None:
        """Count a printed label of an entity, ``count`` times."""
        held = self._counts.get(entity)
        if held is None:
            self._counts[entity] = (label, count)
        elif isinstance(held, dict):
            held[label] = held.get(label, 0) + count
        elif held[0] == label:
            self._counts[entity] = (label, held[1] + count)
        else:
            self._counts[entity] = {held[0]: held[1], label: count}

    def __len__(self) -> int:
        return len(self._counts)

    def __iter__(self) -> Iterator[tuple[URIRef, Mapping[str, int]]]:
        """Each entity once, with the count of each of its labels."""
        for entity, held in self._counts.items():
            yield entity, held if isinstance(held, dict) else {held[0]: held[1]}


def chosen(counts: Mapping[str, int]) -> tuple[str, tuple[str, ...]]:
    """The label to show and the alternatives (sorted), by how often each was printed.

    The commonest is shown; ties go to the first in order. Capitals throughout are a cataloguing habit (SCHOOF, H. F.)
    unless nearly everyone writes them (USAID): they give way to another spelling that is at least a tenth as common.
    """
    shown = min(counts, key=lambda label: (-counts[label], label))
    if shown.isupper():
        mixed = [label for label in counts if not label.isupper() and counts[label] * 10 >= counts[shown]]
        shown = min(mixed, key=lambda label: (-counts[label], label), default=shown)
    return shown, tuple(sorted(set(counts) - {shown}))
