"""The text of a question -> words with their places, quoted texts, cues and years."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from kg.authority.names import fold
from search.languages import function_words, guess_language
from search.question.lexicon import LANGUAGES, NUMBER, Cue, Lexicon, lexicon
from search.question.plan import Years

LONGEST: Final = 2000
"""Characters of a question that are read: no one asks in more, and each word costs look-ups."""

_WORD: Final = re.compile(r"[^\W_]+(?:(?:\+\+?|#)(?!\w))?")
"""A word, with the signs that make it another name: REDD+, C#."""
_YEAR: Final = re.compile(r"1[6-9]\d\d|20\d\d|21\d\d")
_DECADE: Final = re.compile(r"(1[6-9]\d|20\d)0s")
_QUOTED: Final = re.compile(
    r"“([^“”]{2,}?)”|«\s*([^«»]{2,}?)\s*»|„([^„“”]{2,}?)[“”]|\"([^\"]{2,}?)\""
    r"|(?<![^\W_])‘([^‘]{2,}?)’(?![^\W_])|(?<![^\W_])'([^'](?:[^']|(?<=\w)'(?=\w))*?[^'])'(?![^\W_])"
)
_CENTURY: Final = 100
_SHORT_DECADE: Final = re.compile("[2-9]0s?")
_STOPS: Final = ",.;?!)"
_OPEN_ENDED: Final = ("since", "after", "before", "until")
"""Cues before a year of a range with one end."""
_LETTERS: Final = {"en": "", "es": "áéíñóúü", "fr": "àâæçèéêëîïôœùûüÿ", "pt": "áâãàçéêíóôõú"}
"""The letters with marks of each language."""
_SHORTEST_SLIP: Final = 4
_SLIP: Final = 0.85
"""How alike (`difflib`) a word and a slip of it are."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a question from character ``start`` to before ``end``; ``quote`` numbers the quoted text it is in."""

    text: str
    folded: str
    start: int
    end: int
    quote: int | None = None

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital, as names do."""
        return self.text[:1].isupper()


@dataclass(frozen=True, slots=True)
class Span:
    """Some neighbouring tokens, from number ``start`` to before ``end``."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def meets(self, other: Span) -> bool:
        """Whether they have a token in common."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class CueSpan:
    """A phrase of the lexicon and what it may say."""

    span: Span
    cues: frozenset[Cue]

    def says(self, group: str, *names: str) -> bool:
        """Whether it may say this: any of some names of a group, or anything of it."""
        return any(cue.group == group and (not names or cue.name in names) for cue in self.cues)

    def names(self, group: str) -> tuple[str, ...]:
        """What of a group it may say, sorted."""
        return tuple(sorted(cue.name for cue in self.cues if cue.group == group))


@dataclass(frozen=True, slots=True)
class YearSpan:
    """Years and the tokens that say them, cues included.

    ``published`` tells that the words speak of publication, ``bounded`` that they are a range.
    """

    span: Span
    years: Years
    published: bool
    bounded: bool


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A question taken apart. ``cues`` are all phrases at each place, also such as lie inside others."""

    text: str
    language: str
    tokens: tuple[Token, ...]
    quotes: tuple[Span, ...]
    cues: tuple[CueSpan, ...]
    years: tuple[YearSpan, ...]

    def words(self, span: Span) -> tuple[str, ...]:
        """The folded words of a span."""
        return tuple(token.folded for token in self.tokens[span.start : span.end])

    def said(self, span: Span) -> str:
        """The text of a span as it was asked."""
        if not len(span):
            return ""
        return self.text[self.tokens[span.start].start : self.tokens[span.end - 1].end]

    def word_at(self, token: Token) -> str:
        """The stretch without spaces that a token is in, without punctuation around it: identifiers hold signs."""
        start = self.text.rfind(" ", 0, token.start) + 1
        end = self.text.find(" ", token.end)
        return self.text[start : end if end >= 0 else len(self.text)].strip(".,;:?!()'\"«»“”‘’¿¡")

    def is_grammar(self, place: int) -> bool:
        """Whether a token carries grammar, not content; what is quoted never does.

        Accents may be left out, but a word that has one of its own is another word: French maïs is no mais.
        """
        token = self.tokens[place]
        if token.quote is not None:
            return False
        if token.text.isascii():
            return token.folded in _folded_grammar(self.language)
        return token.text.casefold() in function_words(self.language)


def read(
    question: str, *, this_year: int, language: str | None = None, is_common: Callable[[str], bool] = lambda _: True
) -> Read:
    """Take a question apart. ``language`` is that of the reader, who may ask in another one.

    ``is_common`` tells whether texts hold a word: of others, those that are a slip of a word that asks are read as it.
    """
    text = " ".join(question[:LONGEST].split())
    tokens, quotes = _tokens(text)
    spoken = _language(text, tokens, language)
    words = lexicon(spoken)
    tokens = tuple(_without_slip(token, words, is_common) for token in tokens)
    cues = tuple(_cues(tokens, words))
    return Read(text, spoken, tokens, quotes, cues, tuple(_Dates(tokens, cues, text, this_year).found()))


def _tokens(text: str) -> tuple[tuple[Token, ...], tuple[Span, ...]]:
    ranges = [found.span(found.lastindex or 0) for found in _QUOTED.finditer(text)]
    tokens = []
    for found in _WORD.finditer(text):
        quote = next((number for number, (start, end) in enumerate(ranges) if start <= found.start() < end), None)
        # Folding can leave nothing of a lone mark; such a token is still there to be searched for.
        tokens.append(Token(found[0], fold(found[0]) or found[0].casefold(), found.start(), found.end(), quote))
    quotes = []
    for number in range(len(ranges)):
        inside = [place for place, token in enumerate(tokens) if token.quote == number]
        if inside:
            quotes.append(Span(inside[0], inside[-1] + 1))
    return tuple(tokens), tuple(quotes)


def _language(text: str, tokens: Sequence[Token], preferred: str | None) -> str:
    """The language of a question: by its function words, then its cues, then the reader's, then by its letters."""
    asked = [token for token in tokens if token.quote is None]
    guessed = guess_language(" ".join(token.text for token in asked) or text)
    if guessed is not None:
        return guessed
    letters = {letter for token in asked for letter in token.text.casefold() if letter.isalpha()}

    def fit(language: str) -> tuple[int, int, bool, int]:
        grammar = function_words(language)
        found = [cue.span for cue in _cues(tokens, lexicon(language))]
        cued = {place for span in found for place in range(span.start, span.end)}
        # What one language asks with may be the grammar of another, which has been counted: "o" is "or" in Spanish.
        own = sum(tokens[place].folded not in _folded_grammar(language) for place in cued)
        counted = sum(token.text.casefold() in grammar for token in asked)
        strange = sum(not letter.isascii() and letter not in _LETTERS[language] for letter in letters)
        return counted, own, language == preferred, -strange

    return max(LANGUAGES, key=fit)


def _without_slip(token: Token, words: Lexicon, is_common: Callable[[str], bool]) -> Token:
    """A word with one or two letters wrong as what it must be: ``wich``, ``mnay``."""
    plain = len(token.folded) >= _SHORTEST_SLIP and token.folded.isalpha() and not token.quote and not token.capital
    asking = words.single | _folded_grammar(words.language)
    if not plain or token.folded in asking or token.folded in words.words or is_common(token.text):
        return token
    letters = sorted(token.folded)
    turned = (word for word in sorted(asking) if len(word) == len(letters) and sorted(word) == letters)
    near = next(turned, None) or next(iter(difflib.get_close_matches(token.folded, sorted(asking), 1, _SLIP)), None)
    return token if near is None else replace(token, folded=near)


@cache
def _folded_grammar(language: str) -> frozenset[str]:
    return frozenset(map(fold, function_words(language)))


def _cues(tokens: Sequence[Token], words: Lexicon) -> Iterator[CueSpan]:
    plain = [token.folded if token.quote is None else "\0" for token in tokens]
    numbered = [
        NUMBER if number_of(token, words) is not None else word for token, word in zip(tokens, plain, strict=True)
    ]
    for start in range(len(tokens)):
        seen = set()
        for variant in (plain, numbered):
            for end, cues in words.at(variant, start):
                if end not in seen:
                    seen.add(end)
                    yield CueSpan(Span(start, end), cues)


def number_of(token: Token, words: Lexicon) -> int | None:
    """The small number that a token says in digits or letters."""
    if token.text.isascii() and token.text.isdigit():
        return int(token.text) if len(token.text) <= 3 else None
    for cue in words.phrases.get((token.folded,), ()):
        if cue.group == "numbers":
            return int(cue.name)
    return None


class _Dates:
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

    def _only_years(self, start: int, end: int) -> bool:
        return all(
            len(self._tokens[inner].folded) <= 3
            or any(cue.says("time", "published", "month") and cue.span == Span(inner, inner + 1) for cue in self._time)
            for inner in range(start, end)
        )

    def _range(self, place: int, other: int, choice: bool, dashed: bool) -> YearSpan:  # noqa: FBT001 - of _second
        first, last = sorted((int(self._tokens[place].text), int(self._tokens[other].text)))
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
