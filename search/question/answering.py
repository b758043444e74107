"""A plan -> an answer: counts by SPARQL that is shown, findings by quotations, and a refusal where neither holds."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from rdflib import URIRef

from kg import sparql
from kg.authority.names import fold
from kg.facet_values import FacetValue
from kg.facets import FacetCount
from kg.filter_query import counting_query, filter_query
from kg.pairs import Mask
from kg.store import Scope
from search.engine import Engine
from search.question.answer import Answer, Change, Numbers, Quote, Refusal, Side
from search.question.plan import Corrections, Gap, Intent, Mention, Plan
from search.question.planning import Planner
from search.question.quoting import Quoter
from search.question.refusing import NEAREST, Refusals, searchable
from search.related import RelatedRequest, related
from search.request import Filters, Mode, Request, Sort

LISTED: Final = 1000
"""Reports that a list names at most; its total counts all."""

_SHOWN: Final = 10
_RANKED: Final = 10
"""Values that a ranking shows where no number was asked for."""
_CHANGED: Final = 5
_KNOWN: Final = 0.5
"""The share of what words say (`TextQuery.evidence`) that the collection must know to be counted by them."""
_COMPARED_QUOTES: Final = 2


class Asker:
    """Answers questions about the snapshot of an engine. The same question gives the same answer.

    ``today`` tells the date, which "the last five years" and the future go by.
    """

    def __init__(self, engine: Engine, *, today: Callable[[], dt.date] = dt.date.today) -> None:
        self.engine = engine
        self._snapshot = engine.snapshot
        self._planner = Planner(engine.snapshot)
        self._quoter = Quoter(engine.encoder)
        self._refusals = Refusals(engine, self._planner.nearest, today)
        self._today = today
        self._answers: Mapping[Intent, Callable[[Plan], Answer]] = {
            Intent.FIND: self._find,
            Intent.FINDING: self._find,
            Intent.LIST: self._list,
            Intent.COUNT: self._count,
            Intent.COUNT_BY_YEAR: self._count_by_year,
            Intent.SHARE: self._share,
            Intent.RANK: self._rank,
            Intent.VALUES: self._values,
            Intent.COAUTHORS: self._coauthors,
            Intent.GAPS: self._gaps,
            Intent.COMPARE: self._compare,
            Intent.TREND: self._trend,
            Intent.FIRST: self._first,
            Intent.RELATED: self._related,
        }

    def ask(
        self,
        question: str,
        *,
        language: str | None = None,
        prior: str | None = None,
        corrections: Corrections | None = None,
        limit: int = _SHOWN,
    ) -> Answer:
        """The answer to a question in any of the four languages; any text is answered, if only by a refusal.

        ``language`` is the reader's, for questions that do not show theirs, ``prior`` the question that this one may
        follow ("and in French?"). ``limit`` is how many reports are wanted as hits.
        """
        this_year = self._today().year
        plan = self._planner.plan(
            question, this_year=this_year, language=language, prior=prior, corrections=corrections
        )
        return self.answer(plan, limit=limit)

    def answer(self, plan: Plan, *, limit: int = _SHOWN) -> Answer:
        """The answer to a plan."""
        refusal = self._refusals.before(plan)
        if refusal is not None:
            return Answer(plan, self._name, refusal=refusal)
        plan = _with_enough(plan)
        answer = self._answers[plan.intent](plan)
        if answer.refusal is not None and answer.refusal.gap is Gap.NOTHING:
            answer = self._loosened(plan) or answer
        answer = replace(answer, apart=self._refusals.apart(plan))
        if answer.refusal is None and not answer.hits and answer.reports:
            answer = replace(answer, hits=self.engine.hits(answer.reports[:limit]))
        return answer

    def passages(self, answer: Answer, most: int) -> tuple[Quote, ...]:
        """At most ``most`` sentences on the question of an answer: its quotes, and what else its reports say.

        Without quotes there are none. Nobody but a generator wants so many, so they are not part of the answer.
        """
        if not answer.quotes:
            return ()
        return self._quoter.passages(answer.plan.question, [hit.card for hit in answer.hits], answer.quotes, most)

    def _loosened(self, plan: Plan) -> Answer | None:
        """What there is when subjects are searched for in words instead: many records lack headings."""
        soft = {"topic"} if plan.intent is Intent.LIST else {"topic", "country", "region"}
        loose = [one for one in plan.mentions if one.binds and not one.excluded and one.reading.facet in soft]
        if not any(one.reading.facet == "topic" for one in loose):
            return None
        mentions = tuple(replace(one, binds=one.binds and one not in loose) for one in plan.mentions)
        listed = plan.intent is Intent.LIST
        text = " ".join([plan.text, *(one.text for one in loose)]).strip() if listed else plan.question
        intent = Intent.FIND if listed else Intent.FINDING
        found = self._find(replace(plan, intent=intent, mentions=mentions, text=text))
        return found if found.refusal is None else None

    @property
    def _name(self) -> str:
        return self._snapshot.manifest.name

    def _nothing(self, plan: Plan, query: str | None) -> Answer:
        """The refusal of filters that nothing passes, with what is nearest to them."""
        return Answer(plan, self._name, sparql=query, refusal=self._refusals.nothing(plan, Gap.NOTHING))

    # -- reports -------------------------------------------------------------------------------------------------------

    def _find(self, plan: Plan) -> Answer:
        filters = plan.filters
        bound = bool(filters.chosen or filters.excluded or filters.year_from or filters.year_to)
        query = self._proof(filters) if bound else None
        if bound and not self.engine.passing(filters).any():
            return self._nothing(plan, query)
        text = searchable(plan.text)
        if not text.strip():
            return self._list(plan)
        sort = Sort.NEWEST if plan.newest else Sort.OLDEST if plan.oldest else Sort.RELEVANCE
        results = self.engine.search(Request(text, filters, sort=sort, limit=_SHOWN))
        hits = results.hits
        refusal = self._refusals.unsupported(plan, hits, bound=bound)
        if refusal is not None:
            return Answer(plan, self._name, refusal=refusal, sparql=query)
        quotes: tuple[Quote, ...] = ()
        if plan.intent is Intent.FINDING:
            quotes = self._quoter.quotes(plan.question, [hit.card for hit in hits])
        return Answer(
            plan,
            self._name,
            reports=tuple(hit.card.iri for hit in hits),
            hits=hits,
            total=results.total,
            quotes=quotes,
            related=_entities(results.facets),
            sparql=query,
        )

    def _list(self, plan: Plan) -> Answer:
        query = self._proof(plan.filters)
        rows = self._snapshot.graph.select(query, Scope.ALL)
        years = {str(report): None if year is None else str(year) for report, _title, year in rows}
        reports = list(years)
        if plan.number is not None:
            numbered = self._numbered(plan, plan.number)
            reports = [report for report in reports if report in numbered]
        if plan.oldest:
            reports.sort(key=lambda report: (years[report] is None, years[report]))
        if not reports:
            return self._nothing(plan, query)
        total = len(reports)
        if plan.top is not None and (plan.newest or plan.oldest):
            # Records tell the year alone: the newest report is each of the newest year.
            last = years[reports[min(plan.top, total) - 1]] if plan.top == 1 else None
            reports = [one for one in reports if years[one] == last] if plan.top == 1 else reports[: plan.top]
        mask = self.engine.passing(plan.filters)
        facets = {facet: self._snapshot.columns.counts(facet, mask, most=5) for facet in _RELATED}
        return Answer(
            plan,
            self._name,
            reports=tuple(reports[:LISTED]),
            total=total,
            related=_entities(facets),
            sparql=query,
        )

    def _numbered(self, plan: Plan, number: str) -> set[str]:
        """The reports of the series of a plan that have a number in it."""
        rows = self._series_rows(plan)
        return {report for report, given in rows if fold(given) == fold(number)}

    def _series_rows(self, plan: Plan) -> list[tuple[str, str]]:
        series = [
            URIRef(value)
            for mention in plan.mentions
            if mention.reading.facet == "series"
            for value in mention.reading.values
        ]
        query = sparql.bind(sparql.query("series_numbers"), series=series)
        return [(str(report), str(number)) for report, number in self._snapshot.graph.select(query, Scope.ALL)]

    def _related(self, plan: Plan) -> Answer:
        filters = plan.filters
        if plan.elsewhere:
            filters = replace(filters, excluded={**filters.excluded, "country": self._countries_of(plan.subject)})
        query = self._proof(filters)
        hits = related(self._snapshot, RelatedRequest(plan.subject, filters, _SHOWN))
        if not hits:
            return self._nothing(plan, query)
        return Answer(
            plan,
            self._name,
            reports=tuple(hit.card.iri for hit in hits),
            hits=hits,
            total=len(hits),
            sparql=query,
        )

    def _countries_of(self, reports: Iterable[str]) -> tuple[str, ...]:
        columns = self._snapshot.columns
        ordinals = (columns.ordinal(report) for report in reports)
        return tuple(
            value.value for ordinal in ordinals if ordinal is not None for value in columns.values("country", ordinal)
        )

    # -- counting ------------------------------------------------------------------------------------------------------

    def _proof(self, filters: Filters, frame: str = "filter_reports") -> str:
        return filter_query(
            filters.chosen, filters.excluded, filters.year_from, filters.year_to, also=filters.also, frame=frame
        )

    def _counting(self, dimension: Sequence[str], filters: Filters) -> str:
        return counting_query(
            dimension, filters.chosen, filters.excluded, filters.year_from, filters.year_to, also=filters.also
        )

    def _count(self, plan: Plan) -> Answer:
        if plan.dimension and not plan.text:
            return self._count_values(plan)
        query = self._proof(plan.filters, "count_reports")
        stated, every = (self._number(query, scope) for scope in (_scope(plan), Scope.ALL))
        if plan.text:
            # Words are no part of the graph: the engine counts the reports inside the filters that hold them.
            found = int(np.count_nonzero(self._speaking(plan)))
            results = self.engine.search(Request(searchable(plan.text), plan.filters, limit=_SHOWN))
            reports = tuple(hit.card.iri for hit in results.hits)
            return Answer(plan, self._name, sparql=query, count=found, total=found, reports=reports)
        return Answer(
            plan,
            self._name,
            count=stated,
            inferred=every - stated,
            total=every,
            reports=self._some(plan.filters),
            words_alone=self._in_words(plan),
            sparql=query,
        )

    def _number(self, query: str, scope: Scope) -> int:
        ((number,),) = self._snapshot.graph.select(query, scope)
        return int(str(number))

    def _some(self, filters: Filters) -> tuple[str, ...]:
        results = self.engine.search(Request("", filters, Mode.LEXICAL, limit=_SHOWN))
        return tuple(hit.card.iri for hit in results.hits)

    def _in_words(self, plan: Plan) -> int:
        """The reports that pass all filters but the topics, and say the topics' names in words instead."""
        topics = plan.groups("topic")
        if not topics:
            return 0
        filters = plan.filters
        others = replace(
            filters,
            chosen={facet: values for facet, values in filters.chosen.items() if facet != "topic"},
            also={facet: groups for facet, groups in filters.also.items() if facet != "topic"},
        )
        allowed = self.engine.passing(others) & ~self.engine.passing(filters)
        for group in topics:
            allowed &= self._refusals.holding(*group)
        return int(np.count_nonzero(allowed))

    def _count_values(self, plan: Plan) -> Answer:
        query = self._counting(plan.dimension, plan.filters)
        found = self._counts(plan, query, plan.dimension)
        return Answer(
            plan,
            self._name,
            count=len(found),
            distinct=len(found),
            ranking=tuple(found[:_RANKED]),
            total=len(found),
            sparql=query,
        )

    def _counts(self, plan: Plan, query: str, dimension: Sequence[str]) -> list[FacetCount]:
        """The values that a counting query of a plan finds, in its order; equal labels of one facet are one value."""
        rows = self._snapshot.graph.select(query, _scope(plan))
        found = []
        for value, number in rows:
            described = self._value(dimension, str(value))
            if described is not None:
                found.append(FacetCount(described, int(str(number))))
        return found

    def _value(self, dimension: Sequence[str], text: str) -> FacetValue | None:
        for facet in dimension:
            column = self._snapshot.columns.facets[facet]
            code = column.code(text)
            if code is not None:
                return column.values[code]
        return None

    def _count_by_year(self, plan: Plan) -> Answer:
        query = self._counting(("year",), plan.filters)
        if plan.text:
            found = [one for one in self._snapshot.columns.counts("year", self._speaking(plan)) if one.count]
        else:
            found = self._counts(plan, query, ("year",))
        years = {int(one.value.value): one.count for one in found}
        first, last = (bound for bound in _span(plan, years))
        by_year = {year: years.get(year, 0) for year in range(first, last + 1)}
        if not years and not _named_span(plan):
            return self._nothing(plan, query)
        total = sum(years.values())
        alone = 0 if plan.text else self._in_words(plan)
        return Answer(plan, self._name, by_year=by_year, count=total, total=total, words_alone=alone, sparql=query)

    def _share(self, plan: Plan) -> Answer:
        """The share that the last named filter is of what the others let pass: "what share of X is open access"."""
        bound = [mention for mention in plan.mentions if mention.binds and not mention.excluded]
        part = next((one for one in bound if one.reading.facet in {"access", "language", "type"}), bound[-1])
        wider = replace(plan, mentions=tuple(one for one in plan.mentions if one is not part))
        query = self._proof(plan.filters, "count_reports")
        if plan.text:
            number, whole = (int(np.count_nonzero(self._speaking(one))) for one in (plan, wider))
        else:
            number = self._number(query, _scope(plan))
            whole = self._number(self._proof(wider.filters, "count_reports"), _scope(plan))
        if not whole:
            return self._nothing(plan, query)
        return Answer(plan, self._name, count=number, whole=whole, total=number, sparql=query)

    def _rank(self, plan: Plan) -> Answer:
        query = self._counting(plan.dimension, plan.filters)
        if plan.text:
            mask = self._speaking(plan)
            found = sorted(
                (one for facet in plan.dimension for one in self._snapshot.columns.counts(facet, mask) if one.count),
                key=lambda one: -one.count,
            )
        else:
            found = self._counts(plan, query, plan.dimension)
        if not found:
            return self._nothing(plan, query)
        if plan.fewest:
            found.reverse()
        shown = found[: plan.top or _RANKED]
        return Answer(
            plan,
            self._name,
            ranking=tuple(shown),
            distinct=len(found),
            total=len(found),
            words_alone=0 if plan.text else self._in_words(plan),
            sparql=query,
        )

    def _speaking(self, plan: Plan) -> Mask:
        """The reports inside the filters that speak of the text of a plan.

        By its words; by its meaning where the collection knows few of them, since they are in another language then.
        """
        text = searchable(plan.text)
        known = self._snapshot.text.parse(text).evidence >= _KNOWN or self.engine.encoder is None
        return self.engine.members(text, plan.filters, Mode.LEXICAL if known else Mode.HYBRID)

    def _values(self, plan: Plan) -> Answer:
        if plan.subject:
            return self._values_of(plan)
        answer = self._rank(replace(plan, top=LISTED))
        return replace(answer, plan=plan)

    def _values_of(self, plan: Plan) -> Answer:
        """What the records of the reports that are named state."""
        columns = self._snapshot.columns
        ordinals = [ordinal for report in plan.subject if (ordinal := columns.ordinal(report)) is not None]
        held = [value for facet in plan.dimension for ordinal in ordinals for value in columns.values(facet, ordinal)]
        counted = Counter(value.value for value in held)
        described = {value.value: value for value in held}
        found = tuple(FacetCount(described[value], count) for value, count in counted.most_common())
        if not found:
            return Answer(plan, self._name, refusal=Refusal(Gap.NO_EVIDENCE, hits=self.engine.hits(plan.subject)))
        return Answer(
            plan, self._name, ranking=found, distinct=len(found), total=len(found), reports=tuple(plan.subject)
        )

    def _coauthors(self, plan: Plan) -> Answer:
        filters = plan.filters
        query = self._counting(("author",), filters)
        asked = {
            value for mention in plan.mentions if mention.reading.facet == "author" for value in mention.reading.values
        }
        found = self._counts(plan, query, ("author",))
        if plan.text:
            narrowed = self._speaking(plan)
            if narrowed.any():
                found = [one for one in self._snapshot.columns.counts("author", narrowed) if one.count]
        ranking = [one for one in found if one.value.value not in asked]
        if not found:
            return self._nothing(plan, query)
        return Answer(
            plan,
            self._name,
            ranking=tuple(ranking[:LISTED]),
            distinct=len(ranking),
            total=len(ranking),
            reports=self._some(filters),
            sparql=query,
        )

    def _gaps(self, plan: Plan) -> Answer:
        found = []
        rows = self._series_rows(plan)
        values = [
            value for mention in plan.mentions if mention.reading.facet == "series" for value in mention.reading.values
        ]
        described = self._value(("series",), values[0])
        numbers = sorted({int(number) for _, number in rows if number.strip().isdigit()})
        if numbers and described is not None:
            missing = tuple(sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers)))
            found.append(Numbers(described, tuple(numbers), missing))
        query = sparql.bind(sparql.query("series_numbers"), series=[URIRef(value) for value in values])
        if not found:
            return Answer(
                plan, self._name, sparql=query, refusal=Refusal(Gap.NO_EVIDENCE, names=(plan.mentions[0].text,))
            )
        return Answer(plan, self._name, numbers=tuple(found), total=len(found[0].missing), sparql=query)

    # -- comparing -----------------------------------------------------------------------------------------------------

    def _compare(self, plan: Plan) -> Answer:
        sides = self._sides(plan)
        query = self._counting(tuple(dict.fromkeys(side.reading.facet for side in sides)), plan.filters)
        compared = []
        reports: list[str] = []
        for side in sides:
            others = tuple(one for one in plan.mentions if one is side or one not in sides)
            alone = replace(plan, mentions=others)
            if not plan.text:
                compared.append(Side(side, int(np.count_nonzero(self.engine.passing(alone.filters)))))
                continue
            results = self.engine.search(Request(searchable(plan.text), alone.filters, limit=_SHOWN))
            reports += [hit.card.iri for hit in results.hits[:NEAREST]]
            quotes = self._quoter.quotes(plan.question, [hit.card for hit in results.hits], _COMPARED_QUOTES)
            compared.append(Side(side, results.total, quotes))
        return Answer(plan, self._name, sides=tuple(compared), reports=tuple(dict.fromkeys(reports)), sparql=query)

    def _sides(self, plan: Plan) -> list[Mention]:
        """The mentions that are compared: the most of one kind, institutions in any role being of one."""
        bound = [mention for mention in plan.mentions if mention.binds and not mention.excluded]
        kinds = Counter(_kind(mention) for mention in bound)
        kind = kinds.most_common(1)[0][0]
        return [mention for mention in bound if _kind(mention) == kind]

    def _trend(self, plan: Plan) -> Answer:
        dimension = plan.dimension or ("topic",)
        span = _named_span(plan)
        everything = replace(plan, years=())
        years = self._counts(plan, self._counting(("year",), everything.filters), ("year",))
        known = [int(one.value.value) for one in years]
        if not known:
            return self._nothing(plan, None)
        first, last = span or (min(known), max(known))
        query = self._counting(dimension, plan.filters)
        before, after = (
            {
                one.value.value: one
                for one in self._counts(plan, self._counting(dimension, _of_year(everything, year)), dimension)
            }
            for year in (first, last)
        )
        changes = [
            Change(
                (after.get(value) or before[value]).value,
                before[value].count if value in before else 0,
                after[value].count if value in after else 0,
            )
            for value in {*before, *after}
        ]
        changes.sort(key=lambda change: (change.before - change.after, change.value.value))
        rose = [change for change in changes[:_CHANGED] if change.after > change.before]
        fell = [change for change in changes[::-1][:_CHANGED] if change.after < change.before]
        if not rose and not fell:
            return self._nothing(plan, query)
        return Answer(plan, self._name, changes=(*rose, *fell), total=len(changes), sparql=query)

    def _first(self, plan: Plan) -> Answer:
        dimension = plan.dimension or ("topic",)
        first = plan.filters.year_from or self._today().year
        query = self._counting(dimension, plan.filters)
        now = self._counts(plan, query, dimension)
        without_years = replace(plan.filters, year_from=None, year_to=first - 1)
        before = {one.value.value for one in self._counts(plan, self._counting(dimension, without_years), dimension)}
        found = [one for one in now if one.value.value not in before]
        if not now:
            return self._nothing(plan, query)
        return Answer(
            plan, self._name, ranking=tuple(found[:LISTED]), distinct=len(found), total=len(found), sparql=query
        )


_RELATED: Final = ("topic", "author", "institution", "country")


def _entities(facets: Mapping[str, Sequence[FacetCount]]) -> tuple[tuple[str, FacetCount], ...]:
    """The commonest entities of what was found, two of each kind."""
    return tuple((facet, one) for facet in _RELATED for one in facets.get(facet, ())[:2] if one.count)


def _with_enough(plan: Plan) -> Plan:
    """The plan, or a search where it says too little for the kind of answer that its reader chose."""
    named = Counter(_kind(mention) for mention in plan.mentions if mention.binds and not mention.excluded)
    needed = {
        Intent.SHARE: bool(named),
        Intent.RANK: bool(plan.dimension),
        Intent.VALUES: bool(plan.dimension),
        Intent.COAUTHORS: named["author"] > 0,
        Intent.GAPS: named["series"] > 0,
        Intent.COMPARE: max(named.values(), default=0) > 1,
    }
    if needed.get(plan.intent, True):
        return plan
    return replace(plan, intent=Intent.FIND, text=plan.text or plan.question)


def _kind(mention: Mention) -> str:
    facet = mention.reading.facet
    return "institution" if facet in {"repository", "publisher"} else facet


def _scope(plan: Plan) -> Scope:
    """Numbers are of what records state, but where something is excluded: Egypt is not outside Africa."""
    return Scope.ALL if any(plan.filters.excluded.values()) else Scope.STATED


def _of_year(plan: Plan, year: int) -> Filters:
    return replace(plan.filters, year_from=year, year_to=year)


def _named_span(plan: Plan) -> tuple[int, int] | None:
    filters = plan.filters
    if filters.year_from is None or filters.year_to is None:
        return None
    return filters.year_from, filters.year_to


def _span(plan: Plan, years: Mapping[int, int]) -> tuple[int, int]:
    """The first and last year to show: those that were named, else those that have reports."""
    filters = plan.filters
    first = filters.year_from if filters.year_from is not None else min(years, default=0)
    last = filters.year_to if filters.year_to is not None else max(years, default=-1)
    return first, last
