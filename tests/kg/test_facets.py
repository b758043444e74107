from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import sparql
from kg.errors import DamagedColumnsError
from kg.facet_files import load_columns, save_columns
from kg.facets import FACETS, Columns, FacetColumn, FacetValue, Pairs, build_columns
from kg.store import Scope
from search.snapshot import Snapshot

# The same question to the graph: the facet's own query inside a count, with filters that are triples.
_FILTERS = {
    "": "",
    "language": "?report dcterms:language ?l . ?l skos:notation 'en' .",
    "year": "?report dcterms:issued ?y . FILTER (?y >= '2015'^^xsd:gYear && ?y <= '2020'^^xsd:gYear)",
    "topic or topic": (
        "FILTER EXISTS { ?report dcterms:subject ?t . ?t rdfs:label ?tl . FILTER (?tl IN ('gender', 'irrigation')) }"
    ),
    "three": (
        "?report dcterms:language ?l . ?l skos:notation 'en' . ?report dcterms:issued ?y . "
        "FILTER (?y >= '2010'^^xsd:gYear) ?report dcterms:accessRights ?a . ?a skos:notation 'open' ."
    ),
}


def _counted_by_sparql(snapshot: Snapshot, facet: str, filters: str, scope: Scope) -> dict[str, int]:
    body = sparql.query(f"facet_{facet}").split("WHERE", 1)[1]
    query = (
        f"SELECT ?value (COUNT(DISTINCT ?report) AS ?n) WHERE {{ {{ SELECT ?report ?value WHERE {body} }} {filters} }} "
        "GROUP BY ?value"
    )
    query = "PREFIX dcterms: <http://purl.org/dc/terms/> " + query
    return {value: int(count) for value, count in snapshot.graph.select_text(query, scope)}


def _mask(snapshot: Snapshot, filters: str) -> np.ndarray:
    wanted = {
        row[0]
        for row in snapshot.graph.select_text(
            f"SELECT DISTINCT ?report WHERE {{ ?report a bibo:Document . {filters} }}"
        )
    }
    return np.array([report in wanted for report in snapshot.columns.reports])


@pytest.mark.parametrize("filters", _FILTERS)
@pytest.mark.parametrize("facet", FACETS)
def test_counts_equal_those_of_sparql(sample: Snapshot, facet: str, filters: str) -> None:
    mask = _mask(sample, _FILTERS[filters])
    assert mask.any()
    counts = sample.columns.counts(facet, mask)
    assert {c.value.value: c.count for c in counts if c.count} == _counted_by_sparql(
        sample, facet, _FILTERS[filters], Scope.STATED
    )
    assert {c.value.value: c.count + c.inferred for c in counts} == _counted_by_sparql(
        sample, facet, _FILTERS[filters], Scope.ALL
    )


@pytest.mark.parametrize("facet", ["topic", "author", "series", "country"])
def test_a_chosen_value_keeps_the_reports_that_sparql_keeps(sample: Snapshot, facet: str) -> None:
    column = sample.columns.facets[facet]
    chosen = [column.values[0].value, column.values[-1].value]
    kept = {sample.columns.reports[o] for o in np.flatnonzero(sample.columns.mask(facet, chosen))}
    rows = sample.graph.select_text(sparql.query(f"facet_{facet}"))
    assert kept == {report for report, value in rows if value in chosen}


def test_years_include_both_ends_and_no_undated_report() -> None:
    columns = _columns({"year": [["2001"], ["2003"], [], ["2005"]]})
    assert columns.years(2001, 2003).tolist() == [True, True, False, False]
    assert columns.years(2002, None).tolist() == [False, True, False, True]
    assert columns.years(None, None).tolist() == [True, True, False, True]


def _columns(values: dict[str, list[list[str]]]) -> Columns:
    size = len(next(iter(values.values()), ()))
    facets = {}
    for name in FACETS:
        rows = values.get(name, [[]] * size)
        texts = sorted({text for row in rows for text in row})
        pairs = sorted((row, texts.index(text)) for row, held in enumerate(rows) for text in set(held))
        table = np.array(pairs, dtype=np.int32).reshape(-1, 2)
        empty = Pairs(np.empty(0, np.int32), np.empty(0, np.int32))
        facets[name] = FacetColumn(
            name, tuple(FacetValue(text, text) for text in texts), Pairs(table[:, 0], table[:, 1]), empty
        )
    return Columns(tuple(f"http://e/report/{n:04d}" for n in range(size)), facets)


@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=4), min_size=1, max_size=12), st.data())
def test_counts_and_masks_are_those_of_plain_loops(rows: list[list[str]], data: st.DataObject) -> None:
    columns = _columns({"topic": rows})
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    wanted = data.draw(st.sets(st.sampled_from("abcdez")))
    expected = {v: sum(v in row for row, inside in zip(rows, mask, strict=True) if inside) for v in "abcde"}
    assert {c.value.value: c.count for c in columns.counts("topic", mask)} == {v: n for v, n in expected.items() if n}
    assert columns.mask("topic", wanted).tolist() == [bool(wanted & set(row)) for row in rows]


def test_counts_are_ordered_by_number_then_value_and_can_be_cut() -> None:
    columns = _columns({"topic": [["b", "a"], ["b", "c"], ["a"]]})
    every = np.ones(3, dtype=bool)
    assert [(c.value.value, c.count) for c in columns.counts("topic", every)] == [("a", 2), ("b", 2), ("c", 1)]
    assert len(columns.counts("topic", every, most=1)) == 1


def test_columns_come_back_from_disk(sample: Snapshot, tmp_path: Path) -> None:
    save_columns(sample.columns, tmp_path / "facets")
    loaded = load_columns(tmp_path / "facets")
    assert loaded.reports == sample.columns.reports
    for name, column in sample.columns.facets.items():
        assert loaded.facets[name].values == column.values
        assert np.array_equal(loaded.facets[name].stated.codes, column.stated.codes)
        assert np.array_equal(loaded.facets[name].inferred.rows, column.inferred.rows)


def test_columns_built_again_are_the_same(sample: Snapshot) -> None:
    again = build_columns(sample.graph)
    assert again.reports == sample.columns.reports
    assert all(again.facets[name].values == sample.columns.facets[name].values for name in FACETS)


def test_damaged_columns_are_an_error_that_says_what_to_do(sample: Snapshot, tmp_path: Path) -> None:
    save_columns(sample.columns, tmp_path / "facets")
    (tmp_path / "facets" / "topic.stated.npy").write_bytes(b"x")
    with pytest.raises(DamagedColumnsError, match="reportgraph build"):
        load_columns(tmp_path / "facets")


def test_ordinals_are_places_in_the_order_of_iris(sample: Snapshot) -> None:
    columns = sample.columns
    assert [columns.ordinal(iri) for iri in columns.reports] == list(range(60))
    for other in (
        "",
        "http://localhost:7860/report/none",
        columns.reports[3] + "0",
        columns.reports[-1] + "x",
        "\U0010ffff",
    ):
        assert columns.ordinal(other) is None
    assert _columns({}).ordinal("http://e/report/0000") is None


@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=4), min_size=1, max_size=12))
def test_the_values_of_a_report_are_those_of_its_record_in_order(rows: list[list[str]]) -> None:
    columns = _columns({"topic": rows})
    for ordinal, row in enumerate(rows):
        assert [value.value for value in columns.values("topic", ordinal)] == sorted(set(row))
        assert columns.values("author", ordinal) == []


def test_the_values_of_a_report_leave_out_what_was_inferred(wide: Snapshot) -> None:
    column = wide.columns.facets["series"]
    inferred = int(column.inferred.rows[0])
    assert wide.columns.values("series", inferred) == []
    assert len(column.inferred.codes_of(inferred)) == 1


@given(
    st.lists(st.lists(st.sampled_from("abcde"), max_size=4), min_size=1, max_size=12),
    st.none() | st.integers(0, 6),
    st.lists(st.sampled_from("abcdez"), max_size=4),
    st.data(),
)
def test_some_values_are_counted_whether_they_are_common_or_not(
    rows: list[list[str]], most: int | None, always: list[str], data: st.DataObject
) -> None:
    columns = _columns({"topic": rows})
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    every = {c.value.value: c for c in columns.counts("topic", mask)}
    found = columns.counts("topic", mask, most=most, always=always)
    names = [c.value.value for c in found]
    assert len(names) == len(set(names))
    commonest = list(every)[:most]
    known = {value for row in rows for value in row}
    assert names[: len(commonest)] == commonest
    assert set(names) == set(commonest) | (set(always) & known)
    for counted in found:
        assert counted.count == (every[counted.value.value].count if counted.value.value in every else 0)
