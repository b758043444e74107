from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from search.errors import (
    BackupError,
    BuildRunningError,
    DamagedPointerError,
    DamagedSnapshotError,
    GeneratorAnswerError,
    GeneratorBusyError,
    GeneratorSettingError,
    GeneratorTimeoutError,
    GeneratorUnreachableError,
    GoneReportError,
    InvalidJudgmentsError,
    InvalidRequestError,
    NoGeneratorError,
    NoReportsError,
    NoSnapshotError,
    SearchError,
    UnknownReportError,
    UnknownSnapshotError,
    UnknownValueError,
)
from tests.contracts.error_contract import ErrorContract, Explained


class TestSearchErrors(ErrorContract):
    root = SearchError
    examples: ClassVar[list[Explained]] = [
        NoSnapshotError(Path("data")),
        DamagedSnapshotError(Path("data/snapshots/000001"), "its manifest cannot be read"),
        DamagedPointerError(Path("data/CURRENT"), "000002"),
        DamagedPointerError(Path("data/CURRENT"), None),
        UnknownSnapshotError("000009", ("000001", "000002")),
        UnknownSnapshotError("000009", ()),
        BuildRunningError(Path("data")),
        BackupError(Path("saved.tar"), "it is damaged", "Restore another backup"),
        NoReportsError(records=3, problems=4),
        UnknownReportError("r1"),
        GoneReportError("r1", "2026-01-02T03:04:05+00:00", "Water"),
        GoneReportError("r1", "2026-01-02T03:04:05+00:00", None),
        UnknownValueError("topic", "gaots", ("goats",)),
        UnknownValueError("topic", "gaots", ()),
        InvalidRequestError("The query is too long", "Shorten it"),
        InvalidJudgmentsError(Path("qrels.tsv"), 7, "it has two columns"),
        NoGeneratorError(),
        GeneratorSettingError("REPORTGRAPH_GENERATOR", "it is no address"),
        GeneratorUnreachableError("http://127.0.0.1:9"),
        GeneratorBusyError(2),
        GeneratorTimeoutError("http://127.0.0.1:9", 30),
        GeneratorAnswerError("http://127.0.0.1:9", "it broke off"),
    ]


@pytest.mark.parametrize(
    ("status", "remedy"),
    [(401, "_KEY."), (403, "_KEY."), (404, "ends in /v1"), (500, "the log of"), (None, "the log of")],
)
def test_the_remedy_of_a_wrong_answer_goes_by_its_status(status: int | None, remedy: str) -> None:
    assert remedy in GeneratorAnswerError("http://127.0.0.1:9", "it says no", status).remedy


def test_judgments_as_a_whole_have_no_line() -> None:
    assert InvalidJudgmentsError(Path("qrels.tsv"), 0, "it is empty").what == "qrels.tsv cannot be used: it is empty."
