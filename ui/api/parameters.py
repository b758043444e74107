"""What a URL may ask of a search, and the request it means."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from kg.facets.filters import EXCLUDED, Filters
from kg.facets.table import VALUE_FACETS
from search import request as asked
from search.engine import LONGEST_QUERY, NEAREST
from search.filter_values import known_filters
from search.fulltext.suggestible import KINDS
from search.question.answering.answer import Answer
from search.question.answering.asker import Asker
from search.question.understanding.plan import Corrections, Intent
from search.snapshots.snapshot import Snapshot
from search.suggest import MOST, SuggestRequest

Values = Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=50)]
"""Values of one facet: bounded, since each costs a look-up."""

Excluded = Annotated[Values, Field(description="Only reports without any of these values.")]

Language = Annotated[Literal["en", "es", "fr", "pt"], Field(description="Language of the labels in the answer.")]

M = TypeVar("M", bound=BaseModel)


def _with_facets(model: type[M]) -> type[M]:
    """The model with a parameter for the values of each facet, and one for those that are excluded."""
    wanted: dict[str, Any] = {facet: (Values, []) for facet in VALUE_FACETS}
    unwanted: dict[str, Any] = {EXCLUDED + facet: (Excluded, []) for facet in VALUE_FACETS}
    return create_model(
        model.__name__, __base__=model, __module__=model.__module__, __doc__=model.__doc__, **wanted, **unwanted
    )


class FilterParameters(BaseModel):
    """Filters: labels in any of the four languages, codes, or IRIs; repeated for any of several."""

    # A misspelled filter that is ignored would answer another question than the one asked.
    model_config = ConfigDict(extra="forbid")

    year_from: int | None = Field(None, description="First year, included.")
    year_to: int | None = Field(None, description="Last year, included.")
    stated_only: bool = Field(default=False, description="Only by what records state, not by what was inferred.")
    limit: int = Field(10, ge=0, le=NEAREST)

    def filters(self, snapshot: Snapshot) -> Filters:
        """The filters that are meant; raises :class:`~search.errors.UnknownValueError`."""
        return known_filters(snapshot, Filters.named(dict(self)))


@_with_facets
class RelatedParameters(FilterParameters):
    """Which reports may be answers, and what else they are to be like."""

    also: list[Annotated[str, Field(max_length=500)]] = Field(
        [], max_length=50, description="Id of another report that the answers are to be like; repeat for several."
    )


@_with_facets
class SearchParameters(FilterParameters):
    """A search."""

    q: str = Field("", max_length=LONGEST_QUERY, description="Words or a question; without it, everything is listed.")
    mode: asked.Mode = asked.Mode.HYBRID
    match: asked.Match = Field(asked.Match.MOST, description="How much of what the words tell a result must hold.")
    sort: asked.Sort = asked.Sort.RELEVANCE
    offset: int = Field(0, ge=0)
    lang: Language = "en"

    def request(self, snapshot: Snapshot) -> asked.Request:
        """The request that is meant; raises :class:`~search.errors.UnknownValueError`."""
        return asked.Request(
            query=self.q,
            filters=self.filters(snapshot),
            mode=self.mode,
            match=self.match,
            sort=self.sort,
            limit=self.limit,
            offset=self.offset,
        )


def _known_kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"{text!r} is none of {', '.join(KINDS)}")
    return text


SuggestedKind = Annotated[str, AfterValidator(_known_kind), WithJsonSchema({"type": "string", "enum": list(KINDS)})]


class SuggestParameters(BaseModel):
    """What was typed, and what of it to complete."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", description="What was typed so far; any text is answered, most texts by nothing.")
    lang: Language = "en"
    limit: int = Field(8, ge=1, le=MOST)
    kind: list[SuggestedKind] = Field(
        [], max_length=len(KINDS), description="Only such suggestions; repeat for several."
    )

    def request(self) -> SuggestRequest:
        """The request that is meant."""
        return SuggestRequest(self.q, self.lang, tuple(self.kind) or KINDS, self.limit)


class AskParameters(BaseModel):
    """A question, and what its reader corrected in how it was understood."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=20_000, description="The question; 2,000 characters of it are read.")] = ""
    lang: Language | None = None
    prior: Annotated[str, Field(max_length=20_000, description="The question that this one follows.")] = ""
    drop: Values = Field([], description="Keys of mentions or years that must not filter.")
    as_: Annotated[Values, Field(alias="as", description="key=facet: a mention means something of this facet.")] = []
    intent: Intent | None = Field(None, description="The kind of answer, where it was understood wrongly.")
    limit: int = Field(10, ge=0, le=NEAREST)

    def corrections(self) -> Corrections:
        """What was corrected."""
        chosen = (text.rpartition("=") for text in self.as_)
        return Corrections(frozenset(self.drop), {key: facet for key, _, facet in chosen if key}, self.intent)

    def answered(self, asker: Asker) -> Answer:
        """The answer to the question."""
        return asker.ask(
            self.q,
            language=self.lang,
            prior=self.prior or None,
            corrections=self.corrections(),
            limit=self.limit,
        )
