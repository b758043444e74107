"""The languages of the program, and which of them a reader gets."""

from __future__ import annotations

from typing import Final

from ui.negotiation import by_preference

LANGUAGES: Final = {"en": "English", "es": "Español", "fr": "Français", "pt": "Português"}
"""ISO 639-1 codes and the languages' own names, in the order in which they are offered."""

DEFAULT: Final = "en"


def language_for(asked: str | None, accept_language: str) -> str:
    """The language that a reader asked for, else the first of the browser's that there is, else English."""
    if asked in LANGUAGES:
        return asked
    for tag in by_preference(accept_language):
        code = tag.partition("-")[0]
        if code in LANGUAGES:
            return code
    return DEFAULT
