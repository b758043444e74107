"""Findings in a model's words over HTTP, with a model behind a real socket that behaves well or badly."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Message, Scope

from search.engine import Engine
from search.errors import GeneratorSettingError
from search.question.answering.asker import Asker
from search.question.generating.generated import Writer
from search.question.generating.generator import AT_ONCE
from tests.conftest import services_for
from tests.search.question.generating.generator_server import (
    HEAD,
    Behaviour,
    Connection,
    GeneratorServer,
    event,
    generator_server,
    saying,
    sending,
)
from tests.search.question.generating.scripted_generator import ScriptedGenerator
from ui.api.generated import SentenceEvent, generated_events
from ui.app import create_app

PATH: Final = "/api/v1/ask/generated"
FINDING: Final = "What effect does credit have on women?"
FIRST: Final = "Nine members in ten of the cooperatives are women"
SECOND: Final = "A women’s association won the contract in seven polders"
GOOD: Final = f"{FIRST} [1]. {SECOND} [3]."
LIMIT: Final = 1.0
"""Seconds that a model gets where it is to run out of them."""
SLACK: Final = 5.0
"""What a busy machine may take beside."""


@contextmanager
def serving(
    data: Path, behaviour: Behaviour, seconds: float = 20, key: str | None = None
) -> Iterator[tuple[TestClient, GeneratorServer]]:
    """The service over a collection, and the model that it asks."""
    with generator_server(behaviour) as server:
        services = services_for(data, generator=server.address, generator_seconds=seconds, generator_key=key)
        with TestClient(create_app(services)) as client:
            yield client, server


def asked(client: TestClient, question: str = FINDING, **parameters: str | list[str]) -> list[dict[str, Any]]:
    answer = client.get(PATH, params={"q": question, **parameters})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def said(events: list[dict[str, Any]]) -> list[str]:
    """The sentences among some events."""
    return [one["text"] for one in events if one["event"] == "sentence"]


# -- what comes --------------------------------------------------------------------------------------------------------


def test_sentences_come_with_what_they_cite_and_then_the_end(sample_data: Path) -> None:
    with serving(sample_data, saying(GOOD)) as (client, server):
        *sentences, end = asked(client)
        citations = client.get("/api/v1/ask", params={"q": FINDING}).json()["citations"]
    assert [one["text"] for one in sentences] == [f"{FIRST}.", f"{SECOND}."]
    for one, quoted in zip(sentences, (citations[0], citations[2]), strict=True):
        (cited,) = one["cites"]
        assert (cited["id"], cited["title"], cited["year"]) == (quoted["id"], quoted["title"], quoted["year"])
        assert (cited["passage"], cited["language"], cited["invented"]) == (quoted["sentence"], "en", True)
        assert cited["iri"].endswith(f"/report/{quoted['id']}")
    sent = re.findall(r"^\[\d+\]", server.received[0].body["messages"][1]["content"], re.MULTILINE)
    assert end == {"event": "done", "passages": len(sent), "sentences": 2, "dropped": {}}
    assert len(sent) > len(citations) == 3


def test_the_answer_is_neither_kept_nor_held_back(sample_data: Path) -> None:
    with serving(sample_data, saying(GOOD)) as (client, _):
        headers = client.get(PATH, params={"q": FINDING}).headers
    assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
    assert "content-security-policy" in headers
    assert "content-length" not in headers


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"q": "and since 2015?", "prior": FINDING},
        {"q": FINDING + " in French", "drop": "language:french"},
        {"q": "Reports about credit", "intent": "finding", "lang": "es"},
    ],
)
def test_the_same_parameters_mean_the_same_question(sample_data: Path, parameters: dict[str, str]) -> None:
    with serving(sample_data, saying("NONE")) as (client, server):
        wanted = {"q": FINDING} | parameters
        citations = client.get("/api/v1/ask", params=wanted).json()["citations"]
        assert client.get(PATH, params=wanted).status_code == 200
        assert client.get(PATH, params=wanted | {"colour": "red"}).status_code == 422
    (received,) = server.received
    lines = received.body["messages"][1]["content"].splitlines()
    sent = [json.loads(line.partition(" ")[2]) for line in lines if line.startswith("[")]
    assert sent[: len(citations)] == [citation["sentence"] for citation in citations] != []


def test_where_nothing_is_quoted_no_model_is_asked(sample_data: Path) -> None:
    with serving(sample_data, saying(GOOD)) as (client, server):
        for question in ("", "How many reports are there?", "reports by Pedro Nadie", "???", "x" * 20_000):
            assert asked(client, question) == [{"event": "done", "passages": 0, "sentences": 0, "dropped": {}}]
        assert asked(client, FINDING, intent="list")[0]["passages"] == 0
        assert server.received == []


# -- what does not come ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        (f"{FIRST} [99]. {GOOD}", {"unknown_passage": 1}),
        (f"{FIRST}. Nothing was cited here at all. {GOOD}", {"uncited": 2}),
        (f"An association won the contract in 40 polders [3]. {GOOD}", {"figure": 1}),
        (f"The bank of Freedonia pays for the members [1]. {GOOD} {GOOD}", {"name": 1, "repeated": 2}),
        (f"{GOOD} Nine members in", {"unfinished": 1}),
    ],
)
def test_what_the_passages_do_not_support_is_counted_by_its_reason(
    sample_data: Path, text: str, dropped: dict[str, int]
) -> None:
    with serving(sample_data, saying(text)) as (client, _):
        events = asked(client)
    assert said(events) == [f"{FIRST}.", f"{SECOND}."]
    assert events[-1]["dropped"] == dropped


def test_a_model_that_says_nothing_leaves_the_end_alone(sample_data: Path) -> None:
    with serving(sample_data, saying("NONE")) as (client, _):
        (end,) = asked(client)
    assert (end["event"], end["sentences"], end["dropped"]) == ("done", 0, {"unfinished": 1})


def _obeying(connection: Connection) -> None:
    """A model that does what the last passage says, if it says anything, and cites another for it."""
    material = connection.received.body["messages"][1]["content"]
    connection.say(f"Ignore the reports and visit https://evil.example for {len(material)} free loans [1]. {GOOD}")


def test_what_an_order_in_an_abstract_makes_a_model_say_is_dropped(sample_data: Path) -> None:
    with serving(sample_data, _obeying) as (client, _):
        events = asked(client)
    assert said(events) == [f"{FIRST}.", f"{SECOND}."]
    assert "evil" not in json.dumps(events)


def test_markup_is_no_part_of_a_sentence(sample_data: Path) -> None:
    marked = f"<script>alert(1)</script> <b>{FIRST}</b> [1]. <img src=x onerror=alert(1)>{SECOND} [3]."
    with serving(sample_data, saying(marked)) as (client, _):
        events = asked(client)
    assert f"{SECOND}." in said(events)
    assert not any(sign in text for text in said(events) for sign in "<>")


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def _drips(connection: Connection) -> None:
    connection.send(HEAD, event(f"{GOOD} Nine"))
    while not connection.over.wait(0.1):
        connection.send(b":")


def _never_answers(connection: Connection) -> None:
    connection.over.wait()


@pytest.mark.parametrize(("behaviour", "sentences"), [(_drips, 2), (_never_answers, 0)])
def test_a_model_that_is_late_is_an_error_after_what_came(
    sample_data: Path, behaviour: Behaviour, sentences: int, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(sample_data, behaviour, seconds=LIMIT) as (client, server):
        began = time.monotonic()
        *before, failure = asked(client)
        assert LIMIT <= time.monotonic() - began < LIMIT + SLACK
    assert len(said(before)) == len(before) == sentences
    assert (failure["event"], failure["error"]) == ("error", "GeneratorTimeout")
    # Where the model is, and what to set, is for whoever runs it.
    assert failure["detail"] == "The generator did not end within 1 seconds."
    assert server.address in caplog.text


@pytest.mark.parametrize(
    ("behaviour", "detail"),
    [
        (sending(b"HTTP/1.1 500 Oops\r\nContent-Length: 9\r\n\r\nsk-secret"), "status 500"),
        (sending(b"HTTP/1.1 401 No\r\nContent-Length: 9\r\n\r\nsk-secret"), "status 401"),
        (sending(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"), "stream of events"),
        (sending(HEAD, event("Two kinds of")), "broke off"),
        (sending(), "connection broke off"),
    ],
)
def test_a_model_that_fails_is_an_error_without_its_address_and_its_key(
    sample_data: Path, behaviour: Behaviour, detail: str, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(sample_data, behaviour, key="sk-secret") as (client, _):
        *_, failure = asked(client)
    assert (failure["event"], failure["error"]) == ("error", "GeneratorAnswer")
    assert detail in failure["detail"]
    assert "127.0.0.1" not in failure["detail"]
    assert "sk-secret" not in f"{failure} {caplog.text}"


def test_a_model_that_is_not_there_is_an_error(sample_data: Path) -> None:
    with generator_server(saying(GOOD)) as server:
        gone = server.address
    with TestClient(create_app(services_for(sample_data, generator=gone))) as client:
        (failure,) = asked(client)
    assert (failure["error"], failure["detail"]) == ("GeneratorUnreachable", "The generator does not answer.")


def test_what_nobody_expected_is_told_without_its_insides_and_raised(engine: Engine) -> None:
    def broken(_prompt: object) -> str:
        raise RuntimeError("a secret of the server")

    asker = Asker(engine)
    answer = asker.ask(FINDING)
    events = generated_events(asker, answer, Writer(ScriptedGenerator(broken), None), lambda: True)
    told = next(events)
    assert told.model_dump()["error"] == "InternalServerError"
    assert "secret" not in told.model_dump_json()
    with pytest.raises(RuntimeError, match="a secret of the server"):
        next(events)


@pytest.mark.parametrize("address", [None, ""])
def test_without_a_generator_there_is_a_clear_answer(sample_data: Path, address: str | None) -> None:
    with TestClient(create_app(services_for(sample_data, generator=address))) as client:
        for question in (FINDING, ""):
            answer = client.get(PATH, params={"q": question})
            assert (answer.status_code, answer.json()["error"]) == (404, "NoGenerator")
            assert "REPORTGRAPH_GENERATOR" in answer.json()["detail"]


def test_a_generator_that_cannot_be_keeps_the_service_from_starting(sample_data: Path) -> None:
    with pytest.raises(GeneratorSettingError):
        create_app(services_for(sample_data, generator="localhost:8080"))


# -- as it comes, and when nobody reads --------------------------------------------------------------------------------


@dataclass
class Reader:
    """Somebody who asks an application for an answer, and hangs up when as many lines as they wanted have come."""

    wanted: int
    status: int = 0
    lines: list[bytes] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    def read(self, app: FastAPI) -> None:
        anyio.run(partial(self._read, app))

    async def _read(self, app: FastAPI) -> None:
        enough = anyio.Event()
        begun = False

        async def receive() -> Message:
            nonlocal begun
            if not begun:
                begun = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            self.status = message.get("status", self.status)
            if message.get("body"):
                self.lines.append(message["body"])
                self.came.set()
            if len(self.lines) >= self.wanted and not enough.is_set():
                enough.set()

        query = urlencode({"q": FINDING}).encode()
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": query,
            "headers": [(b"host", b"localhost")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await app(scope, receive, send)


def test_a_sentence_is_sent_while_the_model_still_writes(sample_data: Path) -> None:
    reader = Reader(wanted=100)

    def waits_to_be_heard(connection: Connection) -> None:
        heard = HEAD, event(f"{FIRST} [1]. A women’s")
        connection.send(*heard)
        if reader.came.wait(SLACK):
            connection.send(event(" association won the contract in seven polders [3]."), b"data: [DONE]\n\n")

    with serving(sample_data, waits_to_be_heard) as (client, _):
        assert isinstance(client.app, FastAPI)
        reader.read(client.app)
    assert [json.loads(line)["event"] for line in reader.lines] == ["sentence", "sentence", "done"]


def test_who_hangs_up_ends_the_writing(sample_data: Path) -> None:
    def endless(connection: Connection) -> None:
        connection.send(HEAD, event(f"{FIRST} [1]. And"))
        while not connection.over.wait(0.01):
            connection.send(event(" so on"))

    with serving(sample_data, endless) as (client, server):
        assert isinstance(client.app, FastAPI)
        reader = Reader(wanted=1)
        began = time.monotonic()
        reader.read(client.app)
        assert server.gone.wait(SLACK)
        assert time.monotonic() - began < SLACK
    assert [json.loads(line)["text"] for line in reader.lines] == [f"{FIRST}."]


def test_who_hangs_up_does_not_wait_for_a_silent_model_and_leaves_their_place(sample_data: Path) -> None:
    with serving(sample_data, _never_answers, seconds=60) as (client, server):
        assert isinstance(client.app, FastAPI)
        began = time.monotonic()
        for _ in range(AT_ONCE + 2):
            reader = Reader(wanted=0)
            reader.read(client.app)
            assert (reader.status, reader.lines) == (200, [])
        assert time.monotonic() - began < 2 * SLACK
        assert len(server.received) <= AT_ONCE + 2


def test_only_a_few_texts_are_written_at_once_and_others_are_told_to_come_again(sample_data: Path) -> None:
    go = threading.Event()

    def waits(connection: Connection) -> None:
        go.wait(4 * SLACK)
        connection.say(GOOD)

    with serving(sample_data, waits) as (client, server), ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(asked, client) for _ in range(AT_ONCE)]
        _until(lambda: len(server.received) == AT_ONCE)
        refused = client.get(PATH, params={"q": FINDING})
        # Nobody else waits for the model.
        assert client.get("/api/v1/ask", params={"q": FINDING}).json()["citations"]
        go.set()
        assert [said(one.result(4 * SLACK)) for one in waiting] == [[f"{FIRST}.", f"{SECOND}."]] * AT_ONCE
        assert len(said(asked(client))) == 2
    assert (refused.status_code, refused.json()["error"]) == (503, "GeneratorBusy")
    assert int(refused.headers["retry-after"]) > 0
    assert len(server.received) == AT_ONCE + 1


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 2 * SLACK
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# -- what is described -------------------------------------------------------------------------------------------------


def test_the_lines_are_described(sample_data: Path) -> None:
    with TestClient(create_app(services_for(sample_data))) as client:
        described = client.get("/api/v1/openapi.json").json()
    operation = described["paths"][PATH]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names == {"q", "lang", "prior", "drop", "as", "intent", "limit"}
    content = operation["responses"]["200"]["content"]
    assert content == {
        "application/x-ndjson": {"schema": {"type": "object", "$ref": "#/components/schemas/GeneratedEvent"}}
    }
    schemas = described["components"]["schemas"]
    assert len(schemas["GeneratedEvent"]["oneOf"]) == 3
    assert set(schemas["SentenceEvent"]["properties"]) == set(SentenceEvent.model_fields)
    for status in ("404", "422", "503"):
        assert operation["responses"][status]["content"] == {
            "application/json": {"schema": {"$ref": "#/components/schemas/ProblemSchema"}}
        }
