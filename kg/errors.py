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
        MentionFileError        the counts of mentions of a snapshot cannot be written or read
    RecordFileError         the raw records of a snapshot cannot be written or read

Bad records are not errors: importers yield them as :class:`kg.model.Problem`.
"""

from __future__ import annotations

from pathlib import Path


class KgError(Exception):
    """The root: ``what`` is one sentence saying what is wrong, ``remedy`` one sentence saying what to do.

    The arguments of the constructor stay in ``args``, so that an error crosses a process boundary unchanged.
    """

    @property
    def what(self) -> str:
        raise NotImplementedError

    @property
    def remedy(self) -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


class SourceNotFoundError(KgError):
    """A file to import does not exist or may not be read."""

    def __init__(self, path: Path, reason: str = "No such file or directory") -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    @property
    def what(self) -> str:
        return f"The source {self.path} cannot be read: {self.reason}."

    @property
    def remedy(self) -> str:
        return "Check the path and the permissions, and give a file, not a folder or a pipe."


class FieldMapError(KgError):
    """A field map is missing, is not TOML, or names something that is not a property of a report."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    @property
    def what(self) -> str:
        return f"The field map {self.path} cannot be used: {self.reason}."

    @property
    def remedy(self) -> str:
        return "Correct it after the pattern of the default map, kg/importers/vufind.toml."


class StoreError(KgError):
    """A graph cannot be opened, written or read. ``path`` is ``None`` for a graph in memory."""

    def __init__(self, path: Path | None, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    @property
    def what(self) -> str:
        return f"The graph {self.path or 'in memory'} failed: {self.reason}."

    @property
    def remedy(self) -> str:
        return "Run `reportgraph build` again; the live snapshot is left as it was."


class QuerySyntaxError(KgError):
    """A query is not SPARQL 1.1."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def what(self) -> str:
        return f"The query is not valid SPARQL: {self.reason}."

    @property
    def remedy(self) -> str:
        return "Correct it at the place that is named."


class QueryRefusedError(KgError):
    """A query would change the graph or reach another host. ``keyword`` is the word that asked for it."""

    def __init__(self, keyword: str, reason: str) -> None:
        super().__init__(keyword, reason)
        self.keyword = keyword
        self.reason = reason

    @property
    def what(self) -> str:
        return f"{self.keyword} is refused: {self.reason}."

    @property
    def remedy(self) -> str:
        return "Ask with SELECT, ASK, CONSTRUCT or DESCRIBE over this graph alone."


class ResultFormError(KgError):
    """An answer cannot be written in the form asked for. ``possible`` are the forms that fit."""

    def __init__(self, form: str, possible: tuple[str, ...]) -> None:
        super().__init__(form, possible)
        self.form = form
        self.possible = possible

    @property
    def what(self) -> str:
        return f"This answer cannot be given as {self.form}."

    @property
    def remedy(self) -> str:
        return f"Ask for one of: {', '.join(self.possible)}."


class QueryTimeoutError(KgError):
    """A query took longer than it may and was ended."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    @property
    def what(self) -> str:
        return f"The query took longer than {self.seconds:g} s and was ended."

    @property
    def remedy(self) -> str:
        return "Narrow it, or ask for fewer rows with LIMIT."


class QueryKilledError(KgError):
    """The process of a query died before it answered: mostly, it wanted more memory than a query may have."""

    @property
    def what(self) -> str:
        return "The query ended without an answer, probably because it needs too much memory."

    @property
    def remedy(self) -> str:
        return "Narrow it, or ask for fewer rows with LIMIT."


class QueriesBusyError(KgError):
    """As many queries run as may run together."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    @property
    def what(self) -> str:
        return f"Too many queries run at the same time; none ended within {self.seconds:g} s."

    @property
    def remedy(self) -> str:
        return "Try again in a moment."


class ResultTooLargeError(KgError):
    """An answer is larger than it may be."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    @property
    def what(self) -> str:
        return f"The answer is larger than {self.most:,} bytes."

    @property
    def remedy(self) -> str:
        return "Ask for fewer rows with LIMIT, or use `reportgraph export` for everything."


class UnboundParameterError(KgError):
    """A query has no place for a parameter, or a value is no IRI and no literal."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter

    @property
    def what(self) -> str:
        return f"Nothing can be bound for {self.parameter!r}."

    @property
    def remedy(self) -> str:
        return "Write VALUES ?name { UNDEF } where the query needs it, and give IRIs or literals."


class DamagedColumnsError(KgError):
    """The facet columns of a snapshot are missing or are not what they should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    @property
    def what(self) -> str:
        return f"The facet columns in {self.path} are damaged: {self.reason}."

    @property
    def remedy(self) -> str:
        return "Run `reportgraph build` again."


class RecordFileError(KgError):
    """The file of raw records of a snapshot cannot be written, is missing, or is not what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    @property
    def what(self) -> str:
        return f"The records in {self.path} cannot be used: {self.reason}."

    @property
    def remedy(self) -> str:
        return "See that there is space on the disk and run `reportgraph build` again."


class MentionFileError(KgError):
    """The file of mentions of a snapshot cannot be written, is missing, or is not what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    @property
    def what(self) -> str:
        return f"The counts of mentions in {self.path} cannot be used: {self.reason}."

    @property
    def remedy(self) -> str:
        return "See that there is space on the disk and run `reportgraph check --repair`."
