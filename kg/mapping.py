"""Report -> quads. One pass over the reports, streamed: no collection is ever held in memory as a graph.

Facts that the record states go to the default graph, facts that we inferred to one named graph a method
(:meth:`kg.vocab.Minter.inferred_graph`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, islice
from typing import Final, TypeVar
from urllib.parse import quote

from rdflib import Literal, URIRef
from rdflib.term import Node

from kg.digest import SetDigest
from kg.entities import Entities, derivations, described, places, regions, schemes
from kg.model import Derivation, Institution, Kind, Report
from kg.quads import Quad, nquad, typed
from kg.vocab import BIBO, DCTERMS, DOI, HANDLE, PREFIXES, PROV, RDF, RG, SCHEMA, XSD, Minter

_T = TypeVar("_T")

_HANDLE: Final = re.compile(r"\d+(?:\.\d+)*/\S+")
_DOI: Final = re.compile(r"10\.\d{4,9}/\S+")
_URL: Final = re.compile(
    r"(?:https?|ftp)://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
    r"(?:[/?](?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)
_PATH_SAFE: Final = ":/@!$&'()*+,;=~"
_REPORTS_A_CHUNK: Final = 2000
"""About 12 MB of text: large enough for the engine's bulk loader, small enough to wait for the last one."""
_QUADS_A_REPORT: Final = 48
_TRUE: Final = typed("true", XSD.boolean)


def nquad_chunks(
    reports: Iterable[Report], entities: Entities, *, generated: dt.datetime, digest: SetDigest | None = None
) -> Iterator[bytes]:
    """A whole collection as N-Quads, in chunks of whole lines, none twice: first the reports, then the entities.

    Labels can be chosen only when every report has been seen, hence the order; ``entities`` has counted all mentions
    then. ``generated`` is when facts were inferred. A report must come once only. All lines but those that say when
    are added to ``digest``.
    """
    counted = digest or SetDigest()
    minter = entities.minter
    mapper = ReportMapper(entities)
    for batch in batched(reports, _REPORTS_A_CHUNK):
        lines = written(quad for report in batch for quad in mapper.quads(report))
        counted.add(lines)
        yield b"".join(lines)
    around = regions(places(entities.mentions), minter)
    said = chain(described(entities.mentions, minter), around, schemes(minter))
    for quads in batched(said, _REPORTS_A_CHUNK * _QUADS_A_REPORT):
        lines = written(quads)
        counted.add(lines)
        yield b"".join(lines)
    yield b"".join(written(provenance(derivations(entities.mentions, minter), minter, generated)))


def batched(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The items in lists of ``size``, the last one shorter (``itertools.batched`` is of Python 3.12)."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def written(quads: Iterable[Quad]) -> list[bytes]:
    """Statements as lines of N-Quads in their order, each once."""
    return [line.encode() for line in dict.fromkeys(map(nquad, quads))]


def provenance(methods: Mapping[URIRef, Derivation], minter: Minter, generated: dt.datetime) -> Iterator[Quad]:
    """How sure each method of inference is and when it ran, in a graph of its own."""
    about = minter.provenance_graph
    when = _moment(generated.replace(microsecond=0))
    for graph, derivation in sorted(methods.items()):
        yield Quad(graph, RDF.type, PROV.Entity, about)
        yield Quad(graph, RG.method, derivation.method, about)
        yield Quad(graph, RG.confidence, typed(f"{derivation.confidence:g}", XSD.decimal), about)
        yield Quad(graph, PROV.generatedAtTime, when, about)


class ReportMapper:
    """Turns reports into quads; the entities they mention are left with an :class:`~kg.entities.Entities`."""

    def __init__(self, entities: Entities) -> None:
        self._entities = entities
        self._minter = entities.minter

    def quads(self, report: Report) -> Iterator[Quad]:
        """What is said of one report, its signatures and its places in series."""
        subject = self._minter.report(report.id)
        yield from self._types(subject, report)
        yield from self._texts(subject, report)
        yield from self._dates(subject, report)
        yield from self._people(subject, report)
        yield from self._institutions(subject, report)
        yield from self._subjects(subject, report)
        yield from self._series(subject, report)
        yield from self._identifiers(subject, report)

    def _types(self, subject: URIRef, report: Report) -> Iterator[Quad]:
        classes = {"bibo:Document": None}
        types: dict[URIRef, None] = {}
        for raw in report.types:
            yield Quad(subject, RG.typeAsGiven, raw)
            known = self._entities.controlled(Kind.TYPE, raw)
            if known is not None:
                types[known[0]] = None
                classes |= dict.fromkeys(known[1].classes)
        for node in types:
            yield Quad(subject, DCTERMS.type, node)
        for name in classes if len(classes) > 1 else ("bibo:Document", "schema:CreativeWork"):
            yield Quad(subject, RDF.type, _expanded(name))
        if report.invented:
            yield Quad(subject, RG.invented, _TRUE)

    def _texts(self, subject: URIRef, report: Report) -> Iterator[Quad]:
        yield Quad(subject, DCTERMS.title, report.title)
        for text in report.alternative_titles:
            yield Quad(subject, DCTERMS.alternative, Literal(text.value, lang=text.language))
        if report.abstract:
            yield Quad(subject, DCTERMS.abstract, report.abstract)
        for text in report.other_abstracts:
            yield Quad(subject, RG.otherAbstract, Literal(text.value, lang=text.language))
        if report.citation:
            yield Quad(subject, DCTERMS.bibliographicCitation, report.citation)

    def _dates(self, subject: URIRef, report: Report) -> Iterator[Quad]:
        if report.year is not None:
            yield Quad(subject, DCTERMS.issued, typed(f"{report.year:04d}", XSD.gYear))
        if report.issued is not None:
            yield Quad(subject, DCTERMS.date, typed(report.issued.isoformat(), XSD.date))
        if report.modified is not None:
            yield Quad(subject, DCTERMS.modified, _moment(report.modified))

    def _people(self, subject: URIRef, report: Report) -> Iterator[Quad]:
        roles: dict[tuple[URIRef, URIRef], None] = {}
        for position, person in enumerate(report.authors, start=1):
            node = self._entities.named(Kind.AUTHOR, person.name)
            if node is None:
                continue
            if person.orcid:
                self._entities.identified(node, person.orcid)
            role = BIBO.editor if person.role == "editor" else DCTERMS.creator
            roles[role, node] = None
            signature = self._minter.part(subject, "signature", position)
            yield Quad(subject, PROV.qualifiedAttribution, signature)
            yield Quad(signature, PROV.agent, node)
            if person.role == "editor":
                yield Quad(signature, PROV.hadRole, role)
            yield Quad(signature, SCHEMA.position, typed(str(position), XSD.integer))
            yield Quad(signature, RG.nameAsPrinted, person.name)
        for role, node in roles:
            yield Quad(subject, role, node)
        if report.authors_incomplete:
            yield Quad(subject, RG.authorsIncomplete, _TRUE)

    def _institutions(self, subject: URIRef, report: Report) -> Iterator[Quad]:
        roles: tuple[tuple[URIRef, Kind, tuple[Institution, ...]], ...] = (
            # VuFind's author_corporate mixes issuing bodies with the affiliations of persons, so the weakest true
            # statement is made: the institution contributed.
            (DCTERMS.contributor, Kind.INSTITUTION, report.corporate_authors),
            (RG.affiliation, Kind.INSTITUTION, report.affiliations),
            (DCTERMS.publisher, Kind.INSTITUTION, report.publishers),
            (SCHEMA.funder, Kind.INSTITUTION, report.funders),
            (RG.provider, Kind.INSTITUTION, report.providers),
            (RG.repository, Kind.REPOSITORY, report.repositories),
        )
        for predicate, kind, institutions in roles:
            for node in self._nodes(kind, (institution.name for institution in institutions)):
                yield Quad(subject, predicate, node)

    def _subjects(self, subject: URIRef, report: Report) -> Iterator[Quad]:
        for node in self._nodes(Kind.TOPIC, (topic.label for topic in report.topics)):
            yield Quad(subject, DCTERMS.subject, node)
        for place in dict.fromkeys(self._entities.place(place.label) for place in report.places):
            if place is not None:
                yield Quad(subject, DCTERMS.spatial, place)
        for kind, predicate, as_given, values in (
            (Kind.LANGUAGE, DCTERMS.language, RG.languageAsGiven, report.languages),
            (Kind.ACCESS, DCTERMS.accessRights, RG.accessAsGiven, report.access),
        ):
            found = [self._entities.controlled(kind, raw) for raw in values]
            for node in dict.fromkeys(known[0] for known in found if known is not None):
                yield Quad(subject, predicate, node)
            for raw in values:
                yield Quad(subject, as_given, raw)

    def _nodes(self, kind: Kind, labels: Iterable[str]) -> Iterator[URIRef]:
        """The nodes of several labels, each once: two spellings of one topic make one statement."""
        nodes = dict.fromkeys(self._entities.named(kind, label) for label in labels)
        return (node for node in nodes if node is not None)

    def _series(self, subject: URIRef, report: Report) -> Iterator[Quad]:
        direct: dict[Quad, None] = {}
        for position, series in enumerate(report.series, start=1):
            graph = None if series.derivation is None else self._entities.inferred(series.derivation)
            node = self._entities.named(Kind.SERIES, series.title, graph)
            if node is None:
                continue
            membership = self._minter.part(subject, "series", position)
            direct[Quad(subject, DCTERMS.isPartOf, node, graph)] = None
            yield Quad(subject, RG.membership, membership, graph)
            yield Quad(membership, RG.series, node, graph)
            yield Quad(membership, SCHEMA.position, typed(str(position), XSD.integer), graph)
            if series.number is not None:
                direct[Quad(subject, BIBO.number, series.number, graph)] = None
                yield Quad(membership, BIBO.number, series.number, graph)
            if series.as_given is not None:
                yield Quad(membership, RG.seriesAsGiven, series.as_given, graph)
        yield from direct

    def _identifiers(self, subject: URIRef, report: Report) -> Iterator[Quad]:
        values: list[tuple[URIRef, Node | str]] = [(DCTERMS.identifier, report.id)]
        values += [(BIBO.doi, report.doi)] if report.doi else []
        values += [(BIBO.handle, report.handle)] if report.handle else []
        values += [(BIBO.isbn, isbn) for isbn in report.isbns]
        values += [(BIBO.issn, issn) for issn in report.issns]
        values += [(DCTERMS.license, text) for text in report.licenses]
        # A literal, not a node: URLs in records may hold characters that no IRI may.
        values += [(SCHEMA.url, typed(url, XSD.anyURI)) for url in report.urls]
        values += [(DCTERMS.relation, relation_node(relation)) for relation in report.relations]
        for predicate, value in values:
            yield Quad(subject, predicate, value)


def _moment(when: dt.datetime) -> Literal:
    """A dateTime in the form that engines keep as it is: some rewrite +00:00."""
    return typed(when.isoformat().replace("+00:00", "Z"), XSD.dateTime)


@cache
def _expanded(name: str) -> URIRef:
    prefix, _, local = name.partition(":")
    return URIRef(PREFIXES[prefix] + local)


def relation_node(relation: str) -> Node | str:
    """The node of a related work: its DOI, handle or URL as an IRI, any other text as it is.

    A URL is a node only if it is surely a valid IRI: one bad IRI would make the engine refuse the whole collection.
    """
    if _DOI.fullmatch(relation):
        return URIRef(DOI + quote(relation, safe=_PATH_SAFE))
    if _HANDLE.fullmatch(relation):
        return URIRef(HANDLE + quote(relation, safe=_PATH_SAFE))
    escaped = quote(relation, safe=_PATH_SAFE + "?#%")
    return URIRef(escaped) if _URL.fullmatch(escaped) else relation
