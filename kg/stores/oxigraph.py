"""Oxigraph in this process: the embedded default. Nothing else imports pyoxigraph."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final, Self

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from kg.errors import QuerySyntaxError, ResultFormError, StoreError
from kg.sparql import require_read_only
from kg.store import Row, Scope, TextRow

csv.field_size_limit(1 << 30)
# Labels are long at times, and the module's default of 128 KiB is an error, not a truncation.

_SOLUTIONS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_TRIPLES: Final = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}
_DUMPS: Final = {
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
}


class OxigraphStore:
    """A :class:`~kg.store.GraphStore` over a directory or, without one, in memory.

    A published graph is opened with :meth:`read_only`: opening it for writing would rewrite its files.
    ``inferred_prefix`` is how the IRIs of the graphs of inferred facts begin.
    """

    def __init__(
        self,
        store: ox.Store,
        *,
        directory: Path | None = None,
        inferred_prefix: str,
        prefixes: dict[str, str] | None = None,
    ) -> None:
        self._store: ox.Store | None = store
        self._prefixes = prefixes or {}
        self._inferred_prefix = inferred_prefix
        self._directory = directory

    @classmethod
    def create(cls, directory: Path | None, *, inferred_prefix: str, prefixes: dict[str, str] | None = None) -> Self:
        """A new store for writing, in a directory that must not exist yet, or in memory."""
        if directory is not None and directory.exists():
            raise StoreError(directory, "there is a graph already")
        store = ox.Store() if directory is None else ox.Store(str(directory))
        return cls(store, directory=directory, inferred_prefix=inferred_prefix, prefixes=prefixes)

    @classmethod
    def read_only(cls, directory: Path, *, inferred_prefix: str, prefixes: dict[str, str] | None = None) -> Self:
        """A store whose files never change while it is open."""
        try:
            store = ox.Store.read_only(str(directory))
        except OSError as error:
            raise StoreError(directory, str(error)) from error
        return cls(store, directory=directory, inferred_prefix=inferred_prefix, prefixes=prefixes)

    def load(self, chunks: Iterable[bytes]) -> None:
        # The engine loads without Python's lock: one chunk is loaded while the next is mapped.
        with ThreadPoolExecutor(1, thread_name_prefix="graph-load") as loader:
            loading: Future[None] | None = None
            for chunk in chunks:
                if loading is not None:
                    loading.result()
                loading = loader.submit(self._load_chunk, chunk)
            if loading is not None:
                loading.result()
        self._open.flush()

    def _load_chunk(self, chunk: bytes) -> None:
        try:
            self._open.bulk_load(input=chunk, format=ox.RdfFormat.N_QUADS)
        except (SyntaxError, OSError, ValueError) as error:
            raise StoreError(self._directory, str(error)) from error

    def select(self, query: str, scope: Scope = Scope.ALL) -> list[Row]:
        solutions = self._solutions(query, scope)
        variables = solutions.variables
        return [tuple(_node(solution[variable]) for variable in variables) for solution in solutions]

    def select_text(self, query: str, scope: Scope = Scope.ALL) -> Iterator[TextRow]:
        solutions = self._solutions(query, scope)
        # Serialised by the engine and read as CSV: no Python object a term, which is most of the time.
        handle, name = tempfile.mkstemp(suffix=".csv")
        os.close(handle)
        try:
            solutions.serialize(name, format=ox.QueryResultsFormat.CSV)
            with Path(name).open(encoding="utf-8", newline="") as lines:
                rows = csv.reader(lines)
                next(rows)
                yield from map(tuple, rows)
        finally:
            Path(name).unlink()

    def answer(self, query: str, form: str, scope: Scope = Scope.ALL) -> bytes:
        result = self._query(query, scope)
        buffer = io.BytesIO()
        if isinstance(result, ox.QueryTriples):
            if form not in _TRIPLES:
                raise ResultFormError(form, tuple(_TRIPLES))
            return _serialised(result, _TRIPLES[form], self._prefixes)
        if form not in _SOLUTIONS:
            raise ResultFormError(form, tuple(_SOLUTIONS))
        result.serialize(buffer, format=_SOLUTIONS[form])
        return buffer.getvalue()

    def dump(self, target: Path, form: str) -> None:
        if form not in _DUMPS:
            raise ResultFormError(form, tuple(_DUMPS))
        rdf_format = _DUMPS[form]
        if rdf_format.supports_datasets and form != "jsonld":
            self._open.dump(str(target), format=rdf_format)
            return
        triples = self._query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", Scope.ALL)
        assert isinstance(triples, ox.QueryTriples)
        with target.open("wb") as stream:
            ox.serialize(triples, stream, format=rdf_format, prefixes=self._prefixes)

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        self._store = None

    def _solutions(self, query: str, scope: Scope) -> ox.QuerySolutions:
        result = self._query(query, scope)
        if not isinstance(result, ox.QuerySolutions):
            raise ResultFormError("rows", tuple(_TRIPLES))
        return result

    def _query(self, query: str, scope: Scope) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        require_read_only(query)
        try:
            if scope is Scope.INFERRED:
                return self._open.query(query, default_graph=self._inferred_graphs(), prefixes=self._prefixes)
            return self._open.query(query, use_default_graph_as_union=scope is Scope.ALL, prefixes=self._prefixes)
        except SyntaxError as error:
            raise QuerySyntaxError(str(error)) from error
        except OSError as error:
            raise StoreError(None, str(error)) from error

    def _inferred_graphs(self) -> list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]:
        return [
            graph
            for graph in self._open.named_graphs()
            if isinstance(graph, ox.NamedNode) and graph.value.startswith(self._inferred_prefix)
        ]

    @property
    def _open(self) -> ox.Store:
        if self._store is None:
            raise StoreError(None, "the graph was closed")
        return self._store


def _serialised(triples: ox.QueryTriples, rdf_format: ox.RdfFormat, prefixes: dict[str, str]) -> bytes:
    with closing(io.BytesIO()) as buffer:
        ox.serialize(triples, buffer, format=rdf_format, prefixes=prefixes)
        return buffer.getvalue()


def _node(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> Node | None:
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = term.datatype.value
        plain = datatype == "http://www.w3.org/2001/XMLSchema#string"
        return Literal(term.value, datatype=None if plain else URIRef(datatype), normalize=False)
    return Literal(str(term))
