"""The field map: which source fields feed which property of a report, read from TOML."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kg.errors import FieldMapError
from kg.importers.language_codes import iso_639_1

DEFAULT_PATH = Path(__file__).with_name("vufind.toml")

PROPERTIES = frozenset(
    {
        *("id", "record_format", "title", "alternative_titles", "abstract", "other_abstracts", "authors", "editors"),
        *("corporate_authors", "affiliations", "publishers", "funders", "repositories", "providers", "topics"),
        *("places", "series", "year", "issued", "types", "languages", "access", "licenses", "doi", "handle", "isbns"),
        *("issns", "urls", "relations", "citation", "modified", "invented", "flattened"),
    }
)
"""What a field map may name: the properties of a Report that a record states, and three more that lead to them:
``record_format``, ``editors`` (authors in that role) and ``flattened`` (the record run together in one string)."""

_STAFF_VIEW = frozenset({"single", "text", "many"})
_TABLES = frozenset({"fields", "more_fields", "staff_view"})
_LANG = "{lang}"
_LANG_CODE = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z]{2,4})?|none")
_DYNAMIC = re.compile(
    r"[A-Za-z_][\w.\-]*(?:_(?:str|txt|isn|date|dateRange|boolean|num|geo|random)(?:_mv)?|\.fl_(?:str|txt)(?:_mv)?)"
)
_MANY_SHAPES = 1024

Groups = tuple[tuple[str, ...], ...]


class FieldUse(NamedTuple):
    """One field to read, with the language its name states (ISO 639-1)."""

    name: str
    language: str | None


Uses = Mapping[str, tuple[FieldUse, ...]]
"""For one shape of record (its field names): property -> the fields to read, in order."""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Which fields feed which property, and what is known of the source's fields.

    ``sources`` maps a property to groups of field patterns; of a group only the first pattern that the record has
    is read. ``single``, ``text`` and ``many`` are field names by what they hold: one short value, one text of
    several lines, any number of values.
    """

    sources: Mapping[str, Groups]
    single: frozenset[str] = frozenset()
    text: frozenset[str] = frozenset()
    many: frozenset[str] = frozenset()
    # Records of one source have few shapes; matching patterns once a shape, not once a record, is 4x faster.
    _uses: dict[tuple[str, ...], Uses] = field(default_factory=dict, init=False, repr=False, compare=False)
    _stated: frozenset[str] = field(init=False, repr=False, compare=False)
    _prefixes: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        patterns = {pattern for groups in self.sources.values() for group in groups for pattern in group}
        dynamic = {pattern for pattern in patterns if _LANG in pattern}
        object.__setattr__(self, "_stated", frozenset(patterns - dynamic))
        object.__setattr__(self, "_prefixes", tuple(sorted(pattern.partition(_LANG)[0] for pattern in dynamic)))

    def to_json(self) -> bytes:
        """The map as JSON, for :meth:`from_json`; equal maps give equal bytes."""
        sets = {"single": sorted(self.single), "text": sorted(self.text), "many": sorted(self.many)}
        return json.dumps({"sources": dict(sorted(self.sources.items())), **sets}, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, content: bytes) -> FieldMap:
        """The map that :meth:`to_json` wrote. Raises ValueError, TypeError and KeyError for anything else."""
        values = json.loads(content)
        sources = {prop: tuple(map(tuple, groups)) for prop, groups in values["sources"].items()}
        return cls(sources, **{name: frozenset(values[name]) for name in ("single", "text", "many")})

    def uses_of(self, names: tuple[str, ...]) -> Uses:
        """The fields to read for a record that has the fields ``names``; properties without any are absent."""
        uses = self._uses.get(names)
        if uses is None:
            if len(self._uses) >= _MANY_SHAPES:
                self._uses.clear()
            dynamic = tuple(name for name in names if name not in self._stated and name.startswith(self._prefixes))
            there = frozenset(names)
            uses = {prop: found for prop, groups in self.sources.items() if (found := _uses(groups, dynamic, there))}
            self._uses[names] = uses
        return uses

    def knows(self, name: str) -> bool:
        """Whether ``name`` is a field name: one stated here or one that ends like a dynamic field of VuFind."""
        stated = name in self._stated or name in self.single or name in self.text or name in self.many
        return stated or _DYNAMIC.fullmatch(name) is not None

    def first_source(self, prop: str) -> str:
        """The most preferred field of a property."""
        return self.sources[prop][0][0]


def load_field_map(path: Path | None = None) -> FieldMap:
    """The default map, or the map in ``path`` read over it.

    Raises FieldMapError when ``path`` cannot be read, is not TOML, or has tables, properties or patterns that
    mean nothing.
    """
    tables = _read_tables(DEFAULT_PATH)
    sources = _groups(DEFAULT_PATH, tables["fields"])
    staff_view = {key: _names(DEFAULT_PATH, key, tables["staff_view"][key]) for key in _STAFF_VIEW}
    if path is not None:
        own = _read_tables(path)
        sources |= _groups(path, own.get("fields", {}))
        for prop, groups in _groups(path, own.get("more_fields", {})).items():
            sources[prop] = (*sources[prop], *groups)
        for prop in ("id", "title"):
            if not sources[prop]:
                raise FieldMapError(path, f"{prop!r} has no field, and no report can do without one")
        for key, names in own.get("staff_view", {}).items():
            if key not in _STAFF_VIEW:
                raise FieldMapError(path, f"[staff_view] has no list named {key!r}")
            staff_view[key] |= _names(path, key, names)
    return FieldMap(sources, **staff_view)


def _read_tables(path: Path) -> dict[str, dict[str, object]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FieldMapError(path, error.strerror or "it cannot be read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FieldMapError(path, f"it is not TOML in UTF-8 ({error})") from error
    for name, table in tables.items():
        if name not in _TABLES or not isinstance(table, dict):
            raise FieldMapError(path, f"{name!r} is none of the tables {', '.join(sorted(_TABLES))}")
    return tables


def _groups(path: Path, table: Mapping[str, object]) -> dict[str, Groups]:
    found: dict[str, Groups] = {}
    for prop, entries in table.items():
        if prop not in PROPERTIES:
            raise FieldMapError(path, f"a report has no property named {prop!r}")
        if not isinstance(entries, list):
            raise FieldMapError(path, f"{prop!r} is not a list of field names")
        found[prop] = tuple(_group(path, prop, entry) for entry in entries)
    return found


def _group(path: Path, prop: str, entry: object) -> tuple[str, ...]:
    patterns = entry if isinstance(entry, list) else [entry]
    for pattern in patterns:
        if not isinstance(pattern, str) or not pattern.strip() or pattern.count(_LANG) > 1:
            raise FieldMapError(path, f"{prop!r} lists {pattern!r}, which is no field name with at most one {_LANG}")
    if not patterns:
        raise FieldMapError(path, f"{prop!r} has an empty list inside its list")
    return tuple(patterns)


def _names(path: Path, key: str, entries: object) -> frozenset[str]:
    if not isinstance(entries, list) or not all(isinstance(name, str) and name for name in entries):
        raise FieldMapError(path, f"[staff_view] {key} is not a list of field names")
    return frozenset(entries)


def _uses(groups: Groups, dynamic: tuple[str, ...], there: frozenset[str]) -> tuple[FieldUse, ...]:
    uses: list[FieldUse] = []
    for group in groups:
        found = next((found for pattern in group if (found := _matches(pattern, dynamic, there))), ())
        uses.extend(use for use in found if use not in uses)
    return tuple(uses)


def _matches(pattern: str, dynamic: tuple[str, ...], there: frozenset[str]) -> Sequence[FieldUse]:
    if _LANG not in pattern:
        return (FieldUse(pattern, None),) if pattern in there else ()
    if not dynamic:
        return ()
    before, _, after = pattern.partition(_LANG)
    matches = [
        (name, _LANG_CODE.fullmatch(name, len(before), len(name) - len(after)))
        for name in dynamic
        if name.startswith(before) and name.endswith(after)
    ]
    return [FieldUse(name, iso_639_1(match.group())) for name, match in matches if match]
