"""What of a report is searched by its words and by its meaning."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from kg.authority.concepts import resolve
from kg.model import Kind, Report


@dataclass(frozen=True, slots=True)
class ReportText:
    """The searchable texts of a report. ``languages`` are ISO 639-1 codes where the record states known ones."""

    iri: str
    title: str
    other_titles: tuple[str, ...]
    abstract: str
    other_abstracts: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """One line of JSON, without the line break."""
        return orjson.dumps(self)

    @classmethod
    def from_json(cls, line: bytes) -> ReportText:
        """The texts that :meth:`to_json` wrote."""
        values = orjson.loads(line)
        lists = ("other_titles", "other_abstracts", "topics", "authors", "institutions", "series", "languages")
        return cls(**(values | {name: tuple(values[name]) for name in lists}))


def searchable(iri: str, report: Report) -> ReportText:
    """The searchable texts of a report."""
    concepts = (resolve(Kind.LANGUAGE, raw) for raw in report.languages)
    return ReportText(
        iri=iri,
        title=report.title,
        other_titles=tuple(text.value for text in report.alternative_titles),
        abstract=report.abstract or "",
        other_abstracts=tuple(text.value for text in report.other_abstracts),
        topics=tuple(topic.label for topic in report.topics),
        authors=(
            *(person.name for person in report.authors),
            *(institution.name for institution in report.corporate_authors),
        ),
        institutions=tuple(institution.name for institution in (*report.corporate_authors, *report.affiliations)),
        series=tuple(series.title for series in report.series),
        languages=tuple(dict.fromkeys(concept.key for concept in concepts if concept and concept.known)),
    )


def embedding_text(text: ReportText) -> str:
    """What the encoder reads: title and abstract; without an abstract, title and topics.

    Most records of some collections have no abstract, and their topics say in words what the title leaves out.
    """
    abstracts = tuple(part for part in (text.abstract, *text.other_abstracts) if part)
    return "\n".join((text.title, *(abstracts or ("; ".join(text.topics),)))).rstrip("\n")
