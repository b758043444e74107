"""The records of VuFind's REST API -> documents under Solr field names.

Names are those of the API's record fields, https://vufind.org/wiki/development:apis:rest
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

_RENAMED: Mapping[str, str] = {
    "authors": "author",
    "subjects": "topic",
    "urls": "url",
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
_AUTHORS: Mapping[str, str] = {"primary": "author", "secondary": "author2", "corporate": "author_corporate"}
_EDITOR_ROLES = frozenset({"editor", "edt", "ed", "ed.", "eds", "eds."})


def solr_document(record: Mapping[str, object]) -> dict[str, object]:
    """One record of an API answer as a Solr document, in the answer's order; what it does not know keeps its own name.

    A record that carries its Solr document (``rawData``) gives that one.
    """
    raw = record.get("rawData")
    if isinstance(raw, dict) and raw:
        return raw
    document: dict[str, object] = {}
    for name, value in record.items():
        for field, given in _solr_fields(name, value).items():
            # An answer may hold a field under both names: an empty one does not hide the other.
            if given or field not in document:
                document[field] = given
    return document


def _solr_fields(name: str, value: object) -> dict[str, object]:
    """One field of the API under its Solr name; authors are several fields, an empty object is none."""
    if value == {}:
        return {}
    if name == "authors" and isinstance(value, dict):
        return {field: list(_author_names(value.get(role))) for role, field in _AUTHORS.items()}
    return {_RENAMED.get(name, name): _items(value, _STRUCTURED[name]) if name in _STRUCTURED else value}


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


_STRUCTURED: Mapping[str, Callable[[object], object]] = {"subjects": _subject, "series": _series, "urls": _url}
