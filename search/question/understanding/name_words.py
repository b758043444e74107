"""Labels met by their words in any order: "University of California" is also "California University".

A label has several keys, sets of its words: all of them, those outside of brackets, and those without what firms and
catalogues add ("& Associates, Inc."). Words of grammar are in none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from kg.authority.names import fold
from search.fulltext.analysis import STEMMED, function_words

LEGAL_FORMS: Final = frozenset(
    {"inc", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "plc", "sa", "gmbh", "incorporated"}
)
ABBREVIATED: Final = {
    "corporation": "corp",
    "company": "co",
    "department": "dept",
    "office": "ofc",
    "bureau": "bur",
    "international": "intl",
    "university": "univ",
    "association": "assn",
    "committee": "comm",
    "administration": "admin",
    "ministry": "min",
}
"""How catalogues abbreviate words of names."""
_PARTNERS: Final = frozenset(
    {"associates", "associate", "assoc", "partners", "group", "consultants", "consulting", "engineers", "sons"}
)
"""What a firm that bears its founders' names may be called without."""
_BRACKETS: Final = re.compile(r"\([^()]*\)")
_SHORTEST_ACRONYM: Final = 3
_SHORTEST_ALONE: Final = 4
"""Letters of a word that is all that a legal form leaves of a name."""

Words = frozenset[str]


class NameWords:
    """Labels by their words. Takes some 10 ms for each thousand labels to make, so keep it.

    The codes of labels are their places; ``reports`` says how many reports each has.
    """

    def __init__(self, labels: Iterable[str], reports: Sequence[int]) -> None:
        self._reports = reports
        self._by_words: dict[Words, list[int]] = {}
        self._by_founder: dict[Words, list[int]] = {}
        self._by_initials: dict[str, list[int]] = {}
        for code, label in enumerate(labels):
            for key in dict.fromkeys(_keys(label)):
                self._by_words.setdefault(key, []).append(code)
            founder = _founder(label)
            if founder is not None:
                self._by_founder.setdefault(founder, []).append(code)
            for initials in dict.fromkeys(_initials(label)):
                self._by_initials.setdefault(initials, []).append(code)

    def called(self, words: Sequence[str]) -> list[int]:
        """The codes of labels that some folded words name, ascending."""
        key = _content(words)
        kept = key - LEGAL_FORMS
        found = self._by_words.get(kept or key, [])
        # A surname alone is a person's: of a firm it says that it is one.
        return found if found or len(key) < 2 else self._by_founder.get(kept - _PARTNERS, [])

    def abbreviated(self, acronym: str) -> list[int]:
        """The codes of the label whose words begin with the letters of an acronym, if one stands out by its reports."""
        codes = self._by_initials.get(acronym.casefold(), [])
        first, *others = sorted((int(self._reports[code]), code) for code in codes)[::-1] or [(0, -1)]
        return [first[1]] if first[0] > sum(reports for reports, _ in others) else []


def _keys(label: str) -> Iterator[Words]:
    bare = _BRACKETS.sub(" ", label)
    for text in dict.fromkeys((label, bare)):
        words = _content(fold(text).split())
        kept = words - LEGAL_FORMS
        if len(kept) > 1:
            yield kept
            if len(kept - _PARTNERS) > 1:
                yield kept - _PARTNERS
        elif kept != words and all(len(word) >= _SHORTEST_ALONE for word in kept):
            yield kept


def _founder(label: str) -> Words | None:
    """The one word that is left of a firm's name without what it adds: Checchi of "Checchi and Company Consulting"."""
    words = _content(fold(_BRACKETS.sub(" ", label)).split())
    kept = words - LEGAL_FORMS - _PARTNERS
    return kept if len(kept) == 1 and kept != words else None


def _content(words: Sequence[str]) -> Words:
    """Words without those of grammar, each as catalogues abbreviate it."""
    return frozenset(ABBREVIATED.get(word, word) for word in words if word not in _grammar())


@cache
def _grammar() -> Words:
    """Words of grammar of any language, folded: labels are in many."""
    return frozenset(fold(word) for language in STEMMED for word in function_words(language))


def _initials(label: str) -> Iterator[str]:
    words = [word for word in fold(_BRACKETS.sub(" ", label)).split() if word not in _grammar() | LEGAL_FORMS]
    if len(words) >= _SHORTEST_ACRONYM:
        yield "".join(word[0] for word in words)
