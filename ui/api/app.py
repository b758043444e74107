"""The HTTP API: routes over the live snapshot, errors as JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from kg.reading import read_report
from kg.vocab import Minter
from search.errors import UnknownReportError
from search.live import LiveEngine
from search.related import RelatedRequest, related
from search.snapshot import Snapshot
from ui.api.parameters import FilterParameters, SearchParameters
from ui.api.sparql import sparql_router
from ui.errors import HTTP_STATUS, KNOWN_ERRORS
from ui.schemas import HitSchema, ProblemSchema, RelatedSchema, ReportSchema, ResultsSchema
from ui.wiring import Services

API: Final = "/api/v1"
_ERRORS: Final[dict[int | str, dict[str, object]]] = {
    404: {"model": ProblemSchema, "description": "There is no such report."},
    422: {"model": ProblemSchema, "description": "The request cannot be answered as it stands."},
    503: {"model": ProblemSchema, "description": "There is no collection to answer from."},
}


def create_app(services: Services) -> FastAPI:
    """The application over the live snapshot, which is opened, with its encoder, before this returns.

    Raises :class:`~search.errors.NoSnapshotError` and the errors of opening a model.
    """
    live = services.live_engine()
    workers = services.query_workers(live.current().snapshot.manifest.base)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with closing(workers):
            yield

    app = FastAPI(
        lifespan=lifespan,
        title="reportgraph",
        description="Search a repository of research reports by words and by meaning, inside facets.",
        openapi_url=f"{API}/openapi.json",
        # The pages that FastAPI would show load scripts from another host.
        docs_url=None,
        redoc_url=None,
    )
    app.state.live = live
    for error in KNOWN_ERRORS:
        app.add_exception_handler(error, _readable_error)
    app.add_exception_handler(RequestValidationError, _impossible_parameters)
    app.add_exception_handler(StarletteHTTPException, _http_error)

    app.include_router(_report_routes(live))
    app.include_router(_service_routes(live))
    app.include_router(sparql_router(services.data, live, workers))
    return app


def _report_routes(live: LiveEngine) -> APIRouter:
    """Searches and reports, over the live snapshot."""
    router = APIRouter()

    @router.get(f"{API}/search", responses=_ERRORS, summary="Search by words and by meaning, inside filters")
    def search(parameters: Annotated[SearchParameters, Query()]) -> ResultsSchema:
        engine = live.current()
        return ResultsSchema.of(engine.search(parameters.request(engine.snapshot)), parameters.lang)

    # Ids may hold slashes, so the longer route stands first.
    @router.get(f"{API}/reports/{{report_id:path}}/related", responses=_ERRORS, summary="Reports like a given one")
    def related_reports(report_id: str, parameters: Annotated[FilterParameters, Query()]) -> RelatedSchema:
        snapshot = live.current().snapshot
        seeds = (_iri(snapshot, report_id),)
        hits = related(snapshot, RelatedRequest(seeds, parameters.filters(snapshot), parameters.limit))
        return RelatedSchema(snapshot=snapshot.manifest.name, hits=[HitSchema.of(hit) for hit in hits])

    @router.get(f"{API}/reports/{{report_id:path}}", responses=_ERRORS, summary="A whole report")
    def report(report_id: str) -> ReportSchema:
        snapshot = live.current().snapshot
        iri = _iri(snapshot, report_id)
        found = read_report(snapshot.graph, iri)
        if found is None:
            raise UnknownReportError(report_id)
        return ReportSchema.of(iri, found)

    return router


def _service_routes(live: LiveEngine) -> APIRouter:
    """What tells people and machines about the service itself."""
    router = APIRouter()

    @router.get("/healthz", summary="Is the process alive?")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", responses={503: _ERRORS[503]}, summary="Can it answer?")
    def readyz() -> dict[str, str | int]:
        manifest = live.current().snapshot.manifest
        return {"status": "ready", "snapshot": manifest.name, "reports": manifest.reports}

    @router.get("/", summary="Where to go")
    def index() -> dict[str, str]:
        return {
            "search": f"{API}/search?q=",
            "sparql": "/sparql?query=",
            "description": f"{API}/openapi.json",
            "ready": "/readyz",
        }

    return router


def _iri(snapshot: Snapshot, report_id: str) -> str:
    return str(Minter(snapshot.manifest.base).report(report_id))


def _readable_error(_request: Request, error: Exception) -> JSONResponse:
    body = ProblemSchema(error=type(error).__name__.removesuffix("Error"), detail=str(error))
    return JSONResponse(body.model_dump(), status_code=HTTP_STATUS[type(error)])


def _impossible_parameters(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    named = ".".join(str(part) for part in first["loc"][1:])
    body = ProblemSchema(error="InvalidRequest", detail=f"{named}: {first['msg']}.")
    return JSONResponse(body.model_dump(), status_code=422)


def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    body = ProblemSchema(error=HTTPStatus(error.status_code).phrase.replace(" ", ""), detail=str(error.detail))
    return JSONResponse(body.model_dump(), status_code=error.status_code, headers=error.headers)
