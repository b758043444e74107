"""When a question has no answer here: shown before it is tried, or by what was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from kg.authority.names import fold
from kg.facets.counting import Mask
from kg.facets.filters import Filters
from search.engine import Engine
from search.fulltext.analysis import guess_language
from search.question.answering.answer import Answer, Refusal, Side
from search.question.understanding.lexicon import adjectives_of
from search.question.understanding.plan import Gap, Intent, Mention, Plan
from search.question.understanding.roles import ISSUERS, PLACES, SUBJECTS
from search.question.understanding.words import LONGEST
from search.request import Hit, Match, Request

_RARE: Final = 500
"""One report in so many holds a word that, with a capital, names a single thing: more often it is "CO2" or "AID"."""
NEAREST: Final = 3
"""Reports that are named where there is no answer."""


class Refusals:
    """Decides what is refused, and finds what is nearest to it. ``nearest_names`` gives labels like an unknown name."""

    def __init__(
        self, engine: Engine, nearest_names: Callable[[str], tuple[str, ...]], today: Callable[[], dt.date]
    ) -> None:
        self._engine = engine
        self._snapshot = engine.snapshot
        self._nearest_names = nearest_names
        self._today = today

    def before(self, plan: Plan) -> Refusal | None:
        """Why a plan cannot be answered, as far as that shows before it is tried."""
        if not any(character.isalnum() for character in plan.question):
            return Refusal(Gap.EMPTY)
        if plan.attribute is not None:
            return Refusal(Gap.NOT_IN_RECORDS, names=(plan.attribute,), hits=self._near(plan))
        if plan.unknown:
            nearest = tuple(dict.fromkeys(label for name in plan.unknown for label in self._nearest_names(name)))
            return Refusal(Gap.UNKNOWN_NAME, names=plan.unknown, nearest=nearest)
        if self._is_nonsense(plan):
            return Refusal(Gap.NOTHING)
        if plan.intent is Intent.RELATED and not plan.subject:
            return Refusal(Gap.WHICH_REPORTS)
        return None

    def unsupported(self, plan: Plan, hits: Sequence[Hit], *, bound: bool) -> Refusal | None:
        """Why what was found does not answer: similarity alone cannot tell sense from nonsense."""
        if not hits:
            nothing = self.nothing(plan, Gap.NO_EVIDENCE if bound else Gap.NOTHING)
            return replace(nothing, names=(plan.text,)) if bound else nothing
        texts = [_text_of(hit) for hit in hits]
        year = self._today().year
        later = [str(years.first) for years in plan.years if not years.binds and years.first and years.first > year]
        if later and plan.future and not any(self._foretells(text, later, plan) for text in texts):
            return Refusal(Gap.FUTURE, names=tuple(later), hits=tuple(hits[:NEAREST]))
        if plan.wanted and not any(_tells(text, plan) for text in texts):
            return Refusal(Gap.NO_EVIDENCE, names=plan.wanted[:1], hits=tuple(hits[:NEAREST]))
        missing = self._places_missing(plan) if bound else ()
        if missing:
            return replace(self.nothing(plan, Gap.NO_EVIDENCE), names=missing)
        unseen = self._places_unseen(plan, hits)
        if unseen:
            return Refusal(Gap.NO_EVIDENCE, names=unseen, hits=tuple(hits[:NEAREST]))
        return None

    def _places_unseen(self, plan: Plan, hits: Sequence[Hit]) -> tuple[str, ...]:
        """Places that nothing which was found speaks of beside what is asked about there: the premise is wrong.

        That is something of a name of its own, such as a programme or an institution. Of a subject alone, reports that
        do not name the place may still speak of it.
        """
        named = [one for one in plan.mentions if not one.excluded]
        places = [one for one in named if one.reading.facet in PLACES and not one.binds]
        if not places or plan.intent is not Intent.FINDING:
            return ()
        others = [one for one in named if one.reading.facet not in SUBJECTS]
        taken = {word for one in named for word in fold(one.text).split()}
        rare = len(self._snapshot.columns.reports) / _RARE
        names = [name for name in plan.names if name not in taken and self._snapshot.text.frequency(name) < rare]
        if not names and not others:
            return ()
        texts = {hit.card.iri: f" {_text_of(hit)} " for hit in hits}
        naming = {iri for iri, text in texts.items() if all(f" {name} " in text for name in names)}
        stating = {iri for iri, text in texts.items() if all(self._speaks(iri, text, one) for one in others)}
        about = next(filter(None, (naming & stating, naming, stating)), set(texts))
        return tuple(place.text for place in places if not any(self._speaks(iri, texts[iri], place) for iri in about))

    def _speaks(self, iri: str, text: str, mention: Mention) -> bool:
        """Whether a report has a name by what its record states or implies, or says it in its folded text."""
        ordinal = self._snapshot.columns.ordinal(iri)
        mask = self._snapshot.columns.mask(mention.reading.facet, mention.reading.values)
        stated = ordinal is not None and bool(mask[ordinal])
        names = [*_labels(mention), *(adjectives_of(mention.reading.label) if mention.reading.facet in PLACES else ())]
        return stated or any(f" {fold(name)} " in text for name in names)

    def unanswered(self, plan: Plan, query: str | None) -> Answer:
        """The answer where nothing passes the filters: that, the query that shows it, and what is nearest."""
        return Answer(plan, self._snapshot.manifest.name, sparql=query, refusal=self.nothing(plan, Gap.NOTHING))

    def nothing(self, plan: Plan, gap: Gap) -> Refusal:
        years = self._years_of(plan)
        return Refusal(
            gap,
            names=tuple(mention.text for mention in plan.mentions if mention.binds),
            oldest=min(years, default=None),
            newest=max(years, default=None),
            hits=self._without_years(plan),
        )

    def apart(self, plan: Plan) -> tuple[Side, ...]:
        """Names that no report has all of, each with the reports that have it; none if some report has them all.

        What else binds still does, so that each number tells what is left when the names beside it are dropped.
        """
        filters = plan.filters
        if not filters.also or self._engine.passing(filters).any():
            return ()
        found = []
        for facet in filters.also:
            others = {other: groups for other, groups in filters.also.items() if other != facet}
            for mention in (mention for group in plan.groups(facet) for mention in group):
                alone = replace(filters, chosen={**filters.chosen, facet: mention.reading.values}, also=others)
                found.append(Side(mention, int(np.count_nonzero(self._engine.passing(alone)))))
        return tuple(found)

    def _is_nonsense(self, plan: Plan) -> bool:
        """Whether no word is known here, nor of any language that questions are asked in.

        Texts in other scripts are left to the encoder: their words are rarely those of titles.
        """
        asks = plan.intent not in {Intent.FIND, Intent.FINDING}
        if asks or plan.mentions or plan.years or plan.subject or not plan.question.isascii():
            return False
        letters = " ".join(word for word in searchable(plan.question).split() if word.isalpha())
        words = self._snapshot.text.parse(letters)
        return words.evidence == 0 and not words.similar and guess_language(plan.question) is None

    def _near(self, plan: Plan) -> tuple[Hit, ...]:
        """The reports that come nearest to a question that has no answer: of those who are named, then by words."""
        named = {mention.reading.facet: mention.reading.values for mention in plan.mentions if not mention.excluded}
        people = {facet: values for facet, values in named.items() if facet in {"author", *ISSUERS}}
        if plan.subject:
            return self._engine.hits(plan.subject[:NEAREST])
        request = Request(searchable(plan.question), Filters(people), match=Match.ANY, limit=NEAREST)
        hits = self._engine.search(request).hits
        return hits or self._engine.search(replace(request, filters=Filters())).hits

    def _without_years(self, plan: Plan) -> tuple[Hit, ...]:
        """What there is when the years do not bind, or else nothing but what it is about counts."""
        filters = plan.filters
        subjects = (one for one in plan.mentions if one.reading.facet in SUBJECTS)
        about = searchable(plan.text or " ".join(one.text for one in subjects) or plan.question)
        for fewer in (_undated(filters), Filters()):
            passed = self._engine.passing(fewer).any() and fewer.chosen
            hits = self._engine.search(Request(about, fewer, match=Match.ANY, limit=NEAREST)).hits
            if not hits and passed:
                hits = self._engine.search(Request("", fewer, limit=NEAREST)).hits
            if hits:
                return hits
        return ()

    def _years_of(self, plan: Plan) -> list[int]:
        filters = plan.filters
        mask = self._engine.passing(_undated(filters))
        return [int(found.value.value) for found in self._snapshot.columns.counts("year", mask)]

    def _foretells(self, text: str, years: Sequence[str], plan: Plan) -> bool:
        """Whether a folded text speaks of a year to come, and of what the question names."""
        labels = [label for mention in plan.mentions for label in _labels(mention)]
        named = not labels or any(f" {fold(label)} " in f" {text} " for label in labels)
        return named and any(f" {year} " in f" {text} " for year in years)

    def _places_missing(self, plan: Plan) -> tuple[str, ...]:
        """Countries and regions that the question names and no report inside its filters: its premise is wrong."""
        allowed = self._engine.passing(plan.filters)
        missing = []
        for mention in plan.mentions:
            if mention.binds or mention.excluded or mention.reading.facet not in PLACES:
                continue
            stated = self._snapshot.columns.mask(mention.reading.facet, mention.reading.values)
            if not (stated & allowed).any() and not (self.holding(mention) & allowed).any():
                missing.append(mention.text)
        return tuple(missing)

    def holding(self, *mentions: Mention) -> Mask:
        """The reports whose texts hold one of some names, in any of its languages."""
        labels = [label for mention in mentions for label in _labels(mention)]
        masks = [self._snapshot.text.matching(self._snapshot.text.parse(label)) for label in labels]
        found: Mask = np.logical_or.reduce(masks)
        return found


def searchable(text: str) -> str:
    """Text that is searched for as it stands: marks of the query language are no part of a question."""
    plain = "".join(" " if character in '"+-():|*~^\\/' else character for character in text)
    return " ".join(plain.split())[:LONGEST]


def _undated(filters: Filters) -> Filters:
    """The filters without the years that are wanted."""
    chosen = {facet: values for facet, values in filters.chosen.items() if facet != "year"}
    return replace(filters, chosen=chosen, year_from=None, year_to=None)


def _labels(mention: Mention) -> list[str]:
    """A name as it was asked, and in every language that the graph has it in."""
    return sorted({mention.text, mention.reading.label, *mention.reading.labels.values()})


def _text_of(hit: Hit) -> str:
    """The folded title and abstract of a report."""
    return fold(f"{hit.card.title} {hit.card.abstract or ''}")


def _tells(text: str, plan: Plan) -> bool:
    """Whether a folded text holds a word for what is wanted, and one of the names that it is wanted of."""
    named = not plan.names or any(f" {name} " in f" {text} " for name in plan.names)
    return named and any(phrase in text for phrase in plan.wanted)
