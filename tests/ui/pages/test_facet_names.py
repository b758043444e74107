from __future__ import annotations

from kg.facets.columns import FACETS
from search.fulltext.suggestible import KINDS
from ui.facet_names import FACET_NAMES, SUGGESTED_NAMES


def test_every_facet_has_a_name_of_its_own() -> None:
    assert set(FACET_NAMES) == set(FACETS)
    assert len(set(FACET_NAMES.values())) == len(FACETS)


def test_every_kind_of_suggestion_has_a_name() -> None:
    assert tuple(SUGGESTED_NAMES) == KINDS
