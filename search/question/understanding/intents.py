"""What a question shows of the kind of answer that it asks for (:mod:`.rules` decide by that), and what of it binds."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from search.question.understanding.dimensions import Dimensions
from search.question.understanding.lexicon import LANGUAGES, lexicon
from search.question.understanding.parsing import NEAR, Name, Parsed
from search.question.understanding.plan import Intent, Joint
from search.question.understanding.roles import ISSUERS, NARROWED, PLACES, SUBJECTS
from search.question.understanding.rules import Sign
from search.question.understanding.spans import CueSpan, Span, YearSpan, number_of

STRUCTURAL: Final = frozenset(
    {Intent.COUNT, Intent.COUNT_BY_YEAR, Intent.SHARE, Intent.RANK, Intent.VALUES, Intent.GAPS, Intent.COMPARE}
    | {Intent.TREND, Intent.FIRST, Intent.LIST}
)
"""Intents whose answers are computed: every name binds."""

_COUNTED_WITHIN: Final = 6
"""Words after "how many" among which there must be something that can be counted here."""
_BREAK: Final = re.compile(r"[.;:?!()\u2014]")
_MOST_UNUSED: Final = 2
"""Words without a part in what is asked that may be turns of speech; more of them say what it is about."""
_MOST_TURNS: Final = 4
"""The same where documents are spoken of and bound."""
_OPENING_WORDS: Final = 4


class Kinds:
    """What can be seen in one parsed question."""

    def __init__(self, parsed: Parsed, dimensions: Dimensions) -> None:
        self._parsed = parsed
        self._question = parsed.question
        self._dimensions = dimensions

    def signs(self, dimension: tuple[str, ...], subject: tuple[str, ...], facets: Collection[str]) -> frozenset[Sign]:
        """Everything that the question shows of what rules go by. ``facets`` are those of what it names or means."""
        said = self._parsed.says
        seen = {
            Sign.REPORT: bool(subject),
            Sign.SERIES: "series" in facets,
            Sign.AUTHOR: "author" in facets,
            Sign.DIMENSION: bool(dimension),
            Sign.LISTED: bool(self._dimensions.listed()) and (self.lists_all() or not said("intent", "rank", "fewest")),
            Sign.NUMBERED: self._numbered_dimension(),
            Sign.RANKED: self.ranks(),
            Sign.DATED: bool(self._parsed.years),
            Sign.ALIKE: said("intent", "related") and self._points(),
            Sign.GAPS: said("intent", "gaps"),
            Sign.COAUTHORS: self._asks_for_coauthors(),
            Sign.SHARE: self._counts("share"),
            Sign.FIRST: said("intent", "first"),
            Sign.TREND: said("intent", "trend", "rise", "fall"),
            Sign.COURSE: said("intent", "trend"),
            Sign.CHOICE: self._chooses_among(dimension),
            Sign.SIDES: self._compares(),
            Sign.EACH: self._counts_each(),
            Sign.COUNTED: self._counts(),
            Sign.BY_YEAR: self.per_year,
            Sign.ALL: self._lists(),
            Sign.BARE: not self._parsed.rest(structural=True) and not self._asks_for_value(),
            Sign.SAID: said("ask", "say"),
            Sign.OPEN: self.asks_openly(),
        }
        return frozenset(sign for sign, shown in seen.items() if shown)

    def is_fragment(self) -> bool:
        """Whether the question says only what is to be different: "and in French?", "since 2020?"."""
        said = self._parsed.says
        asks = said("documents") or said("intent") or bool(self._dimensions.asked_for())
        asks = asks or (said("ask", "which") and bool(self._parsed.rest(structural=True)))
        changes = bool(self._parsed.names) or bool(self._parsed.years)
        return changes and not asks and len(self._parsed.rest(structural=True)) <= 1

    def speaks_of_documents(self) -> bool:
        """Whether documents are asked for, by a noun or by their type."""
        return self._parsed.says("documents") or any(
            name.facet == "type" and len(name.span) > 1 for name in self._parsed.names
        )

    def asks_openly(self) -> bool:
        """Whether something is asked that texts may tell, and not for the texts themselves: "which reports..."."""
        for cue in self._parsed.cues:
            if cue.says("ask", "which"):
                after = range(cue.span.end, cue.span.end + 2)
                if any(other.says("documents") and other.span.start in after for other in self._parsed.cues):
                    return False
        return self._parsed.says("ask", "open", "which") or self._question.text.rstrip().endswith("?")

    def asks_for_employer(self) -> bool:
        """Whether it is asked where or for whom a person works, from the first word to the last."""
        if not any(name.facet == "author" for name in self._parsed.names):
            return False
        opens = any(cue.says("ask", "where") and cue.span.start == 0 for cue in self._question.cues)
        ends = len(self._question.tokens)
        works = [cue.span for cue in self._question.cues if cue.says("ask", "works")]
        # In French and Spanish the person comes last: "Où travaille Amina Diallo ?"
        last = {ends, *(name.span.start for name in self._parsed.names if name.span.end == ends)}
        return opens and any(span.end in last for span in works)

    def _asks_for_value(self) -> bool:
        """Whether a quantity is asked for, and no documents: "what is the price of seed in Mali?"."""
        return bool(self.wanted()) and not self.speaks_of_documents()

    def wanted(self) -> tuple[str, ...]:
        """Every phrase, in any language, for a quantity that only texts can tell."""
        cue = self._parsed.first("value")
        if cue is None or not self.asks_openly():
            return ()
        names = cue.names("value")
        phrases = (
            " ".join(phrase)
            for language in LANGUAGES
            for phrase, cues in lexicon(language).phrases.items()
            if any(one.group == "value" and one.name in names for one in cues)
        )
        return tuple(sorted({_last_content(phrase) for phrase in phrases}))

    def _points(self) -> bool:
        """Whether reports like others are asked for, and nothing says which others: "like these three"."""
        return self.speaks_of_documents() and not self._parsed.rest(structural=True) and not self._parsed.names

    def _asks_for_coauthors(self) -> bool:
        """Whether co-authors are asked for; what is "co-authored by" somebody is by that person.

        What one wrote with another are the reports of both.
        """
        cue = self._parsed.first("intent", "coauthors")
        if cue is None:
            return False
        authors = [name for name in self._parsed.names if name.facet == "author"]
        if any(
            one.span.end <= cue.span.start and other.span.start >= cue.span.end and other.joined is Joint.BOTH
            for one, other in pairwise(authors)
        ):
            return False
        return not any(other.says("role", "author") and other.span.start == cue.span.end for other in self._parsed.cues)

    def lists_all(self) -> bool:
        """Whether the question begins with "list every"; what is ranked in it then only describes."""
        cue = self._parsed.first("intent", "list")
        return cue is not None and cue.span.start == 0 and self._dimensions.top() is None

    @property
    def per_year(self) -> bool:
        """Whether years are to be told apart. The words may also lead to years: "each year 2018 to 2023"."""
        return any(cue.says("intent", "per_year") for cue in self._question.cues)

    def _counts(self, name: str = "count") -> bool:
        """Whether "how many" asks for records, or for values of a facet, and not for what texts tell."""
        cue = self._parsed.first("intent", name)
        if cue is None:
            return False
        after = range(cue.span.end, cue.span.end + _COUNTED_WITHIN)
        if any(other.says("documents") and other.span.start in after for other in self._parsed.cues):
            return True
        if any(one.facet in {"type", "language"} and one.span.start in after for one in self._parsed.names):
            return True
        if any(other.says("follow") and other.span.start in after for other in self._parsed.cues):
            # How many of those: of reports that were asked for before, unless more is said of them.
            return not self._parsed.rest(structural=True)
        if self._parsed.missing:
            # Only records lack an abstract or an author.
            return True
        return name == "count" and (self._counted_next(cue.span.end) or self._counted_before())

    def _counted_before(self) -> bool:
        """Whether documents that something binds are spoken of, and nothing that they are about is left over."""
        rest = self._parsed.rest(structural=True)
        bound = bool(self._parsed.years) or any(name.facet != "topic" for name in self._parsed.names)
        return bound and self.speaks_of_documents() and not self.subject_words(rest) and len(rest) <= _MOST_TURNS

    def _counted_next(self, place: int) -> bool:
        """Whether the next word with content is no thing in a text: "how many are in Spanish", "... : how many?"."""
        while place < len(self._question.tokens):
            name = next((one for one in self._parsed.names if place in range(one.span.start, one.span.end)), None)
            if name is not None:
                return name.facet != "topic"
            cue = next((one for one in self._parsed.cues if place in range(one.span.start, one.span.end)), None)
            if cue is not None and not cue.says("filler"):
                return cue.says("dimension") or cue.says("role") or cue.says("time")
            if any(place in range(one.span.start, one.span.end) for one in self._parsed.years):
                return True
            if cue is None and not self._question.is_grammar(place):
                return False
            place = place + 1 if cue is None else cue.span.end
        return self.speaks_of_documents() or bool(self._parsed.names)

    def ranks(self) -> bool:
        """Whether "most" speaks of what is ranked: the noun of a facet, or records, are near."""
        rest = self._parsed.rest(structural=True)
        if len(rest) - len(self.subject_words(rest)) > _MOST_UNUSED:
            return False
        asks = self._parsed.says("ask", "which") or bool(self._dimensions.listed())
        dimensions = [cue.span for cue in self._parsed.cues if cue.says("dimension")]
        begins = any(span.start < _OPENING_WORDS for span in dimensions)
        for cue in self._parsed.cues:
            if cue.says("intent", "rank", "fewest"):
                near = range(cue.span.start - NEAR, cue.span.end + NEAR)
                beside = any(span.start in near or span.end - 1 in near for span in dimensions)
                if beside or begins or (asks and self.speaks_of_documents()):
                    return True
        return False

    def _numbered_dimension(self) -> bool:
        """Whether so many values of a facet are wanted: "three repositories"."""
        rest = self._parsed.rest(structural=True)
        if len(rest) - len(self.subject_words(rest)) > _MOST_UNUSED or not (self._parsed.names or self._parsed.years):
            return False
        return any(
            cue.says("dimension") and cue.span.start > 0 and self._wants(cue.span.start - 1)
            for cue in self._parsed.cues
        )

    def _wants(self, place: int) -> bool:
        """Whether a word is a number of things, and no article."""
        number = number_of(self._question.tokens[place], lexicon(self._question.language))
        return number is not None and number > 1

    def _chooses_among(self, dimension: tuple[str, ...]) -> bool:
        """Whether it is asked which of some names has most: "Which country has more, Kenya or Mali?"."""
        said = self._parsed.says
        facets = {name.facet for name in self.sides()}
        if len(self.sides()) < 2 or not said("logic", "or"):
            return False
        if said("intent", "more"):
            return True
        rest = self._parsed.rest(structural=True)
        if not said("intent", "rank") or len(rest) - len(self.subject_words(rest)) > _MOST_UNUSED:
            return False
        # "Who" may be an institution as well.
        asked = {*dimension, *(ISSUERS if "author" in dimension or NARROWED.keys() & set(dimension) else ())}
        return not dimension or bool(facets & asked)

    def _compares(self) -> bool:
        """Whether things are to be set side by side, and not a text asked for that does: "how does maize do versus"."""
        cue = self._parsed.first("intent", "compare")
        if cue is None or len(self.sides()) < 2:
            return False
        return not any(place < cue.span.start for place in self._parsed.rest(structural=True))

    def _counts_each(self) -> bool:
        """Whether several things are each to be counted: "how many on Ethiopia and how many on Kenya?"."""
        counts = (cue for cue in self._parsed.cues if cue.says("intent", "count") and not cue.says("joint"))
        asked = [cue.span.start for cue in counts]
        named = [name.span.start for name in self.sides()]
        return len(named) > 1 and any(named[0] < place < named[-1] for place in asked)

    def sides(self) -> tuple[Name, ...]:
        """The names of one kind, if there are several; institutions are of one kind whatever their roles.

        Two that "or" joins are of one kind if they may be.
        """
        for first, second in pairwise(self._parsed.names):
            between = Span(first.span.end, second.span.start)
            joined = any(cue.span == between and cue.says("logic", "or") for cue in self._question.cues)
            facets = {reading.facet for reading in first.readings}
            if joined and first.facet != second.facet and any(one.facet in facets for one in second.readings):
                return first, second
        kinds: dict[str, list[Name]] = {}
        for name in self._parsed.names:
            kinds.setdefault("issuer" if name.facet in ISSUERS else name.facet, []).append(name)
        most = max(map(len, kinds.values()), default=0)
        return next((tuple(names) for names in kinds.values() if len(names) == most), ())

    def _lists(self) -> bool:
        """Whether all reports are wanted that have what is named: that says more than what reports are about.

        Documents are asked for, or nothing is said beyond the names: "Heliyon articles", "what came out in 2024?".
        """
        asked = self.speaks_of_documents() or self._parsed.says("intent", "list") or self._is_heading()
        announced = any(name.role in {"series", "publisher", "topic"} for name in self._parsed.names)
        if not asked and (len(self._parsed.rest(structural=True)) > announced or self._parsed.says("ask", "future")):
            return False
        topics = any(name.facet == "topic" and not name.excluded for name in self._parsed.names)
        # "Land reform in Chile in the sixties" was the reform's time; reports on it may be later.
        dated = self._years_bind() and (asked or not topics or not any(map(_is_decade, self._parsed.years)))
        if any(name.facet not in SUBJECTS for name in self._parsed.names) or dated or self._parsed.missing:
            return True
        places = any(name.facet in PLACES for name in self._parsed.names)
        return (places and not topics) or any(name.role == "topic" for name in self._parsed.names)

    def _is_heading(self) -> bool:
        """Whether the question begins with what kind of documents are wanted: "Audit reports about Kenya"."""
        opening = range(_OPENING_WORDS)
        return any(
            name.facet == "type" and (len(name.span) > 1 or name.span.start in opening) for name in self._parsed.names
        ) or any(cue.says("documents") and cue.span.start in opening for cue in self._parsed.cues)

    def subject_words(self, rest: Sequence[int]) -> list[int]:
        """Of the words that nothing has taken those that say what documents are about.

        They follow "about", stand between "how many" and the noun, or are quoted; others are turns of speech.
        """
        led: set[int] = set()
        for cue in self._parsed.cues:
            if cue.says("role", "about", "topic"):
                led.update(range(cue.span.end, self._next_cue(cue.span.end)))
            if cue.says("intent", "count", "share"):
                nouns = (other.span.start for other in self._parsed.cues if other.says("documents"))
                between = range(cue.span.end, next((noun for noun in nouns if noun > cue.span.end), cue.span.end))
                if not any(map(self._question.is_grammar, between)):
                    led.update(between)
        return [place for place in rest if place in led or self._question.tokens[place].quote is not None]

    def _next_cue(self, place: int) -> int:
        """Where the next years, the next cue that is no filler, or the next part of the sentence begin."""
        tokens, text = self._question.tokens, self._question.text
        breaks = (
            later
            for later in range(max(1, place), len(tokens))
            if _BREAK.search(text, tokens[later - 1].end, tokens[later].start)
        )
        starts = [cue.span.start for cue in self._parsed.cues if not self._goes_on(cue)]
        starts += [years.span.start for years in self._parsed.years]
        starts += breaks
        return min((start for start in starts if start >= place), default=len(self._question.tokens))

    def _goes_on(self, cue: CueSpan) -> bool:
        """Whether a cue may stand amid what documents are about: "tanto de género como de nutrición"."""
        both = any(one.says("joint", "both") and one.span.end <= cue.span.start for one in self._question.cues)
        return cue.says("filler") or cue.says("logic") or (both and cue.says("joint", "as"))

    def binds(self, name: Name, intent: Intent) -> bool:
        """Whether the answer must have this; otherwise its words are searched for."""
        if name.excluded or intent in STRUCTURAL:
            return True
        if intent is Intent.COAUTHORS:
            return name.facet not in SUBJECTS
        if intent is Intent.RELATED:
            return name.facet != "topic" or name.role == "topic"
        documents = self.speaks_of_documents()
        led = documents and name.role is not None and name.role != "about"
        rules = {
            **dict.fromkeys(PLACES, False),
            "topic": name.role == "topic",
            "author": documents and name.role == "author",
            "series": led or self._of_documents(name.span),
            **dict.fromkeys(ISSUERS, led or self._of_documents(name.span)),
        }
        return rules.get(name.facet, documents or len(name.span) > 1)

    def _of_documents(self, span: Span) -> bool:
        """Whether a name belongs to a noun for documents: "rapport d'impact du FIDA", "IFAD reports"."""
        for cue in self._parsed.cues:
            if cue.says("documents"):
                gap = range(cue.span.end, span.start)
                between = sum(not self._question.is_grammar(place) for place in gap)
                if cue.span.end <= span.start and len(gap) <= NEAR + 1 and between <= 1:
                    return True
                after = range(span.end, cue.span.start)
                if span.end <= cue.span.start and (not after or self._is_object(after)):
                    return True
        return False

    def _is_object(self, gap: range) -> bool:
        """Whether a verb and an article lead from a name to its documents: "IFAD withdraw the report"."""
        return (
            1 < len(gap) <= NEAR + 1
            and self._question.is_grammar(gap[-1])
            and not any(cue.span.start in gap for cue in self._parsed.cues if cue.says("role") or cue.says("intent"))
        )

    def _years_bind(self) -> bool:
        return any(self.binds_years(span, Intent.LIST) for span in self._parsed.years)

    def binds_years(self, span: YearSpan, intent: Intent) -> bool:
        """Whether years are those of publication, and not of what reports speak of."""
        if self._tells_event(span):
            return False
        if intent in STRUCTURAL or intent in {Intent.COAUTHORS, Intent.RELATED}:
            return True
        if self.speaks_of_documents() and (span.published or (span.bounded and self._is_heading())):
            return True
        return any(
            cue.says("documents") and 0 <= span.span.start - cue.span.end <= 1 + self._grammar_before(span.span.start)
            for cue in self._parsed.cues
        ) or any(
            link.facet in {"type", "author", "series", *ISSUERS}
            and self.binds(link, intent)
            and 0 <= span.span.start - link.span.end <= 1
            for link in self._parsed.names
        )

    def _tells_event(self, span: YearSpan) -> bool:
        """Whether a year tells which of the things that reports are about is meant: "the drought of 2005"."""
        place = span.span.start
        if span.published or span.bounded or place == 0 or self._question.tokens[place - 1].folded != "of":
            return False
        return any(name.facet == "topic" and name.span.end == place - 1 for name in self._parsed.names)

    def _grammar_before(self, place: int) -> int:
        count = 0
        while place - count > 0 and self._question.is_grammar(place - count - 1):
            count += 1
        return count


def _is_decade(span: YearSpan) -> bool:
    first, last = span.years.first, span.years.last
    return first is not None and first % 10 == 0 and last == first + 9


def _last_content(phrase: str) -> str:
    """A phrase without the prepositions at its end."""
    words = phrase.split()
    while len(words) > 1 and len(words[-1]) <= 3:
        words.pop()
    return " ".join(words)
