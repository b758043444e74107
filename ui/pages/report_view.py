"""What the graph says of a report -> the rows of its page, each value with its origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import URIRef

from kg.descriptions import Fact, Inference, Membership, Signature, Statements
from kg.facets.table import FACETS
from kg.model import Record
from kg.vocab import BIBO, DCTERMS, DOI, HANDLE, RG, SCHEMA
from search.snapshots.changes import Put
from search.snapshots.snapshot import Snapshot
from ui.pages.address import Address
from ui.pages.links import last_part, safe_url
from ui.texts import N_, Texts

METHODS: Final = {
    "series-from-citation": N_("read from the citation"),
    "region-from-place": N_("from where its places lie"),
}
"""What methods of inference are called on pages; another method shows its own name."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a row. ``query`` leads to the search for it, ``href`` out of this site; ``inferred`` says how."""

    text: str
    query: str | None = None
    href: str | None = None
    inferred: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a report's page. ``origin`` names the fields of the record that the row was read from."""

    label: str
    values: tuple[Value, ...]
    origin: str | None


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one property of the graph is shown: under which label, and from which part of a report it was read."""

    label: str
    many: str
    prop: URIRef
    read_from: str

    @property
    def facets(self) -> tuple[str, ...]:
        """The facets that may lead to the reports with a value, the one of this part alone first."""
        found = [facet for facet in FACETS.values() if self.read_from in facet.parts]
        return tuple(facet.name for facet in sorted(found, key=lambda facet: len(facet.parts)))


_BEFORE: Final = (
    _Kind(N_("Corporate author"), N_("Corporate authors"), DCTERMS.contributor, "corporate_authors"),
    _Kind(N_("Affiliation"), N_("Affiliations"), RG.affiliation, "affiliations"),
    _Kind(N_("Format"), N_("Format"), DCTERMS.type, "types"),
    _Kind(N_("Language"), N_("Language"), DCTERMS.language, "languages"),
)
_AFTER: Final = (
    _Kind(N_("Subjects"), N_("Subjects"), DCTERMS.subject, "topics"),
    _Kind(N_("Place"), N_("Places"), DCTERMS.spatial, "places"),
)
_LAST: Final = (
    _Kind(N_("Access"), N_("Access"), DCTERMS.accessRights, "access"),
    _Kind(N_("License"), N_("License"), DCTERMS.license, "licenses"),
    _Kind(N_("Funder"), N_("Funders"), SCHEMA.funder, "funders"),
    _Kind(N_("Repository"), N_("Repository"), RG.repository, "repositories"),
    _Kind(N_("Provider"), N_("Provider"), RG.provider, "providers"),
    _Kind(N_("Other title"), N_("Other titles"), DCTERMS.alternative, "alternative_titles"),
    _Kind(N_("Citation"), N_("Citation"), DCTERMS.bibliographicCitation, "citation"),
    _Kind(N_("Related work"), N_("Related works"), DCTERMS.relation, "relations"),
    _Kind("ISBN", "ISBN", BIBO.isbn, "isbns"),
    _Kind("ISSN", "ISSN", BIBO.issn, "issns"),
    _Kind(N_("Identifier"), N_("Identifier"), DCTERMS.identifier, "id"),
)


@dataclass(frozen=True, slots=True)
class ReportView:
    """What a report's page shows above its related reports."""

    title: str
    abstracts: tuple[str, ...]
    invented: bool
    rows: tuple[Row, ...]
    record: Record | None


def report_view(
    snapshot: Snapshot, statements: Statements, stored: Put | None, texts: Texts, address: Address
) -> ReportView:
    """The page of a report; links lead to searches in the language of ``address``."""
    return _Rows(snapshot, statements, stored, texts, address).view()


class _Rows:
    """Makes the rows of one page."""

    def __init__(
        self,
        snapshot: Snapshot,
        statements: Statements,
        stored: Put | None,
        texts: Texts,
        address: Address,
    ) -> None:
        self._snapshot = snapshot
        self._statements = statements
        self._stored = stored
        self._texts = texts
        self._address = address
        self._facts: dict[str, list[Fact]] = {}
        for fact in statements.facts:
            self._facts.setdefault(fact.property, []).append(fact)

    def view(self) -> ReportView:
        rows = [
            self._people(N_("Main Author"), N_("Main Authors"), "authors", self._statements.authors),
            self._people(N_("Editor"), N_("Editors"), "editors", self._statements.editors),
            *(self._row(kind) for kind in _BEFORE),
            self._published(),
            self._series(),
            *(self._row(kind) for kind in _AFTER),
            self._online(),
            *(self._row(kind) for kind in _LAST),
            self._modified(),
        ]
        return ReportView(
            title=self._one(DCTERMS.title) or "",
            abstracts=tuple(fact.value for prop in (DCTERMS.abstract, RG.otherAbstract) for fact in self._of(prop)),
            invented=bool(self._of(RG.invented)),
            rows=tuple(row for row in rows if row is not None),
            record=self._stored.record if self._stored else None,
        )

    def _of(self, prop: URIRef) -> list[Fact]:
        # As text: a term of the graph equals no text.
        return self._facts.get(str(prop), [])

    def _one(self, prop: URIRef) -> str | None:
        facts = self._of(prop)
        return facts[0].value if facts else None

    def _made(self, one: str, many: str, read_from: Sequence[str], values: Sequence[Value]) -> Row | None:
        if not values:
            return None
        label = self._texts.say(one if len(values) == 1 else many)
        stated = any(value.inferred is None for value in values)
        return Row(label, tuple(values), self._origin(read_from) if stated else None)

    def _origin(self, properties: Sequence[str]) -> str | None:
        origins: Mapping[str, tuple[str, ...]] = self._stored.fields_of if self._stored else {}
        fields = dict.fromkeys(field for prop in properties for field in origins.get(prop, ()))
        # What no field of its own states was read out of the one that holds the whole record run together.
        return ", ".join(fields or origins.get("flattened", ())) or None

    def _inferred(self, inference: Inference | None) -> str | None:
        if inference is None:
            return None
        method = self._texts.say(METHODS.get(inference.derivation.method, inference.derivation.method))
        said = self._texts.say(
            "inferred: %(method)s, confidence %(confidence)s",
            method=method,
            confidence=self._texts.share(inference.derivation.confidence),
        )
        return f"{said}, {self._texts.date(inference.when.date())}" if inference.when else said

    def _people(self, one: str, many: str, read_from: str, signatures: Sequence[Signature]) -> Row | None:
        values = [Value(signature.name, query=self._search("author", signature.person)) for signature in signatures]
        if read_from == "authors" and values and self._of(RG.authorsIncomplete):
            values.append(Value("et al."))
        return self._made(one, many, (read_from,), values)

    def _row(self, kind: _Kind) -> Row | None:
        # What the record states stands before what was inferred.
        facts = sorted(self._of(kind.prop), key=lambda fact: fact.inference is not None)
        return self._made(kind.label, kind.many, (kind.read_from,), [self._value(fact, kind.facets) for fact in facts])

    def _value(self, fact: Fact, facets: Sequence[str]) -> Value:
        columns = self._snapshot.columns.facets
        inferred = self._inferred(fact.inference)
        for facet in facets:
            code = columns[facet].code(fact.value)
            if code is not None:
                label = columns[facet].values[code].label_in(self._texts.language)
                return Value(label, query=self._search(facet, fact.value), inferred=inferred)
        # What has a label is an entity of the graph, and none that a search can be made for.
        return Value(fact.label, href=safe_url(fact.value) if fact.label == fact.value else None, inferred=inferred)

    def _search(self, facet: str, iri: str) -> str:
        return self._address.only(facet, last_part(iri)).query_string

    def _published(self) -> Row | None:
        values = [self._value(fact, ("publisher",)) for fact in self._of(DCTERMS.publisher)]
        date = self._date()
        if date is not None:
            values.append(date)
        return self._made(N_("Published"), N_("Published"), ("publishers", "year", "issued"), values)

    def _date(self) -> Value | None:
        year, day = self._one(DCTERMS.issued), self._one(DCTERMS.date)
        if year is None:
            return None
        shown = self._texts.day(day) if day is not None else year
        number = int(year)
        query = Address(year_from=number, year_to=number, language=self._address.language).query_string
        return Value(shown, query=query)

    def _series(self) -> Row | None:
        return self._made(
            N_("Series"), N_("Series"), ("series",), [self._membership(found) for found in self._statements.memberships]
        )

    def _membership(self, found: Membership) -> Value:
        text = f"{found.title}, {found.number}" if found.number else found.title
        return Value(text, query=self._search("series", found.series), inferred=self._inferred(found.inference))

    def _online(self) -> Row | None:
        handle, doi = self._one(BIBO.handle), self._one(BIBO.doi)
        found = {HANDLE + handle: None} if handle else {}
        found |= {DOI + doi: None} if doi else {}
        found |= {fact.value: None for fact in self._of(SCHEMA.url)}
        values = [Value(url, href=safe_url(url)) for url in found]
        return self._made(N_("Online Access"), N_("Online Access"), ("handle", "doi", "urls"), values)

    def _modified(self) -> Row | None:
        moment = self._one(DCTERMS.modified)
        values = [Value(self._texts.day(moment[:10]))] if moment else []
        return self._made(N_("Record changed"), N_("Record changed"), ("modified",), values)
