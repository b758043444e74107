"""The entities that reports mention: which node a printed label is, and what the graph says of that node.

What is said of an entity depends on how often it is mentioned by which label, and on nothing else: it can be said when
every report of a collection has been seen, or anew for the entities that a change touches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from rdflib import Literal, URIRef

from kg.authority.concepts import Concept, resolve
from kg.authority.labels import chosen
from kg.authority.names import key
from kg.authority.places import REGION_FROM_PLACE, KnownPlace, regions_of, resolve_place
from kg.mentions import METHODS, ORCIDS, Group, Mentioned, Mentions
from kg.model import Derivation, Kind
from kg.quads import Quad
from kg.vocab import BIBO, COAR_ACCESS, COAR_TYPE, DCAT, DCTERMS, FOAF, ORCID, ORG, OWL, RDF, RDFS, SCHEMA, SKOS, Minter

_SCHEMES: Final = (Kind.TOPIC, Kind.PLACE, Kind.TYPE, Kind.LANGUAGE, Kind.ACCESS)
_CONTROLLED: Final = (Kind.TYPE, Kind.LANGUAGE, Kind.ACCESS)
_CLASS_AND_NAME: Final = {
    Kind.AUTHOR: (FOAF.Person, FOAF.name),
    Kind.TOPIC: (SKOS.Concept, SKOS.prefLabel),
    Kind.INSTITUTION: (ORG.Organization, FOAF.name),
    Kind.REPOSITORY: (DCAT.Catalog, DCTERMS.title),
    Kind.SERIES: (BIBO.Series, DCTERMS.title),
    Kind.TYPE: (SKOS.Concept, SKOS.prefLabel),
    Kind.LANGUAGE: (SKOS.Concept, SKOS.prefLabel),
    Kind.ACCESS: (SKOS.Concept, SKOS.prefLabel),
}


class Entities:
    """Gives each printed label its node and counts the mention."""

    def __init__(self, minter: Minter) -> None:
        self.minter = minter
        self.mentions = Mentions()
        self._nodes: dict[tuple[Kind, str], URIRef | None] = {}

    def named(self, kind: Kind, label: str, graph: URIRef | None = None) -> URIRef | None:
        """The node of a person, topic, institution, repository or series; ``None`` if the label has no word.

        ``graph`` is the graph of the statement that mentions it: an entity known only by inference is described
        beside the inference, so that the default graph never lists it.
        """
        node = self._node(kind, label)
        if node is not None:
            self.mentions.add(Group(kind, graph), node, label)
        return node

    def inferred(self, derivation: Derivation) -> URIRef:
        """The graph of what a method infers."""
        graph = self.minter.inferred_graph(derivation.method)
        self.mentions.add(Group(METHODS, None), graph, f"{derivation.confidence:g}")
        return graph

    def identified(self, person: URIRef, orcid: str) -> None:
        """Count an ORCID of a person."""
        self.mentions.add(Group(ORCIDS, None), person, orcid)

    def controlled(self, kind: Kind, raw: str) -> tuple[URIRef, Concept] | None:
        """The node and the concept of a document type, a language or access rights; ``None`` without a word."""
        concept = resolve(kind, raw)
        if concept is None:
            return None
        node = self._node(kind, concept.key)
        assert node is not None
        self.mentions.add(Group(kind, None), node, raw)
        return node, concept

    def place(self, label: str) -> URIRef | None:
        """The node of a place; ``None`` if the label has no word."""
        known = resolve_place(label)
        if known is None:
            return None
        node = self.minter.entity(Kind.PLACE, known.key)
        self.mentions.add(Group(Kind.PLACE, None), node, label)
        return node

    def _node(self, kind: Kind, label: str) -> URIRef | None:
        known = (kind, label)
        if known not in self._nodes:
            folded = key(label)
            self._nodes[known] = self.minter.entity(kind, folded) if folded else None
        return self._nodes[known]


def described(mentions: Iterable[Mentioned], minter: Minter) -> Iterator[Quad]:
    """What there is to say of some entities, all mentions of each given. Of regions, see :func:`regions`."""
    for (kind, graph), node, counts in mentions:
        if kind == ORCIDS:
            # Of several the smallest, whatever the order of the reports.
            yield Quad(node, OWL.sameAs, URIRef(ORCID + quote(min(counts))))
        elif kind != METHODS:
            yield from _described(Kind(kind), node, counts, graph, minter)


def schemes(minter: Minter) -> Iterator[Quad]:
    """The concept schemes, which are there whatever reports mention."""
    for kind in _SCHEMES:
        yield Quad(minter.scheme(kind), RDF.type, SKOS.ConceptScheme)


def places(mentions: Iterable[Mentioned]) -> dict[URIRef, KnownPlace]:
    """The places that are mentioned, by their nodes."""
    found = {node: resolve_place(next(iter(counts))) for (kind, _), node, counts in mentions if kind == Kind.PLACE}
    return {node: place for node, place in found.items() if place is not None}


def regions(mentioned: Mapping[URIRef, KnownPlace], minter: Minter) -> Iterator[Quad]:
    """In which regions places lie, said once for all reports, and what regions are that no record names."""
    known = set(mentioned)
    waiting = deque(mentioned.items())
    graph = minter.inferred_graph(REGION_FROM_PLACE.method)
    while waiting:
        node, place = waiting.popleft()
        for region in regions_of(place):
            around = minter.entity(Kind.PLACE, region.key)
            yield Quad(node, SKOS.broader, around, graph)
            if around not in known:
                known.add(around)
                waiting.append((around, region))
                yield from _described_place(around, region, (), graph, minter)


def derivations(mentions: Iterable[Mentioned], minter: Minter) -> dict[URIRef, Derivation]:
    """The methods of inference that are mentioned, by their graphs, and that of regions where places have any."""
    found = {}
    for (kind, _), node, counts in mentions:
        if kind == METHODS:
            found[node] = Derivation(minter.method(node), float(max(counts, key=float)))
        elif kind == Kind.PLACE and (place := resolve_place(next(iter(counts)))) is not None and regions_of(place):
            found[minter.inferred_graph(REGION_FROM_PLACE.method)] = REGION_FROM_PLACE
    return found


def _described(
    kind: Kind, node: URIRef, counts: Mapping[str, int], graph: URIRef | None, minter: Minter
) -> Iterator[Quad]:
    shown, others = chosen(counts)
    if kind is Kind.PLACE:
        place = resolve_place(shown)
        assert place is not None
        yield from _described_place(node, place, (shown, *others), graph, minter)
        return
    if kind in _CONTROLLED:
        concept = resolve(kind, shown)
        if concept is not None and concept.known:
            yield from _described_concept(node, concept, minter)
            return
    entity_class, name = _CLASS_AND_NAME[kind]
    yield Quad(node, RDF.type, entity_class, graph)
    yield Quad(node, RDFS.label, shown, graph)
    yield Quad(node, name, shown, graph)
    for other in others:
        yield Quad(node, SKOS.altLabel, other, graph)
    if kind in _SCHEMES:
        yield Quad(node, SKOS.inScheme, minter.scheme(kind), graph)


def _described_place(
    node: URIRef, place: KnownPlace, printed: tuple[str, ...], graph: URIRef | None, minter: Minter
) -> Iterator[Quad]:
    yield Quad(node, RDF.type, SKOS.Concept, graph)
    yield Quad(node, RDF.type, SCHEMA.Country if place.is_country else SCHEMA.Place, graph)
    yield Quad(node, SKOS.inScheme, minter.scheme(Kind.PLACE), graph)
    if "en" in place.labels:
        yield Quad(node, SKOS.notation, place.key, graph)
        yield from _labelled(node, place.labels, printed, graph)
    else:
        yield from _labelled(node, {"": printed[0]}, printed[1:], graph)


def _described_concept(node: URIRef, concept: Concept, minter: Minter) -> Iterator[Quad]:
    yield Quad(node, RDF.type, SKOS.Concept)
    yield Quad(node, SKOS.inScheme, minter.scheme(concept.kind))
    yield Quad(node, SKOS.notation, concept.key)
    yield from _labelled(node, concept.labels, ())
    if concept.match is not None:
        vocabulary = COAR_ACCESS if concept.kind is Kind.ACCESS else COAR_TYPE
        yield Quad(node, SKOS.exactMatch, URIRef(vocabulary + concept.match))


def _labelled(
    node: URIRef, labels: Mapping[str, str], others: Iterable[str], graph: URIRef | None = None
) -> Iterator[Quad]:
    """Labels by language (``""``: language unknown), and the printed forms that are none of them."""
    yield Quad(node, RDFS.label, labels.get("en") or labels[""], graph)
    for language, label in labels.items():
        yield Quad(node, SKOS.prefLabel, Literal(label, lang=language or None), graph)
    for other in others:
        if other not in labels.values():
            yield Quad(node, SKOS.altLabel, other, graph)
