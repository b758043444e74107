from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import URIRef

from kg.descriptions import cards, read_report, read_reports, relation_text
from kg.entities import Entities
from kg.mapping import batched, nquad_chunks, relation_node
from kg.model import Derivation, Institution, LangText, Person, Place, Report, Series, Topic
from kg.store import GraphStore, Row, Scope
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import PREFIXES, Minter

WHEN = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
MINTER = Minter("http://e/")

FULL = Report(
    id="X/1 é",
    title='A "title"',
    alternative_titles=(LangText("Un titre"), LangText("Un título", "es")),
    abstract="First.\nSecond \\ third.",
    other_abstracts=(LangText("Primero.", "es"),),
    authors=(Person("Diop, A."), Person("Ñandú, Zoë", orcid="0000-0001-2345-6789"), Person("Roe, J.", role="editor")),
    authors_incomplete=True,
    corporate_authors=(Institution("A Body"),),
    affiliations=(Institution("An Institute"),),
    publishers=(Institution("A Publisher"),),
    funders=(Institution("A Funder"),),
    repositories=(Institution("REPO"),),
    providers=(Institution("A Provider"),),
    topics=(Topic("gender"), Topic("water use")),
    places=(Place("Mali"), Place("Senegal")),
    series=(
        Series("Some Papers", "7", "Some Papers No. 7"),
        Series("Other Papers", "94", "Other Papers 94", Derivation("series-from-citation", 0.9)),
    ),
    year=2024,
    issued=dt.date(2024, 3, 18),
    types=("Informe técnico", "Report"),
    languages=("Inglés", "en"),
    access=("Open Access",),
    licenses=("CC-BY-4.0",),
    doi="10.1000/xyz(1)",
    handle="10568/140513",
    isbns=("9780000000000",),
    issns=("0000-0000",),
    urls=("https://hdl.handle.net/10568/140513",),
    relations=("10568/137795",),
    citation="Diop, A. 2024. A title.",
    modified=dt.datetime(2024, 11, 7, 9, 43, 34, tzinfo=dt.UTC),
    invented=True,
)


def _store(*reports: Report) -> GraphStore:
    for chunk in nquad_chunks(reports, Entities(MINTER), generated=WHEN):
        # The store trusts our IRIs; a strict parser does not.
        for _ in pyoxigraph.parse(chunk, format=pyoxigraph.RdfFormat.N_QUADS):
            pass
    store = OxigraphStore.create(None, inferred_prefix=MINTER.inferred_prefix, prefixes=PREFIXES)
    store.load(nquad_chunks(reports, Entities(MINTER), generated=WHEN))
    return store


def test_a_report_with_everything_comes_back_as_it_was() -> None:
    assert read_report(_store(FULL), str(MINTER.report(FULL.id))) == FULL


_WORD = st.from_regex(r"[A-Za-zéñ]{1,8}", fullmatch=True)
_LABEL = st.lists(_WORD, min_size=1, max_size=3).map(" ".join)
_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


def _labels(most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(_LABEL, max_size=most, unique_by=str.casefold).map(lambda labels: tuple(sorted(labels)))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    return Report(
        id=draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)),
        title=draw(_TEXT),
        abstract=draw(st.none() | _TEXT),
        authors=tuple(Person(name) for name in draw(st.lists(_LABEL, max_size=4, unique_by=str.casefold))),
        corporate_authors=tuple(Institution(name) for name in draw(_labels())),
        topics=tuple(Topic(label) for label in draw(_labels())),
        year=draw(st.none() | st.integers(1000, 2100)),
        types=draw(_labels(2)),
        urls=draw(st.lists(_TEXT.map(lambda text: f"http://h/{text}"), max_size=2, unique=True).map(sorted).map(tuple)),
        citation=draw(st.none() | _TEXT),
    )


@settings(max_examples=60, deadline=None)
@given(reports())
def test_any_report_comes_back(report: Report) -> None:
    found = read_report(_store(report), str(MINTER.report(report.id)))
    assert found is not None
    # Accents do not part names: of two spellings in one report the graph keeps one node with one label.
    same_names = len({name.casefold() for name in (*(b.name for b in report.corporate_authors),)})
    if same_names == len(found.corporate_authors) and len(found.topics) == len(report.topics):
        assert found == report
    assert found.title == report.title
    assert [person.name for person in found.authors] == [person.name for person in report.authors]


def test_two_spellings_are_one_entity_and_both_are_kept() -> None:
    first = replace(FULL, id="1", topics=(Topic("Climate Change"),))
    second = replace(FULL, id="2", topics=(Topic("climate change"), Topic("CLIMATE CHANGE")))
    store = _store(first, second, replace(FULL, id="3", topics=(Topic("climate change"),)))
    rows = store.select(
        "SELECT DISTINCT ?t ?l WHERE { ?r dcterms:subject ?t . ?t rdfs:label ?l }",
    )
    assert [(str(topic), str(label)) for topic, label in rows] == [("http://e/topic/climate-change", "climate change")]
    alternatives = store.select("SELECT ?a WHERE { <http://e/topic/climate-change> skos:altLabel ?a } ORDER BY ?a")
    assert [str(row[0]) for row in alternatives] == ["CLIMATE CHANGE", "Climate Change"]
    held = store.select("SELECT (COUNT(*) AS ?n) WHERE { <http://e/report/2> dcterms:subject ?t }")
    assert str(held[0][0]) == "1"


def test_what_is_inferred_is_in_a_graph_of_its_own_with_confidence_and_date() -> None:
    store = _store(FULL)
    stated = store.select("SELECT ?s WHERE { ?r dcterms:isPartOf ?s }", Scope.STATED)
    assert stated == [(URIRef("http://e/series/some-papers"),)]
    everything = store.select("SELECT ?s WHERE { ?r dcterms:isPartOf ?s } ORDER BY ?s")
    assert [str(row[0]) for row in everything] == ["http://e/series/other-papers", "http://e/series/some-papers"]
    assert not store.select("SELECT ?l WHERE { <http://e/series/other-papers> rdfs:label ?l }", Scope.STATED)
    about = store.select("SELECT ?g ?c ?d WHERE { GRAPH ?x { ?g rg:confidence ?c ; prov:generatedAtTime ?d } }")
    assert sorted(tuple(map(str, row)) for row in about) == [
        ("http://e/graph/inferred/region-from-place", "1", "2026-01-02T00:00:00Z"),
        ("http://e/graph/inferred/series-from-citation", "0.9", "2026-01-02T00:00:00Z"),
    ]


_LIES_IN = (
    "SELECT ?p ?r WHERE { GRAPH <http://e/graph/inferred/region-from-place> { ?p skos:broader ?r } } ORDER BY ?p ?r"
)
_SPATIAL = "SELECT ?p WHERE { ?r dcterms:spatial ?p } ORDER BY ?p"


def _keys(rows: list[Row]) -> list[tuple[str, ...]]:
    return [tuple(str(term).removeprefix("http://e/place/") for term in row) for row in rows]


def test_where_places_lie_is_inferred_once_for_all_reports() -> None:
    store = _store(FULL, replace(FULL, id="2"), replace(FULL, id="3", places=(Place("Peru"), Place("Sahel"))))
    assert _keys(store.select(_LIES_IN)) == [
        ("M49-005", "M49-419"),
        ("M49-011", "M49-202"),
        ("M49-202", "M49-002"),
        ("M49-419", "M49-019"),
        ("ML", "M49-011"),
        ("ML", "sahel"),
        ("PE", "M49-005"),
        ("PE", "amazonia"),
        ("PE", "andean-region"),
        ("SN", "M49-011"),
        ("SN", "sahel"),
        ("amazonia", "M49-005"),
        ("andean-region", "M49-005"),
        ("sahel", "M49-202"),
    ]
    assert not store.select("SELECT ?p WHERE { ?p skos:broader ?r }", Scope.STATED)
    # What reports are about is what they state, in the union of all graphs too.
    assert {key for (key,) in _keys(store.select(_SPATIAL))} == {"ML", "SN", "PE", "sahel"}


def test_a_region_that_no_record_names_is_described_beside_the_inference() -> None:
    store = _store(replace(FULL, places=(Place("Mali"), Place("AFRICA"))))
    described = (
        "SELECT ?p ?n WHERE { ?p a schema:Place ; skos:inScheme ?s ; rdfs:label ?l ; skos:notation ?n } ORDER BY ?p"
    )
    assert _keys(store.select(described, Scope.STATED)) == [("M49-002", "M49-002")]
    assert _keys(store.select(described, Scope.INFERRED)) == [
        ("M49-011", "M49-011"),
        ("M49-202", "M49-202"),
        ("sahel", "sahel"),
    ]
    labels = store.select("SELECT (LANG(?l) AS ?t) ?l WHERE { <http://e/place/M49-011> skos:prefLabel ?l } ORDER BY ?t")
    assert [(str(tag), str(label)) for tag, label in labels] == [
        ("en", "Western Africa"),
        ("es", "África occidental"),
        ("fr", "Afrique occidentale"),
        ("pt", "África Ocidental"),
    ]
    # Africa is no second time described where its members lie in it.
    assert len(store.select("SELECT ?l WHERE { <http://e/place/M49-002> rdfs:label ?l }")) == 1


def test_reports_without_known_places_infer_no_region() -> None:
    store = _store(replace(FULL, series=(), places=(Place("Atlantis"), Place("Antarctica"), Place("World"))))
    assert not store.select("SELECT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")


def test_types_languages_and_access_are_concepts_with_four_labels_and_the_raw_text() -> None:
    store = _store(FULL)
    for query, raw, labels in (
        ("dcterms:type", "rg:typeAsGiven", {"Report", "Informe", "Rapport", "Relatório"}),
        ("dcterms:language", "rg:languageAsGiven", {"English", "Inglés", "Anglais", "Inglês"}),
        ("dcterms:accessRights", "rg:accessAsGiven", {"Open access", "Acceso abierto", "Accès libre", "Acesso aberto"}),
    ):
        concepts = store.select(f"SELECT ?c WHERE {{ ?r {query} ?c }}")
        assert len(concepts) == 1
        found = store.select(f"SELECT ?l WHERE {{ ?r {query}/skos:prefLabel ?l }}")
        assert {str(row[0]) for row in found} == labels
        assert store.select(f"SELECT ?x WHERE {{ ?r {raw} ?x }}")


def test_roles_of_institutions_are_different_properties() -> None:
    rows = _store(FULL).select(
        "SELECT ?p ?l WHERE { ?r a bibo:Document ; ?p ?i . ?i a org:Organization ; rdfs:label ?l }"
    )
    assert {(str(prop).rsplit("/", 1)[-1].rsplit(":", 1)[-1], str(label)) for prop, label in rows} == {
        ("contributor", "A Body"),
        ("affiliation", "An Institute"),
        ("publisher", "A Publisher"),
        ("funder", "A Funder"),
        ("provider", "A Provider"),
    }


def test_a_report_has_classes_of_its_type() -> None:
    rows = _store(FULL).select("SELECT ?c WHERE { <http://e/report/X%2F1%20%C3%A9> a ?c }")
    assert {str(row[0]) for row in rows} == {
        "http://purl.org/ontology/bibo/Document",
        "http://purl.org/ontology/bibo/Report",
        "https://schema.org/Report",
    }


def test_reading_keeps_the_order_asked_for_and_leaves_out_what_is_unknown() -> None:
    made = [replace(FULL, id=str(number)) for number in range(3)]
    store = _store(*made)
    iris = ["http://e/report/2", "http://e/report/none", "http://e/report/0"]
    assert [report.id for report in read_reports(store, iris)] == ["2", "0"]
    assert sorted(cards(store, iris)) == ["http://e/report/0", "http://e/report/2"]
    assert cards(store, []) == {}


def test_cards_have_what_a_list_shows() -> None:
    card = cards(_store(FULL), [str(MINTER.report(FULL.id))])[str(MINTER.report(FULL.id))]
    assert (card.id, card.year, card.invented) == (FULL.id, 2024, True)
    assert card.authors == ("Diop, A.", "Ñandú, Zoë", "Roe, J.")


@pytest.mark.parametrize("text", ["10568/137795", "10.1000/a(b)c", "https://example.org/a?b=c#d", "see volume two"])
def test_relations_are_nodes_where_they_can_be_and_read_back(text: str) -> None:
    assert relation_text(str(relation_node(text))) == text


_ODD = [
    "https://e.org/100%",
    "http://x/%zz",
    "http://x/a#b#c",
    "http://h:abc/x",
    "http://[::x]/",
    "10.1234/100%",
    "10/1%",
]


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.sampled_from(_ODD)
    | st.from_regex("https?://.*")
)
def test_any_relation_is_loaded(relation: str) -> None:
    relation = relation.encode("utf-8", "replace").decode()
    assert len(_store(replace(FULL, relations=(relation,)))) > 50


def test_batches_are_full_but_the_last() -> None:
    assert list(batched(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batched([], 2)) == []
