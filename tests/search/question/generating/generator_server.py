"""A server on this machine that plays a chat endpoint, well or badly: each test says what it does with a connection."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came over the wire. ``headers`` are in lower case."""

    line: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Connection:
    """What a behaviour gets: its end of the connection, and whether the test is over."""

    socket: socket.socket
    received: Received
    over: threading.Event

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.socket.sendall(part)

    def say(self, text: str, size: int = 7) -> None:
        """A text as a good server streams it."""
        self.send(HEAD, *(event(text[at : at + size]) for at in range(0, len(text), size)), FINISH, DONE)


Behaviour = Callable[[Connection], None]


def event(content: str | None = None, finish: str | None = None) -> bytes:
    delta = {} if content is None else {"content": content}
    chunk = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


FINISH = event(finish="stop")
DONE = b"data: [DONE]\n\n"


def saying(text: str) -> Behaviour:
    return lambda connection: connection.say(text)


def sending(*parts: bytes) -> Behaviour:
    return lambda connection: connection.send(*parts)


@dataclass(slots=True)
class GeneratorServer:
    """``received`` are the requests so far; ``gone`` tells that the other side hung up before an answer's end."""

    address: str
    received: list[Received] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)


@contextmanager
def generator_server(behaviour: Behaviour) -> Iterator[GeneratorServer]:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = GeneratorServer(f"http://127.0.0.1:{listening.getsockname()[1]}/v1")
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                try:
                    accepted, _ = listening.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=serve, args=(accepted,)))
                threads[-1].start()

        def serve(accepted: socket.socket) -> None:
            with accepted:
                received = _received(accepted)
                if received is None:
                    return
                server.received.append(received)
                # Whoever has heard enough hangs up.
                try:
                    behaviour(Connection(accepted, received, over))
                except OSError:
                    server.gone.set()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server
        finally:
            over.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in threads:
                thread.join()


def _received(accepted: socket.socket) -> Received | None:
    """The request of a connection; ``None`` if it was hung up before its end."""
    with suppress(OSError), accepted.makefile("rb") as stream:
        line = stream.readline().decode("ascii").rstrip()
        headers: dict[str, str] = {}
        while header := stream.readline().decode("ascii").rstrip():
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        body = stream.read(length)
        if line and len(body) == length:
            return Received(line, headers, json.loads(body))
    return None
