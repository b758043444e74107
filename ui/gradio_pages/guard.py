"""What of Gradio's own server is reachable: what the page needs, and nothing else.

Gradio takes uploads from anyone, serves files, proxies, and keeps deep links; none of it is of use here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NEEDED: Final = re.compile(
    r"/|/config|/theme\.css|/manifest\.json|/(?:assets|static)/[\w./-]+"
    r"|/gradio_api/(?:component_server/?|heartbeat/\w+|startup-events|app_id)"
)
_LARGEST: Final = 64_000
"""Bytes of a body: an address and a few names."""

_INLINE_SCRIPT: Final = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_CARDS_FOR_OTHER_HOSTS: Final = re.compile(rb'<meta (?:property|name)="(?:og|twitter):[^>]*>\s*')


class GradioGuard:
    """ASGI middleware around the mounted Gradio application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        _require_needed(scope)
        await self._app(scope, receive, _Rewriting(send) if scope["path"] == "/" else send)


def _require_needed(scope: Scope) -> None:
    """Raise the HTTPException that turns a request away, unless the page needs what it asks for."""
    if not _NEEDED.fullmatch(scope["path"]) or ".." in scope["path"]:
        raise HTTPException(404, "There is no such page.")
    if scope["method"] == "POST":
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        if not headers.get("content-type", "").startswith("application/json"):
            raise HTTPException(415, "Only JSON is taken here.")
        if not length.isdigit() or int(length) > _LARGEST:
            raise HTTPException(413, f"The body must say its length, which may be {_LARGEST} bytes at most.")


class _Rewriting:
    """Sends Gradio's page with a policy that allows its own inline scripts, by their digests, and no others."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        assert self._start is not None
        body = _CARDS_FOR_OTHER_HOSTS.sub(b"", self._body)
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
