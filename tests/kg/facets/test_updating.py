from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entities import Entities
from kg.facets.changed import read_change
from kg.facets.columns import Columns, facet_columns, reports_of
from kg.facets.files import columns_digest, load_columns, save_columns
from kg.facets.updating import UpdatedColumns, updated_columns
from kg.mapping import nquad_chunks
from kg.model import Derivation, Institution, Person, Place, Report, Series, Topic
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import RDFS, SKOS, Minter
from tests.strategies import reports_by_id

MINTER = Minter("http://e/")
WHEN = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)

Reports = Mapping[str, Report]


def _lines(reports: Reports) -> set[bytes]:
    return set(b"".join(nquad_chunks(reports.values(), Entities(MINTER), generated=WHEN)).splitlines(keepends=True))


@contextmanager
def _graph(reports: Reports) -> Iterator[OxigraphStore]:
    with closing(OxigraphStore.create(None, inferred_prefix=MINTER.inferred_prefix)) as graph:
        graph.load([b"".join(sorted(_lines(reports)))])
        yield graph


def _columns(graph: OxigraphStore) -> Columns:
    reports = reports_of(graph)
    return Columns(reports, {column.name: column for column in facet_columns(graph, reports)})


def _described(before: Reports, after: Reports) -> set[str]:
    """The subjects of all labels that came or went."""
    labels = (f" <{RDFS.label}> ".encode(), f" <{SKOS.prefLabel}> ".encode())
    changed = _lines(before) ^ _lines(after)
    return {line[1 : line.index(b">")].decode() for line in changed if any(label in line for label in labels)}


def _updated(
    columns: Columns, graph: OxigraphStore, before: Reports, after: Reports, rewritten: Collection[str] = ()
) -> UpdatedColumns:
    """An update; reports that differ are rewritten, and some that do not."""
    written = {name for name in after if name in rewritten or before.get(name) != after[name]}
    gone, anew = ([str(MINTER.report(name)) for name in names] for names in (before.keys() - after.keys(), written))
    change = read_change(graph, columns, gone=gone, written=anew, described=_described(before, after))
    return updated_columns(columns, change)


def _follow(states: list[Reports], rewritten: Collection[str] = ()) -> None:
    """Follow a collection from state to state by updates, and compare each with columns made anew."""
    with _graph(states[0]) as graph:
        columns = _columns(graph)
    for before, after in pairwise(states):
        with _graph(after) as graph:
            anew = _columns(graph)
            updated = _updated(columns, graph, before, after, rewritten)
        columns = Columns(updated.reports, {column.name: column for column in updated.facets})
        assert columns_digest(columns) == columns_digest(anew)


@given(
    reports_by_id(),
    st.lists(st.tuples(reports_by_id(), st.sets(st.sampled_from("abcdefgh"))), max_size=3),
    st.sets(st.sampled_from("abcdefgh")),
)
def test_updates_in_a_row_end_in_the_columns_of_the_graph(
    first: Reports, changes: list[tuple[Reports, set[str]]], rewritten: set[str]
) -> None:
    states = [first]
    for written, gone in changes:
        kept = {name: report for name, report in states[-1].items() if name not in gone}
        states.append({**kept, **written})
    _follow(states, rewritten)


@given(reports_by_id(), reports_by_id(), st.sets(st.sampled_from("abcdefgh")))
def test_it_is_said_where_each_report_went(before: Reports, after: Reports, rewritten: set[str]) -> None:
    with _graph(before) as graph:
        columns = _columns(graph)
    with _graph(after) as graph:
        updated = _updated(columns, graph, before, after, rewritten)
    same = {str(MINTER.report(name)) for name in before if after.get(name) == before[name] and name not in rewritten}
    now = {report: ordinal for ordinal, report in enumerate(updated.reports)}
    assert updated.moved.tolist() == [now[report] if report in same else -1 for report in columns.reports]
    assert updated.written.tolist() == [ordinal for report, ordinal in now.items() if report not in same]


def _report(name: str, **fields: object) -> Report:
    return Report(id=name, title="A title", **fields)  # type: ignore[arg-type]


OKELLO = _report("b", authors=(Person("Okello"),), topics=(Topic("water"),), places=(Place("Kenya"),))
SHOUTED = _report("c", authors=(Person("OKELLO"),))
BY_CITATION = Series("Papers", derivation=Derivation("series-from-citation", 0.9))
CASES: dict[str, list[dict[str, Report]]] = {
    "all deleted but one": [{"a": _report("a"), "b": OKELLO, "c": SHOUTED}, {"c": SHOUTED}],
    "all deleted, and back": [{"b": OKELLO}, {}, {"b": OKELLO}],
    "the first value of a facet": [{"a": _report("a")}, {"a": _report("a", topics=(Topic("water"),))}],
    "the last value of a facet": [{"a": _report("a", year=1999)}, {"a": _report("a")}],
    "all replaced by others": [{"b": OKELLO, "c": SHOUTED}, {"a": _report("a", year=2004), "d": _report("d")}],
    "another label by count, in a report that stays": [
        {"b": OKELLO, "c": SHOUTED},
        {"b": OKELLO, "c": SHOUTED, **{n: _report(n, authors=(Person("Okello!"),)) for n in "def"}},
        {"b": OKELLO, "c": SHOUTED},
        {"c": SHOUTED},
    ],
    "an institution in another role": [
        {"a": _report("a", corporate_authors=(Institution("Trust"),))},
        {
            "a": _report("a", corporate_authors=(Institution("Trust"),)),
            "b": _report("b", publishers=(Institution("Trust"),)),
        },
    ],
    "inferred, then stated as well": [
        {"a": _report("a", series=(BY_CITATION,)), "b": _report("b", series=(BY_CITATION,))},
        {"a": _report("a", series=(BY_CITATION, Series("Papers"))), "b": _report("b", series=(BY_CITATION,))},
        {"a": _report("a"), "b": _report("b", series=(BY_CITATION,))},
    ],
    "a region named, then inferred only": [
        {"a": _report("a", places=(Place("Kenya"), Place("Africa")))},
        {"a": _report("a", places=(Place("Kenya"),))},
        {"a": _report("a", places=(Place("Mali"),)), "b": _report("b", places=(Place("Africa"),))},
    ],
    "an IRI between others": [
        {"a": _report("a"), "c": SHOUTED},
        {"a": _report("a"), "b": OKELLO, "c": SHOUTED},
    ],
    "nothing": [{"b": OKELLO}, {"b": OKELLO}],
}


@pytest.mark.parametrize("states", CASES.values(), ids=CASES)
def test_a_change_ends_in_the_columns_of_the_graph(states: list[dict[str, Report]]) -> None:
    _follow(list(states))


def test_columns_on_disk_are_updated_to_columns_on_disk(tmp_path: Path) -> None:
    before, after = CASES["inferred, then stated as well"][:2]
    with _graph(before) as graph:
        reports = reports_of(graph)
        save_columns(reports, facet_columns(graph, reports), tmp_path / "before")
    with _graph(after) as graph:
        updated = _updated(load_columns(tmp_path / "before"), graph, before, after)
        save_columns(updated.reports, updated.facets, tmp_path / "after")
        assert columns_digest(load_columns(tmp_path / "after")) == columns_digest(_columns(graph))
