"""The addresses of the plain pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from kg.facets.table import FACETS, of_kinds
from kg.model import Kind
from search.live import LiveEngine
from ui.asset_files import asset, asset_url
from ui.pages.address import Address
from ui.pages.report_page import report_form
from ui.pages.search_page import SearchPage
from ui.snapshot_header import snapshot_header

_KINDS: Final = tuple(dict.fromkeys(facet.kind for facet in FACETS.values() if facet.kind is not None))
"""What has a page: entities that reports are found by."""


def page_routes(live: LiveEngine) -> APIRouter:
    """The plain pages over the live snapshot, and the files that pages are drawn with."""
    router = APIRouter(include_in_schema=False)

    @router.get("/search")
    def search(request: Request) -> HTMLResponse:
        page = SearchPage.open(live, request.url.query, request.headers.get("accept-language", ""), "/search")
        headers = {"Vary": "Accept-Language"} | snapshot_header(page.snapshot)
        return HTMLResponse(page.html("search.html"), headers=headers)

    # Ids may hold slashes.
    @router.get("/report/{report_id:path}")
    def report(report_id: str, request: Request) -> Response:
        headers = request.headers
        snapshot = live.current().snapshot
        accept, languages = headers.get("accept", ""), headers.get("accept-language", "")
        form = report_form(snapshot, report_id, accept, request.url.query, languages)
        varied = {"Vary": "Accept, Accept-Language"} | snapshot_header(snapshot)
        return Response(form.body, media_type=form.media, headers=varied)

    for kind in _KINDS:
        router.add_api_route(f"/{kind}/{{slug}}", _entity_page(live, kind))

    @router.get("/favicon.ico")
    def icon() -> RedirectResponse:
        """Browsers ask here before they have read a page."""
        return RedirectResponse(asset_url("icon.svg"))

    @router.get("/page-assets/{name}")
    def page_asset(name: str, request: Request) -> Response:
        found = asset(name)
        if found is None:
            raise HTTPException(404, "There is no such file.")
        lasting = found.cache_control(request.query_params.get("v"))
        return Response(found.content, media_type=found.media, headers={"Cache-Control": lasting})

    return router


def _entity_page(live: LiveEngine, kind: Kind) -> Callable[[str, Request], RedirectResponse]:
    """An entity's IRI leads to the search for its reports."""

    def entity(slug: str, request: Request) -> RedirectResponse:
        snapshot = live.current().snapshot
        for facet in of_kinds(kind):
            if snapshot.columns.facets[facet].code(f"{snapshot.manifest.base}{kind}/{slug}") is not None:
                address = Address(language=Address.read(request.url.query).language)
                return RedirectResponse(f"/?{address.only(facet, slug).query_string}", status_code=303)
        raise HTTPException(404, "No report has this entity.")

    return entity
