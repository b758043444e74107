"""The page of a report, and its other forms: linked data and citations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rdflib import URIRef

from kg import sparql
from kg.citation_export import write_bibtex, write_csl, write_ris
from kg.descriptions import Statements, read_statements
from kg.model import Report
from kg.store import Scope
from kg.vocab import Minter
from search.related import RelatedRequest, related
from search.snapshots.snapshot import Snapshot, missing
from ui.languages import LANGUAGES
from ui.negotiation import by_preference
from ui.pages.address import Address
from ui.pages.cards import card_of
from ui.pages.links import report_path
from ui.pages.rendering import Rendering
from ui.pages.report_view import report_view
from ui.pages.schema_org import json_ld

HTML: Final = "text/html"

_GRAPH_FORMS: Final = {
    ".ttl": ("turtle", "text/turtle; charset=utf-8"),
    ".jsonld": ("jsonld", "application/ld+json"),
    ".nt": ("ntriples", "application/n-triples"),
}
_CITATIONS: Final[dict[str, tuple[Callable[[Iterable[Report]], Iterator[str]], str]]] = {
    ".bib": (write_bibtex, "application/x-bibtex; charset=utf-8"),
    ".ris": (write_ris, "application/x-research-info-systems; charset=utf-8"),
    ".csl.json": (write_csl, "application/vnd.citationstyles.csl+json"),
}
SUFFIXES: Final = (*_GRAPH_FORMS, *_CITATIONS)
"""What may stand at the end of a report's address to ask for another form than the page."""

_MEDIA_SUFFIXES: Final = {
    "text/html": "",
    "application/xhtml+xml": "",
    "*/*": "",
    "text/*": "",
    "text/turtle": ".ttl",
    "application/ld+json": ".jsonld",
    "application/n-triples": ".nt",
    "application/x-bibtex": ".bib",
    "application/x-research-info-systems": ".ris",
    "application/vnd.citationstyles.csl+json": ".csl.json",
}
_RELATED: Final = 5


@dataclass(frozen=True, slots=True)
class Form:
    """A report as it is sent."""

    body: bytes
    media: str


def report_form(snapshot: Snapshot, asked: str, accept: str, query_string: str, accept_language: str) -> Form:
    """A report by the last part of its address: an id, which may hold dots and slashes, and perhaps a suffix.

    Raises :class:`~search.errors.UnknownReportError` and :class:`~search.errors.GoneReportError`.
    """
    minter = Minter(snapshot.manifest.base)
    ending = next((suffix for suffix in SUFFIXES if asked.endswith(suffix)), "")
    if snapshot.columns.ordinal(str(minter.report(asked))) is not None:
        report_id, suffix = asked, preferred_suffix(accept)
    elif ending and snapshot.columns.ordinal(str(minter.report(asked.removesuffix(ending)))) is not None:
        report_id, suffix = asked.removesuffix(ending), ending
    else:
        raise missing(snapshot, asked.removesuffix(ending) if asked not in snapshot.gone else asked)
    iri = minter.report(report_id)
    if suffix in _GRAPH_FORMS:
        form, media = _GRAPH_FORMS[suffix]
        description = sparql.bind(sparql.query("report_description"), report=[iri])
        return Form(snapshot.graph.answer(description, form, Scope.ALL), media)
    statements = read_statements(snapshot.graph, str(iri))
    assert statements is not None
    if suffix in _CITATIONS:
        write, media = _CITATIONS[suffix]
        return Form("".join(write([statements.report])).encode(), media)
    page = _page(snapshot, iri, statements, Address.read(query_string).language, accept_language)
    return Form(page.encode(), f"{HTML}; charset=utf-8")


def preferred_suffix(accept: str) -> str:
    """The suffix of the form that an Accept header asks for; the page, if it asks for none that there is."""
    return next((_MEDIA_SUFFIXES[media] for media in by_preference(accept) if media in _MEDIA_SUFFIXES), "")


def _page(snapshot: Snapshot, iri: URIRef, statements: Statements, asked: str | None, accept_language: str) -> str:
    rendering = Rendering.for_reader(asked, accept_language)
    address = Address(language=asked)
    report = statements.report
    hits = related(snapshot, RelatedRequest((str(iri),), limit=_RELATED))
    path = report_path(report.id)
    return rendering.html(
        "report.html",
        iri=str(iri),
        report=report,
        view=report_view(snapshot, statements, snapshot.records.get(report.id), rendering.texts, address),
        related=[card_of(snapshot, hit, rendering.texts, address) for hit in hits],
        schema_org=json_ld(str(iri), report),
        here_in={code: f"{path}?lang={code}" for code in LANGUAGES},
    )
