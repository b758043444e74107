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

# What may hold a forbidden word without meaning it. Narrower than SPARQL's grammar on purpose: where lexers could part
# company (a `<` that is an operator or begins an IRI, an escaped quote in a name, a letter that only some take for part
# of a name), a text that is not read here in one way only is not trusted.
_TOKENS: Final = re.compile(
    r"""
    (?P<skip>
        \#[^\n\r]*                                              # comment
      | <[A-Za-z][A-Za-z0-9+.-]*://[^<>"'{}|^`\\\x00-\x20]*>    # IRI without quotes; after // no comparison can go on
      | <[A-Za-z][A-Za-z0-9+.-]*:[^<>"'\#{}|^`\\\x00-\x20]*>     # the same without //: no # either, it may be a comment
      | \"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\"                # long strings
      | '''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
      | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'           # strings
      | [?$][A-Za-z0-9_]+                                       # variable
      | @[A-Za-z]+(?:-[A-Za-z0-9]+)*                            # language tag
      | :(?:[A-Za-z0-9_:][A-Za-z0-9_:.-]*)?                     # the local part of a prefixed name
    )
  | (?P<word>[A-Za-z]+)
  | (?P<plain>[\x09\x0a\x0d\x20-\x7e])
  | (?P<unsure>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_IRI_THAT_MATTERS: Final = re.compile(r"""[^<>"{}|^`\\\x00-\x20]*['\#][^<>"{}|^`\\\x00-\x20]*>""")
# What makes it unsure what a text says outside of strings, IRIs and comments.
_UNSURE: Final = frozenset("\\'\"")
_ESCAPED: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_REACHES_OUT: Final = re.compile("SERVICE|LOAD", re.IGNORECASE)
_DEEPEST: Final = 500
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

    Tokens are looked at, not text: IRIs, strings, comments, variables and names may say SERVICE. The text is read both
    as it stands and with its codepoint escapes replaced, since SPARQL 1.1 (19.2) wants them replaced first of all and
    not every engine does. A text with a forbidden word that cannot be read in one way only is refused.
    """
    _refuse_deep_nesting(text)
    for spelling in dict.fromkeys((text, _unescaped(text))):
        _refuse_changes(spelling)
        if _REACHES_OUT.search(spelling):
            _refuse_reaching_out(spelling)


def _refuse_deep_nesting(text: str) -> None:
    """Refuse what would overflow the stack of a parser that recurses: Oxigraph dies of some 8,000 levels."""
    depth = 0
    for token in _TOKENS.finditer(text):
        bracket = token["plain"]
        if bracket is None:
            continue
        depth += (bracket in "([{") - (bracket in ")]}")
        if depth > _DEEPEST:
            raise QueryRefusedError(bracket, f"brackets are nested more than {_DEEPEST} levels deep")


def _refuse_changes(text: str) -> None:
    """Refuse an update by its first keyword; inside a query the same words are part of names."""
    for token in _TOKENS.finditer(text):
        word = (token["word"] or "").upper()
        if word in _FORMS:
            return
        if word in _CHANGES and text[token.end() : token.end() + 1] != ":":
            raise QueryRefusedError(word, "it would change the graph")


def _refuse_reaching_out(text: str) -> None:
    for token in _TOKENS.finditer(text):
        # Searched, not compared: engines that read `trueSERVICE` as two words exist.
        found = _REACHES_OUT.search(token["word"] or "")
        if found:
            raise QueryRefusedError(found[0].upper(), "it would fetch from another host")
        if token["unsure"] or (token["plain"] or "") in _UNSURE or _opens_unsure(text, token):
            raise QueryRefusedError(
                _first_word(text), "the query can be read in more than one way, and in one of them it would fetch"
            )


def _opens_unsure(text: str, token: re.Match[str]) -> bool:
    """Whether a ``<`` that begins no IRI here begins one for other lexers, and what it holds would read differently."""
    return token["plain"] == "<" and _IRI_THAT_MATTERS.match(text, token.end()) is not None


def _first_word(text: str) -> str:
    found = _REACHES_OUT.search(text)
    assert found is not None
    return found[0].upper()


def _unescaped(text: str) -> str:
    r"""The text with codepoint escapes replaced: ``\u0053ERVICE`` is a keyword."""

    def character(found: re.Match[str]) -> str:
        number = int(found[1] or found[2], 16)
        return chr(number) if number < 0x110000 else found[0]

    return _ESCAPED.sub(character, text)
