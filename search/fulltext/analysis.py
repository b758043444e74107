"""Words of a text, and which of the four languages they are: what both sides of full text agree on.

Analysis is tantivy's: split at anything that is no letter or digit, lower case, stop words, accents folded, Snowball
stemmer. Accents are folded before words are stemmed: many queries are typed without them, and a stemmer that sees them
would lead the same word to two stems ("Malí" to "mal").
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from functools import cache
from importlib import resources
from typing import Final

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

STEMMED: Final = {"en": "english", "es": "spanish", "fr": "french", "pt": "portuguese"}
"""Languages with a stemmer and stop words, by ISO 639-1 code."""

PLAIN: Final = "xx"
"""Stands for every other language: words are folded, not stemmed."""

_LONGEST_WORD: Final = 80
_SAMPLE: Final = 2000
"""Characters that a guess looks at: function words show within a few sentences."""


@cache
def analyzer(language: str) -> TextAnalyzer:
    """The analyzer of a language of ``STEMMED``, or of ``PLAIN``."""
    builder = _split()
    if language in STEMMED:
        builder = builder.filter(Filter.stopword(STEMMED[language])).filter(Filter.ascii_fold())
        return builder.filter(Filter.stemmer(STEMMED[language])).build()
    return builder.filter(Filter.ascii_fold()).build()


@cache
def _splitter() -> TextAnalyzer:
    return _split().build()


def _split() -> TextAnalyzerBuilder:
    return TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(_LONGEST_WORD)).filter(Filter.lowercase())


def well_formed(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair, which engines and addresses refuse."""
    return text.encode("utf-8", "replace").decode()


def words(text: str) -> list[str]:
    """The words of a text in order, in lower case, accents kept."""
    return list(_splitter().analyze(well_formed(text)))


@cache
def function_words(language: str) -> frozenset[str]:
    """The words of a language of ``STEMMED`` that carry grammar, not content (``function_words.toml``)."""
    text = resources.files("search.fulltext").joinpath("function_words.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)[language].split())


def guess_language(text: str, among: Collection[str] = tuple(STEMMED)) -> str | None:
    """The language whose function words are commonest in a text; ``None`` where none is, or two are as common."""
    found = words(text[:_SAMPLE])
    counts = {
        language: sum(word in function_words(language) for word in found) for language in STEMMED if language in among
    }
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] == 0 or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def language_of(text: str, stated: Collection[str]) -> str:
    """The language to analyse a text in: what the record states, by its words where that leaves a choice.

    A text of unknown language is taken as English, the commonest: a wrong stemmer costs less than none.
    """
    known = [language for language in stated if language in STEMMED]
    if len(known) == 1:
        return known[0]
    if stated and not known:
        return PLAIN
    return guess_language(text, known or tuple(STEMMED)) or (known[0] if known else "en")
