"""What this room raises. Every error carries its data as fields and says the remedy.

    KgError
        SourceNotFoundError     a file to import cannot be opened
        FieldMapError           a field map cannot be used
        StoreError              a graph cannot be opened, written or read
        QuerySyntaxError        a query is not SPARQL 1.1
        QueryRefusedError       a query would do more than read this graph
        ResultFormError         an answer cannot be written in the form asked for
        QueryTimeoutError       a query took longer than it may and was ended
        QueryKilledError        a query's process died, mostly of too little memory
        QueriesBusyError        too many queries run already
        ResultTooLargeError     an answer is larger than it may be
        UnboundParameterError   a term has no place in a query, or is no term
        DamagedColumnsError     the facet columns of a snapshot cannot be read
        RecordFileError         the raw records of a snapshot cannot be written or read
        MentionFileError        the counts of mentions of a snapshot cannot be written or read

Bad records are not errors: importers yield them as :class:`kg.model.Problem`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


class ExplainedError(Exception):
    """An error that says ``what`` is wrong and, as its ``remedy``, what to do; its text is both.

    Each kind is a dataclass: its fields are its data, ``WHAT`` and ``REMEDY`` what it says, with fields in braces; a
    kind that says more has the property itself. The fields are its ``args`` as well, so that it crosses a process
    boundary unchanged. :class:`embeddings.errors.EmbeddingError` promises the same.
    """

    WHAT: ClassVar[str]
    REMEDY: ClassVar[str]

    def __post_init__(self) -> None:
        self.args = tuple(vars(self).values())

    @property
    def what(self) -> str:
        return self.WHAT.format_map(vars(self))

    @property
    def remedy(self) -> str:
        return self.REMEDY.format_map(vars(self))

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


class KgError(ExplainedError):
    """The root of what this room raises."""


@dataclass(eq=False)
class SourceNotFoundError(KgError):
    """A file to import does not exist or may not be read."""

    path: Path
    reason: str = "No such file or directory"

    WHAT = "The source {path} cannot be read: {reason}."
    REMEDY = "Check the path and the permissions, and give a file, not a folder or a pipe."


@dataclass(eq=False)
class FieldMapError(KgError):
    """A field map is missing, is not TOML, or names something that is not a property of a report."""

    path: Path
    reason: str

    WHAT = "The field map {path} cannot be used: {reason}."
    REMEDY = "Correct it after the pattern of the default map, kg/importers/vufind.toml."


@dataclass(eq=False)
class StoreError(KgError):
    """A graph cannot be opened, written or read. ``path`` is ``None`` for a graph in memory."""

    path: Path | None
    reason: str

    REMEDY = "Run `reportgraph build` again; the live snapshot is left as it was."

    @property
    def what(self) -> str:
        return f"The graph {self.path or 'in memory'} failed: {self.reason}."


@dataclass(eq=False)
class QuerySyntaxError(KgError):
    """A query is not SPARQL 1.1."""

    reason: str

    WHAT = "The query is not valid SPARQL: {reason}."
    REMEDY = "Correct it at the place that is named."


@dataclass(eq=False)
class QueryRefusedError(KgError):
    """A query would change the graph or reach another host. ``keyword`` is the word that asked for it."""

    keyword: str
    reason: str

    WHAT = "{keyword} is refused: {reason}."
    REMEDY = "Ask with SELECT, ASK, CONSTRUCT or DESCRIBE over this graph alone."


@dataclass(eq=False)
class ResultFormError(KgError):
    """An answer cannot be written in the form asked for. ``possible`` are the forms that fit."""

    form: str
    possible: tuple[str, ...]

    WHAT = "This answer cannot be given as {form}."

    @property
    def remedy(self) -> str:
        return f"Ask for one of: {', '.join(self.possible)}."


@dataclass(eq=False)
class QueryTimeoutError(KgError):
    """A query took longer than it may and was ended."""

    seconds: float

    WHAT = "The query took longer than {seconds:g} s and was ended."
    REMEDY = "Narrow it, or ask for fewer rows with LIMIT."


@dataclass(eq=False)
class QueryKilledError(KgError):
    """The process of a query died before it answered: mostly, it wanted more memory than a query may have."""

    WHAT = "The query ended without an answer, probably because it needs too much memory."
    REMEDY = "Narrow it, or ask for fewer rows with LIMIT."


@dataclass(eq=False)
class QueriesBusyError(KgError):
    """As many queries run as may run together."""

    seconds: float

    WHAT = "Too many queries run at the same time; none ended within {seconds:g} s."
    REMEDY = "Try again in a moment."


@dataclass(eq=False)
class ResultTooLargeError(KgError):
    """An answer is larger than it may be."""

    most: int

    WHAT = "The answer is larger than {most:,} bytes."
    REMEDY = "Ask for fewer rows with LIMIT, or use `reportgraph export` for everything."


@dataclass(eq=False)
class UnboundParameterError(KgError):
    """A query has no place for a parameter, or a value is no IRI and no literal."""

    parameter: str

    WHAT = "Nothing can be bound for {parameter!r}."
    REMEDY = "Write VALUES ?name {{ UNDEF }} where the query needs it, and give IRIs or literals."


@dataclass(eq=False)
class DamagedColumnsError(KgError):
    """The facet columns of a snapshot are missing or are not what they should be."""

    path: Path
    reason: str

    WHAT = "The facet columns in {path} are damaged: {reason}."
    REMEDY = "Run `reportgraph build` again."


@dataclass(eq=False)
class RecordFileError(KgError):
    """The file of raw records of a snapshot cannot be written, is missing, or is not what it should be."""

    path: Path
    reason: str

    WHAT = "The records in {path} cannot be used: {reason}."
    REMEDY = "See that there is space on the disk and run `reportgraph build` again."


@dataclass(eq=False)
class MentionFileError(KgError):
    """The file of mentions of a snapshot cannot be written, is missing, or is not what it should be."""

    path: Path
    reason: str

    WHAT = "The counts of mentions in {path} cannot be used: {reason}."
    REMEDY = "See that there is space on the disk and run `reportgraph check --repair`."
