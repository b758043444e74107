from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient

from kg.facets.table import FACETS
from kg.model import Kind
from search.request import Mode
from search.snapshots.snapshot import Snapshot
from tests.conftest import SAMPLE, build_sources, services_for
from tests.ui.pages.conftest import build_records
from tests.ui.pages.markup import Markup, line
from ui.app import create_app
from ui.asset_files import PATH, asset_url
from ui.languages import LANGUAGES
from ui.pages.address import Address

SEARCHES = (
    "",
    "q=women+credit",
    "q=%3Cscript%3Ealert(1)%3C/script%3E&topic=%22%3E%3Cb%3E&lang=es",
    "topic=women&topic=gender&year_from=2010&stated_only=1&page=2&more=author&lang=fr",
    "q=asdf+qwerty&mode=lexical",
    "year_from=1&year_to=9999&sort=oldest&mode=semantic&q=maize&lang=pt",
    "page=500",
    "q=%00%07&author=%00",
)


def page(client: TestClient, path: str, **headers: str) -> Markup:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    found = Markup(answer.text)
    assert not found.faults
    return found


@pytest.mark.parametrize("query_string", SEARCHES)
def test_a_search_is_a_page_without_faults_whose_links_lead_on(client: TestClient, query_string: str) -> None:
    found = page(client, f"/search?{query_string}")
    address = Address.read(query_string)
    assert found.one("html").attributes["lang"] == (address.language or "en")
    assert found.one("input", id="q").attributes["value"] == address.query
    assert len(found.all("h1")) == len(found.all("main")) == 1
    for href, _ in found.links:
        there = urlsplit(urljoin("http://testserver/search", href))
        assert there.netloc == "testserver"
        if there.path == "/search":
            assert Address.read(there.query).ignored == ()
    internal = dict.fromkeys(href for href, _ in found.links if not href.startswith("#"))
    for href in list(internal)[:: max(1, len(internal) // 12)]:
        assert client.get(href).status_code == 200


@pytest.mark.parametrize("query_string", SEARCHES)
@pytest.mark.parametrize("form", ["rg-query", "rg-range"])
def test_forms_send_everything_that_is_chosen_and_begin_on_the_first_page(
    client: TestClient, query_string: str, form: str
) -> None:
    html = client.get(f"/search?{query_string}").text
    if form not in html:
        # Without results there are no years to choose from.
        assert (form, Markup(html).all("article")) == ("rg-range", [])
        return
    start = html.index(f'<form class="{form}"')
    fields = Markup(html[start : html.index("</form>", start) + 7])
    sent = [
        (element.attributes["name"], element.attributes.get("value", ""))
        for element in fields.all("input")
        if element.attributes.get("type") != "checkbox" or "checked" in element.attributes
    ]
    for option in fields.all("option", selected=""):
        value = option.attributes["value"]
        sent.append(("mode" if value in tuple(Mode) else "sort", value))
    address = replace(Address.read(query_string), page=1)
    assert Address.read(urlencode(sent)) == (replace(address, opened=None) if form == "rg-query" else address)


def test_results_are_numbered_from_where_the_page_begins(client: TestClient) -> None:
    assert page(client, "/search?page=3").one("ol", class_="rg-results").attributes["start"] == "21"
    assert len(page(client, "/search?page=3").all("article")) == 10


def test_without_results_there_is_a_way_on(client: TestClient) -> None:
    found = page(client, "/search?q=xyzzy&mode=lexical&topic=women")
    assert line(found.one("h2", id="total").text) == "No report was found"
    assert ("/search?q=xyzzy&mode=lexical", "Search for the words without filters") in found.links
    beyond = page(client, "/search?page=500")
    assert ("/search?", "There is no such page of results. Go to the first.") in beyond.links


def test_the_query_of_the_filters_opens_in_the_workbench(client: TestClient) -> None:
    found = page(client, "/search?topic=women&stated_only=1&lang=es")
    (href,) = [href for href, _ in found.links if href.startswith("/workbench?query=")]
    assert "stated_only=1" in href
    there = page(client, href)
    assert there.one("html").attributes["lang"] == "es"
    total = line(found.one("h2", id="total").text).split()[0]
    assert line(there.one("h2", id="answer-title").text).split()[0] == total


def test_search_pages_are_not_for_indexes_and_differ_by_language(client: TestClient) -> None:
    answer = client.get("/search", headers={"accept-language": "pt-BR"})
    assert "Accept-Language" in answer.headers["vary"]
    found = Markup(answer.text)
    assert found.one("meta", name="robots").attributes["content"] == "noindex, follow"
    assert found.one("html").attributes["lang"] == "pt"


@pytest.mark.parametrize("path", ["/search", "/ask", "/workbench", "/api/docs", "/report/sample001", "/nowhere"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_there_in_every_language(client: TestClient, path: str, language: str) -> None:
    html = client.get(f"{path}?lang={language}", headers={"accept": "text/html"}).text
    found = Markup(html)
    assert not found.faults
    assert found.one("html").attributes["lang"] == language
    assert "%(" not in found.text
    (current,) = found.all("a", aria_current="true")
    assert current.attributes["hreflang"] == language
    for element in found.all("a"):
        there = urlsplit(element.attributes["href"])
        if there.path in {"/", "/ask", "/workbench", "/api/docs"} and "hreflang" not in element.attributes:
            assert f"lang={language}" in there.query


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A collection whose IRIs are of another host, under a path."""
    services = services_for(tmp_path_factory.mktemp("elsewhere") / "data", base="https://kg.example.org/reports")
    build_sources(services, SAMPLE)
    with TestClient(create_app(services)) as client:
        yield client


ENTITIES = (
    ("author/achterberg-liesel", "author=achterberg-liesel"),
    ("topic/women", "topic=women"),
    (
        "institution/kestrel-hill-school-of-agricultural-economics",
        "institution=kestrel-hill-school-of-agricultural-economics",
    ),
    ("repository/isr", "repository=isr"),
    ("series/working-papers-on-rural-finance", "series=working-papers-on-rural-finance"),
    ("place/UG", "country=UG"),
    ("type/working-paper", "type=working-paper"),
    ("language/en", "language=en"),
    ("access/open", "access=open"),
)


@pytest.mark.parametrize(("path", "query"), ENTITIES)
def test_the_iri_of_an_entity_leads_to_the_search_for_it(
    client: TestClient, elsewhere: TestClient, path: str, query: str
) -> None:
    for server in (client, elsewhere):
        answer = server.get(f"/{path}?lang=es&topic=ignored", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/?{query}&lang=es")
        assert page(server, f"/search?{query}").all("article")


def test_every_entity_of_the_columns_is_reached_by_its_iri(client: TestClient, sample: Snapshot) -> None:
    for name, column in sample.columns.facets.items():
        if name == "year":
            continue
        for value in column.values[::5]:
            path = value.value.removeprefix(sample.manifest.base)
            answer = client.get(f"/{path}", follow_redirects=False)
            assert answer.status_code == 303, path
            ((facet, values),) = Address.read(urlsplit(answer.headers["location"]).query).chosen.items()
            assert values == (path.partition("/")[2],)
            assert facet == name or FACETS[facet].kind is FACETS[name].kind


def test_publishers_and_regions_are_found_too(odd_client: TestClient) -> None:
    for path, query in (("institution/a-publisher", "institution=a-publisher"), ("place/M49-011", "region=M49-011")):
        assert odd_client.get(f"/{path}", follow_redirects=False).headers["location"] == f"/?{query}"


@pytest.mark.parametrize(
    "path",
    ["topic/none", "author/women", "place/XX", "topic/", "topic", "scheme/topic", "graph/provenance", "topic/%00"],
)
def test_what_is_no_entity_is_not_found(client: TestClient, path: str) -> None:
    answer = client.get(f"/{path}", follow_redirects=False)
    assert (answer.status_code, answer.json()["error"]) == (404, "NotFound")


def test_kinds_of_entities_have_an_address_each(client: TestClient) -> None:
    for kind in Kind:
        if kind is not Kind.REPORT:
            assert client.get(f"/{kind}/none").json()["detail"] == "No report has this entity."


def test_files_of_pages_are_kept_for_ever_by_their_digest_alone(client: TestClient) -> None:
    url = asset_url("search.js")
    assert client.get(url).headers["cache-control"] == "public, max-age=31536000, immutable"
    for other in (f"{PATH}/search.js", f"{PATH}/search.js?v=0123"):
        assert client.get(other).headers["cache-control"] == "no-cache"
    assert client.get(url).headers["content-type"] == "text/javascript; charset=utf-8"
    for name in ("package.json", "fetch_libraries.py", "..%2Fapp.py", "vendor", "%00"):
        assert client.get(f"{PATH}/{name}").status_code == 404


def test_browsers_find_an_icon_where_they_ask_first(client: TestClient) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")


def test_pages_of_a_collection_of_another_base_stay_on_this_server(elsewhere: TestClient) -> None:
    for path in ("/search", "/report/sample001", "/workbench"):
        for href, _ in page(elsewhere, path).links:
            assert not href.startswith("https://kg.example.org")
    canonical = page(elsewhere, "/report/sample001").one("link", rel="canonical")
    assert canonical.attributes["href"] == "https://kg.example.org/reports/report/sample001"


def test_an_empty_facet_is_not_drawn(tmp_path: Path) -> None:
    services = build_records(tmp_path, {"id": "1", "title": "Bare title"})
    with TestClient(create_app(services)) as client:
        found = page(client, "/search")
        assert not found.all("details", class_="rg-facet")
        assert not found.all("svg", class_="rg-histogram")
        assert page(client, "/report/1").one("h1").text == "Bare title"
