"""What a person types for a facet becomes the value that reports have: ``Inglés`` and ``en`` are one language."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

from kg.authority.concepts import resolve
from kg.authority.names import fold, key
from kg.authority.places import resolve_place
from kg.facets.columns import FACETS, FacetColumn
from kg.facets.values import FacetValue
from kg.vocab import Kind, Minter
from search.errors import InvalidRequestError, UnknownValueError
from search.snapshots.snapshot import Snapshot

_KINDS: Final = {
    "topic": Kind.TOPIC,
    "author": Kind.AUTHOR,
    "institution": Kind.INSTITUTION,
    "series": Kind.SERIES,
    "publisher": Kind.INSTITUTION,
    "language": Kind.LANGUAGE,
    "type": Kind.TYPE,
    "country": Kind.PLACE,
    "region": Kind.PLACE,
    "repository": Kind.REPOSITORY,
    "access": Kind.ACCESS,
}
_COMPARED: Final = 2000
_LONGEST_COMPARED: Final = 100
_CONTROLLED: Final = (Kind.LANGUAGE, Kind.TYPE, Kind.ACCESS)


def filter_value(snapshot: Snapshot, facet: str, text: str) -> str:
    """The value of a facet that a text means: an IRI, or for years the year itself.

    Case, accents and punctuation do not count; types, languages, access rights, countries and regions are known in
    every language of the program. Raises :class:`~search.errors.UnknownValueError`, which names the nearest labels, and
    :class:`~search.errors.InvalidRequestError` if there is no such facet.
    """
    if facet not in FACETS:
        raise InvalidRequestError(f"There is no facet {facet!r}", f"Choose among: {', '.join(FACETS)}")
    column = snapshot.columns.facets[facet]
    typed = text.strip()
    if column.code(typed) is not None:
        return typed
    if facet in _KINDS:
        # The last part of an IRI is how addresses of pages name a value.
        named = f"{Minter(snapshot.manifest.base).base}{_KINDS[facet]}/{typed}"
        if column.code(named) is not None:
            return named
        value = _minted(Minter(snapshot.manifest.base), _KINDS[facet], typed)
        if value is not None and column.code(value) is not None:
            return value
        code = column.names.code(fold(typed))
        if code is not None:
            return column.values[code].value
    raise UnknownValueError(facet, typed, _nearest(column, typed))


def filter_values(snapshot: Snapshot, choices: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The values that texts mean, by facet; facets without any are left out. Raises as :func:`filter_value` does."""
    return {
        facet: values
        for facet, texts in choices.items()
        if (values := tuple(filter_value(snapshot, facet, text) for text in texts))
    }


def _minted(minter: Minter, kind: Kind, text: str) -> str | None:
    if kind is Kind.PLACE:
        place = resolve_place(text)
        return None if place is None else str(minter.entity(kind, place.key))
    if kind in _CONTROLLED:
        concept = resolve(kind, text)
        return None if concept is None else str(minter.entity(kind, key(concept.key)))
    folded = fold(text)
    return str(minter.entity(kind, folded)) if folded else None


def _nearest(column: FacetColumn, text: str) -> tuple[str, ...]:
    """Labels that look like a text. Comparing is slow, so only labels of about its length and with its first letter
    are compared, and of these at most ``_COMPARED``.
    """
    folded = fold(text[:_LONGEST_COMPARED])
    alike = column.names.like(folded, _COMPARED)
    near = difflib.get_close_matches(folded, alike, n=3)
    return tuple(_called(column.values[alike[name]], name) for name in near)


def _called(value: FacetValue, name: str) -> str:
    """The label of a value that reads like its name."""
    return next(label for label in (value.label, *value.labels.values()) if fold(label) == name)
