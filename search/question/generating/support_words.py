"""The words that sentences are checked by, in each language: numbers, negations and what parts clauses."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from kg.authority.names import fold


@dataclass(frozen=True, slots=True)
class SupportWords:
    """The words of one language, folded. ``powers`` are of ten; a phrase of ``percent`` is a sequence of words."""

    numbers: Mapping[str, int]
    powers: Mapping[str, int]
    joints: frozenset[str]
    percent: tuple[tuple[str, ...], ...]
    negations: frozenset[str]
    conjunctions: frozenset[str]


@cache
def support_words(language: str) -> SupportWords:
    """The words of a language of :data:`~search.fulltext.analysis.STEMMED`; those of English for every other."""
    tables = _tables()
    table = tables.get(language, tables["en"])
    return SupportWords(
        numbers={fold(word): int(value) for value, words in table["numbers"].items() for word in words.split()},
        powers={fold(word): int(power) for power, words in table["powers"].items() for word in words.split()},
        joints=frozenset(map(fold, table["joints"].split())),
        percent=tuple(tuple(fold(phrase).split()) for phrase in table["percent"]),
        # "didn't" is two words after folding, of which the first is enough.
        negations=frozenset(fold(word).split()[0] for word in table["negations"].split()),
        conjunctions=frozenset(map(fold, table["conjunctions"].split())),
    )


@cache
def abbreviations() -> frozenset[str]:
    """Words that a full stop may follow inside a sentence, in any language, in lower case."""
    return frozenset(word for table in _tables().values() for word in table["abbreviations"].split())


@cache
def _tables() -> Mapping[str, Any]:
    text = resources.files("search.question.generating").joinpath("support_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
