from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from tests.ui.pages.markup import Markup
from ui.app import create_app
from ui.gradio_pages.guard import GradioGuard
from ui.languages import LANGUAGES
from ui.wiring import Services

CALL = "/gradio_api/component_server"
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def client(sample_services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(sample_services)) as client:
        yield client


@pytest.fixture(scope="module")
def component(client: TestClient) -> int:
    (found,) = [c["id"] for c in client.get("/config").json()["components"] if c["type"] == "html"]
    assert isinstance(found, int)
    return found


def call(client: TestClient, component: object, function: object, data: object, session: object = "abc") -> Any:
    body = {"session_hash": session, "component_id": component, "fn_name": function, "data": data}
    return client.post(CALL, json=body)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/upload_progress?upload_id=x",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/file=/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:9/",
        "/proxy=http://127.0.0.1:9/",
        "/gradio_api/deep_link",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data?session_hash=x",
        "/gradio_api/queue/status",
        "/gradio_api/run/show",
        "/gradio_api/api/show",
        "/gradio_api/call/show",
        "/gradio_api/call/show/1",
        "/gradio_api/cancel",
        "/gradio_api/reset",
        "/gradio_api/stream/x",
        "/gradio_api/process_recording",
        "/gradio_api/runs",
        "/gradio_api/vibe-edit",
        "/gradio_api/dev/reload",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/user",
        "/gradio_api/token",
        "/gradio_api/login_check",
        "/gradio_api/mcp/",
        "/gradio_api/mcp/sse",
        "/gradio_api/custom_component/x/client/y/z.js",
        "/gradio_api/theme.css",
        "/gradio_api/heartbeat/",
        "/gradio_api/heartbeat/a/b",
        "/gradio_api",
        "/monitoring",
        "/monitoring/summary",
        "/login",
        "/logout",
        "/config/x",
        "/pwa_icon",
        "/robots.txt",
        "/svelte/x.js",
        "/openapi.json",
        "/docs",
        "/redoc",
        "/assets",
        "/assets/",
        "/assets/%2e%2e/%2e%2e/app.py",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/%252e%252e/x",
        "/assets/x%00.js",
        "/assets/x%0a",
        "/static/%5c..%5cx",
        "/static/a%3Fb",
        "/config%0a",
        "/CONFIG",
        "/%2fconfig",
        "/gradio%5fapi/upload",
        "/%67radio_api/%75pload",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_what_the_page_does_not_need_is_not_there(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path, headers=JSON).status_code == 404


@pytest.mark.parametrize("path", ["/assets//etc/passwd", "/static//etc/passwd", "/assets/./x", "/static/none.js"])
def test_files_outside_of_their_folder_are_not_served(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {403, 404}
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/config", "/theme.css", "/manifest.json", "/gradio_api/startup-events", "/gradio_api/app_id"]
)
def test_what_the_page_needs_is_there_to_be_read_and_nothing_else(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == client.head(path).status_code == 200
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.request(method, path, headers=JSON, content=b"{}").status_code == 405


def test_the_page_runs_its_own_scripts_and_no_others(client: TestClient) -> None:
    answer = client.get("/?q=%3Cscript%3E&topic=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    (policy,) = answer.headers.get_list("content-security-policy")
    directives = dict(directive.strip().split(" ", 1) for directive in policy.split(";"))
    scripts = directives["script-src"].split()
    assert {"'self'", "'unsafe-eval'"} < set(scripts)
    assert "'unsafe-inline'" not in scripts
    assert "'strict-dynamic'" not in scripts
    inside = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    digests = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inside}
    assert len(inside) > 2
    assert set(scripts) == {"'self'", "'unsafe-eval'", *digests}
    assert directives["default-src"] == "'none'"
    assert directives["connect-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert not re.search(r"https?:|\*|'unsafe-hashes'", policy)
    assert not re.search(r"<[^>]*\son\w+=", answer.text)


@pytest.mark.parametrize("query", ["page=2", "view=api", "deep_link=x", "__theme=dark", "page=<script>"])
def test_gradio_takes_no_part_of_an_address_for_its_own(client: TestClient, query: str) -> None:
    answer = client.get(f"/?{query}")
    assert answer.status_code == 200
    assert "gradio-app" in answer.text


def test_the_page_names_no_other_host(client: TestClient) -> None:
    html = client.get("/").text
    assert "og:" not in html
    assert "twitter:" not in html
    assert {*re.findall(r"https?://([^/\"'\s]+)", html)} == {"testserver"}
    for attribute in re.findall(r"(?:src|href)=\"([^\"]*)\"", html):
        assert attribute.startswith(("/", "./"))


@pytest.mark.parametrize(
    "query", ["", "q=women&topic=gender&lang=es", "q=100%25", 'q="><script>alert(1)</script>', "q='&#x22;"]
)
def test_without_scripts_the_page_leads_to_the_plain_one(client: TestClient, query: str) -> None:
    html = client.get(f"/?{query}").text
    (inside,) = re.findall(r"<noscript>(.*?)</noscript>", html, re.DOTALL)
    assert html.index("<noscript>") < html.index("</head>")
    content = Markup(inside).one("meta", http_equiv="refresh").attributes["content"]
    delay, _, address = content.partition(";url=")
    assert delay == "0"
    assert client.get(address).status_code == 200
    assert address.isascii()
    assert not set(address) & set("\"'<> ")
    shown = Markup(client.get(address).text)
    assert (
        shown.one("input", id="q").attributes["value"]
        == Markup(client.get(f"/search?{query}").text).one("input", id="q").attributes["value"]
    )


@pytest.mark.parametrize("encoding", ["br", "gzip", "br, gzip", "identity"])
def test_whatever_encoding_a_browser_takes_the_page_is_whole(client: TestClient, encoding: str) -> None:
    answer = client.get("/", headers={"accept-encoding": encoding})
    assert "</html>" in answer.text
    assert "sha256-" in answer.headers["content-security-policy"]
    assert "<noscript>" in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_answers_with_the_page_of_an_address(client: TestClient, component: int, language: str) -> None:
    answer = call(client, component, "show", f"q=women&lang={language}").json()
    assert set(answer) == {"html", "title", "language", "said"}
    assert (answer["title"], answer["language"]) == ("women · reportgraph", language)
    found = Markup(answer["html"])
    assert not found.faults
    assert found.all("article")
    assert answer["said"].split()[0] in found.one("h2", id="total").text


def test_a_call_answers_with_the_relatives_of_a_report(client: TestClient, component: int) -> None:
    answer = call(client, component, "relatives", "sample001\nq=x&lang=es").json()
    found = Markup(answer["html"])
    assert set(answer) == {"html"}
    assert len(found.all("article")) == 5
    assert not found.faults
    unknown = call(client, component, "relatives", "none\nlang=fr").json()
    assert "'none'" in unknown["said"]
    assert "'none'" in Markup(unknown["html"]).text


@pytest.mark.parametrize("session", ["", "abc", "x" * 10_000, "../x", "\x00", "é"])
def test_any_session_gets_an_answer(client: TestClient, component: int, session: str) -> None:
    assert call(client, component, "show", "", session).status_code == 200


@pytest.mark.parametrize("other", [0, 999, -1, 10**19, 10**30, 1.5, None, "1", [1], {}, {"a": [1]}])
def test_no_other_component_can_be_called(client: TestClient, other: object) -> None:
    assert call(client, other, "show", "").status_code == 404


@pytest.mark.parametrize(
    ("function", "status"),
    [
        ("none", 404),
        ("", 404),
        ("__init__", 404),
        ("__class__", 404),
        ("get_config", 404),
        ("postprocess", 404),
        ("SHOW", 404),
        (None, 400),
        (["show"], 400),
    ],
)
def test_no_other_function_can_be_called(client: TestClient, component: int, function: object, status: int) -> None:
    assert call(client, component, function, "").status_code == status


@pytest.mark.parametrize("data", [None, 1, 1.5, True, [], ["q=a"], {}, {"q": "a"}])
@pytest.mark.parametrize("function", ["show", "relatives"])
def test_what_is_no_text_is_turned_away(client: TestClient, component: int, function: str, data: object) -> None:
    answer = call(client, component, function, data)
    assert (answer.status_code, answer.json()["error"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"1",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b"NaN",
        b"[" * 30_000,
        b'{"a":' * 9000,
        b'{"session_hash":"a","component_id":NaN,"fn_name":"show","data":""}',
        b'{"session_hash":"a","component_id":7,"fn_name":"show","data":"q=\\ud800"}',
        b'{"session_hash":"\\ud800","component_id":7,"fn_name":"show","data":""}',
        b'{"session_hash":"a","component_id":7,"fn_name":"relatives","data":"\\udfff\\nq=\\ud800"}',
        b'{"session_hash":"a","component_id":7,"fn_name":"show","data":"\xff"}',
    ],
)
def test_what_is_no_call_is_turned_away(client: TestClient, body: bytes) -> None:
    answer = client.post(CALL, content=body, headers=JSON)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "detail"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {"ours": st.booleans()},
        optional={
            "session_hash": json_values,
            "component_id": json_values,
            "fn_name": st.sampled_from(["show", "relatives"]) | json_values,
            "data": json_values,
        },
    )
)
def test_no_call_makes_the_server_fail(client: TestClient, component: int, body: dict[str, object]) -> None:
    if body.pop("ours"):
        body["component_id"] = component
    answer = client.post(CALL, content=json.dumps(body), headers=JSON)
    assert answer.status_code in {200, 400, 404}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from(["show", "relatives"]))
def test_any_text_gets_an_answer(client: TestClient, component: int, text: str, function: str) -> None:
    answer = call(client, component, function, text)
    assert answer.status_code == 200
    assert not Markup(answer.json()["html"]).faults


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"{}", 415),
        ({"content-type": "text/plain"}, b"{}", 415),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x--", 415),
        ({"content-type": "application/x-www-form-urlencoded"}, b"a=b", 415),
        (JSON, b"x" * 64_001, 413),
        (JSON, b"x" * 1_000_000, 413),
        (JSON | {"content-length": "9" * 5000}, b"{}", 413),
        (JSON | {"content-length": "-1"}, b"{}", 411),
        (JSON | {"content-length": "1e3"}, b"{}", 411),
        (JSON | {"content-length": "\u00b2".encode("latin-1")}, b"{}", 411),
        ({"content-type": "application/json; charset=utf-8"}, b"x" * 64_000, 400),
    ],
)
def test_bodies_of_other_kinds_and_sizes_are_turned_away(
    client: TestClient, headers: dict[str, str | bytes], body: bytes, status: int
) -> None:
    raw = [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers.items()]
    answer = client.post(CALL, content=body, headers=raw)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "detail"}


def test_a_body_without_a_length_is_turned_away(client: TestClient) -> None:
    answer = client.post(CALL, content=iter([b"{", b"}"]), headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (411, "LengthRequired")


def test_sockets_are_closed(client: TestClient) -> None:
    for path in ("/", "/gradio_api/queue/join", "/search"):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(path):
            pass


class Inside:
    """An application that remembers what reached it, and answers in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.bodies.append((await receive()).get("body", b""))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        for piece in self.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})


def through(guard: GradioGuard, path: str, query: bytes = b"") -> Any:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await guard({**scope, "query_string": query or scope["query_string"]}, receive, send)
        except HTTPException as error:
            await PlainTextResponse(error.detail, error.status_code)(scope, receive, send)

    return TestClient(app).get(path)


def test_a_page_that_comes_in_pieces_is_rewritten_as_a_whole() -> None:
    answer = through(GradioGuard(Inside(b"<he", b"ad></h", b"ead><scr", b"ipt>a</script>"), []), "/")
    digest = base64.b64encode(hashlib.sha256(b"a").digest()).decode()
    assert f"script-src 'self' 'unsafe-eval' 'sha256-{digest}';" in answer.headers["content-security-policy"]
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.content.startswith(b'<head><noscript><meta http-equiv="refresh" content="0;url=/search?">')


def test_other_files_pass_as_they_are() -> None:
    answer = through(GradioGuard(Inside(b"<script>a</script>"), []), "/assets/index.js")
    assert answer.content == b"<script>a</script>"
    assert "content-security-policy" not in answer.headers


@given(st.binary(max_size=40))
def test_no_query_ends_the_attribute_that_it_stands_in(query: bytes) -> None:
    html = through(GradioGuard(Inside(b"<head></head>"), []), "/", query).content.decode()
    found = Markup(html)
    assert not found.faults
    content = found.one("meta").attributes["content"]
    assert content.startswith("0;url=/search?")
    assert set(content) <= set(quote(bytes(range(256)), safe="&=+%;:/?")) | set("&=+%;:/?")


def test_what_was_checked_is_passed_on_and_nothing_before() -> None:
    inside = Inside()
    guard = GradioGuard(inside, [(7, "show")])
    body = b'{"session_hash": "a", "component_id": 7, "fn_name": "show", "data": "q=1"}'
    TestClient(guard).post(CALL, content=body, headers=JSON)
    assert inside.bodies == [body]
    with pytest.raises(HTTPException):
        TestClient(guard).post(CALL, content=b"[]", headers=JSON)
    assert inside.bodies == [body]
