"""The plan of a question as a search: the same filters and words, where the search page can say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

import numpy as np

from kg.facets.filters import Filters
from kg.facets.table import VALUE_FACETS
from kg.store import Scope
from search.engine import LONGEST_QUERY, filter_masks
from search.fulltext.query_syntax import Field
from search.question.answering.counting import scope_of
from search.question.understanding.plan import Intent, Plan
from search.ranking import combined
from search.request import Mode
from search.snapshots.snapshot import Snapshot
from ui.pages.address import MOST_VALUES, Address, Choices
from ui.pages.links import last_part

STATED: Final = frozenset(
    {Intent.SHARE, Intent.COUNT_BY_YEAR, Intent.RANK, Intent.VALUES, Intent.COAUTHORS, Intent.TREND, Intent.FIRST}
)
"""Intents whose figures are by what records state; so are those of a search that leaves out what was inferred."""

_FIELDS: Final = frozenset(Field) & frozenset(VALUE_FACETS)
"""Facets that the query language has a field for, of the same name."""

_BY_WORDS: Final = STATED | {Intent.COUNT}
"""Intents that count the reports which hold words, without those that only mean the same."""


def plan_search(snapshot: Snapshot, plan: Plan, language: str | None) -> Address | None:
    """The search that a plan asks for; none where it asks for all reports, or for what no address can say."""
    found = filters_search(snapshot, plan.filters, plan, language)
    return found if found is not None and (found.query or found.filtered) else None


def _is_of_stated(plan: Plan) -> bool:
    """Whether an answer counts what records state, and nothing inferred."""
    return plan.intent in STATED and scope_of(plan) is Scope.STATED


def filters_search(snapshot: Snapshot, filters: Filters, plan: Plan, language: str | None) -> Address | None:
    """The search for the words of a plan inside some filters; none if no address can say these."""
    years = _range(filters)
    values = [*filters.chosen.items(), *filters.excluded.items()]
    unsaid = bool(filters.missing) or "year" in filters.excluded
    if years is None or unsaid or sum(len(some) for _, some in values) > MOST_VALUES:
        return None
    words = plan.text.replace('"', " ").strip()
    by_words = bool(words) and plan.intent in _BY_WORDS
    query, chosen = words, filters.chosen
    if filters.also:
        said = None if words else _further(snapshot, replace(filters, inferred=not _is_of_stated(plan)))
        if said is None:
            return None
        query, chosen = said
    return Address(
        query=query,
        chosen=_choices(chosen),
        excluded=_choices(filters.excluded),
        year_from=years[0],
        year_to=years[1],
        stated_only=_is_of_stated(plan),
        mode=Mode.LEXICAL if by_words else Mode.HYBRID,
        language=language,
    )


def _further(snapshot: Snapshot, filters: Filters) -> tuple[str, Mapping[str, tuple[str, ...]]] | None:
    """Further choices as a query, and those that facets say; none where no query finds the very same reports.

    Words of a label are words of other labels too, so that it is tried which of the choices the query can say.
    """
    facets = list(filters.also)
    groups = [(filters.chosen.get(facet, ()), *filters.also[facet]) for facet in facets]
    wanted = combined(filter_masks(snapshot, filters), len(snapshot.columns.reports))
    for places in product(*(range(len(several)) for several in groups)):
        chosen = dict(filters.chosen)
        chosen |= {facet: several[place] for facet, several, place in zip(facets, groups, places, strict=True)}
        said = [
            _said(snapshot, facet, values)
            for facet, several, place in zip(facets, groups, places, strict=True)
            for number, values in enumerate(several)
            if number != place
        ]
        query = " ".join(filter(None, said))
        condition = snapshot.text.parse(query).condition
        if not all(said) or condition is None or len(query) > LONGEST_QUERY:
            continue
        inside = combined(filter_masks(snapshot, replace(filters, chosen=chosen, also={})), len(wanted))
        if np.array_equal(inside & snapshot.text.fulfilling(condition), wanted):
            return query, chosen
    return None


def _said(snapshot: Snapshot, facet: str, values: Sequence[str]) -> str | None:
    """Some values of a facet in the query language, any of which will do."""
    column = snapshot.columns.facets[facet]
    codes = [code for code in map(column.code, values) if code is not None]
    if facet not in _FIELDS or len(codes) < len(values):
        return None
    # A stop at the end would make a sentence of the query.
    labels = (column.values[code].label.replace('"', " ").rstrip(" .?!…") for code in codes)
    said = " OR ".join(f'{facet}:"{label}"' for label in labels)
    return f"({said})" if len(codes) > 1 else said


def with_value(search: Address | None, facet: str, value: str) -> Address | None:
    """The reports of a search that have a value too; none where the search already chooses from its facet."""
    if search is None or facet in search.chosen:
        return None
    if facet == "year":
        return search.within(int(value), int(value))
    return search.toggled(facet, last_part(value))


def _choices(values: Mapping[str, Sequence[str]]) -> Choices:
    return {facet: tuple(map(last_part, values[facet])) for facet in VALUE_FACETS if values.get(facet)}


def _range(filters: Filters) -> tuple[int | None, int | None] | None:
    """The first and last year; none where single years with others between them are wanted."""
    several = sorted(int(year) for year in filters.chosen.get("year", ()))
    if not several:
        return filters.year_from, filters.year_to
    if several != list(range(several[0], several[-1] + 1)) or (filters.year_from, filters.year_to) != (None, None):
        return None
    return several[0], several[-1]
