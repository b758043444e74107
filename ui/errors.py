"""How errors reach people: one table for the command line's exit codes and HTTP's status codes."""

from __future__ import annotations

from typing import Final

from embeddings import errors as embedding_errors
from kg import errors as kg_errors
from search import errors as search_errors

FAILED: Final = 1
USAGE: Final = 2

KNOWN_ERRORS: Final[tuple[type[Exception], ...]] = (
    kg_errors.KgError,
    embedding_errors.EmbeddingError,
    search_errors.SearchError,
)
"""The roots of the error trees: what these carry is meant to be read by people."""

HTTP_STATUS: Final[dict[type[Exception], int]] = {
    kg_errors.SourceNotFoundError: 500,
    kg_errors.FieldMapError: 500,
    kg_errors.StoreError: 500,
    kg_errors.QuerySyntaxError: 400,
    kg_errors.QueryRefusedError: 403,
    kg_errors.ResultFormError: 406,
    kg_errors.QueryTimeoutError: 503,
    kg_errors.QueryKilledError: 503,
    kg_errors.QueriesBusyError: 503,
    kg_errors.ResultTooLargeError: 413,
    kg_errors.UnboundParameterError: 500,
    kg_errors.DamagedColumnsError: 500,
    kg_errors.RecordFileError: 500,
    kg_errors.MentionFileError: 500,
    embedding_errors.ModelNotFoundError: 503,
    embedding_errors.RerankerNotFoundError: 503,
    embedding_errors.NotARerankerError: 503,
    embedding_errors.DeviceNotFoundError: 503,
    embedding_errors.HubNotAllowedError: 503,
    embedding_errors.ModelDigestError: 503,
    embedding_errors.PackedModelError: 503,
    embedding_errors.ModelCacheError: 503,
    embedding_errors.UnsafeModelError: 503,
    embedding_errors.ModelMismatchError: 503,
    embedding_errors.DamagedSegmentError: 500,
    embedding_errors.DamagedIndexError: 500,
    embedding_errors.MissingVectorsError: 500,
    search_errors.NoSnapshotError: 503,
    search_errors.DamagedSnapshotError: 503,
    search_errors.DamagedPointerError: 503,
    search_errors.UnknownSnapshotError: 404,
    search_errors.BuildRunningError: 409,
    search_errors.BackupError: 422,
    search_errors.NoReportsError: 422,
    search_errors.UnknownReportError: 404,
    search_errors.GoneReportError: 410,
    search_errors.UnknownValueError: 422,
    search_errors.InvalidRequestError: 422,
    search_errors.InvalidJudgmentsError: 422,
    search_errors.NoGeneratorError: 404,
    search_errors.GeneratorSettingError: 503,
    search_errors.GeneratorUnreachableError: 502,
    search_errors.GeneratorBusyError: 503,
    search_errors.GeneratorTimeoutError: 504,
    search_errors.GeneratorAnswerError: 502,
}
"""Every error of the trees and the status of a response that reports it; a test sees that none is missing."""

RETRY_AFTER: Final[dict[type[Exception], int]] = {
    kg_errors.QueriesBusyError: 5,
    search_errors.GeneratorBusyError: 5,
}
"""Seconds after which it may be worth while to try again, of errors that pass by themselves."""


def error_name(error: Exception) -> str:
    """The stable word for a kind of error in answers to programs."""
    return type(error).__name__.removesuffix("Error")


def readable(error: Exception) -> str | None:
    """One line for people about an error that is theirs to mend, ``None`` for one that is ours."""
    if isinstance(error, KNOWN_ERRORS):
        return " ".join(str(error).split())
    if isinstance(error, OSError):
        named = f"{error.filename}: " if error.filename else ""
        return f"{named}{error.strerror or error}. Check the path, the permissions and the space on the disk."
    return None
