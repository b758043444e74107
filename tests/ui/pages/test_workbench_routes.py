from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kg.store import GraphStore, Scope, TextRow
from search.engine import Engine
from search.live import LiveEngine
from tests.conftest import SAMPLE, build_sources, services_for
from tests.ui.pages.markup import Markup, line
from ui.api.sparql import MEDIA_TYPES
from ui.app import create_app
from ui.languages import LANGUAGES
from ui.pages.workbench_routes import workbench_routes
from ui.sparql_answers import SparqlAnswers
from ui.wiring import Services
from ui.workbench_examples import examples

PEOPLE = "SELECT ?name WHERE { ?p a foaf:Person ; foaf:name ?name } ORDER BY ?name"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STR(?a) < STR(?i)) }"


def answered(client: TestClient, query: str, status: int = 200, **parameters: str) -> Markup:
    answer = client.get("/workbench", params={"query": query} | parameters)
    assert answer.status_code == status
    assert "Accept-Language" in answer.headers["vary"]
    found = Markup(answer.text)
    assert not found.faults
    assert found.one("textarea").text == query
    return found


def title(found: Markup) -> str:
    return line(found.one("h2", id="answer-title").text)


def test_without_a_query_there_is_an_example_and_no_answer(client: TestClient) -> None:
    answer = client.get("/workbench")
    found = Markup(answer.text)
    assert not found.faults
    assert found.one("textarea").text == examples()[0].query
    assert not found.all("h2", id="answer-title")
    for query in ("", " ", "\n"):
        assert not Markup(client.get("/workbench", params={"query": query}).text).all("h2", id="answer-title")


def test_a_select_is_a_table(client: TestClient) -> None:
    found = answered(client, PEOPLE)
    table = found.one("table", class_="rg-table rg-answer")
    assert title(found).endswith(" rows")
    assert "Achterberg, Liesel" in table.text


@pytest.mark.parametrize(("query", "said"), [("ASK { ?s a foaf:Person }", "Yes"), ("ASK { ?s a <urn:none> }", "No")])
def test_an_ask_is_yes_or_no(client: TestClient, query: str, said: str) -> None:
    found = answered(client, query)
    assert title(found) == said
    assert not found.all("table")


@pytest.mark.parametrize(
    "query",
    [
        "CONSTRUCT { ?p foaf:name '</code><script>alert(1)</script>' } WHERE { ?p a foaf:Person } LIMIT 1",
        "DESCRIBE <http://localhost:7860/topic/women>",
    ],
)
def test_triples_are_text(client: TestClient, query: str) -> None:
    found = answered(client, query)
    (text,) = found.all("code")
    assert "@prefix" in text.text


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("SELECT ?x {", 400, "not valid SPARQL"),
        ("<script>alert(1)</script>", 400, "not valid SPARQL"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403, "SERVICE is refused"),
        ("LOAD <http://127.0.0.1:9/>", 403, "LOAD is refused"),
        ("DROP ALL", 403, "DROP is refused"),
        ("SELECT ('" + "(" * 10 + "' AS ?x) {" + "{" * 600 + "}" * 600 + "}", 403, "nested"),
    ],
)
def test_what_cannot_be_answered_is_said_beside_the_query(
    client: TestClient, query: str, status: int, said: str
) -> None:
    found = answered(client, query, status)
    assert title(found) == "The query was not answered"
    assert said in found.one("p", role="alert").text


def test_text_of_an_answer_stays_text(client: TestClient) -> None:
    query = (
        """SELECT ("<img src=x onerror=alert(1)>" AS ?x) ("\\"><script>" AS ?y) (IRI("urn:x:'onclick='") AS ?z) {}"""
    )
    found = answered(client, query)
    assert not found.all("img")
    assert [cell.text for cell in found.all("td")] == ["<img src=x onerror=alert(1)>", '"><script>', "urn:x:'onclick='"]


def test_links_of_an_answer_stay_here_or_say_that_they_do_not(client: TestClient) -> None:
    base = "http://localhost:7860/"
    ours, others, script = (
        f"IRI(CONCAT('{base}', '/evil.example/x'))",
        "IRI('https://example.org/')",
        "IRI('javascript:x')",
    )
    found = answered(client, f"SELECT ({ours} AS ?a) ({others} AS ?b) ({script} AS ?c) {{}}")
    links = [cell for cell in found.all("a") if line(cell.text) in {f"{base}/evil.example/x", "https://example.org/"}]
    assert [(link.attributes["href"], link.attributes.get("rel")) for link in links] == [
        ("/evil.example/x", None),
        ("https://example.org/", "noopener nofollow"),
    ]
    assert "javascript:x" in found.text


def test_downloads_are_the_whole_answer_in_the_form_they_say(client: TestClient) -> None:
    for query in (PEOPLE, "ASK {}", "CONSTRUCT { ?p a foaf:Person } WHERE { ?p a foaf:Person }"):
        found = answered(client, query)
        links = [element.attributes for element in found.all("a") if "download" in element.attributes]
        assert links
        for link in links:
            form = link["download"].removeprefix("answer.")
            answer = client.get(link["href"], headers={"accept": "text/html"})
            assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPES[form])
    rows = client.get("/sparql", params={"query": PEOPLE, "format": "csv"}).text.splitlines()
    assert f"{len(rows) - 1} rows" == title(answered(client, PEOPLE))


def test_a_long_query_can_be_posted_and_a_longer_one_not(client: TestClient) -> None:
    query = PEOPLE + " # " + "x" * 90_000
    posted = client.post("/workbench", data={"query": query, "lang": "fr", "stated_only": "1"})
    assert posted.status_code == 200
    found = Markup(posted.text)
    assert not found.faults
    assert found.one("html").attributes["lang"] == "fr"
    assert "checked" in found.one("input", name="stated_only").attributes
    assert found.one("textarea").text == query
    too_long = client.post("/workbench", data={"query": "x" * 100_001}, headers={"accept": "text/html"})
    assert too_long.status_code == 422
    assert "100,000 bytes" in Markup(too_long.text).one("main").text


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"query", b"query=%ff", b"&&&=", b'{"query": 1}', b"query=" + b"%00" * 100]
)
def test_any_body_gets_a_page(client: TestClient, body: bytes) -> None:
    answer = client.post("/workbench", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code in {200, 400}
    assert not Markup(answer.text).faults


def test_facts_that_were_inferred_can_be_left_out(odd_client: TestClient) -> None:
    query = "SELECT ?s { <http://localhost:7860/report/cited> dcterms:isPartOf ?s }"
    assert title(answered(odd_client, query)) == "1 row"
    stated = answered(odd_client, query, stated_only="1")
    assert title(stated) == "0 rows"
    assert all("stated_only=1" in href for href, said in stated.links if href.startswith("/sparql?"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbench_speaks_the_language_of_the_reader_and_its_links_keep_the_query(
    client: TestClient, language: str
) -> None:
    query = "SELECT ?l { ?r dcterms:language ?l } LIMIT 1"
    found = answered(client, query, lang=language)
    assert found.one("html").attributes["lang"] == language
    for other in LANGUAGES:
        (link,) = found.all("a", hreflang=other)
        assert Markup(client.get(link.attributes["href"]).text).one("textarea").text == query
    shown = [element for element in found.all("a") if element.attributes["href"].startswith("/workbench?query=")]
    offered = [link for link in shown if "hreflang" not in link.attributes]
    assert len(offered) == len(examples())
    assert all(f"lang={language}" in link.attributes["href"] for link in offered)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server that ends queries after a second."""
    services = services_for(tmp_path_factory.mktemp("hasty") / "data", query_seconds=1.0)
    build_sources(services, SAMPLE)
    with TestClient(create_app(services)) as client:
        yield client


def test_a_query_that_takes_too_long_is_ended_and_said(hasty: TestClient) -> None:
    found = answered(hasty, ENDLESS, 503)
    assert "took longer than 1 s" in found.one("p", role="alert").text
    assert "each may run for 1 seconds" in found.text
    assert hasty.get("/search").status_code == 200


class Watched:
    """A graph that remembers which threads asked it for labels."""

    def __init__(self, graph: GraphStore) -> None:
        self.graph = graph
        self.threads: list[int] = []

    def select_text(self, query: str, scope: Scope = Scope.ALL) -> Iterator[TextRow]:
        self.threads.append(threading.get_ident())
        return self.graph.select_text(query, scope)


def test_an_answer_is_laid_out_beside_the_event_loop(sample_services: Services) -> None:
    loops: list[int] = []

    def opened(directory: Path) -> Engine:
        engine = sample_services.engine(directory)
        watched.append(Watched(engine.snapshot.graph))
        return Engine(replace(engine.snapshot, graph=watched[0]), None)  # type: ignore[arg-type]

    watched: list[Watched] = []
    live = LiveEngine(sample_services.data, opened)
    workers = sample_services.query_workers("http://localhost:7860/", workers=1)
    app = FastAPI()
    app.include_router(workbench_routes(SparqlAnswers(live, workers), 60.0))

    @app.get("/loop")
    async def loop() -> None:
        loops.append(threading.get_ident())

    try:
        with TestClient(app) as client:
            client.get("/loop")
            answer = client.get("/workbench", params={"query": "SELECT ?l { ?r dcterms:language ?l } LIMIT 1"})
    finally:
        workers.close()
    assert answer.status_code == 200
    assert watched[0].threads
    assert not set(loops) & set(watched[0].threads)
