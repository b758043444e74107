"""Changes in, a published snapshot out: the one road by which a collection changes.

changes -> record log -> derived parts -> checks -> one rename. Kill it at any instant: the live snapshot is whole, and
what was encoded is used by the next one.
"""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from embeddings.encoder import Encoder
from embeddings.encoding import EncodingReport
from kg.importers import FieldMap, read, to_report
from kg.model import Problem
from kg.vocab import Minter
from search.errors import DamagedSnapshotError, NoReportsError
from search.fulltext.analysis import well_formed
from search.snapshots.changes import Change, Delete
from search.snapshots.derive import VERSION, Derived, derive_all
from search.snapshots.derive_changes import Parent, derive_changes
from search.snapshots.digest_memory import DigestMemory
from search.snapshots.intake import DUPLICATE, Intake, Tally
from search.snapshots.ledger import GONE, Ledger, Tombstone
from search.snapshots.publish import publish
from search.snapshots.record_log import Outcome, RecordLog, RecordLogWriter, rewritten
from search.snapshots.snapshot import (
    FIELDS,
    PROBLEMS,
    RECORDS,
    Adapters,
    DataDirectory,
    Manifest,
    Snapshot,
    kept_field_map,
    read_whole,
    timestamp,
)
from search.snapshots.staging import Observer, Staging
from search.snapshots.vectors import StagedVectors

KEPT_SNAPSHOTS: Final = 3
TRUTH: Final = (RECORDS, GONE, FIELDS)
"""The parts of which all others are made: what is damaged in them cannot be made again."""

GONE_DAMAGED: Final = "gone-damaged"
"""The kind of problem that says that a list of reports that are gone could not be read."""

_STAGING: Final = ".building"
_SALVAGE: Final = ".salvage"


@dataclass(frozen=True, slots=True)
class Settings:
    """What snapshots are made with. ``now`` and ``clock`` are asked for the time of day and for seconds elapsed."""

    base: str
    fields: FieldMap
    model_source: str
    form: str | None = None
    kept_snapshots: int = KEPT_SNAPSHOTS
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    clock: Callable[[], float] = time.perf_counter


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be changed. ``cause`` is the word for it in lists of snapshots.

    ``sources`` are files whose records are put. They come from the source ``name``, or each from one that is called
    like its file; with ``replace`` the source has no other records any more. ``deleted`` are ids of reports that shall
    be no more. With ``afresh`` nothing stays of what was there. ``purge`` leaves no trace of what is deleted, and
    ``rederive`` makes all parts anew.
    """

    cause: str
    sources: tuple[Path, ...] = ()
    name: str | None = None
    replace: bool = False
    deleted: tuple[str, ...] = ()
    afresh: bool = False
    purge: bool = False
    rederive: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What a task did. ``manifest`` is that of the snapshot that was published, ``None`` if none was: nothing changed,
    or nothing was to be changed.

    ``outcomes`` counts changes by what they did, or would do. ``unknown`` are ids that were to be deleted and were not
    there. ``withheld`` are reports that a replaced source does not list and that were kept nevertheless, since some of
    the source could not be read. ``seconds`` is wall time by stage, ``would`` names the ids that a dry run
    would change.
    """

    manifest: Manifest | None
    tally: Tally
    outcomes: Mapping[Outcome, int]
    unknown: tuple[str, ...]
    withheld: int
    encoding: EncodingReport
    seconds: Mapping[str, float]
    would: Mapping[Outcome, tuple[str, ...]]


def write(
    task: Task, data: DataDirectory, settings: Settings, *, adapters: Adapters, encoder: Encoder, observer: Observer
) -> Written:
    """Make the next snapshot and publish it. The caller holds the lock of the data directory.

    Raises :class:`~search.errors.NoReportsError` if no report would be left,
    :class:`~kg.errors.SourceNotFoundError` before anything is written if a file cannot be opened,
    :class:`~search.errors.NoSnapshotError` if there is nothing to change.
    """
    for source in task.sources:
        read(source, settings.fields, form=settings.form)
    if not task.afresh:
        data.live()
    data.path.mkdir(parents=True, exist_ok=True)
    return _Writing(task, data, settings, adapters=adapters, encoder=encoder, observer=observer).run()


class _Writing:
    """One task. Use :func:`write`."""

    def __init__(
        self,
        task: Task,
        data: DataDirectory,
        settings: Settings,
        *,
        adapters: Adapters,
        encoder: Encoder,
        observer: Observer,
    ) -> None:
        directory = data.snapshots / _STAGING
        self._task = task
        self._data = data
        self._settings = settings
        self._live = data.current()
        self._memory = DigestMemory.load(data.verified_file)
        self._staging = Staging(
            directory, Minter(settings.base), adapters, observer, now=settings.now, clock=settings.clock
        )
        self._vectors = StagedVectors(directory, data.snapshots / _SALVAGE, encoder, only_needed=task.purge)
        self._tally = Tally()
        self._outcomes: Counter[Outcome] = Counter()
        self._unknown: list[str] = []
        self._withheld = 0
        self._gone = Ledger()
        self._would: defaultdict[Outcome, list[str]] = defaultdict(list)

    def run(self) -> Written:
        """Returns when the snapshot is published."""
        self._prepare()
        with ExitStack() as opened:
            before = self._log_before()
            if before is not None:
                opened.callback(before.close)
            with self._staging.stage("records"):
                changed = self._write_log(before)
                log = RecordLog.open(self._staging.directory / RECORDS)
            opened.callback(log.close)
            # A purge has something to do as long as anything but an id may be left of what was deleted before.
            purges = self._task.purge and any(one in self._gone for one in self._task.deleted)
            if self._task.dry_run or not (changed or self._task.afresh or self._task.rederive or purges):
                opened.callback(shutil.rmtree, self._staging.directory)
                return self._written(None, EncodingReport(0, 0, 0.0))
            if not len(log):
                raise NoReportsError(self._tally.records, self._tally.problems.total())
            self._ledger(before, log, changed).save(self._staging.directory)
            (self._staging.directory / FIELDS).write_bytes(self._settings.fields.to_json())
            derived = self._derive(log, changed)
        kept = 1 if self._task.purge else self._settings.kept_snapshots
        with self._staging.stage("publish"):
            manifest = publish(
                self._staging, self._data, self._manifest(derived), self._memory, kept=kept, purge=self._task.purge
            )
        shutil.rmtree(self._vectors.salvage, ignore_errors=True)
        return self._written(manifest, derived.encoding)

    def _derive(self, log: RecordLog, changed: Collection[str]) -> Derived:
        fields = self._settings.fields
        parent = None if self._task.afresh or self._task.rederive or self._live is None else self._parent(self._live)
        if parent is not None and parent.can_be_changed(len(changed), self._staging.minter, self._vectors):
            return derive_changes(self._staging, parent, log, changed, fields=fields, vectors=self._vectors)
        return derive_all(self._staging, log, fields, self._vectors)

    def _parent(self, live: Path) -> Parent | None:
        """The live snapshot, if it was made with the same field map."""
        if kept_field_map(live) != self._settings.fields:
            return None
        return Parent(live, Snapshot.open(live, self._staging.adapters, self._memory))

    # -- the log -----------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """An empty staging directory with the vectors of the live snapshot; what a killed task left is salvaged."""
        if self._live is not None and not self._task.afresh:
            # What is made of damaged parts would be published as right.
            read_whole(self._live, TRUTH if self._task.rederive else None, memory=self._memory)
        self._data.snapshots.mkdir(parents=True, exist_ok=True)
        self._vectors.save_what_was_encoded()
        if self._staging.directory.exists():
            shutil.rmtree(self._staging.directory)
        self._staging.directory.mkdir()
        if self._live is not None:
            self._vectors.link(self._live)

    def _log_before(self) -> RecordLog | None:
        """The log of the live snapshot. What begins afresh must not stumble over a damaged one."""
        return None if self._live is None or self._is_damaged(RECORDS) else RecordLog.open(self._live / RECORDS)

    def _is_damaged(self, part: str) -> bool:
        """Whether a part of the live snapshot cannot be used. Of what a change uses all is whole."""
        if self._live is None or not (self._task.afresh or self._task.rederive):
            return False
        try:
            read_whole(self._live, (part,), memory=self._memory)
        except DamagedSnapshotError:
            return True
        return False

    def _write_log(self, before: RecordLog | None) -> list[str]:
        """Write the changes; returns the ids of what was changed."""
        directory = self._staging.directory / RECORDS
        parent = None if self._task.afresh else before
        with (
            (self._staging.directory / PROBLEMS).open("wb") as problems,
            RecordLogWriter(directory, parent) as writer,
        ):
            for change in self._changes(parent, problems):
                outcome = writer.apply(change)
                self._outcomes[outcome] += 1
                if self._task.dry_run and outcome is not Outcome.UNCHANGED:
                    self._would[outcome].append(change.id)
                purged = self._task.purge and change.id in self._gone
                if outcome is Outcome.UNCHANGED and isinstance(change, Delete) and not purged:
                    self._unknown.append(change.id)
            changed = list(writer.changed())
            problems.writelines(self._still_there(frozenset(changed), parent))
        if self._task.purge:
            self._leave_no_trace(directory)
        return changed

    def _changes(self, before: RecordLog | None, problems: BinaryIO) -> Iterator[Change]:
        task, staging = self._task, self._staging
        unusable: set[str] = set()

        def note(problem: Problem) -> None:
            problems.write(orjson.dumps(problem) + b"\n")
            staging.observer.problem(problem)
            if problem.lost and problem.kind != DUPLICATE:
                unusable.add(problem.record_id or "")

        self._gone = self._gone_before(note)
        intake = Intake(
            self._settings.fields, self._settings.form, task.name, note, staging.observer.advance, self._tally
        )
        put: set[str] = set()
        for change in intake.puts(task.sources):
            put.add(change.id)
            yield change
        yield from map(Delete, dict.fromkeys(task.deleted))
        if task.replace and task.name is not None and before is not None:
            yield from map(Delete, self._no_longer_listed(before.ids_of(task.name) - put, unusable))

    def _no_longer_listed(self, missing: set[str], unusable: set[str]) -> list[str]:
        """What a source no longer has. A record that could not be read is not missing: it is there, and damaged."""
        kept = missing if "" in unusable else missing & unusable
        self._withheld = len(kept)
        return sorted(missing - kept)

    def _still_there(self, changed: Container[str], before: RecordLog | None) -> Iterator[bytes]:
        """The problems of records that this task left as they are."""
        if self._live is None or self._task.afresh:
            return
        if self._is_damaged(PROBLEMS):
            yield from self._problems_of(before)
            return
        read_again = {str(source) for source in self._task.sources}
        with suppress(FileNotFoundError), (self._live / PROBLEMS).open("rb") as lines:
            for line in lines:
                problem = orjson.loads(line)
                if problem["record_id"] not in changed and problem["source"] not in read_again:
                    yield line

    def _problems_of(self, log: RecordLog | None) -> Iterator[bytes]:
        """The problems of the records of a log, met anew; records that were lost are in no log."""
        for put in log or ():
            for problem in to_report(put.record, self._settings.fields)[1]:
                yield orjson.dumps(problem) + b"\n"

    def _leave_no_trace(self, directory: Path) -> None:
        with closing(RecordLog.open(directory)) as log:
            rewritten(log, directory.with_name("records.new"))
        shutil.rmtree(directory)
        directory.with_name("records.new").rename(directory)

    # -- what is gone, what is written ---------------------------------------------------------------------------

    def _gone_before(self, note: Callable[[Problem], None]) -> Ledger:
        """The list of reports that are gone: the live snapshot's or, where that is damaged, the newest whole one."""
        damaged = False
        live = [] if self._live is None else [self._live]
        older = (self._data.snapshots / name for name in reversed(self._data.names()))
        for directory in itertools.chain(live, older):
            try:
                read_whole(directory, (GONE,), memory=self._memory)
            except DamagedSnapshotError as error:
                damaged |= error.file is not None  # or it is of another layout
                continue
            if damaged:
                self._note_of_gone(note, f"that of snapshot {directory.name} was taken. What was deleted since")
            return Ledger.open(directory)
        if damaged:
            self._note_of_gone(note, "there is no other. What was deleted before")
        return Ledger()

    def _note_of_gone(self, note: Callable[[Problem], None], instead: str) -> None:
        self._tally.problems[GONE_DAMAGED] += 1
        reason = (
            f"The list of reports that are gone is damaged, and {instead} is answered as if it had never been there. "
            "Restore a backup if that matters."
        )
        note(Problem(source=GONE, line=0, kind=GONE_DAMAGED, reason=reason, lost=False))

    def _ledger(self, before: RecordLog | None, log: RecordLog, changed: Iterable[str]) -> Ledger:
        ledger = self._gone
        if before is None:
            return ledger.changed((), [one for one in ledger if log.row(one) is not None])
        gone = [one for one in (before.ids() if self._task.afresh else changed) if log.get(one) is None]
        if self._task.purge:
            gone += [one for one in self._task.deleted if one in ledger]
        back = [one for one in ledger if log.get(one) is not None]
        return ledger.changed((self._tombstone(one, before) for one in gone), back)

    def _tombstone(self, report_id: str, before: RecordLog) -> Tombstone:
        since = timestamp(self._settings.now())
        put = before.get(report_id)
        if put is None or self._task.purge:
            return Tombstone(report_id, since, purged=self._task.purge)
        report, _ = to_report(put.record, self._settings.fields)
        return Tombstone(report_id, since, None if report is None else report.title, put.origin.source)

    def _manifest(self, derived: Derived) -> Manifest:
        return Manifest(
            name=self._data.next_name(),
            parent=self._live.name if self._live is not None else None,
            created=timestamp(self._settings.now()),
            cause=self._task.cause,
            base=self._staging.minter.base,
            records=self._tally.records,
            reports=derived.reports,
            unusable=derived.unusable,
            triples=derived.triples,
            changes={
                outcome.value: count for outcome, count in sorted(self._outcomes.items(), key=lambda o: o[0].value)
            },
            problems=dict(sorted(self._tally.problems.items())),
            model=self._vectors.encoder.identity,
            model_source=self._settings.model_source,
            derived_by=VERSION,
            digests=derived.digests,
            ann_digest=derived.ann_digest,
            sources=tuple(well_formed(source.name) for source in self._task.sources),
            files={},
        )

    def _written(self, manifest: Manifest | None, encoding: EncodingReport) -> Written:
        return Written(
            manifest,
            self._tally,
            self._outcomes,
            tuple(self._unknown),
            self._withheld,
            encoding,
            self._staging.seconds,
            {outcome: tuple(ids) for outcome, ids in self._would.items()},
        )
