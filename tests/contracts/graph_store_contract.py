"""What every graph store promises. An adapter's tests inherit this and give the ``make_store`` fixture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from kg.digest import SetDigest
from kg.errors import QueryRefusedError, QuerySyntaxError, ResultFormError, ResultTooLargeError, StoreError
from kg.store import GraphStore, Scope

MakeStore = Callable[[], GraphStore]

STATED = b"""<http://e/a> <http://e/p> "one" .
<http://e/b> <http://e/p> "deux"@fr .
<http://e/c> <http://e/p> "3"^^<http://www.w3.org/2001/XMLSchema#integer> .
<http://e/c> <http://e/q> <http://e/a> .
"""
INFERRED = b"""<http://e/a> <http://e/q> <http://e/c> <http://e/inferred/guess> .
"""
ELSEWHERE = b"""<http://e/inferred/guess> <http://e/when> "now" <http://e/provenance> .
"""
INFERRED_PREFIX = "http://e/inferred/"


class GraphStoreContract:
    @pytest.fixture
    def make_store(self) -> MakeStore:
        raise NotImplementedError

    @pytest.fixture
    def store(self, make_store: MakeStore) -> GraphStore:
        store = make_store()
        store.load([STATED, INFERRED + ELSEWHERE])
        return store

    def test_counts_quads(self, store: GraphStore) -> None:
        assert len(store) == 6

    def test_the_same_quad_twice_counts_once(self, store: GraphStore) -> None:
        store.load([STATED])
        assert len(store) == 6

    def test_quads_are_replaced(self, store: GraphStore) -> None:
        first, *others = STATED.splitlines(keepends=True)
        new = b'<http://e/a> <http://e/p> "another" .\n'
        absent = b'<http://e/a> <http://e/p> "never there" .\n'
        store.replace([first, absent, others[0]], [others[0], new, INFERRED])
        expected = {new, INFERRED, ELSEWHERE, *others}
        assert store.digest("http://e/nothing") == SetDigest.of(expected).hex
        with pytest.raises(StoreError):
            store.replace([], [b"no quad\n"])

    def test_the_digest_is_of_canonical_lines_and_can_leave_out_a_graph(self, store: GraphStore) -> None:
        expected = SetDigest.of([*STATED.splitlines(keepends=True), INFERRED])
        assert store.digest("http://e/provenance") == expected.hex

    def test_solutions_keep_order_types_and_unbound_variables(self, store: GraphStore) -> None:
        rows = store.select("SELECT ?o ?x WHERE { ?s <http://e/p> ?o OPTIONAL { ?s <http://e/none> ?x } } ORDER BY ?s")
        assert rows == [
            (Literal("one"), None),
            (Literal("deux", lang="fr"), None),
            (Literal("3", datatype=XSD.integer), None),
        ]

    @pytest.mark.parametrize(
        ("scope", "expected"),
        [
            (Scope.STATED, {("http://e/c", "http://e/a")}),
            (Scope.INFERRED, {("http://e/a", "http://e/c")}),
            (Scope.ALL, {("http://e/c", "http://e/a"), ("http://e/a", "http://e/c")}),
        ],
    )
    def test_scope_decides_which_statements_are_seen(
        self, store: GraphStore, scope: Scope, expected: set[tuple[str, str]]
    ) -> None:
        assert set(store.select_text("SELECT ?s ?o WHERE { ?s <http://e/q> ?o }", scope)) == expected

    def test_provenance_is_not_inferred_but_is_part_of_all(self, store: GraphStore) -> None:
        query = "SELECT ?o WHERE { ?s <http://e/when> ?o }"
        assert store.select(query, Scope.INFERRED) == []
        assert store.select(query, Scope.ALL) == [(Literal("now"),)]

    def test_graph_finds_what_was_inferred_in_every_scope(self, store: GraphStore) -> None:
        query = "SELECT ?g WHERE { GRAPH ?g { ?s <http://e/q> ?o } }"
        assert store.select(query, Scope.STATED) == [(URIRef("http://e/inferred/guess"),)]

    def test_text_rows_survive_quotes_commas_and_line_breaks(self, make_store: MakeStore) -> None:
        store = make_store()
        store.load([b'<http://e/a> <http://e/p> "a, \\"b\\"\\nc" .\n'])
        assert list(store.select_text("SELECT ?o ?x WHERE { ?s ?p ?o OPTIONAL { ?o ?p ?x } }")) == [('a, "b"\nc', "")]

    def test_text_rows_may_be_longer_than_the_csv_module_likes(self, make_store: MakeStore) -> None:
        store = make_store()
        store.load([b'<http://e/a> <http://e/p> "' + b"x" * 200_000 + b'" .\n'])
        assert [len(row[0]) for row in store.select_text("SELECT ?o WHERE { ?s ?p ?o }")] == [200_000]

    def test_answers_rows_as_json(self, store: GraphStore) -> None:
        answer = orjson.loads(store.answer("SELECT ?s WHERE { ?s <http://e/p> 3 }", "json"))
        assert answer["results"]["bindings"] == [{"s": {"type": "uri", "value": "http://e/c"}}]

    def test_answers_ask_and_triples(self, store: GraphStore) -> None:
        assert orjson.loads(store.answer("ASK { <http://e/a> ?p ?o }", "json"))["boolean"] is True
        triples = store.answer("CONSTRUCT { ?s <http://e/r> ?o } WHERE { ?s <http://e/p> ?o }", "ntriples")
        assert triples.count(b"<http://e/r>") == 3

    @pytest.mark.parametrize(
        ("query", "form"), [("SELECT ?s WHERE { ?s ?p ?o }", "turtle"), ("CONSTRUCT WHERE { ?s ?p ?o }", "csv")]
    )
    def test_a_form_that_does_not_fit_is_an_error_that_names_those_that_do(
        self, store: GraphStore, query: str, form: str
    ) -> None:
        with pytest.raises(ResultFormError) as caught:
            store.answer(query, form)
        assert caught.value.form == form
        store.answer(query, caught.value.possible[0])

    @pytest.mark.parametrize(
        ("query", "form"), [("SELECT ?s WHERE { ?s ?p ?o }", "csv"), ("CONSTRUCT WHERE { ?s ?p ?o }", "ntriples")]
    )
    def test_an_answer_may_be_as_large_as_allowed_and_no_larger(self, store: GraphStore, query: str, form: str) -> None:
        whole = store.answer(query, form)
        assert store.answer(query, form, most=len(whole)) == whole
        with pytest.raises(ResultTooLargeError):
            store.answer(query, form, most=len(whole) - 1)

    def test_a_malformed_query_is_an_error(self, store: GraphStore) -> None:
        with pytest.raises(QuerySyntaxError):
            store.select("SELECT ?s WHERE { ?s ?p")

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
            "INSERT DATA { <http://e/x> <http://e/p> 1 }",
            "LOAD <http://127.0.0.1:9/>",
        ],
    )
    def test_reaching_out_and_changing_are_refused(self, store: GraphStore, query: str) -> None:
        with pytest.raises(QueryRefusedError):
            store.answer(query, "json")
        assert len(store) == 6

    def test_a_bad_line_is_an_error_that_says_what_to_do(self, make_store: MakeStore) -> None:
        with pytest.raises(StoreError, match="reportgraph build"):
            make_store().load([STATED, b"this is no statement\n", INFERRED])

    def test_an_error_in_the_source_of_the_chunks_comes_through(self, make_store: MakeStore) -> None:
        def chunks() -> object:
            yield STATED
            raise KeyError("the source broke")

        with pytest.raises(KeyError, match="the source broke"):
            make_store().load(chunks())  # type: ignore[arg-type]

    def test_dumps_quads_and_merged_triples(self, store: GraphStore, tmp_path: Path) -> None:
        store.dump(tmp_path / "all.nq", "nquads")
        store.dump(tmp_path / "all.ttl", "turtle")
        store.dump(tmp_path / "all.jsonld", "jsonld")
        assert len((tmp_path / "all.nq").read_bytes().splitlines()) == 6
        assert b"inferred/guess>" in (tmp_path / "all.nq").read_bytes()
        assert b"http://e/q" in (tmp_path / "all.ttl").read_bytes()
        assert orjson.loads((tmp_path / "all.jsonld").read_bytes())

    def test_an_unknown_dump_form_is_an_error(self, store: GraphStore, tmp_path: Path) -> None:
        with pytest.raises(ResultFormError):
            store.dump(tmp_path / "x", "xls")

    def test_a_closed_store_cannot_be_asked(self, store: GraphStore) -> None:
        store.close()
        with pytest.raises(StoreError):
            store.select("SELECT ?s WHERE { ?s ?p ?o }")
