"""Records -> reports: every property read from the fields that the map names, cleaned, and checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from kg.authority.names import key
from kg.importers import dates, identifiers
from kg.importers.field_map import FieldMap, Uses
from kg.importers.flattened import Flattened, Known, begins_flattened, read_flattened
from kg.importers.person_names import read_people
from kg.importers.plain_text import label, one_line, paragraphs, without_isbd_end
from kg.importers.problems import problem
from kg.importers.remembered import Remembered
from kg.importers.series_statement import read_series, series_in_citation
from kg.model import Institution, LangText, Person, Place, Problem, Record, Report, Series, Topic

_T = TypeVar("_T")

_NOT_FLATTENED = Flattened()
# "Repository of Agricultural Research Outputs (CGSpace)": a description and the name that everyone uses.
_LONG_AND_SHORT = re.compile(r"\S+(?:\s+\S+)+\s+\(([^\s()]+)\)")
_BEFORE_DATES = (
    "title", "alternative_titles", "abstract", "other_abstracts", "authors", "editors", "corporate_authors",
    "affiliations", "funders", "topics", "places", "series", "isbns", "issns",
)  # fmt: skip


def to_report(record: Record, fields: FieldMap) -> tuple[Report | None, tuple[Problem, ...]]:
    """The report that a record states, and the problems met; no report without an id and a title.

    Never raises on what a record holds. Problems that lose only a value have ``lost=False``.
    """
    draft = _Draft(record, fields.uses_of(tuple(record.fields)), fields)
    report = draft.report()
    if report is not None:
        draft.note_wordless(report)
    return report, tuple(draft.problems)


class _Draft:
    """The draft of a report: a record, which of its fields are used for what, and what went wrong so far."""

    __slots__ = ("fields", "isbd", "problems", "record", "record_id", "uses", "values")

    def __init__(self, record: Record, uses: Uses, fields: FieldMap) -> None:
        self.record = record
        self.values = record.fields
        self.uses = uses
        self.fields = fields
        self.problems: list[Problem] = []
        self.record_id = self._first("id", one_line)
        form = self._first("record_format", one_line)
        # Catalogue cards punctuate for print. Answers of the REST API do not say what they come from; most are cards.
        self.isbd = form is None or form.lower().startswith("marc")

    def report(self) -> Report | None:
        title = self._first("title", self._card_label)
        if self.record_id is None:
            self._note("missing-id", "The record has no id.", self.fields.first_source("id"), lost=True)
        if title is None:
            self._note("missing-title", "The record has no title.", self.fields.first_source("title"), lost=True)
        if self.record_id is None or title is None:
            return None
        flat = self._flattened(self.record_id)
        abstract = self._first("abstract", paragraphs)
        authors, incomplete = self._people()
        citation = self._first("citation", label) or flat.citation
        issued = self._first("issued", dates.date_of) or flat.issued
        year = self._year()
        institutions = _CARD_INSTITUTIONS if self.isbd else _INSTITUTIONS
        urls, doi, handle = self._addresses(flat)
        return Report(
            id=self.record_id,
            title=title,
            alternative_titles=self._other_texts("title", "alternative_titles", title, self._card_label),
            abstract=abstract,
            other_abstracts=self._other_texts("abstract", "other_abstracts", abstract, paragraphs),
            authors=authors,
            authors_incomplete=incomplete,
            corporate_authors=self._entities("corporate_authors", institutions),
            affiliations=self._entities("affiliations", institutions),
            publishers=self._entities("publishers", institutions),
            funders=self._entities("funders", institutions),
            repositories=self._entities("repositories", _REPOSITORIES),
            providers=self._entities("providers", institutions),
            topics=self._topics(),
            places=self._entities("places", _PLACES),
            series=self._series(title, citation),
            year=year if year is not None or issued is None else issued.year,
            issued=issued,
            types=self._labels("types", flat.type),
            languages=self._labels("languages", flat.language),
            access=self._labels("access", flat.access),
            licenses=self._labels("licenses", flat.license),
            doi=doi,
            handle=handle,
            isbns=self._numbers("isbns", identifiers.isbn_of, "ISBN"),
            issns=self._numbers("issns", identifiers.issn_of, "ISSN"),
            urls=urls,
            relations=self._relations(flat),
            citation=citation,
            modified=flat.modified or self._first("modified", dates.moment_of),
            invented=self._first("invented", one_line) == "true",
        )

    def note_wordless(self, report: Report) -> None:
        """Names without a letter or digit have no place in the graph: say so, since they would vanish unseen."""
        for prop, names in (
            ("authors", [person.name for person in report.authors]),
            ("topics", [topic.label for topic in report.topics]),
            ("places", [place.label for place in report.places]),
            ("series", [series.title for series in report.series]),
            ("corporate_authors", [body.name for body in report.corporate_authors]),
            ("affiliations", [body.name for body in report.affiliations]),
            ("publishers", [body.name for body in report.publishers]),
        ):
            for name in names:
                # Nearly every name begins with a letter, which is a word already.
                if not name[0].isalnum() and not key(name):
                    self._note("no-word", f"The name {_shown(name)} has no letter and no digit.", prop)

    def _raw(self, prop: str) -> list[str]:
        return [value for name, _ in self.uses.get(prop, ()) for value in self.values[name]]

    def _first(self, prop: str, clean: Callable[[str], _T | None]) -> _T | None:
        """The first value of a property that is something once it is clean."""
        for name, _ in self.uses.get(prop, ()):
            for value in self.values[name]:
                if cleaned := clean(value):
                    return cleaned
        return None

    def _labels(self, prop: str, further: str | None = None) -> tuple[str, ...]:
        """The values of a property, then ``further``, clean and each once."""
        stated = self._entities(prop, _LABELS)
        if further is None:
            return stated
        name, _ = _LABELS[further]
        return (*stated, name) if name and name not in stated else stated

    def _entities(self, prop: str, read: Remembered[tuple[str, _T]]) -> tuple[_T, ...]:
        """What the values of a property name, each name once."""
        uses = self.uses.get(prop)
        if uses is None:
            return ()
        if len(uses) == 1 and len(values := self.values[uses[0].name]) == 1:
            name, entity = read[values[0]]
            return (entity,) if name else ()
        found: dict[str, _T] = {}
        for field, _ in uses:
            for value in self.values[field]:
                name, entity = read[value]
                found[name] = entity
        found.pop("", None)
        return tuple(found.values())

    def _card_label(self, value: str) -> str:
        text = label(value)
        return without_isbd_end(text) if self.isbd else text

    def _people(self) -> tuple[tuple[Person, ...], bool]:
        authors, incomplete = read_people(self._raw("authors"), isbd=self.isbd)
        if "editors" not in self.uses:
            return authors, incomplete
        editors, more_missing = read_people(self._raw("editors"), role="editor", isbd=self.isbd)
        people = {person.name: person for person in authors}
        for person in editors:
            people.setdefault(person.name, person)
        return tuple(people.values()), incomplete or more_missing

    def _topics(self) -> tuple[Topic, ...]:
        found: dict[str, Topic] = {}
        for name, language in self.uses.get("topics", ()):
            for value in self.values[name]:
                topic = _TOPICS[value]
                if topic.label not in found:
                    found[topic.label] = topic
                # The same heading may come once plain and once from a field that tells its language.
                if language is not None and found[topic.label].language is None:
                    found[topic.label] = Topic(topic.label, language)
        found.pop("", None)
        return tuple(found.values())

    def _other_texts(
        self, prop: str, others: str, main: str | None, clean: Callable[[str], str]
    ) -> tuple[LangText, ...]:
        """Texts of ``others``, after those that the field of ``prop`` itself holds besides ``main``."""
        uses = self.uses.get(others, ())
        first = self.uses.get(prop, ())[:1]
        if not uses and (not first or len(self.values[first[0].name]) == 1):
            return ()
        texts: dict[str, str | None] = {}
        for use in (*first, *uses):
            for value in self.values[use.name]:
                text = clean(value)
                if text and text != main:
                    texts.setdefault(text, use.language)
        return tuple(LangText(text, language) for text, language in texts.items())

    def _series(self, title: str, citation: str | None) -> tuple[Series, ...]:
        found: dict[tuple[str, str | None], Series] = {}
        for field, _ in self.uses.get("series", ()):
            for value in self.values[field]:
                series = read_series(value)
                if series is not None:
                    found.setdefault((series.title, series.number), series)
                elif label(value):
                    what = f"The series statement {_shown(value)} has no title."
                    self._note("series-without-title", what, field)
        if citation is not None:
            series = series_in_citation(citation, title)
            if series and series.title.casefold() not in {name.casefold() for name, _ in found}:
                found[series.title, series.number] = series
        return tuple(found.values())

    def _year(self) -> int | None:
        year = self._first("year", dates.year_of)
        if year is None and "year" in self.uses:
            field, _ = self.uses["year"][0]
            self._note("bad-year", f"No year can be read from {_shown(self.values[field][0])}.", field)
        return year

    def _addresses(self, flat: Flattened) -> tuple[tuple[str, ...], str | None, str | None]:
        """Web addresses, DOI and handle."""
        doi = self._first("doi", _doi)
        handle = self._first("handle", _handle)
        urls: dict[str, None] = {}
        raw = self._raw("urls")
        if flat.own_url is not None:
            raw.append(flat.own_url)
        for value in raw:
            text = one_line(value)
            doi = doi or identifiers.doi_of(text)
            handle = handle or identifiers.handle_of(text)
            address = identifiers.web_address(text)
            if address is not None:
                urls[address] = None
            elif text and not {identifiers.doi_of(text), identifiers.handle_of(text)} & {doi or "", handle or ""}:
                self._note("bad-url", f"{_shown(text)} is not a web address.", self.uses["urls"][0].name)
        return tuple(urls), doi, handle

    def _numbers(self, prop: str, read: Callable[[str], str | None], name: str) -> tuple[str, ...]:
        if prop not in self.uses:
            return ()
        numbers = []
        for value in self._raw(prop):
            number = read(one_line(value))
            if number is None:
                self._note("bad-identifier", f"{_shown(value)} is not an {name}.", self.uses[prop][0].name)
            else:
                numbers.append(number)
        return tuple(dict.fromkeys(numbers))

    def _relations(self, flat: Flattened) -> tuple[str, ...]:
        if "relations" not in self.uses and not flat.relations:
            return ()
        found = (*self._raw("relations"), *flat.relations)
        return tuple(dict.fromkeys(identifier for value in found if (identifier := _identifier(one_line(value)))))

    def _flattened(self, record_id: str) -> Flattened:
        uses = self.uses.get("flattened")
        # Most records lack the datestamp: their spelling holds nothing that other fields do not.
        if uses is None or not begins_flattened(self.values[uses[0].name][0], record_id):
            return _NOT_FLATTENED
        raw = self._raw("flattened")
        front = frozenset(one_line(value) for prop in _BEFORE_DATES for value in self._raw(prop))
        publishers = frozenset(map(one_line, self._raw("publishers")))
        urls = frozenset(map(one_line, self._raw("urls")))
        return read_flattened(one_line(" ".join(raw)), record_id, Known(front, publishers, urls))

    def _note(self, kind: str, what: str, field: str, *, lost: bool = False) -> None:
        record = self.record
        self.problems.append(
            problem(record.source, record.line, kind, what, record_id=self.record_id, field=field, lost=lost)
        )


def _institution(value: str) -> tuple[str, Institution]:
    name = label(value)
    return name, Institution(name)


def _card_institution(value: str) -> tuple[str, Institution]:
    name = without_isbd_end(label(value))
    return name, Institution(name)


def _repository(value: str) -> tuple[str, Institution]:
    name = label(value)
    match = _LONG_AND_SHORT.fullmatch(name)
    if match:
        name = match.group(1)
    return name, Institution(name)


def _same_label(value: str) -> tuple[str, str]:
    name = label(value)
    return name, name


def _place(value: str) -> tuple[str, Place]:
    name = label(value)
    return name, Place(name)


def _topic(value: str) -> Topic:
    return Topic(label(value))


# One object for every mention: looking it up is cheaper than making it, and a collection needs less memory.
_LABELS = Remembered(_same_label)
_INSTITUTIONS = Remembered(_institution)
_CARD_INSTITUTIONS = Remembered(_card_institution)
_REPOSITORIES = Remembered(_repository)
_PLACES = Remembered(_place)
_TOPICS = Remembered(_topic)


def _doi(value: str) -> str | None:
    return identifiers.doi_of(one_line(value))


def _handle(value: str) -> str | None:
    return identifiers.bare_handle_of(one_line(value))


def _identifier(text: str) -> str:
    """A handle or a DOI out of its address; any other identifier as it is."""
    return identifiers.handle_of(text) or identifiers.doi_of(text) or text


def _shown(value: str) -> str:
    return repr(value if len(value) <= 80 else value[:80] + "…")
