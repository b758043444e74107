"""What facets are called on pages: the words of library catalogues, which readers know."""

from __future__ import annotations

from typing import Final

from search.fulltext.suggestible import ENTITY_KINDS, REPORT
from ui.texts import N_

FACET_NAMES: Final = {
    "topic": N_("Subjects"),
    "author": N_("Authors"),
    "institution": N_("Institutions"),
    "series": N_("Series"),
    "publisher": N_("Publisher"),
    "year": N_("Year"),
    "language": N_("Language"),
    "type": N_("Format"),
    "country": N_("Country"),
    "region": N_("Region"),
    "repository": N_("Repository"),
    "access": N_("Access"),
}
"""By facet; a test sees that each of :data:`kg.facets.columns.FACETS` is here."""

SUGGESTED_NAMES: Final = {kind: FACET_NAMES[kind] for kind in ENTITY_KINDS} | {REPORT: N_("Reports")}
"""By kind of suggestion."""
