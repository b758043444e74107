"""Which of an entity's printed labels is shown: the commonest, the rest are kept as alternatives."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import URIRef


class Labels:
    """Counts the labels under which each entity was printed, over a whole collection.

    Most entities are printed in one way only, so a lone label is held without a table of its own: at a million
    reports this halves the memory.
    """

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[URIRef, tuple[str, int] | dict[str, int]] = {}

    def add(self, entity: URIRef, label: str) -> None:
        """Count one printed label of an entity."""
        held = self._counts.get(entity)
        if held is None:
            self._counts[entity] = (label, 1)
        elif isinstance(held, dict):
            held[label] = held.get(label, 0) + 1
        elif held[0] == label:
            self._counts[entity] = (label, held[1] + 1)
        else:
            self._counts[entity] = {held[0]: held[1], label: 1}

    def __len__(self) -> int:
        return len(self._counts)

    def __iter__(self) -> Iterator[tuple[URIRef, str, tuple[str, ...]]]:
        """Each entity once: its IRI, the label to show, the alternatives (sorted)."""
        for entity, held in self._counts.items():
            if isinstance(held, dict):
                shown = _commonest(held)
                yield entity, shown, tuple(sorted(set(held) - {shown}))
            else:
                yield entity, held[0], ()


def _commonest(counts: dict[str, int]) -> str:
    """The commonest label; ties go to the first in order.

    Capitals throughout are a cataloguing habit (SCHOOF, H. F.) unless nearly everyone writes them (USAID): they give
    way to another spelling that is at least a tenth as common.
    """
    best = min(counts, key=lambda label: (-counts[label], label))
    if best.isupper():
        mixed = [label for label in counts if not label.isupper() and counts[label] * 10 >= counts[best]]
        return min(mixed, key=lambda label: (-counts[label], label), default=best)
    return best
