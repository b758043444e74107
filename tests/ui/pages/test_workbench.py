from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urljoin, urlsplit

import orjson
import pytest

from kg.store import Scope
from search.snapshots.snapshot import Snapshot
from ui.languages import LANGUAGES
from ui.pages.workbench import GRAPH_FORMS, ROW_FORMS, SHOWN_ROWS, Answer, Cell, shown
from ui.sparql_answers import SparqlAnswer
from ui.texts import Texts

BASE = "http://localhost:7860/"


def asked(
    snapshot: Snapshot, query: str, form: str = "json", language: str = "en", *, stated_only: bool = False
) -> Answer:
    scope = Scope.STATED if stated_only else Scope.ALL
    found = SparqlAnswer(snapshot.graph.answer(query, form, scope), form, snapshot)
    return shown(snapshot, found, query, Texts(language), stated_only=stated_only)


def one(snapshot: Snapshot, expression: str) -> Cell:
    """The cell of an expression's value."""
    ((cell,),) = asked(snapshot, f"SELECT ({expression} AS ?x) {{}}").rows
    return cell


def test_rows_are_cells_in_the_order_of_the_columns(sample: Snapshot) -> None:
    query = "SELECT ?title ?none ?language { ?r dcterms:title ?title ; dcterms:language ?language } ORDER BY ?r LIMIT 2"
    found = asked(sample, query, language="es")
    assert (found.columns, found.total, found.graph, found.boolean) == (("title", "none", "language"), 2, None, None)
    for title, none, language in found.rows:
        assert title == Cell(title.text)
        assert none == Cell("")
        assert language.text in {"Inglés", "Francés", "Español"}
        assert (language.href or "").startswith("/language/")
        assert (language.title or "").startswith(f"{BASE}language/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_entities_are_shown_by_their_label_in_the_language_of_the_reader(sample: Snapshot, language: str) -> None:
    ((cell, report),) = asked(
        sample, f"SELECT (<{BASE}language/en> AS ?x) (<{BASE}report/sample001> AS ?y) {{}}", language=language
    ).rows
    assert cell == Cell(
        {"en": "English", "es": "Inglés", "fr": "Anglais", "pt": "Inglês"}[language],
        href="/language/en",
        title=f"{BASE}language/en",
    )
    assert report.text.startswith("When the box is opened")


@pytest.mark.parametrize(
    ("expression", "cell"),
    [
        ("'a <b> & c'", Cell("a <b> & c", title=None, note=None)),
        ("'x'@en-GB", Cell("x", note="en-gb")),
        ("1.5", Cell("1.5", title="http://www.w3.org/2001/XMLSchema#decimal")),
        ("true", Cell("true", title="http://www.w3.org/2001/XMLSchema#boolean")),
        ("IRI('urn:x:y')", Cell("urn:x:y")),
        ("IRI('javascript:alert(1)')", Cell("javascript:alert(1)")),
        ("IRI('https://example.org/a')", Cell("https://example.org/a", href="https://example.org/a")),
        ("<<( <a:b> <a:c> 'x' )>>", Cell("<<( a:b a:c x )>>")),
        ("<<( <a:b> <a:c> <<( <a:b> <a:c> 'x' )>> )>>", Cell("<<( a:b a:c … )>>")),
        ("1/0", Cell("")),
    ],
)
def test_terms_are_shown_as_what_they_are(sample: Snapshot, expression: str, cell: Cell) -> None:
    assert one(sample, expression) == cell


def test_blank_nodes_are_told_from_texts(sample: Snapshot) -> None:
    assert one(sample, "BNODE()").text.startswith("_:")


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "topic/women",
        "/evil.example/x",
        "//evil.example/x",
        "///evil.example",
        "/..//evil.example",
        "../..//evil.example",
        "%5Cevil.example",
        "@evil.example",
        "?next=//evil.example",
        "#//evil.example",
        ":80/x",
        "report/sample001#signature-1",
    ],
)
def test_what_begins_with_the_base_is_a_link_on_this_server(sample: Snapshot, rest: str) -> None:
    cell = one(sample, f"IRI(CONCAT('{BASE}', '{rest}'))")
    assert cell.title == f"{BASE}{rest}"
    assert cell.href is not None
    assert cell.href.startswith("/")
    there = urlsplit(urljoin("https://here.example/workbench", cell.href))
    assert (there.scheme, there.netloc) == ("https", "here.example")
    assert not cell.href.startswith(("//", "/\\"))


@pytest.mark.parametrize("value", ["\\t/evil.example", "\\n//evil.example", "\\\\\\\\evil.example", "a b", "a<b>"])
def test_what_is_no_iri_is_no_value(sample: Snapshot, value: str) -> None:
    assert one(sample, f"IRI(CONCAT('{BASE}', '{value}'))") == Cell("")


def test_links_stay_on_this_server_whatever_an_engine_takes_for_an_iri(sample: Snapshot) -> None:
    values = [f"{BASE}{rest}" for rest in ("\t/evil.example", "\\\\evil.example", "\r\n//evil.example", '"><script>')]
    answer = {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": v}} for v in values]}}
    found = shown(sample, SparqlAnswer(orjson.dumps(answer), "json", sample), "", Texts("en"), stated_only=False)
    for (cell,), value in zip(found.rows, values, strict=True):
        assert cell.text == value
        assert (cell.href or "")[1:2] not in {"/", "\\", "\t", "\r", "\n"}


def test_an_iri_of_another_server_that_begins_alike_is_not_ours(sample: Snapshot) -> None:
    for other in (
        "http://localhost:78600/topic/women",
        "http://localhost:7860@evil.example/x",
        "https://localhost:7860/topic/x",
    ):
        assert one(sample, f"IRI('{other}')") == Cell(other, href=other)


def test_the_base_of_the_collection_decides(sample: Snapshot) -> None:
    moved = replace(sample, manifest=replace(sample.manifest, base="https://kg.example.org/x/"))
    assert one(moved, "IRI('https://kg.example.org/x/topic/women')").href == "/topic/women"
    assert one(moved, "IRI('https://kg.example.org/y')").href == "https://kg.example.org/y"
    assert one(moved, f"IRI('{BASE}topic/women')").href == f"{BASE}topic/women"


def test_yes_and_no_are_no_table(sample: Snapshot) -> None:
    for query, truth in (("ASK { ?s ?p ?o }", True), ("ASK { ?s <urn:none> ?o }", False)):
        found = asked(sample, query)
        assert (found.boolean, found.columns, found.rows, found.graph) == (truth, (), (), None)
        assert [download.form for download in found.downloads] == ["json", "xml"]


def test_triples_are_text(sample: Snapshot) -> None:
    found = asked(sample, f"DESCRIBE <{BASE}topic/women>", "turtle")
    assert found.graph is not None
    assert "skos:prefLabel" in found.graph
    assert [download.form for download in found.downloads] == list(GRAPH_FORMS)


def test_many_rows_are_shown_in_part_and_counted_in_full(sample: Snapshot) -> None:
    found = asked(sample, "SELECT * { ?s ?p ?o }")
    assert len(found.rows) == SHOWN_ROWS < found.total
    assert [download.form for download in found.downloads] == list(ROW_FORMS)
    none = asked(sample, "SELECT ?s { ?s <urn:none> ?o }")
    assert (none.columns, none.rows, none.total) == (("s",), (), 0)


def test_long_triples_are_cut(sample: Snapshot) -> None:
    found = asked(sample, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "turtle")
    assert found.graph is not None
    assert len(found.graph) == 100_000


@pytest.mark.parametrize("stated_only", [False, True])
def test_downloads_ask_the_same(sample: Snapshot, stated_only: bool) -> None:  # noqa: FBT001 - a parameter of a test
    query = "SELECT ?s { ?s ?p '&=+#é' } # x"
    for download in asked(sample, query, stated_only=stated_only).downloads:
        path, _, parameters = download.href.partition("?")
        expected = {"query": [query], "format": [download.form]} | ({"stated_only": ["1"]} if stated_only else {})
        assert (path, parse_qs(parameters)) == ("/sparql", expected)
