"""Controlled values: document types, languages and access rights as concepts with labels in four languages.

Types and access rights come from ``types.toml`` and ``access.toml``; languages from ``language_names.toml``, as Unicode
CLDR names them, and ``languages.toml``. A value that no list knows becomes a concept of its own, so that nothing is
lost.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from kg.authority.names import key
from kg.model import Kind

_REGIONAL: Final = re.compile(r"[A-Za-z]{2,3}[_-][A-Za-z0-9_-]{2,}")

LANGUAGES: Final = ("en", "es", "fr", "pt")
"""The languages in which everything shown to people has labels (ISO 639-1)."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A controlled value. ``key`` is the last part of its IRI; ``labels`` maps ISO 639-1 codes to labels.

    ``classes`` are compact names (``bibo:Report``) that a report of this type gets; ``match`` is an IRI of the
    same concept elsewhere.
    """

    kind: Kind
    key: str
    labels: Mapping[str, str]
    classes: tuple[str, ...] = ()
    match: str | None = None

    @property
    def known(self) -> bool:
        """Whether a list knows it: then it has labels in all languages, and its key is a code."""
        return "en" in self.labels


def resolve(kind: Kind, raw: str) -> Concept | None:
    """The concept that a raw label means, a fresh one if no list knows it; ``None`` if it has no word at all."""
    folded = key(raw)
    if not folded:
        return None
    known = _known(kind).get(folded)
    if known is None and kind is Kind.LANGUAGE:
        # en_US and pt-BR, DSpace's own codes, are English and Portuguese to a reader's filter.
        known = _known(kind).get(folded.partition(" ")[0]) if _REGIONAL.fullmatch(raw.strip()) else None
    return known if known is not None else Concept(kind, folded, {"": raw.strip()})


@cache
def _known(kind: Kind) -> Mapping[str, Concept]:
    if kind is Kind.LANGUAGE:
        return _languages()
    return _from_file(kind, {Kind.TYPE: "types.toml", Kind.ACCESS: "access.toml"}[kind])


def _from_file(kind: Kind, name: str) -> Mapping[str, Concept]:
    found: dict[str, Concept] = {}
    for concept_key, row in _table(name).items():
        labels = {language: row[language] for language in LANGUAGES}
        concept = Concept(kind, concept_key, labels, tuple(row.get("classes", ())), row.get("match"))
        for label in (*labels.values(), *row.get("also", ()), concept_key):
            found[key(label)] = concept
    return found


def _languages() -> Mapping[str, Concept]:
    known = _table("language_names.toml")
    found: dict[str, Concept] = {}
    for code, names in known["names"].items():
        labels = {language: _capital(names[language]) for language in LANGUAGES}
        concept = Concept(Kind.LANGUAGE, code, labels)
        for label in (code, *labels.values()):
            found.setdefault(key(label), concept)
    for code, others in _table("languages.toml").items():
        for label in others:
            found.setdefault(key(label), found[code])
    for alias, code in known["aliases"].items():
        found.setdefault(key(alias), found[code])
    return found


@cache
def language_aliases() -> Mapping[str, str]:
    """Other codes of languages -> the code that is used here: those of ISO 639-2 and 639-3, and codes of the past."""
    aliases: Mapping[str, str] = _table("language_names.toml")["aliases"]
    return aliases


@cache
def _table(name: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.files("kg.authority").joinpath(name).read_text(encoding="utf-8"))


def _capital(label: str) -> str:
    """CLDR writes "inglés", for use within a sentence; a list of filters starts each line with a capital."""
    return label[:1].upper() + label[1:]
