"""What changes a collection: records that are put, ids that are deleted. The newest change of an id wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.model import Record


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record came from: the name of the source, what the source calls the record, and when it last changed it
    there (ISO 8601), if it says so.
    """

    source: str
    identifier: str
    datestamp: str | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """A report's record, new or instead of the one that was there.

    ``fields_of`` maps a property, as a field map names it, to the fields that the record has for it, the preferred
    first: a property that holds one value was read from the first that has one.
    """

    id: str
    record: Record
    origin: Origin
    fields_of: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Delete:
    """A report that shall be no more."""

    id: str


Change = Put | Delete
