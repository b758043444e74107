"""The facets that stand for one thing in questions, and those that a name may be of after a cue."""

from __future__ import annotations

from typing import Final

ISSUERS: Final = ("repository", "publisher", "institution")
"""The facets of institutions in their roles."""

PLACES: Final = ("country", "region")
"""The facets that "places" means."""

SUBJECTS: Final = (*PLACES, "topic")
"""Facets that say what a report is about; the others say whose, when and what kind it is."""

ROLES: Final = {
    "author": ("author", *ISSUERS),
    "issuer": (*ISSUERS, "author"),
    "institution": ("institution", "publisher", "repository"),
    "publisher": ("publisher", "institution", "repository"),
    "repository": ("repository", "publisher", "institution"),
    "series": ("series",),
    "about": (*SUBJECTS, "institution", "author"),
    "topic": ("topic",),
    "language": ("language",),
}
"""Facets that a name may be of after a cue, the likeliest first."""

USUAL: Final = ("language", "type", "access", *PLACES, *ISSUERS, "series", "author", "topic")
"""Facets that a name may be of without a cue, the likeliest first."""
