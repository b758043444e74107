"""What the command line's ``--json`` and the HTTP API both print: contracts of other programs (docs/commands.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from urllib.parse import unquote

from pydantic import BaseModel, Field

from kg.facets.columns import FacetCount
from kg.model import Report
from search.fulltext.suggestible import REPORT
from search.fusion import GRAPH, LEXICAL, SEMANTIC
from search.question.answering.answer import Answer, Quote
from search.question.understanding.plan import Mention, Plan, Years
from search.request import Hit, Match, Results, Why
from search.reranking import RERANKER
from search.suggest import Suggestion


class WhySchema(BaseModel):
    """Why a report is a result."""

    words: list[str] = Field(description="Words of the query that the report holds.")
    similar: list[str] = Field(description="Words of the query, perhaps mistyped, like one that the report holds.")
    similarity: float | None = Field(description="Cosine similarity to the query or the seeds, -1 to 1.")
    title_only: bool = Field(description="True where the report has no abstract: title and topics were compared.")
    lexical: float = Field(description="Share of the score that came by words.")
    semantic: float = Field(description="Share of the score that came by meaning.")
    reranker: float = Field(description="Share of the score that a reranker gave, where one is configured.")
    graph: float = Field(description="Share of the score that came by what is shared in the graph (related reports).")
    shared: dict[str, list[str]] = Field(description="What a related report shares with the seeds, rarest first.")

    @classmethod
    def of(cls, why: Why) -> WhySchema:
        return cls(
            words=list(why.words),
            similar=list(why.similar),
            similarity=None if why.similarity is None else round(why.similarity, 4),
            title_only=why.title_only,
            lexical=round(why.parts.get(LEXICAL, 0.0), 4),
            semantic=round(why.parts.get(SEMANTIC, 0.0), 4),
            reranker=round(why.parts.get(RERANKER, 0.0), 4),
            graph=round(why.parts.get(GRAPH, 0.0), 4),
            shared={facet: [value.label for value in values] for facet, values in why.shared.items()},
        )


class HitSchema(BaseModel):
    """One result."""

    id: str
    iri: str
    title: str
    year: int | None
    authors: list[str]
    score: float
    invented: bool = Field(description="True where the record says of itself that the report does not exist.")
    why: WhySchema

    @classmethod
    def of(cls, hit: Hit) -> HitSchema:
        card = hit.card
        return cls(
            id=card.id,
            iri=card.iri,
            title=card.title,
            year=card.year,
            authors=list(card.authors),
            score=round(hit.score, 4),
            invented=card.invented,
            why=WhySchema.of(hit.why),
        )


class FacetCountSchema(BaseModel):
    """A value of a facet with its number of reports."""

    iri: str = Field(description="The entity's IRI; for years, the year.")
    label: str
    count: int = Field(description="Reports by what records state.")
    inferred: int = Field(description="Reports beyond these by what was inferred.")

    @classmethod
    def of(cls, counted: FacetCount, language: str) -> FacetCountSchema:
        return cls(
            iri=counted.value.value,
            label=counted.value.label_in(language),
            count=counted.count,
            inferred=counted.inferred,
        )


class ResultsSchema(BaseModel):
    """A page of results, with counts over the whole result set."""

    total: int
    by_meaning: int = Field(description="How many results are there for their meaning, without enough of the words.")
    match: Match = Field(description="How much of what the words tell the others hold.")
    snapshot: str
    hits: list[HitSchema]
    facets: dict[str, list[FacetCountSchema]]

    @classmethod
    def of(cls, results: Results, language: str = "en") -> ResultsSchema:
        return cls(
            total=results.total,
            by_meaning=results.by_meaning,
            match=results.match,
            snapshot=results.snapshot,
            hits=[HitSchema.of(hit) for hit in results.hits],
            facets={
                facet: [FacetCountSchema.of(count, language) for count in counts]
                for facet, counts in results.facets.items()
            },
        )


class RelatedSchema(BaseModel):
    """Reports like the given ones."""

    snapshot: str
    hits: list[HitSchema]


class SuggestionSchema(BaseModel):
    """Something that may be meant by what was typed."""

    kind: str = Field(description="The facet that an entity is a value of, or `report`.")
    iri: str
    id: str | None = Field(description="The id of a report.")
    label: str
    matched: str | None = Field(description="The other label that matched, where the one shown does not say it.")
    reports: int | None = Field(description="How many reports have the entity, inferred ones included.")
    year: int | None = Field(description="The year of a report.")
    rest: str = Field(description="What was typed before the words that this completes.")

    @classmethod
    def of(cls, suggestion: Suggestion) -> SuggestionSchema:
        return cls(
            kind=suggestion.kind,
            iri=suggestion.iri,
            id=unquote(suggestion.iri.rsplit("/", 1)[-1]) if suggestion.kind == REPORT else None,
            label=suggestion.label,
            matched=suggestion.matched,
            reports=suggestion.reports,
            year=suggestion.year,
            rest=suggestion.rest,
        )


class SuggestionsSchema(BaseModel):
    """What may be meant, the likeliest first."""

    snapshot: str
    suggestions: list[SuggestionSchema]

    @classmethod
    def of(cls, suggestions: Iterable[Suggestion], snapshot: str) -> SuggestionsSchema:
        return cls(snapshot=snapshot, suggestions=[SuggestionSchema.of(suggestion) for suggestion in suggestions])


class SeriesSchema(BaseModel):
    """A place in a series; ``derived_by`` names the method where it was inferred."""

    title: str
    number: str | None
    derived_by: str | None
    confidence: float | None


class ReportSchema(BaseModel):
    """A whole report."""

    id: str
    iri: str
    title: str
    alternative_titles: list[str]
    abstract: str | None
    authors: list[str]
    corporate_authors: list[str]
    affiliations: list[str]
    publishers: list[str]
    funders: list[str]
    repositories: list[str]
    providers: list[str]
    topics: list[str]
    places: list[str]
    series: list[SeriesSchema]
    year: int | None
    issued: dt.date | None
    types: list[str]
    languages: list[str]
    access: list[str]
    doi: str | None
    handle: str | None
    urls: list[str]
    relations: list[str]
    citation: str | None
    invented: bool

    @classmethod
    def of(cls, iri: str, report: Report) -> ReportSchema:
        return cls(
            id=report.id,
            iri=iri,
            title=report.title,
            alternative_titles=[text.value for text in report.alternative_titles],
            abstract=report.abstract,
            authors=[person.name for person in report.authors],
            corporate_authors=[body.name for body in report.corporate_authors],
            affiliations=[body.name for body in report.affiliations],
            publishers=[body.name for body in report.publishers],
            funders=[body.name for body in report.funders],
            repositories=[body.name for body in report.repositories],
            providers=[body.name for body in report.providers],
            topics=[topic.label for topic in report.topics],
            places=[place.label for place in report.places],
            series=[
                SeriesSchema(
                    title=series.title,
                    number=series.number,
                    derived_by=series.derivation.method if series.derivation else None,
                    confidence=series.derivation.confidence if series.derivation else None,
                )
                for series in report.series
            ],
            year=report.year,
            issued=report.issued,
            types=list(report.types),
            languages=list(report.languages),
            access=list(report.access),
            doi=report.doi,
            handle=report.handle,
            urls=list(report.urls),
            relations=list(report.relations),
            citation=report.citation,
            invented=report.invented,
        )


class ProblemSchema(BaseModel):
    """What an error response says."""

    error: str = Field(description="The kind of error, a stable word.")
    detail: str = Field(description="What is wrong and what to do.")


class MentionSchema(BaseModel):
    """A name in a question and what it was taken to mean."""

    key: str = Field(description="Names it in `drop` and `as`.")
    text: str
    facet: str
    label: str
    iris: list[str]
    reports: int
    how: str = Field(description="label, acronym, name, beginning or typo.")
    excluded: bool
    binds: bool = Field(description="Whether the answer is filtered by it; otherwise its words are searched for.")
    joined: str | None = Field(
        description="`and` where a report must have it as well as the names of its facet before it, `or` where either "
        "will do; null for the first of a facet, and for what is excluded or does not filter."
    )
    others: list[str] = Field(description="Facets of what else it may mean.")

    @classmethod
    def of(cls, mention: Mention, plan: Plan) -> MentionSchema:
        reading = mention.reading
        return cls(
            key=mention.key,
            text=mention.text,
            facet=reading.facet,
            label=reading.label,
            iris=list(reading.values),
            reports=reading.reports,
            how=reading.how,
            excluded=mention.excluded,
            binds=mention.binds,
            joined=plan.joined(mention),
            others=list(dict.fromkeys(other.facet for other in mention.others)),
        )


class YearsSchema(BaseModel):
    """Years of publication that a question names."""

    key: str
    text: str
    first: int | None
    last: int | None
    several: list[int]
    excluded: bool = Field(description="Whether reports of these years are not wanted.")
    binds: bool

    @classmethod
    def of(cls, years: Years) -> YearsSchema:
        return cls(
            key=years.key,
            text=years.text,
            first=years.first,
            last=years.last,
            several=list(years.several),
            excluded=years.excluded,
            binds=years.binds,
        )


class PlanSchema(BaseModel):
    """What a question was understood to ask."""

    question: str
    language: str
    intent: str
    mentions: list[MentionSchema]
    years: list[YearsSchema]
    dimension: list[str]
    top: int | None
    text: str = Field(description="What is searched for by words and meaning.")
    rule: str = Field(description="Which rule decided the kind of answer, see docs/asking.md.")
    signs: list[str] = Field(description="What the question shows of what the rules go by.")

    @classmethod
    def of(cls, plan: Plan) -> PlanSchema:
        return cls(
            question=plan.question,
            language=plan.language,
            intent=plan.intent,
            mentions=[MentionSchema.of(mention, plan) for mention in plan.mentions],
            years=[YearsSchema.of(years) for years in plan.years],
            dimension=list(plan.dimension),
            top=plan.top,
            text=plan.text,
            rule=plan.rule,
            signs=list(plan.signs),
        )


class CitationSchema(BaseModel):
    """A sentence that is quoted, and its report."""

    id: str
    title: str
    year: int | None
    sentence: str
    similarity: float | None

    @classmethod
    def of(cls, quote: Quote) -> CitationSchema:
        return cls(
            id=quote.card.id,
            title=quote.card.title,
            year=quote.card.year,
            sentence=quote.sentence,
            similarity=None if quote.similarity is None else round(quote.similarity, 4),
        )


class AnswerSchema(BaseModel):
    """An answer to a question. What its kind does not ask for is null or empty."""

    id: str | None = Field(None, description="The id of a question of a batch.")
    ids: list[str] = Field(description="Reports, the best or newest first.")
    count: int | None
    by_year: dict[str, int] | None
    labels: list[str] = Field(description="Names of values, where these are the answer.")
    ranking: list[tuple[str, int]]
    abstain: bool = Field(description="True where there is no answer here; the text says why.")
    reason: str | None = Field(description="Why, where there is no answer.")
    total: int
    text: str = Field(description="The answer in a sentence, in the language of the question.")
    apart: list[tuple[str, int]] = Field(
        description="Names that no report has all of, each with the number of reports that have it."
    )
    citations: list[CitationSchema]
    sparql: str | None = Field(description="The query that was executed.")
    plan: PlanSchema
    snapshot: str

    @classmethod
    def of(cls, answer: Answer, text: str, question_id: str | None = None) -> AnswerSchema:
        """``text`` says the answer in words (:func:`ui.answers.summary`)."""
        ranking = [(one.value.label, one.count) for one in answer.ranking]
        ranking += sorted(
            ((side.mention.reading.label, side.reports) for side in answer.sides), key=lambda side: -side[1]
        )
        ranking += [(change.value.label, change.after - change.before) for change in answer.changes]
        return cls(
            id=question_id,
            ids=[unquote(iri.rsplit("/", 1)[-1]) for iri in answer.reports],
            count=answer.count,
            by_year={str(year): count for year, count in answer.by_year.items()} or None,
            labels=[label for label, _ in ranking],
            ranking=ranking,
            abstain=answer.refusal is not None,
            reason=None if answer.refusal is None else answer.refusal.gap,
            total=answer.total,
            text=text,
            apart=[(side.mention.reading.label, side.reports) for side in answer.apart],
            citations=[CitationSchema.of(quote) for quote in answer.quotes],
            sparql=answer.sparql,
            plan=PlanSchema.of(answer.plan),
            snapshot=answer.snapshot,
        )
