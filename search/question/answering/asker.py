"""A plan -> an answer: counts by SPARQL that is shown, findings by quotations, and a refusal where neither holds."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from kg.authority.names import fold
from kg.facets.columns import FacetCount
from kg.facets.filters import Filters
from kg.facets.query import counting_query, filter_query
from kg.facets.table import FACETS
from kg.store import Scope
from search.engine import Engine
from search.question.answering.answer import LISTED, SHOWN, Answer, Quote, Side
from search.question.answering.counting import Counting, series_numbers, series_query
from search.question.answering.quoting import Quoter
from search.question.answering.refusing import NEAREST, Refusals, searchable
from search.question.understanding.plan import Corrections, Gap, Intent, Mention, Plan
from search.question.understanding.planning import Planner
from search.question.understanding.roles import ISSUERS, SUBJECTS
from search.related import RelatedRequest, related
from search.request import Match, Request, Results, Sort

_MOSTLY_KNOWN: Final = 0.5
"""The evidence from which on the words of a question say something here, though no report holds most of them."""
_COMPARED_QUOTES: Final = 2
_LAST: Final = 1_000_000
_UNNUMBERED: Final = (_LAST + 1, "")


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
        self._numbers = Counting(engine, self._refusals, today)
        self._today = today
        self._answers: Mapping[Intent, Callable[[Plan], Answer]] = {
            Intent.FIND: self._find,
            Intent.FINDING: self._find,
            Intent.LIST: self._list,
            Intent.COUNT: self._numbers.count,
            Intent.COUNT_BY_YEAR: self._numbers.count_by_year,
            Intent.SHARE: self._numbers.share,
            Intent.RANK: self._numbers.rank,
            Intent.VALUES: self._numbers.values,
            Intent.COAUTHORS: self._numbers.coauthors,
            Intent.GAPS: self._numbers.gaps,
            Intent.COMPARE: self._compare,
            Intent.TREND: self._numbers.trend,
            Intent.FIRST: self._numbers.first,
            Intent.RELATED: self._related,
        }

    def ask(
        self,
        question: str,
        *,
        language: str | None = None,
        prior: str | None = None,
        corrections: Corrections | None = None,
        limit: int = SHOWN,
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

    def answer(self, plan: Plan, *, limit: int = SHOWN) -> Answer:
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
        soft = ("topic",) if plan.intent is Intent.LIST else SUBJECTS
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

    # -- reports -------------------------------------------------------------------------------------------------------

    def _find(self, plan: Plan) -> Answer:
        filters = plan.filters
        bound = filters != Filters()
        query = filter_query(filters) if bound else None
        if bound and not self.engine.passing(filters).any():
            return self._refusals.unanswered(plan, query)
        text = searchable(plan.text)
        if not text.strip():
            return self._list(plan)
        sort = Sort.NEWEST if plan.newest else Sort.OLDEST if plan.oldest else Sort.RELEVANCE
        results = self._searched(Request(text, filters, sort=sort, limit=SHOWN))
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
            match=results.match,
            sparql=query,
        )

    def _searched(self, request: Request) -> Results:
        """The results of a search; where nothing holds most of its words, what holds any, if most of them are known."""
        results = self.engine.search(request)
        if results.hits or self._snapshot.text.parse(request.query).evidence < _MOSTLY_KNOWN:
            return results
        return self.engine.search(replace(request, match=Match.ANY))

    def _list(self, plan: Plan) -> Answer:
        query = filter_query(plan.filters)
        rows = self._snapshot.graph.select(query, Scope.ALL)
        years = {str(report): None if year is None else str(year) for report, _title, year in rows}
        reports = list(years)
        if plan.number is not None:
            numbered = self._numbered(plan, plan.number)
            reports = [report for report in reports if report in numbered]
        if plan.oldest or plan.ordered:
            reports.sort(key=lambda report: (years[report] is None, years[report]))
        if plan.ordered and plan.groups("series"):
            places = self._places_in_series(plan)
            reports.sort(key=lambda report: places.get(report, _UNNUMBERED))
        if not reports:
            return self._refusals.unanswered(plan, query)
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

    def _places_in_series(self, plan: Plan) -> dict[str, tuple[int, str]]:
        """Where the reports of the series of a plan stand: by their numbers, those that are no figures last."""
        rows = series_numbers(self._snapshot, series_query(plan))
        return {report: (int(given), "") if given.isdecimal() else (_LAST, fold(given)) for report, given in rows}

    def _numbered(self, plan: Plan, number: str) -> set[str]:
        """The reports of the series of a plan that have a number in it."""
        rows = series_numbers(self._snapshot, series_query(plan))
        return {report for report, given in rows if fold(given) == fold(number)}

    def _related(self, plan: Plan) -> Answer:
        filters = plan.filters
        if plan.elsewhere:
            filters = replace(filters, excluded={**filters.excluded, "country": self._countries_of(plan.subject)})
        query = filter_query(filters)
        hits = related(self._snapshot, RelatedRequest(plan.subject, filters, SHOWN))
        if not hits:
            return self._refusals.unanswered(plan, query)
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

    # -- comparing -----------------------------------------------------------------------------------------------------

    def _compare(self, plan: Plan) -> Answer:
        sides = self._sides(plan)
        query = counting_query(tuple(dict.fromkeys(side.reading.facet for side in sides)), plan.filters)
        compared = []
        reports: list[str] = []
        for side in sides:
            others = tuple(one for one in plan.mentions if one is side or one not in sides)
            alone = replace(plan, mentions=others)
            if not plan.text:
                compared.append(Side(side, int(np.count_nonzero(self.engine.passing(alone.filters)))))
                continue
            results = self.engine.search(Request(searchable(plan.text), alone.filters, limit=SHOWN))
            reports += [hit.card.iri for hit in results.hits[:NEAREST]]
            quotes = self._quoter.quotes(plan.question, [hit.card for hit in results.hits], _COMPARED_QUOTES)
            compared.append(Side(side, results.total, quotes))
        if not any(side.reports for side in compared):
            return self._refusals.unanswered(plan, query)
        return Answer(plan, self._name, sides=tuple(compared), reports=tuple(dict.fromkeys(reports)), sparql=query)

    def _sides(self, plan: Plan) -> list[Mention]:
        """The mentions that are compared: the most of one kind, institutions in any role being of one."""
        bound = [mention for mention in plan.mentions if mention.binds and not mention.excluded]
        kinds = Counter(_kind(mention) for mention in bound)
        kind = kinds.most_common(1)[0][0]
        return [mention for mention in bound if _kind(mention) == kind]


_RELATED: Final = tuple(name for name, facet in FACETS.items() if facet.asked.beside)


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
    return "institution" if facet in ISSUERS else facet
