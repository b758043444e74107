"""The text of a record's staff view page -> a record.

The page starts with what readers see, which is not data. Then come lines ``name value`` in the ASCII order of the
names; further values of a field stand alone on the lines after it. Nothing marks a field's line as such, and a
value may look like one ("title deeds", "format"). So: lines that begin with a field name are candidates; a line
that the page holds twice is a value; of the candidates those are fields that make the longest strictly rising
sequence of names, among equals the one that gives fewest second lines to fields of one short value, among equals
still the one that starts later.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kg.importers.field_map import FieldMap
from kg.importers.problems import problem
from kg.importers.solr_documents import VALUE_LIMIT
from kg.model import Problem, Record

_FIELD_LINE = re.compile(r"(\S{1,200})[ \t]+(\S.*)", re.DOTALL)


class _Candidate(NamedTuple):
    line: int
    name: str
    single: bool


@dataclass(frozen=True, slots=True)
class _Sequence:
    """The best sequence of fields that ends in a candidate."""

    length: int
    misfits: int
    candidate: _Candidate
    before: _Sequence | None

    def rank(self, *, gap: bool) -> tuple[int, int, int]:
        """Order of preference; ``gap``: lines that are no field follow the candidate."""
        return self.length, -self.misfits - (gap and self.candidate.single), self.candidate.line


def read_staff_view(text: str, source: str, fields: FieldMap, *, first_line: int = 1) -> list[Record | Problem]:
    """The record of a staff view page (line feeds or CR LF), after the problems of its values.

    Values of fields that hold one text keep their line breaks. ``first_line`` numbers the first line of ``text``;
    the record's line is that of its first field.
    """
    lines = [line.rstrip("\r") for line in text.split("\n")]
    chosen = _fields_of(lines, fields)
    if not chosen:
        what = "No line of the page begins with a field name."
        return [problem(source, first_line, "unknown-form", what, lost=True)]
    values: dict[str, tuple[str, ...]] = {}
    problems: list[Record | Problem] = []
    ends = [candidate.line for candidate in chosen[1:]] + [len(lines)]
    for candidate, end in zip(chosen, ends, strict=True):
        block = [lines[candidate.line][len(candidate.name) :].strip(), *lines[candidate.line + 1 : end]]
        found = _values(candidate.name, block, fields)
        kept = tuple(value for value in found if len(value) <= VALUE_LIMIT)
        if len(kept) < len(found):
            lost = candidate.name in {fields.first_source("id"), fields.first_source("title")} and not kept
            what = f"A value of {candidate.name!r} has more than {VALUE_LIMIT:,} characters."
            line = first_line + candidate.line
            problems.append(problem(source, line, "too-large", what, field=candidate.name, lost=lost))
        if kept:
            values[candidate.name] = kept
    if any(isinstance(found, Problem) and found.lost for found in problems):
        return problems
    return [*problems, Record(source, first_line + chosen[0].line, values)]


def _values(name: str, block: list[str], fields: FieldMap) -> list[str]:
    if name in fields.text or name.endswith("_txt"):
        return ["\n".join(block).strip()]
    return [value for line in block if (value := line.strip())]


def _fields_of(lines: Sequence[str], fields: FieldMap) -> list[_Candidate]:
    """The lines that begin a field, in order."""
    counts = Counter(lines)
    candidates = []
    for number, line in enumerate(lines):
        match = _FIELD_LINE.match(line)
        if match and counts[line] == 1 and fields.knows(match.group(1)):
            candidates.append(_Candidate(number, match.group(1), match.group(1) in fields.single))
    best = _longest(candidates, len(lines))
    chosen = []
    while best is not None:
        chosen.append(best.candidate)
        best = best.before
    return chosen[::-1]


def _longest(candidates: Sequence[_Candidate], end: int) -> _Sequence | None:
    """The preferred sequence of candidates whose names rise strictly, in O(n log n).

    The tree holds, for every prefix of the names in order, the best sequence that ends in one of them (Fenwick 1994).
    """
    position = {name: at for at, name in enumerate(sorted({each.name for each in candidates}), start=1)}
    tree: list[_Sequence | None] = [None] * (len(position) + 1)
    ended: _Sequence | None = None
    winner: _Sequence | None = None
    for candidate in candidates:
        before = _best_below(tree, position[candidate.name])
        # The tree ranks as if other lines followed; for the line right above they do not.
        adjacent = ended if ended and _leads_to(ended.candidate, candidate) else None
        gap = adjacent is None or (before is not None and before.rank(gap=True) > adjacent.rank(gap=False))
        before = before if gap else adjacent
        ended = _extended(before, candidate, gap=gap)
        _raise(tree, position[candidate.name], ended)
        winner = max(winner or ended, ended, key=lambda each: each.rank(gap=each.candidate.line + 1 < end))
    return winner


def _leads_to(above: _Candidate, candidate: _Candidate) -> bool:
    return above.line == candidate.line - 1 and above.name < candidate.name


def _extended(before: _Sequence | None, candidate: _Candidate, *, gap: bool) -> _Sequence:
    if before is None:
        return _Sequence(1, 0, candidate, None)
    length, fits, _ = before.rank(gap=gap)
    return _Sequence(length + 1, -fits, candidate, before)


def _best_below(tree: Sequence[_Sequence | None], at: int) -> _Sequence | None:
    best: _Sequence | None = None
    at -= 1
    while at > 0:
        found = tree[at]
        if found is not None and (best is None or found.rank(gap=True) > best.rank(gap=True)):
            best = found
        at -= at & -at
    return best


def _raise(tree: list[_Sequence | None], at: int, sequence: _Sequence) -> None:
    while at < len(tree):
        held = tree[at]
        if held is None or sequence.rank(gap=True) >= held.rank(gap=True):
            tree[at] = sequence
        at += at & -at
