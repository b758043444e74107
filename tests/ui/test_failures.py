from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.testclient import TestClient
from starlette.types import Message

from kg.errors import QueriesBusyError, QuerySyntaxError, StoreError
from kg.store import GraphStore
from search.errors import UnknownReportError
from tests.conftest import services_for
from tests.ui.pages.markup import Markup, line
from ui.app import create_app
from ui.failures import add_failures
from ui.languages import LANGUAGES
from ui.wiring import Services

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SECRET = "a secret of the server"


class BrokenGraph:
    """A graph whose every method fails in a way that nobody foresaw."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(SECRET)


@pytest.fixture(scope="module")
def failing() -> Iterator[TestClient]:
    """An application whose routes raise."""
    app = FastAPI()
    add_failures(app)

    @app.get("/report/known")
    def known() -> None:
        raise UnknownReportError("<b>x</b>")

    @app.get("/api/v1/known")
    def of_the_api() -> None:
        raise QuerySyntaxError("at 1:1")

    @app.get("/store")
    def store() -> None:
        raise StoreError(Path("graph"), "is gone")

    @app.get("/unexpected")
    @app.get("/api/v1/unexpected")
    def unexpected() -> None:
        raise RuntimeError(SECRET)

    @app.get("/busy")
    def busy() -> None:
        raise QueriesBusyError(2)

    @app.get("/teapot")
    def teapot() -> None:
        raise HTTPException(418, "Short and stout.", headers={"X-Lid": "on"})

    @app.post("/body")
    async def body(request: Request) -> None:
        await request.body()

    @app.get("/number/{number}")
    def number(number: int) -> None: ...

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/report/known", 404, "UnknownReport"),
        ("/api/v1/known", 400, "QuerySyntax"),
        ("/store", 500, "Store"),
        ("/unexpected", 500, "InternalServerError"),
        ("/teapot", 418, "I'maTeapot"),
        ("/number/seven", 422, "InvalidRequest"),
        ("/nowhere", 404, "NotFound"),
    ],
)
def test_programs_get_json_with_a_stable_word_and_people_a_page(
    failing: TestClient, path: str, status: int, kind: str
) -> None:
    answer = failing.get(path, headers={"accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert set(answer.json()) == {"error", "detail"}
    assert answer.json()["error"] == kind
    shown = failing.get(path, headers=HTML)
    assert shown.status_code == status
    assert "Accept" in shown.headers["vary"]
    if path.startswith("/api"):
        assert shown.json() == answer.json()
        return
    found = Markup(shown.text)
    assert not found.faults
    assert line(answer.json()["detail"]) in line(found.one("main").text)


def test_headers_of_an_error_are_sent(failing: TestClient) -> None:
    for accept in (HTML, {}):
        assert failing.get("/teapot", headers=accept).headers["x-lid"] == "on"
    assert failing.post("/teapot").headers["allow"] == "GET"


def test_what_passes_by_itself_says_when_to_come_again(failing: TestClient) -> None:
    for accept in (HTML, {}):
        answer = failing.get("/busy", headers=accept)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "retry-after" not in failing.get("/store", headers=accept).headers


def test_text_of_an_error_stays_text(failing: TestClient) -> None:
    found = Markup(failing.get("/report/known", headers=HTML).text)
    assert "<b>x</b>" in found.text
    assert not found.all("b")


@pytest.mark.parametrize("path", ["/unexpected", "/api/v1/unexpected"])
@pytest.mark.parametrize("headers", [HTML, {"accept": "application/json"}])
def test_an_unexpected_error_tells_readers_nothing_and_the_log_everything(
    failing: TestClient, path: str, headers: dict[str, str]
) -> None:
    answer = failing.get(path, headers=headers)
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert "content-security-policy" in answer.headers
    # Raised on to the server, which logs it.
    with pytest.raises(RuntimeError, match=SECRET):
        TestClient(failing.app).get(path, headers=headers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_errors_speak_the_language_of_the_reader(failing: TestClient, language: str) -> None:
    for asked in (
        failing.get(f"/nowhere?lang={language}&q=1", headers=HTML),
        failing.get("/nowhere", headers=HTML | {"accept-language": language}),
    ):
        found = Markup(asked.text)
        assert not found.faults
        assert found.one("html").attributes["lang"] == language
        for other in LANGUAGES:
            (link,) = found.all("a", hreflang=other)
            assert link.attributes["href"] == f"/nowhere?lang={other}"


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "///evil.example", "/%5C%5Cevil.example", "//%09/evil.example", "//"]
)
def test_links_of_an_error_stay_on_this_server(failing: TestClient, path: str) -> None:
    found = Markup(failing.get(f"http://testserver{path}", headers=HTML).text)
    for href, _ in found.links:
        assert href == "#main" or (href.startswith("/") and href[1:2] not in {"/", "\\"}), href


@pytest.mark.parametrize(
    "address", ["/%00", "/" + "x" * 10_000, "/%ff%fe", "/nowhere?" + "&".join(f"a{n}=1" for n in range(5000))]
)
def test_any_address_gets_a_page(failing: TestClient, address: str) -> None:
    answer = failing.get(address, headers=HTML)
    assert answer.status_code == 404
    assert not Markup(answer.text).faults


def test_who_goes_away_while_sending_is_no_error(failing: TestClient) -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def nobody(message: Message) -> None: ...

    headers = [(b"content-type", b"application/json"), (b"content-length", b"9")]
    scope = {"type": "http", "method": "POST", "path": "/body", "headers": headers, "query_string": b""}
    assert failing.portal is not None
    failing.portal.call(failing.app, scope, gone, nobody)


@pytest.fixture
def broken(sample_services: Services, caplog: pytest.LogCaptureFixture) -> Iterator[TestClient]:
    """The whole program over a graph that fails."""

    def opened(_directory: Path, _base: str) -> GraphStore:
        return BrokenGraph()  # type: ignore[return-value]

    services = services_for(sample_services.settings.data)
    services = replace(services, adapters=replace(services.adapters, open_graph=opened))
    with caplog.at_level(logging.CRITICAL), TestClient(create_app(services), raise_server_exceptions=False) as client:
        yield client


def test_when_the_graph_fails_every_page_says_so_without_its_insides(broken: TestClient) -> None:
    for path in (
        "/search",
        "/report/sample001",
        "/report/sample001.ttl",
        "/api/v1/search",
        "/api/v1/reports/sample001",
    ):
        for headers in (HTML, {"accept": "application/json"}):
            answer = broken.get(path, headers=headers)
            assert answer.status_code == 500
            assert SECRET not in answer.text
            assert "Traceback" not in answer.text
            assert "content-security-policy" in answer.headers
    call = {"session_hash": "a", "component_id": 1, "fn_name": "show", "data": ""}
    page = next(c["id"] for c in broken.get("/config").json()["components"] if c["type"] == "html")
    answer = broken.post("/gradio_api/component_server", json=call | {"component_id": page})
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert broken.get("/healthz").status_code == 200
