from __future__ import annotations

import contextlib
import http.server
import io
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Literal, URIRef
from rdflib.plugins.sparql import prepareQuery

from kg import sparql
from kg.errors import QueryRefusedError, QuerySyntaxError, UnboundParameterError
from kg.stores.oxigraph import OxigraphStore


@pytest.mark.parametrize("name", sparql.names())
def test_every_query_file_is_valid_sparql_unbound_and_says_what_it_is(name: str) -> None:
    text = sparql.query(name)
    assert text.startswith("# ")
    prepareQuery(text)
    sparql.require_read_only(text)


def test_bind_fills_the_place_and_only_that() -> None:
    bound = sparql.bind(
        "SELECT * { VALUES ?a { UNDEF } VALUES ?b { UNDEF } }", a=[URIRef("http://e/1"), Literal('x"y')]
    )
    assert bound == 'SELECT * { VALUES ?a { <http://e/1> "x\\"y" } VALUES ?b { UNDEF } }'


def test_bind_needs_a_place() -> None:
    with pytest.raises(UnboundParameterError, match="author"):
        sparql.bind("SELECT * { ?s ?p ?o }", author=[URIRef("http://e/1")])


@pytest.mark.parametrize("iri", ["http://e/> } DROP ALL #", "http://e/ x", "http://e/\n", "http://e/{}"])
def test_an_iri_that_would_end_its_term_is_refused(iri: str) -> None:
    with pytest.raises(UnboundParameterError):
        sparql.bind("SELECT * { VALUES ?a { UNDEF } }", a=[URIRef(iri)])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_literal_that_is_bound_comes_back_as_it_was(text: str) -> None:
    store = OxigraphStore.create(None, inferred_prefix="http://e/inferred/")
    query = sparql.bind("SELECT ?a WHERE { VALUES ?a { UNDEF } }", a=[Literal(text)])
    assert store.select(query) == [(Literal(text),)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://h/> { ?s ?p ?o } }",
        "SELECT * { service SILENT ?g { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o.SERVICE<http://h/>{?a ?b ?c} }",
        "ASK { ?s ?p trueSERVICE <http://h/> { ?a ?b ?c } }",
        "SELECT * { \\u0053ERVICE <http://h/> { ?s ?p ?o } }",
        "SELECT * { \\U00000053ERVICE <http://h/> { ?s ?p ?o } }",
        "# <\nSELECT * { SERVICE <http://h/> { ?s ?p ?o } }",
        "SELECT * { FILTER('''it's''' != \"\"\"x\"\"\") SERVICE <http://h/> { ?s ?p ?o } }",
        "SELECT * { FILTER(?a < 1) SERVICE <http://h/> { ?s ?p ?o } }",
        "LOAD <http://h/>",
        "PREFIX service: <http://e/> SELECT * { ?s service:load ?o }",
        "SELECT * { SERVICE:x { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o FILTER(?o<'b>') SERVICE <http://h/> { ?a ?b ?c } FILTER('x'='x') }",
        "SELECT * { ?s ?p ?o FILTER(?o<?'b>') SERVICE <http://h/> { ?a ?b ?c } FILTER('x'='x') }",
        "SELECT * { ?s ?p ?o FILTER(?o<?x'b>') SERVICE <http://h/> { ?a ?b ?c } FILTER('x'='x') }",
        "SELECT * { FILTER(?o<urn:a#> '''x\n) SERVICE <http://h/> { ?a ?b ?c } #'''\n }",
        'SELECT * { ?s ?p "a\\u0022 . } SERVICE <http://h/> { ?a ?b ?c } # "x" }',
        "PREFIX ex: <http://e/> SELECT * { ?s ex:a\u00b7\\' ?o . SERVICE <http://h/> { ?a ?b ?c } FILTER('x'='x') }",
        "PREFIX ex: <http://e/> SELECT * { ?s ex:\u2100\\' ?o . SERVICE <http://h/> { ?a ?b ?c } FILTER('x'='x') }",
        "PREFIX ex: <http://e/> SELECT * { ?s ex:a\u203f\\' ?o . SERVICE <http://h/> { ?a ?b ?c } FILTER('x'='x') }",
        "INSERT DATA { <a:b> <a:c> 1 }",
        "PREFIX a: <a:> DELETE WHERE { ?s ?p ?o }",
        "ASK { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }",
        "CLEAR ALL",
        "drop all",
    ],
)
def test_what_reaches_out_or_changes_is_refused(query: str) -> None:
    with pytest.raises(QueryRefusedError):
        sparql.require_read_only(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service ?load WHERE { ?service ?load <http://e/SERVICE> }",
        "SELECT * { ?s ?p 'SERVICE <http://h/>' } # SERVICE",
        'SELECT * { ?s ?p """LOAD "" \\""" SERVICE""" }',
        "PREFIX ex: <http://e/> SELECT * { ?s ex:SERVICE 'x'@en-load }",
        "PREFIX insert: <http://e/> SELECT * { ?s insert:x ?o }",
        "SELECT * { ?s <http://e/a#SERVICE> ?o FILTER(?o < 3) }",
        "PREFIX ex: <http://e/it's> SELECT ?x { ?s ex:a\\'b ?x }",
        "SELECT * { ?s ?p ?o FILTER(?o<?p&&?p>?o) }",
        "DESCRIBE <http://e/insert>",
    ],
)
def test_what_only_reads_passes(query: str) -> None:
    sparql.require_read_only(query)


def _w3c_queries(shared_data: Path) -> Iterator[tuple[str, str]]:
    for name in ("sparql11.tar.gz", "sparql12.tar.gz"):
        with tarfile.open(shared_data / "w3c-sparql" / name) as archive:
            for member in archive:
                if member.isfile() and member.name.endswith((".rq", ".ru")):
                    content = archive.extractfile(member)
                    assert content is not None
                    yield member.name, io.TextIOWrapper(content, encoding="utf-8").read()


def test_on_the_w3c_suites_service_and_updates_are_refused_and_nothing_else(shared_data: Path) -> None:
    wrong = []
    for name, text in _w3c_queries(shared_data):
        folder = name.split("/")[-2]
        refused = False
        try:
            sparql.require_read_only(text)
        except QueryRefusedError:
            refused = True
        # What a file of the suite does is told by its folder and ending, not by our own scan.
        reads = name.endswith(".rq") and "service" not in folder and "fed" not in folder
        if reads and refused and "SERVICE" not in text.upper():
            wrong.append(name)
        if (
            name.endswith(".ru")
            and text.strip()
            and not refused
            and any(w in text.upper() for w in ("INSERT", "DELETE"))
        ):
            wrong.append(name)
        if folder == "service" and not refused:
            wrong.append(name)
    assert wrong == []


@pytest.fixture
def listening() -> Iterator[tuple[str, list[str]]]:
    """An HTTP server on this machine that remembers who asked, and its address."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", asked
        server.shutdown()
        thread.join()


# Pieces that lexers read in different ways, in all orders around a SERVICE.
_PIECES = [
    "'",
    '"',
    "<",
    ">",
    "#",
    "\\n",
    "\\",
    "\\u0022",
    "\u00b7",
    "?o<",
    "ex:a",
    "'''",
    "urn:a",
    " ",
    "FILTER(",
    ")",
    "?x",
]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(st.sampled_from(_PIECES), max_size=7), after=st.lists(st.sampled_from(_PIECES), max_size=7))
def test_no_disguise_of_service_reaches_a_server(
    listening: tuple[str, list[str]], before: list[str], after: list[str]
) -> None:
    address, asked = listening
    store = OxigraphStore.create(None, inferred_prefix="http://e/inferred/")
    store.load([b'<http://e/s> <http://e/p> "o" .\n'])
    query = (
        f"PREFIX ex: <http://e/> SELECT * {{ ?s ?p ?o . {''.join(before)} "
        f"SERVICE SILENT <{address}> {{ ?a ?b ?c }} {''.join(after)} }}"
    )
    with contextlib.suppress(QueryRefusedError, QuerySyntaxError):
        store.answer(query, "json")
    assert asked == []
