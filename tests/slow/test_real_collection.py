"""The real collection, where it is: what a first look at it must show."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from kg import sparql
from kg.facets.table import FACETS
from kg.store import Scope
from search.engine import Engine
from search.request import Request
from search.snapshots.snapshot import Snapshot
from tests.conftest import RecordedBuild, build_sources, services_for

pytestmark = pytest.mark.slow

QUESTION = "how group credit changed women's say in rural Mali"
FILTERS = {
    "everything": "",
    "English since 1965": (
        "?report dcterms:language ?l . ?l skos:notation 'en' . "
        "?report dcterms:issued ?y . FILTER (?y >= '1965'^^xsd:gYear)"
    ),
    "Mali or Kenya": "FILTER EXISTS { ?report dcterms:spatial ?p . ?p skos:notation ?c . FILTER (?c IN ('ML', 'KE')) }",
}


@pytest.fixture(scope="module")
def collection(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    services = services_for(tmp_path_factory.mktemp("real") / "data")
    observer = RecordedBuild()
    report = build_sources(services, shared_data / "reports" / "reports.vufind.jsonl.gz", observer=observer)
    assert (report.manifest.records, report.manifest.reports, report.lost) == (15_495, 15_495, 0)
    return services.snapshot()


@pytest.mark.parametrize("filters", FILTERS)
def test_facet_counts_equal_those_of_sparql(collection: Snapshot, filters: str) -> None:
    wanted = f"SELECT DISTINCT ?report WHERE {{ ?report a bibo:Document . {FILTERS[filters]} }}"
    inside = {row[0] for row in collection.graph.select_text(wanted)}
    mask = np.isin(np.array(collection.columns.reports), list(inside))
    assert mask.any()
    for facet in FACETS:
        body = sparql.query(f"facet_{facet}").split("WHERE", 1)[1]
        query = (
            "PREFIX dcterms: <http://purl.org/dc/terms/> SELECT ?value (COUNT(DISTINCT ?report) AS ?n) "
            f"WHERE {{ {{ SELECT ?report ?value WHERE {body} }} {FILTERS[filters]} }} GROUP BY ?value"
        )
        counts = collection.columns.counts(facet, mask)
        stated = {value: int(count) for value, count in collection.graph.select_text(query, Scope.STATED)}
        assert {c.value.value: c.count for c in counts if c.count} == stated
        every = {value: int(count) for value, count in collection.graph.select_text(query)}
        assert {c.value.value: c.count + c.inferred for c in counts} == every


@pytest.fixture
def some_records(shared_data: Path, tmp_path: Path) -> Path:
    """Every twentieth record and all that mention Mali: few enough to encode, alike enough to be hard."""
    target = tmp_path / "some.jsonl"
    with gzip.open(shared_data / "reports" / "reports.vufind.jsonl.gz", "rb") as lines, target.open("wb") as kept:
        kept.writelines(line for number, line in enumerate(lines) if number % 20 == 0 or b"Mali" in line)
    return target


def test_the_question_finds_its_report_with_the_real_model(some_records: Path, tmp_path: Path) -> None:
    services = services_for(tmp_path / "data", model="all-MiniLM-L6-v2")
    build_sources(services, some_records)
    snapshot = services.snapshot()
    results = Engine(snapshot, services.build_encoder()).search(Request(QUESTION))
    assert results.hits[0].card.id == "CGSpace140513"
    again = build_sources(services, some_records)
    assert again.encoding.encoded == 0
    assert again.manifest.digests == snapshot.manifest.digests
