"""JSON documents under Solr field names -> records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from kg.importers.byte_lines import Line
from kg.importers.field_map import FieldMap
from kg.importers.problems import problem
from kg.model import Problem, Record

VALUE_LIMIT = 1_000_000
"""Characters of the longest value that is kept."""


class _Fault(NamedTuple):
    """A value that was left out: its field, the kind of the problem, a sentence about it."""

    field: str
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Turns the documents of one source into records; ``fields`` says which of their fields none can do without."""

    source: str
    fields: FieldMap

    def read_line(self, line: Line) -> Sequence[Record | Problem]:
        """The record on one line, after the problems of its values; or the one problem that loses the line."""
        number, data = line
        if data is None:
            return [self._lost(number, "too-large", "The line is longer than 64 MiB and was left out.")]
        document, failure = parse_json(data)
        if failure is not None:
            return [self._lost(number, *failure)]
        return self.read(document, number)

    def read(self, document: object, line: int) -> Sequence[Record | Problem]:
        """The record that ``document`` holds, after the problems of its values.

        Numbers and booleans count as text (``2024``, ``true``), ``null`` and empty text as absent. A value that is
        no text, or too large, is left out; the whole record is, when it has no other id or title.
        """
        if not isinstance(document, dict):
            return [self._lost(line, "not-an-object", "The line is JSON, but not an object.")]
        texts: dict[str, tuple[str, ...]] = {}
        faults: list[_Fault] = []
        for name, value in document.items():
            # Most values are one short text: a third of all reading time is saved by asking no further.
            if type(value) is str and 0 < len(value) <= VALUE_LIMIT:
                texts[name] = (value,)
            elif kept := _texts(name, value, faults):
                texts[name] = kept
        record = Record(self.source, line, texts)
        if not faults:
            return [record]
        problems = self._faults(record, faults)
        return problems if any(found.lost for found in problems) else [*problems, record]

    def _faults(self, record: Record, faults: Sequence[_Fault]) -> list[Problem]:
        id_field, title_field = self.fields.first_source("id"), self.fields.first_source("title")
        record_id = record.fields.get(id_field, (None,))[0]
        return [
            problem(
                self.source,
                record.line,
                fault.kind,
                fault.what,
                record_id=record_id,
                field=fault.field,
                lost=fault.field in (id_field, title_field) and fault.field not in record.fields,
            )
            for fault in faults
        ]

    def _lost(self, line: int, kind: str, what: str) -> Problem:
        return problem(self.source, line, kind, what, lost=True)


def parse_json(data: bytes) -> tuple[object, tuple[str, str] | None]:
    """The parsed JSON, or the kind of problem that it has and a sentence about it."""
    try:
        return orjson.loads(data), None
    except orjson.JSONDecodeError as error:
        reason = error.msg
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, ("wrong-encoding", f"Byte {error.start + 1} is not UTF-8.")
    return None, ("unreadable-line", f"This is not JSON ({reason}).")


def _texts(name: str, value: object, faults: list[_Fault]) -> tuple[str, ...]:
    if type(value) is list:
        try:
            joined = "".join(value)
        except TypeError:
            joined = ""
        if 0 < len(joined) <= VALUE_LIMIT and "" not in value:
            return tuple(value)
    kept = []
    for item in value if isinstance(value, list) else (value,):
        text = _text(item)
        if text is None:
            shape = "a list" if isinstance(item, list) else "an object"
            faults.append(_Fault(name, "wrong-type", f"A value of {name!r} is {shape} where text is expected."))
        elif len(text) > VALUE_LIMIT:
            faults.append(_Fault(name, "too-large", f"A value of {name!r} has more than {VALUE_LIMIT:,} characters."))
        elif text:
            kept.append(text)
    return tuple(kept)


def _text(item: object) -> str | None:
    """``item`` as text, empty for ``null``; ``None`` when it is a list or an object."""
    match item:
        case str():
            return item
        case None:
            return ""
        case bool():
            return "true" if item else "false"
        case int():
            return str(item)
        case float():
            return str(int(item)) if item.is_integer() else repr(item)
        case _:
            return None
