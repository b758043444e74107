"""Which form a file has, told from its first bytes."""

from __future__ import annotations

import re

import orjson

from kg.importers.field_map import FieldMap

JSONL = "solr-jsonl"
RESPONSE = "solr-response"
ARRAY = "solr-array"
REST_API = "vufind-api"
STAFF_VIEW = "staff-view"

FORMS = (JSONL, RESPONSE, ARRAY, REST_API, STAFF_VIEW)
"""``solr-jsonl``: one Solr document a line; ``solr-response``: ``response.docs``; ``solr-array``: ``[{..}, {..}]``;
``vufind-api``: the ``records`` of VuFind's REST API; ``staff-view``: the text of a record's staff view page."""

_ENVELOPES = {"responseHeader": RESPONSE, "response": RESPONSE, "resultCount": REST_API, "records": REST_API}
_FIRST_KEY = re.compile(rb'\{\s*"([^"\\]{1,40})"\s*:')
_DOCS = re.compile(rb'"docs"\s*:\s*\[')
_RECORDS = re.compile(rb'"records"\s*:\s*\[')
_FIELD_LINE = re.compile(r"(\S{1,200})[ \t]\S")


def sniff(head: bytes, fields: FieldMap) -> str | None:
    """The form of a file that begins with ``head`` (its first kilobytes, after any preamble), or ``None``."""
    text = head.lstrip()
    if _is_lines(text):
        return JSONL
    if text.startswith(b"["):
        return ARRAY
    if text.startswith(b"{"):
        return _sniff_object(text)
    lines = text.decode("utf-8", errors="replace").split("\n")
    names = {match.group(1) for line in lines if (match := _FIELD_LINE.match(line)) and fields.knows(match.group(1))}
    # One line of prose may begin with "title"; a page has an id, or several fields.
    if "id" in names or len(names) >= 3:
        return STAFF_VIEW
    return JSONL if b"\n{" in text else None


def _is_lines(text: bytes) -> bool:
    """Whether a second line is a document of its own: then a strange first line is one bad line, not another form."""
    first, _, rest = text.partition(b"\n")
    following = rest.lstrip()
    return following.startswith(b"{") and (_is_whole(first) or _is_whole(following.partition(b"\n")[0]))


def _is_whole(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _sniff_object(text: bytes) -> str:
    key = _FIRST_KEY.match(text)
    envelope = _ENVELOPES.get(key.group(1).decode("utf-8", errors="replace")) if key else None
    if envelope is not None:
        return envelope
    first, _, rest = text.partition(b"\n")
    try:
        document = orjson.loads(first)
    except orjson.JSONDecodeError:
        document = None
    if isinstance(document, dict):
        return next((form for name, form in _ENVELOPES.items() if isinstance(document.get(name), dict | list)), JSONL)
    if not rest.strip() or rest.lstrip(b"\r\n").startswith(b"{") or first.rstrip() not in (b"{", b"{ "):
        return JSONL
    return REST_API if _RECORDS.search(text) and not _DOCS.search(text) else RESPONSE
