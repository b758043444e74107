"""``/sparql``: read-only queries by the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/)."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response

from kg.store import Scope
from search.errors import InvalidRequestError
from ui.negotiation import by_preference
from ui.snapshot_header import snapshot_header
from ui.sparql_answers import SparqlAnswers, posted_text

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


_PARAMETERS: Final[tuple[dict[str, object], ...]] = (
    {
        "name": "query",
        "required": True,
        "schema": {"type": "string"},
        "description": "A SELECT, ASK, CONSTRUCT or DESCRIBE query.",
        "example": "SELECT ?report ?title WHERE { ?report dcterms:title ?title } LIMIT 10",
    },
    {
        "name": "format",
        "schema": {"type": "string", "enum": list(MEDIA_TYPES)},
        "description": "The form of the answer, instead of the Accept header.",
    },
    {
        "name": "stated_only",
        "schema": {"type": "boolean"},
        "description": "Only what records state, not what was inferred.",
    },
)
# What the description of the API says of queries: they are read by hand, as the protocol wants them.
_FORM: Final = {
    "type": "object",
    "required": ["query"],
    "properties": {str(parameter["name"]): parameter["schema"] for parameter in _PARAMETERS},
}
_BODIES: Final = {
    "application/x-www-form-urlencoded": {"schema": _FORM},
    "application/sparql-query": {"schema": {"type": "string"}},
}


def sparql_router(answers: SparqlAnswers) -> APIRouter:
    """The routes of the protocol."""
    router = APIRouter(tags=["SPARQL"])

    @router.get(
        "/sparql",
        summary="Ask the graph a SPARQL query",
        response_class=Response,
        openapi_extra={"parameters": [{"in": "query", **parameter} for parameter in _PARAMETERS]},
    )
    async def by_get(request: Request) -> Response:
        return await _answered(answers, request, dict(request.query_params))

    @router.post(
        "/sparql",
        summary="Ask the graph a long SPARQL query, as a form or by itself",
        response_class=Response,
        openapi_extra={"requestBody": {"required": True, "content": _BODIES}},
    )
    async def by_post(request: Request) -> Response:
        return await _answered(answers, request, await _posted(request))

    return router


async def _answered(answers: SparqlAnswers, request: Request, parameters: dict[str, str]) -> Response:
    query = parameters.get("query", "")
    if "update" in parameters or not query.strip():
        raise InvalidRequestError("There is no query", "Give one in the parameter query; updates are refused")
    scope = Scope.STATED if parameters.get("stated_only") in {"true", "1"} else Scope.ALL
    if "format" in parameters:
        found = await answers.answer(query, scope, [_named_form(parameters["format"])], others=False)
    else:
        found = await answers.answer(query, scope, accepted_forms(request.headers.get("accept", "")))
    headers = {"Vary": "Accept"} | snapshot_header(found.snapshot)
    return Response(found.content, media_type=MEDIA_TYPES[found.form], headers=headers)


def _named_form(name: str) -> str:
    """A form by its name: links to downloads cannot send an Accept header."""
    if name not in MEDIA_TYPES:
        raise InvalidRequestError(f"There is no format {name!r}", f"Choose among: {', '.join(MEDIA_TYPES)}")
    return name


def accepted_forms(accept: str) -> list[str]:
    """The result forms that an Accept header names, the most wanted first; what it does not name is left out."""
    return list(dict.fromkeys(_ASKED_FOR[media] for media in by_preference(accept) if media in _ASKED_FOR))


async def _posted(request: Request) -> dict[str, str]:
    text = await posted_text(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/sparql-query":
        return dict(request.query_params) | {"query": text}
    if kind == "application/x-www-form-urlencoded":
        return dict(request.query_params) | {name: values[-1] for name, values in parse_qs(text).items()}
    raise InvalidRequestError(
        f"A query cannot be posted as {kind or 'nothing'}",
        "Post application/sparql-query or application/x-www-form-urlencoded",
    )
