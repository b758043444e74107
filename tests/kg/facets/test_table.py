from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from kg import sparql
from kg.facets.filters import EXCLUDED, Filters
from kg.facets.table import FACETS, VALUE_FACETS, of_kinds
from kg.model import Kind, Report
from search.snapshots.snapshot import Snapshot
from tests.river_collection import ROWS, Row

ROLES = ("corporate_author", "affiliation", "publisher", "funder")


def test_every_facet_has_its_query_file_and_every_such_file_a_facet() -> None:
    assert {name for name in sparql.names() if name.startswith("facet_")} == {facet.query for facet in FACETS.values()}


def test_facets_are_told_apart() -> None:
    assert len({facet.label for facet in FACETS.values()}) == len(FACETS)
    places = [facet.asked.usual for facet in FACETS.values() if facet.asked.usual is not None]
    assert len(set(places)) == len(places)
    # A name that begins with what excludes would be read as two things.
    assert not [name for name in FACETS if name.startswith(EXCLUDED) or not name.isidentifier()]


@pytest.mark.parametrize("name", FACETS)
def test_an_entry_names_what_there_is(name: str) -> None:
    facet = FACETS[name]
    assert set(facet.parts) <= {field.name for field in fields(Report)}
    assert {*facet.asked.led, *facet.asked.roles} <= set(FACETS)
    assert facet.likeness is None or "%(labels)s" in facet.likeness.said


def test_years_alone_are_no_entities() -> None:
    assert set(FACETS) - set(VALUE_FACETS) == {"year"}
    assert set(of_kinds(Kind.INSTITUTION)) == {"institution", *ROLES}


def test_an_institution_in_any_role_is_in_one_of_them(river: Snapshot) -> None:
    columns = river.columns
    values = {value.value for name in ROLES for value in columns.facets[name].values}
    assert values == {value.value for value in columns.facets["institution"].values}
    for value in values:
        roles = np.logical_or.reduce([columns.mask(name, [value]) for name in ROLES])
        assert np.array_equal(columns.mask("institution", [value]), roles)


@pytest.mark.parametrize("name", ROLES)
def test_roles_stay_apart(river: Snapshot, name: str) -> None:
    def written(row: Row) -> set[str]:
        return {
            "corporate_author": {*row.corporate},
            "affiliation": {*row.affiliations},
            "publisher": {row.publisher},
            "funder": {*row.funders},
        }[name]

    everything = np.ones(len(river.columns.reports), dtype=np.bool_)
    counted = {one.value.label: one.count for one in river.columns.counts(name, everything)}
    labels = {label for row in ROWS for label in written(row)}
    assert counted == {label: sum(label in written(row) for row in ROWS) for label in labels}


def test_named_filters_are_those_of_the_table_and_nothing_else() -> None:
    given = {name: (name,) for name in VALUE_FACETS} | {EXCLUDED + name: [f"not {name}"] for name in VALUE_FACETS}
    filters = Filters.named(given | {"year_from": 1999, "year_to": None, "stated_only": True, "q": "x", "year": ("1",)})
    assert filters == Filters(
        {name: (name,) for name in VALUE_FACETS},
        {name: (f"not {name}",) for name in VALUE_FACETS},
        year_from=1999,
        inferred=False,
    )
    assert Filters.named({}) == Filters.named({"topic": (), "stated_only": False}) == Filters()
