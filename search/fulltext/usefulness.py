"""How useful a label is among all that match what was typed, as one number that is made of its thing alone.

Entities come before titles: those that more reports have first, of equally common ones the kinds in their order. Titles
come newest first. What is as useful is in the order of the alphabet, and labels of one thing are in theirs.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from kg.authority.names import fold
from search.fulltext.suggestible import KINDS, REPORT, Suggestible

# From the highest bit down: whether it is a title; its reports and its kind, or its year; the first letters of what is
# shown; a hash of the thing, so that few have the same number; which of its labels it is.
_REPORTS: Final = 20
_KIND: Final = 4
_YEAR: Final = _REPORTS + _KIND
_LETTERS: Final = 4
_LETTER: Final = 6
_HASH: Final = 9
_LABEL: Final = 6

_KEY: Final = 64


def key(kind: str, iri: str) -> int:
    """What the labels of a thing are found by: a number of 64 bits.

    Of a million things, two have the same with a probability of one in thirty million.
    """
    return int.from_bytes(blake2b(f"{kind} {iri}".encode(), digest_size=_KEY // 8).digest(), "big")


def rank(thing: Suggestible, label: int) -> int:
    """The place of a thing's label (its position among them) among all, of 64 bits: the lower, the more useful.

    Those of which :func:`alike` says the same are in the order of a hash, or even share a rank: whoever knows their
    labels puts them in order.
    """
    if thing.kind == REPORT:
        use = 1 << _YEAR | _descending(thing.year, _YEAR)
    else:
        use = _descending(thing.reports, _REPORTS) << _KIND | KINDS.index(thing.kind)
    hashed = key(thing.kind, thing.iri) >> (_KEY - _HASH)
    return ((use << _LETTERS * _LETTER | _first_letters(thing.labels[0])) << _HASH | hashed) << _LABEL | min(
        label, (1 << _LABEL) - 1
    )


def alike(rank: int) -> int:
    """What a rank says of usefulness and of the first letters."""
    return rank >> (_HASH + _LABEL)


def label_of(rank: int) -> int:
    """Which of the labels of its thing a rank is for; the sixty-fourth stands for all further ones."""
    return rank & ((1 << _LABEL) - 1)


def _descending(number: int, bits: int) -> int:
    most = (1 << bits) - 1
    return most - min(number, most)


def _first_letters(label: str) -> int:
    """The first letters of a label, without case and accents, as a number in their order."""
    number = 0
    for letter in fold(label)[:_LETTERS].upper()[:_LETTERS].ljust(_LETTERS):
        # ASCII from the space to the underscore; all others come after these.
        number = number << _LETTER | min(max(ord(letter) - ord(" "), 0), (1 << _LETTER) - 1)
    return number
