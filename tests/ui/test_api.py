from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from kg.facets.table import VALUE_FACETS
from search.errors import NoSnapshotError
from search.fulltext.suggestible import KINDS
from tests.conftest import SAMPLE, WriteLines, build_sources, services_for
from ui.app import create_app
from ui.wiring import Services


@pytest.fixture(scope="module")
def client(sample_services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(sample_services)) as client:
        yield client


def test_search_answers_with_results_and_facets(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "women credit groups", "limit": 5}).json()
    assert len(answer["hits"]) == 5
    assert answer["total"] >= 5
    assert answer["facets"]["language"]


def test_a_search_says_how_much_of_the_words_was_demanded(client: TestClient) -> None:
    asked = {"q": "women credit", "mode": "lexical"}
    answers = [client.get("/api/v1/search", params=asked | {"match": match}).json() for match in ("all", "most", "any")]
    assert [answer["match"] for answer in answers] == ["all", "most", "any"]
    assert 0 < answers[0]["total"] <= answers[1]["total"] < answers[2]["total"]
    assert client.get("/api/v1/search", params=asked).json() == answers[1]
    assert client.get("/api/v1/search", params=asked | {"match": "some"}).status_code == 422


def test_labels_come_in_the_language_asked_for(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"lang": "fr"}).json()
    assert {facet["label"] for facet in answer["facets"]["language"]} == {"Anglais", "Français", "Espagnol"}


def test_filters_are_labels_codes_or_iris(client: TestClient) -> None:
    iri = client.get("/api/v1/search").json()["facets"]["language"][0]["iri"]
    totals = {client.get("/api/v1/search", params={"language": text}).json()["total"] for text in ("en", "Inglés", iri)}
    assert totals == {36}


def test_a_report_and_its_relatives(client: TestClient) -> None:
    report = client.get("/api/v1/reports/sample001").json()
    assert (report["id"], report["invented"]) == ("sample001", True)
    assert report["authors"]
    related = client.get("/api/v1/reports/sample001/related", params={"limit": 3, "language": "fr"}).json()
    assert len(related["hits"]) == 3


def test_values_are_excluded_by_labels_codes_or_iris(client: TestClient) -> None:
    iri = client.get("/api/v1/search").json()["facets"]["language"][0]["iri"]
    totals = {
        client.get("/api/v1/search", params={"not_language": text}).json()["total"] for text in ("en", "Inglés", iri)
    }
    assert totals == {60 - 36}
    none = client.get("/api/v1/search", params={"not_language": ["en", "fr"], "language": "es"}).json()
    assert none["total"] == client.get("/api/v1/search", params={"language": "es"}).json()["total"] > 0


def test_relatives_of_several_reports_outside_a_region(client: TestClient) -> None:
    def relatives(seed: str, **parameters: object) -> list[str]:
        asked = {"limit": 60} | parameters
        answer = client.get(f"/api/v1/reports/{seed}/related", params=asked)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return [hit["id"] for hit in answer.json()["hits"]]

    found = client.get("/api/v1/search", params={"region": "West Africa", "limit": 60}).json()
    inside = {hit["id"] for hit in found["hits"]}
    seed, other, third = sorted(inside)[:3]
    assert inside - {seed} <= set(relatives(seed))
    away = relatives(seed, also=[other, third], not_region="West Africa")
    assert len(away) == 60 - len(inside) == 45
    assert not inside & set(away)
    assert relatives(seed, also=other) == relatives(other, also=seed)
    assert relatives(seed, also=seed) == relatives(seed)


def test_exclusions_and_further_seeds_are_described(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    described = {
        path: {parameter["name"]: parameter.get("description", "") for parameter in operations["get"]["parameters"]}
        for path, operations in paths.items()
        if "search" in path or "related" in path
    }
    for parameters in described.values():
        assert all(parameters[f"not_{facet}"] for facet in VALUE_FACETS)
    related = described["/api/v1/reports/{report_id}/related"]
    assert "another report" in related["also"]
    assert "also" not in described["/api/v1/search"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/reports/none", 404),
        ("/api/v1/reports/none/related", 404),
        ("/api/v1/reports/sample001/related?also=none", 404),
        ("/api/v1/reports/sample001/related?not_topic=irigation", 422),
        ("/api/v1/reports/sample001/related?" + "&also=sample002" * 51, 422),
        ("/api/v1/search?topic=irigation", 422),
        ("/api/v1/search?not_topic=irigation", 422),
        ("/api/v1/search?not_year=2010", 422),
        ("/api/v1/search?also=sample001", 422),
        ("/api/v1/search?" + "&not_topic=women" * 51, 422),
        ("/api/v1/search?year_from=2020&year_to=2010", 422),
        ("/api/v1/search?colour=red", 422),
        ("/api/v1/search?limit=100000", 422),
        ("/api/v1/search?mode=psychic", 422),
        ("/nowhere", 404),
    ],
)
def test_errors_have_a_status_and_say_what_is_wrong(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize("query", ["<script>alert(1)</script>", "'; DROP", '" ) OR {', "\u0000\u0007", "🙂" * 50])
def test_hostile_queries_get_an_answer(client: TestClient, query: str) -> None:
    assert client.get("/api/v1/search", params={"q": query}).status_code == 200


def test_health_readiness_and_description(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "snapshot": "000001", "reports": 60}
    assert "/api/v1/search" in client.get("/api/v1/openapi.json").json()["paths"]


def test_pages_that_would_load_scripts_from_another_host_are_not_there(client: TestClient) -> None:
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404


def test_without_a_collection_there_is_no_server(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshotError):
        create_app(services_for(tmp_path))


def test_a_new_build_is_followed_without_a_restart(tmp_path: Path) -> None:
    services = services_for(tmp_path / "data")
    build_sources(services, SAMPLE)
    app = create_app(services)
    with TestClient(app) as client:
        assert client.get("/readyz").json()["snapshot"] == "000001"
        build_sources(services, SAMPLE)
        client.get("/readyz")
        app.state.live.settle()
        assert client.get("/readyz").json()["snapshot"] == "000002"


def test_ids_with_slashes_and_escapes_are_reached(tmp_path: Path, write_lines: WriteLines) -> None:
    services = services_for(tmp_path / "data")
    ids = ["10568/140513", "a b", "x/related", "é"]
    lines = [json.dumps({"id": identifier, "title": f"Report on water {n}"}) for n, identifier in enumerate(ids)]
    build_sources(services, write_lines(*lines))
    with TestClient(create_app(services)) as client:
        for identifier in ids:
            path = f"/api/v1/reports/{quote(identifier, safe='')}"
            assert client.get(path).json().get("id") == identifier or identifier == "x/related"
            assert len(client.get(f"{path}/related").json()["hits"]) == 3


def test_every_error_has_the_same_form(client: TestClient) -> None:
    for path in ("/nowhere", "/api/v1/search?limit=-1", "/api/v1/reports/none", "/api/v1/reports/none/related"):
        assert set(client.get(path).json()) == {"error", "detail"}
    assert "'none'" in client.get("/api/v1/reports/none/related").json()["detail"]


def test_what_is_being_typed_is_completed(client: TestClient) -> None:
    answer = client.get("/api/v1/suggest", params={"q": "drought in keni", "lang": "es"})
    assert answer.headers["cache-control"] == "no-store"
    (found,) = answer.json()["suggestions"]
    assert found == {
        "kind": "country",
        "iri": found["iri"],
        "id": None,
        "label": "Kenia",
        "matched": None,
        "reports": 6,
        "year": None,
        "rest": "drought in",
    }
    assert client.get("/api/v1/search", params={"country": found["iri"]}).json()["total"] == 6
    titles = client.get("/api/v1/suggest", params={"q": "milk mon", "kind": "report"}).json()["suggestions"]
    assert [(one["kind"], one["year"], one["rest"]) for one in titles] == [("report", 2005, "")]
    assert client.get(f"/api/v1/reports/{titles[0]['id']}").json()["title"] == titles[0]["label"]


def test_suggestions_are_bounded_by_kind_and_number(client: TestClient) -> None:
    def kinds(**parameters: object) -> list[str]:
        answer = client.get("/api/v1/suggest", params={"q": "wat"} | parameters)  # type: ignore[arg-type]
        return [found["kind"] for found in answer.json()["suggestions"]]

    assert len(kinds(limit=2)) == 2
    assert set(kinds(kind=["topic", "series"])) == {"topic", "series"}
    assert kinds(q="") == kinds(q="w") == []


@pytest.mark.parametrize("query", ["limit=0", "limit=21", "kind=year", "lang=de", "query=water"])
def test_suggestions_that_cannot_be_asked_for_are_an_error(client: TestClient, query: str) -> None:
    assert client.get(f"/api/v1/suggest?q=water&{query}").status_code == 422


@pytest.mark.parametrize(
    "text",
    ["x" * 10_000, "a " * 5_000, "\u0000\u0007", "🙂🙂", "مرحبا", "\"'<script>", "%%%", "\u202e\ufeff", "*?~^:(["],
)
def test_any_text_may_be_typed(client: TestClient, text: str) -> None:
    answer = client.get("/api/v1/suggest", params={"q": text})
    assert answer.status_code == 200
    assert isinstance(answer.json()["suggestions"], list)
    assert client.get("/api/v1/suggest?q=%ff%fe%ed%a0%80").status_code == 200


def test_the_kinds_of_suggestions_are_described(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/suggest"]["get"]["parameters"]
    kind = next(parameter for parameter in described if parameter["name"] == "kind")
    assert tuple(kind["schema"]["items"]["enum"]) == KINDS
