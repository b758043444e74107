"""Every kind of Problem that importing can report, with the remedy that people are told."""

from __future__ import annotations

from collections.abc import Mapping

from kg.model import Problem

REMEDIES: Mapping[str, str] = {
    "unknown-form": "Give a file of Solr JSON (lines, an array or a response), an answer of VuFind's REST API or a "
    "staff view page, or name its form.",
    "empty-file": "Export or download the file again.",
    "truncated-gzip": "Copy the file again; what came before this was read.",
    "wrong-encoding": "Save the file as UTF-8.",
    "unreadable-line": "Correct or remove it; every line holds one whole JSON document.",
    "not-an-object": "Write every record as a JSON object, {...}.",
    "wrong-type": "Give text or a list of texts.",
    "too-large": "Shorten the value, or split the file into lines of one record each.",
    "missing-id": "Give every record an id.",
    "missing-title": "Give every record a title.",
    "series-without-title": "Add the title of the series before its number.",
    "no-word": "Write the name with letters or digits.",
    "bad-url": "Give a whole address that begins with http://, https:// or ftp://.",
    "bad-year": "Give a year of four digits between 1000 and 2100.",
    "bad-identifier": "Correct the number, or move it to the field for its kind.",
}
"""Kind -> what to do about it. Kinds are stable: programs may rely on them."""


def problem(
    source: str, line: int, kind: str, what: str, *, record_id: str | None = None, field: str | None = None, lost: bool
) -> Problem:
    """A Problem whose reason is ``what`` (a sentence saying what is wrong) and the remedy of its kind."""
    return Problem(source, line, kind, f"{what} {REMEDIES[kind]}", record_id, field, lost)
