"""Files -> reports, each id once, their records kept, with everything counted that happens on the way."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kg.importers import FieldMap, read, to_report
from kg.model import Problem, Record, Report
from kg.record_files import RecordWriter
from kg.vocab import Minter
from search.fulltext.texts import searchable
from search.snapshots.spool import Spool

TOLD_EVERY: Final = 100
"""Records between two words to an observer: drawing a bar takes longer than reading a record."""


@dataclass(slots=True)
class Tally:
    """What has been read so far. ``lost`` counts records left out whole, ``problems`` all problems by kind.

    The seconds are wall time, of reading the records, of spooling their texts and of keeping the records themselves.
    """

    records: int = 0
    lost: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    read_seconds: float = 0.0
    spool_seconds: float = 0.0
    keep_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads sources. ``on_problem`` is given each problem, ``on_progress`` the number of records now and then."""

    fields: FieldMap
    form: str | None
    minter: Minter
    on_problem: Callable[[Problem], None]
    on_progress: Callable[[int], None]
    clock: Callable[[], float] = time.perf_counter
    tally: Tally = field(default_factory=Tally)

    def reports(self, sources: Sequence[Path], spool: Spool, records: RecordWriter) -> Iterator[Report]:
        """The reports of all sources; of records with one id the first.

        Their searchable texts go to the spool, the records they were made of to ``records``.
        """
        started = self.clock()
        for record, report, problems in self._imported(sources):
            self.tally.records += record is not None
            for problem in problems:
                self._note(problem)
            if record is not None and report is not None:
                iri = str(self.minter.report(report.id))
                if iri in spool:
                    self._note(_duplicate(record, report))
                else:
                    self.tally.read_seconds += self.clock() - started
                    started = self.clock()
                    spool.add(searchable(iri, report))
                    spooled = self.clock()
                    self.tally.spool_seconds += spooled - started
                    records.add(report.id, _named(record), self._origins(record))
                    self.tally.keep_seconds += self.clock() - spooled
                    yield report
                    started = self.clock()
            if self.tally.records % TOLD_EVERY == 0:
                self.on_progress(self.tally.records)
        self.on_progress(self.tally.records)
        self.tally.read_seconds += self.clock() - started

    def _imported(self, sources: Sequence[Path]) -> Iterator[tuple[Record | None, Report | None, tuple[Problem, ...]]]:
        for source in sources:
            for found in read(source, self.fields, form=self.form):
                if isinstance(found, Problem):
                    yield None, None, (found,)
                else:
                    yield found, *to_report(found, self.fields)

    def _origins(self, record: Record) -> dict[str, tuple[str, ...]]:
        """The properties of the record's report and the fields that each was read from."""
        used = self.fields.uses_of(tuple(record.fields))
        return {prop: tuple([use.name for use in uses]) for prop, uses in used.items()}

    def _note(self, problem: Problem) -> None:
        self.tally.problems[problem.kind] += 1
        self.tally.lost += problem.lost
        self.on_problem(problem)


def _named(record: Record) -> Record:
    """The record with the bare name of its file: where that lies on the machine of the build is nobody's business."""
    return replace(record, source=Path(record.source).name)


def _duplicate(record: Record, report: Report) -> Problem:
    return Problem(
        source=record.source,
        line=record.line,
        kind="duplicate-id",
        reason=f"The id {report.id!r} was read before and the first record was kept; remove one of the two.",
        record_id=report.id,
    )
