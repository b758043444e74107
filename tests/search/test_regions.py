"""A report that states a country is about the regions around it, by inference: everywhere alike."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kg import sparql
from kg.facets.columns import FacetCount
from kg.facets.filters import Filters
from kg.facets.query import filter_query
from kg.shapes_check import check
from kg.store import Scope
from search.engine import Engine
from search.errors import UnknownValueError
from search.filter_values import filter_value
from search.question.answering.asker import Asker
from search.question.understanding.plan import Intent
from search.request import Request
from search.snapshots.snapshot import Snapshot
from tests.conftest import build_sources, services_for

PLACES = {
    "mali": ["Mali"],
    "mali-and-niger": ["Mali", "Niger"],
    "mali-and-west": ["Mali", "West Africa"],
    "west": ["West Africa"],
    "africa": ["Africa"],
    "egypt": ["Egypt"],
    "peru": ["Peru"],
    "mexico": ["Mexico"],
    "sahel": ["Sahel"],
    "antarctica": ["Antarctica"],
    "nowhere": [],
}
WESTERN = {"mali", "mali-and-niger", "mali-and-west", "west"}
AFRICAN = WESTERN | {"egypt", "africa", "sahel"}
NAMED = {"Western Africa": {"mali-and-west", "west"}, "Africa": {"africa"}, "Sub-Saharan Africa": set()}
"""The reports that state a region themselves."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("regions")
    source = folder / "records.jsonl"
    _write(source)
    services = services_for(folder / "data")
    build_sources(services, source)
    return services.engine(services.data.live())


def _write(path: Path) -> None:
    records = ({"id": name, "title": f"Wells, {name}", "geographic": places} for name, places in PLACES.items())
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def _region(engine: Engine, text: str) -> str:
    return filter_value(engine.snapshot, "region", text)


def _found(engine: Engine, filters: Filters) -> set[str]:
    results = engine.search(Request(filters=filters, limit=100))
    assert results.total == len(results.hits)
    return {hit.card.id for hit in results.hits}


def _selected(snapshot: Snapshot, filters: Filters) -> set[str]:
    """What the SPARQL finds that is shown beside a search."""
    text = filter_query(filters)
    rows = list(snapshot.graph.select_text(text, Scope.ALL if filters.inferred else Scope.STATED))
    found = {row[0].rpartition("/")[2] for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize(
    ("region", "inside"),
    [
        ("Western Africa", WESTERN),
        ("Sub-Saharan Africa", WESTERN | {"sahel"}),
        ("Africa", AFRICAN),
        ("Latin America", {"peru", "mexico"}),
        ("North America", {"mexico"}),
        ("Sahel", {"sahel", "mali", "mali-and-niger", "mali-and-west"}),
    ],
)
def test_reports_are_found_in_and_kept_out_by_the_regions_around_their_places(
    engine: Engine, region: str, inside: set[str]
) -> None:
    value = (_region(engine, region),)
    chosen, excluded = Filters({"region": value}), Filters({}, {"region": value})
    assert _found(engine, chosen) == _selected(engine.snapshot, chosen) == inside
    assert _found(engine, excluded) == _selected(engine.snapshot, excluded) == set(PLACES) - inside


@pytest.mark.parametrize("region", NAMED)
def test_only_the_regions_that_records_name_count_where_inferred_facts_are_off(engine: Engine, region: str) -> None:
    value = (_region(engine, region),)
    chosen = Filters({"region": value}, inferred=False)
    excluded = Filters({}, {"region": value}, inferred=False)
    assert _found(engine, chosen) == _selected(engine.snapshot, chosen) == NAMED[region]
    assert _found(engine, excluded) == _selected(engine.snapshot, excluded) == set(PLACES) - NAMED[region]


def test_a_region_joins_with_other_filters(engine: Engine) -> None:
    mali = (filter_value(engine.snapshot, "country", "Mali"),)
    west, africa = (_region(engine, name) for name in ("West Africa", "Africa"))
    assert _found(engine, Filters({"region": (africa,)}, {"region": (west,)})) == {"africa", "egypt", "sahel"}
    assert _found(engine, Filters({"region": (west,)}, {"country": mali})) == {"west"}
    assert _found(engine, Filters({"region": (west,), "country": mali})) == WESTERN - {"west"}


def test_what_is_inferred_is_counted_beside_what_records_name_as_sparql_counts_it(engine: Engine) -> None:
    snapshot = engine.snapshot
    counts = {count.value.label: count for count in engine.search(Request()).facets["region"]}

    def told(count: FacetCount) -> tuple[int, int]:
        return count.count, count.inferred

    assert told(counts["Western Africa"]) == (2, 2)
    assert told(counts["Africa"]) == (1, 6)
    assert told(counts["Sub-Saharan Africa"]) == (0, 5)
    assert told(counts["Sahel"]) == (1, 3)
    assert "world" not in counts
    head, body = sparql.query("facet_region").split("WHERE", 1)
    query = (
        head.replace("?report ?value", "?value (COUNT(DISTINCT ?report) AS ?n)") + "WHERE" + body + "GROUP BY ?value"
    )
    stated = {count.value.value: count.count for count in counts.values() if count.count}
    every = {count.value.value: count.count + count.inferred for count in counts.values()}
    for scope, expected in ((Scope.STATED, stated), (Scope.ALL, every)):
        assert {value: int(n) for value, n in snapshot.graph.select_text(query, scope)} == expected


def test_no_pair_is_both_stated_and_inferred_nor_twice(engine: Engine) -> None:
    column = engine.snapshot.columns.facets["region"]
    pairs = [
        (int(row), int(code))
        for part in (column.stated, column.inferred)
        for row, code in zip(part.rows, part.codes, strict=True)
    ]
    assert len(pairs) == len(set(pairs))
    assert np.count_nonzero(column.inferred.totals) > 0


@pytest.mark.parametrize(
    "text", ["West Africa", "Afrique de l'Ouest", "África Occidental", "M49-011", "africa ocidental"]
)
def test_a_region_is_known_by_its_usual_names(engine: Engine, text: str) -> None:
    assert _region(engine, text).endswith("/place/M49-011")


@pytest.mark.parametrize(("text", "code"), [("SSA", "202"), ("LAC", "419"), ("América Latina y el Caribe", "419")])
def test_a_region_that_no_record_names_is_known_too(engine: Engine, text: str, code: str) -> None:
    assert _region(engine, text).endswith(f"/place/M49-{code}")


@pytest.mark.parametrize("text", ["Mali", "World", "Southern Europe", "Western", ""])
def test_a_country_or_a_region_around_no_report_is_no_value(engine: Engine, text: str) -> None:
    with pytest.raises(UnknownValueError):
        _region(engine, text)


def test_a_graph_with_regions_is_as_its_shapes_say(engine: Engine) -> None:
    assert list(check(engine.snapshot.graph, engine.snapshot.columns.reports)) == []


def test_linked_data_of_a_report_tells_where_its_places_lie(engine: Engine) -> None:
    from rdflib import Graph, URIRef

    from kg.vocab import RDFS, SKOS

    iri = next(iri for iri in engine.snapshot.columns.reports if iri.endswith("/mali"))
    query = sparql.bind(sparql.query("report_description"), report=[URIRef(iri)])
    graph = Graph().parse(data=engine.snapshot.graph.answer(query, "ntriples"), format="nt")
    base = engine.snapshot.manifest.base
    links = {
        (str(a).removeprefix(f"{base}place/"), str(b).removeprefix(f"{base}place/"))
        for a, b in graph.subject_objects(SKOS.broader)
    }
    assert links == {
        *(("ML", "M49-011"), ("M49-011", "M49-202"), ("M49-202", "M49-002")),
        *(("ML", "sahel"), ("sahel", "M49-202")),
    }
    assert all(graph.value(region, RDFS.label) for region in graph.objects(predicate=SKOS.broader))


@pytest.mark.parametrize(
    ("question", "count", "inferred"),
    [
        ("How many reports about West Africa are there?", len(WESTERN), 0),
        ("How many reports outside West Africa are there?", len(PLACES) - len(WESTERN), 0),
        ("How many reports are about Africa but not about West Africa?", len(AFRICAN - WESTERN), 0),
    ],
)
def test_regions_mean_their_countries_in_questions_also_where_they_are_excluded(
    engine: Engine, question: str, count: int, inferred: int
) -> None:
    answer = Asker(engine).ask(question)
    assert (answer.plan.intent, answer.count, answer.inferred) == (Intent.COUNT, count, inferred)


def test_a_ranking_outside_a_region_holds_no_country_of_it(engine: Engine) -> None:
    answer = Asker(engine).ask("Which countries outside West Africa have the most reports?")
    assert {one.value.label for one in answer.ranking} == {"Egypt", "Peru", "Mexico", "Antarctica"}
