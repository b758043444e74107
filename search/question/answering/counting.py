"""Answers that are figures: counts, shares, rankings, co-authors, gaps, trends. Each by SPARQL, which is shown."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from rdflib import URIRef

from kg import sparql
from kg.authority.places import places_in, region_keys
from kg.facets.columns import FacetCount
from kg.facets.counting import Mask
from kg.facets.filters import Filters
from kg.facets.query import counting_query, filter_query
from kg.facets.values import FacetValue
from kg.model import Kind
from kg.store import Scope
from kg.vocab import Minter
from search.engine import Engine
from search.question.answering.answer import LISTED, SHOWN, Answer, Change, Numbers, Refusal
from search.question.answering.refusing import Refusals, searchable
from search.question.understanding.plan import Gap, Moved, Plan
from search.question.understanding.roles import CONTROLLED
from search.request import Mode, Request
from search.snapshots.snapshot import Snapshot

_RANKED: Final = 10
"""Values that a ranking shows where no number was asked for."""
_CHANGED: Final = 5
_KNOWN: Final = 0.5
"""The share of what words say (`TextQuery.evidence`) that the collection must know to be counted by them."""


class Counting:
    """Counts over the snapshot of an engine. ``today`` tells the date, which "this year" goes by."""

    def __init__(self, engine: Engine, refusals: Refusals, today: Callable[[], dt.date]) -> None:
        self._engine = engine
        self._snapshot = engine.snapshot
        self._refusals = refusals
        self._today = today
        self._minter: Final = Minter(engine.snapshot.manifest.base)
        self._name: Final[str] = engine.snapshot.manifest.name

    def count(self, plan: Plan) -> Answer:
        """How many reports pass the filters, or how many values of a facet they have."""
        if plan.dimension and not plan.text:
            return self._count_values(plan)
        query = filter_query(plan.filters, frame="count_reports")
        stated, every = (self._number(query, scope) for scope in (scope_of(plan), Scope.ALL))
        if plan.text:
            # Words are no part of the graph: the engine counts the reports inside the filters that hold them.
            found = int(np.count_nonzero(self._speaking(plan)))
            text = searchable(plan.text)
            results = self._engine.search(Request(text, plan.filters, self._mode(text), limit=SHOWN))
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
        results = self._engine.search(Request("", filters, Mode.LEXICAL, limit=SHOWN))
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
        allowed = self._engine.passing(others) & ~self._engine.passing(filters)
        for group in topics:
            allowed &= self._refusals.holding(*group)
        return int(np.count_nonzero(allowed))

    def _count_values(self, plan: Plan) -> Answer:
        query = counting_query(plan.dimension, plan.filters, self._inside(plan))
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
        rows = self._snapshot.graph.select(query, scope_of(plan))
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

    def count_by_year(self, plan: Plan) -> Answer:
        """How many reports pass the filters, year by year."""
        query = counting_query(("year",), plan.filters)
        if plan.text:
            found = [one for one in self._snapshot.columns.counts("year", self._speaking(plan)) if one.count]
        else:
            found = self._counts(plan, query, ("year",))
        years = {int(one.value.value): one.count for one in found}
        first, last = (bound for bound in _span(plan, years))
        by_year = {year: years.get(year, 0) for year in range(first, last + 1)}
        if not years and not _named_span(plan):
            return self._refusals.unanswered(plan, query)
        total = sum(years.values())
        alone = 0 if plan.text else self._in_words(plan)
        return Answer(plan, self._name, by_year=by_year, count=total, total=total, words_alone=alone, sparql=query)

    def share(self, plan: Plan) -> Answer:
        """The share that the last named filter is of what the others let pass: "what share of X is open access"."""
        bound = [mention for mention in plan.mentions if mention.binds and not mention.excluded]
        part = next((one for one in bound if one.reading.facet in CONTROLLED), bound[-1])
        wider = replace(plan, mentions=tuple(one for one in plan.mentions if one is not part))
        query = filter_query(plan.filters, frame="count_reports")
        if plan.text:
            number, whole = (int(np.count_nonzero(self._speaking(one))) for one in (plan, wider))
        else:
            number = self._number(query, scope_of(plan))
            whole = self._number(filter_query(wider.filters, frame="count_reports"), scope_of(plan))
        if not whole:
            return self._refusals.unanswered(plan, query)
        return Answer(plan, self._name, count=number, whole=whole, total=number, sparql=query)

    def rank(self, plan: Plan) -> Answer:
        """The commonest values of a facet, or the rarest."""
        among = self._inside(plan)
        query = counting_query(plan.dimension, plan.filters, among)
        if plan.text:
            mask = self._speaking(plan)
            counts = (one for facet in plan.dimension for one in self._snapshot.columns.counts(facet, mask))
            found = [one for one in counts if one.count and (not among or one.value.value in among)]
            found.sort(key=lambda one: -one.count)
        else:
            found = self._counts(plan, query, plan.dimension)
        if not found:
            return self._refusals.unanswered(plan, query)
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

    def _inside(self, plan: Plan) -> tuple[str, ...]:
        """The countries of the regions that a plan names, where countries are counted: those of others that the same
        reports are about were not asked for. None where all are wanted.
        """
        if plan.dimension != ("country",):
            return ()
        named = {value for group in plan.groups("region") for one in group for value in one.reading.values}
        regions = [key for key in region_keys() if self._place(key) in named]
        inside = {self._place(key) for region in regions for key in places_in(region)}
        column = self._snapshot.columns.facets["country"]
        return tuple(sorted(country for country in inside if column.code(country) is not None))

    def _place(self, key: str) -> str:
        return str(self._minter.entity(Kind.PLACE, key))

    def _speaking(self, plan: Plan) -> Mask:
        """The reports inside the filters that speak of the text of a plan.

        By its words; by its meaning where the collection knows few of them, since they are in another language then.
        """
        text = searchable(plan.text)
        return self._engine.members(text, plan.filters, self._mode(text))

    def _mode(self, text: str) -> Mode:
        known = self._snapshot.text.parse(text).evidence >= _KNOWN or self._engine.encoder is None
        return Mode.LEXICAL if known else Mode.HYBRID

    def values(self, plan: Plan) -> Answer:
        """All values of a facet, or those of the reports that are named."""
        if plan.subject:
            return self._values_of(plan)
        answer = self.rank(replace(plan, top=LISTED))
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
            return Answer(plan, self._name, refusal=Refusal(Gap.NO_EVIDENCE, hits=self._engine.hits(plan.subject)))
        return Answer(
            plan, self._name, ranking=found, distinct=len(found), total=len(found), reports=tuple(plan.subject)
        )

    def coauthors(self, plan: Plan) -> Answer:
        """With whom somebody wrote."""
        filters = plan.filters
        query = counting_query(("author",), filters)
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
            return self._refusals.unanswered(plan, query)
        return Answer(
            plan,
            self._name,
            ranking=tuple(ranking[:LISTED]),
            distinct=len(ranking),
            total=len(ranking),
            reports=self._some(filters),
            sparql=query,
        )

    def gaps(self, plan: Plan) -> Answer:
        """The numbers of a series that are not there."""
        query = series_query(plan)
        rows = series_numbers(self._snapshot, query)
        described = self._value(("series",), _values_of_series(plan)[0])
        numbers = sorted({int(number) for _, number in rows if number.strip().isdigit()})
        if not numbers or described is None:
            return Answer(
                plan, self._name, sparql=query, refusal=Refusal(Gap.NO_EVIDENCE, names=(plan.mentions[0].text,))
            )
        missing = tuple(sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers)))
        found = Numbers(described, tuple(numbers), missing)
        return Answer(plan, self._name, numbers=(found,), total=len(missing), sparql=query)

    def trend(self, plan: Plan) -> Answer:
        """The values that became commonest or rarest between two years, or between two spans of years, by their share
        of the reports of each: collections grow, and with them nearly every value.
        """
        dimension = plan.dimension or ("topic",)
        everything = replace(plan, years=())
        years = self._counts(plan, counting_query(("year",), everything.filters), ("year",))
        dated = {int(one.value.value): one.count for one in years}
        if not dated:
            return self._refusals.unanswered(plan, None)
        spans = _compared_spans(plan) or ((min(dated), min(dated)), (max(dated), max(dated)))
        queries = [counting_query(dimension, _of_years(everything, span)) for span in spans]
        before, after = ({one.value.value: one for one in self._counts(plan, query, dimension)} for query in queries)
        whole = [sum(dated.get(year, 0) for year in range(span[0], span[1] + 1)) for span in spans]
        changes = []
        for value in {*before, *after}:
            found = [side[value].count if value in side else 0 for side in (before, after)]
            shares = [count / max(1, reports) for count, reports in zip(found, whole, strict=True)]
            changes.append(Change((after.get(value) or before[value]).value, found[0], found[1], shares[0], shares[1]))
        changes.sort(key=lambda change: (-change.gain, change.value.value))
        most = plan.top or _CHANGED
        rose = [change for change in changes[:most] if change.gain > 0 and plan.moved is not Moved.DOWN]
        fell = [change for change in changes[::-1][:most] if change.gain < 0 and plan.moved is not Moved.UP]
        # Of the two queries the later one is shown.
        if not rose and not fell:
            return self._refusals.unanswered(plan, queries[-1])
        return Answer(plan, self._name, changes=(*rose, *fell), spans=spans, total=len(changes), sparql=queries[-1])

    def first(self, plan: Plan) -> Answer:
        """The values that no earlier report has."""
        dimension = plan.dimension or ("topic",)
        first = plan.filters.year_from or self._today().year
        query = counting_query(dimension, plan.filters)
        now = self._counts(plan, query, dimension)
        without_years = replace(plan.filters, year_from=None, year_to=first - 1)
        before = {one.value.value for one in self._counts(plan, counting_query(dimension, without_years), dimension)}
        found = [one for one in now if one.value.value not in before]
        if not now:
            return self._refusals.unanswered(plan, query)
        return Answer(
            plan, self._name, ranking=tuple(found[:LISTED]), distinct=len(found), total=len(found), sparql=query
        )


def series_query(plan: Plan) -> str:
    """The query for the numbers in the series of a plan."""
    return sparql.bind(sparql.query("series_numbers"), series=[URIRef(value) for value in _values_of_series(plan)])


def series_numbers(snapshot: Snapshot, query: str) -> list[tuple[str, str]]:
    """The reports (IRIs) that a query of :func:`series_query` finds, and the number of each."""
    return [(str(report), str(number)) for report, number in snapshot.graph.select(query, Scope.ALL)]


def _values_of_series(plan: Plan) -> list[str]:
    return [value for mention in plan.mentions if mention.reading.facet == "series" for value in mention.reading.values]


def scope_of(plan: Plan) -> Scope:
    """Numbers are of what records state, but where a region is named, which means its countries, and where something is
    excluded: Egypt is not outside Africa.
    """
    filters = plan.filters
    every = any(filters.excluded.values()) or bool(filters.missing) or "region" in filters.chosen
    return Scope.ALL if every else Scope.STATED


def _of_years(plan: Plan, span: tuple[int, int]) -> Filters:
    return replace(plan.filters, year_from=span[0], year_to=span[1])


def _compared_spans(plan: Plan) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The two spans of years that a plan names, the earlier first; of one span its first and its last year."""
    closed = sorted(
        (years.first, years.last)
        for years in plan.years
        if years.binds and years.first is not None and years.last is not None
    )
    if len(closed) == 2:
        return closed[0], closed[1]
    span = _named_span(plan)
    return None if span is None else ((span[0], span[0]), (span[1], span[1]))


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
