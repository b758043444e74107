from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import sparql
from kg.errors import DamagedColumnsError
from kg.facets.columns import Columns, FacetColumn, facet_columns, reports_of
from kg.facets.counting import PackedMask, Pairs
from kg.facets.files import columns_digest, load_columns, save_columns
from kg.facets.numbers import value_number
from kg.facets.table import FACETS
from kg.facets.values import FacetValues, Names
from kg.store import Scope
from kg.string_table import StringTable
from search.snapshots.snapshot import Snapshot

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
        described = FacetValues.of(texts, ((text, {}) for text in texts))
        stated, inferred = (
            Pairs.of(part[:, 0], part[:, 1], reports=size, values=len(texts)) for part in (table, table[:0])
        )
        facets[name] = FacetColumn(name, described, Names.of(described), stated, inferred)
    return Columns(StringTable.of(f"http://e/report/{n:04d}" for n in range(size)), facets)


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
    save_columns(sample.columns.reports, sample.columns.facets.values(), tmp_path / "facets")
    loaded = load_columns(tmp_path / "facets")
    assert list(loaded.reports) == list(sample.columns.reports)
    for name, column in sample.columns.facets.items():
        assert list(loaded.facets[name].values) == list(column.values)
        assert np.array_equal(loaded.facets[name].stated.codes, column.stated.codes)
        assert np.array_equal(loaded.facets[name].inferred.rows, column.inferred.rows)


def test_columns_built_again_are_the_same(sample: Snapshot) -> None:
    reports = reports_of(sample.graph)
    again = Columns(reports, {column.name: column for column in facet_columns(sample.graph, reports)})
    assert list(again.reports) == list(sample.columns.reports)
    assert all(list(again.facets[name].values) == list(sample.columns.facets[name].values) for name in FACETS)
    assert columns_digest(again) == columns_digest(sample.columns)


@pytest.mark.parametrize(
    "name", ["reports.strings", "topic.values.strings", "author.labels.strings", "topic.names.npy", "topic.stated.npy"]
)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other"])
def test_damaged_columns_are_an_error_that_says_what_to_do(
    sample: Snapshot, tmp_path: Path, name: str, damage: str
) -> None:
    save_columns(sample.columns.reports, sample.columns.facets.values(), tmp_path / "facets")
    path = tmp_path / "facets" / name
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes({"empty": b"", "cut": content[:-3], "other": b"x"}[damage])
    with pytest.raises(DamagedColumnsError, match="reportgraph build"):
        load_columns(tmp_path / "facets")


def test_columns_of_other_facets_are_refused_and_not_misread(sample: Snapshot, tmp_path: Path) -> None:
    columns = list(sample.columns.facets.values())
    for number, other in enumerate((columns[:-1], columns[::-1])):
        save_columns(sample.columns.reports, other, tmp_path / f"{number}")
        with pytest.raises(DamagedColumnsError, match=f"the facets of this program are {', '.join(FACETS)}"):
            load_columns(tmp_path / f"{number}")


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("topic.stated.npy", np.zeros((2, 1), np.int32)),
        ("topic.stated.npy", np.zeros((2, 2, 2), np.int32)),
        ("topic.stated.npy", np.zeros((2, 1), np.int64)),
        ("topic.stated.starts.npy", np.zeros(3, np.int32)),
        ("topic.stated.totals.npy", np.zeros(3, np.int32)),
        ("topic.names.npy", np.zeros(3, np.int32)),
    ],
)
def test_columns_that_do_not_fit_each_other_are_damaged(
    sample: Snapshot, tmp_path: Path, name: str, array: np.ndarray
) -> None:
    save_columns(sample.columns.reports, sample.columns.facets.values(), tmp_path / "facets")
    np.save(tmp_path / "facets" / name, array)
    with pytest.raises(DamagedColumnsError):
        load_columns(tmp_path / "facets")


def test_the_digest_is_of_the_content_wherever_it_lies(sample: Snapshot, tmp_path: Path) -> None:
    save_columns(sample.columns.reports, sample.columns.facets.values(), tmp_path / "facets")
    digest = columns_digest(sample.columns)
    assert columns_digest(load_columns(tmp_path / "facets")) == digest
    for path in sorted((tmp_path / "facets").iterdir()):
        content = path.read_bytes()
        if path.suffix == ".npy" and not np.load(path).size:
            continue
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        try:
            changed = columns_digest(load_columns(tmp_path / "facets"))
        except DamagedColumnsError:
            changed = None
        assert changed != digest, path.name
        path.write_bytes(content)
    assert columns_digest(load_columns(tmp_path / "facets")) == digest


@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=4), min_size=1, max_size=12))
def test_the_digest_tells_columns_apart(rows: list[list[str]]) -> None:
    digest = columns_digest(_columns({"topic": rows}))
    assert columns_digest(_columns({"topic": [list(reversed(row)) for row in rows]})) == digest
    assert columns_digest(_columns({"topic": [*rows, []]})) != digest
    assert columns_digest(_columns({"topic": [[*rows[0], "f"], *rows[1:]]})) != digest
    if any(rows):
        assert columns_digest(_columns({"author": rows})) != digest


@given(st.integers(1, 400), st.integers(0, 3), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_large_and_small_sets_are_counted_alike(reports: int, each: int, share: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    values = 300
    joined = np.unique(chance.integers(0, reports * values, reports * each))
    rows, codes = (part.astype(np.int32) for part in np.divmod(joined, values))
    pairs = Pairs.of(rows, codes, reports=reports, values=values)
    mask = chance.random(reports) < share
    counts = np.bincount(codes[mask[rows]], minlength=values)
    found = pairs.occurring(mask)
    assert found.codes.tolist() == np.flatnonzero(counts).tolist()
    assert found.counts.tolist() == counts[counts > 0].tolist()
    assert found.of(np.arange(values)).tolist() == counts.tolist()
    for ordinal in range(0, reports, 50):
        assert pairs.codes_of(ordinal).tolist() == codes[rows == ordinal].tolist()


@given(st.lists(st.booleans(), max_size=40))
def test_a_packed_mask_is_the_same_set(inside: list[bool]) -> None:
    mask = np.array(inside, dtype=np.bool_)
    packed = PackedMask.of(mask)
    assert packed.unpacked().dtype == np.bool_
    assert packed.unpacked().tolist() == inside
    assert packed.bits.nbytes == -(-len(inside) // 8)


def test_the_numbers_of_values_are_those_of_each_report(sample: Snapshot) -> None:
    columns = sample.columns
    expected: list[list[int]] = [[] for _ in columns.reports]
    for name, column in columns.facets.items():
        for ordinal, numbers in enumerate(expected):
            held = [*column.stated.codes_of(ordinal), *column.inferred.codes_of(ordinal)]
            numbers.extend(columns.numbers(name, [column.values[code].value for code in held]))
    assert list(columns.numbers_by_report()) == expected
    assert list(columns.numbers_of([7, 0, 7])) == [expected[7], expected[0], expected[7]]
    of_values = {number for numbers in expected for number in numbers}
    assert len(of_values) == sum(len(column.values) for column in columns.facets.values())
    assert all(0 <= number < 2**63 for number in of_values)


def test_the_number_of_a_value_is_for_ever() -> None:
    assert value_number("topic", "http://e/topic/wáter") == 3_676_404_994_020_305_577
    assert value_number("author", "http://e/topic/wáter") != value_number("topic", "http://e/topic/wáter")


def test_unknown_values_have_no_number() -> None:
    columns = _columns({"topic": [["a"], ["b"]]})
    assert columns.numbers("topic", ["b", "c"]) == [value_number("topic", "b")]


def test_the_numbers_of_many_reports_are_read_in_parts_without_a_seam() -> None:
    topics = [["even"] if ordinal % 2 == 0 else [] for ordinal in range(100_001)]
    found = list(_columns({"topic": topics}).numbers_by_report())
    even = value_number("topic", "even")
    assert found == [[even] if ordinal % 2 == 0 else [] for ordinal in range(100_001)]


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
