"""Names of subjects of research in four languages (``subjects.toml``): what a reader's word for one may be called.

A name is looked up in the language that is asked in, then in the others where exactly one subject has it. Words that
only join ("de la", "of the") count for nothing, and regular plurals are made here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain, groupby, product
from typing import Any, Final

from kg.authority.concepts import LANGUAGES
from kg.authority.names import fold

_EVERYDAY: Final = "everyday"
_JOINING: Final = {
    "en": frozenset({"of", "the", "s"}),
    "es": frozenset({"de", "del", "la", "las", "el", "los"}),
    "fr": frozenset({"de", "du", "des", "d", "la", "le", "les", "l"}),
    "pt": frozenset({"de", "da", "do", "das", "dos", "a", "as", "o", "os"}),
}
"""Words inside a name that may be others or missing: "fertilidad del suelo", "de suelos", "de los suelos"."""
_JOINED_BY: Final = {
    "en": ("of", "of the"),
    "es": ("de", "del", "de la", "de los", "de las"),
    "fr": ("de", "du", "des", "d", "de la", "de l"),
    "pt": ("de", "do", "da", "dos", "das"),
}
"""What labels may have in place of joining words."""
_FIXED: Final = frozenset(
    {"a", "al", "and", "ao", "aos", "au", "aux", "avec", "con", "contra", "contre", "e", "em", "en", "entre", "et"}
    | {"for", "in", "no", "non", "nao", "par", "para", "por", "pour", "sur", "to", "y"}
)
"""Other words without a plural."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of ``subjects.toml``. ``names`` maps ISO 639-1 codes to its names as they are written there."""

    key: str
    names: Mapping[str, tuple[str, ...]]

    def labels(self) -> Iterator[str]:
        """Folded labels that mean this subject in some language and no other one in any: its names in both numbers."""
        for language, names in self.names.items():
            for name in names:
                for label in _as_labels(fold(name).split(), language):
                    if set(_index().subjects(label.split())) <= {self.key}:
                        yield label


def subject_called(words: Sequence[str], language: str) -> Subject | None:
    """What folded words mean in a language of ``LANGUAGES``, or else in any other that leaves no choice.

    >>> subject_called(["batata"], "es").key, subject_called(["batata"], "pt").key
    ('sweet-potato', 'potato')
    """
    index = _index()
    key = index.subject(words, language)
    if key is None and not (len(words) == 1 and words[0] in index.everyday[language]):
        others = set(index.subjects(words))
        key = others.pop() if len(others) == 1 else None
    return None if key is None else subjects()[key]


@cache
def subjects() -> Mapping[str, Subject]:
    """All subjects by their keys, in the order of the file."""
    return {
        key: Subject(key, {language: tuple(row[language].split("|")) for language in LANGUAGES})
        for area, rows in _tables().items()
        if area != _EVERYDAY
        for key, row in rows.items()
    }


@cache
def longest_name() -> int:
    """The words of the longest name, which may be joined by one word more."""
    return 1 + max(
        len(fold(name).split()) for subject in subjects().values() for name in chain(*subject.names.values())
    )


def is_of_names(word: str) -> bool:
    """Whether some name of a subject is written with a word, which then is no slip of another one."""
    return fold(word) in _index().words


@cache
def words_of_names(language: str) -> frozenset[str]:
    """The words that subjects are named with in a language, in small letters with their accents, and folded plurals."""
    names = (name for subject in subjects().values() for name in subject.names[language])
    return frozenset(word for name in names for word in name.casefold().split()) | _index().singulars[language].keys()


def everyday_words(language: str) -> frozenset[str]:
    """Folded words of a language that are names of subjects in other ones, and mean something else in it."""
    return frozenset(map(fold, str(_tables()[_EVERYDAY][language]).split("|")))


@dataclass(frozen=True, slots=True)
class _Index:
    """The keys of subjects by language and the words of a name, and the singular of each plural of these words."""

    names: Mapping[str, Mapping[Words, str]]
    singulars: Mapping[str, Mapping[str, str]]
    everyday: Mapping[str, frozenset[str]]
    words: frozenset[str]

    def subject(self, words: Sequence[str], language: str) -> str | None:
        singulars = self.singulars[language]
        return self.names[language].get(tuple(singulars.get(word, word) for word in _content(words, language)))

    def subjects(self, words: Sequence[str]) -> Iterator[str]:
        """What the words mean in each language where they mean anything."""
        found = (self.subject(words, language) for language in LANGUAGES)
        return (key for key in found if key is not None)


@cache
def _index() -> _Index:
    names, singulars = {}, {}
    words: set[str] = set()
    for language in LANGUAGES:
        written = [
            (_content(fold(name).split(), language), subject.key)
            for subject in subjects().values()
            for name in subject.names[language]
        ]
        known = {word for name, _ in written for word in name}
        plurals = {word: () if word in _FIXED else tuple(_plurals(word, language)) for word in known}
        # A word that some name is written with stays as it is: AIDS is no plural of aid.
        singulars[language] = {
            plural: word for word in sorted(known) for plural in plurals[word] if plural not in known
        }
        names[language] = {
            variant: key
            for name, key in written
            for variant in product(*((word, *(one for one in plurals[word] if one in known)) for word in name))
        }
        words.update(known, singulars[language])
    everyday = {language: everyday_words(language) for language in LANGUAGES}
    return _Index(names, singulars, everyday, frozenset(words))


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(resources.files("kg.authority").joinpath("subjects.toml").read_text(encoding="utf-8"))


def _content(words: Sequence[str], language: str) -> Words:
    """Words without those between them that only join: in "vitamina A" the last one does not."""
    joining, last = _JOINING[language], len(words) - 1
    return tuple(word for place, word in enumerate(words) if word not in joining or place in {0, last})


def _as_labels(words: Sequence[str], language: str) -> Iterator[str]:
    """Folded words of a name as labels may have them: in either number, joined by any of the words that join."""
    groups = [
        (kind, tuple(group))
        for kind, group in groupby(words, lambda word: "joins" if word in _JOINING[language] else word in _FIXED)
    ]
    # Names that are joined twice are long: all ways to write them would be hundreds.
    others = _JOINED_BY[language] if sum(kind == "joins" for kind, _ in groups) == 1 else ()
    parts: list[Iterable[str]] = []
    for kind, group in groups:
        text = " ".join(group)
        parts.append({text, *others} if kind == "joins" else {text} if kind else _in_both_numbers(group, language))
    return (" ".join(label) for label in product(*parts))


def _in_both_numbers(words: Words, language: str) -> set[str]:
    """Words that agree with each other, as they are and in the plural; in English the last alone changes."""
    kept = words[:-1] if language == "en" else ()
    changing = words[len(kept) :]
    plural = product(*(tuple(_plurals(word, language)) or (word,) for word in changing))
    return {" ".join(words), *(" ".join((*kept, *one)) for one in plural)}


def _plurals(word: str, language: str) -> Iterator[str]:
    """The regular plurals of a folded word; more than one where it cannot tell which it has."""
    rules = _PLURALS[language]
    ending = next(ending for ending in rules if word.endswith(ending))
    stem = word.removesuffix(ending)
    return (stem + plural for plural in rules[ending])


_PLURALS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "en": {
        **{vowel + "y": (vowel + "ys",) for vowel in "aeou"},
        "y": ("ies",),
        **{ending: (ending + "es",) for ending in ("ch", "sh", "s", "x", "z")},
        "o": ("os", "oes"),
        "": ("s",),
    },
    "es": {
        **{vowel: (vowel + "s",) for vowel in "aeo"},
        **{vowel: (vowel + "s", vowel + "es") for vowel in "iu"},
        "z": ("ces",),
        "": ("es",),
    },
    "fr": {
        **{ending: (ending + "x",) for ending in ("eau", "eu", "au")},
        "al": ("aux", "als"),
        **dict.fromkeys("sxz", ()),
        "": ("s",),
    },
    "pt": {
        "ao": ("oes", "aos", "aes"),
        **{ending + "l": (ending + "is",) for ending in "aeou"},
        "il": ("is", "eis"),
        "m": ("ns",),
        **{ending: (ending + "es",) for ending in "rzs"},
        "": ("s",),
    },
}
"""The endings of each language that change, the first that fits before the others, and what they become."""
