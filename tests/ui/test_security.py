from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from tests.conftest import services_for
from ui.app import create_app
from ui.security import PAGE_POLICY, SecurityHeaders, add_headers
from ui.wiring import Services

HEADERS = {
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
}
ANSWERS = (
    ("GET", "/search", 200),
    ("GET", "/report/sample001", 200),
    ("GET", "/report/sample001.ttl", 200),
    ("GET", "/workbench", 200),
    ("GET", "/workbench?query=x", 400),
    ("GET", "/api/docs", 200),
    ("GET", "/api/v1/search", 200),
    ("GET", "/api/v1/openapi.json", 200),
    ("GET", "/api/v1/search?colour=red", 422),
    ("GET", "/sparql?query=ASK{}", 200),
    ("GET", "/sparql?query=x", 400),
    ("GET", "/page-assets/search.js", 200),
    ("GET", "/page-assets/none.js", 404),
    ("GET", "/topic/women", 303),
    ("GET", "/search/", 307),
    ("GET", "/nowhere", 404),
    ("GET", "/report/none", 404),
    ("DELETE", "/search", 405),
    ("POST", "/report/sample001", 405),
    ("OPTIONS", "/sparql", 405),
    ("HEAD", "/search", 200),
    ("GET", "/", 200),
    ("HEAD", "/", 200),
    ("PUT", "/", 405),
    ("POST", "/", 405),
    ("GET", "/config", 200),
    ("GET", "/theme.css", 200),
    ("GET", "/static/img/logo.svg", 200),
    ("GET", "/assets/none.js", 404),
    ("GET", "/gradio_api/upload", 404),
    ("POST", "/gradio_api/component_server", 415),
)


@pytest.fixture(scope="module")
def client(sample_services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(sample_services)) as client:
        yield client


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_every_answer_says_what_browsers_must_not_do(
    client: TestClient, method: str, path: str, status: int, accept: str
) -> None:
    answer = client.request(method, path, headers={"accept": accept}, follow_redirects=False)
    assert answer.status_code == status
    assert set(answer.headers) >= HEADERS
    assert answer.headers["x-content-type-options"] == "nosniff"
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1
    if path != "/" or status != 200:
        assert policies == [PAGE_POLICY]


def test_pages_may_run_no_script_inside_and_reach_no_other_host() -> None:
    directives = dict(directive.strip().split(" ", 1) for directive in PAGE_POLICY.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
    assert directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    for banned in ("unsafe", "http", "*", "wss:", "blob:"):
        assert banned not in PAGE_POLICY


def test_what_an_answer_says_itself_stays() -> None:
    headers = MutableHeaders({"Referrer-Policy": "no-referrer"})
    add_headers(headers)
    assert headers["referrer-policy"] == "no-referrer"
    assert set(headers) == HEADERS


def test_what_is_no_request_passes_untouched(client: TestClient) -> None:
    passed: list[tuple[Scope, Send]] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append((scope, send))

    async def nothing() -> Message:
        return {"type": "lifespan.startup"}

    async def ignore(message: Message) -> None: ...

    assert client.portal is not None
    client.portal.call(SecurityHeaders(inner), {"type": "lifespan"}, nothing, ignore)
    assert passed == [({"type": "lifespan"}, ignore)]


EVIL = "https://evil.example"
FRIEND = "https://friend.example"
CORS_PATHS = ("/", "/config", "/search", "/api/v1/search", "/sparql?query=ASK{}", "/nowhere", "/theme.css")


def allowed(client: TestClient, path: str, origin: str) -> str | None:
    answer = client.get(path, headers={"origin": origin})
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"].split(", ")
    found: str | None = answer.headers.get("access-control-allow-origin")
    return found


def preflight(client: TestClient, path: str, origin: str) -> str | None:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    answer = client.options(path, headers=asked)
    assert "access-control-allow-credentials" not in answer.headers
    assert (answer.status_code == 200) == ("access-control-allow-origin" in answer.headers)
    found: str | None = answer.headers.get("access-control-allow-origin")
    return found


@pytest.mark.parametrize("origin", [EVIL, "null", "http://testserver", "http://localhost:7860"])
def test_other_sites_are_told_nothing(client: TestClient, origin: str) -> None:
    for path in CORS_PATHS:
        assert allowed(client, path, origin) is None
    for path in ("/gradio_api/component_server", "/sparql", "/"):
        assert preflight(client, path, origin) is None


@pytest.mark.parametrize(("origins", "answer"), [((FRIEND,), FRIEND), (("*",), "*")])
def test_sites_that_the_settings_name_may_ask_without_credentials(
    tmp_path_factory: pytest.TempPathFactory, sample_services: Services, origins: tuple[str, ...], answer: str
) -> None:
    services = services_for(sample_services.settings.data, allowed_origins=origins)
    with TestClient(create_app(services)) as client:
        for path in CORS_PATHS:
            assert allowed(client, path, FRIEND) == answer
            assert allowed(client, path, EVIL) == (None if answer == FRIEND else "*")
        assert preflight(client, "/sparql", FRIEND) == answer
        assert preflight(client, "/sparql", EVIL) == (None if answer == FRIEND else "*")


@pytest.mark.parametrize(
    "path", ["/search", "/report/sample001", "/nowhere", "/api/v1/search", "/page-assets/icon.svg", "/"]
)
def test_a_head_request_gets_what_get_would_without_a_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.content == b""
    assert head.status_code == get.status_code
    changing = {"date", "server", "content-security-policy", "content-length"} if path == "/" else set()
    assert {n: v for n, v in head.headers.items() if n not in changing} == {
        n: v for n, v in get.headers.items() if n not in changing
    }


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/search", "GET"),
        ("POST", "/report/sample001", "GET"),
        ("DELETE", "/api/v1/search", "GET"),
        ("PUT", "/", "GET"),
        ("GET", "/gradio_api/component_server", "POST"),
    ],
)
def test_a_method_that_an_address_does_not_know_is_answered_with_those_it_does(
    client: TestClient, method: str, path: str, allow: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
    assert answer.json()["error"] == "MethodNotAllowed"
