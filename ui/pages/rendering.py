"""Templates -> HTML. Autoescaped, strict about names, one environment a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ui.asset_files import asset_url
from ui.languages import LANGUAGES, language_for
from ui.pages.links import report_path, safe_url
from ui.texts import Texts, translations


@cache
def environment(language: str) -> Environment:
    """The templates for readers of one language of :data:`ui.languages.LANGUAGES`."""
    made = Environment(
        loader=PackageLoader("ui", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"asset": asset_url, "languages": LANGUAGES, "lang": language, "report_path": report_path}
    made.filters |= {"number": Texts(language).number, "share": Texts(language).share, "safe_url": safe_url}
    return made


@dataclass(frozen=True, slots=True)
class Rendering:
    """Renders the templates for one reader. ``asked`` is the language that the address asks for, if it does."""

    language: str
    asked: str | None = None

    @classmethod
    def for_reader(cls, asked: str | None, accept_language: str) -> Self:
        """For a reader whose address asks for a language, or for none that there is, and whose browser prefers some."""
        return cls(language_for(asked, accept_language), asked if asked in LANGUAGES else None)

    @property
    def texts(self) -> Texts:
        """Texts in the reader's language."""
        return Texts(self.language)

    def html(self, template: str, /, **values: object) -> str:
        """A template filled with values, each escaped where it stands."""
        known: Mapping[str, object] = {"lang_query": f"lang={self.asked}" if self.asked else ""}
        return environment(self.language).get_template(template).render(**known, **values)
