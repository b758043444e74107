"""Reports for reference managers: CSL-JSON, and from it BibTeX and RIS.

CSL-JSON: https://docs.citationstyles.org/en/stable/specification.html. RIS and BibTeX are written by rispy and
bibtexparser, so that what we write is what they read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypedDict

import orjson

from kg.authority.concepts import resolve
from kg.model import Kind, Person, Report

_CSL_TYPES: Final = {
    "journal-article": "article-journal",
    "preprint": "article",
    "thesis": "thesis",
    "book": "book",
    "book-chapter": "chapter",
    "conference-paper": "paper-conference",
    "presentation": "speech",
    "dataset": "dataset",
    "blog-post": "post-weblog",
    "video": "motion_picture",
}
_RIS_TYPES: Final = {
    "article-journal": "JOUR",
    "article": "JOUR",
    "thesis": "THES",
    "book": "BOOK",
    "chapter": "CHAP",
    "paper-conference": "CPAPER",
    "speech": "SLIDE",
    "dataset": "DATA",
    "post-weblog": "BLOG",
    "motion_picture": "VIDEO",
}
_BIBTEX_TYPES: Final = {
    "article-journal": "article",
    "article": "article",
    "thesis": "phdthesis",
    "book": "book",
    "chapter": "incollection",
    "paper-conference": "inproceedings",
}
_PUBLISHER_FIELDS: Final = {"phdthesis": "school", "techreport": "institution"}
_IN_JOURNALS: Final = frozenset({"article-journal", "article", "paper-conference", "chapter"})
_LATEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)

CslName = dict[str, str]


class CslItem(TypedDict, total=False):
    """The variables of CSL-JSON that records have something to say on."""

    id: str
    type: str
    title: str
    author: list[CslName]
    editor: list[CslName]
    issued: dict[str, list[list[int]]]
    publisher: str
    abstract: str
    keyword: str
    language: str
    DOI: str
    URL: str
    ISBN: str
    ISSN: str
    number: str
    volume: str


# The names of these variables have a hyphen, which the class syntax cannot write.
CslContainer = TypedDict(
    "CslContainer", {"container-title": str, "collection-title": str, "collection-number": str}, total=False
)


class CslReference(CslItem, CslContainer, total=False):
    """One item of CSL-JSON."""


def csl_item(report: Report) -> CslReference:
    """A report as an item of CSL-JSON."""
    kind = _csl_type(report)
    item = CslReference(id=report.id, type=kind, title=_line(report.title))
    authors = [_csl_name(person) for person in report.authors if person.role != "editor"]
    authors += [{"literal": _line(body.name)} for body in report.corporate_authors] if not report.authors else []
    editors = [_csl_name(person) for person in report.authors if person.role == "editor"]
    if authors:
        item["author"] = authors
    if editors:
        item["editor"] = editors
    if report.issued is not None:
        item["issued"] = {"date-parts": [[report.issued.year, report.issued.month, report.issued.day]]}
    elif report.year is not None:
        item["issued"] = {"date-parts": [[report.year]]}
    if report.publishers:
        item["publisher"] = _line(report.publishers[0].name)
    if report.abstract:
        item["abstract"] = _line(report.abstract)
    if report.topics:
        item["keyword"] = ", ".join(_line(topic.label) for topic in report.topics)
    _add_container(item, report, kind)
    _add_identifiers(item, report)
    return item


def _add_container(item: CslReference, report: Report, kind: str) -> None:
    if not report.series:
        return
    series = report.series[0]
    if kind in _IN_JOURNALS:
        item["container-title"] = _line(series.title)
        if series.number:
            item["volume"] = _line(series.number)
    else:
        item["collection-title"] = _line(series.title)
        if series.number:
            item["collection-number"] = _line(series.number)


def _add_identifiers(item: CslReference, report: Report) -> None:
    language = next((found.key for found in (resolve(Kind.LANGUAGE, raw) for raw in report.languages) if found), None)
    if language:
        item["language"] = language
    if report.doi:
        item["DOI"] = _line(report.doi)
    if report.urls:
        item["URL"] = _line(report.urls[0])
    if report.isbns:
        item["ISBN"] = _line(report.isbns[0])
    if report.issns:
        item["ISSN"] = _line(report.issns[0])


def write_csl(reports: Iterable[Report]) -> Iterator[str]:
    """CSL-JSON, one array, in pieces."""
    yield "["
    for position, report in enumerate(reports):
        yield (",\n" if position else "\n") + orjson.dumps(csl_item(report)).decode()
    yield "\n]\n"


def write_ris(reports: Iterable[Report]) -> Iterator[str]:
    """RIS, one entry after another."""
    import rispy  # noqa: PLC0415 - only an export needs it

    for report in reports:
        item = csl_item(report)
        entry = {
            "type_of_reference": _RIS_TYPES.get(item["type"], "RPRT"),
            "id": item["id"],
            "title": item["title"],
            "authors": [_inverted(name) for name in item.get("author", [])],
            "secondary_authors": [_inverted(name) for name in item.get("editor", [])],
            "year": str(report.year or ""),
            "secondary_title": item.get("container-title", item.get("collection-title", "")),
            "volume": item.get("volume", item.get("collection-number", "")),
            "publisher": item.get("publisher", ""),
            "abstract": item.get("abstract", ""),
            "keywords": [_line(topic.label) for topic in report.topics],
            "language": item.get("language", ""),
            "doi": item.get("DOI", ""),
            "urls": [_line(url) for url in report.urls],
            "issn": item.get("ISBN", item.get("ISSN", "")),
        }
        yield rispy.dumps([{name: value for name, value in entry.items() if value}]) + "\n"


def write_bibtex(reports: Iterable[Report]) -> Iterator[str]:
    """BibTeX in UTF-8, one entry after another; keys are record ids with unusable characters left out."""
    from bibtexparser.bibdatabase import BibDatabase  # noqa: PLC0415 - only an export needs it
    from bibtexparser.bwriter import BibTexWriter  # noqa: PLC0415 - the same

    writer = BibTexWriter()
    for report in reports:
        database = BibDatabase()
        database.entries = [_bibtex_entry(csl_item(report))]
        yield writer.write(database)


def _bibtex_entry(item: CslReference) -> dict[str, str]:
    kind = _BIBTEX_TYPES.get(item["type"], "techreport")
    issued = item.get("issued", {"date-parts": [[]]})["date-parts"][0]
    texts = {
        "title": item["title"],
        "year": str(issued[0]) if issued else "",
        _PUBLISHER_FIELDS.get(kind, "publisher"): item.get("publisher", ""),
        "journal" if kind == "article" else "booktitle": item.get("container-title", ""),
        "series": item.get("collection-title", ""),
        "number": item.get("collection-number", ""),
        "volume": item.get("volume", ""),
        "isbn": item.get("ISBN", ""),
        "issn": item.get("ISSN", ""),
        "keywords": item.get("keyword", ""),
        "language": item.get("language", ""),
        "abstract": item.get("abstract", ""),
    }
    entry = {name: value.translate(_LATEX) for name, value in texts.items() if value}
    for role in ("author", "editor"):
        names = item.get(role, [])
        if isinstance(names, list) and names:
            entry[role] = " and ".join(_bibtex_name(name) for name in names)
    # Styles print these as they are: escaped, the links would lead nowhere. Braces alone would unbalance the entry.
    for name, address in (("doi", item.get("DOI")), ("url", item.get("URL"))):
        if address:
            entry[name] = address.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")
    return entry | {"ENTRYTYPE": kind, "ID": _bibtex_key(item["id"])}


def _bibtex_name(name: CslName) -> str:
    """A person inverted; a body in braces, or its "and" would part it in two."""
    written = _inverted(name).translate(_LATEX)
    return f"{{{written}}}" if "literal" in name else written


def _bibtex_key(record_id: str) -> str:
    """The id without the characters that BibTeX cannot use; with a digest where that lost any."""
    kept = re.sub(r"[^A-Za-z0-9_.:-]", "", record_id)
    return kept if kept == record_id else f"{kept}-{hashlib.sha256(record_id.encode()).hexdigest()[:8]}"


WRITERS: Final[dict[str, Callable[[Iterable[Report]], Iterator[str]]]] = {
    "bibtex": write_bibtex,
    "ris": write_ris,
    "csl": write_csl,
}


def _csl_type(report: Report) -> str:
    concepts = (resolve(Kind.TYPE, raw) for raw in report.types)
    return next((_CSL_TYPES[c.key] for c in concepts if c is not None and c.key in _CSL_TYPES), "report")


def _csl_name(person: Person) -> CslName:
    family, comma, given = _line(person.name).partition(",")
    return {"family": family.strip(), "given": given.strip()} if comma and given.strip() else {"literal": family}


def _inverted(name: CslName) -> str:
    return name["literal"] if "literal" in name else f"{name['family']}, {name['given']}"


def _line(text: str) -> str:
    """One line: a line break in a record must not begin a field of its own in another format."""
    return " ".join(text.split())
