"""The words everyone uses: what a record says once it has been read and cleaned.

A :class:`Record` is what a source gave, field by field. A :class:`Report` is the same thing identified and
cleaned. Nothing here knows RDF, files or vectors. Entities carry the label as the record printed it; which
labels mean the same entity is decided in :mod:`kg.authority`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What an entity is; the value is the path segment of its IRI and of its page."""

    REPORT = "report"
    AUTHOR = "author"
    TOPIC = "topic"
    INSTITUTION = "institution"
    REPOSITORY = "repository"
    SERIES = "series"
    PLACE = "place"
    TYPE = "type"
    LANGUAGE = "language"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a fact that the record does not state was inferred.

    ``method`` names the inference (it becomes a named graph), ``confidence`` lies in (0, 1].
    """

    method: str
    confidence: float


@dataclass(frozen=True, slots=True)
class LangText:
    """A text with its language where the source tells it (ISO 639-1, else ``None``)."""

    value: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as printed on a report: ``Margolies, Amy``. ``role`` is ``author`` or ``editor``."""

    name: str
    role: str = "author"
    orcid: str | None = None


@dataclass(frozen=True, slots=True)
class Institution:
    """An organisation as printed on a report."""

    name: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject heading as printed, with its language where the source tells it."""

    label: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place as printed: a country, a region, a code."""

    label: str


@dataclass(frozen=True, slots=True)
class Series:
    """Membership of a series or journal: title, number in it, and the statement as the source gave it.

    ``derivation`` is ``None`` when the record states the series in a field of its own.
    """

    title: str
    number: str | None = None
    as_given: str | None = None
    derivation: Derivation | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One record, clean and identified. Orders are the record's own; values are unique within a field.

    ``types``, ``languages`` and ``access`` are the raw labels (``Informe técnico``, ``Inglés``): which concept
    they mean is decided in :mod:`kg.authority`. ``relations`` are identifiers or URLs of related works.
    """

    id: str
    title: str
    alternative_titles: tuple[LangText, ...] = ()
    abstract: str | None = None
    other_abstracts: tuple[LangText, ...] = ()
    authors: tuple[Person, ...] = ()
    authors_incomplete: bool = False
    corporate_authors: tuple[Institution, ...] = ()
    affiliations: tuple[Institution, ...] = ()
    publishers: tuple[Institution, ...] = ()
    funders: tuple[Institution, ...] = ()
    repositories: tuple[Institution, ...] = ()
    providers: tuple[Institution, ...] = ()
    topics: tuple[Topic, ...] = ()
    places: tuple[Place, ...] = ()
    series: tuple[Series, ...] = ()
    year: int | None = None
    issued: dt.date | None = None
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    doi: str | None = None
    handle: str | None = None
    isbns: tuple[str, ...] = ()
    issns: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    citation: str | None = None
    modified: dt.datetime | None = None
    invented: bool = False
    """True for the bundled sample: the record says of itself that it is not a real report."""


@dataclass(frozen=True, slots=True)
class Record:
    """One document as the source gave it, under VuFind's Solr field names.

    ``source`` and ``line`` say where it stands (line 1 is the first; in a JSON array, the position in it).
    """

    source: str
    line: int
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the input, kept as data so that the rest goes on.

    ``kind`` is a stable machine word (``unreadable-line``, ``missing-id``); ``reason`` is a sentence for people
    that says the remedy; ``lost`` tells whether the whole record was left out or only the value.
    """

    source: str
    line: int
    kind: str
    reason: str
    record_id: str | None = None
    field: str | None = None
    lost: bool = True
