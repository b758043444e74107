"""The facets that have an option of the command line, as text: help must import nothing that takes time.

A test holds them against :data:`kg.facets.FACETS`.
"""

from __future__ import annotations

from typing import Final

FACET_OPTIONS: Final = (
    "topic",
    "author",
    "institution",
    "series",
    "publisher",
    "language",
    "type",
    "country",
    "region",
    "repository",
    "access",
)
