"""A plan -> chips: how a question was understood, each part of it with the links that correct it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kg.authority.names import fold
from kg.descriptions import cards
from kg.facets.filters import Filters
from kg.facets.table import FACETS
from search.question.answering.answer import Answer
from search.question.understanding.plan import Gap, How, Intent, Joint, Mention, Plan, Reading, Years
from search.snapshots.snapshot import Snapshot
from ui.answers import said_years
from ui.pages.ask_address import AskAddress
from ui.pages.links import report_path
from ui.texts import N_, Texts

INTENT_NAMES: Final[Mapping[Intent, str]] = {
    Intent.FIND: N_("reports about it"),
    Intent.FINDING: N_("what reports say"),
    Intent.LIST: N_("every such report"),
    Intent.COUNT: N_("how many"),
    Intent.COUNT_BY_YEAR: N_("how many each year"),
    Intent.SHARE: N_("what share"),
    Intent.RANK: N_("the most frequent"),
    Intent.VALUES: N_("which ones there are"),
    Intent.COAUTHORS: N_("co-authors"),
    Intent.GAPS: N_("missing numbers of a series"),
    Intent.COMPARE: N_("a comparison"),
    Intent.TREND: N_("what rose and what fell"),
    Intent.FIRST: N_("what appeared for the first time"),
    Intent.RELATED: N_("related reports"),
}
"""What kinds of answers are called; a test sees that each is here."""

_OPEN: Final = frozenset({Gap.NOTHING, Gap.NO_EVIDENCE})
"""Refusals that another kind of answer may get around."""

_SUBJECTS: Final = 3
"""Reports that are named as what others are to be like."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Another reading: what it is called, how many reports it has where that is told, and where it leads."""

    name: str
    label: str
    reports: int | None
    href: str


@dataclass(frozen=True, slots=True)
class PlanChip:
    """A part of the plan. ``said`` are the words of the question, where they differ from ``label``.

    ``href`` leads to the question without it, or with it where it does not bind; a chip without one only tells.
    That of a report leads to its page. ``joined`` is "and" or "or" after another chip of its facet that binds.
    """

    name: str
    label: str
    said: str = ""
    href: str | None = None
    binds: bool = True
    excluded: bool = False
    leads_to_report: bool = False
    joined: str = ""
    others: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanView:
    """How a question was understood.

    ``text`` is what is searched for in words, where it is not the ``whole`` question. ``counted`` names the facets of
    which values are the answer.
    """

    intent: str
    counted: str
    intents: tuple[Correction, ...]
    chips: tuple[PlanChip, ...]
    text: str
    whole: bool


def plan_view(snapshot: Snapshot, answer: Answer, address: AskAddress, texts: Texts) -> PlanView:
    """The plan of an answer, for a reader of a language."""
    plan = answer.plan
    names = _Names(snapshot, answer, address, texts)
    chips = list(_subjects(snapshot, plan, address))
    chips += [names.chip(mention) for mention in _by_facet(plan.mentions)]
    chips += [_years(years, address, texts) for years in plan.years]
    if plan.number is not None:
        chips.append(PlanChip("", texts.say("number %(number)s", number=plan.number)))
    return PlanView(
        intent=texts.say(INTENT_NAMES[plan.intent]),
        counted=" / ".join(texts.say(FACETS[facet].label) for facet in plan.dimension),
        intents=tuple(_intents(answer, address, texts)),
        chips=tuple(chips),
        text=plan.text,
        whole=plan.text == plan.question,
    )


def label_of(snapshot: Snapshot, reading: Reading, texts: Texts) -> str:
    """What a reading is called in the reader's language."""
    column = snapshot.columns.facets[reading.facet]
    code = column.code(reading.values[0])
    label = reading.label if code is None else column.values[code].label_in(texts.language)
    more = len(reading.values) - 1
    if reading.how is not How.BEGINNING or not more:
        # Of one person or institution there may be several spellings: the commonest stands for all.
        return label
    return f"{label} {texts.count('and %(n)s more', 'and %(n)s more', more)}"


def _by_facet(mentions: Sequence[Mention]) -> list[Mention]:
    """The names in the order of the question, those of one facet together: "and" and "or" stand between them."""
    facets = [mention.reading.facet for mention in mentions]
    return sorted(mentions, key=lambda mention: facets.index(mention.reading.facet))


def _subjects(snapshot: Snapshot, plan: Plan, address: AskAddress) -> Iterator[PlanChip]:
    """The reports that others are to be like, each with the way to its page."""
    asked = f"?lang={address.language}" if address.language else ""
    for card in cards(snapshot.graph, plan.subject[:_SUBJECTS]).values():
        yield PlanChip("", card.title, href=report_path(card.id) + asked, leads_to_report=True)


def _years(years: Years, address: AskAddress, texts: Texts) -> PlanChip:
    dropped = years.key in address.dropped
    # Years of which a text speaks can be searched for in words only.
    href = address.dropping(years.key).href if years.binds else address.keeping(years.key).href if dropped else None
    name, label = FACETS["year"].label, said_years(replace(years, excluded=False), texts)
    return PlanChip(texts.say(name), label, href=href, binds=years.binds, excluded=years.excluded)


class _Names:
    """Makes the chips of mentions."""

    def __init__(self, snapshot: Snapshot, answer: Answer, address: AskAddress, texts: Texts) -> None:
        self._snapshot = snapshot
        self._plan = answer.plan
        self._address = address
        self._texts = texts
        self._needed = _needed(answer)

    def chip(self, mention: Mention) -> PlanChip:
        reading, key = mention.reading, self._address.key_of(mention)
        label = label_of(self._snapshot, reading, self._texts)
        return PlanChip(
            name=self._texts.say(FACETS[reading.facet].label),
            label=label,
            said="" if _same(mention.text, label) else mention.text,
            href=self._href(mention, key),
            binds=mention.binds,
            excluded=mention.excluded,
            joined=self._joined(mention),
            others=tuple(self._others(mention, key)),
        )

    def _joined(self, mention: Mention) -> str:
        joined = self._plan.joined(mention)
        if joined is None:
            return ""
        return self._texts.say("or") if joined is Joint.OR else self._texts.say("and")

    def _href(self, mention: Mention, key: str) -> str | None:
        if not mention.binds:
            dropped = key in self._address.dropped
            kept = self._address.keeping(key) if dropped else self._address.meaning(key, mention.reading.facet)
            return kept.href
        return None if mention in self._needed else self._address.dropping(key).href

    def _others(self, mention: Mention, key: str) -> Iterator[Correction]:
        if mention in self._needed:
            return
        seen = {mention.reading.facet}
        for reading in mention.others:
            if reading.facet not in seen:
                seen.add(reading.facet)
                yield self._correction(reading, self._address.meaning(key, reading.facet))
            elif (address := self._rewritten(mention, reading)) is not None:
                yield self._correction(reading, address)

    def _rewritten(self, mention: Mention, reading: Reading) -> AskAddress | None:
        """The question with a name written out: of those of one facet a correction by facet cannot tell which."""
        question = self._plan.question
        if question[mention.start : mention.end] != mention.text:
            return None  # It stands in the question before this one.
        written = f"{question[: mention.start]}{reading.label}{question[mention.end :]}"
        return replace(self._address, question=written)

    def _correction(self, reading: Reading, address: AskAddress) -> Correction:
        name = self._texts.say(FACETS[reading.facet].label)
        return Correction(name, label_of(self._snapshot, reading, self._texts), reading.reports, address.href)


def _same(text: str, label: str) -> bool:
    """Whether readers see by themselves that the words mean this: all that differs is an ending or what follows."""
    said, name = fold(text), fold(label)
    return said.startswith(name) or name.startswith(said)


def _needed(answer: Answer) -> Sequence[Mention]:
    """The names without which there would be no such answer: whoever drops them asks something else."""
    bound = [mention for mention in answer.plan.mentions if mention.binds and not mention.excluded]
    if answer.plan.intent is Intent.GAPS:
        return [mention for mention in bound if mention.reading.facet == "series"]
    if answer.plan.intent is Intent.COAUTHORS:
        return [mention for mention in bound if mention.reading.facet == "author"]
    return [side.mention for side in answer.sides] if len(answer.sides) <= 2 else []


def _intents(answer: Answer, address: AskAddress, texts: Texts) -> Iterator[Correction]:
    """The other kinds of answer that the plan could have, and the one that was understood if it was corrected."""
    plan = answer.plan
    if answer.refusal is not None and answer.refusal.gap not in _OPEN:
        return
    makes_sense = {
        Intent.FIND: bool(plan.text),
        Intent.FINDING: bool(plan.text),
        Intent.LIST: not plan.text and plan.filters != Filters(),
        Intent.COUNT: True,
        Intent.COUNT_BY_YEAR: True,
        Intent.RANK: bool(plan.dimension),
    }
    if address.intent is not None:
        yield Correction("", texts.say("as it was understood at first"), None, address.answering(None).href)
    for intent, sensible in makes_sense.items():
        if sensible and intent is not plan.intent:
            yield Correction("", texts.say(INTENT_NAMES[intent]), None, address.answering(intent).href)
