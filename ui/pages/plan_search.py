"""The plan of a question as a search: the same filters and words, where the search page can say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from search.question.plan import Intent, Plan
from search.request import Filters, Mode
from ui.pages.address import MOST_VALUES, VALUE_FACETS, Address, Choices
from ui.pages.links import last_part

STATED: Final = frozenset(
    {Intent.SHARE, Intent.COUNT_BY_YEAR, Intent.RANK, Intent.VALUES, Intent.COAUTHORS, Intent.TREND, Intent.FIRST}
)
"""Intents whose figures are by what records state; so are those of a search that leaves out what was inferred."""

_BY_WORDS: Final = STATED | {Intent.COUNT}
"""Intents that count the reports which hold words, without those that only mean the same."""


def plan_search(plan: Plan, language: str | None) -> Address | None:
    """The search that a plan asks for; none where it asks for all reports, or for what no address can say."""
    found = filters_search(plan.filters, plan, language)
    return found if found is not None and (found.query or found.filtered) else None


def filters_search(filters: Filters, plan: Plan, language: str | None) -> Address | None:
    """The search for the words of a plan inside some filters; none if no address can say these."""
    years = _range(filters)
    values = [*filters.chosen.items(), *filters.excluded.items()]
    if years is None or "year" in filters.excluded or sum(len(some) for _, some in values) > MOST_VALUES:
        return None
    words = plan.text.replace('"', " ").strip()
    by_words = bool(words) and plan.intent in _BY_WORDS
    return Address(
        query=words,
        chosen=_choices(filters.chosen),
        excluded=_choices(filters.excluded),
        year_from=years[0],
        year_to=years[1],
        stated_only=plan.intent in STATED,
        mode=Mode.LEXICAL if by_words else Mode.HYBRID,
        language=language,
    )


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
