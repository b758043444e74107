from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from itertools import combinations
from typing import Any

import pytest
from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery

from kg.entities import Entities
from kg.mapping import nquad_chunks
from kg.model import Derivation, Report, Series
from kg.sparql import require_read_only
from kg.store import GraphStore, Scope
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import DCTERMS, Minter
from search.snapshots.snapshot import Snapshot
from tests.conftest import SAMPLE
from ui.workbench_examples import Example, examples, read_example

NAMES = [example.name for example in examples()]


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    return [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]


def example(name: str) -> Example:
    return next(one for one in examples() if one.name == name)


def rows(graph: GraphStore, name: str) -> list[tuple[str, ...]]:
    return [
        tuple("" if term is None else str(term) for term in row) for row in graph.select(example(name).query, Scope.ALL)
    ]


def made(graph: GraphStore, name: str) -> Graph:
    return Graph().parse(data=graph.answer(example(name).query, "ntriples", Scope.ALL), format="ntriples")


def test_there_are_ten_in_the_order_of_their_numbers() -> None:
    assert len(NAMES) == len(set(NAMES)) == 10
    assert (NAMES[0], NAMES[-1]) == ("topic-by-year", "topic-neighbourhood")
    assert len({one.title for one in examples()}) == len({one.explanation for one in examples()}) == 10


@pytest.mark.parametrize("name", NAMES)
def test_each_is_sparql_that_only_reads_and_finds_something(name: str, sample: Snapshot) -> None:
    query = example(name).query
    assert not query.startswith("#")
    prepareQuery(query)
    require_read_only(query)
    found = made(sample.graph, name) if "CONSTRUCT" in query else rows(sample.graph, name)
    assert len(found) > 0


@pytest.mark.parametrize("name", NAMES)
def test_each_can_be_copied_to_another_endpoint(name: str) -> None:
    """No prefix is left to the endpoint, and nothing is named that only one collection has."""
    query = example(name).query
    bare = OxigraphStore.create(None, inferred_prefix="http://e/graph/inferred/")
    assert not bare.answer(query, "ntriples" if "CONSTRUCT" in query else "csv").splitlines()[1:]
    assert "localhost" not in query
    assert "sample" not in query


@pytest.mark.parametrize("name", NAMES)
def test_title_and_explanation_are_one_plain_sentence_each(name: str) -> None:
    one = example(name)
    assert one.title[0].isupper()
    assert not one.title.endswith(".")
    assert one.explanation[0].isupper()
    assert one.explanation.count(". ") == 0
    assert one.explanation.endswith(".")


def test_the_commonest_topic_is_counted_by_year(sample: Snapshot, documents: list[dict[str, Any]]) -> None:
    topics = Counter(topic for document in documents for topic in document["topic"])
    found = rows(sample.graph, "topic-by-year")
    (label,) = {row[0] for row in found}
    assert topics[label] == max(topics.values())
    years = Counter(document["publishDate"][0] for document in documents if label in document["topic"])
    assert [(row[1], int(row[2])) for row in found] == sorted(years.items())


def test_pairs_of_authors_and_of_topics_are_counted(sample: Snapshot, documents: list[dict[str, Any]]) -> None:
    for name, field in (("coauthors", "author"), ("topics-together", "topic")):
        pairs = Counter(frozenset(pair) for document in documents for pair in combinations(document[field], 2))
        found = rows(sample.graph, name)
        counts = [int(row[2]) for row in found]
        assert [pairs[frozenset(row[:2])] for row in found] == counts
        assert counts == sorted(pairs.values(), reverse=True)[: len(counts)]


def test_the_percentage_of_two_topics_is_of_the_reports_with_either(
    sample: Snapshot, documents: list[dict[str, Any]]
) -> None:
    for one, other, both, percent in rows(sample.graph, "topics-together"):
        either = sum(bool({one, other} & set(document["topic"])) for document in documents)
        assert abs(100 * int(both) / either - int(percent)) <= 0.5


def test_open_reports_are_a_percentage_of_the_year(sample: Snapshot, documents: list[dict[str, Any]]) -> None:
    reports: Counter[str] = Counter()
    free: Counter[str] = Counter()
    for document in documents:
        year = document["publishDate"][0]
        reports[year] += 1
        free[year] += document["dc.rights.access.fl_str_mv"] == ["Open Access"]
    for year, count, percent in rows(sample.graph, "open-access-by-year"):
        assert int(count) == reports.pop(year)
        assert abs(100 * free[year] / int(count) - int(percent)) <= 0.5
    assert not reports


def test_authors_in_two_languages_are_those_and_no_others(sample: Snapshot, documents: list[dict[str, Any]]) -> None:
    languages: defaultdict[str, set[str]] = defaultdict(set)
    for document in documents:
        for author in document["author"]:
            languages[author] |= set(document["language"])
    found = rows(sample.graph, "authors-in-two-languages")
    assert {row[0] for row in found} == {author for author, spoken in languages.items() if len(spoken) > 1}
    assert all(len(row[2].split(", ")) == len(languages[row[0]]) for row in found)


def test_types_have_their_spanish_name_and_the_coar_term(sample: Snapshot) -> None:
    found = {name: term for name, term, _ in rows(sample.graph, "types-in-your-language")}
    assert found["Documento de trabajo"] == "http://purl.org/coar/resource_type/c_8042"
    assert found["Resumen de política"] == ""


def test_the_neighbourhood_holds_each_report_with_all_its_topics(
    sample: Snapshot, documents: list[dict[str, Any]]
) -> None:
    graph = made(sample.graph, "topic-neighbourhood")
    topics = {document["id"]: len(document["topic"]) for document in documents}
    reports = set(graph.subjects(DCTERMS.title))
    assert 0 < len(reports) <= 20
    for report in reports:
        assert len(list(graph.objects(report, DCTERMS.subject))) == topics[str(report).rpartition("/")[2]]


def test_a_series_is_in_order_and_says_what_was_inferred() -> None:
    def report(identifier: str, title: str, number: str | None, derivation: Derivation | None = None) -> Report:
        return Report(id=identifier, title=title, series=(Series("Some Papers", number, derivation=derivation),))

    longer = tuple(Report(id=f"longer{n}", title="x", series=(Series("Longer Papers", str(n)),)) for n in range(9))
    minter = Minter("http://e/")
    store = OxigraphStore.create(None, inferred_prefix=minter.inferred_prefix)
    reports = (
        *longer,
        report("a", "Tenth", "10"),
        report("b", "Unnumbered", None),
        report("c", "Ninth", "9", Derivation("series-from-citation", 0.9)),
    )
    store.load(nquad_chunks(reports, Entities(minter), generated=dt.datetime(2026, 1, 2, tzinfo=dt.UTC)))
    assert [row[1:] for row in rows(store, "series-in-order")] == [
        ("9", "Ninth", "", "series-from-citation", "0.9"),
        ("10", "Tenth", "", "", ""),
        ("", "Unnumbered", "", "", ""),
    ]


@pytest.mark.parametrize(
    ("file_name", "text"),
    [
        ("1-topics.rq", "# Title\n# Shows it.\nSELECT * {}\n"),
        ("01-topics.txt", "# Title\n# Shows it.\nSELECT * {}\n"),
        ("01-Topics.rq", "# Title\n# Shows it.\nSELECT * {}\n"),
        ("01-topics.rq", "# Title\nSELECT * {}\n"),
        ("01-topics.rq", "# Title\n# Shows it.\n"),
        ("01-topics.rq", "#Title\n# Shows it.\nSELECT * {}\n"),
        ("01-topics.rq", "SELECT * {}\n"),
        ("01-topics.rq", ""),
    ],
)
def test_a_file_that_is_no_example_is_named(file_name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{file_name}: "):
        read_example(file_name, text)


def test_the_explanation_may_go_over_several_lines_and_is_no_part_of_the_query() -> None:
    text = "# A title\n# Shows this\n# and that.\nSELECT * { ?s ?p ?o }\n# a comment\n\n"
    assert read_example("07-a-b.rq", text) == Example(
        "a-b", "A title", "Shows this and that.", "SELECT * { ?s ?p ?o }\n# a comment\n"
    )
