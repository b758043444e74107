from __future__ import annotations

import datetime as dt
from dataclasses import replace

import orjson
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Derivation, Institution, Person, Place, Report, Series, Topic
from tests.kg.test_mapping import FULL
from ui.pages.schema_org import described, json_ld

IRI = "http://e/report/1"


def test_a_report_with_everything_is_described_with_everything() -> None:
    assert described(IRI, FULL) == {
        "@context": "https://schema.org",
        "@type": ["Report"],
        "@id": IRI,
        "name": FULL.title,
        "identifier": [FULL.id, FULL.doi, FULL.handle],
        "author": [{"@type": "Person", "name": "Diop, A."}, {"@type": "Person", "name": "Ñandú, Zoë"}],
        "editor": [{"@type": "Person", "name": "Roe, J."}],
        "contributor": [{"@type": "Organization", "name": "A Body"}],
        "publisher": [{"@type": "Organization", "name": "A Publisher"}],
        "datePublished": "2024-03-18",
        "inLanguage": ["en"],
        "abstract": FULL.abstract,
        "keywords": ["gender", "water use"],
        "spatialCoverage": ["Mali", "Senegal"],
        # What was only inferred is not stated to machines as a fact.
        "isPartOf": [{"@type": "PublicationVolume", "name": "Some Papers"}],
        "url": ["https://hdl.handle.net/10568/140513"],
    }


def test_what_a_report_does_not_have_is_left_out() -> None:
    assert described(IRI, Report(id="1", title="A title")) == {
        "@context": "https://schema.org",
        "@type": ["CreativeWork"],
        "@id": IRI,
        "name": "A title",
        "identifier": ["1"],
    }
    assert described(IRI, Report(id="1", title="A title", year=1999))["datePublished"] == "1999"
    dated = Report(id="1", title="A title", year=1999, issued=dt.date(1999, 1, 2))
    assert described(IRI, dated)["datePublished"] == "1999-01-02"


def test_only_addresses_that_may_be_followed_are_told() -> None:
    hostile = (
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "http:\\\\example.org",
        "https://example.org/a",
    )
    report = replace(FULL, urls=hostile, licenses=("CC-BY", "JAVASCRIPT:alert(1)", "https://example.org/licence"))
    found = described(IRI, report)
    assert found["url"] == ["https://example.org/a"]
    assert found["license"] == ["https://example.org/licence"]
    assert "url" not in described(IRI, replace(FULL, urls=hostile[:4]))


def test_types_are_those_of_schema_org() -> None:
    assert described(IRI, replace(FULL, types=("Journal Article", "Thesis")))["@type"] == ["ScholarlyArticle", "Thesis"]
    assert described(IRI, replace(FULL, types=("A thing nobody knows",)))["@type"] == ["CreativeWork"]


def test_a_series_without_a_number_is_a_periodical() -> None:
    report = replace(
        FULL, series=(Series("Papers"), Series("Notes", "3"), Series("Guesses", "4", None, Derivation("m", 0.5)))
    )
    assert described(IRI, report)["isPartOf"] == [
        {"@type": "Periodical", "name": "Papers"},
        {"@type": "PublicationVolume", "name": "Notes"},
    ]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["</script>", "<!--", "<script", "]]>", "&lt;", "\u2028", "<\x00/script>", "</ScRiPt >"]
)


@given(TEXT, TEXT, TEXT)
def test_no_text_can_end_the_element_and_all_of_it_comes_back(title: str, abstract: str, name: str) -> None:
    report = Report(
        id="1",
        title=title,
        abstract=abstract,
        authors=(Person(name),),
        publishers=(Institution(name),),
        topics=(Topic(title),),
        places=(Place(name),),
    )
    written = str(json_ld(IRI, report))
    assert not set(written) & set("<>&")
    assert orjson.loads(written) == described(IRI, report)
