"""Every IRI of the graph, and nothing else: namespaces, own terms, and how entity IRIs are minted.

Own terms live under ``urn:reportgraph:`` because the project owns no domain; they are described in
``shapes/terms.ttl``. Everything with a well-known term uses it.
"""

from __future__ import annotations

import hashlib
from typing import Final
from urllib.parse import quote, unquote

from rdflib import URIRef
from rdflib.namespace import DCAT as _DCAT
from rdflib.namespace import DCTERMS as _DCTERMS
from rdflib.namespace import FOAF as _FOAF
from rdflib.namespace import ORG as _ORG
from rdflib.namespace import OWL as _OWL
from rdflib.namespace import PROV as _PROV
from rdflib.namespace import RDF as _RDF
from rdflib.namespace import RDFS as _RDFS
from rdflib.namespace import SKOS as _SKOS
from rdflib.namespace import XSD as _XSD
from rdflib.namespace import DefinedNamespace, Namespace

from kg.model import Kind


class Terms:
    """A namespace whose terms are made once: rdflib makes a new one at each mention, half a million a minute here."""

    def __init__(self, namespace: Namespace | type[DefinedNamespace]) -> None:
        self._namespace = namespace

    def __getattr__(self, name: str) -> URIRef:
        term: URIRef = getattr(self._namespace, name)
        setattr(self, name, term)
        return term

    def __str__(self) -> str:
        return str(self._namespace)


BIBO: Final = Terms(Namespace("http://purl.org/ontology/bibo/"))
DCAT: Final = Terms(_DCAT)
DCTERMS: Final = Terms(_DCTERMS)
FOAF: Final = Terms(_FOAF)
ORG: Final = Terms(_ORG)
OWL: Final = Terms(_OWL)
PROV: Final = Terms(_PROV)
RDF: Final = Terms(_RDF)
RDFS: Final = Terms(_RDFS)
RG: Final = Terms(Namespace("urn:reportgraph:"))
SCHEMA: Final = Terms(Namespace("https://schema.org/"))
SKOS: Final = Terms(_SKOS)
XSD: Final = Terms(_XSD)

COAR_TYPE: Final = "http://purl.org/coar/resource_type/"
COAR_ACCESS: Final = "http://purl.org/coar/access_right/"

HANDLE: Final = "https://hdl.handle.net/"
DOI: Final = "https://doi.org/"
ORCID: Final = "https://orcid.org/"

DEFAULT_BASE: Final = "http://localhost:7860/"

PREFIXES: Final[dict[str, str]] = {
    "bibo": str(BIBO),
    "dcat": str(DCAT),
    "dcterms": str(DCTERMS),
    "foaf": str(FOAF),
    "org": str(ORG),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "rg": str(RG),
    "schema": str(SCHEMA),
    "skos": str(SKOS),
    "xsd": str(XSD),
}

_LONGEST_SLUG: Final = 120
"""Characters. Browsers and file systems both live with this; longer keys are cut and get a digest."""


def slug(key: str) -> str:
    """The path segment for a matching key (:func:`kg.authority.names.key`): words joined by hyphens.

    Distinct keys have distinct slugs: a key that is cut keeps a digest of the whole.
    """
    joined = key.replace(" ", "-")
    if len(joined) <= _LONGEST_SLUG:
        return joined
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    return f"{joined[: _LONGEST_SLUG - 13]}-{digest}"


class Minter:
    """Mints IRIs under a base that ends in ``/``. The same keys give the same IRIs for ever."""

    __slots__ = ("base", "inferred_prefix", "provenance_graph")

    def __init__(self, base: str = DEFAULT_BASE) -> None:
        self.base = base if base.endswith("/") else f"{base}/"
        self.inferred_prefix = f"{self.base}graph/inferred/"
        self.provenance_graph = URIRef(f"{self.base}graph/provenance")

    def report(self, record_id: str) -> URIRef:
        """The IRI of a report: its record id, percent-encoded."""
        return URIRef(f"{self.base}report/{quote(record_id, safe='')}")

    def entity(self, kind: Kind, key: str) -> URIRef:
        """The IRI of any other entity from its matching key or its code."""
        return URIRef(f"{self.base}{kind}/{slug(key)}")

    def scheme(self, kind: Kind) -> URIRef:
        """The concept scheme that the concepts of a kind belong to."""
        return URIRef(f"{self.base}scheme/{kind}")

    def part(self, report: URIRef, role: str, position: int) -> URIRef:
        """A node that belongs to one report only: a signature, a place in a series. Positions start at 1."""
        return URIRef(f"{report}#{role}-{position}")

    def inferred_graph(self, method: str) -> URIRef:
        """The named graph that holds what one method inferred."""
        return URIRef(f"{self.inferred_prefix}{quote(method, safe='')}")

    def method(self, graph: URIRef) -> str:
        """The method whose inferences a named graph holds."""
        return unquote(graph.removeprefix(self.inferred_prefix))
