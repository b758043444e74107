"""Which facet's values a question asks for, and how many of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from search.question.understanding.lexicon import lexicon
from search.question.understanding.parsing import NEAR, Parsed
from search.question.understanding.roles import PLACES
from search.question.understanding.spans import CueSpan, Span, number_of

_EXTREMES: Final = ("newest", "oldest", "opening", "closing")


class Dimensions:
    """The nouns of a parsed question that stand for a facet, and not beside a name that they describe."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self._question = parsed.question

    def asked_for(self) -> tuple[str, ...]:
        """The facets whose values are asked for: nouns that lead to no name."""
        named = []
        for cue in self._parsed.cues:
            for name in cue.names("dimension"):
                if name == "author" and self._is_who(cue) and any(self._nouns(cue)):
                    continue
                if not self._leads_to_name(cue, name):
                    named.append((cue.span, name))
        if not named:
            return ()
        rank = self._parsed.first("intent", "rank", "fewest", "first", "trend") or self._parsed.first("ask", "which")
        anchor = rank.span.start if rank is not None else 0
        nearest = min(named, key=lambda found: (abs(found[0].start - anchor), found[0].start))
        together = [name for span, name in named if abs(span.start - nearest[0].start) <= 2]
        facets = [facet for name in together for facet in (PLACES if name == "place" else (name,))]
        return tuple(dict.fromkeys(facets))

    def listed(self) -> tuple[str, ...]:
        """The facets whose values a question asks for right after "which", "list" or "who"."""
        for cue in self._parsed.cues:
            asks = cue.says("ask", "which") or cue.says("intent", "list", "count")
            if not asks:
                continue
            named = tuple(name for name in cue.names("dimension") if name != "author")
            if named:
                return named  # "who funded": the question word says of which facet
            of_something = self._parsed.names or self._parsed.subjects
            if cue.says("dimension", "author") and not any(self._nouns(cue)) and of_something:
                return ("author",) if self._writes(cue) else ()
            for other in self._parsed.cues:
                gap = range(cue.span.end, other.span.start)
                if 0 <= len(gap) <= 3 and other.span.start >= cue.span.end:
                    if not all(map(self._says_nothing, gap)):
                        continue
                    names = [name for name in other.names("dimension") if not self._leads_to_name(other, name)]
                    names = [name for name in names if not (name == "region" and self._of_country(other))]
                    if names and not other.says("documents"):
                        return tuple(names)
        return ()

    def top(self) -> int | None:
        """A number beside "top", "most" or the noun of what is ranked."""
        nouns = [cue.span for cue in self._parsed.cues if cue.says("intent", "rank", "fewest", *_EXTREMES)]
        nouns += [cue.span for cue in self._parsed.cues if cue.says("dimension") or cue.says("documents")]
        for place, token in enumerate(self._question.tokens):
            number = number_of(token, lexicon(self._question.language))
            taken = any(place in range(years.span.start, years.span.end) for years in self._parsed.years)
            if number is None or number == 0 or taken or (number == 1 and not token.text.isdigit()):
                continue
            if any(span.start - 2 <= place <= span.end for span in nouns):
                return number
        return 1 if self._superlative_of_one() else None

    def _superlative_of_one(self) -> bool:
        """Whether the newest or the oldest of documents is wanted, by a noun in the singular: "the latest report"."""
        nouns = [cue.span for cue in self._parsed.cues if cue.says("documents", "nouns")]
        singular = [span for span in nouns if not self._question.words(span)[-1].endswith(("s", "x"))]
        extremes = [cue.span for cue in self._parsed.cues if cue.says("intent", *_EXTREMES)]
        return any(self._are_beside(*pair) for pair in product(extremes, singular))

    def _are_beside(self, one: Span, other: Span) -> bool:
        """Whether grammar alone stands between two spans."""
        first, second = sorted((one, other), key=lambda span: span.start)
        return all(map(self._question.is_grammar, range(first.end, second.start)))

    def _is_who(self, cue: CueSpan) -> bool:
        return cue.says("ask", "which") and len(cue.span) == 1

    def _nouns(self, but: CueSpan) -> Iterator[CueSpan]:
        """Nouns of dimensions that lead to no name, other than a question word."""
        for cue in self._parsed.cues:
            if cue is not but and not self._is_who(cue):
                for name in cue.names("dimension"):
                    if not self._leads_to_name(cue, name):
                        yield cue

    def _leads_to_name(self, cue: CueSpan, name: str) -> bool:
        """Whether a noun stands beside a name of its kind, which it then describes."""
        facets = PLACES if name == "place" else (name,)
        for link in self._parsed.names:
            if not any(reading.facet in facets for reading in link.readings):
                continue
            between = (
                range(cue.span.end, link.span.start)
                if cue.span.end <= link.span.start
                else range(link.span.end, cue.span.start)
            )
            plural = self._question.words(cue.span)[-1].endswith("s") and cue.span.end <= link.span.start
            near = len(between) <= NEAR and all(self._question.is_grammar(place) for place in between)
            if near and not (plural and self._parsed.says("intent", "rank", "fewest") and name != "series"):
                return link.facet in facets
        return False

    def _says_nothing(self, place: int) -> bool:
        """Whether a word is grammar, a number or a filler."""
        filled = any(cue.says("filler") and place in range(cue.span.start, cue.span.end) for cue in self._parsed.cues)
        return filled or self._question.is_grammar(place) or self._parsed.is_number(place)

    def _of_country(self, cue: CueSpan) -> bool:
        """Whether a country follows: records do not tell "regions of Mali"."""
        near = range(cue.span.end, cue.span.end + NEAR)
        return any(name.facet == "country" and name.span.start in near for name in self._parsed.names)

    def _writes(self, cue: CueSpan) -> bool:
        """Whether "who" is followed by writing or publishing."""
        return any(
            other.span.start in range(cue.span.end, cue.span.end + 3)
            and any(
                (other.says("role", "issuer", "author"), other.says("filler", "words"), other.says("time", "published"))
            )
            for other in self._parsed.cues
        )
