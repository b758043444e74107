"""The search page in Gradio: one HTML component whose server functions answer with rendered templates.

The address is the only state: the script asks for the page of an address and puts it in place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI
from starlette.routing import Mount

from search.live import LiveEngine
from ui.asset_files import asset_url
from ui.errors import readable
from ui.gradio_pages.guard import GradioGuard
from ui.gradio_pages.quick_import import gr
from ui.pages.address import Address
from ui.pages.rendering import Rendering
from ui.pages.search_page import SearchPage, related_html

PATH: Final = "/"
_SESSIONS: Final = 500
"""Browsers that are remembered at a time: each costs memory, and the page keeps nothing in them."""

_LONGEST: Final = 20_000
"""Characters of an address that a server function reads; browsers and proxies allow less."""

_HEAD: Final = """<meta name="color-scheme" content="light dark">
<link rel="icon" href="{icon}" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
<script src="{script}"></script>
<script src="{suggest}"></script>"""

_FRAME: Final = """<div class="rg" id="rg">
<div id="rg-page" aria-busy="true"><div class="rg-loading"></div></div>
<div class="rg-hidden" id="rg-said" role="status" aria-live="polite"></div>
</div>"""

_START: Final = """const start = () => window.reportgraph.start(element, server);
if (window.reportgraph) start();
else window.addEventListener("reportgraph", start, { once: true });"""
"""Gradio adds the script of the head while the page is running: either of the two may be there first."""

_FUNCTIONS: Final = ("show", "relatives")

Answer = dict[str, str]


def mount_search(app: FastAPI, live: LiveEngine) -> None:
    """Answer ``/`` and what else the page asks for, where none of an application's routes does.

    Not to be called where an event loop is running.
    """

    async def mounted() -> Any:
        page = _search_blocks(live)
        _mount(app, page)
        return page

    # Gradio makes event loops where none is running, and never closes them.
    page = asyncio.run(mounted())
    # No route of its own: as one it would match every method of every path, and no other route could answer 405.
    gradio = app.routes.pop()
    assert isinstance(gradio, Mount)
    calls = [(component, function) for component in page.blocks for function in _FUNCTIONS]
    app.router.default = GradioGuard(gradio.app, calls)


def _mount(app: FastAPI, page: Any) -> None:
    page.state_session_capacity = _SESSIONS
    gr.mount_gradio_app(
        app,
        page,
        path=PATH,
        ssr_mode=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size=1,
        head=_HEAD.format(
            icon=asset_url("icon.svg"),
            style=asset_url("reportgraph.css"),
            script=asset_url("search.js"),
            suggest=asset_url("suggest.js"),
        ),
    )


def _search_blocks(live: LiveEngine) -> Any:
    def show(query_string: str, request: gr.Request) -> Answer:
        return _answered(query_string, request, lambda asked, accept: _page(live, asked, accept))

    def relatives(report_and_query: str, request: gr.Request) -> Answer:
        """What is asked is an id, a line break, and the part of the address after ``?``."""

        def found(asked: str, accept: str) -> Answer:
            report_id, _, query_string = asked.partition("\n")
            return {"html": related_html(live, report_id, query_string, accept)}

        return _answered(report_and_query, request, found)

    with gr.Blocks(title="reportgraph", analytics_enabled=False, fill_width=True) as blocks:
        gr.HTML(
            _FRAME,
            js_on_load=_START,
            server_functions=[show, relatives],
            apply_default_css=False,
            padding=False,
            container=False,
        )
    return blocks


def _page(live: LiveEngine, query_string: str, accept_language: str) -> Answer:
    searched = SearchPage.open(live, query_string, accept_language, PATH)
    return {
        "html": searched.html("parts/page.html"),
        "title": searched.title,
        "language": searched.rendering.language,
        "said": searched.announcement,
    }


def _answered(asked: str, request: gr.Request, answer: Callable[[str, str], Answer]) -> Answer:
    """The answer, or a page that says what was wrong."""
    accept = request.headers.get("accept-language", "")
    text = asked[:_LONGEST]
    try:
        return answer(text, accept)
    except Exception as error:
        said = readable(error)
        if said is None:
            raise
        return {
            "html": Rendering.for_reader(Address.read(text).language, accept).html("parts/failure.html", detail=said),
            "said": said,
        }
