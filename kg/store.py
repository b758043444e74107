"""The port to the triple store. Adapters live in :mod:`kg.stores`; nothing else knows an engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Protocol

from rdflib.term import Node

Row = tuple[Node | None, ...]
"""One solution, in the order of the query's variables; ``None`` where a variable is unbound."""

TextRow = tuple[str, ...]
"""One solution as text: an IRI or a literal's lexical form; ``""`` where a variable is unbound."""


class Scope(Enum):
    """Which statements a query without GRAPH sees."""

    STATED = "stated"
    """The default graph only: what records state."""

    INFERRED = "inferred"
    """Only what was inferred, of every method together."""

    ALL = "all"
    """Both, and the provenance of what was inferred."""


class GraphStore(Protocol):
    """A set of quads that answers SPARQL 1.1 queries.

    A query never changes the store and never reaches another host. Every method raises
    :class:`~kg.errors.QuerySyntaxError` for a malformed query and :class:`~kg.errors.QueryRefusedError` for one that
    asks for more than reading.
    """

    def load(self, chunks: Iterable[bytes]) -> None:
        """Add N-Quads, given in chunks of whole lines, while the next chunk is being made.

        Raises :class:`~kg.errors.StoreError` if a line is bad: then the store holds some of it and must be discarded.
        """

    def replace(self, removed: Sequence[bytes], added: Sequence[bytes]) -> None:
        """Take out some quads and put in others, each a line of N-Quads. A quad in both stays as it is.

        A quad that is not there is no error. Raises :class:`~kg.errors.StoreError` as :meth:`load` does.
        """

    def select(self, query: str, scope: Scope = Scope.ALL) -> list[Row]:
        """The solutions of a SELECT query, in the query's order."""

    def select_text(self, query: str, scope: Scope = Scope.ALL) -> Iterator[TextRow]:
        """The solutions of a large SELECT query as text, streamed: several times faster than :meth:`select`."""

    def answer(self, query: str, form: str, scope: Scope = Scope.ALL, *, most: int | None = None) -> bytes:
        """The answer to any query, serialised.

        ``form`` is ``json``, ``xml``, ``csv`` or ``tsv`` for SELECT and ASK, ``turtle``, ``ntriples`` or ``jsonld``
        for CONSTRUCT and DESCRIBE. Raises :class:`~kg.errors.ResultFormError` if it does not fit the query, and
        :class:`~kg.errors.ResultTooLargeError` as soon as the answer has more than ``most`` bytes.
        """

    def dump(self, target: Path, form: str) -> None:
        """Write everything to a file as ``nquads``, ``trig`` or ``jsonld``; or, graphs merged, as ``turtle``."""

    def digest(self, leaving_out: str) -> str:
        """The `kg.digest.SetDigest` (hex) of all quads but those of one graph, as lines of canonical N-Quads."""

    def __len__(self) -> int:
        """How many quads there are."""

    def close(self) -> None:
        """Let go of files and locks. Using the store afterwards is an error."""
