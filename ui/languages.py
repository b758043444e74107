"""The languages of the program, and which of them a reader gets."""

from __future__ import annotations

from typing import Final

from ui.negotiation import by_preference

LANGUAGES: Final = {"en": "English", "es": "Español", "fr": "Français", "pt": "Português"}
"""ISO 639-1 codes and the languages' own names, in the order in which they are offered."""

DEFAULT: Final = "en"

PLURAL_FORMS: Final = {
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "pt": "nplurals=2; plural=(n != 1);",
}
"""Which form of a text a number takes, as gettext writes it, for each language that texts are translated into.

CLDR has a third form, for "1 million *de* reports". Our numbers are in digits, and Babel's table changes with its
version (2 forms in 2.18, 3 in 2.19), so that a catalogue cannot follow it.
"""


def language_for(asked: str | None, accept_language: str) -> str:
    """The language that a reader asked for, else the first of the browser's that there is, else English."""
    if asked in LANGUAGES:
        return asked
    for tag in by_preference(accept_language):
        code = tag.partition("-")[0]
        if code in LANGUAGES:
            return code
    return DEFAULT
