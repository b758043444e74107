from __future__ import annotations

from kg.shapes_check import check
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import PREFIXES
from search.snapshots.snapshot import Snapshot

BAD = b"""
<http://e/report/1> a <http://purl.org/ontology/bibo/Document> .
<http://e/report/1> <http://purl.org/dc/terms/identifier> "1" .
<http://e/report/1> <http://purl.org/dc/terms/issued> "2024" .
<http://e/report/1> <http://purl.org/dc/terms/creator> <http://e/author/a> .
""".replace(b" a ", b" <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ")


def test_the_sample_is_as_its_shapes_say(sample: Snapshot) -> None:
    done: list[int] = []
    assert list(check(sample.graph, sample.columns.reports, progress=done.append)) == []
    assert done[-1] == len(sample.columns.reports)


def test_what_is_wrong_is_named() -> None:
    store = OxigraphStore.create(None, inferred_prefix="http://e/inferred/", prefixes=PREFIXES)
    store.load([BAD])
    found = list(check(store, ["http://e/report/1"]))
    assert {violation.message for violation in found} == {
        "A report has exactly one title.",
        "The date issued is one year.",
        "A creator is a person.",
    }
    assert {violation.node for violation in found} == {"http://e/report/1"}
