"""The records of VuFind's REST API -> documents under Solr field names.

Names are those of the API's record fields, https://vufind.org/wiki/development:apis:rest
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

_RENAMED: Mapping[str, str] = {
    "formats": "format",
    "isbns": "isbn",
    "issns": "issn",
    "cleanDoi": "doi_str_mv",
    "languages": "language",
    "publicationDates": "publishDate",
    "publishers": "publisher",
    "shortTitle": "title_short",
    "summary": "description",
    "institutions": "institution",
    "collections": "collection",
}
_STRUCTURED = frozenset({"authors", "subjects", "series", "urls", "rawData"})
_EDITOR_ROLES = frozenset({"editor", "edt", "ed", "ed.", "eds", "eds."})


def solr_document(record: Mapping[str, object]) -> dict[str, object]:
    """One record of an API answer as a Solr document; what it does not know keeps its own name.

    A record that carries its Solr document (``rawData``) gives that one.
    """
    raw = record.get("rawData")
    if isinstance(raw, dict) and raw:
        return raw
    document = {_RENAMED.get(name, name): value for name, value in record.items() if name not in _STRUCTURED}
    authors = record.get("authors")
    if isinstance(authors, dict):
        for role, name in (("primary", "author"), ("secondary", "author2"), ("corporate", "author_corporate")):
            document[name] = list(_author_names(authors.get(role)))
    elif authors is not None:
        document["author"] = authors
    document["topic"] = _items(record.get("subjects"), _subject)
    document["series"] = _items(record.get("series"), _series)
    document["url"] = _items(record.get("urls"), _url)
    return document


def _author_names(authors: object) -> Iterator[object]:
    """Names of ``{"Name": {"role": ["editor"]}}``, ``{"Name": []}`` or ``["Name"]``; an editor says so in its name."""
    if not isinstance(authors, dict):
        yield from authors if isinstance(authors, list) else ()
        return
    for name, details in authors.items():
        roles = details.get("role") if isinstance(details, dict) else None
        edits = isinstance(roles, list) and any(str(role).lower() in _EDITOR_ROLES for role in roles)
        yield f"{name} (ed.)" if edits else name


def _items(value: object, read: Callable[[object], object]) -> object:
    return [read(item) for item in value] if isinstance(value, list) else value


def _subject(subject: object) -> object:
    """A heading and its subdivisions, ``["Rome (Italy)", "Maps"]``, written as catalogues print them."""
    if isinstance(subject, list) and all(isinstance(part, str) for part in subject):
        return " -- ".join(subject)
    return subject.get("heading", subject) if isinstance(subject, dict) else subject


def _series(series: object) -> object:
    if not isinstance(series, dict):
        return series
    name, number = series.get("name"), series.get("number")
    return f"{name}, no. {number}" if name and isinstance(number, str) and number else name


def _url(url: object) -> object:
    return url.get("url", url) if isinstance(url, dict) else url
