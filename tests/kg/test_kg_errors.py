from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from kg.errors import (
    DamagedColumnsError,
    FieldMapError,
    KgError,
    MentionFileError,
    QueriesBusyError,
    QueryKilledError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    RecordFileError,
    ResultFormError,
    ResultTooLargeError,
    SourceNotFoundError,
    StoreError,
    UnboundParameterError,
)
from tests.contracts.error_contract import ErrorContract, Explained


class TestKgErrors(ErrorContract):
    root = KgError
    examples: ClassVar[list[Explained]] = [
        SourceNotFoundError(Path("reports.jsonl")),
        FieldMapError(Path("own.toml"), reason="it is empty"),
        StoreError(Path("graph"), "it is gone"),
        QuerySyntaxError("expected { at 1:7"),
        QueryRefusedError("INSERT", "the graph is read-only"),
        ResultFormError("csv", ("turtle", "jsonld")),
        QueryTimeoutError(2.5),
        QueryKilledError(),
        QueriesBusyError(5),
        ResultTooLargeError(50_000_000),
        UnboundParameterError("place"),
        DamagedColumnsError(Path("facets"), "codes.npy is cut"),
        RecordFileError(Path("records.sqlite"), "it is no database"),
        MentionFileError(Path("mentions.sqlite"), "it is no database"),
    ]


def test_data_in_braces_are_said_as_they_are() -> None:
    assert "{path}" in str(SourceNotFoundError(Path("a.jsonl"), "no {path}"))


def test_what_is_bound_is_written_with_braces() -> None:
    assert UnboundParameterError("place").remedy.startswith("Write VALUES ?name { UNDEF } where")


def test_a_graph_in_memory_has_no_path() -> None:
    assert StoreError(None, "it was closed").what == "The graph in memory failed: it was closed."
