"""What a person types for a facet becomes the value that reports have: ``Inglés`` and ``en`` are one language."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from kg.authority.concepts import resolve
from kg.authority.names import fold, key
from kg.authority.places import resolve_place
from kg.facets.columns import FacetColumn
from kg.facets.filters import Filters
from kg.facets.table import FACETS
from kg.facets.values import FacetValue
from kg.model import Kind
from kg.vocab import Minter
from search.errors import InvalidRequestError, UnknownValueError
from search.snapshots.snapshot import Snapshot

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
    kind = FACETS[facet].kind
    if kind is not None:
        # The last part of an IRI is how addresses of pages name a value.
        named = f"{Minter(snapshot.manifest.base).base}{kind}/{typed}"
        if column.code(named) is not None:
            return named
        value = _minted(Minter(snapshot.manifest.base), kind, typed)
        if value is not None and column.code(value) is not None:
            return value
        code = column.names.code(fold(typed))
        if code is not None:
            return column.values[code].value
    raise UnknownValueError(facet, typed, _nearest(column, typed))


def meant_filters(snapshot: Snapshot, typed: Filters) -> tuple[Filters, tuple[UnknownValueError, ...]]:
    """Filters as people type them with the values that are meant, and an error for each that no report has.

    Such a value stays as it was typed: nothing matches it. Facets without values are left out. Raises
    :class:`~search.errors.InvalidRequestError` for a facet that does not exist.
    """
    errors: list[UnknownValueError] = []

    def meant(choices: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {facet: tuple(dict.fromkeys(found(facet, values))) for facet, values in choices.items() if values}

    def found(facet: str, values: Iterable[str]) -> Iterator[str]:
        for value in values:
            try:
                yield filter_value(snapshot, facet, value)
            except UnknownValueError as error:
                errors.append(error)
                yield value

    return replace(typed, chosen=meant(typed.chosen), excluded=meant(typed.excluded)), tuple(errors)


def known_filters(snapshot: Snapshot, typed: Filters) -> Filters:
    """The same where every value must be known: raises :class:`~search.errors.UnknownValueError` for the first."""
    filters, unknown = meant_filters(snapshot, typed)
    if unknown:
        raise unknown[0]
    return filters


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
