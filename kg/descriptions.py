"""Triples -> reports: what the graph says of a report, as cards for lists and whole for pages and exports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from urllib.parse import unquote

from rdflib import Literal, URIRef
from rdflib.term import Node

from kg import sparql
from kg.model import Derivation, Institution, LangText, Person, Place, Report, Series, Topic
from kg.store import GraphStore, Row, Scope
from kg.vocab import BIBO, DCTERMS, DOI, HANDLE, ORCID, RG, SCHEMA

_BATCH: Final = 500
"""Reports a query when many are read: long enough to amortise the query, short enough to bound memory."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A name as printed on a report, and the IRI of the person who bears it."""

    name: str
    person: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a list of results shows of a report. ``signatures`` are in the order of the record."""

    iri: str
    id: str
    title: str
    year: int | None
    signatures: tuple[Signature, ...]
    abstract: str | None
    invented: bool

    @property
    def authors(self) -> tuple[str, ...]:
        """The names as printed, in order."""
        return tuple(signature.name for signature in self.signatures)


def cards(store: GraphStore, iris: Sequence[str]) -> dict[str, Card]:
    """The cards of some reports by IRI; an IRI that is no report is left out."""
    wanted = [URIRef(iri) for iri in iris]
    if not wanted:
        return {}
    signatures = store.select(sparql.bind(sparql.query("report_signatures"), report=wanted), Scope.STATED)
    authors: dict[str, list[Signature]] = {}
    for report, _, person, _, printed, _ in signatures:
        authors.setdefault(str(report), []).append(Signature(str(printed), str(person)))
    rows = store.select(sparql.bind(sparql.query("report_cards"), report=wanted), Scope.STATED)
    return {str(row[0]): _card(row, tuple(authors.get(str(row[0]), ()))) for row in rows}


def _card(row: Row, signatures: tuple[Signature, ...]) -> Card:
    report, identifier, title, issued, abstract, invented = row
    return Card(
        iri=str(report),
        id=str(identifier),
        title=str(title),
        year=int(str(issued)) if issued is not None else None,
        signatures=signatures,
        abstract=str(abstract) if abstract is not None else None,
        invented=invented is not None,
    )


@dataclass(frozen=True, slots=True)
class Inference:
    """How facts of one graph were inferred, and when."""

    derivation: Derivation
    when: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement about a report: ``label`` is the label of what it points to, or the value itself.

    ``inference`` is ``None`` for what the record states.
    """

    property: str
    value: str
    label: str
    inference: Inference | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A place in a series: the IRI of the series, its title, and the number where there is one."""

    series: str
    title: str
    number: str | None
    inference: Inference | None


@dataclass(frozen=True, slots=True)
class Statements:
    """All that the graph says of one report. Facts are sorted; signatures and memberships are in the record's order."""

    report: Report
    facts: tuple[Fact, ...]
    authors: tuple[Signature, ...]
    editors: tuple[Signature, ...]
    memberships: tuple[Membership, ...]


def inferences(store: GraphStore) -> dict[str, Inference]:
    """The graphs of inferred facts, by IRI."""
    return {
        str(graph): Inference(
            Derivation(str(method), float(str(confidence))),
            dt.datetime.fromisoformat(str(when)) if when is not None else None,
        )
        for graph, method, confidence, when in store.select(sparql.query("inference_methods"))
    }


def read_statements(store: GraphStore, iri: str) -> Statements | None:
    """All that is said of a report, each fact with its origin; ``None`` if there is no report of this IRI."""
    methods = inferences(store)
    rows, regions, signatures, series = (
        store.select(sparql.bind(sparql.query(name), report=[URIRef(iri)]), Scope.STATED)
        for name in ("report_facts", "report_regions", "report_signatures", "report_series")
    )
    if not rows:
        return None
    signed: dict[bool, list[Signature]] = {True: [], False: []}
    for _, _, person, role, printed, _ in signatures:
        signed[role is not None].append(Signature(str(printed), str(person)))
    return Statements(
        report=_report(rows, signatures, series, {graph: found.derivation for graph, found in methods.items()}),
        facts=_facts([*rows, *regions], methods),
        authors=tuple(signed[False]),
        editors=tuple(signed[True]),
        memberships=tuple(
            Membership(str(node), str(title), None if number is None else str(number), methods.get(str(graph)))
            for _, _, node, title, number, _, graph in series
        ),
    )


def _facts(rows: list[Row], methods: Mapping[str, Inference]) -> tuple[Fact, ...]:
    found: dict[tuple[str, str, str | None], str] = {}
    for _, prop, value, label, graph in rows:
        key = (str(prop), str(value), None if graph is None else str(graph))
        # Labels of an entity that is described in two graphs: the smaller one, as the columns have it.
        shown = str(value if label is None else label)
        found[key] = min(shown, found.get(key, shown))
    return tuple(
        Fact(prop, value, label, None if graph is None else methods.get(graph))
        for (prop, value, graph), label in sorted(found.items(), key=_place)
    )


def _place(found: tuple[tuple[str, str, str | None], str]) -> tuple[str, str, str, str]:
    """By property, then as people read it; what is stated before what was inferred."""
    (prop, value, graph), label = found
    return prop, label, value, graph or ""


def read_report(store: GraphStore, iri: str) -> Report | None:
    """One whole report, ``None`` if there is none of this IRI."""
    return next(read_reports(store, [iri]), None)


def read_reports(store: GraphStore, iris: Sequence[str]) -> Iterator[Report]:
    """Whole reports in the given order, unknown IRIs left out; read in batches, so any number will do."""
    derivations = {graph: found.derivation for graph, found in inferences(store).items()}
    for start in range(0, len(iris), _BATCH):
        batch = [URIRef(iri) for iri in iris[start : start + _BATCH]]
        facts, signatures, series = (
            _grouped(store.select(sparql.bind(sparql.query(name), report=batch), Scope.STATED))
            for name in ("report_facts", "report_signatures", "report_series")
        )
        for iri in batch:
            key = str(iri)
            if key in facts:
                yield _report(facts[key], signatures.get(key, []), series.get(key, []), derivations)


def _grouped(rows: list[Row]) -> dict[str, list[Row]]:
    ordered = sorted(rows, key=lambda row: str(row[0]))
    return {report: list(group) for report, group in groupby(ordered, key=lambda row: str(row[0]))}


class _Facts:
    """The stated values of one report by property, each with its label; sorted, since a graph has no order."""

    def __init__(self, rows: list[Row]) -> None:
        self._values: dict[Node, list[tuple[Node, str]]] = {}
        for _, prop, value, label, graph in rows:
            assert prop is not None
            assert value is not None
            if graph is None:
                self._values.setdefault(prop, []).append((value, str(label if label is not None else value)))

    def texts(self, prop: URIRef) -> tuple[str, ...]:
        return tuple(sorted(str(value) for value, _ in self._values.get(prop, ())))

    def labels(self, prop: URIRef) -> tuple[str, ...]:
        return tuple(sorted({label for _, label in self._values.get(prop, ())}))

    def one(self, prop: URIRef) -> str | None:
        found = self.texts(prop)
        return found[0] if found else None

    def tagged(self, prop: URIRef) -> tuple[LangText, ...]:
        literals = [value for value, _ in self._values.get(prop, ()) if isinstance(value, Literal)]
        return tuple(
            sorted((LangText(str(text), text.language) for text in literals), key=lambda t: (t.value, t.language or ""))
        )

    def institutions(self, prop: URIRef) -> tuple[Institution, ...]:
        return tuple(Institution(label) for label in self.labels(prop))


def _report(rows: list[Row], signatures: list[Row], series: list[Row], derivations: Mapping[str, Derivation]) -> Report:
    facts = _Facts(rows)
    year, issued, modified = (facts.one(prop) for prop in (DCTERMS.issued, DCTERMS.date, DCTERMS.modified))
    return Report(
        id=facts.one(DCTERMS.identifier) or "",
        title=facts.one(DCTERMS.title) or "",
        alternative_titles=facts.tagged(DCTERMS.alternative),
        abstract=facts.one(DCTERMS.abstract),
        other_abstracts=facts.tagged(RG.otherAbstract),
        authors=tuple(_person(row) for row in signatures),
        authors_incomplete=bool(facts.texts(RG.authorsIncomplete)),
        corporate_authors=facts.institutions(DCTERMS.contributor),
        affiliations=facts.institutions(RG.affiliation),
        publishers=facts.institutions(DCTERMS.publisher),
        funders=facts.institutions(SCHEMA.funder),
        repositories=facts.institutions(RG.repository),
        providers=facts.institutions(RG.provider),
        topics=tuple(Topic(label) for label in facts.labels(DCTERMS.subject)),
        places=tuple(Place(label) for label in facts.labels(DCTERMS.spatial)),
        series=tuple(_series(row, derivations) for row in series),
        year=int(year) if year else None,
        issued=dt.date.fromisoformat(issued) if issued else None,
        types=facts.texts(RG.typeAsGiven),
        languages=facts.texts(RG.languageAsGiven),
        access=facts.texts(RG.accessAsGiven),
        licenses=facts.texts(DCTERMS.license),
        doi=facts.one(BIBO.doi),
        handle=facts.one(BIBO.handle),
        isbns=facts.texts(BIBO.isbn),
        issns=facts.texts(BIBO.issn),
        urls=facts.texts(SCHEMA.url),
        relations=tuple(relation_text(relation) for relation in facts.texts(DCTERMS.relation)),
        citation=facts.one(DCTERMS.bibliographicCitation),
        modified=dt.datetime.fromisoformat(modified) if modified else None,
        invented=bool(facts.texts(RG.invented)),
    )


def _person(row: Row) -> Person:
    _, _, _, role, printed, orcid = row
    return Person(
        name=str(printed),
        role="editor" if role == BIBO.editor else "author",
        orcid=str(orcid).removeprefix(ORCID) if orcid is not None else None,
    )


def _series(row: Row, derivations: Mapping[str, Derivation]) -> Series:
    _, _, _, title, number, given, graph = row
    return Series(
        title=str(title),
        number=str(number) if number is not None else None,
        as_given=str(given) if given is not None else None,
        derivation=derivations.get(str(graph)) if graph is not None else None,
    )


def relation_text(node: str) -> str:
    """The handle or DOI of a related work, without the resolver's address; anything else as it is."""
    for resolver in (HANDLE, DOI):
        if node.startswith(resolver):
            return unquote(node.removeprefix(resolver))
    return node


def entity_labels(store: GraphStore, iris: Sequence[str], language: str) -> dict[str, str]:
    """The labels of entities, and titles of reports, for a reader's language; an IRI without any is left out."""
    wanted = [URIRef(iri) for iri in iris]
    if not wanted:
        return {}
    found: dict[str, dict[str, str]] = {}
    for entity, tag, text in store.select_text(sparql.bind(sparql.query("entity_labels"), entity=wanted)):
        known = found.setdefault(entity, {})
        known[tag] = min(text, known.get(tag, text))
    return {entity: labels.get(language) or labels.get("") or labels[min(labels)] for entity, labels in found.items()}
