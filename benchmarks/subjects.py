"""How many headings are found by their Spanish and French names, and how many wrong ones.

    python benchmarks/subjects.py --data DIR [--least 5] [--show 40]

DIR holds the collection of development research (`reportgraph build` of ``data/reports`` of the shared folder). What
headings are called comes from AGROVOC (``data/vocabularies`` there): its concepts whose English label is a heading of
at least ``--least`` reports, in either number. Each is asked for by its Spanish and its French label: "¿Cuántos
informes tratan de ...?". The right heading is found where all words of the label are one name that means it. Names
that ``kg/authority/subjects.toml`` lacks are read in part or not at all; one that means another heading is wrong.
"""

from __future__ import annotations

import argparse
import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.search_latency import REPORTS
from kg.authority.names import fold
from search.question.understanding.plan import Plan
from search.question.understanding.planning import Planner
from search.snapshots.snapshot import Snapshot
from ui.settings import Settings
from ui.wiring import build_services

VOCABULARY: Final = REPORTS.parents[1] / "vocabularies" / "agrovoc_concepts.jsonl.gz"
_QUESTIONS: Final = {"es": "¿Cuántos informes tratan de {}?", "fr": "Combien de rapports portent sur {} ?"}
_YEAR: Final = 2024
_GUESSED: Final = "fr=es-match"
"""Marks English labels that were inferred from the others: they would be found by themselves."""


class Found(StrEnum):
    """What a name was taken for."""

    RIGHT = "right"
    WRONG = "another heading"
    PART = "in part"
    """Only some of its words are a name of anything."""
    NONE = "not at all"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the collection: its IRIs, how many reports have it, and what AGROVOC calls it, by language."""

    values: frozenset[str]
    label: str
    reports: int
    names: Mapping[str, str]


def headings(snapshot: Snapshot, least: int) -> Iterator[Heading]:
    """The headings that have an English label of AGROVOC and at least so many reports."""
    column = snapshot.columns.facets["topic"]
    totals = column.stated.totals
    by_label: dict[str, list[int]] = {}
    for code, value in enumerate(column.values):
        by_label.setdefault(_singular(value.label), []).append(code)
    with gzip.open(VOCABULARY, "rb") as lines:
        for line in lines:
            concept = orjson.loads(line)
            names = concept["prefLabel"]
            codes = by_label.get(_singular(names.get("en", "")), [])
            reports = sum(int(totals[code]) for code in codes)
            if codes and reports >= least and concept["en_src"] != _GUESSED:
                values = frozenset(column.values[code].value for code in codes)
                named = {language: names[language] for language in _QUESTIONS if language in names}
                yield Heading(values, names["en"], reports, named)


def _singular(label: str) -> str:
    """A folded label without what may be the ending of a plural."""
    words = fold(label).removesuffix("s")
    return words.removesuffix("ie") + "y" if words.endswith("ie") else words.removesuffix("e")


def _within_sentence(label: str) -> str:
    """A label without the capital that lists begin with."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def found(plan: Plan, name: str, heading: Heading) -> tuple[Found, str]:
    """What a plan took a name for, and the label of that."""
    topics = [mention for mention in plan.mentions if mention.reading.facet == "topic"]
    whole = next((one for one in topics if fold(one.text) == fold(name)), None)
    if whole is not None:
        kind = Found.RIGHT if heading.values & set(whole.reading.values) else Found.WRONG
        return kind, whole.reading.label
    parts = [mention.reading.label for mention in plan.mentions]
    return (Found.PART, ", ".join(parts)) if parts else (Found.NONE, "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--least", type=int, default=5)
    parser.add_argument("--show", type=int, default=0, help="how many names of each kind to list")
    options = parser.parse_args()
    console = Console(width=150)
    if not VOCABULARY.is_file():
        console.print(f"{VOCABULARY} is not here.")
        return
    services = build_services(Settings(data=options.data))
    snapshot = services.engine(services.data.live(), reranked=False).snapshot
    planner = Planner(snapshot)
    wanted = list(headings(snapshot, options.least))
    table = Table(title=f"{len(wanted)} headings of {options.least} reports or more", title_justify="left")
    for column in ("language", "found", "headings", "share", "share by reports"):
        table.add_column(column)
    for language, question in _QUESTIONS.items():
        counts: Counter[Found] = Counter()
        reports: Counter[Found] = Counter()
        examples: dict[Found, list[str]] = {kind: [] for kind in Found}
        for heading in sorted(wanted, key=lambda one: -one.reports):
            name = _within_sentence(heading.names.get(language, ""))
            if name:
                plan = planner.plan(question.format(name), this_year=_YEAR, language=language)
                kind, meant = found(plan, name, heading)
                counts[kind] += 1
                reports[kind] += heading.reports
                examples[kind].append(f"{name} = {heading.label} ({heading.reports}) -> {meant}")
        for kind in Found:
            share, weighed = counts[kind] / counts.total(), reports[kind] / reports.total()
            table.add_row(language, kind, str(counts[kind]), f"{share:.1%}", f"{weighed:.1%}")
            for example in examples[kind][: options.show if kind is not Found.RIGHT else 0]:
                console.print(f"{language} {kind}: {example}", markup=False)
    console.print(table)


if __name__ == "__main__":
    main()
