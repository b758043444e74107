"""What of Gradio's own server is reachable: what the page needs, and nothing else.

Gradio takes uploads from anyone, serves files, proxies, and keeps deep links; none of it is of use here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import quote

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

_NEEDED: Final = {
    "GET": re.compile(
        r"/|/config|/theme\.css|/manifest\.json|/(?:assets|static)/[\w./-]+"
        r"|/gradio_api/(?:heartbeat/\w+|startup-events|app_id)"
    ),
    "POST": re.compile(r"/gradio_api/component_server/?"),
}
"""The paths that a page asks for, by method."""

_LARGEST: Final = 64_000
"""Bytes of a body: an address and a few names."""

_INLINE_SCRIPT: Final = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_CARDS_FOR_OTHER_HOSTS: Final = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')
_HEAD_ENDS: Final = b"</head>"
# What Gradio is given for the head comes there by a script.
_WITHOUT_SCRIPTS: Final = b'<noscript><meta http-equiv="refresh" content="0;url=/search?%s"></noscript>'


class GradioGuard:
    """ASGI middleware around Gradio's application.

    ``calls`` are the components and the names of their server functions that a page may call.
    """

    def __init__(self, app: ASGIApp, calls: Collection[tuple[int, str]]) -> None:
        self._app = app
        self._calls = tuple(calls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
            return
        allowed = [method for method, paths in _NEEDED.items() if paths.fullmatch(scope["path"])]
        if not allowed or ".." in scope["path"]:
            raise HTTPException(404, "There is no such page.")
        if scope["method"] not in allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
        if scope["method"] == "POST":
            receive = await self._checked(Request(scope, receive))
        if scope["path"] == "/":
            # The query is the script's to read. Gradio would take parts of it for its own, such as `page`.
            await self._app({**scope, "query_string": b""}, receive, _Rewriting(send, scope["query_string"]))
        else:
            await self._app(scope, receive, send)

    async def _checked(self, request: Request) -> Receive:
        """The body once more; raises the HTTPException that turns a call away. Gradio trusts what it is sent."""
        _require_short_json(request.headers)
        body = await request.body()
        try:
            call = orjson.loads(body)
        except orjson.JSONDecodeError:
            call = None
        texts = ("session_hash", "fn_name", "data")
        if not isinstance(call, dict) or not all(isinstance(call.get(name), str) for name in texts):
            raise HTTPException(400, "A call is a JSON object with the texts session_hash, fn_name and data.")
        if (call.get("component_id"), call["fn_name"]) not in self._calls:
            raise HTTPException(404, "There is no such function.")

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        return again


def _require_short_json(headers: Headers) -> None:
    if not headers.get("content-type", "").startswith("application/json"):
        raise HTTPException(415, "Only JSON is taken here.")
    length = headers.get("content-length", "")
    if not length.isdecimal():
        raise HTTPException(411, "The body must say its length.")
    if len(length) > len(str(_LARGEST)) or int(length) > _LARGEST:
        raise HTTPException(413, f"The body may have {_LARGEST} bytes at most.")


class _Rewriting:
    """Sends Gradio's page with a policy that allows its own inline scripts, by their digests, and no others.

    Where scripts are off, it leads to the plain page.
    """

    def __init__(self, send: Send, query_string: bytes) -> None:
        self._send = send
        self._without_scripts = _WITHOUT_SCRIPTS % quote(query_string, safe="&=+%").replace("&", "&amp;").encode()
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        assert self._start is not None
        body = _CARDS_FOR_OTHER_HOSTS.sub(b"", self._body)
        body = body.replace(_HEAD_ENDS, self._without_scripts + _HEAD_ENDS, 1)
        headers = MutableHeaders(scope=self._start)
        headers["Content-Length"] = str(len(body))
        headers["Content-Security-Policy"] = _policy(body)
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})


def _policy(page: bytes) -> str:
    digests = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(page))
    scripts = " ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(digests))
    # Gradio compiles its templates in the browser ('unsafe-eval') and styles elements in place; neither lets a record
    # run a script: handlers in attributes and scripts without a digest stay forbidden.
    return (
        f"default-src 'none'; script-src 'self' 'unsafe-eval' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
    )
