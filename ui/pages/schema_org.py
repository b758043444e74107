"""A report as schema.org describes creative works, for search engines and reference managers."""

from __future__ import annotations

import orjson
from markupsafe import Markup

from kg.authority.concepts import resolve
from kg.model import Kind, Report
from ui.pages.links import safe_url


def json_ld(iri: str, report: Report) -> Markup:
    """The content of a ``script`` of type ``application/ld+json``; no text in it can end the element."""
    written = orjson.dumps(described(iri, report)).decode()
    return Markup(written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped as JSON


def described(iri: str, report: Report) -> dict[str, object]:
    """The properties of https://schema.org/CreativeWork that a report has."""
    described: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": _types(report),
        "@id": iri,
        "name": report.title,
        "identifier": [identifier for identifier in (report.id, report.doi, report.handle) if identifier],
        "author": [{"@type": "Person", "name": person.name} for person in report.authors if person.role != "editor"],
        "editor": [{"@type": "Person", "name": person.name} for person in report.authors if person.role == "editor"],
        "contributor": [{"@type": "Organization", "name": body.name} for body in report.corporate_authors],
        "publisher": [{"@type": "Organization", "name": body.name} for body in report.publishers],
        "datePublished": report.issued.isoformat() if report.issued else (str(report.year) if report.year else ""),
        "inLanguage": _languages(report),
        "abstract": report.abstract or "",
        "keywords": [topic.label for topic in report.topics],
        "spatialCoverage": [place.label for place in report.places],
        "isPartOf": [
            {"@type": "PublicationVolume" if series.number else "Periodical", "name": series.title}
            for series in report.series
            if series.derivation is None
        ],
        "url": [url for url in report.urls if safe_url(url)],
        "license": [license_ for license_ in report.licenses if safe_url(license_)],
    }
    return {name: value for name, value in described.items() if value}


def _types(report: Report) -> list[str]:
    concepts = (resolve(Kind.TYPE, raw) for raw in report.types)
    named = (name.removeprefix("schema:") for concept in concepts if concept for name in concept.classes)
    return list(dict.fromkeys(name for name in named if ":" not in name)) or ["CreativeWork"]


def _languages(report: Report) -> list[str]:
    concepts = (resolve(Kind.LANGUAGE, raw) for raw in report.languages)
    return list(dict.fromkeys(concept.key for concept in concepts if concept and concept.known))
