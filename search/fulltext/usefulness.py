"""How useful a label is among all that match what was typed, as one number that is made of its thing alone.

Entities come before titles: those that more reports have first, of equally common ones the kinds in their order. Titles
come newest first. What is as useful is in the order of its IRI, and labels of one thing are in theirs.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from search.fulltext.suggestible import KINDS, REPORT, Suggestible

# From the highest bit down: whether it is a title; its reports and its kind, or its year; the first letters of what its
# IRI ends in; a hash of it; which of its labels it is.
_REPORTS: Final = 20
_KIND: Final = 4
_YEAR: Final = _REPORTS + _KIND
_LETTERS: Final = 4
_LETTER: Final = 6
_HASH: Final = 9
_LABEL: Final = 6
_THING: Final = _LETTERS * _LETTER + _HASH

KEY_SIZE: Final = 16
"""Bytes that stand for a thing: so many that no two share them."""


def key(kind: str, iri: str) -> bytes:
    """What the labels of a thing are found by."""
    return blake2b(f"{kind} {iri}".encode(), digest_size=KEY_SIZE).digest()


def rank(thing: Suggestible, label: int) -> int:
    """The place of a thing's label (its position among them) among all, of 64 bits: the lower, the more useful.

    Two that are as useful and whose IRIs begin alike are in the order of a hash, or even share a rank: :func:`use` says
    which ranks are to be put in order by whoever knows the IRIs.
    """
    if thing.kind == REPORT:
        use = 1 << _YEAR | _descending(thing.year, _YEAR)
    else:
        use = _descending(thing.reports, _REPORTS) << _KIND | KINDS.index(thing.kind)
    hashed = int.from_bytes(key(thing.kind, thing.iri), "big") >> (8 * KEY_SIZE - _HASH)
    return ((use << _LETTERS * _LETTER | _first_letters(thing.iri)) << _HASH | hashed) << _LABEL | min(
        label, (1 << _LABEL) - 1
    )


def use(rank: int) -> int:
    """What a rank says of usefulness proper, without the order among equals."""
    return rank >> (_THING + _LABEL)


def label_of(rank: int) -> int:
    """Which of the labels of its thing a rank is for; the sixty-fourth stands for all further ones."""
    return rank & ((1 << _LABEL) - 1)


def _descending(number: int, bits: int) -> int:
    most = (1 << bits) - 1
    return most - min(number, most)


def _first_letters(iri: str) -> int:
    """The first letters of the last part of an IRI, as a number in their order, be they small or capital."""
    letters = iri.rpartition("/")[2].upper()[:_LETTERS].ljust(_LETTERS)
    number = 0
    for letter in letters:
        # ASCII from the space to the underscore; all others come after these.
        number = number << _LETTER | min(max(ord(letter) - ord(" "), 0), (1 << _LETTER) - 1)
    return number
