"""A question -> a typed plan: which words name entities, which ask, and which say what it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from kg.authority.subjects import is_of_names
from search.question.understanding.dimensions import Dimensions
from search.question.understanding.intents import STRUCTURAL, Kinds
from search.question.understanding.linking import Linker
from search.question.understanding.parsing import NEAR, Name, Parsed
from search.question.understanding.plan import Corrections, How, Intent, Mention, Moved, Plan
from search.question.understanding.roles import ISSUERS, NARROWED, PLACES, SUBJECTS
from search.question.understanding.rules import holding
from search.question.understanding.spans import CueSpan, Span, Token
from search.question.understanding.words import take_apart
from search.snapshots.snapshot import Snapshot

_ABOUT_REPORTS: Final = frozenset(
    {Intent.LIST, Intent.FIND, Intent.COUNT, Intent.COUNT_BY_YEAR, Intent.FINDING, Intent.RANK}
)
_ENTITIES_OF_ATTRIBUTES: Final = frozenset({"author", *ISSUERS})
_COMMON: Final = 5
"""Reports from which on a word is no slip."""
_LONG_NAME: Final = 6
"""Letters of a word that must be a name if no text holds it: shorter ones are often acronyms and names of tools."""
_RARER: Final = 100
"""Texts have slips as well: a word that so many times fewer reports hold than one like it may be a slip of that."""
_NUMBERING: Final = frozenset({"no", "n", "number", "numero", "nr", "nro", "vol", "volume"})


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
        spoken = language if prior is None else take_apart(prior, this_year=this_year, language=language).language
        apart = take_apart(question, this_year=this_year, language=spoken, is_slip=self._is_slip)
        parsed = Parsed(apart, self._linker, self._snapshot)
        understood = _Understanding(parsed, self._linker, self._snapshot)
        plan = understood.plan()
        fragment = understood.is_fragment()
        if prior is not None and (fragment or understood.points_back()):
            before = self.plan(prior, this_year=this_year, language=plan.language)
            plan = _followed(before, plan) if fragment else _of_those(before, understood.plan(before.mentions))
        return _corrected(plan, corrections or Corrections())

    def _is_slip(self, word: str, meant: str) -> bool:
        """Whether a word is so rare in texts, beside one that it looks like, that it must be that one."""
        frequency = self._snapshot.text.frequency
        return not is_of_names(word) and frequency(word) < max(_COMMON, frequency(meant) // _RARER)

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


def _of_those(before: Plan, plan: Plan) -> Plan:
    """A plan whose pronouns stand for what was asked before: its years and words hold as well where it has none."""
    text = before.text if before.text != before.question else ""
    return replace(plan, years=plan.years or before.years, text=" ".join(filter(None, (text, plan.text))))


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
    """One question on its way from its parts to a plan."""

    def __init__(self, parsed: Parsed, linker: Linker, snapshot: Snapshot) -> None:
        self._parsed = parsed
        self._question = parsed.question
        self._dimensions = Dimensions(parsed)
        self._kinds = Kinds(parsed, self._dimensions)
        self._linker = linker
        self._snapshot = snapshot

    def is_fragment(self) -> bool:
        """Whether the question says only what is to be different from the one before."""
        return self._kinds.is_fragment()

    def points_back(self) -> bool:
        """Whether a word stands for what the question before named: "which countries do they work in?"."""
        own = any(name.facet in {"author", "series", *SUBJECTS, *ISSUERS} for name in self._parsed.names)
        # Whoever begins with "and" goes on.
        goes_on = any(cue.says("logic", "and") and cue.span.start == 0 for cue in self._question.cues)
        return not own and (goes_on or any(cue.says("follow") for cue in self._parsed.cues))

    def plan(self, meant: Sequence[Mention] = ()) -> Plan:
        """The plan of the question; ``meant`` is what its pronouns stand for."""
        subject = tuple(dict.fromkeys(self._parsed.subjects))
        dimension = self._dimensions.asked_for()
        facets = {one.reading.facet for one in meant} | {name.facet for name in self._parsed.names}
        attribute = self._attribute(subject, dimension, facets)
        signs = self._kinds.signs(dimension, subject, facets)
        rule, *_ = holding(signs.__contains__)
        intent = rule.intent
        if intent is Intent.COUNT or (intent is Intent.VALUES and self._kinds.lists_all()):
            # "How many countries", "list every series": what stands right after it is meant.
            dimension = self._dimensions.listed()
        structural = intent in STRUCTURAL or intent is Intent.COAUTHORS
        rest = self._parsed.rest(structural=structural)
        names = list(self._parsed.names)
        if intent is Intent.COMPARE:
            sides = self._kinds.sides()
            names = [*(name for name in names if name not in sides), *self._alike(sides, dimension)]
        mentions = (*(replace(one, binds=True) for one in meant), *(self._mention(name, intent) for name in names))
        years = tuple(replace(span.years, binds=self._kinds.binds_years(span, intent)) for span in self._parsed.years)
        plan = Plan(
            question=self._question.text,
            language=self._question.language,
            intent=intent,
            mentions=_without_doubles(mentions),
            years=years,
            dimension=dimension,
            top=self._dimensions.top(),
            fewest=self._parsed.says("intent", "fewest"),
            newest=self._parsed.says("intent", "newest", "closing"),
            oldest=self._parsed.says("intent", "oldest", "opening"),
            ordered=self._parsed.says("intent", "order"),
            moved=self._moved(),
            elsewhere=self._parsed.says("logic", "elsewhere"),
            subject=subject,
            number=self._series_number(),
            unknown=self._unknown(intent),
            attribute=attribute,
            wanted=self._kinds.wanted(),
            future=self._parsed.says("ask", "future"),
            names=self._proper_names(),
            missing=self._parsed.missing,
            rule=rule.name,
            signs=tuple(sorted(signs)),
        )
        lost = self._lost_names(rest) if structural else ()
        unknown = (*plan.unknown, *(name for name in lost if not any(name in one.split() for one in plan.unknown)))
        return replace(plan, text=self._text(plan, rest), unknown=tuple(dict.fromkeys(unknown)))

    def _alike(self, names: Sequence[Name], dimension: Sequence[str]) -> list[Name]:
        """Names that are compared, read as one facet where each may be of it, and in the role that is asked for."""
        role = next((facet for facet in dimension if facet in NARROWED), None)
        names = [replace(name, readings=self._parsed.narrowed(name.readings, role)) for name in names]
        facets = [reading.facet for reading in names[0].readings]
        common = [facet for facet in facets if all(any(one.facet == facet for one in name.readings) for name in names)]
        if not common:
            return list(names)
        return [
            replace(name, readings=tuple(sorted(name.readings, key=lambda reading: reading.facet != common[0])))
            for name in names
        ]

    def _attribute(self, subject: tuple[str, ...], dimension: tuple[str, ...], facets: Collection[str]) -> str | None:
        """What is asked of a person, an institution or a report that records do not hold."""
        if dimension and not {*ISSUERS, *NARROWED}.intersection(dimension) and self._kinds.ranks():
            # In which countries or on which topics somebody works most is on the reports.
            return None
        cue = self._parsed.first("attribute")
        if cue is None:
            return "affiliation" if self._kinds.asks_for_employer() else None
        names = cue.names("attribute")
        if "land" in names and self._asks_of_land(cue):
            return "land"
        name = next((name for name in names if name != "land"), None)
        if name == "affiliation" and self._parsed.says("intent", "coauthors"):
            # With whom someone works is on the reports, and only where is not.
            return None
        entity = not _ENTITIES_OF_ATTRIBUTES.isdisjoint(facets)
        series = self._parsed.says("dimension", "series")
        of_things = series or self._kinds.speaks_of_documents() or bool(self._question.quotes)
        of_things = of_things or not {"series", "type"}.isdisjoint(facets)
        # The e-mail of those who wrote the studies, but not studies on surveys by e-mail.
        after = any(
            other.says("documents") or other.says("dimension", "author")
            for other in self._parsed.cues
            if 0 <= other.span.start - cue.span.end <= NEAR
        )
        thing = bool(subject) or (name in {"citations", "object"} and of_things) or (name == "contact" and after)
        return name if entity or thing else None

    def _asks_of_land(self, cue: CueSpan) -> bool:
        """Whether a country or region is asked for what anybody may know of it, and for nothing else."""
        if self._parsed.says("documents"):
            return False
        asked = range(cue.span.start, cue.span.end)
        names = [one for one in self._parsed.names if not one.span.meets(cue.span)]
        only = all(one.facet in PLACES for one in names)
        return bool(names) and only and all(place in asked for place in self._parsed.rest(structural=True))

    def _proper_names(self) -> tuple[str, ...]:
        """Words with a capital that does not begin the question."""
        tokens = self._question.tokens[1:]
        return tuple(dict.fromkeys(token.folded for token in tokens if token.capital and len(token.text) > 1))

    def _moved(self) -> Moved | None:
        """Whether what rose or what fell is asked for, and not the other."""
        rose, fell = (self._parsed.says("intent", way) for way in ("rise", "fall"))
        if rose == fell or self._parsed.says("intent", "trend"):
            return None
        return Moved.UP if rose else Moved.DOWN

    def _series_number(self) -> str | None:
        """A number that follows the name of a series, or "number" where a series is named."""
        ends = [name.span.end for name in self._parsed.names if name.facet == "series"]
        tokens = self._question.tokens
        said = [place + 1 for place, token in enumerate(tokens) if token.folded in _NUMBERING] if ends else []
        for place in (*ends, *said):
            if place < len(tokens) and tokens[place].text.isdigit() and len(tokens[place].text) <= 3:
                return tokens[place].text
        return None

    def _unknown(self, intent: Intent) -> tuple[str, ...]:
        """Names after "by", "of" or "with" that nothing bears, where the question turns on them."""
        asked_for = self._parsed.says("intent", "coauthors") or intent in _ABOUT_REPORTS
        if not asked_for:
            return ()
        leads = [cue.span.end for cue in self._parsed.cues if cue.says("role", "author", "series", *NARROWED)]
        writers = {cue.span.end for cue in self._parsed.cues if cue.says("role", "author")}
        if self._parsed.says("intent", "coauthors") and intent is not Intent.COAUTHORS:
            leads = list(range(len(self._question.tokens)))
        elif self._parsed.says("intent", "list") or self._kinds.speaks_of_documents():
            leads += [cue.span.end for cue in self._parsed.cues if cue.says("documents")]
        rest = self._parsed.rest(structural=False)
        if rest and all(self._question.tokens[place].capital for place in rest) and not self._parsed.names:
            # Nothing is said but a name.
            leads.append(rest[0])
        found = list(self._strangers())
        for lead in leads:
            start = lead
            while start < len(self._question.tokens) and self._question.is_grammar(start) and start - lead < NEAR:
                start += 1
            end = start
            while (
                end < len(self._question.tokens)
                and self._parsed.is_free(Span(end, end + 1))
                and self._question.tokens[end].capital
            ):
                end += 1
            name = self._question.said(Span(start, end))
            # Who wrote something may be called by one word; what documents are of is then as often a thing.
            if end - start >= 2 - (lead in writers) and not self._is_known(Span(start, end)):
                found.append(name)
        return tuple(dict.fromkeys(found))

    def _lost_names(self, rest: Sequence[int]) -> Iterator[str]:
        """Names that nothing bears among the words that no name has taken."""
        if self._question.text.isupper():
            return
        for place in rest:
            token = self._question.tokens[place]
            # A given name beside a surname that is known says nothing more.
            beside = any(place in (name.span.start - 1, name.span.end) for name in self._parsed.names)
            named = place > 0 and token.capital and len(token.text) > 1 and not beside
            if named and not self._is_known(Span(place, place + 1)):
                yield token.text

    def _strangers(self) -> Iterator[str]:
        """Names of two words or more of which no report holds any, or all but one."""
        tokens, place = self._question.tokens, 0
        while place < len(tokens):
            end = place
            while end < len(tokens) and self._parsed.is_free(Span(end, end + 1)) and tokens[end].capital:
                end += 1
            words = [token for token in tokens[place:end] if len(token.text) > 1 and token.text.isalpha()]
            unknown = sum(self._snapshot.text.frequency(token.text) == 0 for token in words)
            alone = place > 0 and any(self._is_strange(token) for token in words)
            if (unknown > 1 and unknown >= len(words) - 1) or alone:
                yield self._question.said(Span(place, end))
            place = end + 1

    def _is_strange(self, token: Token) -> bool:
        """Whether a word with a capital is in no text, nor is one like it, where capitals tell names from words."""
        capitals = sum(token.capital for token in self._question.tokens)
        if len(token.text) < _LONG_NAME or not token.text.isalpha() or 2 * capitals > len(self._question.tokens):
            return False
        parsed = self._snapshot.text.parse(token.text)
        return not parsed.known and not self._snapshot.text.resembles(parsed)

    def _is_known(self, span: Span) -> bool:
        """Whether some text or name of the collection holds each word of a name."""
        words = " ".join(token.text for token in self._question.tokens[span.start : span.end])
        parsed = self._snapshot.text.parse(words)
        return len(parsed.known) == len(parsed.words)

    def _mention(self, link: Name, intent: Intent) -> Mention:
        first, *others = link.readings
        token, last = self._question.tokens[link.span.start], self._question.tokens[link.span.end - 1]
        if first.facet == "author" and first.how is How.NAME:
            others = [*self._linker.people(self._question.said(link.span))[1:4], *others]
        return Mention(
            text=self._question.said(link.span),
            start=token.start,
            end=last.end,
            reading=first,
            others=tuple(others),
            excluded=link.excluded,
            joined=link.joined,
            binds=self._kinds.binds(link, intent),
        )

    def _text(self, plan: Plan, rest: Sequence[int]) -> str:
        """What is searched for: the question, without what filters say already and without words that only ask."""
        if plan.intent in STRUCTURAL or plan.intent is Intent.COAUTHORS:
            places = list(rest)
            if plan.intent is Intent.COAUTHORS:
                soft = [mention for mention in plan.mentions if not mention.binds]
                places += [
                    place
                    for place, token in enumerate(self._question.tokens)
                    if any(mention.start <= token.start < mention.end for mention in soft)
                ]
            return " ".join(self._question.tokens[place].text for place in sorted(places))
        bound = [(mention.start, mention.end) for mention in plan.mentions if mention.binds]
        bound += [(years.start, years.end) for years in plan.years if years.binds]
        return self._content(bound) if bound else self._question.text

    def _content(self, bound: Sequence[tuple[int, int]]) -> str:
        """The words outside of what binds and of the cues that ask, from the first to the last with content."""
        asking = [
            cue.span
            for cue in self._parsed.cues
            if cue.says("intent", "list", "related", "count")
            # A turn of speech may say something in a text: "herds that women keep".
            or cue.says("filler", "words")
            or any(map(cue.says, ("documents", "role", "ask", "logic")))
        ]
        asking += self._parsed.both
        kept = [
            place
            for place, token in enumerate(self._question.tokens)
            if not any(start <= token.start < end for start, end in bound)
            and not any(span.start <= place < span.end for span in asking)
        ]
        content = [place for place in kept if not self._question.is_grammar(place)]
        if not content:
            return ""
        return " ".join(self._question.tokens[place].text for place in kept if content[0] <= place <= content[-1])


def _without_doubles(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The same entity named twice is one mention."""
    first: dict[tuple[str, tuple[str, ...], bool], Mention] = {}
    for mention in mentions:
        first.setdefault((mention.reading.facet, mention.reading.values, mention.excluded), mention)
    return tuple(first.values())
