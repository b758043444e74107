"""Reports by what questions call them: an identifier, or a title."""

from __future__ import annotations

from typing import Final

from kg.authority.names import fold
from kg.descriptions import cards
from kg.vocab import Minter
from search.snapshots.snapshot import Snapshot

_ENOUGH: Final = 0.8
"""How many of its words a title must share with one that is asked for."""
_READ: Final = 5


class Titles:
    """The reports of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._minter = Minter(snapshot.manifest.base)

    def identified(self, identifier: str) -> str | None:
        """The report (IRI) with an identifier."""
        iri = str(self._minter.report(identifier))
        return iri if self._snapshot.columns.ordinal(iri) is not None else None

    def titled(self, text: str) -> str | None:
        """The report with a title, if one has nearly all its words and few more."""
        wanted = fold(text).split()
        if len(wanted) < 2:
            return None
        for match in self._snapshot.suggestions.find(list(dict.fromkeys(wanted)), ("report",), _READ, typos=False):
            if fold(match.matched) == " ".join(wanted):
                return match.iri
        hits = self._snapshot.text.search(self._snapshot.text.parse(text), _READ)
        reports = [self._snapshot.columns.reports[int(ordinal)] for ordinal in hits.ordinals]
        for iri, card in cards(self._snapshot.graph, reports).items():
            held = fold(card.title).split()
            common = len(set(held) & set(wanted))
            if common >= _ENOUGH * len(set(wanted)) and common >= _ENOUGH * len(set(held)):
                return iri
        return None
