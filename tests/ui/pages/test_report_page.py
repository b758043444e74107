from __future__ import annotations

import json
import re

import orjson
import pytest
import rispy
from bibtexparser import loads as read_bibtex
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, URIRef

from kg.vocab import DCTERMS, Minter
from search.errors import UnknownReportError
from search.snapshots.snapshot import Snapshot
from tests.conftest import SAMPLE
from tests.ui.pages.conftest import ODD_IDS
from tests.ui.pages.markup import Markup
from ui.languages import LANGUAGES
from ui.pages.links import report_path
from ui.pages.report_page import SUFFIXES, preferred_suffix, report_form

ID = "X/1 é"
RDF_FORMS = {".ttl": "turtle", ".jsonld": "json-ld", ".nt": "nt"}
MEDIA = {
    ".ttl": "text/turtle; charset=utf-8",
    ".jsonld": "application/ld+json",
    ".nt": "application/n-triples",
    ".bib": "application/x-bibtex; charset=utf-8",
    ".ris": "application/x-research-info-systems; charset=utf-8",
    ".csl.json": "application/vnd.citationstyles.csl+json",
}
NO_SCRIPT_TITLE = "A \"title\" & </script><script>alert('title')</script>"


def page(client: TestClient, path: str, **headers: str) -> Markup:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    found = Markup(answer.text)
    assert not found.faults
    return found


def graph(text: str, form: str) -> Graph:
    # A context at an address would be fetched from there.
    assert not re.search(r'"@context"\s*:\s*"', text)
    return Graph().parse(data=text, format=form)


def test_every_suffix_has_a_form() -> None:
    assert set(SUFFIXES) == set(MEDIA)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("suffix", RDF_FORMS)
@pytest.mark.parametrize("by", ["suffix", "accept"])
def test_linked_data_by_suffix_and_by_accept(odd_client: TestClient, odd: Snapshot, suffix: str, by: str) -> None:
    asked = {"accept": MEDIA[suffix].partition(";")[0]} if by == "accept" else {}
    answer = odd_client.get(report_path(ID, suffix if by == "suffix" else ""), headers=asked)
    assert answer.headers["content-type"] == MEDIA[suffix]
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))
    found = graph(answer.text, RDF_FORMS[suffix])
    report = Minter(odd.manifest.base).report(ID)
    assert [str(title) for title in found.objects(report, DCTERMS.title)] == [NO_SCRIPT_TITLE]
    every = odd.graph.select(f"SELECT ?p ?o WHERE {{ <{report}> ?p ?o }}")
    written = {(str(p), str(o).replace("+00:00", "Z")) for p, o in found.predicate_objects(report)}
    assert {(str(p), str(o)) for p, o in every} == written
    assert len(set(found.objects(None, URIRef("urn:reportgraph:nameAsPrinted")))) == 3


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_forms_of_linked_data_say_the_same(odd_client: TestClient) -> None:
    graphs = [graph(odd_client.get(report_path("cited", suffix)).text, form) for suffix, form in RDF_FORMS.items()]
    assert len(graphs[0]) > 20
    assert set(graphs[0]) == set(graphs[1]) == set(graphs[2])


@pytest.mark.parametrize("by", ["suffix", "accept"])
def test_citations_are_what_reference_managers_read(odd_client: TestClient, by: str) -> None:
    def cited(suffix: str) -> str:
        asked = {"accept": MEDIA[suffix].partition(";")[0]} if by == "accept" else {}
        answer = odd_client.get(report_path(ID, suffix if by == "suffix" else ""), headers=asked)
        assert answer.headers["content-type"] == MEDIA[suffix]
        return answer.text

    (bibtex,) = read_bibtex(cited(".bib")).entries
    assert (bibtex["author"], bibtex["year"], bibtex["doi"]) == ("Diop, A. and Ñandú, Zoë", "2024", "10.1000/xyz(1)")
    (ris,) = rispy.loads(cited(".ris"))
    assert (ris["title"], ris["authors"]) == (NO_SCRIPT_TITLE, ["Diop, A.", "Ñandú, Zoë"])
    (csl,) = orjson.loads(cited(".csl.json"))
    assert (csl["id"], csl["issued"]) == (ID, {"date-parts": [[2024, 3, 18]]})


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("", ""),
        ("*/*", ""),
        ("text/*", ""),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ""),
        ("application/json", ""),
        ("image/png", ""),
        ("text/turtle", ".ttl"),
        ("text/turtle;q=0.4, text/html;q=0.3", ".ttl"),
        ("text/turtle;q=0.3, text/html;q=0.4", ""),
        ("application/json, application/ld+json;q=0.9, */*;q=0.1", ".jsonld"),
        ("text/turtle;q=0, application/n-triples", ".nt"),
        ("APPLICATION/X-BIBTEX", ".bib"),
    ],
)
def test_the_form_that_is_wanted_most_is_chosen(accept: str, suffix: str) -> None:
    assert preferred_suffix(accept) == suffix


@given(st.text(max_size=100))
def test_any_accept_header_gets_a_form(accept: str) -> None:
    assert preferred_suffix(accept) in {"", *SUFFIXES}


@pytest.mark.parametrize("report_id", ODD_IDS)
def test_every_id_is_reached_by_its_path_in_every_form(odd: Snapshot, report_id: str) -> None:
    def form(asked: str, accept: str = "") -> tuple[str, str]:
        found = report_form(odd, asked, accept, "", "")
        return found.media, found.body.decode()

    iri = str(Minter(odd.manifest.base).report(report_id))
    media, html = form(report_id)
    assert media == "text/html; charset=utf-8"
    shown = Markup(html)
    assert not shown.faults
    assert shown.one("link", rel="canonical").attributes["href"] == iri
    assert report_id in shown.text
    for suffix in SUFFIXES:
        # An id that ends like a suffix is that report; the form is then asked for by Accept.
        if f"{report_id}{suffix}" not in ODD_IDS:
            assert form(report_id + suffix)[0] == MEDIA[suffix]
        assert form(report_id, MEDIA[suffix].partition(";")[0])[0] == MEDIA[suffix]
    assert f"<{iri}>" in form(report_id, "application/n-triples")[1]


@pytest.mark.parametrize("report_id", [name for name in ODD_IDS if "%" not in name and name != "../x"])
def test_links_of_a_page_lead_to_its_forms(odd_client: TestClient, report_id: str) -> None:
    found = page(odd_client, report_path(report_id))
    assert report_id in found.text
    for link in found.all("link", rel="alternate"):
        answer = odd_client.get(link.attributes["href"])
        assert answer.status_code == 200
        if report_id != "a":
            assert answer.headers["content-type"].partition(";")[0] == link.attributes["type"]
    forms = [
        href for href, said in found.links if said in {"BibTeX", "RIS", "CSL-JSON", "Turtle", "JSON-LD", "N-Triples"}
    ]
    assert len(forms) == 6
    assert all(odd_client.get(href).status_code == 200 for href in forms)
    (described,) = [href for href, said in found.links if said == "JSON"]
    if report_id != "x/related":
        assert odd_client.get(described).json()["id"] == report_id


def test_the_page_has_what_search_engines_and_reference_managers_read(odd_client: TestClient) -> None:
    found = page(odd_client, report_path(ID))
    (script,) = found.all("script", type="application/ld+json")
    described = orjson.loads(script.text)
    assert described["name"] == NO_SCRIPT_TITLE
    assert [author["name"] for author in described["author"]] == ["Diop, A.", "Ñandú, Zoë"]
    named = [
        (element.attributes["name"], element.attributes["content"])
        for element in found.all("meta")
        if element.attributes.get("name", "").startswith("citation_")
    ]
    assert named == [
        ("citation_title", NO_SCRIPT_TITLE),
        ("citation_author", "Diop, A."),
        ("citation_author", "Ñandú, Zoë"),
        ("citation_publication_date", "2024-03-18"),
        ("citation_publisher", "A Publisher"),
        ("citation_doi", "10.1000/xyz(1)"),
    ]
    assert found.one("title").text == f"{NO_SCRIPT_TITLE} · reportgraph"
    assert found.one("h1").text == NO_SCRIPT_TITLE


def test_text_of_a_record_stays_text(odd_client: TestClient) -> None:
    html = odd_client.get(report_path(ID)).text
    assert "<script>alert" not in html
    assert "</script><script>" not in html
    found = Markup(html)
    assert [element.attributes.get("type") for element in found.all("script")] == ["application/ld+json"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_in_the_language_asked_for_or_liked(odd_client: TestClient, language: str) -> None:
    asked = page(odd_client, f"{report_path(ID)}?lang={language}", **{"accept-language": "de"})
    liked = page(odd_client, report_path(ID), **{"accept-language": language})
    for found in (asked, liked):
        assert found.one("html").attributes["lang"] == language
    assert asked.one("h1").text == liked.one("h1").text
    (current,) = asked.all("a", aria_current="true")
    assert current.attributes["hreflang"] == language
    for element in asked.all("a"):
        href = element.attributes["href"]
        if href.startswith(("/?", "/report")) and "hreflang" not in element.attributes:
            suffixed = href.partition("?")[0].endswith(tuple(SUFFIXES))
            assert suffixed or f"lang={language}" in href
    for other in LANGUAGES:
        (link,) = asked.all("a", hreflang=other)
        assert page(odd_client, link.attributes["href"]).one("html").attributes["lang"] == other


def test_the_staff_view_lists_every_field_of_the_record(client: TestClient) -> None:
    for line_number, record in enumerate(map(json.loads, SAMPLE.read_text(encoding="utf-8").splitlines()), start=1):
        if line_number % 7:
            continue
        html = client.get(report_path(record["id"])).text
        staff = Markup(
            html[html.index('<details class="rg-staff"') : html.index("</details>", html.index("rg-staff")) + 10]
        )
        assert not staff.faults
        assert str(line_number) in staff.one("p").text
        assert SAMPLE.name in staff.one("p").text
        shown = {code.text for code in staff.all("code")}
        assert shown == set(record)
        values = [cell.text for cell in staff.all("div")]
        for value in record.values():
            for text in value if isinstance(value, list) else [value]:
                wanted = str(text).lower() if isinstance(text, bool) else str(text)
                assert wanted in values


def test_related_reports_stand_on_the_page_with_their_reasons(client: TestClient) -> None:
    found = page(client, report_path("sample001"))
    titles = found.all("h4")
    assert len(titles) == 5
    assert not [title for title in titles if title.text == found.one("h1").text]
    reasons = [element.text for element in found.all("details") if element.attributes.get("id", "").startswith("why-")]
    assert len(reasons) == 5
    assert all("Its meaning is similar" in reason for reason in reasons)


@pytest.mark.parametrize(
    "path", ["none", "none.ttl", "sample001.pdf", "sample001/", "", "%00", "SAMPLE001", "a%2Fb%2F..", "x" * 5000]
)
def test_what_is_no_report_is_said_to_programs_and_to_people(client: TestClient, path: str) -> None:
    answer = client.get(f"/report/{path}", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (404, "UnknownReport")
    shown = client.get(f"/report/{path}?lang=fr", headers={"accept": "text/html,*/*;q=0.1"})
    assert shown.status_code == 404
    found = Markup(shown.text)
    assert not found.faults
    assert found.one("html").attributes["lang"] == "fr"
    for one in (answer, shown):
        assert {"Accept", "Accept-Language"} <= set(one.headers["vary"].split(", "))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_path_but_that_of_a_report_is_one(sample: Snapshot, asked: str) -> None:
    with pytest.raises(UnknownReportError) as caught:
        report_form(sample, asked, "", "", "")
    assert caught.value.args == (asked,)


def test_a_head_request_gets_the_headers_of_the_form(odd_client: TestClient) -> None:
    for suffix in ("", *SUFFIXES):
        path = report_path("cited", suffix)
        head, get = odd_client.head(path), odd_client.get(path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "content-length", "vary"):
            assert head.headers[name] == get.headers[name]


def test_every_report_of_the_sample_has_a_page_without_faults(client: TestClient) -> None:
    for number in range(1, 61, 4):
        found = page(client, report_path(f"sample{number:03d}"))
        for href, _ in found.links:
            assert re.match(r"(/(?!/)|#|https?://)", href)
