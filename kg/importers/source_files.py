"""A file in any form -> its records and problems, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from kg.errors import SourceNotFoundError
from kg.importers.byte_lines import DAMAGED, Line, numbered_lines, open_source, skip_preamble
from kg.importers.field_map import FieldMap
from kg.importers.forms import FORMS, JSONL, REST_API, STAFF_VIEW, sniff
from kg.importers.problems import problem
from kg.importers.rest_api import solr_document
from kg.importers.solr_documents import DocumentReader, parse_json
from kg.importers.staff_view import read_staff_view
from kg.model import Problem, Record

WHOLE_LIMIT = 256 * 1024 * 1024
"""Bytes of the largest file that is parsed whole, as every form but ``solr-jsonl`` is."""

_HEAD = 256 * 1024
_CHUNK = 1024 * 1024
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class _Preview:
    """What the first bytes of a file tell: lines before its data, HTTP status line, form."""

    lines: int
    status: str | None
    head: bytes
    form: str | None
    damage: Exception | None


def read(path: Path, fields: FieldMap, *, form: str | None = None) -> Iterator[Record | Problem]:
    """The records of ``path`` in its order, with a Problem for whatever cannot be read.

    ``form`` is one of :data:`FORMS` and is told from the content unless given. The file may be gzip and may be a
    saved HTTP response with its headers. ``solr-jsonl`` is streamed, a line over 64 MiB is passed over without
    being held; the other forms are parsed whole, up to 256 MiB.

    Raises SourceNotFoundError, when called or when the file goes away before it is read.
    """
    if path.exists() and not path.is_file():
        raise SourceNotFoundError(path, "it is no file that can be read twice")
    open_source(path).close()
    return _read(path, fields, form)


def _read(path: Path, fields: FieldMap, form: str | None) -> Iterator[Record | Problem]:
    # A name of odd bytes must not break the report of a problem.
    source = str(path).encode("utf-8", errors="replace").decode()
    preview = _preview(path, fields, form)
    if preview.form is None:
        yield _unusable(source, preview, form)
        return
    with open_source(path) as stream:
        lines, _ = skip_preamble(stream)
        if preview.form == JSONL:
            yield from _read_lines(stream, DocumentReader(source, fields), lines + 1)
        else:
            yield from _read_whole(stream, source, fields, preview)


def _preview(path: Path, fields: FieldMap, form: str | None) -> _Preview:
    with open_source(path) as stream:
        head = b""
        lines, status, damage = 0, None, None
        try:
            lines, status = skip_preamble(stream)
            while len(head) < _HEAD and (data := stream.read1(_HEAD)):
                head += data
        except DAMAGED as error:
            damage = error
    if not head.strip() or head.startswith(_UTF_16):
        return _Preview(lines, status, head, None, damage)
    if form is None:
        form = sniff(head, fields)
    return _Preview(lines, status, head, form if form in FORMS else None, damage)


def _unusable(source: str, preview: _Preview, form: str | None) -> Problem:
    line = preview.lines + 1
    if preview.damage is not None and not preview.head:
        return _cut_short(source, line, preview.damage)
    if not preview.head.strip():
        what = f"The server answered {preview.status!r} and no data." if preview.status else "There is no data in it."
        return problem(source, line, "empty-file", what, lost=True)
    if preview.head.startswith(_UTF_16):
        return problem(source, line, "wrong-encoding", "The file is UTF-16.", lost=True)
    if form is not None:
        what = f"No form is named {form!r}; the forms are {', '.join(FORMS)}."
        return problem(source, line, "unknown-form", what, lost=True)
    return problem(source, line, "unknown-form", "The file has no form that is known here.", lost=True)


def _read_lines(stream: BufferedReader, reader: DocumentReader, first: int) -> Iterator[Record | Problem]:
    line = Line(first - 1, None)
    try:
        for line in numbered_lines(stream, first=first):
            yield from reader.read_line(line)
    except DAMAGED as error:
        yield _cut_short(reader.source, line.number + 1, error)


def _read_whole(stream: BufferedReader, source: str, fields: FieldMap, preview: _Preview) -> Iterator[Record | Problem]:
    line = preview.lines + 1
    data, cut = _all_bytes(stream)
    if cut is not None:
        yield _cut_short(source, line + data.count(b"\n"), cut)
    if len(data) > WHOLE_LIMIT:
        yield problem(source, line, "too-large", "The file has more than 256 MiB to be parsed whole.", lost=True)
    elif preview.form == STAFF_VIEW:
        yield from _read_page(data, source, fields, line)
    elif cut is None:
        document, failure = parse_json(data)
        if failure is None:
            yield from _read_documents(document, DocumentReader(source, fields), preview, line)
        else:
            yield problem(source, line, *failure, lost=True)


def _all_bytes(stream: BufferedReader) -> tuple[bytes, Exception | None]:
    """All that can be read, up to one chunk more than the limit, and what stopped it before the end."""
    chunks: list[bytes] = []
    size = 0
    try:
        while size <= WHOLE_LIMIT and (chunk := stream.read1(_CHUNK)):
            chunks.append(chunk)
            size += len(chunk)
    except DAMAGED as error:
        return b"".join(chunks), error
    return b"".join(chunks), None


def _read_page(data: bytes, source: str, fields: FieldMap, line: int) -> Iterator[Record | Problem]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line += data.count(b"\n", 0, error.start)
        yield problem(source, line, "wrong-encoding", f"Byte {error.start + 1} is not UTF-8.", lost=True)
        return
    yield from read_staff_view(text, source, fields, first_line=line)


def _read_documents(
    document: object, reader: DocumentReader, preview: _Preview, line: int
) -> Iterator[Record | Problem]:
    """The documents of a parsed file; a document's line is its position among them."""
    documents = _documents(document, preview.form, reader.fields)
    if documents is None:
        what = f"The JSON has none of the documents that {preview.form!r} holds."
        if preview.status:
            what += f" The server answered {preview.status!r}."
        yield problem(reader.source, line, "unknown-form", what, lost=True)
        return
    for position, each in enumerate(documents, start=1):
        if preview.form == REST_API and isinstance(each, dict):
            yield from reader.read(solr_document(each), position)
        else:
            yield from reader.read(each, position)


def _documents(document: object, form: str | None, fields: FieldMap) -> list[object] | None:
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return None
    if form == REST_API:
        records = document.get("records")
        return records if isinstance(records, list) else None
    response = document.get("response")
    docs = response.get("docs") if isinstance(response, dict) else None
    if isinstance(docs, list):
        return docs
    return [document] if fields.first_source("id") in document else None


def _cut_short(source: str, line: int, error: Exception) -> Problem:
    what = f"The gzip file breaks off or is damaged here ({error})."
    return problem(source, line, "truncated-gzip", what, lost=True)
