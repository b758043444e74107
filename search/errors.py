"""What this room raises. Every error carries its data as fields and says the remedy.

SearchError
    NoSnapshotError         nothing has been built yet
    DamagedSnapshotError    a snapshot is not whole
    OtherLayoutError        a snapshot was made by another version of the program
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

from pathlib import Path


class SearchError(Exception):
    """The root: ``what`` is one sentence saying what is wrong, ``remedy`` one sentence saying what to do."""

    @property
    def what(self) -> str:
        raise NotImplementedError

    @property
    def remedy(self) -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


class NoSnapshotError(SearchError):
    """Nothing has been built in this data directory."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self.data = data

    @property
    def what(self) -> str:
        return f"There is no collection in {self.data}."

    @property
    def remedy(self) -> str:
        return "Run `reportgraph build SOURCE...` first, or point --data at another directory."


class DamagedSnapshotError(SearchError):
    """A snapshot is not whole. ``file`` is the first file that is damaged, where one is to blame."""

    def __init__(self, snapshot: Path, reason: str, file: str | None = None) -> None:
        super().__init__(snapshot, reason, file)
        self.snapshot = snapshot
        self.reason = reason
        self.file = file

    @property
    def what(self) -> str:
        return f"The snapshot {self.snapshot} cannot be used: {self.reason}."

    @property
    def remedy(self) -> str:
        return (
            "`reportgraph check` names all that is damaged. Run `reportgraph build SOURCE...` again, "
            "go back with `reportgraph rollback`, or restore a backup."
        )


class OtherLayoutError(DamagedSnapshotError):
    """A snapshot has another layout than this version of the program reads. It is not damaged."""

    def __init__(self, snapshot: Path, layout: int, readable: int) -> None:
        super().__init__(snapshot, f"it has layout {layout}, this program reads {readable}")
        self.args = (snapshot, layout, readable)
        self.layout = layout
        self.readable = readable

    @property
    def remedy(self) -> str:
        if self.layout > self.readable:
            return "Use the version of the program that made it, or a newer one."
        return "Run `reportgraph build SOURCE...` again: texts that have not changed are not encoded again."


class DamagedPointerError(SearchError):
    """The file that names the live snapshot does not hold what was written. ``newest`` is the snapshot made last."""

    def __init__(self, path: Path, newest: str | None) -> None:
        super().__init__(path, newest)
        self.path = path
        self.newest = newest

    @property
    def what(self) -> str:
        return f"{self.path} is damaged: it does not name a snapshot as it should."

    @property
    def remedy(self) -> str:
        if self.newest is None:
            return "Run `reportgraph build SOURCE...` again."
        return f"Run `reportgraph rollback {self.newest}` to make the newest snapshot live, or choose another one."


class UnknownSnapshotError(SearchError):
    """There is no snapshot of this name. ``names`` are those that there are, oldest first."""

    def __init__(self, name: str, names: tuple[str, ...]) -> None:
        super().__init__(name, names)
        self.name = name
        self.names = names

    @property
    def what(self) -> str:
        return f"There is no snapshot {self.name!r}."

    @property
    def remedy(self) -> str:
        if not self.names:
            return "Run `reportgraph build SOURCE...` first, or point --data at another directory."
        return f"Choose one that `reportgraph snapshots` lists: {', '.join(self.names)}."


class BuildRunningError(SearchError):
    """Another process is writing in the same data directory. ``holder`` says which, as far as it is known."""

    def __init__(self, data: Path, holder: str = "", waited: float = 0) -> None:
        super().__init__(data, holder, waited)
        self.data = data
        self.holder = holder
        self.waited = waited

    @property
    def what(self) -> str:
        who = f": {self.holder}" if self.holder else ""
        waited = f" after {self.waited:g} s" if self.waited else ""
        return f"Another process is still writing in {self.data}{waited}{who}."

    @property
    def remedy(self) -> str:
        return "Wait until it has ended (`--wait SECONDS` waits for it), or give another --data directory."


class BackupError(SearchError):
    """A file is no backup, is damaged, or cannot be restored into this directory. Nothing was changed."""

    def __init__(self, path: Path, reason: str, advice: str) -> None:
        super().__init__(path, reason, advice)
        self.path = path
        self.reason = reason
        self.advice = advice

    @property
    def what(self) -> str:
        return f"The backup {self.path} cannot be restored: {self.reason}. Nothing was changed."

    @property
    def remedy(self) -> str:
        return f"{self.advice}."


class NoReportsError(SearchError):
    """The sources hold no report that can be used, so there is nothing to publish."""

    def __init__(self, records: int, problems: int) -> None:
        super().__init__(records, problems)
        self.records = records
        self.problems = problems

    @property
    def what(self) -> str:
        return f"No report could be read: {self.records} records, {self.problems} problems. Nothing was published."

    @property
    def remedy(self) -> str:
        return "Look at the problems above, and check that the files are of a supported form."


class UnknownReportError(SearchError):
    """No report of the snapshot has this id."""

    def __init__(self, report_id: str) -> None:
        super().__init__(report_id)
        self.report_id = report_id

    @property
    def what(self) -> str:
        return f"There is no report {self.report_id!r}."

    @property
    def remedy(self) -> str:
        return "Give an id as a search prints it."


class GoneReportError(SearchError):
    """The report of this id was removed. ``title`` is ``None`` where nothing else is known of it."""

    def __init__(self, report_id: str, since: str, title: str | None) -> None:
        super().__init__(report_id, since, title)
        self.report_id = report_id
        self.since = since
        self.title = title

    @property
    def what(self) -> str:
        title = "" if self.title is None else f", “{self.title}”,"
        return f"The report {self.report_id!r}{title} was removed from the collection on {self.since[:10]}."

    @property
    def remedy(self) -> str:
        return "Search for another one."


class UnknownValueError(SearchError):
    """No report has this value in this facet. ``nearest`` are the labels that look most like it."""

    def __init__(self, facet: str, value: str, nearest: tuple[str, ...]) -> None:
        super().__init__(facet, value, nearest)
        self.facet = facet
        self.value = value
        self.nearest = nearest

    @property
    def what(self) -> str:
        return f"No report has the {self.facet} {self.value!r}."

    @property
    def remedy(self) -> str:
        if not self.nearest:
            return "Search without it and choose among the values that are counted."
        return f"Did you mean {' or '.join(repr(label) for label in self.nearest)}?"


class InvalidRequestError(SearchError):
    """A request that cannot be answered as it stands."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason, advice)
        self.reason = reason
        self.advice = advice

    @property
    def what(self) -> str:
        return f"{self.reason}."

    @property
    def remedy(self) -> str:
        return f"{self.advice}."


class InvalidJudgmentsError(SearchError):
    """A folder of relevance judgments is not what it should be. ``line`` is 0 where the whole file is meant."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(path, line, reason)
        self.path = path
        self.line = line
        self.reason = reason

    @property
    def what(self) -> str:
        place = f"{self.path}, line {self.line}" if self.line else str(self.path)
        return f"{place} cannot be used: {self.reason}."

    @property
    def remedy(self) -> str:
        return "A folder holds corpus.jsonl[.gz] (id, title, text), queries.jsonl (id, text) and qrels.tsv (by tabs)."


class NoGeneratorError(SearchError):
    """Something was to be said in a model's words, and the settings name no generator."""

    @property
    def what(self) -> str:
        return "There is no generator here."

    @property
    def remedy(self) -> str:
        return "Set REPORTGRAPH_GENERATOR as docs/generator.md says, or read the quotations."


class GeneratorSettingError(SearchError):
    """What the settings say of a generator cannot be. The value is not shown: it may be a key."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(setting, reason)
        self.setting = setting
        self.reason = reason

    @property
    def what(self) -> str:
        return f"{self.setting} cannot be used: {self.reason}."

    @property
    def remedy(self) -> str:
        return "Set it as docs/generator.md says, or leave it out."


class GeneratorUnreachableError(SearchError):
    """No connection to the generator came about."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address

    @property
    def what(self) -> str:
        return "The generator does not answer."

    @property
    def remedy(self) -> str:
        return (
            f"Start it at {self.address}, or mend the setting REPORTGRAPH_GENERATOR. Answers with quotations need none."
        )


class GeneratorBusyError(SearchError):
    """The generator writes as many texts as it may at once, and whoever comes does not wait."""

    def __init__(self, at_once: int) -> None:
        super().__init__(at_once)
        self.at_once = at_once

    @property
    def what(self) -> str:
        return f"The generator writes {self.at_once} answers already."

    @property
    def remedy(self) -> str:
        return "Try again in a moment, or read the quotations."


class GeneratorTimeoutError(SearchError):
    """The generator did not end within its time limit."""

    def __init__(self, address: str, seconds: float) -> None:
        super().__init__(address, seconds)
        self.address = address
        self.seconds = seconds

    @property
    def what(self) -> str:
        return f"The generator did not end within {self.seconds:g} seconds."

    @property
    def remedy(self) -> str:
        return f"Set REPORTGRAPH_GENERATOR_SECONDS higher, or use a smaller model at {self.address}."


class GeneratorAnswerError(SearchError):
    """The generator answered something else than the stream of text that it was asked for, or broke off.

    What it said instead is not repeated: it may hold the key that it was sent. ``status`` is that of the response,
    where one came.
    """

    def __init__(self, address: str, reason: str, status: int | None = None) -> None:
        super().__init__(address, reason, status)
        self.address = address
        self.reason = reason
        self.status = status

    @property
    def what(self) -> str:
        return f"The generator cannot be used: {self.reason}."

    @property
    def remedy(self) -> str:
        if self.status in {401, 403}:
            return "Check REPORTGRAPH_GENERATOR_KEY."
        if self.status == 404:
            return "Check REPORTGRAPH_GENERATOR, which often ends in /v1, and REPORTGRAPH_GENERATOR_MODEL."
        return f"Look at the log of {self.address}."
