"""The Dublin Core record that VuFind's DSpace import leaves run together in ``spelling``.

It starts with the id and the record's datestamp, then goes through the record: title, authors, topics, abstract;
the dates (issued, accessioned, available); type, own address, language, relations, access rights, licence,
publisher and citation. Nothing marks where one ends: what other fields hold is taken off the front, the rest is
recognised by its form, and whatever is not recognised is left alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

_STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z"
_DATESTAMP = re.compile(rf"({_STAMP})(?:\s+|$)")
_DATES = re.compile(rf"(?:(?:{_STAMP}|\d{{4}}(?:-\d\d(?:-\d\d)?)?)(?:\s+|$))+")
_SOME_DATES = re.compile(
    rf"(?<!\S)(?:\d{{4}}(?:-\d\d(?:-\d\d)?)?\s+)?(?:{_STAMP}(?:\s+|$))+(?:\d{{4}}(?:-\d\d){{0,2}}(?:\s+|$))?"
)
_TYPE = re.compile(r"([^\W\d][^\d:/.]{1,60}?)\s+(?=https?://)")
_URL = re.compile(r"(https?://\S+)(?:\s+|$)")
_LANGUAGE = re.compile(r"([a-z]{2,3}(?:[_-][A-Z]{2})?)\s+")
_ACCESS = re.compile(
    r"((?:open|limited|restricted|closed|embargoed|controlled|unrestricted) access|metadata only access"
    r"|info:eu-repo/semantics/\w+Access)(?:\s+|$)",
    re.IGNORECASE,
)
_LICENSE = re.compile(r"(CC-[A-Z0-9.-]+|CC0|https?://creativecommons\.org/\S+)(?:\s+|$)")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Flattened:
    """What the run-together record states beyond the other fields; addresses and labels are raw."""

    modified: dt.datetime | None = None
    issued: dt.date | None = None
    type: str | None = None
    own_url: str | None = None
    language: str | None = None
    relations: tuple[str, ...] = ()
    access: str | None = None
    license: str | None = None
    citation: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the other fields of the record hold: ``front`` may stand before the dates, the others after them."""

    front: frozenset[str]
    publishers: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Cursor:
    """A text that is read from the front, piece by piece; ``at`` is where the unread part begins."""

    text: str
    at: int = 0

    def take(self, expression: re.Pattern[str]) -> str | None:
        match = expression.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return match[expression.groups].strip()

    def take_all(self, expression: re.Pattern[str]) -> list[str]:
        found = []
        while (value := self.take(expression)) is not None:
            found.append(value)
        return found

    def take_values(self, values: Iterable[str]) -> None:
        """Passes over the longest of ``values`` that comes next, as long as one does."""
        ordered = sorted(values, key=len, reverse=True)
        while (end := next(filter(None, map(self._end_of, ordered)), None)) is not None:
            self.at = end

    def _end_of(self, value: str) -> int | None:
        """Where the unread part goes on after ``value`` and a space, if it begins with it."""
        end = self.at + len(value)
        if value and self.text.startswith(value, self.at) and self.text[end : end + 1] in ("", " "):
            return end + 1
        return None


def begins_flattened(text: str, record_id: str) -> bool:
    """Whether ``text`` begins with the id and a datestamp run together, as only a whole flattened record does."""
    return text.startswith(record_id) and _DATESTAMP.match(text, len(record_id)) is not None


def read_flattened(text: str, record_id: str, known: Known) -> Flattened:
    """What ``text`` states beyond ``known``; nothing unless it begins with the id and a datestamp.

    ``text`` and the values of ``known`` are one line each, with single spaces.
    """
    if not text.startswith(record_id):
        return Flattened()
    cursor = _Cursor(text, len(record_id))
    modified = _datetime(cursor.take(_DATESTAMP))
    if modified is None:
        return Flattened()
    start = cursor.at
    cursor.take_values(known.front)
    dates = cursor.take(_DATES) or _skip_to_dates(cursor)
    if dates is None and cursor.at == start:
        return Flattened(modified)
    return _read_rest(cursor, modified, _issued(dates), known)


def _read_rest(cursor: _Cursor, modified: dt.datetime, issued: dt.date | None, known: Known) -> Flattened:
    label = cursor.take(_TYPE)
    urls = cursor.take_all(_URL)
    # The record's own address comes first, unless the record states another: then these are relations already.
    own = urls.pop(0) if urls and (urls[0] in known.urls or not known.urls) else None
    language = cursor.take(_LANGUAGE)
    relations = [*urls, *cursor.take_all(_URL)]
    license_url = next((url for url in relations if _LICENSE.match(url)), None)
    access = cursor.take(_ACCESS)
    license_ = cursor.take(_LICENSE) or license_url
    cursor.take_values(known.publishers)
    citation = cursor.text[cursor.at :].strip()
    return Flattened(
        modified=modified,
        issued=issued,
        type=label,
        own_url=own,
        language=language,
        relations=tuple(url for url in relations if url != license_url),
        access=access,
        license=license_,
        citation=citation if _YEAR.search(citation) and " " in citation else None,
    )


def _skip_to_dates(cursor: _Cursor) -> str | None:
    """Passes over what no field accounts for, up to a run of dates with a time stamp in it."""
    match = _SOME_DATES.search(cursor.text, cursor.at)
    if match is None:
        return None
    cursor.at = match.end()
    return match.group()


def _issued(dates: str | None) -> dt.date | None:
    for date in (dates or "").split():
        if len(date) == 10:
            try:
                return dt.date.fromisoformat(date)
            except ValueError:
                continue
    return None


def _datetime(stamp: str | None) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(stamp) if stamp else None
    except ValueError:
        return None
