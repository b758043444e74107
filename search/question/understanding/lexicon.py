"""The words of questions: a folder ``lexicon/<language>`` says how each thing is asked for in a language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any, Final

from kg.authority.names import fold
from kg.authority.places import place_called
from search.fulltext.analysis import STEMMED

LANGUAGES: Final = tuple(STEMMED)
"""The languages in which questions are understood (ISO 639-1)."""

UNHELD: Final = frozenset({"attribute", "value"})
"""Tables of phrases for what records do not hold."""

NUMBER: Final = "#"
"""Stands for any number in a phrase."""

_PARTS: Final = re.compile(r"([^()]+|(?=\())((?:\((?:[^()]|\([^()]*\))*\))?)")
"""A stem, which may be empty, and the group that follows it, with at most one group inside."""


@dataclass(frozen=True, slots=True, order=True)
class Cue:
    """What a phrase says: ``group`` and ``name`` are the table and the key of the lexicon."""

    group: str
    name: str


@dataclass(frozen=True)
class Lexicon:
    """The phrases of one language. ``longest`` is the number of words of the longest one."""

    language: str
    phrases: Mapping[tuple[str, ...], frozenset[Cue]]
    longest: int

    @cached_property
    def single(self) -> frozenset[str]:
        """The phrases of one word that ask, not those for what records do not hold."""
        return frozenset(
            phrase[0]
            for phrase, cues in self.phrases.items()
            if len(phrase) == 1 and any(cue.group not in UNHELD for cue in cues)
        )

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of a phrase."""
        return frozenset(word for phrase in self.phrases for word in phrase)

    def at(self, words: Sequence[str], start: int) -> Iterator[tuple[int, frozenset[Cue]]]:
        """The ends of the phrases that begin at a word, longest first, with what they say. Numbers are ``NUMBER``."""
        for end in range(min(len(words), start + self.longest), start, -1):
            found = self.phrases.get(tuple(words[start:end]))
            if found is not None:
                yield end, found


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of one of :data:`LANGUAGES`."""
    phrases: dict[tuple[str, ...], set[Cue]] = {}
    for group, names in _read(language, "cues").items():
        for name, patterns in names.items():
            for phrase in expanded(patterns):
                phrases.setdefault(phrase, set()).add(Cue(group, name))
    for patterns in _read(language, "turns").values():
        for phrase in expanded(patterns):
            # A word that asks, in any phrase of its own, is no turn of speech.
            phrases.setdefault(phrase, {Cue("filler", "turn")})
    frozen = {phrase: frozenset(cues) for phrase, cues in phrases.items()}
    return Lexicon(language, frozen, max(map(len, frozen)))


def examples(language: str) -> Mapping[str, str]:
    """A question for each rule, by its name (`search.question.understanding.rules`); braces stand for a name."""
    return _read(language, "examples")


@cache
def adjectives(language: str) -> Mapping[tuple[str, ...], str]:
    """What is of a place, in folded words, and the key of the place (`kg.authority.places`)."""
    return {phrase: key for key, patterns in _read(language, "places").items() for phrase in expanded(patterns)}


@cache
def adjectives_of(label: str) -> tuple[str, ...]:
    """What is of a place, and who lives there, in any language, by the English label of the place."""
    named = ((words, place_called(key)) for language in LANGUAGES for words, key in adjectives(language).items())
    return tuple(" ".join(words) for words, place in named if place is not None and place.labels["en"] == label)


def _read(language: str, name: str) -> Mapping[str, Any]:
    file = resources.files("search.question.understanding").joinpath("lexicon", language, f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def expanded(patterns: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Every phrase that some patterns stand for, in folded words.

    ``a|b`` stands for either word, ``(a b|c)`` for one of the groups or nothing, and brackets that follow a word
    without a space for its endings.

    >>> sorted(expanded(["list (all|the) report(s)"]))[:3]
    [('list', 'all', 'report'), ('list', 'all', 'reports'), ('list', 'report')]
    """
    for pattern in patterns:
        for text in dict.fromkeys(_sequence(pattern)):
            written = ([NUMBER] if word == NUMBER else fold(word).split() for word in text.split())
            phrase = tuple(word for words in written for word in words)
            if phrase:
                yield phrase


def _sequence(pattern: str) -> list[str]:
    """The texts that words with spaces between them stand for."""
    found = [""]
    for word in _parted(pattern, " "):
        texts = [text for alternative in _parted(word, "|") for text in _word(alternative)]
        found = [f"{begun} {text}" for begun in found for text in texts]
    return found


def _word(pattern: str) -> list[str]:
    """The texts that one word with endings, or one group that may be missing, stands for."""
    found = [""]
    for stem, group in _PARTS.findall(pattern):
        # The inside of a group is a pattern again, in which a bar parts whole sequences.
        inside = [text.strip() for part in _parted(group[1:-1], "|") for text in _sequence(part)] if group else []
        found = [begun + stem + text for begun in found for text in ("", *inside)]
    return found


def _parted(pattern: str, mark: str) -> list[str]:
    """The parts of a pattern between marks that stand outside of all brackets."""
    parts, depth = [""], 0
    for character in pattern:
        depth += (character == "(") - (character == ")")
        if character == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part]
