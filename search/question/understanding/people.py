"""Names of persons as questions and catalogues write them: surname first or last, initials, particles between."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from kg.authority.names import fold
from kg.facets.columns import FacetColumn
from kg.facets.values import FacetValue
from search.question.understanding.spans import Span
from search.question.understanding.words import Question

_PARTICLES: Final = frozenset(
    {"van", "von", "der", "den", "de", "da", "do", "dos", "das", "di", "del", "della", "la", "le", "el", "al", "du"}
    | {"bin", "ibn", "ben", "ten", "ter", "y", "e", "des", "st", "san"}
)
_NAME_PARTS: Final = re.compile("[,(]")
"""What stands between a surname and given names that follow it."""
_SAME_SURNAME: Final = 5000
"""Authors with one surname that are looked at."""


def person_spans(question: Question) -> Iterator[Span]:
    """Stretches of up to six tokens that may be a person's name: capitals, initials and particles between them."""
    for start in range(len(question.tokens)):
        if not (question.tokens[start].capital or question.tokens[start].folded in _PARTICLES):
            continue
        for end in range(start + 1, min(start + 6, len(question.tokens)) + 1):
            last = question.tokens[end - 1]
            if last.quote != question.tokens[start].quote:
                break
            if last.capital:
                if any(token.folded not in _PARTICLES for token in question.tokens[start:end]):
                    yield Span(start, end)
            elif last.folded not in _PARTICLES:
                break


def splits_of_name(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The ways to split a name into surname and given names, the likeliest first."""
    before, *after = _NAME_PARTS.split(text, maxsplit=1)
    if after and set(fold(before).split()) & set(fold(after[0]).split()):
        # "Ada Lovelace (A. Lovelace)" is a name twice.
        return
    if after:
        yield fold(before), tuple(fold(after[0]).split())
        return
    words = fold(text).split()
    if not words:
        return
    if len(words) == 1:
        yield words[0], ()
        return
    # A particle belongs to the surname: van Noordwijk. Spanish and Portuguese surnames have two words.
    lengths = range(1, min(len(words) + (words[0] in _PARTICLES), 4))
    apart = []
    for length in lengths:
        surname, given = " ".join(words[-length:]), tuple(words[:-length])
        if len(words[-length]) == 1 or (given and text[0].islower()):
            continue
        if given and given[-1] in _PARTICLES:
            apart.append((surname, given))
        else:
            yield surname, given
    # Catalogues may write it after the given names: Noordwijk, M. van.
    yield from apart
    if all(len(word) == 1 for word in words[1:]):
        yield words[0], tuple(words[1:])
    # A surname of two words, or with a hyphen, by itself.
    yield " ".join(words), ()


def namesakes(column: FacetColumn, surname: str, given: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
    """The codes of authors with a surname, with their given names, which agree with those asked for."""
    found: dict[int, tuple[str, ...]] = {}
    longer: dict[int, tuple[str, ...]] = {}
    named = bool(given) and len(given[0]) > 1 and surname not in _PARTICLES
    for place in column.names.beginning(surname + " ")[:_SAME_SURNAME]:
        code = int(column.names.codes[place])
        parts = _parts_of_label(column.values[code])
        if parts is None or not _agree(given, parts[1]):
            continue
        if parts[0] == surname:
            found[code] = parts[1]
        elif named and parts[1] and parts[0].startswith(surname + " "):
            # Of two surnames the first alone may be said: Inés Quiroga is Inés Quiroga Beltrán.
            longer[code] = parts[1]
    for code in column.names.codes_of(surname):
        found.setdefault(code, ())
    return sorted((found or longer).items())


def _parts_of_label(value: FacetValue) -> tuple[str, tuple[str, ...]] | None:
    surname, comma, given = value.label.partition(",")
    if comma:
        return fold(surname), tuple(fold(given).split())
    words = fold(value.label).split()
    initials = [place for place, word in enumerate(words) if len(word) == 1]
    if initials and initials[0] > 0:
        return " ".join(words[: initials[0]]), tuple(words[initials[0] :])
    return None


def _agree(asked: Sequence[str], given: Sequence[str]) -> bool:
    """Whether given names may be one person's: each is the other or its initial, as far as both go."""
    return all(
        one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])
        for one, other in zip(asked, given, strict=False)
    )


def as_persons(namesakes: Sequence[tuple[int, tuple[str, ...]]], asked: Sequence[str]) -> list[list[int]]:
    """The codes of each different person: those with initials alone go to whom they must mean.

    Whoever is written with a full first name is somebody; initials belong to the only somebody who agrees with them,
    or are a person of their own.
    """
    full = Counter(given[0] for _, given in namesakes if given and len(given[0]) > 1)
    persons: dict[str, list[int]] = {}
    for code, given in namesakes:
        first = given[0] if given else ""
        if len(first) == 1:
            meant = [name for name in full if name[0] == first]
            if asked and asked[0] in full and asked[0][0] == first:
                meant = [asked[0]] if len(meant) == 1 else meant
            first = meant[0] if len(meant) == 1 else first
        persons.setdefault(first, []).append(code)
    return list(persons.values())
