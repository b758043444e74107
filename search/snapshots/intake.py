"""Files -> changes: every usable record is put, and everything is counted that happens on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kg.importers import FieldMap, read, to_report
from kg.model import Problem, Record
from search.fulltext.analysis import well_formed
from search.snapshots.changes import Origin, Put

DUPLICATE: Final = "duplicate-id"
TOLD_EVERY: Final = 100
"""Records between two words to an observer: drawing a bar takes longer than reading a record."""


@dataclass(slots=True)
class Tally:
    """What has been read so far. ``lost`` counts records left out whole, ``problems`` all problems by kind."""

    records: int = 0
    lost: int = 0
    problems: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads sources. ``on_problem`` is given each problem, ``on_progress`` the number of records now and then.

    ``name`` is what the source of all records is called; ``None``: each by the name of its file.
    """

    fields: FieldMap
    form: str | None
    name: str | None
    on_problem: Callable[[Problem], None]
    on_progress: Callable[[int], None]
    tally: Tally = field(default_factory=Tally)

    def puts(self, sources: Sequence[Path]) -> Iterator[Put]:
        """A change for each usable record of the sources, in their order. Of records with one id the last counts."""
        seen: set[str] = set()
        for source in sources:
            for found in read(source, self.fields, form=self.form):
                if isinstance(found, Problem):
                    self._note(found)
                    continue
                self.tally.records += 1
                report, problems = to_report(found, self.fields)
                for problem in problems:
                    self._note(problem)
                if report is not None:
                    if report.id in seen:
                        self._note(_duplicate(found, report.id))
                    seen.add(report.id)
                    yield self._put(report.id, found)
                if self.tally.records % TOLD_EVERY == 0:
                    self.on_progress(self.tally.records)
        self.on_progress(self.tally.records)

    def _put(self, report_id: str, record: Record) -> Put:
        # The bare name of the file: where that lies on the machine of the build is nobody's business.
        file = well_formed(Path(record.source).name)
        used = self.fields.uses_of(tuple(record.fields))
        # In one order, whichever the field map lists them in: equal records are equal bytes in the log.
        fields_of = {prop: tuple([use.name for use in used[prop]]) for prop in sorted(used)}
        return Put(report_id, replace(record, source=file), Origin(self.name or file, report_id), fields_of)

    def _note(self, problem: Problem) -> None:
        self.tally.problems[problem.kind] += 1
        self.tally.lost += problem.lost
        self.on_problem(problem)


def _duplicate(record: Record, report_id: str) -> Problem:
    return Problem(
        source=record.source,
        line=record.line,
        kind=DUPLICATE,
        reason=f"The id {report_id!r} was read before; this later record replaced that one. Remove one of the two.",
        record_id=report_id,
    )
