"""The entities that reports mention: which node a printed label is, and what the graph says of that node.

Labels to show can be chosen only when every report has been seen; until then an :class:`Entities` collects.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from rdflib import Literal, URIRef

from kg.authority.concepts import Concept, resolve
from kg.authority.labels import Labels
from kg.authority.names import key
from kg.authority.places import REGION_FROM_PLACE, KnownPlace, regions_of, resolve_place
from kg.model import Derivation, Kind
from kg.quads import Quad
from kg.vocab import BIBO, COAR_ACCESS, COAR_TYPE, DCAT, DCTERMS, FOAF, ORCID, ORG, OWL, RDF, RDFS, SCHEMA, SKOS, Minter

_SCHEMES: Final = (Kind.TOPIC, Kind.PLACE, Kind.TYPE, Kind.LANGUAGE, Kind.ACCESS)
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
    """Gives each printed label its node and remembers what to say of it.

    ``derivations`` are those that :meth:`inferred` was asked about, by their graphs.
    """

    def __init__(self, minter: Minter) -> None:
        self.minter = minter
        self.derivations: dict[URIRef, Derivation] = {}
        self._labels: dict[tuple[Kind, URIRef | None], Labels] = {}
        self._concepts: dict[URIRef, Concept] = {}
        self._places: dict[URIRef, KnownPlace] = {}
        self._orcids: dict[URIRef, str] = {}
        self._nodes: dict[tuple[Kind, str], URIRef | None] = {}

    def named(self, kind: Kind, label: str, graph: URIRef | None = None) -> URIRef | None:
        """The node of a person, topic, institution, repository or series; ``None`` if the label has no word.

        ``graph`` is the graph of the statement that mentions it: an entity known only by inference is described
        beside the inference, so that the default graph never lists it.
        """
        node = self._node(kind, label)
        if node is not None:
            self._count(kind, graph, node, label)
        return node

    def inferred(self, derivation: Derivation) -> URIRef:
        """The graph of what a method infers, which is remembered."""
        graph = self.minter.inferred_graph(derivation.method)
        self.derivations[graph] = derivation
        return graph

    def identified(self, person: URIRef, orcid: str) -> None:
        """Remember the ORCID of a person; of several the smallest, whatever the order of the reports."""
        self._orcids[person] = min(orcid, self._orcids.get(person, orcid))

    def controlled(self, kind: Kind, raw: str) -> tuple[URIRef, Concept] | None:
        """The node and the concept of a document type, a language or access rights; ``None`` without a word."""
        concept = resolve(kind, raw)
        if concept is None:
            return None
        node = self._node(kind, concept.key)
        assert node is not None
        if concept.known:
            self._concepts[node] = concept
        else:
            self._count(kind, None, node, raw)
        return node, concept

    def place(self, label: str) -> URIRef | None:
        """The node of a place; ``None`` if the label has no word."""
        known = resolve_place(label)
        if known is None:
            return None
        node = self.minter.entity(Kind.PLACE, known.key)
        self._places[node] = known
        self._count(Kind.PLACE, None, node, label)
        return node

    def describe(self) -> Iterator[Quad]:
        """Everything there is to say of the entities mentioned so far."""
        for (kind, graph), labels in self._labels.items():
            for node, shown, others in labels:
                if kind is Kind.PLACE:
                    yield from self._described_place(node, self._places[node], (shown, *others))
                else:
                    yield from self._described(kind, node, shown, others, graph)
        yield from self._regions()
        for node, orcid in self._orcids.items():
            yield Quad(node, OWL.sameAs, URIRef(ORCID + quote(orcid)))
        for node, concept in self._concepts.items():
            yield from self._described_concept(node, concept)
        for kind in _SCHEMES:
            yield Quad(self.minter.scheme(kind), RDF.type, SKOS.ConceptScheme)

    def _node(self, kind: Kind, label: str) -> URIRef | None:
        known = (kind, label)
        if known not in self._nodes:
            folded = key(label)
            self._nodes[known] = self.minter.entity(kind, folded) if folded else None
        return self._nodes[known]

    def _count(self, kind: Kind, graph: URIRef | None, node: URIRef, label: str) -> None:
        held = self._labels.get((kind, graph))
        if held is None:
            held = self._labels[kind, graph] = Labels()
        held.add(node, label)

    def _described(
        self, kind: Kind, node: URIRef, shown: str, others: tuple[str, ...], graph: URIRef | None
    ) -> Iterator[Quad]:
        entity_class, name = _CLASS_AND_NAME[kind]
        yield Quad(node, RDF.type, entity_class, graph)
        yield Quad(node, RDFS.label, shown, graph)
        yield Quad(node, name, shown, graph)
        for other in others:
            yield Quad(node, SKOS.altLabel, other, graph)
        if kind in _SCHEMES:
            yield Quad(node, SKOS.inScheme, self.minter.scheme(kind), graph)

    def _described_place(
        self, node: URIRef, place: KnownPlace, printed: tuple[str, ...], graph: URIRef | None = None
    ) -> Iterator[Quad]:
        yield Quad(node, RDF.type, SKOS.Concept, graph)
        yield Quad(node, RDF.type, SCHEMA.Country if place.is_country else SCHEMA.Place, graph)
        yield Quad(node, SKOS.inScheme, self.minter.scheme(Kind.PLACE), graph)
        if "en" in place.labels:
            yield Quad(node, SKOS.notation, place.key, graph)
            yield from _labelled(node, place.labels, printed, graph)
        else:
            yield from _labelled(node, {"": printed[0]}, printed[1:], graph)

    def _regions(self) -> Iterator[Quad]:
        """In which regions the places lie, said once for all reports, and what regions are that no record names."""
        described = set(self._places)
        waiting = deque(self._places.items())
        while waiting:
            node, place = waiting.popleft()
            for region in regions_of(place):
                graph = self.inferred(REGION_FROM_PLACE)
                around = self.minter.entity(Kind.PLACE, region.key)
                yield Quad(node, SKOS.broader, around, graph)
                if around not in described:
                    described.add(around)
                    waiting.append((around, region))
                    yield from self._described_place(around, region, (), graph)

    def _described_concept(self, node: URIRef, concept: Concept) -> Iterator[Quad]:
        yield Quad(node, RDF.type, SKOS.Concept)
        yield Quad(node, SKOS.inScheme, self.minter.scheme(concept.kind))
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
