from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from rdflib import URIRef

from kg.descriptions import (
    Inference,
    Membership,
    Signature,
    Statements,
    cards,
    entity_labels,
    inferences,
    read_report,
    read_statements,
)
from kg.entities import Entities
from kg.mapping import nquad_chunks
from kg.model import Derivation, Kind, Person, Place, Report, Series
from kg.store import GraphStore, Scope
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import BIBO, DCTERMS, PREFIXES, PROV, RDF, RG, SCHEMA, Minter
from search.snapshots.snapshot import Snapshot
from tests.kg.test_mapping import FULL, WHEN

MINTER = Minter("http://e/")
IRI = str(MINTER.report(FULL.id))


def store_of(*reports: Report) -> GraphStore:
    store = OxigraphStore.create(None, inferred_prefix=MINTER.inferred_prefix, prefixes=PREFIXES)
    store.load(nquad_chunks(reports, Entities(MINTER), generated=WHEN))
    return store


def statements_of(*reports: Report, iri: str = IRI) -> Statements:
    found = read_statements(store_of(*reports), iri)
    assert found is not None
    return found


def entity(kind: Kind, key: str) -> str:
    return str(MINTER.entity(kind, key))


def test_statements_are_all_that_the_graph_says_of_a_report() -> None:
    store = store_of(FULL, replace(FULL, id="other", title="Another"))
    found = read_statements(store, IRI)
    assert found is not None
    # Asked again without the query files: the union of all graphs, plain.
    said = store.select(f"SELECT ?p ?o WHERE {{ <{IRI}> ?p ?o }}")
    around = store.select(f"SELECT (dcterms:spatial AS ?p) ?o WHERE {{ <{IRI}> dcterms:spatial/skos:broader+ ?o }}")
    assert {(fact.property, fact.value) for fact in found.facts} == {(str(p), str(o)) for p, o in (*said, *around)}
    stated = store.select(f"SELECT ?p ?o WHERE {{ <{IRI}> ?p ?o }}", Scope.STATED)
    assert {(f.property, f.value) for f in found.facts if f.inference is None} == {(str(p), str(o)) for p, o in stated}
    assert len(found.facts) == len(set(found.facts))


def test_facts_are_sorted_and_carry_the_label_of_what_they_point_to() -> None:
    facts = statements_of(FULL).facts
    assert [fact.property for fact in facts] == sorted(fact.property for fact in facts)
    labels = {(fact.property, fact.value): fact.label for fact in facts}
    assert labels[str(DCTERMS.subject), entity(Kind.TOPIC, "water use")] == "water use"
    assert labels[str(SCHEMA.funder), entity(Kind.INSTITUTION, "a funder")] == "A Funder"
    assert labels[str(DCTERMS.type), entity(Kind.TYPE, "report")] == "Report"
    assert labels[str(DCTERMS.title), FULL.title] == FULL.title


def test_what_was_inferred_says_how_and_when() -> None:
    found = statements_of(FULL)
    inference = Inference(Derivation("series-from-citation", 0.9), WHEN)
    inferred = {(fact.property, fact.value): fact.inference for fact in found.facts if fact.inference is not None}
    lies_in = Inference(Derivation("region-from-place", 1.0), WHEN)
    assert inferred == {
        **{
            (str(DCTERMS.spatial), entity(Kind.PLACE, key)): lies_in
            for key in ("M49-011", "M49-202", "M49-002", "sahel")
        },
        (str(DCTERMS.isPartOf), entity(Kind.SERIES, "other papers")): inference,
        (str(BIBO.number), "94"): inference,
        (str(RG.membership), str(MINTER.part(URIRef(IRI), "series", 2))): inference,
    }
    assert found.memberships == (
        Membership(entity(Kind.SERIES, "some papers"), "Some Papers", "7", None),
        Membership(entity(Kind.SERIES, "other papers"), "Other Papers", "94", inference),
    )


def test_a_fact_that_is_stated_and_inferred_is_two() -> None:
    twice = replace(FULL, series=(Series("Papers"), Series("Papers", None, None, Derivation("a guess", 0.5))))
    parts = [fact for fact in statements_of(twice).facts if fact.property == str(DCTERMS.isPartOf)]
    assert [fact.inference.derivation.method if fact.inference else None for fact in parts] == [None, "a guess"]


def test_a_region_that_the_record_names_is_stated_and_not_inferred_again() -> None:
    named = replace(FULL, places=(Place("Mali"), Place("West Africa"), Place("Sahel")))
    # Another report's "Africa" has it described in another graph.
    found = statements_of(named, replace(FULL, id="2", places=(Place("Africa"),)))
    places = [fact for fact in found.facts if fact.property == str(DCTERMS.spatial)]
    assert [(fact.label, fact.inference is None) for fact in places] == [
        ("Africa", False),
        ("Mali", True),
        ("Sahel", True),
        ("Sub-Saharan Africa", False),
        ("Western Africa", True),
    ]
    assert [place.label for place in found.report.places] == ["Mali", "Sahel", "Western Africa"]


def test_an_entity_described_in_two_graphs_shows_one_label() -> None:
    guessed = replace(FULL, id="2", series=(Series("SOME PAPERS", "1", None, Derivation("a guess", 0.5)),))
    parts = [f for f in statements_of(FULL, guessed).facts if f.value == entity(Kind.SERIES, "some papers")]
    assert [fact.label for fact in parts] == ["SOME PAPERS"]


def test_signatures_are_in_the_order_of_the_record_editors_apart() -> None:
    crowd = tuple(Person(f"Author, {chr(90 - n)}.", "editor" if n in {3, 11} else "author") for n in range(14))
    found = statements_of(replace(FULL, authors=crowd))
    signed = [Signature(person.name, entity(Kind.AUTHOR, f"author {person.name[-2].lower()}")) for person in crowd]
    assert found.authors == tuple(signature for n, signature in enumerate(signed) if n not in {3, 11})
    assert found.editors == (signed[3], signed[11])


def test_a_signature_keeps_the_name_as_printed() -> None:
    other = replace(FULL, id="2", authors=(Person("DIOP, A."),))
    assert statements_of(FULL, other, other, iri="http://e/report/2").authors == (
        Signature("DIOP, A.", entity(Kind.AUTHOR, "diop a")),
    )


def test_the_report_among_its_statements_is_the_report() -> None:
    assert statements_of(FULL).report == FULL == read_report(store_of(FULL), IRI)


@pytest.mark.parametrize("iri", ["http://e/report/none", "http://e/topic/gender", IRI + "#signature-1"])
def test_what_is_no_report_has_no_statements(iri: str) -> None:
    assert read_statements(store_of(FULL), iri) is None


def test_every_report_of_the_sample_has_statements_that_agree_with_its_card(sample: Snapshot) -> None:
    shown = cards(sample.graph, sample.columns.reports)
    assert len(shown) == len(sample.columns.reports) == 60
    for iri, card in shown.items():
        found = read_statements(sample.graph, iri)
        assert found is not None
        assert {*found.authors, *found.editors} == set(card.signatures)
        assert (found.report.id, found.report.title, found.report.year) == (card.id, card.title, card.year)
        technical = {str(RDF.type), str(PROV.qualifiedAttribution), str(RG.membership)}
        for fact in found.facts:
            assert fact.label
            assert fact.property in technical or not fact.label.startswith(sample.manifest.base)


def test_inferences_are_listed_by_their_graph() -> None:
    assert inferences(store_of(FULL)) == {
        str(MINTER.inferred_graph(method)): Inference(Derivation(method, confidence), WHEN)
        for method, confidence in (("series-from-citation", 0.9), ("region-from-place", 1.0))
    }
    assert inferences(store_of(replace(FULL, series=(), places=()))) == {}
    assert WHEN.tzinfo is dt.UTC


def test_labels_are_in_the_language_asked_for_else_what_there_is(sample: Snapshot) -> None:
    minter = Minter(sample.manifest.base)
    english, gender = str(minter.entity(Kind.LANGUAGE, "en")), str(minter.entity(Kind.TOPIC, "women"))
    for language, label in {"en": "English", "es": "Inglés", "fr": "Anglais", "pt": "Inglês", "de": "English"}.items():
        assert entity_labels(sample.graph, [english, gender], language) == {english: label, gender: "women"}


def test_labels_of_reports_are_titles_and_what_has_none_is_left_out(sample: Snapshot) -> None:
    report = sample.columns.reports[0]
    card = cards(sample.graph, [report])[report]
    asked = [report, report, "http://localhost:7860/topic/none", "urn:x", str(DCTERMS.title)]
    assert entity_labels(sample.graph, asked, "en") == {report: card.title}
    assert entity_labels(sample.graph, [], "en") == {}
