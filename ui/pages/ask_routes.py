"""The address of the page of questions."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from search.question.answering.live import LiveAsker
from ui.pages.ask_address import PATH
from ui.pages.ask_page import AskPage
from ui.snapshot_header import snapshot_header


def ask_routes(asker: LiveAsker, *, generating: bool = False) -> APIRouter:
    """The page over the live snapshot; ``generating`` tells whether a generator may phrase findings."""
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    def ask(request: Request) -> StreamingResponse:
        languages = request.headers.get("accept-language", "")
        page = AskPage.open(asker, request.url.query, languages, generating=generating)
        headers = {"Vary": "Accept-Language"} | snapshot_header(page.asker.engine.snapshot)
        if page.address.question:
            # Questions are without number, and a crawler would ask them all. Proxies shall not wait for the answer.
            headers |= {"X-Robots-Tag": "noindex, nofollow", "X-Accel-Buffering": "no"}
        return StreamingResponse(page.parts(), media_type="text/html", headers=headers)

    return router
