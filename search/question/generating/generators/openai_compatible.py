"""A model behind an OpenAI-compatible chat endpoint: llama.cpp, Ollama, vLLM, or a service.

``POST {base}/chat/completions`` with ``"stream": true``; the answer is a stream of server-sent events, each of which
holds a piece of the text (https://platform.openai.com/docs/api-reference/chat-streaming).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack
from http.cookiejar import CookieJar, DefaultCookiePolicy
from queue import Empty, SimpleQueue
from types import UnionType
from typing import Any, Final

import anyio
import httpx
import orjson
from anyio.from_thread import start_blocking_portal

from search.errors import (
    GeneratorAnswerError,
    GeneratorSettingError,
    GeneratorTimeoutError,
    GeneratorUnreachableError,
)
from search.question.generating.generator import AT_ONCE, SECONDS, WAITING, Pieces, Prompt

_CONNECT_SECONDS: Final = 5.0
_MOST_TOKENS: Final = 600
"""Of a text. Five sentences take about 200; a model that thinks aloud needs more."""
_MOST_BYTES: Final = 1 << 20
"""Of a response: an event for each token takes 200 to 400 bytes."""
_LONGEST_LINE: Final = 1 << 16
_LINE_END: Final = re.compile(rb"\r\n|\n|\r(?!$)")
_KEY: Final = re.compile(r"[\x21-\x7e]+")


class OpenAICompatibleGenerator:
    """Texts by the model behind ``base``, such as ``http://127.0.0.1:8080/v1``.

    ``model`` is left out of requests where it is empty: llama.cpp has one only. ``key`` is sent as a bearer token, and
    to ``base`` alone: redirects are not followed, proxies of the environment not used. Neither the key nor what the
    server says on a failure is put into an error or a log.

    A thread of its own reads, so that the time limit ends whatever hangs: the look-up of a name, a server that never
    answers, one that sends a byte a second. Raises GeneratorSettingError for a base or key that cannot be.
    """

    def __init__(
        self, base: str, *, model: str | None = None, key: str | None = None, seconds: float = SECONDS
    ) -> None:
        self.seconds = seconds
        self._base = base.rstrip("/")
        self._model = model
        self._client = _client(self._base, key, seconds)
        self._readings: set[Future[None]] = set()
        self._closing = ExitStack()
        self._portal = self._closing.enter_context(start_blocking_portal())
        self._closing.callback(self._portal.call, self._client.aclose)

    def pieces(self, prompt: Prompt) -> Pieces:
        arrived: SimpleQueue[str | None] = SimpleQueue()
        reading = self._portal.start_task_soon(self._read, prompt, arrived.put)
        self._readings.add(reading)
        reading.add_done_callback(lambda _: arrived.put(None))
        try:
            while (piece := _next(arrived)) is not None:
                yield piece
            try:
                reading.result()
            except CancelledError as error:
                raise GeneratorAnswerError(self._base, "it was closed while it wrote") from error
        finally:
            reading.cancel()
            self._readings.discard(reading)

    def close(self) -> None:
        for reading in tuple(self._readings):
            reading.cancel()
        self._closing.close()

    async def _read(self, prompt: Prompt, tell: Callable[[str], None]) -> None:
        """Tell the pieces of a text; raises the errors of the port."""
        try:
            with anyio.fail_after(self.seconds):
                async for piece in self._answer(prompt):
                    tell(piece)
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout) as error:
            raise GeneratorTimeoutError(self._base, self.seconds) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise GeneratorUnreachableError(self._base) from error
        except httpx.TransportError as error:
            raise GeneratorAnswerError(self._base, "the connection broke off") from error

    async def _answer(self, prompt: Prompt) -> AsyncIterator[str]:
        body = {
            **({"model": self._model} if self._model else {}),
            "messages": [
                {"role": "system", "content": prompt.rules},
                {"role": "user", "content": prompt.material},
            ],
            "stream": True,
            "temperature": 0,
            "max_tokens": _MOST_TOKENS,
        }
        async with self._client.stream(
            "POST", f"{self._base}/chat/completions", content=orjson.dumps(body)
        ) as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if response.status_code != 200:
                reason = f"it answered with the status {response.status_code}"
                raise GeneratorAnswerError(self._base, reason, response.status_code)
            if kind != "text/event-stream":
                raise GeneratorAnswerError(self._base, "it answered with something else than a stream of events", 200)
            async for event in self._events(response):
                piece, ended = self._read_event(event)
                if piece:
                    yield piece
                if ended:
                    return
        raise GeneratorAnswerError(self._base, "its answer broke off")

    async def _events(self, response: httpx.Response) -> AsyncIterator[bytes]:
        """The data of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
        read = 0
        rest = b""
        data: list[bytes] = []
        # Raw: a compressed answer was not asked for, and could become any size.
        async for chunk in response.aiter_raw():
            read += len(chunk)
            if read > _MOST_BYTES:
                raise GeneratorAnswerError(self._base, f"its answer is longer than {_MOST_BYTES:,} bytes")
            *lines, rest = _LINE_END.split(rest + chunk)
            if len(rest) > _LONGEST_LINE:
                raise GeneratorAnswerError(self._base, f"its events are longer than {_LONGEST_LINE:,} bytes")
            for line in lines:
                name, _, value = line.partition(b":")
                if name == b"data":
                    data.append(value.removeprefix(b" "))
                elif not line and data:
                    yield b"\n".join(data)
                    data = []

    def _read_event(self, event: bytes) -> tuple[str, bool]:
        """The text of an event, and whether it is the last one."""
        if event.strip() == b"[DONE]":
            return "", True
        try:
            choices = _field(orjson.loads(event), "choices", list)
            if not choices:
                # The last event of some servers holds only what the text cost.
                return "", False
            content = _field(_field(choices[0], "delta", dict), "content", str | None)
            return content or "", choices[0].get("finish_reason") is not None
        except (orjson.JSONDecodeError, TypeError) as error:
            raise GeneratorAnswerError(self._base, "its events are not those of a chat completion", 200) from error


def _next(arrived: SimpleQueue[str | None]) -> str | None:
    """The next piece, an empty one where none comes soon, or ``None`` after the last."""
    try:
        return arrived.get(timeout=WAITING)
    except Empty:
        return ""


def _field(value: object, name: str, kind: type | UnionType) -> Any:
    """A field of a JSON object that must be of a kind; raises TypeError."""
    field = value.get(name) if isinstance(value, dict) else None
    if not isinstance(field, kind):
        raise TypeError(name)
    return field


def _client(base: str, key: str | None, seconds: float) -> httpx.AsyncClient:
    if key and not _KEY.fullmatch(key):
        # httpx would name the key in its complaint.
        raise GeneratorSettingError("REPORTGRAPH_GENERATOR_KEY", "it holds characters that no key has")
    try:
        url = httpx.URL(base)
    except httpx.InvalidURL as error:
        raise GeneratorSettingError("REPORTGRAPH_GENERATOR", "it is no address") from error
    if (url.port or 0) > 65_535:
        raise GeneratorSettingError("REPORTGRAPH_GENERATOR", "there is no such port")
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query or url.fragment:
        raise GeneratorSettingError("REPORTGRAPH_GENERATOR", "it is no plain http or https address")
    return httpx.AsyncClient(
        headers={
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "reportgraph",
            **({"Authorization": f"Bearer {key}"} if key else {}),
        },
        timeout=httpx.Timeout(seconds, connect=min(_CONNECT_SECONDS, seconds)),
        # A connection that was kept may be gone just when it is needed.
        limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0),
        # Who asks must not be known again by a cookie.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )
