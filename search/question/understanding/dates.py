"""The words of a question -> years of publication: single ones, ranges, decades, centuries, "the last five years"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from search.question.understanding.lexicon import LANGUAGES, lexicon
from search.question.understanding.plan import Years
from search.question.understanding.spans import CueSpan, Span, Token, YearSpan, number_of

_YEAR: Final = re.compile(r"1[6-9]\d\d|20\d\d|21\d\d")
_DECADE: Final = re.compile(r"(1[6-9]\d|20\d)0s")
_CENTURY: Final = 100
_SHORT_DECADE: Final = re.compile("[2-9]0s?")
_SHORTENED: Final = re.compile(r"\d\d")
_DASHES: Final = ("-", "\u2013", "/")
_STOPS: Final = ",.;?!)"
_OPEN_ENDED: Final = ("since", "after", "before", "until")
"""Cues before a year of a range with one end."""


class Dates:
    """Finds the years of a question. Times are said by a year, a decade or words, with cues around them."""

    _BETWEEN: Final = re.compile(r"\s*[-\u2013\u2014/]\s*")

    def __init__(self, tokens: Sequence[Token], cues: Sequence[CueSpan], text: str, this_year: int) -> None:
        self._tokens = tokens
        self._text = text
        self._this_year = this_year
        self._time = [cue for cue in cues if cue.says("time")]
        self._decades = [cue for cue in cues if cue.says("decades")]
        self._centuries = [cue for cue in cues if cue.says("centuries")]

    def found(self) -> Iterator[YearSpan]:
        """The spans in order; none overlaps another. Years with commas between them are of one list."""
        listed: YearSpan | None = None
        for span in self._apart():
            if listed is not None and self._continues(listed, span):
                listed = self._together(listed, span)
                continue
            if listed is not None:
                yield listed
            listed = span
        if listed is not None:
            yield listed

    def _continues(self, one: YearSpan, other: YearSpan) -> bool:
        single = all(bool(years.several) or years.first == years.last for years in (one.years, other.years))
        between = self._text[self._tokens[one.span.end - 1].end : self._tokens[other.span.start].start]
        return single and between.strip() == ","

    def _together(self, one: YearSpan, other: YearSpan) -> YearSpan:
        several = tuple(sorted({*one.years.each, *other.years.each}))
        span = Span(one.span.start, other.span.end)
        years = Years(self._said(span.start, span.end), *self._characters(span.start, span.end), several=several)
        return YearSpan(span, years, one.published or other.published, bounded=False)

    def _apart(self) -> Iterator[YearSpan]:
        place = 0
        # A named time counts from its first word; the cues before it lead to it. "Quatre-vingt-dix" is no eighty.
        named = [*self._relative(), *self._named_decades(), *self._named_centuries()]
        named.sort(key=lambda span: len(span.span))
        spans = {span.span.start: span for span in named}
        while place < len(self._tokens):
            span = spans.get(place) or self._at(place)
            if span is None:
                place += 1
                continue
            yield span
            place = max(span.span.end, place + 1)

    def _relative(self) -> Iterator[YearSpan]:
        for cue in self._time:
            if cue.says("time", "this_year", "last_year"):
                year = self._this_year - cue.says("time", "last_year")
                yield replace(self._bounded(cue.span.start, cue.span.end, year, year), published=True)
            elif cue.says("time", "last_decade"):
                yield self._span(cue.span.start, cue.span.end, self._this_year - 9, self._this_year, published=True)
            elif cue.says("time", "last_years"):
                tokens = self._tokens[cue.span.start : cue.span.end]
                numbers = (self._number(token) for token in tokens)
                count = next((number for number in numbers if number is not None), 1)
                first = self._this_year - count + 1
                yield self._span(cue.span.start, cue.span.end, first, self._this_year, published=True)

    def _number(self, token: Token) -> int | None:
        for language in LANGUAGES:
            number = number_of(token, lexicon(language))
            if number is not None:
                return number
        return None

    def _named_decades(self) -> Iterator[YearSpan]:
        """A decade in words: ``los años sesenta``, ``the sixties``."""
        for decade in self._decades:
            before = self._ending(decade.span.start, "decade")
            first = int(decade.names("decades")[0])
            # English alone has words that can be nothing else.
            if before is not None or self._tokens[decade.span.start].folded.endswith("ties"):
                start = decade.span.start if before is None else before.span.start
                yield self._bounded(start, decade.span.end, first, first + 9)

    def _named_centuries(self) -> Iterator[YearSpan]:
        """A century in words: ``el siglo XX``, ``the 21st century``."""
        for century in self._centuries:
            first = int(century.names("centuries")[0])
            yield self._bounded(century.span.start, century.span.end, first, first + _CENTURY - 1)

    def _at(self, place: int) -> YearSpan | None:
        token = self._tokens[place]
        if token.quote is not None:
            return None
        decade = _DECADE.fullmatch(token.folded)
        if decade is not None:
            first = int(decade[1]) * 10
            return self._bounded(place, place + 1, first, first + 9)
        if not _YEAR.fullmatch(token.text):
            before = self._ending(place, "decade")
            if before is not None and _SHORT_DECADE.fullmatch(token.text) and self._may_be_decade(before, place):
                first = self._this_year // _CENTURY * _CENTURY - _CENTURY + int(token.text[:2])
                return self._bounded(before.span.start, place + 1, first, first + 9)
            return None
        return self._year(place)

    def _year(self, place: int) -> YearSpan:
        year = int(self._tokens[place].text)
        second = self._second(place)
        if second is not None:
            return self._range(place, *second)
        before = self._ending(place, "decade")
        if before is not None and year % 10 == 0 and self._says_years(before):
            return self._bounded(before.span.start, place + 1, year, year + 9)
        return self._bounded(place, place + 1, year, year)

    def _says_years(self, cue: CueSpan) -> bool:
        """Whether a cue for decades says "years of": an article alone goes before any year."""
        return any(len(self._tokens[place].folded) > 3 for place in range(cue.span.start, cue.span.end))

    def _may_be_decade(self, cue: CueSpan, place: int) -> bool:
        """Whether two digits are a decade, "the 60s", "años 60", "los 60", and no number: "los 60 autores"."""
        following = self._text[self._tokens[place].end :]
        ends = not following or following[0] in _STOPS
        return self._tokens[place].text.endswith("s") or self._says_years(cue) or (ends and len(cue.span) == 1)

    def _second(self, place: int) -> tuple[int, bool, bool] | None:
        """The place of the year that ends a range, whether the two are a choice, and whether a dash joins them."""
        if self._is_shortened(place + 1):
            return place + 1, False, True
        end = self._tokens[place].end
        for other in range(place + 1, min(place + 6, len(self._tokens))):
            if not _YEAR.fullmatch(self._tokens[other].text):
                continue
            between = self._text[end : self._tokens[other].start]
            if self._BETWEEN.fullmatch(between):
                return other, False, True
            joined = any(cue.says("time", "and") and cue.span == Span(place + 1, other) for cue in self._time)
            inside = range(place + 1, other)
            # What stands before the second year may be an article or "year": short words, or the cue of years.
            loose = any(
                cue.says("time", "and") and cue.span.start == place + 1 and self._only_years(cue.span.end, other)
                for cue in self._time
            )
            if joined or loose:
                choice = all(self._tokens[inner].folded in {"or", "ou", "o", "u"} for inner in inside[:1])
                return other, choice, False
            return None
        return None

    def _is_shortened(self, place: int) -> bool:
        """Whether two digits after a dash are a later year of the century of the year before: "1961-65"."""
        if place >= len(self._tokens) or not _SHORTENED.fullmatch(self._tokens[place].text):
            return False
        before, token = self._tokens[place - 1], self._tokens[place]
        dashed = self._text[before.end : token.start] in _DASHES
        return dashed and _YEAR.fullmatch(before.text) is not None and token.text > before.text[2:]

    def _only_years(self, start: int, end: int) -> bool:
        return all(
            len(self._tokens[inner].folded) <= 3
            or any(cue.says("time", "published", "month") and cue.span == Span(inner, inner + 1) for cue in self._time)
            for inner in range(start, end)
        )

    def _range(self, place: int, other: int, choice: bool, dashed: bool) -> YearSpan:  # noqa: FBT001 - of _second
        year, text = self._tokens[place].text, self._tokens[other].text
        first, last = sorted((int(year), int(year[: len(year) - len(text)] + text)))
        start, published = self._start(place)
        opened = start < place and any(
            cue.says("time", "between", "from", "since")
            for cue in self._time
            if start <= cue.span.start and cue.span.end <= place
        )
        said_and = not dashed and self._tokens[place + 1].folded in {"and", "et", "y", "e", "i"}
        if choice or (said_and and not opened):
            years = Years(self._said(start, other + 1), *self._characters(start, other + 1), several=(first, last))
            return YearSpan(Span(start, other + 1), years, published, bounded=False)
        return self._span(start, other + 1, first, last, published=published, bounded=True)

    def _bounded(self, place: int, end: int, first: int, last: int) -> YearSpan:
        """Years from ``place`` to before ``end``, with the cues around them that make an open range."""
        start, published = self._start(place)
        # Of the cues right before that say more than "year" the longest decides: "no later than" holds "later than".
        lead = max(
            (cue for cue in self._time if self._leads(cue, place)),
            key=lambda cue: (cue.says("time", *_OPEN_ENDED), cue.span.end, len(cue.span)),
            default=None,
        )
        # "Antes del año" holds "del año", which led back to its own first word.
        start = start if lead is None else min(start, lead.span.start)
        opening = next((cue for cue in self._time if cue.span.start == end and self._opens(cue)), None)

        def said(*names: str) -> bool:
            return lead is not None and lead.says("time", *names)

        if said("after"):
            return self._span(start, end, last + 1, None, published=published, bounded=True)
        if said("before"):
            return self._span(start, end, None, first - 1, published=published, bounded=True)
        if said("since") or opening is not None:
            stop = end if opening is None else opening.span.end
            return self._span(start, stop, first, None, published=published, bounded=True)
        closing = next((c for c in self._time if c.span.start == end and c.says("time", "closed")), None)
        if closing is not None:
            return self._span(start, closing.span.end, None, last, published=published, bounded=True)
        if said("until") and not said("published"):
            return self._span(start, end, None, last, published=published, bounded=True)
        return self._span(start, end, first, last, published=published)

    def _opens(self, cue: CueSpan) -> bool:
        """Whether a cue after a year opens a range: "from 2016 on", not "from 2016 on drought"."""
        if not cue.says("time", "open"):
            return False
        if len(cue.span) > 1 or len(self._tokens[cue.span.start].folded) > 2:
            return True
        following = self._text[self._tokens[cue.span.end - 1].end :]
        return not following or following[0] in _STOPS

    def _start(self, place: int) -> tuple[int, bool]:
        """Where the cues that lead to a year begin, and whether they speak of publication."""
        start, published = place, False
        while True:
            before = max(
                (cue for cue in self._time if self._leads(cue, start)),
                key=lambda cue: (cue.span.end, len(cue.span)),
                default=None,
            )
            if before is None:
                break
            start = before.span.start
            published = published or before.says("time", "published")
        return start, published

    def _leads(self, cue: CueSpan, start: int) -> bool:
        """Whether a cue stands right before a place, at most two short words away."""
        leading = cue.says("time", "published", "from", "between", *_OPEN_ENDED)
        # A lone letter, "à 2015", is too common a word to reach over others.
        near = 2 * (len(cue.span) > 1 or len(self._tokens[cue.span.start].folded) > 1)
        return leading and start - near <= cue.span.end <= start and self._only_years(cue.span.end, start)

    def _ending(self, place: int, name: str) -> CueSpan | None:
        return next((cue for cue in self._time if cue.span.end == place and cue.says("time", name)), None)

    def _span(
        self, start: int, end: int, first: int | None, last: int | None, *, published: bool, bounded: bool = False
    ) -> YearSpan:
        years = Years(self._said(start, end), *self._characters(start, end), first=first, last=last)
        return YearSpan(Span(start, end), years, published, bounded)

    def _said(self, start: int, end: int) -> str:
        return self._text[slice(*self._characters(start, end))]

    def _characters(self, start: int, end: int) -> tuple[int, int]:
        return self._tokens[start].start, self._tokens[end - 1].end
