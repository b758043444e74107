"""The program's own texts in the reader's language: gettext catalogues, kept by ``make strings``.

English is what the code says. The catalogues are ``locales/<language>/LC_MESSAGES/reportgraph.po``; they are read as
they are, so no compiled copy can be stale.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from ui.languages import DEFAULT

DOMAIN: Final = "reportgraph"


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools know
    """Marks a text for the catalogues where it is written; it is translated where it is shown."""
    return text


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language of :data:`ui.languages.LANGUAGES`."""
    if language == DEFAULT:
        return NullTranslations()
    folder = resources.files("ui").joinpath("locales", language, "LC_MESSAGES")
    with folder.joinpath(f"{DOMAIN}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, domain=DOMAIN)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, numbers and dates for a reader of one language."""

    language: str

    def say(self, text: str, **values: object) -> str:
        """A text with its ``%(name)s`` places filled."""
        said = translations(self.language).gettext(text)
        return said % values if values else said

    def count(self, one: str, many: str, n: int, **values: object) -> str:
        """The form of a text for a number, which the text names ``%(n)s``."""
        return translations(self.language).ngettext(one, many, n) % ({"n": self.number(n)} | values)

    def number(self, number: float) -> str:
        """A number as the language groups its digits."""
        return str(format_decimal(number, locale=self.language))

    def share(self, share: float, digits: int = 0) -> str:
        """A share of 1 in per cent, with so many digits after the point."""
        usual = Locale.parse(self.language).percent_formats[None].pattern
        return str(format_percent(share, usual.replace("0", f"0.{'0' * digits}") if digits else usual, self.language))

    def date(self, date: dt.date) -> str:
        """A date in words."""
        return str(format_date(date, "long", locale=self.language))

    def day(self, text: str) -> str:
        """A date written as ISO 8601 has it, in words; any other text as it is."""
        try:
            return self.date(dt.date.fromisoformat(text))
        except ValueError:
            return text
