"""A statement, and how it is written as a line of N-Quads (https://www.w3.org/TR/n-quads/)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from rdflib import Literal, URIRef
from rdflib.term import Node

from kg.vocab import XSD

# Canonical N-Quads (https://www.w3.org/TR/rdf12-n-quads/#canonical-quads): what engines write when they dump a graph.
_ESCAPES: Final = str.maketrans(
    {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)}
    | {ord(char): f"\\{letter}" for char, letter in zip('\\"\n\r\t\b\f', '\\"nrtbf', strict=True)}
)
_STRING: Final = XSD.string


class Quad(NamedTuple):
    """A statement; ``graph`` is ``None`` for the default graph, which holds what records state.

    A bare string is a plain literal: making an rdflib ``Literal`` of each text would take a fifth of the mapping.
    """

    subject: URIRef
    predicate: URIRef
    object: Node | str
    graph: URIRef | None = None


def nquad(quad: Quad) -> str:
    """One line of N-Quads, newline included.

    rdflib's own ``n3()`` writes texts with line breaks in triple quotes, which N-Quads does not know.
    """
    subject, predicate, value, graph = quad
    # The class is compared, not asked for: rdflib's terms are strings and abstract base classes, and slow to ask.
    if value.__class__ is str:
        written = f'"{_escaped(value)}"'
    elif value.__class__ is Literal:
        written = literal_text(value)
    else:
        written = f"<{value!s}>"
    # %-formatting takes subclasses of str as they are; an f-string formats each, twice as slowly.
    if graph is None:
        return "<%s> <%s> %s .\n" % (subject, predicate, written)  # noqa: UP031 - see above
    return "<%s> <%s> %s <%s> .\n" % (subject, predicate, written, graph)  # noqa: UP031 - see above


def literal_text(value: Literal) -> str:
    """A literal as N-Quads, Turtle and SPARQL all write it."""
    text = _escaped(str(value))
    if value.language:
        return f'"{text}"@{value.language}'
    if value.datatype is None or value.datatype == _STRING:
        return f'"{text}"'
    return f'"{text}"^^<{value.datatype}>'


def _escaped(text: str) -> str:
    # Three scans in C are several times faster than one translation of a text that needs none.
    if '"' in text or "\\" in text or not text.isprintable():
        return text.translate(_ESCAPES)
    return text


@lru_cache(maxsize=1 << 16)
def typed(value: str, datatype: URIRef) -> Literal:
    """A typed literal with the lexical form kept. Cached: years and positions repeat without end."""
    return Literal(value, datatype=datatype, normalize=False)
