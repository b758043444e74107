"""What this room raises. Every error carries its data as fields and says the remedy.

SearchError
    NoSnapshotError         nothing has been built yet
    DamagedSnapshotError    a snapshot is not whole, or is of another version
    DamagedPointerError     what names the live snapshot is damaged
    UnknownSnapshotError    there is no snapshot of this name
    BuildRunningError       another process is writing
    BackupError             a backup is damaged, or cannot be restored here
    NoReportsError          the sources hold no report
    UnknownReportError      no report has this id
    GoneReportError         the report of this id was removed
    UnknownValueError       no report has this value in this facet
    InvalidRequestError     a request that cannot be answered as it stands
    InvalidJudgmentsError   a folder of relevance judgments is not what it should be
    NoGeneratorError        the settings name no generator
    GeneratorSettingError   what the settings say of a generator cannot be
    GeneratorUnreachableError  nothing answers at the address of the generator
    GeneratorBusyError      the generator writes as many texts as it may at once
    GeneratorTimeoutError   the generator did not end in time
    GeneratorAnswerError    the generator answered something else than text
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.errors import ExplainedError


class SearchError(ExplainedError):
    """The root of what this room raises."""


@dataclass(eq=False)
class NoSnapshotError(SearchError):
    """Nothing has been built in this data directory."""

    data: Path

    WHAT = "There is no collection in {data}."
    REMEDY = "Run `reportgraph build SOURCE...` first, or point --data at another directory."


@dataclass(eq=False)
class DamagedSnapshotError(SearchError):
    """A snapshot is not whole, or was made by another version of the program.

    ``file`` is the first file that is damaged, where one is to blame; ``advice`` what to do.
    """

    snapshot: Path
    reason: str
    file: str | None = None
    advice: str = (
        "`reportgraph check` names all that is damaged, and `reportgraph check --repair` makes anew what it can. "
        "Else go back with `reportgraph rollback`, restore a backup, or run `reportgraph build SOURCE...` again."
    )

    WHAT = "The snapshot {snapshot} cannot be used: {reason}."
    REMEDY = "{advice}"


@dataclass(eq=False)
class DamagedPointerError(SearchError):
    """The file that names the live snapshot does not hold what was written. ``newest`` is the snapshot made last."""

    path: Path
    newest: str | None

    WHAT = "{path} is damaged: it does not name a snapshot as it should."

    @property
    def remedy(self) -> str:
        if self.newest is None:
            return "Run `reportgraph build SOURCE...` again."
        return f"Run `reportgraph rollback {self.newest}` to make the newest snapshot live, or choose another one."


@dataclass(eq=False)
class UnknownSnapshotError(SearchError):
    """There is no snapshot of this name. ``names`` are those that there are, oldest first."""

    name: str
    names: tuple[str, ...]

    WHAT = "There is no snapshot {name!r}."

    @property
    def remedy(self) -> str:
        if not self.names:
            return "Run `reportgraph build SOURCE...` first, or point --data at another directory."
        return f"Choose one that `reportgraph snapshots` lists: {', '.join(self.names)}."


@dataclass(eq=False)
class BuildRunningError(SearchError):
    """Another process is writing in the same data directory. ``holder`` says which, as far as it is known."""

    data: Path
    holder: str = ""
    waited: float = 0.0

    REMEDY = "Wait until it has ended (`--wait SECONDS` waits for it), or give another --data directory."

    @property
    def what(self) -> str:
        who = f": {self.holder}" if self.holder else ""
        waited = f" after {self.waited:g} s" if self.waited else ""
        return f"Another process is still writing in {self.data}{waited}{who}."


@dataclass(eq=False)
class BackupError(SearchError):
    """A file is no backup, is damaged, or cannot be restored into this directory. Nothing was changed."""

    path: Path
    reason: str
    advice: str

    WHAT = "The backup {path} cannot be restored: {reason}. Nothing was changed."
    REMEDY = "{advice}."


@dataclass(eq=False)
class NoReportsError(SearchError):
    """The sources hold no report that can be used, so there is nothing to publish."""

    records: int
    problems: int

    WHAT = "No report could be read: {records} records, {problems} problems. Nothing was published."
    REMEDY = "Look at the problems above, and check that the files are of a supported form."


@dataclass(eq=False)
class UnknownReportError(SearchError):
    """No report of the snapshot has this id."""

    report_id: str

    WHAT = "There is no report {report_id!r}."
    REMEDY = "Give an id as a search prints it."


@dataclass(eq=False)
class GoneReportError(SearchError):
    """The report of this id was removed. ``title`` is ``None`` where nothing else is known of it."""

    report_id: str
    since: str
    title: str | None

    REMEDY = "Search for another one."

    @property
    def what(self) -> str:
        title = "" if self.title is None else f", “{self.title}”,"
        return f"The report {self.report_id!r}{title} was removed from the collection on {self.since[:10]}."


@dataclass(eq=False)
class UnknownValueError(SearchError):
    """No report has this value in this facet. ``nearest`` are the labels that look most like it."""

    facet: str
    value: str
    nearest: tuple[str, ...]

    @property
    def what(self) -> str:
        return f"No report has the {self.facet.replace('_', ' ')} {self.value!r}."

    @property
    def remedy(self) -> str:
        if not self.nearest:
            return "Search without it and choose among the values that are counted."
        return f"Did you mean {' or '.join(repr(label) for label in self.nearest)}?"


@dataclass(eq=False)
class InvalidRequestError(SearchError):
    """A request that cannot be answered as it stands."""

    reason: str
    advice: str

    WHAT = "{reason}."
    REMEDY = "{advice}."


@dataclass(eq=False)
class InvalidJudgmentsError(SearchError):
    """A folder of relevance judgments is not what it should be. ``line`` is 0 where the whole file is meant."""

    path: Path
    line: int
    reason: str

    REMEDY = "A folder holds corpus.jsonl[.gz] (id, title, text), queries.jsonl (id, text) and qrels.tsv (by tabs)."

    @property
    def what(self) -> str:
        place = f"{self.path}, line {self.line}" if self.line else str(self.path)
        return f"{place} cannot be used: {self.reason}."


@dataclass(eq=False)
class NoGeneratorError(SearchError):
    """Something was to be said in a model's words, and the settings name no generator."""

    WHAT = "There is no generator here."
    REMEDY = "Set REPORTGRAPH_GENERATOR as docs/generator.md says, or read the quotations."


@dataclass(eq=False)
class GeneratorSettingError(SearchError):
    """What the settings say of a generator cannot be. The value is not shown: it may be a key."""

    setting: str
    reason: str

    WHAT = "{setting} cannot be used: {reason}."
    REMEDY = "Set it as docs/generator.md says, or leave it out."


@dataclass(eq=False)
class GeneratorUnreachableError(SearchError):
    """No connection to the generator came about."""

    address: str

    WHAT = "The generator does not answer."
    REMEDY = "Start it at {address}, or mend the setting REPORTGRAPH_GENERATOR. Answers with quotations need none."


@dataclass(eq=False)
class GeneratorBusyError(SearchError):
    """The generator writes as many texts as it may at once, and whoever comes does not wait."""

    at_once: int

    WHAT = "The generator writes {at_once} answers already."
    REMEDY = "Try again in a moment, or read the quotations."


@dataclass(eq=False)
class GeneratorTimeoutError(SearchError):
    """The generator did not end within its time limit."""

    address: str
    seconds: float

    WHAT = "The generator did not end within {seconds:g} seconds."
    REMEDY = "Set REPORTGRAPH_GENERATOR_SECONDS higher, or use a smaller model at {address}."


@dataclass(eq=False)
class GeneratorAnswerError(SearchError):
    """The generator answered something else than the stream of text that it was asked for, or broke off.

    What it said instead is not repeated: it may hold the key that it was sent. ``status`` is that of the response,
    where one came.
    """

    address: str
    reason: str
    status: int | None = None

    WHAT = "The generator cannot be used: {reason}."

    @property
    def remedy(self) -> str:
        if self.status in {401, 403}:
            return "Check REPORTGRAPH_GENERATOR_KEY."
        if self.status == 404:
            return "Check REPORTGRAPH_GENERATOR, which often ends in /v1, and REPORTGRAPH_GENERATOR_MODEL."
        return f"Look at the log of {self.address}."
