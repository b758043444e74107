from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SAMPLE, build_sources, services_for
from ui.api.sparql import MEDIA_TYPES, accepted_forms
from ui.app import create_app
from ui.sparql_answers import LONGEST
from ui.wiring import Services

COUNT = "SELECT (COUNT(?r) AS ?n) WHERE { ?r a bibo:Document }"
TRIPLES = "CONSTRUCT { ?p a foaf:Person } WHERE { ?p a foaf:Person } LIMIT 2"


@pytest.fixture(scope="module")
def client(sample_services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(sample_services)) as client:
        yield client


def test_a_query_is_answered_by_get_form_and_body(client: TestClient) -> None:
    answers = [
        client.get("/sparql", params={"query": COUNT}),
        client.post("/sparql", data={"query": COUNT}),
        client.post("/sparql", content=COUNT, headers={"content-type": "application/sparql-query"}),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == MEDIA_TYPES["json"]
        assert "Accept" in answer.headers["vary"].split(", ")
        assert answer.json()["results"]["bindings"][0]["n"]["value"] == "60"


@pytest.mark.parametrize(
    ("query", "accept", "form"),
    [
        (COUNT, "text/csv", "csv"),
        (COUNT, "application/sparql-results+xml", "xml"),
        (COUNT, "text/turtle;q=0.9, text/tab-separated-values;q=0.5", "tsv"),
        (COUNT, "text/html, */*", "json"),
        (TRIPLES, "", "turtle"),
        (TRIPLES, "application/sparql-results+json, application/ld+json;q=0.1", "jsonld"),
        (TRIPLES, "application/n-triples", "ntriples"),
    ],
)
def test_the_accept_header_chooses_among_what_fits(client: TestClient, query: str, accept: str, form: str) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPES[form]


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 422),
        ({"query": " "}, 422),
        ({"query": "SELECT ?s WHERE {"}, 400),
        ({"query": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"}, 403),
        ({"query": "LOAD <http://127.0.0.1:9/>"}, 403),
        ({"query": "INSERT DATA { <a:b> <a:b> 1 }"}, 403),
        ({"update": "INSERT DATA { <a:b> <a:b> 1 }"}, 422),
    ],
)
def test_what_is_no_question_is_refused_with_a_clear_message(
    client: TestClient, parameters: dict[str, str], status: int
) -> None:
    for answer in (client.get("/sparql", params=parameters), client.post("/sparql", data=parameters)):
        assert answer.status_code == status
        assert set(answer.json()) == {"error", "detail"}


def test_other_bodies_and_endless_ones_are_refused(client: TestClient) -> None:
    posted = {"content-type": "application/sparql-query"}
    assert client.post("/sparql", content="x" * (LONGEST + 1), headers=posted).status_code == 422
    assert client.post("/sparql", json={"query": COUNT}).status_code == 422


def test_a_query_that_would_run_for_ever_is_ended_while_searches_go_on(tmp_path: Path) -> None:
    # Long enough for a worker to start on a busy machine.
    services = services_for(tmp_path / "data", query_seconds=4.0)
    build_sources(services, SAMPLE)
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STR(?a) < STR(?i)) }"
    with TestClient(create_app(services)) as client:
        assert client.get("/sparql", params={"query": COUNT}).status_code == 200
        started = time.monotonic()
        answer = client.get("/sparql", params={"query": endless})
        assert (answer.status_code, answer.json()["error"]) == (503, "QueryTimeout")
        assert time.monotonic() - started < 30
        assert client.get("/api/v1/search", params={"q": "women"}).status_code == 200
        assert client.get("/sparql", params={"query": COUNT}).status_code == 200


@given(st.text(max_size=80))
def test_any_accept_header_is_understood(accept: str) -> None:
    assert set(accepted_forms(accept)) <= set(MEDIA_TYPES)


def test_quality_orders_and_zero_refuses() -> None:
    assert accepted_forms("text/csv;q=0.2, text/turtle, application/json;q=0") == ["turtle", "csv"]


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_a_form_can_be_named_instead_of_accepted(client: TestClient, form: str) -> None:
    query = COUNT if form in {"json", "xml", "csv", "tsv"} else TRIPLES
    asked = {"query": query, "format": form}
    for answer in (
        client.get("/sparql", params=asked, headers={"accept": "text/html, application/ld+json, text/csv"}),
        client.post("/sparql", data=asked),
        client.post(
            f"/sparql?format={form}",
            content=query,
            headers={"content-type": "application/sparql-query", "accept": "*/*"},
        ),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPES[form])


@pytest.mark.parametrize("form", ["", "html", "JSON", "application/json", "turtle ", "<script>"])
def test_a_form_that_there_is_not_is_named_with_those_that_there_are(client: TestClient, form: str) -> None:
    answer = client.get("/sparql", params={"query": COUNT, "format": form})
    assert (answer.status_code, answer.json()["error"]) == (422, "InvalidRequest")
    for possible in MEDIA_TYPES:
        assert possible in answer.json()["detail"]


@pytest.mark.parametrize(("query", "form"), [(COUNT, "turtle"), (TRIPLES, "csv")])
def test_a_named_form_that_does_not_fit_the_query_is_an_error(client: TestClient, query: str, form: str) -> None:
    answer = client.get("/sparql", params={"query": query, "format": form})
    assert (answer.status_code, answer.json()["error"]) == (406, "ResultForm")


def test_a_yes_is_given_in_every_form_of_rows(client: TestClient) -> None:
    for form in ("json", "xml", "csv", "tsv"):
        assert "true" in client.get("/sparql", params={"query": "ASK {}", "format": form}).text


def test_what_records_state_can_be_asked_alone(client: TestClient) -> None:
    for value in ("true", "1", "0", ""):
        assert client.get("/sparql", params={"query": COUNT, "stated_only": value}).status_code == 200
