"""What only a collection wider than a page of anything can show: deep pages, inferred facts, undated reports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kg import sparql
from kg.facets.filters import Filters
from kg.facets.table import FACETS
from kg.shapes_check import BATCH, check
from kg.store import Scope
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import BIBO, DCTERMS, PREFIXES, RDF, Minter
from search.engine import NEAREST, Engine, filter_masks
from search.filter_values import filter_value
from search.ranking import combined
from search.related import RelatedRequest, related
from search.request import Mode, Request, Results, Sort
from search.snapshots.snapshot import Snapshot
from tests.wide_collection import SIZE


def _ids(results: Results) -> list[str]:
    return [hit.card.id for hit in results.hits]


def test_the_collection_is_as_wide_as_these_tests_need(wide: Snapshot) -> None:
    assert len(wide.columns.reports) == SIZE > max(NEAREST, BATCH)
    assert len(wide.columns.facets["series"].inferred.rows) == len(range(0, SIZE, 17))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("query", ["water", "water survey of village savings", ""])
def test_deep_pages_repeat_nothing_and_lose_nothing(wide_engine: Engine, query: str, mode: Mode) -> None:
    request = Request(query, mode=mode, limit=170)
    total = wide_engine.search(request).total
    pages = [wide_engine.search(replace(request, offset=offset)) for offset in range(0, total, 170)]
    seen = [identifier for page in pages for identifier in _ids(page)]
    assert len(seen) == len(set(seen)) == total
    assert {page.total for page in pages} == {total}
    # Another length of page cuts the same list.
    assert _ids(wide_engine.search(replace(request, limit=1000))) == seen[:1000]


def test_inferred_values_are_counted_beside_stated_ones_and_equal_sparql(wide: Snapshot) -> None:
    everyone = np.ones(SIZE, dtype=bool)
    (counted,) = wide.columns.counts("series", everyone)
    assert (counted.value.label, counted.count, counted.inferred) == ("Wide Research Papers", 0, 77)
    body = sparql.query("facet_series").replace("SELECT ?report ?value", "SELECT (COUNT(DISTINCT ?report) AS ?n)")
    assert [row[0] for row in wide.graph.select_text(body, Scope.ALL)] == ["77"]
    assert [row[0] for row in wide.graph.select_text(body, Scope.STATED)] == ["0"]


def test_inferred_facts_let_a_report_pass_unless_told_not_to(wide_engine: Engine, wide: Snapshot) -> None:
    series = filter_value(wide, "series", "wide research papers")
    filters = Filters({"series": (series,)})
    assert wide_engine.search(Request(filters=filters)).total == 77
    assert wide_engine.search(Request(filters=replace(filters, inferred=False))).total == 0
    without = replace(filters, chosen={}, excluded={"series": (series,)})
    assert wide_engine.search(Request(filters=without)).total == SIZE - 77


def test_words_are_ranked_inside_every_group(wide_engine: Engine, wide: Snapshot) -> None:
    english, kenya, peru = (
        filter_value(wide, facet, value)
        for facet, value in (("language", "en"), ("country", "Kenya"), ("country", "Peru"))
    )
    filters = Filters({"language": (english,)}, also={"country": ((kenya, peru), (kenya,))})
    same = Filters({"language": (english,), "country": (kenya,)})
    for query in ("water survey of village savings", "water"):
        asked, plain = (wide_engine.search(Request(query, one, Mode.LEXICAL, limit=50)) for one in (filters, same))
        assert [hit.card.iri for hit in asked.hits] == [hit.card.iri for hit in plain.hits]
        assert asked.total == plain.total > 0


@pytest.mark.parametrize("query", ["", "water survey of village savings in Kenya"])
@pytest.mark.parametrize("facet", ["language", "type", "country"])
def test_counts_of_a_facet_keep_every_other_filter(wide_engine: Engine, wide: Snapshot, query: str, facet: str) -> None:
    chosen = {
        "language": (filter_value(wide, "language", "en"),),
        "type": (filter_value(wide, "type", "Audit Report"),),
        "country": (filter_value(wide, "country", "Kenya"),),
    }
    everything = wide_engine.search(Request(query, Filters(chosen), facet_values=10_000))
    others = {name: values for name, values in chosen.items() if name != facet}
    widened = wide_engine.search(Request(query, Filters(others), facet_values=10_000))
    assert everything.facets[facet] == widened.facets[facet]
    assert widened.total > everything.total


def test_meaning_is_searched_inside_the_filter(wide_engine: Engine, wide: Snapshot) -> None:
    filters = Filters({"country": (filter_value(wide, "country", "Peru"),)}, year_from=2001, year_to=2001)
    inside = combined(filter_masks(wide, filters), SIZE)
    assert 0 < np.count_nonzero(inside) < 20
    request = Request("water study of village savings in Peru", filters, mode=Mode.SEMANTIC)
    found = {hit.card.iri for hit in wide_engine.search(request).hits}
    assert found
    assert found <= {wide.columns.reports[ordinal] for ordinal in np.flatnonzero(inside)}


def test_most_reports_do_not_stand_out_by_meaning(wide_engine: Engine) -> None:
    everything = wide_engine.search(Request("goat herding in Nepal", mode=Mode.SEMANTIC))
    assert 0 < everything.total < SIZE / 3
    assert all("goat herding in Nepal" in hit.card.title for hit in everything.hits)


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_undated_reports_come_last_either_way(wide_engine: Engine, sort: Sort) -> None:
    results = [wide_engine.search(Request(sort=sort, limit=1000, offset=offset)) for offset in (0, 1000)]
    years = [hit.card.year for page in results for hit in page.hits]
    assert years[-100:] == [None] * 100
    assert None not in years[: -len(range(0, SIZE, 13))]


def test_shapes_are_checked_in_every_batch(wide: Snapshot) -> None:
    done: list[int] = []
    assert list(check(wide.graph, wide.columns.reports[: 2 * BATCH + 1], progress=done.append)) == []
    assert done == [BATCH, 2 * BATCH, 2 * BATCH + 1]


def test_a_fault_in_a_later_batch_is_found() -> None:
    store = OxigraphStore.create(None, inferred_prefix=Minter().inferred_prefix, prefixes=PREFIXES)
    lines = []
    for number in range(BATCH + 5):
        report = f"<http://e/{number}>"
        lines += [f"{report} <{RDF.type}> <{BIBO.Document}> .", f'{report} <{DCTERMS.identifier}> "{number}" .']
        lines += [f'{report} <{DCTERMS.title}> "T" .'] if number != BATCH + 3 else []
    store.load(["\n".join([*lines, ""]).encode()])
    found = list(check(store, [f"http://e/{number}" for number in range(BATCH + 5)]))
    assert [violation.node for violation in found] == [f"http://e/{BATCH + 3}"]


def test_related_reports_share_what_is_rare(wide: Snapshot) -> None:
    seed = wide.columns.reports[40]
    hits = related(wide, RelatedRequest((seed,), limit=20))
    assert all("topic" in hit.why.shared for hit in hits)
    assert sum(hit.why.parts["graph"] for hit in hits) > 0
    # Reports of the same theme, place and author share more than any others, however near those are in wording.
    assert {"topic", "author", "country"} <= set(hits[0].why.shared)


def test_every_facet_is_counted_by_the_engine_as_by_the_columns(wide_engine: Engine, wide: Snapshot) -> None:
    filters = Filters({"language": (filter_value(wide, "language", "fr"),)})
    results = wide_engine.search(Request("", filters, facet_values=10_000))
    members = combined(filter_masks(wide, filters), SIZE)
    for facet in set(FACETS) - {"language"}:
        assert results.facets[facet] == tuple(wide.columns.counts(facet, members))
