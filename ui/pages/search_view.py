"""Results -> what the search page shows: every link made, every label in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kg.facets.columns import FacetColumn, FacetCount
from kg.facets.filters import Filters
from kg.facets.query import filter_query
from kg.facets.table import FACETS, VALUE_FACETS
from search.engine import Engine
from search.errors import UnknownValueError
from search.filter_values import meant_filters
from search.fulltext.query_syntax import parse
from search.request import Match, Mode, Request, Results
from ui.pages.address import LAST_PAGE, PAGE_SIZE, Address, Choices
from ui.pages.cards import Card, card_of
from ui.pages.histogram import Bar, bars
from ui.pages.links import last_part
from ui.texts import Texts

SHOWN_AT_ONCE: Final = 6
"""Values of a facet that need no click; the rest of ``_USUALLY`` unfolds without one request more."""

_BY_STRICTNESS: Final = (Match.ALL, Match.MOST, Match.ANY)

_USUALLY: Final = 20
_OPENED: Final = 200


@dataclass(frozen=True, slots=True)
class ValueChoice:
    """A value of a facet: ``query`` is the address of the search with it chosen, or chosen no more, and ``excluding``
    that of the search without the reports that have it.
    """

    key: str
    label: str
    count: str
    inferred: int
    chosen: bool
    query: str
    excluding: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A value of a facet that no result has; ``query`` is the address of the search with it allowed again."""

    key: str
    label: str
    query: str


@dataclass(frozen=True, slots=True)
class FacetChoices:
    """A facet with the values that are excluded, those that are in sight, those that unfold, and where to see more.

    ``unfolded`` lists are open until a reader closes them: those of the table, and those in which something is chosen.
    """

    name: str
    label: str
    unfolded: bool
    excluded: tuple[Exclusion, ...]
    first: tuple[ValueChoice, ...]
    rest: tuple[ValueChoice, ...]
    more: str | None
    fewer: str | None


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set; ``query`` is the address of the search without it. ``excluding`` filters rule out."""

    facet: str
    label: str
    query: str
    excluding: bool = False


@dataclass(frozen=True, slots=True)
class Years:
    """The histogram and the range that is chosen. ``queries`` are the addresses of the search inside each bar."""

    bars: tuple[Bar, ...]
    queries: tuple[str, ...]
    year_from: int | None
    year_to: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the results to go to; ``number`` is None where some are left out."""

    number: int | None
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class SearchView:
    """All that the search page shows. ``loosened`` is the search for the words of a formula that nothing fulfils.

    ``narrower`` and ``broader`` are the same search with a stricter and a laxer match, where either helps.
    """

    address: Address
    total: int
    by_meaning: int
    first: int
    cards: tuple[Card, ...]
    facets: tuple[FacetChoices, ...]
    years: Years
    chips: tuple[Chip, ...]
    pages: tuple[Page, ...]
    notices: tuple[str, ...]
    sparql: str | None
    loosened: Address | None
    narrower: Address | None
    broader: Address | None


def search_view(engine: Engine, address: Address, texts: Texts) -> SearchView:
    """Search as an address says, and lay out what was found.

    Raises :class:`~search.errors.SearchError` for a request that cannot be answered.
    """
    filters, unknown = meant_filters(engine.snapshot, address.filters)
    results = engine.search(_request(address, filters))
    columns = engine.snapshot.columns.facets
    named = replace(address, chosen=_named(columns, filters.chosen), excluded=_named(columns, filters.excluded))
    narrower, broader = _degrees(engine, results, named)
    notices = dict.fromkeys(_unknown(error, texts) for error in unknown)
    return SearchView(
        address=named,
        total=results.total,
        by_meaning=results.by_meaning,
        first=(address.page - 1) * PAGE_SIZE + 1,
        cards=tuple(card_of(engine.snapshot, hit, texts, named) for hit in results.hits),
        facets=tuple(_facet(columns[facet], results.facets[facet], filters, named, texts) for facet in VALUE_FACETS),
        years=_years(results, named),
        chips=_chips(columns, filters, named, texts),
        pages=_pages(results.total, named),
        notices=(*_ignored(address, texts), *notices),
        sparql=_sparql(columns, filters),
        loosened=None if results.total else _loosened(named),
        narrower=narrower,
        broader=broader,
    )


def _request(address: Address, filters: Filters) -> Request:
    return Request(
        query=address.query,
        filters=filters,
        mode=address.mode,
        match=address.match,
        sort=address.sort,
        limit=PAGE_SIZE,
        offset=(address.page - 1) * PAGE_SIZE,
        facet_values=_OPENED if address.opened else _USUALLY + 1,
    )


def _named(columns: Mapping[str, FacetColumn], choices: Choices) -> Choices:
    """How an address names values; one that nobody knows stays as it is, since its last part may mean another."""
    return {
        facet: tuple(last_part(value) if columns[facet].code(value) is not None else value for value in values)
        for facet, values in choices.items()
    }


def _unknown(error: UnknownValueError, texts: Texts) -> str:
    name = texts.say(FACETS[error.facet].label)
    said = texts.say("%(facet)s: no report has “%(value)s”.", facet=name, value=error.value)
    if not error.nearest:
        return said
    # By itself, since texts inside f-strings are not found for the catalogues.
    asked = texts.say("Did you mean: %(labels)s?", labels=", ".join(error.nearest))
    return f"{said} {asked}"


def _ignored(address: Address, texts: Texts) -> tuple[str, ...]:
    if not address.ignored:
        return ()
    names = ", ".join(dict.fromkeys(address.ignored))
    return (texts.say("A part of the address could not be used and was left out: %(names)s.", names=names),)


def _facet(
    column: FacetColumn, counts: Sequence[FacetCount], filters: Filters, address: Address, texts: Texts
) -> FacetChoices:
    name = column.name
    chosen, excluded = filters.chosen.get(name, ()), filters.excluded.get(name, ())
    if not filters.inferred:
        # A value that was only inferred would lead to nothing.
        counts = [replace(counted, inferred=0) for counted in counts if counted.count or counted.value.value in chosen]
    opened = address.opened == name
    there_are_more = not opened and len(counts) > _USUALLY
    # What is excluded has a place of its own.
    offered = [counted for counted in counts if counted.value.value not in excluded]
    choices = [_choice(name, counted, counted.value.value in chosen, address, texts) for counted in offered]
    # What is chosen stands first: it must be in sight to be taken back.
    choices.sort(key=lambda choice: not choice.chosen)
    if not opened:
        choices = choices[: max(_USUALLY, len(chosen))]
    split = len(choices) if opened else max(SHOWN_AT_ONCE, len(chosen))
    return FacetChoices(
        name=name,
        label=texts.say(FACETS[name].label),
        unfolded=FACETS[name].unfolded or bool(chosen or excluded),
        excluded=tuple(
            _exclusion(column, value, address, texts) for value in excluded if column.code(value) is not None
        ),
        first=tuple(choices[:split]),
        rest=tuple(choices[split:]),
        more=address.opening(name).query_string if there_are_more else None,
        fewer=address.opening(None).query_string if opened else None,
    )


def _choice(facet: str, counted: FacetCount, chosen: bool, address: Address, texts: Texts) -> ValueChoice:  # noqa: FBT001 - one of five
    value = last_part(counted.value.value)
    return ValueChoice(
        key=f"{facet}-{value}",
        label=counted.value.label_in(texts.language),
        count=texts.number(counted.count),
        inferred=counted.inferred,
        chosen=chosen,
        query=address.toggled(facet, value).query_string,
        excluding=address.excluding(facet, value).query_string,
    )


def _exclusion(column: FacetColumn, value: str, address: Address, texts: Texts) -> Exclusion:
    named = last_part(value)
    query = address.excluding(column.name, named).query_string
    return Exclusion(f"{column.name}-{named}", _label(column, value, texts), query)


def _label(column: FacetColumn, value: str, texts: Texts) -> str:
    """What a value is called; one that no report has is called as it was written."""
    code = column.code(value)
    return value if code is None else column.values[code].label_in(texts.language)


def _years(results: Results, address: Address) -> Years:
    drawn = bars(results.facets["year"], address.year_from, address.year_to)
    return Years(
        bars=drawn,
        queries=tuple(address.within(bar.first, bar.last).query_string for bar in drawn),
        year_from=address.year_from,
        year_to=address.year_to,
    )


def _chips(columns: Mapping[str, FacetColumn], filters: Filters, address: Address, texts: Texts) -> tuple[Chip, ...]:
    chips = []
    for facet, values in filters.chosen.items():
        for value, named in zip(values, address.chosen[facet], strict=True):
            label = _label(columns[facet], value, texts)
            chips.append(Chip(texts.say(FACETS[facet].label), label, address.toggled(facet, named).query_string))
    for facet, values in filters.excluded.items():
        for value, named in zip(values, address.excluded[facet], strict=True):
            label = texts.say("not %(value)s", value=_label(columns[facet], value, texts))
            query = address.excluding(facet, named).query_string
            chips.append(Chip(texts.say(FACETS[facet].label), label, query, excluding=True))
    if address.year_from is not None or address.year_to is not None:
        span = f"{address.year_from or '…'}–{address.year_to or '…'}"
        if address.year_from == address.year_to:
            span = str(address.year_from)
        name = FACETS["year"].label
        chips.append(Chip(texts.say(name), span, address.within(None, None).query_string))
    if address.match is not Match.MOST:
        said = texts.say("all of them") if address.match is Match.ALL else texts.say("any of them")
        chips.append(Chip(texts.say("Words"), said, address.matching(Match.MOST).query_string))
    if address.stated_only:
        query = replace(address, stated_only=False, page=1).query_string
        chips.append(Chip(texts.say("Facts"), texts.say("stated in records only"), query))
    return tuple(chips)


def _pages(total: int, address: Address) -> tuple[Page, ...]:
    """The first page, the last, and those around the current one."""
    last = min(-(-total // PAGE_SIZE), LAST_PAGE)
    if last <= 1:
        return ()
    near = range(address.page - 2, address.page + 3)
    pages: list[Page] = []
    for number in sorted({1, last, *(page for page in near if 1 <= page <= last)}):
        if pages and pages[-1].number != number - 1:
            pages.append(Page(None, "", current=False))
        pages.append(Page(number, address.on_page(number).query_string, current=number == address.page))
    return tuple(pages)


def _sparql(columns: Mapping[str, FacetColumn], filters: Filters) -> str | None:
    """The query that selects what the filters do; none if a value is chosen that the graph does not know."""
    if any(columns[facet].code(value) is None for facet, values in filters.chosen.items() for value in values):
        return None
    # Without a value that no report has, everything is as it was.
    excluded = {
        facet: tuple(value for value in values if columns[facet].code(value) is not None)
        for facet, values in filters.excluded.items()
    }
    return filter_query(replace(filters, excluded=excluded))


def _degrees(engine: Engine, results: Results, address: Address) -> tuple[Address | None, Address | None]:
    """The search a degree stricter, where there is more than a page, and a degree laxer, where there is no more or all
    the words are demanded. A single word is held or not.
    """
    if address.mode is Mode.SEMANTIC or len(engine.snapshot.text.parse(address.query).free) < 2:
        return None, None
    place = _BY_STRICTNESS.index(address.match)
    stricter, laxer = _BY_STRICTNESS[:place][-1:], _BY_STRICTNESS[place + 1 :][:1]
    many = results.total > PAGE_SIZE
    return (
        address.matching(stricter[0]) if many and stricter else None,
        address.matching(laxer[0]) if laxer and (not many or address.match is Match.ALL) else None,
    )


def _loosened(address: Address) -> Address | None:
    """The search for a formula's words without what it demands; none if it demands nothing, or has no other words."""
    asked = parse(address.query)
    # Words that stood in quotation marks may be a formula by themselves.
    if asked.condition is None or not asked.words or parse(asked.words).condition is not None:
        return None
    return address.asking(asked.words)
