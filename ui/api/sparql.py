"""``/sparql``: read-only queries by the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/).

Each query runs in a process that is killed when its time is over (:mod:`kg.query_workers`), over the live snapshot.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from kg.errors import ResultFormError
from kg.query_workers import QueryWorkers
from kg.store import Scope
from search.errors import InvalidRequestError
from search.live import LiveEngine
from search.snapshot import GRAPH, DataDirectory

LONGEST: Final = 100_000
"""Bytes of the longest query that is read."""

MEDIA_TYPES: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "turtle": "text/turtle; charset=utf-8",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
}
_ASKED_FOR: Final = {media.partition(";")[0]: form for form, media in MEDIA_TYPES.items()} | {
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
}


def sparql_router(data: DataDirectory, live: LiveEngine, workers: QueryWorkers) -> APIRouter:
    """The routes of the protocol."""
    router = APIRouter()
    # Threads of their own: queries that wait for a worker must not hold those that searches run in.
    threads = CapacityLimiter(4 * workers.limits.workers)

    @router.get("/sparql", summary="Ask the graph a SPARQL query (GET ?query=)", response_class=Response)
    async def by_get(request: Request) -> Response:
        return await _answered(request, dict(request.query_params))

    @router.post(
        "/sparql", summary="Ask the graph a SPARQL query (a form, or the query itself)", response_class=Response
    )
    async def by_post(request: Request) -> Response:
        return await _answered(request, await _posted(request))

    async def _answered(request: Request, parameters: dict[str, str]) -> Response:
        query = parameters.get("query", "")
        if "update" in parameters or not query.strip():
            raise InvalidRequestError("There is no query", "Give one in the parameter query; updates are refused")
        scope = Scope.STATED if parameters.get("stated_only") in {"true", "1"} else Scope.ALL
        snapshot = data.snapshots / live.current().snapshot.manifest.name / GRAPH
        wanted = accepted_forms(request.headers.get("accept", ""))
        ask = partial(_ask, workers, snapshot, query, scope, wanted)
        answer, form = await to_thread.run_sync(ask, limiter=threads)
        return Response(answer, media_type=MEDIA_TYPES[form], headers={"Vary": "Accept"})

    return router


def accepted_forms(accept: str) -> list[str]:
    """The result forms that an Accept header names, the most wanted first; what it does not name is left out."""
    ranked: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept.split(",")):
        media, *options = (piece.strip().lower() for piece in part.split(";"))
        if media in _ASKED_FOR:
            ranked.append((-_quality(options), position, _ASKED_FOR[media]))
    return list(dict.fromkeys(form for quality, _, form in sorted(ranked) if quality < 0))


def _quality(options: list[str]) -> float:
    for option in options:
        name, _, value = option.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def _ask(workers: QueryWorkers, graph: Path, query: str, scope: Scope, wanted: list[str]) -> tuple[bytes, str]:
    """The answer in the first wanted form that fits the kind of query, else in the first that fits at all."""
    first = wanted[0] if wanted else "json"
    try:
        return workers.answer(graph, query, first, scope), first
    except ResultFormError as error:
        form = next((form for form in wanted if form in error.possible), error.possible[0])
    return workers.answer(graph, query, form, scope), form


async def _posted(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise InvalidRequestError(f"The query has more than {LONGEST:,} bytes", "Shorten it")
    text = body.decode("utf-8", errors="replace")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/sparql-query":
        return dict(request.query_params) | {"query": text}
    if kind == "application/x-www-form-urlencoded":
        return dict(request.query_params) | {name: values[-1] for name, values in parse_qs(text).items()}
    raise InvalidRequestError(
        f"A query cannot be posted as {kind or 'nothing'}",
        "Post application/sparql-query or application/x-www-form-urlencoded",
    )
