"""Oxigraph in this process: the embedded default. Nothing else imports pyoxigraph."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Self

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from kg.digest import LineDigest
from kg.errors import QuerySyntaxError, ResultFormError, ResultTooLargeError, StoreError
from kg.sparql import require_read_only
from kg.store import Row, Scope, TextRow
from kg.vocab import XSD

if TYPE_CHECKING:
    # Of Python 3.12's collections.abc; only the type checker needs it.
    from typing_extensions import Buffer

csv.field_size_limit(1 << 30)
# Labels are long at times, and the module's default of 128 KiB is an error, not a truncation.

_BROKEN: Final = (OSError, RuntimeError)
"""What the engine raises when its files are missing or damaged."""

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
        except _BROKEN as error:
            raise StoreError(directory, str(error)) from error
        return cls(store, directory=directory, inferred_prefix=inferred_prefix, prefixes=prefixes)

    @classmethod
    def copy(
        cls, source: Path, directory: Path, *, inferred_prefix: str, prefixes: dict[str, str] | None = None
    ) -> Self:
        """A copy of a published graph for writing, in a directory that must not exist yet.

        Files of data are linked, not copied: milliseconds whatever the size. The source stays as it is.
        """
        if directory.exists():
            raise StoreError(directory, "there is a graph already")
        try:
            ox.Store.read_only(str(source)).backup(str(directory))
            store = ox.Store(str(directory))
        except _BROKEN as error:
            raise StoreError(source, str(error)) from error
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

    def replace(self, removed: Sequence[bytes], added: Sequence[bytes]) -> None:
        kept = set(removed).intersection(added)
        try:
            gone = b"".join(line for line in removed if line not in kept)
            for quad in ox.parse(gone, format=ox.RdfFormat.N_QUADS, lenient=True):
                assert isinstance(quad, ox.Quad)
                self._open.remove(quad)
        except (SyntaxError, OSError, ValueError) as error:
            raise StoreError(self._directory, str(error)) from error
        self._load_chunk(b"".join(line for line in added if line not in kept))
        self._open.flush()

    def _load_chunk(self, chunk: bytes) -> None:
        try:
            # Lenient: IRIs are not checked again, an eighth of the time. What mints them is tested by a strict parser.
            self._open.bulk_load(input=chunk, format=ox.RdfFormat.N_QUADS, lenient=True)
        except (SyntaxError, OSError, ValueError) as error:
            raise StoreError(self._directory, str(error)) from error

    def select(self, query: str, scope: Scope = Scope.ALL) -> list[Row]:
        solutions = self._solutions(query, scope)
        try:
            variables = solutions.variables
            rows: list[Row] = []
            with self._reading_files():
                for solution in solutions:
                    rows.append(tuple(_node(solution[variable]) for variable in variables))  # noqa: PERF401 - see answer
            return rows
        finally:
            del solutions

    def select_text(self, query: str, scope: Scope = Scope.ALL) -> Iterator[TextRow]:
        solutions = self._solutions(query, scope)
        # Serialised by the engine and read as CSV: no Python object a term, which is most of the time. The file has
        # no name, so that a killed process leaves nothing behind.
        spooled = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever reads the rows
        try:
            with self._reading_files():
                solutions.serialize(spooled, format=ox.QueryResultsFormat.CSV)
        except StoreError:
            spooled.close()
            raise
        finally:
            del solutions
        return _rows(spooled)

    def answer(self, query: str, form: str, scope: Scope = Scope.ALL, *, most: int | None = None) -> bytes:
        result = self._query(query, scope)
        # The engine's results may die in their own thread only: an error must not carry them to another in its frames.
        try:
            possible = _TRIPLES if isinstance(result, ox.QueryTriples) else _SOLUTIONS
            if form not in possible:
                raise ResultFormError(form, tuple(possible))
            buffer = _LimitedBuffer(most)
            with self._reading_files():
                if isinstance(result, ox.QueryTriples):
                    ox.serialize(result, buffer, format=_TRIPLES[form], prefixes=self._prefixes)
                else:
                    result.serialize(buffer, format=_SOLUTIONS[form])
            return buffer.getvalue()
        finally:
            del result

    def dump(self, target: Path, form: str) -> None:
        if form not in _DUMPS:
            raise ResultFormError(form, tuple(_DUMPS))
        with target.open("wb") as stream:
            if form != "turtle":
                self._open.dump(stream, format=_DUMPS[form], prefixes=self._prefixes)
                return
            # One graph after another: Turtle documents in a row are one document, and nothing is held in memory.
            for graph in (ox.DefaultGraph(), *self._open.named_graphs()):
                self._open.dump(stream, format=ox.RdfFormat.TURTLE, from_graph=graph, prefixes=self._prefixes)

    def digest(self, leaving_out: str) -> str:
        end = f"<{leaving_out}> .\n".encode()
        counted = LineDigest(lambda line: line.endswith(end))
        with self._reading_files():
            self._open.dump(counted, format=ox.RdfFormat.N_QUADS)
        return counted.digest.hex

    def __len__(self) -> int:
        return len(self._open)

    def close(self) -> None:
        self._store = None

    @contextmanager
    def _reading_files(self) -> Iterator[None]:
        """Around what makes the engine read its files, which may be damaged."""
        try:
            yield
        except RuntimeError as error:
            raise StoreError(self._directory, str(error)) from error

    def _solutions(self, query: str, scope: Scope) -> ox.QuerySolutions:
        result = self._query(query, scope)
        try:
            if not isinstance(result, ox.QuerySolutions):
                raise ResultFormError("rows", tuple(_TRIPLES))
            return result
        finally:
            del result

    def _query(self, query: str, scope: Scope) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        require_read_only(query)
        try:
            if scope is Scope.INFERRED:
                return self._open.query(query, default_graph=self._inferred_graphs(), prefixes=self._prefixes)
            return self._open.query(query, use_default_graph_as_union=scope is Scope.ALL, prefixes=self._prefixes)
        except SyntaxError as error:
            raise QuerySyntaxError(str(error)) from error
        except _BROKEN as error:
            raise StoreError(self._directory, str(error)) from error

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


def _rows(spooled: BinaryIO) -> Iterator[TextRow]:
    """The rows of a CSV file after its header; the file is closed at the end, or when nobody wants more."""
    with spooled:
        spooled.seek(0)
        rows = csv.reader(io.TextIOWrapper(spooled, encoding="utf-8", newline=""))
        next(rows)
        yield from map(tuple, rows)


class _LimitedBuffer(io.BytesIO):
    """Bytes in memory, up to a limit: the engine writes as it finds, so an endless answer ends here."""

    def __init__(self, most: int | None) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Buffer, /) -> int:
        written = super().write(data)
        if self._most is not None and self.tell() > self._most:
            raise ResultTooLargeError(self._most)
        return written


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
        datatype = URIRef(term.datatype.value)
        return Literal(term.value, datatype=None if datatype == XSD.string else datatype, normalize=False)
    return Literal(str(term))
