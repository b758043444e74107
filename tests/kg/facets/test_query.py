from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery

from kg import sparql
from kg.authority.names import key
from kg.errors import UnboundParameterError
from kg.facets.columns import Columns
from kg.facets.filters import MISSABLE, Filters
from kg.facets.query import counting_query, filter_query
from kg.facets.table import FACETS
from kg.model import Kind
from kg.store import Scope
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import PREFIXES, Minter
from search.engine import filter_masks
from search.ranking import combined
from search.snapshots.snapshot import Snapshot
from tests.strategies import any_text

AFRICA, WESTERN_AFRICA = (f"http://localhost:7860/place/M49-{code}" for code in ("002", "011"))
UNKNOWN = "http://localhost:7860/topic/nobody-has-this"


def _text(filters: Filters) -> str:
    return filter_query(filters)


def _selected(snapshot: Snapshot, filters: Filters) -> list[str]:
    """The reports of the executed query, in its order; without inferred facts in the scope of what is stated."""
    scope = Scope.ALL if filters.inferred else Scope.STATED
    return [row[0] for row in snapshot.graph.select_text(_text(filters), scope)]


def _passing(snapshot: Snapshot, filters: Filters) -> list[str]:
    """The reports that pass the engine's masks, newest first, undated ones last, ties by IRI."""
    columns = snapshot.columns
    passing = np.flatnonzero(combined(filter_masks(snapshot, filters), len(columns.reports))).tolist()
    return [columns.reports[ordinal] for ordinal in sorted(passing, key=lambda o: (-_year(columns, o), o))]


def _year(columns: Columns, ordinal: int) -> int:
    column = columns.facets["year"]
    return max((int(column.values[code].value) for code in column.stated.codes_of(ordinal)), default=0)


@st.composite
def _choices(draw: st.DrawFn, columns: Columns, most: int) -> dict[str, tuple[str, ...]]:
    """Values of a few facets, at times none, at times of one report, so that facets together leave something."""
    ordinal = draw(st.integers(0, len(columns.reports) - 1))
    choices = {}
    for facet in draw(st.lists(st.sampled_from(list(FACETS)), max_size=most, unique=True)):
        column = columns.facets[facet]
        own = [*column.stated.codes_of(ordinal).tolist(), *column.inferred.codes_of(ordinal).tolist()]
        known = [value.value for value in column.values] + ["1066" if facet == "year" else UNKNOWN]
        values = draw(st.lists(st.sampled_from(known), max_size=5))
        if draw(st.booleans()) and own:
            values.append(column.values[draw(st.sampled_from(own))].value)
        choices[facet] = tuple(values)
    return choices


@st.composite
def _filters(draw: st.DrawFn, columns: Columns) -> Filters:
    years = st.none() | st.sampled_from([int(value.value) for value in columns.facets["year"].values])
    first, last = draw(years), draw(years)
    if first is not None and last is not None and first > last:
        first, last = last, first
    chosen, excluded = draw(_choices(columns, 4)), draw(_choices(columns, 2))
    also: dict[str, tuple[tuple[str, ...], ...]] = {}
    for further in draw(st.lists(_choices(columns, 2), max_size=2)):
        for facet, values in further.items():
            also[facet] = (*also.get(facet, ()), values)
    missing = tuple(draw(st.lists(st.sampled_from(sorted(MISSABLE)), max_size=2)))
    return Filters(chosen, excluded, first, last, inferred=draw(st.booleans()), also=also, missing=missing)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("collection", ["sample", "wide"])
def test_the_query_selects_what_the_engine_lets_pass(
    collection: str, data: st.DataObject, request: pytest.FixtureRequest
) -> None:
    snapshot: Snapshot = request.getfixturevalue(collection)
    filters = data.draw(_filters(snapshot.columns))
    # A list, not a set: no report twice, and the order of the engine.
    assert _selected(snapshot, filters) == _passing(snapshot, filters)


@pytest.mark.parametrize("collection", ["sample", "wide"])
@pytest.mark.parametrize("facet", FACETS)
def test_every_value_of_every_facet_chosen_and_excluded(
    facet: str, collection: str, request: pytest.FixtureRequest
) -> None:
    snapshot: Snapshot = request.getfixturevalue(collection)
    values = tuple(value.value for value in snapshot.columns.facets[facet].values)
    for filters in (Filters({facet: values}), Filters({}, {facet: values}), Filters({facet: values[:2]})):
        for inferred in (True, False):
            asked = replace(filters, inferred=inferred)
            assert _selected(snapshot, asked) == _passing(snapshot, asked)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_every_text_is_sparql_that_only_reads_and_declares_what_it_uses(sample: Snapshot, data: st.DataObject) -> None:
    text = _text(data.draw(_filters(sample.columns)))
    prepareQuery(text)
    sparql.require_read_only(text)
    declared = re.findall(r"^PREFIX (\w+): <(.*)>$", text, re.MULTILINE)
    assert declared == sorted(declared)
    bare = re.sub(r"<[^>]*>|#.*", "", text.partition("SELECT")[2])
    assert dict(declared) == {prefix: PREFIXES[prefix] for prefix in re.findall(r"(\w+):", bare)}


def test_other_engines_read_the_text_alike(sample: Snapshot, tmp_path: Path) -> None:
    sample.graph.dump(tmp_path / "sample.ttl", "turtle")
    graph = Graph().parse(tmp_path / "sample.ttl", format="turtle")
    facets = sample.columns.facets
    topics, languages, years = (
        tuple(value.value for value in facets[facet].values) for facet in ("topic", "language", "year")
    )
    for filters in (
        Filters(),
        Filters({"topic": topics[:20], "language": languages[:2]}, {"year": years[-1:]}, 2012, None),
        Filters({"country": tuple(value.value for value in facets["country"].values[:8])}, {}, 2005, 2020),
        Filters({"region": (AFRICA,)}, {"region": (WESTERN_AFRICA,)}),
        Filters({"topic": topics[:20]}, also={"topic": (topics[10:30], topics[20:])}),
    ):
        # rdflib compares no xsd:gYear, and SPARQL 1.1 does not ask it to.
        rows = [tuple("" if term is None else str(term) for term in row) for row in graph.query(_text(filters))]  # type: ignore[union-attr]
        assert rows == list(sample.graph.select_text(_text(filters)))
        assert rows


def test_a_row_has_the_title_and_the_year_if_there_is_one(wide: Snapshot) -> None:
    rows = list(wide.graph.select_text(filter_query(Filters())))
    assert [row[0] for row in rows] == _passing(wide, Filters())
    assert ("http://localhost:7860/report/w0001", "Water study 1: goat herding in Kenya", "1990") in rows
    assert rows[-1] == ("http://localhost:7860/report/w1287", "Water study 1287: cocoa drying in Peru", "")


@settings(max_examples=100, deadline=None)
@given(data=st.data(), facets=st.lists(st.sampled_from(list(FACETS)), min_size=1, max_size=3, unique=True))
@pytest.mark.parametrize("collection", ["sample", "wide"])
def test_values_are_counted_as_the_columns_count_them(
    collection: str, data: st.DataObject, facets: list[str], request: pytest.FixtureRequest
) -> None:
    snapshot: Snapshot = request.getfixturevalue(collection)
    filters = replace(data.draw(_filters(snapshot.columns)), inferred=False)
    text = counting_query(facets, filters)
    sparql.require_read_only(text)
    columns = snapshot.columns
    mask = combined(filter_masks(snapshot, filters), len(columns.reports))
    occurring = {one.value.value for facet in facets for one in columns.counts(facet, mask) if one.count}
    # One that publishes and contributes as well is a value of two facets, and counts once in a report.
    counted = {
        value: int(
            np.count_nonzero(mask & np.logical_or.reduce([columns.mask(f, [value], inferred=False) for f in facets]))
        )
        for value in occurring
    }
    counted = {value: count for value, count in counted.items() if count}
    rows = [(value, int(count)) for value, count in snapshot.graph.select_text(text, Scope.STATED)]
    assert dict(rows) == counted
    for facet in facets:
        own = [row for row in rows if snapshot.columns.facets[facet].code(row[0]) is not None]
        assert own == sorted(own, key=lambda row: (-row[1], row[0]))
    assert [count for _, count in rows] == sorted((count for _, count in rows), reverse=True)


def test_a_report_with_several_of_the_values_counts_for_each_once(sample: Snapshot) -> None:
    country, region = (sample.columns.facets[facet] for facet in ("country", "region"))
    rows = list(sample.graph.select_text(counting_query(("country", "region"), Filters()), Scope.STATED))
    assert len(rows) == sum(int(total > 0) for column in (country, region) for total in column.stated.totals)


@pytest.mark.parametrize("facet", FACETS)
def test_every_counting_query_declares_what_it_uses(sample: Snapshot, facet: str) -> None:
    own = tuple(value.value for value in sample.columns.facets[facet].values[:2])
    for filters in (Filters(), Filters({facet: own}, {"topic": ()}, 2000, None), Filters({}, {facet: own}, None, 2020)):
        text = counting_query((facet, "year"), filters)
        prepareQuery(text)
        declared = re.findall(r"^PREFIX (\w+): <(.*)>$", text, re.MULTILINE)
        assert declared == sorted(set(declared))
        bare = re.sub(r"<[^>]*>|#.*", "", text.partition("SELECT")[2])
        assert dict(declared) == {prefix: PREFIXES[prefix] for prefix in re.findall(r"(\w+):", bare)}


def test_a_dimension_that_is_no_facet_is_refused() -> None:
    for dimension in (("colour",), ("topic", "colour"), ("",)):
        with pytest.raises(UnboundParameterError):
            counting_query(dimension, Filters())
    with pytest.raises(UnboundParameterError):
        counting_query(("topic",), Filters({"topic": ("no iri",)}))


def test_what_was_inferred_counts_in_the_scope_of_everything_only(wide: Snapshot) -> None:
    series = wide.columns.facets["series"]
    inferred = {series.values[code].value for code in series.inferred.codes}
    text = filter_query(Filters({"series": tuple(sorted(inferred))}))
    assert len(list(wide.graph.select_text(text, Scope.ALL))) == len(series.inferred.rows) > 0
    assert list(wide.graph.select_text(text, Scope.STATED)) == []


def test_a_region_is_no_country(sample: Snapshot) -> None:
    region = sample.columns.facets["region"].values[0].value
    assert _selected(sample, Filters({"region": (region,)}))
    assert _selected(sample, Filters({"country": (region,)})) == []


@pytest.mark.parametrize("first", [None, -5, 0, 19, 2010, 9999, 10_000, 10**30])
@pytest.mark.parametrize("last", [None, -5, 0, 19, 2010, 9999, 10_000, 10**30])
def test_years_that_no_report_can_have_are_years_too(sample: Snapshot, first: int | None, last: int | None) -> None:
    if first is not None and last is not None and first > last:
        # The engine refuses it; the text selects what lies in no range.
        assert list(sample.graph.select_text(filter_query(Filters(year_from=first, year_to=last)))) == []
    else:
        filters = Filters(year_from=first, year_to=last)
        assert _selected(sample, filters) == _passing(sample, filters)


def test_a_facet_without_values_is_no_filter() -> None:
    assert filter_query(Filters({"topic": ()}, {"year": ()})) == filter_query(Filters())


@pytest.mark.parametrize("collection", ["sample", "wide"])
def test_what_is_demanded_of_one_facet_is_found_by_no_union(collection: str, request: pytest.FixtureRequest) -> None:
    snapshot: Snapshot = request.getfixturevalue(collection)
    columns = snapshot.columns
    pairs = [[value.value for value in columns.values("topic", ordinal)[:2]] for ordinal in range(len(columns.reports))]
    one, other = next(pair for pair in pairs if len(pair) == 2)
    both = set(_selected(snapshot, Filters({"topic": (one,)}, also={"topic": ((other,),)})))
    apart = [set(_selected(snapshot, Filters({"topic": (topic,)}))) for topic in (one, other)]
    assert both == apart[0] & apart[1] != set()
    assert both == set(_selected(snapshot, Filters(also={"topic": ((one,), (other,))})))
    assert _selected(snapshot, Filters({"topic": (one,)}, also={"topic": ((UNKNOWN,),)})) == []


def test_further_choices_have_variables_of_their_own() -> None:
    text = filter_query(Filters({"topic": ("http://e/b",)}, also={"topic": (("http://e/a", "http://e/c"), ())}))
    assert re.findall(r"VALUES (\?\w+)", text) == ["?topic", "?topic_2"]
    assert "subject ?topic\n" in text
    assert "subject ?topic_2\n" in text


def test_equal_groups_are_one_text_whatever_their_order() -> None:
    a, b, c = (f"http://e/{name}" for name in "abc")
    text = filter_query(Filters({"topic": (a, b)}, also={"topic": ((c,), (b, a))}))
    assert filter_query(Filters(also={"topic": ((b, a, a), (c,))})) == text
    assert filter_query(Filters({"topic": (c,)}, also={"topic": ((a, b),), "author": ()})) == text


def test_equal_filters_are_one_text_whatever_their_order() -> None:
    a, b, c = (f"http://e/{name}" for name in "abc")
    text = filter_query(Filters({"topic": (a, b, b), "author": (c,)}, {"year": ("2019",), "type": (a,)}, 1999, 2001))
    assert (
        filter_query(Filters({"author": (c,), "topic": (b, a)}, {"type": (a,), "year": ("2019",)}, 1999, 2001)) == text
    )


def test_the_text_is_one_to_learn_from() -> None:
    text = filter_query(
        Filters(
            {"topic": ("http://e/topic/soil", "http://e/topic/maize")},
            {"institution": ("http://e/institution/x",)},
            year_from=2015,
        )
    )
    assert text == (
        """\
# Reports with title and year, newest first: those that pass each filter below, or every report if there is none.
PREFIX bibo: <http://purl.org/ontology/bibo/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rg: <urn:reportgraph:>
PREFIX schema: <https://schema.org/>

SELECT DISTINCT ?report ?title ?year WHERE {
  ?report a bibo:Document ; dcterms:title ?title .

  # The topics of each report.
  # At least one must be among these:
  {
    SELECT DISTINCT ?report WHERE {
      VALUES ?topic {
        <http://e/topic/maize>
        <http://e/topic/soil>
      }
      ?report dcterms:subject ?topic
    }
  }

  # From the first to the last of these years; UNDEF is an open end.
  {
    SELECT DISTINCT ?report WHERE {
      VALUES ?first { "2015" }
      VALUES ?last { UNDEF }
      ?report dcterms:issued ?issued .
      # Compared as texts of four digits: SPARQL 1.1 leaves it open whether an engine can compare xsd:gYear.
      BIND (STR(?issued) AS ?text)
      FILTER (COALESCE(?first, ?text) <= ?text && ?text <= COALESCE(?last, ?text))
    }
  }

  # The institutions of each report in any role: those that contributed, that its authors name, \
that published or funded it.
  # None may be among these:
  MINUS {
    VALUES ?institution { <http://e/institution/x> }
    ?report dcterms:contributor|rg:affiliation|dcterms:publisher|schema:funder ?institution
  }

  OPTIONAL { ?report dcterms:issued ?year }
}
ORDER BY DESC(?year) ?report
"""
    )


_HOSTILE = [
    "",
    "gender",
    "/topic/gender",
    "> } DROP ALL",
    "http://e/> } DROP ALL #",
    "http://e/ x",
    'http://e/"',
    "http://e/\n",
    "http://e/\n} #",
    "http://e/{}",
    "http://e/\\u003e",
    "http://e/\ud800",
    "http://e/%zz",
    "http://e/a#b#c",
    "http://[::1",
    "http://[:]/",
    "http://e:port/",
    "1066 ",
    "19",
    "20190",
    "-2019",
    "二〇一九",
    "²⁰¹⁹",
    '2019" } DROP ALL',
    "2019\n",
]


@pytest.mark.parametrize("facet", ["topic", "year"])
@pytest.mark.parametrize("value", _HOSTILE)
def test_what_is_no_iri_and_no_year_is_refused(facet: str, value: str) -> None:
    good = {"topic": "http://e/topic/gender", "year": "2019"}[facet]
    for filters in (Filters({facet: (good, value)}), Filters(excluded={facet: (value,)})):
        with pytest.raises(UnboundParameterError) as caught:
            filter_query(filters)
        assert caught.value.parameter == value
    with pytest.raises(UnboundParameterError):
        filter_query(Filters({facet: (good,)}, also={facet: ((good,), (good, value))}))


@pytest.mark.parametrize("choices", [{"topic": ("2019",)}, {"year": ("http://e/2019",)}])
def test_a_year_is_no_topic_and_an_iri_no_year(choices: Mapping[str, tuple[str, ...]]) -> None:
    with pytest.raises(UnboundParameterError):
        filter_query(Filters(choices))


@pytest.mark.parametrize("facet", ["colour", "../reports", "", "Topic"])
def test_a_facet_that_does_not_exist_is_refused(facet: str) -> None:
    for filters in (Filters({facet: ("http://e/a",)}), Filters(excluded={facet: ("http://e/a",)})):
        with pytest.raises(UnboundParameterError):
            filter_query(filters)
    with pytest.raises(UnboundParameterError):
        filter_query(Filters(also={facet: (("http://e/a",),)}))


# Pieces that an IRI is made of, rightly or wrongly.
_PIECES = [
    *(
        "http:",
        "//",
        "/",
        ":",
        "a",
        "é",
        "[",
        "]",
        "[::1]",
        "1.2.3.4",
        "%",
        "%41",
        "#",
        "?",
        "@",
        "80",
        "'",
        "!",
        "urn",
    ),
    *(
        "\u200e",
        "\ue000",
        "\ufdd0",
        "\ufffe",
        "\ud800",
        "-",
        "|",
        "`",
        " ",
        "\n",
        "~",
        "=",
        "\u00a0",
        "\u0085",
        "\\u0041",
    ),
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["", "http://", "http://a", "urn:"]),
    st.lists(st.sampled_from(_PIECES), max_size=6).map("".join) | any_text,
)
def test_whatever_a_value_is_the_text_can_be_asked_or_there_is_none(start: str, rest: str) -> None:
    store = OxigraphStore.create(None, inferred_prefix="http://e/inferred/")
    try:
        text = filter_query(Filters({"topic": (start + rest, UNKNOWN)}))
    except UnboundParameterError:
        return
    assert list(store.select_text(text)) == []


@settings(deadline=None)
@given(label=any_text.filter(key) | st.just("payload of a service"), base=st.sampled_from(["", "http://[::1]:7860/"]))
def test_every_entity_can_be_a_value(label: str, base: str) -> None:
    topic = Minter(base or "http://localhost:7860/").entity(Kind.TOPIC, key(label))
    text = filter_query(Filters({"topic": (str(topic),)}))
    assert f"{{ <{topic}> }}" in text
    sparql.require_read_only(text)
