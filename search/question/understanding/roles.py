"""Facets as questions ask by them, read from the table of facets (`kg.facets.table`)."""

from __future__ import annotations

from typing import Final

from kg.facets.table import FACETS, Facet, of_kinds
from kg.model import Kind

_INSTITUTIONS: Final = (Kind.INSTITUTION, Kind.REPOSITORY)


def _likeliest_first(*kinds: Kind) -> tuple[str, ...]:
    """The facets of some kinds that a name without a role may be of, then those that only words make it one of."""
    return tuple(sorted(of_kinds(*kinds), key=lambda name: _place(FACETS[name])))


def _place(facet: Facet) -> float:
    return float("inf") if facet.asked.usual is None else facet.asked.usual


USUAL: Final = _likeliest_first(*Kind)
"""The facets that a name may be of, the likeliest first."""
ISSUERS: Final = _likeliest_first(*_INSTITUTIONS)
"""The facets of institutions in their roles."""
PLACES: Final = _likeliest_first(Kind.PLACE)
"""The facets that "places" means."""
SUBJECTS: Final = _likeliest_first(Kind.PLACE, Kind.TOPIC)
"""Facets that say what a report is about; the others say whose, when and what kind it is."""
CONTROLLED: Final = _likeliest_first(Kind.LANGUAGE, Kind.TYPE, Kind.ACCESS)
"""Facets whose values the program knows by name, whatever records call them."""
LABELLED: Final = tuple(
    name for name in _likeliest_first(Kind.AUTHOR, Kind.SERIES, *_INSTITUTIONS) if FACETS[name].asked.usual is not None
)
"""Facets whose values are met by the labels that records give them; topics have other names, the rest is controlled."""
NARROWED: Final = {name: facet.asked.roles for name, facet in FACETS.items() if facet.asked.roles}
"""By the role that words give to an institution, the facets that it is then of: the first in which a record has it."""
ROLES: Final = {
    **{name: facet.asked.led for name, facet in FACETS.items() if facet.asked.led},
    "issuer": (*ISSUERS, "author"),
    "about": (*SUBJECTS, "institution", "author"),
}
"""Facets that a name may be of after a cue, the likeliest first."""
