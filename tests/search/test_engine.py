from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import ModelMismatchError
from embeddings.index import Hits, Mask
from embeddings.indexes.exact import ExactIndex
from embeddings.vectors import Vectors
from kg.facets.filters import Filters
from kg.facets.table import FACETS
from search.engine import LONGEST_QUERY, Engine
from search.errors import InvalidRequestError, UnknownValueError
from search.filter_values import filter_value
from search.request import Mode, Request, Results, Sort
from search.snapshots.snapshot import Snapshot


def _ids(results: Results) -> list[str]:
    return [hit.card.id for hit in results.hits]


def _everything(engine: Engine, request: Request) -> list[str]:
    return _ids(engine.search(replace(request, limit=1000)))


@pytest.mark.parametrize("mode", list(Mode))
def test_the_same_request_gives_the_same_results(engine: Engine, mode: Mode) -> None:
    request = Request("women and credit groups", mode=mode)
    assert engine.search(request) == engine.search(request)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("query", ["", "water for maize", "mujeres rurales", "zzzz", "-women"])
def test_the_members_of_a_search_are_its_results(engine: Engine, sample: Snapshot, query: str, mode: Mode) -> None:
    language = filter_value(sample, "language", "Francés")
    for filters in (Filters(), Filters({"language": (language,)}, year_from=2010), Filters({}, {"topic": ("none",)})):
        members = engine.members(query, filters, mode)
        results = engine.search(Request(query, filters, mode, limit=1000))
        assert {sample.columns.reports[place] for place in np.flatnonzero(members)} == {
            hit.card.iri for hit in results.hits
        }
        assert int(members.sum()) == results.total


def test_members_are_of_a_search_that_can_be_asked(engine: Engine) -> None:
    with pytest.raises(InvalidRequestError):
        engine.members("x" * (LONGEST_QUERY + 1), Filters(), Mode.LEXICAL)
    with pytest.raises(InvalidRequestError):
        engine.members("x", Filters(year_from=2020, year_to=2010), Mode.LEXICAL)


def test_reports_are_hits_in_their_order_without_those_that_are_unknown(engine: Engine, sample: Snapshot) -> None:
    third, first = sample.columns.reports[2], sample.columns.reports[0]
    hits = engine.hits([third, "http://localhost:7860/report/none", first])
    assert [hit.card.iri for hit in hits] == [third, first]
    assert {(hit.score, hit.why.words, hit.why.similarity) for hit in hits} == {(0.0, (), None)}
    assert engine.hits([]) == ()


def test_a_report_is_found_by_its_own_title(engine: Engine, sample: Snapshot) -> None:
    for result in engine.search(Request(limit=60)).hits:
        assert _ids(engine.search(Request(result.card.title)))[0] == result.card.id


@pytest.mark.parametrize("query", ["", "water for maize", "mujeres rurales"])
@pytest.mark.parametrize("mode", list(Mode))
def test_pages_are_pieces_of_one_list(engine: Engine, query: str, mode: Mode) -> None:
    request = Request(query, mode=mode, limit=3)
    whole = engine.search(replace(request, limit=1000))
    paged = [hit for offset in range(0, whole.total, 3) for hit in engine.search(replace(request, offset=offset)).hits]
    assert [hit.card.id for hit in paged] == _ids(whole)
    assert len(whole.hits) == whole.total == len(set(_ids(whole)))


@pytest.mark.parametrize("query", ["", "water for maize"])
def test_filters_hold_and_lose_nothing(engine: Engine, sample: Snapshot, query: str) -> None:
    language = filter_value(sample, "language", "Francés")
    filters = Filters({"language": (language,)}, year_from=2010)
    inside = sample.columns.mask("language", [language]) & sample.columns.years(2010, None)
    expected = {sample.columns.reports[o] for o in np.flatnonzero(inside)}
    found = engine.search(Request(query, filters, limit=1000))
    assert {hit.card.iri for hit in found.hits} <= expected
    if not query:
        assert {hit.card.iri for hit in found.hits} == expected


def test_a_narrower_filter_never_adds_a_result_by_words(engine: Engine, sample: Snapshot) -> None:
    request = Request("women credit", mode=Mode.LEXICAL)
    narrow = replace(request, filters=Filters({"access": (filter_value(sample, "access", "open"),)}))
    assert set(_everything(engine, narrow)) <= set(_everything(engine, request))


def test_exclusion_is_the_complement(engine: Engine, sample: Snapshot) -> None:
    value = filter_value(sample, "language", "en")
    chosen = _everything(engine, Request(filters=Filters({"language": (value,)})))
    excluded = _everything(engine, Request(filters=Filters(excluded={"language": (value,)})))
    assert sorted(chosen + excluded) == sorted(_everything(engine, Request()))


@pytest.mark.parametrize("query", ["", "women credit groups savings"])
def test_counts_are_exact_over_the_whole_result_set(engine: Engine, sample: Snapshot, query: str) -> None:
    results = engine.search(Request(query, limit=1000, facet_values=10_000))
    members = np.isin(np.array(sample.columns.reports), [hit.card.iri for hit in results.hits])
    for facet in FACETS:
        assert results.facets[facet] == tuple(sample.columns.counts(facet, members))


def test_counts_of_a_facet_ignore_its_own_choice(engine: Engine, sample: Snapshot) -> None:
    french, english = (filter_value(sample, "language", code) for code in ("fr", "en"))
    free = engine.search(Request())
    chosen = engine.search(Request(filters=Filters({"language": (french,)})))
    assert chosen.facets["language"] == free.facets["language"]
    assert chosen.facets["topic"] != free.facets["topic"]
    by_label = {count.value.value: count.count for count in chosen.facets["language"]}
    both = engine.search(Request(filters=Filters({"language": (french, english)})))
    assert both.total == by_label[french] + by_label[english]


def test_without_words_newest_first_and_undated_last(engine: Engine) -> None:
    years = [hit.card.year for hit in engine.search(Request(limit=60)).hits]
    assert years == sorted(years, key=lambda year: -(year or 0))
    oldest = [hit.card.year for hit in engine.search(Request(limit=60, sort=Sort.OLDEST)).hits]
    assert oldest == sorted(oldest, key=lambda year: year or 9999)


def test_sorting_by_year_keeps_the_result_set(engine: Engine) -> None:
    request = Request("women credit groups")
    assert sorted(_everything(engine, request)) == sorted(_everything(engine, replace(request, sort=Sort.NEWEST)))


def test_every_hit_says_why(engine: Engine) -> None:
    results = engine.search(Request("women credit groups"))
    assert results.hits
    for hit in results.hits:
        assert hit.why.words or (hit.why.similarity or 0) > 0
        assert hit.score == pytest.approx(sum(hit.why.parts.values()))
    assert any("credit" in hit.why.words for hit in results.hits)


def test_words_nobody_wrote_find_nothing_by_words(engine: Engine) -> None:
    results = engine.search(Request("asdf qwerty zxcv", mode=Mode.LEXICAL))
    assert (results.total, results.hits) == (0, ())


def test_words_alone_need_no_encoder(sample: Snapshot) -> None:
    assert Engine(sample, None).search(Request("women credit", mode=Mode.LEXICAL)).total > 0


def test_another_model_is_refused_with_both_names(sample: Snapshot) -> None:
    with pytest.raises(ModelMismatchError):
        Engine(sample, HashingEncoder(dimension=64))


@pytest.mark.parametrize(
    "request_",
    [
        Request("x" * (LONGEST_QUERY + 1)),
        Request(limit=1001),
        Request(offset=-1),
        Request(filters=Filters(year_from=2020, year_to=2010)),
        Request(filters=Filters({"colour": ("red",)})),
    ],
)
def test_impossible_requests_are_errors_that_say_what_to_do(engine: Engine, request_: Request) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        engine.search(request_)
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["Inglés", "en", "english", "ANGLAIS"])
def test_a_filter_is_understood_in_every_language(sample: Snapshot, text: str) -> None:
    assert filter_value(sample, "language", text) == "http://localhost:7860/language/en"


def test_every_value_is_found_by_its_label_and_by_itself(sample: Snapshot) -> None:
    for facet, column in sample.columns.facets.items():
        for value in column.values:
            assert filter_value(sample, facet, value.value) == value.value
            if facet != "year":
                assert filter_value(sample, facet, value.label.upper()) == value.value


def test_a_misspelled_filter_is_an_error_that_names_the_nearest(sample: Snapshot) -> None:
    with pytest.raises(UnknownValueError) as caught:
        filter_value(sample, "topic", "irigation")
    assert "irrigation" in caught.value.nearest
    with pytest.raises(InvalidRequestError):
        filter_value(sample, "colour", "red")


@pytest.mark.parametrize(
    ("typed", "nearest"), [("Francez", "francés"), ("ENGLISCH", "english"), ("???", None), ("x" * 5000, None)]
)
def test_labels_in_every_language_are_proposed(sample: Snapshot, typed: str, nearest: str | None) -> None:
    with pytest.raises(UnknownValueError) as caught:
        filter_value(sample, "language", typed)
    proposed = [label.casefold() for label in caught.value.nearest]
    assert nearest in proposed if nearest else proposed == []


class CountingEncoder(HashingEncoder):
    """The hashing encoder, which remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_query(self, text: str) -> Vectors:
        self.asked.append(text)
        return super().encode_query(text)


def test_words_are_understood_once_for_all_pages_and_filters(sample: Snapshot, engine: Engine) -> None:
    encoder = CountingEncoder()
    counting = Engine(sample, encoder)
    french = Filters({"language": (filter_value(sample, "language", "fr"),)})
    requests = [
        Request("women credit"),
        Request("women credit", offset=10),
        Request("women credit", french),
        Request("women credit", sort=Sort.NEWEST),
        Request("women credit", Filters(year_from=2015), mode=Mode.SEMANTIC),
        Request("women credit", mode=Mode.LEXICAL),
        Request("", french),
        Request("women credit"),
    ]
    for request in requests:
        assert counting.search(request) == engine.search(request)
    assert encoder.asked == ["women credit"] * 2


class CountingIndex(ExactIndex):
    """The exact index, which remembers how many rows were allowed in each search."""

    def __init__(self, rows: Vectors) -> None:
        super().__init__(rows)
        self.allowed: list[int] = []

    def search(self, query: Vectors, k: int, allowed: Mask | None = None) -> Hits:
        assert allowed is not None
        self.allowed.append(int(np.count_nonzero(allowed)))
        return super().search(query, k, allowed)


def test_the_index_is_searched_once_for_all_pages_and_a_choice_once_more(sample: Snapshot, engine: Engine) -> None:
    index = CountingIndex(sample.index.vectors_of(np.arange(sample.index.size)))
    counting = Engine(replace(sample, index=index), HashingEncoder())
    french = Filters({"language": (filter_value(sample, "language", "fr"),)})
    requests = [
        Request("women credit"),
        Request("women credit", offset=10),
        Request("women credit", sort=Sort.NEWEST),
        Request("women credit", french),
        Request("women credit", french, offset=2),
        Request("women credit"),
        Request("goats", french),
    ]
    for request in requests:
        assert counting.search(request) == engine.search(request)
    inside = int(np.count_nonzero(sample.columns.mask("language", french.chosen["language"])))
    assert index.allowed == [60, inside, 60, inside]


def test_only_the_last_queries_are_remembered(sample: Snapshot) -> None:
    encoder = CountingEncoder()
    counting = Engine(sample, encoder)
    queries = [f"women {n}" for n in range(17)]
    for query in (*queries, queries[-1], queries[0]):
        counting.search(Request(query))
    assert encoder.asked == [*queries, queries[0]]


def _two_topics(sample: Snapshot) -> tuple[str, str]:
    """Two topics of one report."""
    ordinals = range(len(sample.columns.reports))
    held = ([value.value for value in sample.columns.values("topic", ordinal)] for ordinal in ordinals)
    one, other, *_ = next(topics for topics in held if len(topics) > 1)
    return one, other


@pytest.mark.parametrize("query", ["", "women credit"])
@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.LEXICAL])
def test_a_report_has_one_value_of_each_group(sample: Snapshot, engine: Engine, query: str, mode: Mode) -> None:
    one, other = _two_topics(sample)
    filters = Filters({"topic": (one,)}, also={"topic": ((other, "http://e/none"), ())})
    results = engine.search(Request(query, filters, mode, limit=60))
    inside = sample.columns.mask("topic", [one]) & sample.columns.mask("topic", [other])
    assert {sample.columns.reports.index(hit.card.iri) for hit in results.hits} <= set(np.flatnonzero(inside).tolist())
    assert (results.total > 0) or query
    every = engine.search(Request(query, mode=mode, limit=60)).hits
    assert {hit.card.iri for hit in every if inside[sample.columns.reports.index(hit.card.iri)]} <= {
        hit.card.iri for hit in results.hits
    }


def test_counts_of_a_facet_keep_the_further_choices_in_it(sample: Snapshot, engine: Engine) -> None:
    one, other = _two_topics(sample)
    both = engine.search(Request(filters=Filters({"topic": (one,)}, also={"topic": ((other,),)}), facet_values=10_000))
    # Who chooses another topic still wants the second one.
    widened = engine.search(Request(filters=Filters({"topic": (other,)}), facet_values=10_000))
    within = {count.value.value: count.count for count in both.facets["topic"]}
    inside = sample.columns.mask("topic", [other])
    assert within == {count.value.value: count.count for count in sample.columns.counts("topic", inside)}
    assert within[one] == both.total < within[other] == widened.total


def test_a_further_choice_in_a_facet_that_does_not_exist_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidRequestError):
        engine.search(Request(filters=Filters(also={"colour": (("red",),)})))


def test_equal_filters_are_equal_and_further_choices_tell_them_apart() -> None:
    assert Filters({"topic": ("a",)}, also={"topic": (("b",),)}) == Filters(
        {"topic": ("a",)}, also={"topic": (("b",),)}
    )
    assert Filters({"topic": ("a",)}, also={"topic": (("b",),)}) != Filters({"topic": ("a", "b")})


def test_what_is_remembered_is_not_changed_by_a_search(sample: Snapshot, engine: Engine) -> None:
    filters = Filters({"access": (filter_value(sample, "access", "open"),)}, year_from=2015)
    for query in ("", "women credit", "asdf qwerty"):
        before = engine.search(Request(query, limit=60))
        engine.search(Request(query, filters, limit=60, offset=3))
        assert engine.search(Request(query, limit=60)) == before


@pytest.mark.parametrize("values", [0, 1, 20])
def test_all_years_are_counted_however_few_values_are_asked_for(engine: Engine, values: int) -> None:
    results = engine.search(Request(facet_values=values))
    dated = [hit for hit in engine.search(Request(limit=60)).hits if hit.card.year is not None]
    assert sum(count.count for count in results.facets["year"]) == len(dated)
    assert {len(results.facets[facet]) for facet in ("topic", "author")} == {values}


def test_a_chosen_value_is_counted_however_rare_and_even_where_it_is_nowhere(sample: Snapshot, engine: Engine) -> None:
    every = engine.search(Request(facet_values=10_000)).facets["author"]
    rarest = every[-1].value.value
    chosen = Filters({"author": (rarest, every[0].value.value), "language": ("http://e/language/none",)})
    results = engine.search(Request("asdf qwerty", chosen, mode=Mode.LEXICAL, facet_values=1))
    assert results.total == 0
    assert [(count.value.value, count.count) for count in results.facets["author"]] == [
        (rarest, 0),
        (every[0].value.value, 0),
    ]
    assert results.facets["language"] == ()
    shown = engine.search(Request(filters=Filters({"author": (rarest,)}), facet_values=3)).facets["author"]
    assert [count.value for count in shown] == [*(count.value for count in every[:3]), every[-1].value]


def test_every_value_is_found_by_the_last_part_of_its_iri(sample: Snapshot, wide: Snapshot) -> None:
    for snapshot in (sample, wide):
        for facet, column in snapshot.columns.facets.items():
            for value in column.values:
                assert filter_value(snapshot, facet, value.value.rpartition("/")[2]) == value.value


@pytest.mark.parametrize("text", ["", "/", "none", "../topic/women", "topic/women", "http://e/topic/women", "\x00"])
def test_what_is_neither_label_nor_last_part_is_no_value(sample: Snapshot, text: str) -> None:
    with pytest.raises(UnknownValueError):
        filter_value(sample, "topic", text)


def test_the_last_part_of_a_publisher_and_of_a_region_is_that_of_their_kind(sample: Snapshot) -> None:
    publisher = "marrowfield-institute-for-rural-studies"
    assert filter_value(sample, "publisher", publisher) == f"http://localhost:7860/institution/{publisher}"
    with pytest.raises(UnknownValueError):
        filter_value(sample, "author", publisher)
    with pytest.raises(UnknownValueError):
        filter_value(sample, "year", "last")
