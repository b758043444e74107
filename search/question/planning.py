"""A question -> a typed plan: which words name entities, which ask, and which say what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from search.question.lexicon import lexicon
from search.question.linking import Linker
from search.question.parsing import ISSUERS, NEAR, SUBJECTS, Name, Parsed
from search.question.plan import Corrections, How, Intent, Mention, Plan
from search.question.reading import CueSpan, Span, YearSpan, number_of, read
from search.snapshot import Snapshot

PLACE: Final = ("country", "region")
"""The facets that "places" means."""

_COUNTED_WITHIN: Final = 6
"""Words after "how many" among which there must be something that can be counted here."""
_STRUCTURAL: Final = frozenset(
    {Intent.COUNT, Intent.COUNT_BY_YEAR, Intent.SHARE, Intent.RANK, Intent.VALUES, Intent.GAPS, Intent.COMPARE}
    | {Intent.TREND, Intent.FIRST, Intent.LIST}
)
"""Intents whose answers are computed: every name binds."""
_ABOUT_REPORTS: Final = frozenset(
    {Intent.LIST, Intent.FIND, Intent.COUNT, Intent.COUNT_BY_YEAR, Intent.FINDING, Intent.RANK}
)
_ENTITIES_OF_ATTRIBUTES: Final = frozenset({"author", *ISSUERS})
_COMMON: Final = 5
"""Reports from which on a word is no slip."""
_BREAK: Final = re.compile(r"[.;:?!()\u2014]")
_MOST_UNUSED: Final = 2
"""Words without a part in what is asked that may be turns of speech; more of them say what it is about."""
_MOST_TURNS: Final = 4
"""The same where documents are spoken of and bound."""
_OPENING_WORDS: Final = 4
_OPENING: Final = 7
"""Words within which a question without a question word says what it wants."""


class Planner:
    """Understands questions about a snapshot. The same question gives the same plan."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._linker = Linker(snapshot)

    def plan(
        self,
        question: str,
        *,
        this_year: int,
        language: str | None = None,
        prior: str | None = None,
        corrections: Corrections | None = None,
    ) -> Plan:
        """What a question asks. Any text has a plan; one without words asks for nothing.

        With the question before it, one that only says what is to be different keeps the rest of that one's plan.
        """
        # Who asks on stays in the language: "e sobre o Mali?" could be of two.
        spoken = language if prior is None else read(prior, this_year=this_year, language=language).language
        asked = read(question, this_year=this_year, language=spoken, is_common=self._is_common)
        parsed = Parsed(asked, self._linker, self._snapshot)
        understood = _Understanding(parsed, self._linker, self._snapshot)
        plan = understood.plan()
        if prior is not None and understood.is_fragment():
            before = self.plan(prior, this_year=this_year, language=plan.language)
            plan = _followed(before, plan)
        return _corrected(plan, corrections or Corrections())

    def _is_common(self, word: str) -> bool:
        return self._snapshot.text.frequency(word) >= _COMMON

    def nearest(self, name: str) -> tuple[str, ...]:
        """Labels that look most like a name that nothing bears."""
        return self._linker.nearest(name)


def _followed(before: Plan, plan: Plan) -> Plan:
    """The plan before, with what a fragment says in place of what it said of the same kind."""
    named = {mention.reading.facet for mention in plan.mentions}
    kept = tuple(mention for mention in before.mentions if mention.reading.facet not in named)
    text = before.text if before.text != before.question or plan.mentions or plan.years else plan.text
    return replace(
        before,
        question=plan.question,
        language=plan.language,
        mentions=(*kept, *(replace(mention, binds=True) for mention in plan.mentions)),
        years=tuple(replace(years, binds=True) for years in plan.years) or before.years,
        text=text,
    )


def _corrected(plan: Plan, corrections: Corrections) -> Plan:
    mentions = (_meant(mention, corrections) for mention in plan.mentions)
    years = (replace(one, binds=one.binds and one.key not in corrections.dropped) for one in plan.years)
    return replace(plan, mentions=tuple(mentions), years=tuple(years), intent=corrections.intent or plan.intent)


def _meant(mention: Mention, corrections: Corrections) -> Mention:
    """A mention as a reader wants it read. What is dropped does not bind; what is chosen does."""
    if mention.key in corrections.dropped:
        return replace(mention, binds=False)
    wanted = corrections.chosen.get(mention.key)
    if wanted == mention.reading.facet:
        return replace(mention, binds=True)
    other = next((reading for reading in mention.others if reading.facet == wanted), None)
    if other is None:
        return mention
    others = tuple(reading for reading in mention.others if reading is not other)
    return replace(mention, reading=other, others=(mention.reading, *others), binds=True)


class _Understanding:
    """The rules by which a parsed question becomes a plan."""

    def __init__(self, parsed: Parsed, linker: Linker, snapshot: Snapshot) -> None:
        self._parsed = parsed
        self._asked = parsed.asked
        self._linker = linker
        self._snapshot = snapshot

    def plan(self) -> Plan:
        """The plan of the question."""
        subject = tuple(dict.fromkeys(self._parsed.subjects))
        attribute = self._attribute(subject)
        dimension = self._dimension()
        intent = self._intent(dimension, subject)
        if intent is Intent.COUNT or (intent is Intent.VALUES and self._lists_all()):
            # "How many countries", "list every series": what stands right after it is meant.
            dimension = self._listed_dimension()
        structural = intent in _STRUCTURAL or intent is Intent.COAUTHORS
        rest = self._parsed.rest(structural=structural)
        told = self._told(rest) if structural else rest
        if intent is Intent.LIST and (told or len(rest) > self._most_unused() or self._asks_what(rest)):
            intent = Intent.FINDING if self._asks_openly() else Intent.FIND
            told = rest = self._parsed.rest(structural=False)
        names = list(self._parsed.names)
        if intent is Intent.COMPARE:
            sides = self._sides()
            names = [*(name for name in names if name not in sides), *self._alike(sides)]
        mentions = tuple(self._mention(name, intent) for name in names)
        years = tuple(replace(span.years, binds=self._binds_years(span, intent)) for span in self._parsed.years)
        plan = Plan(
            question=self._asked.text,
            language=self._asked.language,
            intent=intent,
            mentions=_without_doubles(mentions),
            years=years,
            dimension=dimension,
            top=self._top(),
            fewest=self._parsed.says("intent", "fewest"),
            by_year=self._per_year,
            newest=self._parsed.says("intent", "newest"),
            oldest=self._parsed.says("intent", "oldest"),
            elsewhere=self._parsed.says("logic", "elsewhere"),
            subject=subject,
            number=self._series_number(),
            unknown=self._unknown(intent),
            attribute=attribute,
            wanted=self._wanted(),
            future=self._parsed.says("ask", "future"),
            names=self._proper_names(),
        )
        unused = [place for place in rest if place not in told]
        lost = (name for name in self._lost_names(unused) if not any(name in known.split() for known in plan.unknown))
        unknown = tuple(dict.fromkeys((*plan.unknown, *lost)))
        words = tuple(self._asked.tokens[place].text for place in unused)
        return replace(plan, text=self._text(plan, told), unused=words, unknown=unknown)

    def _asks_what(self, rest: Sequence[int]) -> bool:
        """Whether something that texts may tell is asked, and no documents: "what is the price of seed in Mali?"."""
        if self._speaks_of_documents() or not self._asks_openly():
            return False
        return bool(rest) or bool(self._wanted())

    def is_fragment(self) -> bool:
        """Whether the question says only what is to be different: "and in French?", "since 2020?"."""
        said = self._parsed.says
        asks = said("documents") or said("intent") or (said("ask", "which") and self._parsed.rest(structural=True))
        changes = bool(self._parsed.names) or bool(self._parsed.years)
        return changes and not asks and len(self._parsed.rest(structural=True)) <= 1

    def _intent(self, dimension: tuple[str, ...], subject: tuple[str, ...]) -> Intent:
        """The first kind of answer for which enough is said; the more special ones come first."""
        said = self._parsed.says
        facets = {name.facet for name in self._parsed.names}
        listed = bool(self._listed_dimension()) and (self._lists_all() or not said("intent", "rank", "fewest"))
        dated = bool(self._parsed.years)
        counts = self._counts()
        rules = (
            (Intent.VALUES, bool(subject) and listed),
            (Intent.RELATED, bool(subject) or (said("intent", "related") and self._points())),
            (Intent.GAPS, "series" in facets and said("intent", "gaps")),
            (Intent.COAUTHORS, "author" in facets and self._asks_for_coauthors()),
            (Intent.SHARE, self._counts("share")),
            (Intent.FIRST, bool(dimension) and said("intent", "first")),
            (Intent.TREND, bool(dimension) and said("intent", "trend") and (listed or dated)),
            (Intent.RANK, listed and not counts and self._numbered_dimension()),
            (Intent.VALUES, listed and not counts),
            (Intent.COMPARE, self._compares(dimension)),
            (Intent.COUNT_BY_YEAR, self._per_year and (counts or self._lists())),
            (Intent.COUNT, counts),
            (Intent.RANK, bool(dimension) and (self._ranks() or self._numbered_dimension())),
            (Intent.LIST, self._lists()),
            (Intent.FINDING, self._asks_openly()),
        )
        return next((intent for intent, enough in rules if enough), Intent.FIND)

    def _speaks_of_documents(self) -> bool:
        """Whether documents are asked for, by a noun or by their type."""
        return self._parsed.says("documents") or any(
            name.facet == "type" and len(name.span) > 1 for name in self._parsed.names
        )

    def _points(self) -> bool:
        """Whether reports like others are asked for, and nothing says which others: "like these three"."""
        return self._speaks_of_documents() and not self._parsed.rest(structural=True) and not self._parsed.names

    def _most_unused(self) -> int:
        """How many words of a list may be turns of speech: more where documents and what binds them are plain."""
        kinds = {name.facet for name in self._parsed.names} - set(SUBJECTS)
        plain = bool(kinds) or any(name.role == "topic" for name in self._parsed.names) or self._years_bind()
        return _MOST_TURNS if plain and self._speaks_of_documents() else _MOST_UNUSED

    def _told(self, rest: Sequence[int]) -> list[int]:
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
                if not any(map(self._asked.is_grammar, between)):
                    led.update(between)
        return [place for place in rest if place in led or self._asked.tokens[place].quote is not None]

    def _next_cue(self, place: int) -> int:
        """Where the next years, the next cue that is no filler, or the next part of the sentence begin."""
        tokens, text = self._asked.tokens, self._asked.text
        breaks = (
            later
            for later in range(max(1, place), len(tokens))
            if _BREAK.search(text, tokens[later - 1].end, tokens[later].start)
        )
        starts = [cue.span.start for cue in self._parsed.cues if not cue.says("filler") and not cue.says("logic")]
        starts += [years.span.start for years in self._parsed.years]
        starts += breaks
        return min((start for start in starts if start >= place), default=len(self._asked.tokens))

    def _asks_for_coauthors(self) -> bool:
        """Whether co-authors are asked for; what is "co-authored by" somebody is by that person."""
        cue = self._parsed.first("intent", "coauthors")
        if cue is None:
            return False
        return not any(other.says("role", "author") and other.span.start == cue.span.end for other in self._parsed.cues)

    def _lists_all(self) -> bool:
        """Whether the question begins with "list every"; what is ranked in it then only describes."""
        cue = self._parsed.first("intent", "list")
        return cue is not None and cue.span.start == 0 and self._top() is None

    @property
    def _per_year(self) -> bool:
        """Whether years are to be told apart. The words may also lead to years: "each year 2018 to 2023"."""
        return any(cue.says("intent", "per_year") for cue in self._asked.cues)

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
        return name == "count" and (self._counted_next(cue.span.end) or self._counted_before())

    def _counted_before(self) -> bool:
        """Whether documents that something binds are spoken of, and nothing that they are about is left over."""
        rest = self._parsed.rest(structural=True)
        bound = bool(self._parsed.years) or any(name.facet != "topic" for name in self._parsed.names)
        return bound and self._speaks_of_documents() and not self._told(rest) and len(rest) <= _MOST_TURNS

    def _counted_next(self, place: int) -> bool:
        """Whether the next word with content is no thing in a text: "how many are in Spanish", "... : how many?"."""
        while place < len(self._asked.tokens):
            name = next((one for one in self._parsed.names if place in range(one.span.start, one.span.end)), None)
            if name is not None:
                return name.facet != "topic"
            cue = next((one for one in self._parsed.cues if place in range(one.span.start, one.span.end)), None)
            if cue is not None and not cue.says("filler"):
                return cue.says("dimension") or cue.says("role") or cue.says("time")
            if any(place in range(one.span.start, one.span.end) for one in self._parsed.years):
                return True
            if cue is None and not self._asked.is_grammar(place):
                return False
            place = place + 1 if cue is None else cue.span.end
        return self._speaks_of_documents() or bool(self._parsed.names)

    def _ranks(self) -> bool:
        """Whether "most" speaks of what is ranked: the noun of a facet, or records, are near."""
        rest = self._parsed.rest(structural=True)
        if len(rest) - len(self._told(rest)) > _MOST_UNUSED:
            return False
        asks = self._parsed.says("ask", "which") or bool(self._listed_dimension())
        dimensions = [cue.span for cue in self._parsed.cues if cue.says("dimension")]
        begins = any(span.start < _OPENING_WORDS for span in dimensions)
        for cue in self._parsed.cues:
            if cue.says("intent", "rank", "fewest"):
                near = range(cue.span.start - NEAR, cue.span.end + NEAR)
                beside = any(span.start in near or span.end - 1 in near for span in dimensions)
                if beside or begins or (asks and self._speaks_of_documents()):
                    return True
        return False

    def _numbered_dimension(self) -> bool:
        """Whether so many values of a facet are wanted: "three repositories"."""
        rest = self._parsed.rest(structural=True)
        if len(rest) - len(self._told(rest)) > _MOST_UNUSED or not (self._parsed.names or self._parsed.years):
            return False
        return any(
            cue.says("dimension") and cue.span.start > 0 and self._wants(cue.span.start - 1)
            for cue in self._parsed.cues
        )

    def _wants(self, place: int) -> bool:
        """Whether a word is a number of things, and no article."""
        number = number_of(self._asked.tokens[place], lexicon(self._asked.language))
        return number is not None and number > 1

    def _compares(self, dimension: tuple[str, ...]) -> bool:
        several = len(self._sides()) > 1
        if several and self._parsed.says("intent", "compare"):
            return True
        return several and self._parsed.says("intent", "rank") and not dimension and self._parsed.says("logic", "or")

    def _sides(self) -> tuple[Name, ...]:
        """The names of one kind, if there are several; institutions are of one kind whatever their roles."""
        kinds: dict[str, list[Name]] = {}
        for name in self._parsed.names:
            kinds.setdefault("issuer" if name.facet in ISSUERS else name.facet, []).append(name)
        most = max(map(len, kinds.values()), default=0)
        return next((tuple(names) for names in kinds.values() if len(names) == most), ())

    def _alike(self, names: Sequence[Name]) -> list[Name]:
        """Names that are compared, read as one facet where each may be of it."""
        facets = [reading.facet for reading in names[0].readings]
        common = [facet for facet in facets if all(any(one.facet == facet for one in name.readings) for name in names)]
        if not common:
            return list(names)
        return [
            replace(name, readings=tuple(sorted(name.readings, key=lambda reading: reading.facet != common[0])))
            for name in names
        ]

    def _lists(self) -> bool:
        """Whether all reports are wanted that have what is named: that says more than what reports are about.

        Documents are asked for, or nothing is said beyond the names: "Heliyon articles", "what came out in 2024?".
        """
        asked = self._speaks_of_documents() or self._parsed.says("intent", "list") or self._is_heading()
        announced = any(name.role in {"series", "publisher", "topic"} for name in self._parsed.names)
        if not asked and len(self._parsed.rest(structural=True)) > announced:
            return False
        if any(name.facet not in SUBJECTS for name in self._parsed.names) or self._years_bind():
            return True
        places = any(name.facet in PLACE for name in self._parsed.names)
        topics = any(name.facet == "topic" and not name.excluded for name in self._parsed.names)
        return (places and not topics) or any(name.role == "topic" for name in self._parsed.names)

    def _is_heading(self) -> bool:
        """Whether the question begins with what kind of documents are wanted: "Audit reports about Kenya"."""
        opening = range(_OPENING_WORDS)
        return any(
            name.facet == "type" and (len(name.span) > 1 or name.span.start in opening) for name in self._parsed.names
        ) or any(cue.says("documents") and cue.span.start in opening for cue in self._parsed.cues)

    def _years_bind(self) -> bool:
        return any(self._binds_years(span, Intent.LIST) for span in self._parsed.years)

    def _binds_years(self, span: YearSpan, intent: Intent) -> bool:
        """Whether years are those of publication, and not of what reports speak of."""
        if self._tells_event(span):
            return False
        if intent in _STRUCTURAL or intent in {Intent.COAUTHORS, Intent.RELATED}:
            return True
        if self._speaks_of_documents() and (span.published or (span.bounded and self._is_heading())):
            return True
        return any(
            cue.says("documents") and 0 <= span.span.start - cue.span.end <= 1 + self._grammar_before(span.span.start)
            for cue in self._parsed.cues
        ) or any(
            link.facet in {"type", "author", "series", *ISSUERS}
            and self._binds(link, intent)
            and 0 <= span.span.start - link.span.end <= 1
            for link in self._parsed.names
        )

    def _tells_event(self, span: YearSpan) -> bool:
        """Whether a year tells which of the things that reports are about is meant: "the drought of 2005"."""
        place = span.span.start
        if span.published or span.bounded or place == 0 or self._asked.tokens[place - 1].folded != "of":
            return False
        return any(name.facet == "topic" and name.span.end == place - 1 for name in self._parsed.names)

    def _grammar_before(self, place: int) -> int:
        count = 0
        while place - count > 0 and self._asked.is_grammar(place - count - 1):
            count += 1
        return count

    def _asks_openly(self) -> bool:
        """Whether something is asked that texts may tell, and not for the texts themselves: "which reports..."."""
        for cue in self._parsed.cues:
            if cue.says("ask", "which"):
                after = range(cue.span.end, cue.span.end + 2)
                if any(other.says("documents") and other.span.start in after for other in self._parsed.cues):
                    return False
        return self._parsed.says("ask", "open", "which") or self._asked.text.rstrip().endswith("?")

    def _dimension(self) -> tuple[str, ...]:
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
        facets = [facet for name in together for facet in (PLACE if name == "place" else (name,))]
        return tuple(dict.fromkeys(facets))

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
        facets = PLACE if name == "place" else (name,)
        for link in self._parsed.names:
            if not any(reading.facet in facets for reading in link.readings):
                continue
            between = (
                range(cue.span.end, link.span.start)
                if cue.span.end <= link.span.start
                else range(link.span.end, cue.span.start)
            )
            plural = self._asked.words(cue.span)[-1].endswith("s") and cue.span.end <= link.span.start
            near = len(between) <= NEAR and all(self._asked.is_grammar(place) for place in between)
            if near and not (plural and self._parsed.says("intent", "rank", "fewest") and name != "series"):
                return link.facet in facets
        return False

    def _listed_dimension(self) -> tuple[str, ...]:
        """The facets whose values a question asks for right after "which", "list" or "who"."""
        for cue in self._parsed.cues:
            asks = cue.says("ask", "which") or cue.says("intent", "list", "count")
            if not asks:
                continue
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

    def _says_nothing(self, place: int) -> bool:
        """Whether a word is grammar, a number or a filler."""
        filled = any(cue.says("filler") and place in range(cue.span.start, cue.span.end) for cue in self._parsed.cues)
        return filled or self._asked.is_grammar(place) or self._parsed.is_number(place)

    def _of_country(self, cue: CueSpan) -> bool:
        """Whether a country follows: records do not tell "regions of Mali"."""
        near = range(cue.span.end, cue.span.end + NEAR)
        return any(name.facet == "country" and name.span.start in near for name in self._parsed.names)

    def _writes(self, cue: CueSpan) -> bool:
        """Whether "who" is followed by writing or publishing."""
        return any(
            other.span.start in range(cue.span.end, cue.span.end + 3)
            and (other.says("role", "issuer", "author") or other.says("filler") or other.says("time", "published"))
            for other in self._parsed.cues
        )

    def _top(self) -> int | None:
        """A number beside "top", "most" or the noun of what is ranked."""
        nouns = [cue.span for cue in self._parsed.cues if cue.says("intent", "rank", "fewest", "newest", "oldest")]
        nouns += [cue.span for cue in self._parsed.cues if cue.says("dimension") or cue.says("documents")]
        for place, token in enumerate(self._asked.tokens):
            number = number_of(token, lexicon(self._asked.language))
            taken = any(place in range(years.span.start, years.span.end) for years in self._parsed.years)
            if number is None or number == 0 or taken or (number == 1 and not token.text.isdigit()):
                continue
            if any(span.start - 2 <= place <= span.end for span in nouns):
                return number
        return None

    def _attribute(self, subject: tuple[str, ...]) -> str | None:
        """What is asked of a person, an institution or a report that records do not hold."""
        cue = self._parsed.first("attribute")
        if cue is None:
            return None
        name = cue.names("attribute")[0]
        entity = any(one.facet in _ENTITIES_OF_ATTRIBUTES for one in self._parsed.names)
        series = any(one.facet == "series" for one in self._parsed.names)
        of_things = series or self._speaks_of_documents() or bool(self._asked.quotes)
        thing = bool(subject) or (name in {"citations", "object"} and of_things)
        return name if entity or thing else None

    def _wanted(self) -> tuple[str, ...]:
        """Every phrase, in any language, for a quantity that only texts can tell."""
        cue = self._parsed.first("value")
        if cue is None or not self._asks_openly():
            return ()
        names = cue.names("value")
        phrases = (
            " ".join(phrase)
            for language in ("en", "es", "fr", "pt")
            for phrase, cues in lexicon(language).phrases.items()
            if any(one.group == "value" and one.name in names for one in cues)
        )
        return tuple(sorted({_last_content(phrase) for phrase in phrases}))

    def _proper_names(self) -> tuple[str, ...]:
        """Words with a capital that does not begin the question."""
        tokens = self._asked.tokens[1:]
        return tuple(dict.fromkeys(token.folded for token in tokens if token.capital and len(token.text) > 1))

    def _series_number(self) -> str | None:
        for link in self._parsed.names:
            place = link.span.end
            if link.facet == "series" and place < len(self._asked.tokens):
                skipped = self._asked.tokens[place].folded in {
                    "no",
                    "n",
                    "number",
                    "numero",
                    "nr",
                    "nro",
                    "vol",
                    "volume",
                }
                token = self._asked.tokens[min(place + skipped, len(self._asked.tokens) - 1)]
                if token.text.isdigit() and len(token.text) <= 3:
                    return token.text
        return None

    def _unknown(self, intent: Intent) -> tuple[str, ...]:
        """Names after "by", "of" or "with" that nothing bears, where the question turns on them."""
        asked_for = self._parsed.says("intent", "coauthors") or intent in _ABOUT_REPORTS
        if not asked_for:
            return ()
        leads = [cue.span.end for cue in self._parsed.cues if cue.says("role", "author", "institution", "series")]
        writers = {cue.span.end for cue in self._parsed.cues if cue.says("role", "author")}
        if self._parsed.says("intent", "coauthors") and intent is not Intent.COAUTHORS:
            leads = list(range(len(self._asked.tokens)))
        elif self._parsed.says("intent", "list") or self._speaks_of_documents():
            leads += [cue.span.end for cue in self._parsed.cues if cue.says("documents")]
        rest = self._parsed.rest(structural=False)
        if rest and all(self._asked.tokens[place].capital for place in rest) and not self._parsed.names:
            # Nothing is said but a name.
            leads.append(rest[0])
        found = list(self._strangers())
        for lead in leads:
            start = lead
            while start < len(self._asked.tokens) and self._asked.is_grammar(start) and start - lead < NEAR:
                start += 1
            end = start
            while (
                end < len(self._asked.tokens)
                and self._parsed.is_free(Span(end, end + 1))
                and self._asked.tokens[end].capital
            ):
                end += 1
            name = self._asked.said(Span(start, end))
            # Who wrote something may be called by one word; what documents are of is then as often a thing.
            if end - start >= 2 - (lead in writers) and not self._is_known(Span(start, end)):
                found.append(name)
        return tuple(dict.fromkeys(found))

    def _lost_names(self, unused: Sequence[int]) -> Iterator[str]:
        """Names that nothing bears among words that an answer would pass over: it would be one to another question."""
        if self._asked.text.isupper():
            return
        for place in unused:
            token = self._asked.tokens[place]
            # A given name beside a surname that is known says nothing more.
            beside = any(place in (name.span.start - 1, name.span.end) for name in self._parsed.names)
            named = place > 0 and token.capital and len(token.text) > 1 and not beside
            if named and not self._is_known(Span(place, place + 1)):
                yield token.text

    def _strangers(self) -> Iterator[str]:
        """Names of two words or more of which no report holds any, or all but one."""
        tokens, place = self._asked.tokens, 0
        while place < len(tokens):
            end = place
            while end < len(tokens) and self._parsed.is_free(Span(end, end + 1)) and tokens[end].capital:
                end += 1
            words = [token for token in tokens[place:end] if len(token.text) > 1 and token.text.isalpha()]
            unknown = sum(self._snapshot.text.frequency(token.text) == 0 for token in words)
            if unknown > 1 and unknown >= len(words) - 1:
                yield self._asked.said(Span(place, end))
            place = end + 1

    def _is_known(self, span: Span) -> bool:
        """Whether some text or name of the collection holds each word of a name."""
        words = " ".join(token.text for token in self._asked.tokens[span.start : span.end])
        parsed = self._snapshot.text.parse(words)
        return len(parsed.known) == len(parsed.words)

    def _mention(self, link: Name, intent: Intent) -> Mention:
        first, *others = link.readings
        token, last = self._asked.tokens[link.span.start], self._asked.tokens[link.span.end - 1]
        if first.facet == "author" and first.how is How.NAME:
            others = [*self._linker.people(self._asked.said(link.span))[1:4], *others]
        return Mention(
            text=self._asked.said(link.span),
            start=token.start,
            end=last.end,
            reading=first,
            others=tuple(others),
            excluded=link.excluded,
            binds=self._binds(link, intent),
        )

    def _binds(self, name: Name, intent: Intent) -> bool:
        """Whether the answer must have this; otherwise its words are searched for."""
        if name.excluded or intent in _STRUCTURAL:
            return True
        if intent is Intent.COAUTHORS:
            return name.facet not in SUBJECTS
        if intent is Intent.RELATED:
            return name.facet != "topic" or name.role == "topic"
        documents = self._speaks_of_documents()
        led = documents and name.role is not None and name.role != "about"
        rules = {
            "country": False,
            "region": False,
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
                between = sum(not self._asked.is_grammar(place) for place in gap)
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
            and self._asked.is_grammar(gap[-1])
            and not any(cue.span.start in gap for cue in self._parsed.cues if cue.says("role") or cue.says("intent"))
        )

    def _text(self, plan: Plan, rest: Sequence[int]) -> str:
        """What is searched for: the question, without what filters say already and without words that only ask."""
        if plan.intent in _STRUCTURAL or plan.intent is Intent.COAUTHORS:
            places = list(rest)
            if plan.intent is Intent.COAUTHORS:
                soft = [mention for mention in plan.mentions if not mention.binds]
                places += [
                    place
                    for place, token in enumerate(self._asked.tokens)
                    if any(mention.start <= token.start < mention.end for mention in soft)
                ]
            return " ".join(self._asked.tokens[place].text for place in sorted(places))
        bound = [(mention.start, mention.end) for mention in plan.mentions if mention.binds]
        bound += [(years.start, years.end) for years in plan.years if years.binds]
        return self._content(bound) if bound else self._asked.text

    def _content(self, bound: Sequence[tuple[int, int]]) -> str:
        """The words outside of what binds and of the cues that ask, from the first to the last with content."""
        asking = [
            cue.span
            for cue in self._parsed.cues
            if cue.says("intent", "list", "related", "count")
            or any(map(cue.says, ("documents", "role", "filler", "ask", "logic")))
        ]
        kept = [
            place
            for place, token in enumerate(self._asked.tokens)
            if not any(start <= token.start < end for start, end in bound)
            and not any(span.start <= place < span.end for span in asking)
        ]
        content = [place for place in kept if not self._asked.is_grammar(place)]
        if not content:
            return ""
        return " ".join(self._asked.tokens[place].text for place in kept if content[0] <= place <= content[-1])


def _last_content(phrase: str) -> str:
    """A phrase without the prepositions at its end."""
    words = phrase.split()
    while len(words) > 1 and len(words[-1]) <= 3:
        words.pop()
    return " ".join(words)


def _without_doubles(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The same entity named twice is one mention."""
    first: dict[tuple[str, tuple[str, ...], bool], Mention] = {}
    for mention in mentions:
        first.setdefault((mention.reading.facet, mention.reading.values, mention.excluded), mention)
    return tuple(first.values())
