"""The page that describes the API: Swagger UI where its files are there, a plain list where they are not."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse

from ui.asset_files import vendor_file
from ui.languages import LANGUAGES
from ui.pages.rendering import Rendering


def api_docs_route(app: FastAPI) -> APIRouter:
    """``/api/docs``, of an application that knows its own routes."""
    router = APIRouter(include_in_schema=False)

    @router.get("/api/docs")
    def described(request: Request) -> HTMLResponse:
        rendering = Rendering.for_reader(request.query_params.get("lang"), request.headers.get("accept-language", ""))
        page = rendering.html(
            "api_docs.html",
            paths=app.openapi()["paths"],
            description=app.openapi_url,
            swagger=vendor_file("swagger-ui-bundle.js"),
            here_in={code: f"/api/docs?lang={code}" for code in LANGUAGES},
        )
        return HTMLResponse(page, headers={"Vary": "Accept-Language"})

    return router
