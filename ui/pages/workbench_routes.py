"""The address of the workbench."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs, urlencode

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kg.errors import KgError
from kg.store import Scope
from ui.asset_files import vendor_file
from ui.errors import HTTP_STATUS
from ui.languages import LANGUAGES
from ui.pages.rendering import Rendering
from ui.pages.workbench import Answer, shown
from ui.sparql_answers import SparqlAnswers, posted_text
from ui.workbench_examples import Example, examples


@dataclass(frozen=True, slots=True)
class _ExampleLink:
    title: str
    explanation: str
    address: str


def workbench_routes(answers: SparqlAnswers, seconds: float) -> APIRouter:
    """The workbench over the live snapshot; queries may run for so many seconds."""
    router = APIRouter(include_in_schema=False)

    @router.get("/workbench")
    async def opened(request: Request) -> HTMLResponse:
        return await _page(answers, seconds, request, dict(request.query_params))

    @router.post("/workbench")
    async def posted(request: Request) -> HTMLResponse:
        """A query that is too long for an address."""
        fields = parse_qs(await posted_text(request))
        return await _page(answers, seconds, request, {name: values[-1] for name, values in fields.items()})

    return router


async def _page(answers: SparqlAnswers, seconds: float, request: Request, asked: Mapping[str, str]) -> HTMLResponse:
    rendering = Rendering.for_reader(asked.get("lang"), request.headers.get("accept-language", ""))
    query, stated_only = asked.get("query", ""), asked.get("stated_only") == "1"
    answer: Answer | None = None
    failure, status = None, 200
    if query.strip():
        try:
            found = await answers.answer(query, Scope.STATED if stated_only else Scope.ALL, ("json", "turtle"))
            laid_out = partial(shown, found.snapshot, found, query, rendering.texts, stated_only=stated_only)
            # Reading a long answer takes time, in which others shall be answered.
            answer = await to_thread.run_sync(laid_out)
        except KgError as error:
            failure, status = str(error), HTTP_STATUS[type(error)]
    page = rendering.html(
        "workbench.html",
        query=query or examples()[0].query,
        stated_only=stated_only,
        asked=rendering.asked,
        answer=answer,
        failure=failure,
        seconds=seconds,
        editor=vendor_file("yasqe.min.js"),
        examples=[_link(example, rendering) for example in examples()],
        here_in={code: f"/workbench?{urlencode(_kept(query, code))}" for code in LANGUAGES},
    )
    return HTMLResponse(page, status_code=status, headers={"Vary": "Accept-Language"})


def _link(example: Example, rendering: Rendering) -> _ExampleLink:
    texts = rendering.texts
    address = urlencode(_kept(example.query, rendering.asked))
    return _ExampleLink(texts.say(example.title), texts.say(example.explanation), address)


def _kept(query: str, language: str | None) -> dict[str, str]:
    return ({"query": query} if query else {}) | ({"lang": language} if language else {})
