"""Takes the texts of the code, the templates, the worked examples and the table of facets into the catalogues.

``make strings`` runs it. ``reportgraph.pot`` is made anew; each language's catalogue gets what is new, untranslated,
and loses what is gone. No translation is guessed, and headers say nothing that changes: a second run changes nothing.
"""  # noqa: INP001 - a script beside what it writes, not a package

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from kg.facets.table import FACETS
from ui.languages import DEFAULT, LANGUAGES, PLURAL_FORMS
from ui.texts import DOMAIN

FOLDER: Final = Path(__file__).parent
TEMPLATE: Final = FOLDER / f"{DOMAIN}.pot"

_PACKAGE: Final = FOLDER.parent
_SETTINGS: Final = _PACKAGE.parent / "pyproject.toml"

# What `Texts` says, besides gettext's own names.
_KEYWORDS: Final = DEFAULT_KEYWORDS | {"say": (1,), "count": (1, 2)}

_HEADER: Final = r"""# {title}
msgid ""
msgstr ""
"Project-Id-Version: reportgraph\n"
{of_language}"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
_OF_LANGUAGE: Final = r""""Language: {language}\n"
"Plural-Forms: {plural_forms}\n"
"""


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language is."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def extracted() -> Catalog:
    """All texts that are marked, untranslated. Where they stand and how they are read is ``[tool.babel]``'s to say.

    Raises :class:`ValueError` for a worked example that is none.
    """
    mappings = tomllib.loads(_SETTINGS.read_text(encoding="utf-8"))["tool"]["babel"]["mappings"]
    found = extract_from_dir(
        _PACKAGE,
        [(mapping["pattern"], mapping["method"]) for mapping in mappings],
        {mapping["pattern"]: mapping for mapping in mappings},
        keywords=_KEYWORDS,
        directory_filter=lambda folder: Path(folder).name != "node_modules",
    )
    texts = Catalog()
    for _path, _line, text, _comments, context in found:
        texts.add(text, context=context)
    for text in texts_of_facets():
        texts.add(text)
    return texts


def texts_of_facets() -> Iterator[str]:
    """What the table of facets says in English: it stands in a room that knows no catalogues."""
    for facet in FACETS.values():
        yield facet.label
        if facet.likeness is not None:
            yield facet.likeness.said


def updated(language: str, texts: Catalog) -> Catalog:
    """The catalogue of a language with exactly the given texts, translated where it translated them."""
    catalogue, path = Catalog(locale=language), catalogue_path(language)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, ignore_obsolete=True)
    catalogue.mime_headers = [("Plural-Forms", PLURAL_FORMS[language])]
    catalogue.update(texts, no_fuzzy_matching=True)
    return catalogue


def written(catalogue: Catalog) -> str:
    """A catalogue as its file holds it: sorted, a text a line, with neither dates nor names nor places in the code."""
    out = BytesIO()
    write_po(out, catalogue, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return _header(catalogue) + out.getvalue().decode("utf-8")


def _header(catalogue: Catalog) -> str:
    if catalogue.locale is None:
        return _HEADER.format(title="The texts of reportgraph.", of_language="")
    language = str(catalogue.locale)
    of_language = _OF_LANGUAGE.format(language=language, plural_forms=catalogue.plural_forms)
    return _HEADER.format(title=f"The texts of reportgraph: {LANGUAGES[language]}.", of_language=of_language)


def main() -> None:
    """Bring all catalogues up to date."""
    texts = extracted()
    TEMPLATE.write_text(written(texts), encoding="utf-8")
    for language in LANGUAGES:
        if language != DEFAULT:
            catalogue = written(updated(language, texts))
            catalogue_path(language).parent.mkdir(parents=True, exist_ok=True)
            catalogue_path(language).write_text(catalogue, encoding="utf-8")


if __name__ == "__main__":
    main()
