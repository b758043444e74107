"""Writes down the names of places and languages that Unicode CLDR has, by way of Babel.

``make names`` runs it. Each Babel brings another CLDR, which renames, adds and drops some: what a place is called and
which languages are known must not depend on the version that is installed. What a new one would change is seen in the
difference of the files, and may ask for a row in ``regions.toml``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from babel import Locale
from babel.core import get_global

from kg.authority.concepts import LANGUAGES

FOLDER: Final = Path(__file__).parent

_NO_PLACES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of CLDR that stand for groups, tests or nothing."""

_HEADER: Final = """# {what}
# Written by `make names` from Unicode CLDR, see UNICODE-LICENSE.txt; what we add to it is in {beside}.

"""


def place_names() -> str:
    """The text of ``place_names.toml``: ISO 3166-1 and UN M49 codes with a name in each language."""
    places = (code for code in Locale.parse("en").territories if code not in _NO_PLACES)
    rows = _names(sorted(places), {language: Locale.parse(language).territories for language in LANGUAGES})
    return _HEADER.format(what="Names of countries and regions.", beside="places.toml") + "".join(rows)


def language_names() -> str:
    """The text of ``language_names.toml``: ISO 639 codes with a name in each language, and other codes for them."""
    # Regional forms (pt_BR) are not separate languages for a reader's filter.
    languages = sorted(code for code in Locale.parse("en").languages if code.isascii() and code.isalpha())
    rows = _names(languages, {language: Locale.parse(language).languages for language in LANGUAGES})
    aliases = (
        f"{alias} = {_quoted(code)}\n"
        for alias, code in sorted(get_global("language_aliases").items())
        if alias.isascii() and alias.isalpha() and code in languages
    )
    header = _HEADER.format(what="Names of languages, and other codes for them.", beside="languages.toml")
    return f"{header}[names]\n{''.join(rows)}\n[aliases]\n{''.join(aliases)}"


def _names(codes: list[str], names: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """A row for each code. A language that lacks a name takes the English one."""
    for code in codes:
        labels = (f"{language} = {_quoted(names[language].get(code, names['en'][code]))}" for language in LANGUAGES)
        yield f"{code} = {{ {', '.join(labels)} }}\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def main(folder: Path = FOLDER) -> None:
    """Write both files."""
    (folder / "place_names.toml").write_text(place_names(), encoding="utf-8")
    (folder / "language_names.toml").write_text(language_names(), encoding="utf-8")


if __name__ == "__main__":
    main()
