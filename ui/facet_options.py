"""The facets that are filtered by value, and what exclusions are called: as text, so that help imports nothing slow.

A test holds them against :data:`kg.facets.columns.FACETS`.
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

EXCLUDED: Final = "not_"
"""What stands before a facet's name where a value is excluded: ``not_topic`` in addresses and the API, ``--not-topic``
on the command line.
"""
