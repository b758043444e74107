"""A generator behind HTTP, over real sockets, with servers that behave badly in every way that was thought of."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from search.errors import (
    GeneratorAnswerError,
    GeneratorSettingError,
    GeneratorTimeoutError,
    GeneratorUnreachableError,
    SearchError,
)
from search.question.generating.generator import WAITING, Prompt
from search.question.generating.generators.openai_compatible import OpenAICompatibleGenerator
from tests.contracts.generator_contract import PROMPT, TEXT, GeneratorContract, Writing
from tests.search.question.generating.generator_server import (
    DONE,
    FINISH,
    HEAD,
    Behaviour,
    Connection,
    event,
    generator_server,
    saying,
    sending,
)

LIMIT = 0.6
"""Seconds that a generator gets in these tests; beside it counts what this machine takes to start and stop a thread."""
SLACK = 3.0
KEY = "sk-secret-0123456789"


def written(behaviour: Behaviour, seconds: float = LIMIT, key: str | None = None) -> tuple[str, SearchError | None]:
    """What a generator wrote, and how it failed, if it did: in time in any case."""
    text = ""
    failure: SearchError | None = None
    with (
        generator_server(behaviour) as server,
        closing(OpenAICompatibleGenerator(server.address, seconds=seconds, key=key)) as generator,
    ):
        began = time.monotonic()
        try:
            for piece in generator.pieces(PROMPT):
                text += piece
        except SearchError as error:
            failure = error
        assert time.monotonic() - began < seconds + SLACK
    assert KEY not in f"{failure} {failure!r}"
    return text, failure


class TestOpenAICompatible(GeneratorContract):
    @pytest.fixture
    def writing(self) -> Iterator[Callable[[str], Writing]]:
        with ExitStack() as stack:

            def write(text: str) -> Writing:
                server = stack.enter_context(generator_server(saying(text)))
                generator = stack.enter_context(closing(OpenAICompatibleGenerator(server.address, seconds=10)))
                return Writing(generator, lambda: len(server.received))

            yield write


def test_what_is_sent_is_the_prompt_and_no_more() -> None:
    with (
        generator_server(saying("Yes.")) as server,
        closing(OpenAICompatibleGenerator(f"{server.address}/", model="small", key=KEY)) as generator,
    ):
        assert "".join(generator.pieces(Prompt("rules", "material"))) == "Yes."
        (received,) = server.received
    assert received.line == "POST /v1/chat/completions HTTP/1.1"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.headers["user-agent"] == "reportgraph"
    assert "cookie" not in received.headers
    assert received.body == {
        "model": "small",
        "messages": [{"role": "system", "content": "rules"}, {"role": "user", "content": "material"}],
        "stream": True,
        "temperature": 0,
        "max_tokens": 600,
    }


def test_a_server_with_one_model_is_told_no_name_and_no_key() -> None:
    with (
        generator_server(saying("Yes.")) as server,
        closing(OpenAICompatibleGenerator(server.address, model="", key="")) as generator,
    ):
        assert "".join(generator.pieces(PROMPT)) == "Yes."
        assert "model" not in server.received[0].body
        assert "authorization" not in server.received[0].headers


def test_proxies_and_passwords_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert written(saying(TEXT), seconds=5) == (TEXT, None)


def test_no_cookie_is_kept() -> None:
    head = HEAD.replace(b"\r\n\r\n", b"\r\nSet-Cookie: who=you; Path=/\r\n\r\n")
    with (
        generator_server(sending(head, event("Yes."), DONE)) as server,
        closing(OpenAICompatibleGenerator(server.address)) as generator,
    ):
        assert ["".join(generator.pieces(PROMPT)) for _ in range(2)] == ["Yes.", "Yes."]
        assert ["cookie" in received.headers for received in server.received] == [False, False]


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.mark.parametrize(
    "parts",
    [
        (HEAD, event("Yes."), FINISH),
        (HEAD, event("Yes."), DONE),
        (HEAD, event("Ye"), event("s.", "length")),
        (HEAD, b": a comment\r\n\r\nevent: message\r\nid: 1\r\n", event("Yes."), b'data: {"choices": []}\n\n', DONE),
        (HEAD, (event("Ye") + event("s.")).replace(b"\n", b"\r\n"), DONE.replace(b"\n", b"\r\n")),
        (HEAD, event("Yes.").replace(b"\n", b"\r"), b"data: [DONE]\r\r\n"),
        (HEAD, b'data: {"choices": [{"delta":\ndata: {"content": "Yes."}}]}\n\n', DONE),
        (HEAD, b'data:{"choices": [{"delta": {"role": "assistant", "content": null}}]}\n\n', event("Yes."), DONE),
        (CHUNKED, *(chunk(bytes([byte])) for byte in event("Yes.") + DONE), b"0\r\n\r\n"),
    ],
)
def test_streams_of_many_servers_are_understood(parts: tuple[bytes, ...]) -> None:
    assert written(sending(*parts), seconds=5) == ("Yes.", None)


def _never_answers(connection: Connection) -> None:
    connection.over.wait()


def _drips_its_head(connection: Connection) -> None:
    for byte in HEAD:
        connection.send(bytes([byte]))
        if connection.over.wait(0.1):
            return


def _drips_its_answer(connection: Connection) -> None:
    connection.send(HEAD, event("Yields rose"))
    for byte in event(" in dry years") * 1000:
        connection.send(bytes([byte]))
        if connection.over.wait(0.1):
            return


def _comments_for_ever(connection: Connection) -> None:
    connection.send(HEAD)
    while not connection.over.wait(0.02):
        connection.send(b": still thinking\n\n")


@pytest.mark.parametrize("behaviour", [_never_answers, _drips_its_head, _drips_its_answer, _comments_for_ever])
def test_whatever_hangs_is_ended_by_the_time_limit(behaviour: Behaviour) -> None:
    began = time.monotonic()
    text, error = written(behaviour)
    assert isinstance(error, GeneratorTimeoutError)
    assert error.seconds == LIMIT
    assert time.monotonic() - began >= LIMIT
    assert text == ("Yields rose" if behaviour is _drips_its_answer else "")


def _endless(connection: Connection) -> None:
    connection.send(HEAD)
    while not connection.over.is_set():
        connection.send(event("and so on, ") * 50)


def _endless_line(connection: Connection) -> None:
    connection.send(HEAD, b"data: ")
    while not connection.over.is_set():
        connection.send(b"x" * 1000)


def test_an_answer_without_an_end_is_cut() -> None:
    text, error = written(_endless, seconds=10)
    assert isinstance(error, GeneratorAnswerError)
    assert "longer than 1,048,576 bytes" in str(error)
    assert text.startswith("and so on, and so on")


def test_an_event_without_an_end_is_cut() -> None:
    text, error = written(_endless_line, seconds=10)
    assert isinstance(error, GeneratorAnswerError)
    assert "longer than 65,536 bytes" in str(error)
    assert text == ""


OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        (HEAD, event("Yields rose")),
        (OPEN, event("Yields rose")),
        (CHUNKED, chunk(event("Yields rose")), b"fff\r\nda"),
        (HEAD, event("Yields rose"), event(" by")[:-20]),
    ],
)
def test_an_answer_that_breaks_off_is_an_error_and_what_came_stays(parts: tuple[bytes, ...]) -> None:
    text, error = written(sending(*parts), seconds=5)
    assert isinstance(error, GeneratorAnswerError)
    assert "broke off" in str(error)
    assert text == "Yields rose"


def _status(status: str, body: bytes = b"", more: bytes = b"") -> Behaviour:
    length = b"Content-Length: %d\r\n" % len(body)
    return sending(b"HTTP/1.1 %b\r\n" % status.encode() + length + more + b"\r\n" + body)


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("500 Internal Server Error", "log"),
        ("429 Too Many Requests", "log"),
        ("401 Unauthorized", "REPORTGRAPH_GENERATOR_KEY"),
        ("404 Not Found", "/v1"),
    ],
)
def test_another_status_is_an_error_that_does_not_repeat_what_the_server_said(status: str, remedy: str) -> None:
    body = f'{{"error": {{"message": "Incorrect API key provided: {KEY}"}}}}'.encode()
    text, error = written(_status(status, body), seconds=5, key=KEY)
    assert isinstance(error, GeneratorAnswerError)
    assert (text, error.status) == ("", int(status[:3]))
    assert status[:3] in error.what
    assert remedy in error.remedy


def test_redirects_are_not_followed() -> None:
    with generator_server(saying("Stolen.")) as other:
        location = f"Location: {other.address}/chat/completions\r\n".encode()
        _, error = written(_status("307 Temporary Redirect", more=location), seconds=5, key=KEY)
        assert isinstance(error, GeneratorAnswerError)
        assert error.status == 307
        assert other.received == []


@pytest.mark.parametrize(
    "behaviour",
    [
        _status("200 OK", b"<html><body>Yields rose [1].</body></html>", b"Content-Type: text/html\r\n"),
        _status("200 OK", b'{"choices": [{"message": {"content": "Yes."}}]}', b"Content-Type: application/json\r\n"),
        _status("200 OK", b"Yields rose [1]."),
        sending(HEAD, b"data: <html>Yields rose [1].</html>\n\n"),
        sending(HEAD, b'data: {"error": {"message": "out of memory"}}\n\n'),
        sending(HEAD, b'data: {"choices": "Yes."}\n\n'),
        sending(HEAD, b'data: {"choices": ["Yes."]}\n\n'),
        sending(HEAD, b'data: {"choices": [{"delta": {"content": ["Yes."]}}]}\n\n'),
        sending(HEAD, b"data: [[[[[[\n\n"),
        sending(HEAD, b"data: 1\n\n"),
    ],
)
def test_something_else_than_a_stream_of_text_is_an_error(behaviour: Behaviour) -> None:
    text, error = written(behaviour, seconds=5)
    assert isinstance(error, GeneratorAnswerError)
    assert text == ""


def test_bytes_that_are_no_text_are_an_error_and_what_came_before_stays() -> None:
    broken = event("x").replace(b"x", b"Yields \xc3\x28\xff rose")
    text, error = written(sending(HEAD, event("Yes. "), broken, FINISH), seconds=5)
    assert isinstance(error, GeneratorAnswerError)
    assert text == "Yes. "


def test_half_a_pair_of_surrogates_is_an_error() -> None:
    _, error = written(sending(HEAD, event("x").replace(b"x", b"\\ud800"), FINISH), seconds=5)
    assert isinstance(error, GeneratorAnswerError)


def test_a_compressed_answer_is_not_unpacked() -> None:
    bomb = gzip.compress(event("x" * 10_000_000))
    head = HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    text, error = written(sending(head, bomb), seconds=5)
    assert isinstance(error, GeneratorAnswerError)
    assert text == ""


def test_no_server_at_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        closing(OpenAICompatibleGenerator(f"http://127.0.0.1:{port}/v1", seconds=5)) as generator,
        pytest.raises(GeneratorUnreachableError, match=rf"does not answer\. .*:{port}/v1, .* REPORTGRAPH_GENERATOR"),
    ):
        list(generator.pieces(PROMPT))


def test_a_server_that_takes_no_connection() -> None:
    # A queue of one that is full: whoever comes later is neither taken nor sent away.
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listening.getsockname())
        time.sleep(0.05)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        generator = stack.enter_context(closing(OpenAICompatibleGenerator(address, seconds=LIMIT)))
        began = time.monotonic()
        with pytest.raises((GeneratorUnreachableError, GeneratorTimeoutError)):
            list(generator.pieces(PROMPT))
        assert time.monotonic() - began < LIMIT + SLACK


def test_whoever_has_heard_enough_hangs_up() -> None:
    with (
        generator_server(_slowly_endless) as server,
        closing(OpenAICompatibleGenerator(server.address, seconds=10)) as generator,
    ):
        pieces = generator.pieces(PROMPT)
        assert next(filter(None, pieces)) == "and so on, "
        pieces.close()
        assert server.gone.wait(3)


def _slowly_endless(connection: Connection) -> None:
    connection.send(HEAD)
    while not connection.over.wait(0.01):
        connection.send(event("and so on, "))


def test_who_waits_for_a_silent_server_may_lose_interest() -> None:
    with (
        generator_server(_never_answers) as server,
        closing(OpenAICompatibleGenerator(server.address, seconds=20)) as generator,
    ):
        began = time.monotonic()
        pieces = generator.pieces(PROMPT)
        assert [next(pieces), next(pieces)] == ["", ""]
        pieces.close()
        assert WAITING < time.monotonic() - began < SLACK


def test_closing_ends_what_is_being_written() -> None:
    failures: list[SearchError] = []
    with generator_server(_slowly_endless) as server:
        generator = OpenAICompatibleGenerator(server.address, seconds=20)
        began = threading.Event()

        def read() -> None:
            try:
                for _ in generator.pieces(PROMPT):
                    began.set()
            except SearchError as error:
                failures.append(error)

        reader = threading.Thread(target=read)
        reader.start()
        assert began.wait(3)
        generator.close()
        reader.join(3)
        assert not reader.is_alive()
    assert [type(error) for error in failures] == [GeneratorAnswerError]


def test_more_texts_than_are_written_at_once_wait_within_their_time_limit() -> None:
    with (
        generator_server(_never_answers) as server,
        closing(OpenAICompatibleGenerator(server.address, seconds=LIMIT)) as generator,
    ):
        ended: list[str] = []

        def ask() -> None:
            try:
                list(generator.pieces(PROMPT))
            except GeneratorTimeoutError:
                ended.append("in time")

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(LIMIT / 2)
        assert len(server.received) == 4
        for thread in threads:
            thread.join(LIMIT + SLACK)
        assert ended == ["in time"] * 6


def test_neither_key_nor_question_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert written(saying("Yes."), seconds=5, key=KEY) == ("Yes.", None)
        written(_status("401 Unauthorized", KEY.encode()), seconds=5, key=KEY)
    assert KEY not in caplog.text
    assert PROMPT.material not in caplog.text


@pytest.mark.parametrize("key", ["two words", "with\r\nHost: evil.example", "clé", "\x00"])
def test_a_key_that_cannot_be_is_an_error_that_does_not_show_it(key: str) -> None:
    with pytest.raises(GeneratorSettingError) as caught:
        OpenAICompatibleGenerator("http://127.0.0.1:1/v1", key=key)
    assert "REPORTGRAPH_GENERATOR_KEY" in str(caught.value)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "base",
    [
        "127.0.0.1:8080/v1",
        "localhost:8080",
        "file:///etc/passwd",
        "http://",
        "http:///v1",
        "http://user:secret@example.org/v1",
        "http://example.org/v1?key=secret",
        "http://example.org/v1#x",
        "http://example.org:99999/v1",
        "http://exam\nple.org",
        "http://[::1/v1",
        "",
    ],
)
def test_an_address_that_cannot_be_is_an_error(base: str) -> None:
    with pytest.raises(GeneratorSettingError, match="REPORTGRAPH_GENERATOR cannot be used") as caught:
        OpenAICompatibleGenerator(base)
    assert "secret" not in str(caught.value)
