"""What this room raises. Every error carries its data as fields and says the remedy.

    KgError
        SourceNotFoundError     a file to import cannot be opened
        FieldMapError           a field map cannot be used
        StoreError              a graph cannot be opened, written or read
        QuerySyntaxError        a query is not SPARQL 1.1
        QueryRefusedError       a query would do more than read this graph
        ResultFormError         an answer cannot be written in the form asked for
        UnboundParameterError   a term has no place in a query, or is no term
        DamagedColumnsError     the facet columns of a snapshot cannot be read

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
        return "Check the path and the permissions, and give a file, not a folder."


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
