"""Queries are files: ``queries/<name>.rq``. Parameters are bound in place, untrusted queries are checked first.

A parameter is written in the scope that needs it as ``VALUES ?name { UNDEF }``: unbound, the file is a valid
query of its own; bound, ``UNDEF`` is replaced by terms. Nothing else ever builds a query.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node

from kg.errors import QueryRefusedError, UnboundParameterError
from kg.quads import literal_text

# Order matters: what may hold a forbidden word without meaning it is consumed first.
_TOKENS: Final = re.compile(
    r"""
    (?P<skip>
        \#[^\n\r]*                                              # comment
      | <[^<>"{}|^`\\\x00-\x20]*>                               # IRI
      | \"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\"                # long strings
      | '''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
      | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'           # strings
      | [?$]\w+                                                 # variable
      | @[A-Za-z]+(?:-[A-Za-z0-9]+)*                            # language tag
      | (?:[^\W\d_][\w.-]*)?:(?:[\w:.%-]|\\.)*                  # prefixed name
    )
  | (?P<word>[A-Za-z]+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_REACHES_OUT: Final = re.compile("SERVICE|LOAD")
_CHANGES: Final = frozenset({"INSERT", "DELETE", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"})
_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})


@cache
def query(name: str) -> str:
    """The text of ``queries/<name>.rq``."""
    return resources.files("kg").joinpath("queries", f"{name}.rq").read_text(encoding="utf-8")


def names() -> list[str]:
    """The names of all query files, sorted."""
    folder = resources.files("kg").joinpath("queries")
    return sorted(entry.name.removesuffix(".rq") for entry in folder.iterdir() if entry.name.endswith(".rq"))


def bind(text: str, **parameters: Sequence[Node]) -> str:
    """The query with each ``VALUES ?name { UNDEF }`` filled with the terms given for ``name``.

    Raises :class:`~kg.errors.UnboundParameterError` if the query has no such place.
    """
    for name, terms in parameters.items():
        written = " ".join(_term(term) for term in terms)
        place = re.compile(r"(VALUES\s+\?" + re.escape(name) + r"\s*\{\s*)UNDEF(\s*\})")
        text, count = place.subn(lambda found, written=written: found[1] + written + found[2], text)  # type: ignore[misc]
        if count == 0:
            raise UnboundParameterError(name)
    return text


def _term(term: Node) -> str:
    if isinstance(term, Literal):
        return literal_text(term)
    if isinstance(term, URIRef) and not re.search(r'[<>"{}|^`\\\x00-\x20]', term):
        return f"<{term}>"
    raise UnboundParameterError(str(term))


def require_read_only(text: str) -> None:
    """Raise :class:`~kg.errors.QueryRefusedError` unless the query only reads this graph.

    A scan of tokens, not of text: IRIs, strings, comments, variables and prefixed names may say SERVICE.
    """
    reads = False
    for token in _TOKENS.finditer(_unescaped(text)):
        word = (token["word"] or "").upper()
        # Searched, not compared: engines that read `trueSERVICE` as two words exist.
        found = _REACHES_OUT.search(word)
        if found:
            raise QueryRefusedError(found[0], "it would fetch from another host")
        if word in _CHANGES and not reads:
            raise QueryRefusedError(word, "it would change the graph")
        reads = reads or word in _FORMS


def _unescaped(text: str) -> str:
    r"""Codepoint escapes replaced, as SPARQL 1.1 (19.2) does first of all: ``\u0053ERVICE`` is a keyword."""

    def character(found: re.Match[str]) -> str:
        number = int(found[1] or found[2], 16)
        return chr(number) if number < 0x110000 else found[0]

    return _ESCAPED.sub(character, text)
