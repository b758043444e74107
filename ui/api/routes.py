"""The HTTP API: routes over the live snapshot."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from kg.descriptions import read_report
from kg.vocab import Minter
from search.live import LiveEngine
from search.question.answering.live import LiveAsker
from search.related import RelatedRequest, related
from search.snapshots.snapshot import Snapshot, missing
from search.suggest import suggest
from ui.answers import summary
from ui.api.parameters import AskParameters, RelatedParameters, SearchParameters, SuggestParameters
from ui.schemas import (
    AnswerSchema,
    HitSchema,
    ProblemSchema,
    RelatedSchema,
    ReportSchema,
    ResultsSchema,
    SuggestionsSchema,
)
from ui.snapshot_header import snapshot_header
from ui.texts import Texts

API: Final = "/api/v1"
_ERRORS: Final[dict[int | str, dict[str, object]]] = {
    404: {"model": ProblemSchema, "description": "There is no such report."},
    422: {"model": ProblemSchema, "description": "The request cannot be answered as it stands."},
    503: {"model": ProblemSchema, "description": "There is no collection to answer from."},
}


def api_routes(live: LiveEngine, asker: LiveAsker) -> APIRouter:
    """Searches, questions and reports, over the live snapshot."""
    router = APIRouter(tags=["Reports"])

    @router.get(f"{API}/search", responses=_ERRORS, summary="Search by words and by meaning, inside filters")
    def search(parameters: Annotated[SearchParameters, Query()]) -> ResultsSchema:
        engine = live.current()
        return ResultsSchema.of(engine.search(parameters.request(engine.snapshot)), parameters.lang)

    @router.get(f"{API}/suggest", responses=_ERRORS, summary="Complete what is being typed")
    def suggestions(parameters: Annotated[SuggestParameters, Query()], response: Response) -> SuggestionsSchema:
        # What somebody typed and did not send is kept nowhere.
        response.headers["Cache-Control"] = "no-store"
        snapshot = live.current().snapshot
        return SuggestionsSchema.of(suggest(snapshot, parameters.request()), snapshot.manifest.name)

    @router.get(f"{API}/ask", responses=_ERRORS, summary="Answer a question")
    def ask(parameters: Annotated[AskParameters, Query()]) -> AnswerSchema:
        answer = parameters.answered(asker.current())
        return AnswerSchema.of(answer, summary(answer, Texts(answer.plan.language)))

    # Ids may hold slashes, so the longer route stands first.
    @router.get(f"{API}/reports/{{report_id:path}}/related", responses=_ERRORS, summary="Reports like a given one")
    def related_reports(report_id: str, parameters: Annotated[RelatedParameters, Query()]) -> RelatedSchema:
        snapshot = live.current().snapshot
        seeds = tuple(_iri(snapshot, given) for given in (report_id, *parameters.also))
        hits = related(snapshot, RelatedRequest(seeds, parameters.filters(snapshot), parameters.limit))
        return RelatedSchema(snapshot=snapshot.manifest.name, hits=[HitSchema.of(hit) for hit in hits])

    @router.get(f"{API}/reports/{{report_id:path}}", responses=_ERRORS, summary="A whole report")
    def report(report_id: str, response: Response) -> ReportSchema:
        snapshot = live.current().snapshot
        response.headers.update(snapshot_header(snapshot))
        iri = _iri(snapshot, report_id)
        found = read_report(snapshot.graph, iri)
        if found is None:
            raise missing(snapshot, report_id)
        return ReportSchema.of(iri, found)

    return router


def service_routes(live: LiveEngine) -> APIRouter:
    """What tells people and machines about the service itself."""
    router = APIRouter(tags=["Service"])

    @router.get("/healthz", summary="Is the process alive?")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", responses={503: _ERRORS[503]}, summary="Can it answer?")
    def readyz() -> dict[str, str | int]:
        manifest = live.current().snapshot.manifest
        return {"status": "ready", "snapshot": manifest.name, "reports": manifest.reports}

    return router


def _iri(snapshot: Snapshot, report_id: str) -> str:
    return str(Minter(snapshot.manifest.base).report(report_id))
