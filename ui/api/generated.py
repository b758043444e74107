"""``/api/v1/ask/generated``: a finding in a model's words, each sentence as soon as it is written and checked."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, RootModel

from search.errors import GeneratorBusyError, NoGeneratorError, SearchError
from search.fulltext.analysis import guess_language
from search.question.answering.answer import Answer, Quote
from search.question.answering.asker import Asker
from search.question.answering.live import LiveAsker
from search.question.generating.generated import MOST_PASSAGES, Dropped, Generated, Writer
from search.question.generating.generator import AT_ONCE, Generator
from search.question.generating.support import Reason
from ui.api.lines import MEDIA_TYPE, Events, Lines, Places
from ui.api.parameters import AskParameters
from ui.api.routes import API
from ui.errors import error_name
from ui.schemas import ProblemSchema

_log: Final = logging.getLogger(__name__)


class CitedSchema(BaseModel):
    """A sentence of an abstract that a sentence rests on, and its report."""

    id: str
    iri: str
    title: str
    year: int | None
    invented: bool = Field(description="True where the record says of itself that the report does not exist.")
    passage: str
    language: str | None = Field(description="That of the passage, where it shows.")

    @classmethod
    def of(cls, quote: Quote) -> CitedSchema:
        card = quote.card
        return cls(
            id=card.id,
            iri=card.iri,
            title=card.title,
            year=card.year,
            invented=card.invented,
            passage=quote.sentence,
            language=guess_language(quote.sentence),
        )


class SentenceEvent(BaseModel):
    """A sentence that a model wrote, and that the passages it cites support as far as the check can see."""

    event: Literal["sentence"] = "sentence"
    text: str = Field(description="Plain text, without citations.")
    cites: list[CitedSchema]

    @classmethod
    def of(cls, part: Generated) -> SentenceEvent:
        return cls(text=part.sentence, cites=[CitedSchema.of(quote) for quote in part.quotes])


class DoneEvent(BaseModel):
    """The text has ended."""

    event: Literal["done"] = "done"
    passages: int = Field(description="Sentences of abstracts that the model was given; without any it is not asked.")
    sentences: int
    dropped: dict[Reason, int] = Field(description="How many of its sentences were dropped, by the reason.")


class ErrorEvent(BaseModel):
    """The text has broken off; the sentences before stay good."""

    event: Literal["error"] = "error"
    error: str = Field(description="A word for the kind of error, as in other errors.")
    detail: str


class GeneratedEvent(RootModel[Annotated[SentenceEvent | DoneEvent | ErrorEvent, Field(discriminator="event")]]):
    """A line of the answer: any number of sentences, then the end or an error."""


def _problem(description: str) -> dict[str, object]:
    """A response that is no stream of lines, though the others of the route are."""
    schema = {"$ref": f"#/components/schemas/{ProblemSchema.__name__}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_RESPONSES: Final[dict[int | str, dict[str, object]]] = {
    200: {
        "model": GeneratedEvent,
        "description": "A JSON object a line, each as soon as it is there.",
        # FastAPI would call what is no JSON document a string.
        "content": {MEDIA_TYPE: {"schema": {"type": "object"}}},
    },
    404: _problem("No generator is configured."),
    422: _problem("The request cannot be answered as it stands."),
    503: _problem("There is no collection, or the generator is busy: try again after `Retry-After` seconds."),
}


def generated_routes(asker: LiveAsker, generator: Generator | None) -> APIRouter:
    """The route over the live snapshot; without a generator it says that there is none."""
    router = APIRouter(tags=["Reports"])
    places = Places(AT_ONCE, lambda: GeneratorBusyError(AT_ONCE))

    @router.get(
        f"{API}/ask/generated",
        response_class=Lines,
        # FastAPI would read it off the class, which does not take one.
        status_code=200,
        responses=_RESPONSES,
        summary="Answer a question about findings in a model's words",
    )
    def generated(parameters: Annotated[AskParameters, Query()]) -> Lines:
        if generator is None:
            raise NoGeneratorError
        current = asker.current()
        answer = parameters.answered(current)
        writer = Writer(generator, current.engine.encoder)
        return Lines(lambda wanted: generated_events(current, answer, writer, wanted), places)

    return router


def generated_events(asker: Asker, answer: Answer, writer: Writer, wanted: Callable[[], bool]) -> Events:
    """What a model writes about an answer, as it comes: its sentences, and then the end or an error.

    What failed is logged for whoever runs the generator: addresses and settings are no business of readers. An error
    that nobody expected is raised after the event that tells of it.
    """
    dropped: Counter[Reason] = Counter()
    sentences = 0
    try:
        passages = asker.passages(answer, MOST_PASSAGES)
        for part in writer.write(answer.plan, passages, wanted=wanted):
            if isinstance(part, Dropped):
                dropped[part.reason] += 1
                continue
            sentences += 1
            yield SentenceEvent.of(part)
    except SearchError as error:
        _log.warning("%s", error)
        yield ErrorEvent(error=error_name(error), detail=error.what)
    except Exception:
        yield ErrorEvent(error="InternalServerError", detail="Something went wrong on the server. Its log says what.")
        raise
    else:
        yield DoneEvent(passages=len(passages), sentences=sentences, dropped=dict(dropped))
