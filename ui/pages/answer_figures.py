"""An answer -> figures: bars, years, shares, sides and lists, each value with the search for its reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kg.facets.columns import FacetCount
from kg.facets.table import FACETS
from kg.facets.values import FacetValue
from search.fulltext.analysis import guess_language
from search.question.answering.answer import Answer, Change, Numbers, Quote, Side
from search.question.understanding.plan import Intent, Plan
from search.snapshots.snapshot import Snapshot
from ui.pages.address import Address
from ui.pages.histogram import Bar, bars
from ui.pages.links import last_part, report_path
from ui.pages.plan_search import filters_search, with_value
from ui.pages.plan_view import label_of
from ui.texts import Texts

SHOWN: Final = 10
"""Values that need no click; the rest of ``_MOST`` unfolds."""
_MOST: Final = 100

_FEW_YEARS: Final = 12
"""Years that fit a table; more of them are a picture."""

_RUN: Final = 3
"""Missing numbers in a row that are written as a range."""


@dataclass(frozen=True, slots=True)
class Row:
    """A value with its number of reports. ``width`` (0..100) is its share of the longest bar."""

    label: str
    count: int
    width: float
    href: str | None


@dataclass(frozen=True, slots=True)
class BarList:
    """Values with bars: those in sight, those that unfold, and how many there are in all."""

    name: str
    first: tuple[Row, ...]
    rest: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True)
class YearPicture:
    """Counts by year as bars without gaps; ``hrefs`` are the searches for the reports of each bar."""

    bars: tuple[Bar, ...]
    hrefs: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole; ``width`` (0..100) is its share."""

    part: int
    whole: int
    width: float
    href: str | None


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A sentence with its report. ``language`` is the sentence's, where it shows."""

    sentence: str
    language: str | None
    title: str
    href: str
    year: int | None
    invented: bool


@dataclass(frozen=True, slots=True)
class SideView:
    """One of the things that are compared."""

    row: Row
    quotes: tuple[QuoteView, ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """How many reports had a value before and after, and which share of all that was, in per cent."""

    label: str
    before: int
    after: int
    share_before: str
    share_after: str
    href: str | None


@dataclass(frozen=True, slots=True)
class MissingNumbers:
    """The numbers of a series that are not there, those in a row as ranges; ``missing`` counts them."""

    series: str
    href: str | None
    present: int
    first: int
    last: int
    missing: int
    ranges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The parts of an answer that are more than words; what its intent does not ask for is empty."""

    values: BarList | None
    years: BarList | None
    picture: YearPicture | None
    part: Part | None
    sides: tuple[SideView, ...]
    rose: tuple[ChangeRow, ...]
    fell: tuple[ChangeRow, ...]
    spans: tuple[str, ...]
    numbers: tuple[MissingNumbers, ...]
    quotes: tuple[QuoteView, ...]


def answer_figures(snapshot: Snapshot, answer: Answer, language: str | None, texts: Texts) -> Figures:
    """The figures of an answer; ``language`` is what its links ask for, ``texts`` those of the answer's language."""
    drawn = _Drawn(snapshot, answer, language, texts)
    rose = [change for change in answer.changes if change.gain > 0]
    fell = [change for change in answer.changes if change.gain < 0]
    picture = len(answer.by_year) > _FEW_YEARS
    return Figures(
        values=drawn.values() if answer.ranking else None,
        years=drawn.years() if answer.by_year else None,
        picture=drawn.picture() if picture else None,
        part=drawn.part(answer.count or 0, answer.whole) if answer.whole else None,
        sides=tuple(drawn.sides()),
        rose=tuple(map(drawn.change, rose)),
        fell=tuple(map(drawn.change, fell)),
        spans=tuple(str(first) if first == last else f"{first}–{last}" for first, last in answer.spans),
        numbers=tuple(map(drawn.missing, answer.numbers)),
        quotes=tuple(map(drawn.quote, answer.quotes)),
    )


class _Drawn:
    """Draws the parts of one answer."""

    def __init__(self, snapshot: Snapshot, answer: Answer, language: str | None, texts: Texts) -> None:
        self._snapshot = snapshot
        self._answer = answer
        self._language = language
        self._texts = texts
        self._search = filters_search(snapshot, answer.plan.filters, answer.plan, language)

    def values(self) -> BarList:
        """The ranking."""
        plan, ranking = self._answer.plan, self._answer.ranking[:_MOST]
        most = max(one.count for one in ranking)
        rows = [self._row(self._label(one.value), one.count, most, self._with(one.value)) for one in ranking]
        name = " / ".join(self._texts.say(FACETS[facet].label) for facet in _dimension(plan))
        return BarList(name, tuple(rows[:SHOWN]), tuple(rows[SHOWN:]), max(len(rows), self._answer.distinct))

    def years(self) -> BarList:
        """Counts by year as a table."""
        by_year = self._answer.by_year
        most = max(by_year.values())
        rows = [
            self._row(str(year), count, most, with_value(self._search, "year", str(year)) if count else None)
            for year, count in by_year.items()
        ]
        name = FACETS["year"].label
        return BarList(self._texts.say(name), tuple(rows), (), len(rows))

    def picture(self) -> YearPicture:
        """Counts by year as a picture."""
        counts = [FacetCount(FacetValue(str(year), str(year)), count) for year, count in self._answer.by_year.items()]
        drawn = bars(counts, None, None)
        search = self._search
        hrefs = (None if search is None else _href(search.within(bar.first, bar.last)) for bar in drawn)
        # Beside filters a root keeps small bars in sight; here a bar twice as high must mean twice as many.
        return YearPicture(tuple(replace(bar, height=bar.height**2) for bar in drawn), tuple(hrefs))

    def part(self, part: int, whole: int) -> Part:
        """A share of a whole."""
        return Part(part, whole, 100 * part / whole, _href(self._search))

    def sides(self) -> Iterator[SideView]:
        """What is compared."""
        plan, sides = self._answer.plan, self._answer.sides
        compared = [side.mention for side in sides]
        most = max((side.reports for side in sides), default=0)
        for side in sides:
            others = tuple(one for one in plan.mentions if one is side.mention or one not in compared)
            search = filters_search(self._snapshot, replace(plan, mentions=others).filters, plan, self._language)
            yield SideView(self._side_row(side, most, search), tuple(map(self.quote, side.quotes)))

    def change(self, change: Change) -> ChangeRow:
        """A value that became commoner or rarer."""
        return ChangeRow(
            label=self._label(change.value),
            before=change.before,
            after=change.after,
            share_before=self._texts.share(change.share_before, 1),
            share_after=self._texts.share(change.share_after, 1),
            href=_href(self._with(change.value)),
        )

    def missing(self, numbers: Numbers) -> MissingNumbers:
        """The gaps of a series."""
        series = Address(language=self._language).only("series", last_part(numbers.series.value))
        return MissingNumbers(
            series=self._label(numbers.series),
            href=_href(series),
            present=len(numbers.present),
            first=numbers.present[0],
            last=numbers.present[-1],
            missing=len(numbers.missing),
            ranges=tuple(ranges(numbers.missing)),
        )

    def quote(self, quote: Quote) -> QuoteView:
        """A sentence and the way to its report."""
        card = quote.card
        asked = f"?lang={self._language}" if self._language else ""
        spoken = guess_language(quote.sentence)
        return QuoteView(quote.sentence, spoken, card.title, report_path(card.id) + asked, card.year, card.invented)

    def _side_row(self, side: Side, most: int, search: Address | None) -> Row:
        label = label_of(self._snapshot, side.mention.reading, self._texts)
        return self._row(label, side.reports, most, search)

    def _row(self, label: str, count: int, most: int, search: Address | None) -> Row:
        return Row(label, count, 100 * count / most if most else 0.0, _href(search))

    def _label(self, value: FacetValue) -> str:
        return value.label_in(self._texts.language)

    def _with(self, value: FacetValue) -> Address | None:
        """The search for the reports of the plan with a value; of a co-author all reports."""
        facets = _dimension(self._answer.plan)
        columns = self._snapshot.columns.facets
        facet = next((facet for facet in facets if columns[facet].code(value.value) is not None), None)
        if facet is None:
            return None
        narrowed = with_value(self._search, facet, value.value)
        if narrowed is None and facet != "year":
            return Address(language=self._language).only(facet, last_part(value.value))
        return narrowed


def _dimension(plan: Plan) -> Sequence[str]:
    """The facets whose values an answer counts."""
    if plan.intent is Intent.COAUTHORS:
        return ("author",)
    return plan.dimension or ("topic",)


def ranges(numbers: Iterable[int]) -> Iterator[str]:
    """Ascending numbers as text, three and more in a row as a range: ``7, 9–12``."""
    run: list[int] = []
    for number in (*numbers, None):
        if number is not None and run and number == run[-1] + 1:
            run.append(number)
            continue
        if len(run) >= _RUN:
            yield f"{run[0]}–{run[-1]}"
        else:
            yield from map(str, run)
        run = [] if number is None else [number]


def _href(search: Address | None) -> str | None:
    return None if search is None else f"/?{search.query_string}"
