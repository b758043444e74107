"""Which word of a question is what: part of a name, a cue, a time, or what it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from kg.authority.names import fold
from kg.facets.filters import MISSABLE
from search.question.understanding.joining import Named, joints
from search.question.understanding.lexicon import lexicon
from search.question.understanding.linking import Link, Linker
from search.question.understanding.plan import How, Joint, Reading
from search.question.understanding.roles import ISSUERS, NARROWED, PLACES, ROLES, SUBJECTS, USUAL
from search.question.understanding.spans import CueSpan, Span, YearSpan, number_of
from search.question.understanding.titles import Titles
from search.question.understanding.words import Question
from search.snapshots.snapshot import Snapshot

NEAR: Final = 3
"""Grammar words that may stand between a cue and what it is about: "de la série du"."""

ORDINALS: Final = ("opening", "closing")
"""Words that tell the oldest and the newest of documents, beside a noun for these alone."""
_BEGINNINGS: Final = 25
"""Values that a beginning of a name may stand for at most."""
_LONGEST_SERIES: Final = 12
_SHORT_SERIES: Final = 2
"""Words of a name that may as well be words of a sentence."""
_SHORTEST_SURNAME: Final = 4
"""Letters of a word alone that may be an author without being announced as one."""
_SHORTEST_BESIDE: Final = 3
"""The same beside another author."""
_PLAINER: Final = 10
"""How many times as many reports make a reading the plainer one, where nothing else decides."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was kept, with what it may mean, the likeliest first, and the role that a cue gives it."""

    span: Span
    readings: tuple[Reading, ...]
    role: str | None
    excluded: bool
    joined: Joint | None = None

    @property
    def facet(self) -> str:
        return self.readings[0].facet


class Parsed:
    """A question of which each word belongs to one thing at most.

    ``cues`` and ``names`` are in the order of the question; ``subjects`` are the reports (IRIs) that it names. ``both``
    are words which only say that a report has several of the names, ``missing`` the fields of which it has no value.
    """

    def __init__(self, question: Question, linker: Linker, snapshot: Snapshot) -> None:
        self.question: Final = question
        self.cues: list[CueSpan] = []
        self.names: list[Name] = []
        self.years = question.years
        self.subjects: tuple[str, ...] = ()
        self.both: tuple[Span, ...] = ()
        self.missing: tuple[str, ...] = ()
        self._linker = linker
        self._titles = Titles(snapshot)
        self._free = [True] * len(question.tokens)
        self._languages_end: frozenset[int] = frozenset()
        self._types: list[Link] = []
        self._choose()

    def _choose(self) -> None:
        """Give each word to the longest thing that it may be part of: years, then names in their roles, then cues."""
        for cue in self.question.cues:
            # "First appeared in 2020" says more than when: the years take the rest of it.
            if cue.says("intent", "first") and any(cue.span.meets(dated.span) for dated in self.years):
                self.cues.append(cue)
                self._take(cue.span)
        for dated in self.years:
            self._take(dated.span)
        self.missing = tuple(dict.fromkeys(self._lacks()))
        roles = self._roles()
        # "At the same time" speaks of no time.
        both = [cue.span for cue in self.question.cues if cue.says("joint", "both")]
        found_links = (
            link for link in self._linker.links(self.question) if not any(_inside(link.span, one) for one in both)
        )
        links = {link.span: link for link in found_links}
        self._types = [link for link in links.values() if any(one.facet == "type" for one in link.readings)]
        self._pass_on(roles, links.values())
        self._languages_end = frozenset(
            span.end for span, link in links.items() if any(one.facet == "language" for one in link.readings)
        )
        self.subjects = tuple(self._named_reports(roles, links.values()))
        for quote in self.question.quotes:
            self._beginnings(quote, links, roles)
        for span in self._after_series_cues():
            self._beginnings(span, links, roles)
        found: list[Link | CueSpan] = [*self.question.cues, *links.values()]
        # Sorting is stable: of two that weigh as much, the longer counts, then the cue, then the first.
        found.sort(key=lambda one: (-len(one.span), isinstance(one, Link), one.span.start))
        found.sort(key=lambda one: -self._weight(one, roles))
        for one in found:
            if not self.is_free(one.span):
                continue
            if isinstance(one, Link):
                self._keep(one, roles)
            elif self._worth_taking(one):
                self.cues.append(one)
                self._take(one.span)
        self.years = tuple(replace(one, years=replace(one.years, excluded=self._excludes(one))) for one in self.years)
        self.cues.sort(key=lambda cue: cue.span.start)
        self.names.sort(key=lambda link: link.span.start)
        self.names = [name for name in self.names if not any(self._explains(other, name) for other in self.names)]
        self._keep_beside_authors(links.values())
        self._share_roles()
        self._join()

    def _lacks(self) -> Iterator[str]:
        """What reports are to have no value of: "without an abstract", "that have no author", "undated".

        What stands beside a name leaves that out: "without the topic gender".
        """
        for lack in self.question.cues:
            if not self.is_free(lack.span):
                continue
            for name in lack.names("missing"):
                self._take(lack.span)
                yield name
            for noun in self.question.cues if lack.says("lack") else ():
                fields = _fields_of(noun)
                between = range(lack.span.end, noun.span.start)
                led = lack.span.end <= noun.span.start and len(between) <= NEAR
                if fields and led and all(map(self.question.is_grammar, between)) and self._ends_at(noun.span.end):
                    self._take(Span(lack.span.start, noun.span.end))
                    yield from fields

    def _ends_at(self, place: int) -> bool:
        """Whether no name can go on at a place: nothing stands there, or a word of grammar, or a cue, or years."""
        tokens = self.question.tokens
        if place >= len(tokens) or self.question.is_grammar(place) or self._parts(place, ".,;:?!()"):
            return True
        spans = [cue.span for cue in self.question.cues] + [one.span for one in self.question.years]
        return any(span.start == place for span in spans)

    def _keep_beside_authors(self, links: Collection[Link]) -> None:
        """Keep surnames that only their neighbours tell to be such: "by Heckert and Margolies"."""
        surnames = [link for link in links if self._may_be_surname(link)]
        while True:
            authors = [name for name in self.names if name.facet == "author"]
            found = next(
                (link for link in surnames if any(self._is_beside(link.span, one.span) for one in authors)), None
            )
            if found is None:
                return
            surnames.remove(found)
            self.names.append(Name(found.span, found.readings, "author", excluded=self._is_excluded(found.span)))
            self.names.sort(key=lambda name: name.span.start)
            self._take(found.span)

    def _may_be_surname(self, link: Link) -> bool:
        token = self.question.tokens[link.span.start]
        alone = len(link.span) == 1 and token.capital and len(token.text) >= _SHORTEST_BESIDE
        return alone and self.is_free(link.span) and all(reading.facet == "author" for reading in link.readings)

    def _share_roles(self) -> None:
        """Give the role of an institution to those that stand beside it: "A and B as corporate authors"."""
        for order in (1, -1):
            for place, beside in pairwise(range(len(self.names))[::order]):
                name, other = self.names[place], self.names[beside]
                alike = name.facet in NARROWED and other.facet in ISSUERS and other.role is None
                first, last = sorted((name.span, other.span), key=lambda span: span.start)
                if alike and last.start in self._beside(first.end):
                    readings = self.narrowed(other.readings, name.role)
                    self.names[beside] = replace(other, readings=readings, role=name.role)

    def _is_beside(self, one: Span, other: Span) -> bool:
        """Whether nothing but "and", "or", "with" or a comma stands between two spans."""
        first, last = sorted((one, other), key=lambda span: span.start)
        between = Span(first.end, last.start)
        if not len(between):
            return self._parts(last.start, ",&")
        return any(
            cue.span == between and (cue.says("logic", "and", "or") or cue.says("joint", "with"))
            for cue in self.question.cues
        )

    def _join(self) -> None:
        """Say of each name how it is joined to the one before."""
        found = joints(self.question, self.cues, [Named(name.span, name.facet, name.excluded) for name in self.names])
        pairs = zip(self.names, found.joined, strict=True)
        self.names = [replace(name, joined=joined) for name, joined in pairs]
        self.both = found.said
        for span in found.said:
            self._take(span)

    def _roles(self) -> dict[int, tuple[str, Span]]:
        """For each place the role of a name that begins there, by the cue before it, and the cue's span."""
        found: dict[int, tuple[str, Span]] = {}
        ordered = sorted(self.question.cues, key=lambda cue: len(cue.span))
        for cue in ordered:
            if any(_inside(cue.span, other.span) for other in ordered if other.says("dimension") or other.says("role")):
                continue
            names = list(cue.names("role"))
            # "Who funded", "which topics" ask: what follows is neither.
            if (len(cue.span) == 1 or not cue.says("ask", "which")) and not self._is_asked_for(cue):
                names += [name for name in cue.names("dimension") if name in ROLES]
            if not names:
                continue
            place = cue.span.end
            for _ in range(NEAR + 1):
                if place >= len(self.question.tokens):
                    break
                before = found.get(place)
                # The nearest cue counts; of those at one place the longest.
                if before is None or before[1].end < cue.span.end or len(before[1]) <= len(cue.span):
                    found[place] = (names[0], cue.span)
                if not self.question.is_grammar(place):
                    break
                place += 1
        return found

    def _is_asked_for(self, noun: CueSpan) -> bool:
        """Whether a noun stands right after "which"."""
        return any(cue.says("ask", "which") and cue.span.end == noun.span.start for cue in self.question.cues)

    def _pass_on(self, roles: dict[int, tuple[str, Span]], links: Collection[Link]) -> None:
        """Let what documents are about be several names: "about maize or rice", where Rice is a surname as well."""
        for link in sorted(links, key=lambda link: link.span.start):
            role = roles.get(link.span.start)
            if role is None or role[0] not in {"about", "topic"}:
                continue
            for place in self._beside(link.span.end):
                roles.setdefault(place, role)

    def _beside(self, end: int) -> Iterator[int]:
        """Where a name may begin that "and", "or" or a comma joins to one that ends before a place."""
        joined = {
            cue.span.end for cue in self.question.cues if cue.span.start == end and cue.says("logic", "and", "or")
        }
        if self._parts(end, ","):
            joined.add(end)
        for start in sorted(joined):
            for place in range(start, min(start + NEAR + 1, len(self.question.tokens))):
                yield place
                if not self.question.is_grammar(place):
                    break

    def _parts(self, place: int, signs: str) -> bool:
        """Whether one of some signs stands before a word."""
        tokens = self.question.tokens
        between = self.question.text[tokens[place - 1].end : tokens[place].start] if 0 < place < len(tokens) else ""
        return any(sign in between for sign in signs)

    def _beginnings(self, span: Span, links: dict[Span, Link], roles: dict[int, tuple[str, Span]]) -> None:
        """A quoted or announced name of a series or institution may be the beginning of its label."""
        role = roles.get(span.start, ("", span))[0]
        known = links.get(span)
        facets = [facet for facet in ("series", "institution") if not role or facet in ROLES.get(role, ())]
        for facet in facets:
            if known is not None and any(reading.facet == facet for reading in known.readings):
                continue
            text = self.question.said(span)
            reading = self._linker.beginning(facet, text, _BEGINNINGS) or (
                self._linker.mistyped(facet, text) if role else None
            )
            if reading is not None:
                readings = (*(known.readings if known else ()), reading)
                known = links[span] = Link(span, readings)

    def _after_series_cues(self) -> Iterator[Span]:
        """Capitalised stretches after "series" or "journal", the longest first."""
        for cue in self.question.cues:
            if not (cue.says("role", "series") or cue.says("dimension", "series")):
                continue
            start = cue.span.end
            while start < len(self.question.tokens) and self.question.is_grammar(start):
                start += 1
            end = start
            while end < len(self.question.tokens) and not any(span.span.start == end for span in self.years):
                end += 1
            for stop in range(min(end, start + 12), start, -1):
                span = Span(start, stop)
                if not self.question.is_grammar(stop - 1) and self.question.tokens[start].capital:
                    yield span

    def _weight(self, found: Link | CueSpan, roles: dict[int, tuple[str, Span]]) -> float:
        """How much speaks for reading a span as this: its words, more of them for a name in its role."""
        length = float(len(found.span))
        if isinstance(found, CueSpan):
            # A turn of speech yields to whatever else a word may be: "data" may be a heading.
            return length + 0.5 * found.says("attribute") - 0.5 * found.says("filler", "turn")
        role = roles.get(found.span.start)
        fits = role is not None and any(reading.facet in ROLES[role[0]] for reading in found.readings)
        exact = role is not None and any(reading.facet == ROLES[role[0]][0] for reading in found.readings)
        person = all(reading.facet == "author" for reading in found.readings)
        if person and len(found.span) > 1 and found.readings[0].how is How.NAME:
            length += 0.5
        if any(reading.how is How.BEGINNING for reading in found.readings):
            length -= 0.6
        return length + 0.45 * fits + 0.3 * exact

    def _worth_taking(self, cue: CueSpan) -> bool:
        """Numbers and joints alone say nothing; they are read with what stands beside them."""
        unused = {"numbers", "decades", "centuries", "time", "joint"}
        if cue.says("intent", *ORDINALS) and len(cue.cues) == 1:
            return self._leads_to_documents(cue)
        return any(one.group not in unused for one in cue.cues) or cue.says("time", "published")

    def _leads_to_documents(self, cue: CueSpan) -> bool:
        """Whether a noun for documents follows a word, with no more than numbers between: "first two reports"."""
        nouns = [other.span for other in self.question.cues if other.says("documents")]
        types = [link.span for link in self._types]
        return any(
            cue.span.end <= span.start and all(map(self._is_between, range(cue.span.end, span.start)))
            for span in (*nouns, *types)
        )

    def _is_between(self, place: int) -> bool:
        return self.question.is_grammar(place) or self.is_number(place)

    def _keep(self, link: Link, roles: dict[int, tuple[str, Span]]) -> None:
        role = roles.get(link.span.start)
        after = self._role_after(link)
        name = after or (role[0] if role is not None else None)
        readings = tuple(self._as_written(reading, link.span, name) for reading in self._in_order(link, name))
        if not readings:
            return
        readings = self.narrowed(readings, name)
        chosen = Name(link.span, readings, name, excluded=self._is_excluded(link.span))
        if not self._is_plausible(chosen):
            return
        self.names.append(chosen)
        self._take(link.span)

    def _explains(self, name: Name, topic: Name) -> bool:
        """Whether a name in brackets says what a topic before it says, and more: "evaluations (Special Evaluation)"."""
        gap = range(topic.span.end, name.span.start)
        if topic.facet != "topic" or len(gap) > NEAR or any(map(self.question.is_grammar, gap)):
            return False
        end, start = self.question.tokens[topic.span.end - 1].end, self.question.tokens[name.span.start].start
        label = fold(topic.readings[0].label).split()
        return "(" in self.question.text[end:start] and set(label) < set(self.question.words(name.span))

    def _as_written(self, reading: Reading, span: Span, role: str | None) -> Reading:
        """A topic that is announced as a heading, or quoted, as the very heading if there is one that is called so."""
        announced = role == "topic" or self.question.tokens[span.start].quote is not None
        heading = self._linker.heading(self.question.said(span)) if announced and reading.facet == "topic" else None
        return reading if heading is None else heading

    def narrowed(self, readings: tuple[Reading, ...], role: str | None) -> tuple[Reading, ...]:
        """The readings, an institution in the role that words give it first, where the name may be one."""
        anyhow = next((reading for reading in readings if role in NARROWED and reading.facet == ROLES[role][0]), None)
        if anyhow is None or role is None:
            return readings
        inside = [self._linker.in_role(facet, anyhow) for facet in NARROWED[role]]
        return (next((reading for reading in inside if reading.reports), inside[0]), *readings)

    def _role_after(self, link: Link) -> str | None:
        """The role that a noun after a name gives it: "CIMMYT repository", "X as corporate author"."""
        for cue in self.question.cues:
            gap = range(link.span.end, cue.span.start)
            if cue.span.start < link.span.end or len(gap) > 1 or not all(map(self.question.is_grammar, gap)):
                continue
            # "X as corporate author" speaks of X, "X funded by" of what follows.
            leads = self.question.is_grammar(cue.span.end - 1)
            names = [
                *cue.names("dimension"),
                *(name for name in cue.names("role") if name == "language" or (name in NARROWED and not leads)),
            ]
            for name in names:
                if name in ROLES and any(reading.facet == ROLES[name][0] for reading in link.readings):
                    return name
        return None

    def _in_order(self, link: Link, role: str | None) -> tuple[Reading, ...]:
        order = USUAL if role is None else (*ROLES[role], *(facet for facet in USUAL if facet not in ROLES[role]))
        readings = sorted(link.readings, key=lambda reading: order.index(reading.facet))
        # What no report has comes last, but where it alone says what reports are about: Greenland is then no author.
        about = [reading for reading in readings if reading.facet in SUBJECTS] if role == "about" else readings
        if any(reading.reports for reading in about):
            readings.sort(key=lambda reading: not reading.reports)
        if role is None:
            # A heading of two reports is not what is meant by a name that hundreds bear otherwise.
            most = max(readings, key=lambda reading: reading.reports)
            if most.reports >= _PLAINER * readings[0].reports:
                readings.sort(key=lambda reading: reading is not most)
        return tuple(readings)

    def _is_plausible(self, chosen: Name) -> bool:
        """Whether a word that could be a name is meant as one."""
        tokens = self.question.tokens[chosen.span.start : chosen.span.end]
        first, alone = tokens[0], len(tokens) == 1
        nouns = [cue for cue in self.question.cues if cue.says("documents") or cue.says("dimension")]
        noun = any(cue.span == chosen.span for cue in nouns)
        if noun and not first.capital and first.quote is None:
            return False
        if chosen.facet in ISSUERS:
            return first.capital or not alone or chosen.readings[0].how is not How.LABEL
        rules = {"author": self._is_author, "series": self._is_series, "language": self._is_language}
        if chosen.facet in rules:
            return rules[chosen.facet](chosen)
        # "Reports" says that documents are wanted, not of which type.
        return chosen.facet != "type" or not alone or not noun

    def _is_author(self, chosen: Name) -> bool:
        tokens = self.question.tokens[chosen.span.start : chosen.span.end]
        asked_for = chosen.role == "author" or self.says("intent", "coauthors") or self._writes(chosen)
        return asked_for or (len(tokens) > 1 and len(tokens[-1].folded) > 1) or self._is_surname(chosen)

    def _is_surname(self, chosen: Name) -> bool:
        """Whether a word alone can be nothing but somebody's surname: with a capital that no sentence gives it."""
        token = self.question.tokens[chosen.span.start]
        alone = len(chosen.span) == 1 and len(chosen.readings) == 1 and len(token.text) >= _SHORTEST_SURNAME
        return alone and chosen.span.start > 0 and token.capital and not token.text.isupper()

    def _is_series(self, chosen: Name) -> bool:
        tokens = self.question.tokens[chosen.span.start : chosen.span.end]
        counted = any(cue.says("intent", "gaps") for cue in self.question.cues)
        if chosen.role == "series" or counted or len(tokens) > _SHORT_SERIES or tokens[0].quote is not None:
            return True
        written = all(token.capital or token.text.isdigit() for token in tokens)
        unmistakable = len(tokens) > 1 and len(chosen.readings) == 1
        return written and (unmistakable or self._holds_documents(chosen.span))

    def _is_language(self, chosen: Name) -> bool:
        said = chosen.role == "language" or self._beside_documents(chosen.span) or self._continues_languages(chosen)
        # "In Thai villages": of a language that no report has, nothing may follow that it describes.
        return said and (chosen.readings[0].reports > 0 or not self._describes(chosen.span))

    def _continues_languages(self, chosen: Name) -> bool:
        """Whether another language stands before it: "in French or Spanish"."""
        joint = chosen.span.start - 1
        joins = any(cue.says("logic", "and", "or") and cue.span == Span(joint, joint + 1) for cue in self.question.cues)
        return joins and joint in self._languages_end

    def _describes(self, span: Span) -> bool:
        """Whether a word with content follows that is no cue."""
        place = span.end
        cued = any(cue.span.start == place for cue in self.question.cues) or any(
            dated.span.start == place for dated in self.years
        )
        return place < len(self.question.tokens) and not cued and not self.question.is_grammar(place)

    def _writes(self, chosen: Name) -> bool:
        """Whether a word alone is said to have written: "papers of Sonwa", "what Sonwa published"."""
        if len(chosen.readings) > 1 or len(self.question.tokens[chosen.span.start].text) < _SHORTEST_SURNAME:
            return False
        for cue in self.question.cues:
            before = range(cue.span.end, chosen.span.start)
            if cue.says("documents") and cue.span.end <= chosen.span.start and len(before) <= NEAR:
                return len(before) > 0 and all(map(self.question.is_grammar, before))
            after = range(chosen.span.end, cue.span.start)
            publishes = cue.says("role", "issuer", "author") or cue.says("time", "published")
            if publishes and chosen.span.end <= cue.span.start and len(after) <= NEAR:
                return all(map(self.question.is_grammar, after))
        return False

    def _holds_documents(self, span: Span) -> bool:
        """Whether articles are of, in or from something, or it stands before them: "Heliyon articles"."""
        for cue in self.question.cues:
            if not cue.says("documents"):
                continue
            before = range(cue.span.end, span.start)
            if cue.span.end <= span.start and 0 < len(before) <= NEAR and all(map(self.question.is_grammar, before)):
                return True
            if cue.span.start == span.end:
                return True
        return False

    def _beside_documents(self, span: Span) -> bool:
        near = range(span.start - 2, span.end + 2)
        return any(
            cue.says("documents") and (cue.span.start in near or cue.span.end - 1 in near) for cue in self.question.cues
        )

    def _is_excluded(self, span: Span) -> bool:
        """Whether "not" leads to a name, with its noun between at most: "without the topic gender"."""
        nouns = {
            place
            for cue in self.question.cues
            if cue.says("role") or cue.says("dimension")
            for place in range(cue.span.start, cue.span.end)
        }
        return any(
            cue.says("logic", "not")
            and cue.span.end <= span.start
            and len(between := range(cue.span.end, span.start)) <= NEAR
            and all(place in nouns or self.question.is_grammar(place) for place in between)
            for cue in self.question.cues
        )

    def _excludes(self, one: YearSpan) -> bool:
        """Whether years are those that are not wanted; of an open range no years could be named."""
        closed = bool(one.years.several) or (one.years.first is not None and one.years.last is not None)
        return closed and self._is_excluded(one.span)

    def _take(self, span: Span) -> None:
        for place in range(span.start, span.end):
            self._free[place] = False

    def is_free(self, span: Span) -> bool:
        return all(self._free[span.start : span.end])

    def says(self, group: str, *names: str) -> bool:
        return any(cue.says(group, *names) for cue in (self.cues or self.question.cues))

    def first(self, group: str, *names: str) -> CueSpan | None:
        return next((cue for cue in self.cues if cue.says(group, *names)), None)

    def _named_reports(self, roles: dict[int, tuple[str, Span]], links: Collection[Link]) -> Iterator[str]:
        """The reports that are named: by an identifier, or by a quoted title, whose words name nothing else.

        A series and a report may be called the same; then what is asked decides.
        """
        for place, token in enumerate(self.question.tokens):
            iri = self._titles.identified(self.question.word_at(token))
            if iri is not None:
                self._free[place] = False
                yield iri
        for quote in self.question.quotes:
            named = any(link.span == quote and any(one.facet == "series" for one in link.readings) for link in links)
            asked = any(cue.says("intent", "related") or cue.says("attribute") for cue in self.question.cues)
            titled = None
            if quote.start not in roles and (asked or not named):
                titled = self._titles.titled(self.question.said(quote))
            if titled is not None:
                self._take(quote)
                yield titled

    def rest(self, *, structural: bool) -> list[int]:
        """The places of words that nothing has taken and that carry content.

        Words for what records do not hold are among them: where that is not asked for, they say what reports are about.
        So does the noun of a facet after "about", of which no name follows: "reports on universities".
        """
        asides = self._asides() if structural else frozenset()
        unheld = {place for cue in self.cues if cue.is_of_unheld for place in range(cue.span.start, cue.span.end)}
        nouns = [cue for cue in self.cues if cue.says("dimension") and self._is_subject(cue)]
        subjects = {place for cue in nouns for place in range(cue.span.start, cue.span.end)}
        return [
            place
            for place, token in enumerate(self.question.tokens)
            if (self._free[place] or place in unheld or place in subjects)
            and place not in asides
            and not self.question.is_grammar(place)
            and not (structural and (token.text.isdigit() or self.is_number(place) or len(token.folded) == 1))
        ]

    def _is_subject(self, noun: CueSpan) -> bool:
        """Whether the noun of a facet is what reports are about: "about" leads to it, and it leads to no name."""
        led = any(
            cue.says("role", "about")
            and cue.span.end <= noun.span.start <= cue.span.end + NEAR
            and all(map(self.question.is_grammar, range(cue.span.end, noun.span.start)))
            for cue in self.question.cues
        )
        near = range(noun.span.end, noun.span.end + NEAR)
        facets = {facet for named in noun.names("dimension") for facet in ROLES.get(named, (named,))}
        # "Andean countries": a region is said by its countries.
        facets |= {*PLACES} if not facets.isdisjoint({*PLACES, "place"}) else set()
        return led and not any(name.span.start in near and name.facet in facets for name in self.names)

    def _asides(self) -> frozenset[int]:
        """Words in brackets, and the words that a name in brackets explains."""
        found: set[int] = set()
        text = self.question.text
        for place, token in enumerate(self.question.tokens):
            opened = text.rfind("(", 0, token.start)
            if opened >= 0 and text.find(")", opened) >= token.end:
                found.add(place)
        for link in self.names:
            if link.span.start in found:
                place = link.span.start - 1
                while place >= 0 and self._free[place] and not self.question.is_grammar(place):
                    found.add(place)
                    place -= 1
        return frozenset(found)

    def is_number(self, place: int) -> bool:
        """Whether a word says a small number, in digits or letters."""
        return number_of(self.question.tokens[place], lexicon(self.question.language)) is not None


def _fields_of(noun: CueSpan) -> tuple[str, ...]:
    """The field that a noun is for; without a place is without each kind of place."""
    if noun.says("dimension", "place"):
        return PLACES
    return tuple(name for name in (*noun.names("field"), *noun.names("dimension")) if name in MISSABLE)[:1]


def _inside(span: Span, other: Span) -> bool:
    """Whether a span is a part of a longer one."""
    return len(span) < len(other) and other.start <= span.start and span.end <= other.end
