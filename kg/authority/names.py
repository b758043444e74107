"""Matching keys: labels that differ only in case, accents or punctuation are the same name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_NOT_WORD: Final = re.compile(r"[\W_]+")
_SIGNS: Final = re.compile(r"(?<=[a-z0-9])(\+\+?|#)(?![a-z0-9])")
_SIGN_NAMES: Final = {"+": " plus", "++": " plus plus", "#": " sharp"}
_LAST_WITH_ACCENTS: Final = "\u058f"
"""The end of Latin, Greek, Cyrillic and Armenian, whose marks are accents; in Devanagari or Thai they are vowels."""


@lru_cache(maxsize=1 << 17)
def key(label: str) -> str:
    """The matching key of a label: no accents, no case, words parted by one space; ``""`` if no word is left.

    >>> key("Zougmoré, R. B."), key("ZOUGMORE R B")
    ('zougmore r b', 'zougmore r b')
    """
    return fold(label)


def fold(label: str) -> str:
    """The same, and nothing is remembered: for whole titles, of which none comes twice, and for what readers type."""
    if label.isascii():
        return _NOT_WORD.sub(" ", _SIGNS.sub(_sign_name, label.lower())).strip()
    # Twice: casefolding can bring marks back (U+0130), and a key must be its own key.
    return _folded(_folded(label))


def _folded(label: str) -> str:
    kept: list[str] = []
    base = ""
    for character in unicodedata.normalize("NFKD", label).casefold():
        if unicodedata.category(character).startswith("M"):
            if base > _LAST_WITH_ACCENTS:
                kept.append(character)
        else:
            base = character
            kept.append(character if character.isalnum() or character in "+#" else " ")
    text = _SIGNS.sub(_sign_name, unicodedata.normalize("NFC", "".join(kept)))
    return " ".join(text.replace("+", " ").replace("#", " ").split())


def _sign_name(sign: re.Match[str]) -> str:
    """C, C++ and C# are three names, though only signs part them."""
    return _SIGN_NAMES[sign[0]]
