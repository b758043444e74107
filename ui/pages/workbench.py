"""The workbench: a query, and its answer as a table that shows labels and leads on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from kg.descriptions import entity_labels
from kg.errors import UnboundParameterError
from kg.store import GraphStore
from search.snapshots.snapshot import Snapshot
from ui.pages.links import own_path, safe_url
from ui.sparql_answers import SparqlAnswer
from ui.texts import Texts

SHOWN_ROWS: Final = 500
"""Rows of the table on the page; the downloads hold all of them."""

_LABELLED: Final = 2000
"""IRIs on a page whose labels are looked up."""

_SHOWN_TEXT: Final = 100_000
"""Characters of a graph that is shown as text."""

ROW_FORMS: Final = ("csv", "tsv", "json", "xml")
GRAPH_FORMS: Final = ("turtle", "ntriples", "jsonld")


@dataclass(frozen=True, slots=True)
class Cell:
    """A term of a solution: its text, where it leads, what it is in full, and its language."""

    text: str
    href: str | None = None
    title: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """An answer in a form to keep."""

    form: str
    href: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave: a table, or a graph as text, or yes or no."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    total: int = 0
    graph: str | None = None
    boolean: bool | None = None
    downloads: tuple[Download, ...] = ()


def shown(snapshot: Snapshot, found: SparqlAnswer, query: str, texts: Texts, *, stated_only: bool) -> Answer:
    """An answer (``json`` or ``turtle``) as the page shows it."""
    if found.form != "json":
        text = found.content.decode("utf-8", errors="replace")
        return Answer(graph=text[:_SHOWN_TEXT], downloads=_downloads(query, GRAPH_FORMS, stated_only=stated_only))
    answer = orjson.loads(found.content)
    downloads = _downloads(query, ROW_FORMS, stated_only=stated_only)
    if "boolean" in answer:
        return Answer(boolean=answer["boolean"], downloads=downloads[2:])
    columns = tuple(answer["head"].get("vars", ()))
    bindings = answer["results"]["bindings"]
    page = bindings[:SHOWN_ROWS]
    labels = _labels(snapshot.graph, snapshot.manifest.base, page, texts.language)
    rows = tuple(tuple(_cell(row.get(name), labels, snapshot.manifest.base) for name in columns) for row in page)
    return Answer(columns, rows, len(bindings), downloads=downloads)


def _downloads(query: str, forms: Sequence[str], *, stated_only: bool) -> tuple[Download, ...]:
    asked = {"query": query} | ({"stated_only": "1"} if stated_only else {})
    return tuple(Download(form, f"/sparql?{urlencode(asked | {'format': form})}") for form in forms)


_Term = Mapping[str, Any]
_Binding = Mapping[str, _Term]
"""As the JSON form of an answer has them (https://www.w3.org/TR/sparql12-results-json/)."""


def _labels(store: GraphStore, base: str, page: Sequence[_Binding], language: str) -> dict[str, str]:
    iris = dict.fromkeys(
        term["value"]
        for row in page
        for term in row.values()
        if term.get("type") == "uri" and term["value"].startswith(base)
    )
    try:
        return entity_labels(store, list(iris)[:_LABELLED], language)
    except UnboundParameterError:  # a query can make IRIs that no query may hold
        return {}


def _cell(term: _Term | None, labels: Mapping[str, str], base: str) -> Cell:
    if term is None:
        return Cell("")
    if term["type"] == "triple":
        return Cell(f"<<( {' '.join(_inside(term['value'][part]) for part in ('subject', 'predicate', 'object'))} )>>")
    value = term["value"]
    if term["type"] == "bnode":
        return Cell(f"_:{value}")
    if term["type"] == "uri":
        if value.startswith(base):
            # The part behind the base, so that links work whatever name this server is reached by.
            return Cell(labels.get(value, value), href=own_path(value.removeprefix(base)), title=value)
        return Cell(value, href=safe_url(value))
    return Cell(value, title=term.get("datatype"), note=term.get("xml:lang"))


def _inside(term: _Term) -> str:
    """A term of a triple that is itself a term; triples inside of it can be nested without end."""
    return "…" if term["type"] == "triple" else str(term["value"])
