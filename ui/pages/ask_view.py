"""An answer -> what the page shows of it: every link made, every label in the right language."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from kg.authority.names import fold
from kg.facets.table import FACETS
from kg.store import Scope
from search.question.answering.answer import Answer, Refusal
from search.question.answering.counting import scope_of
from search.question.understanding.plan import Gap, Intent, Mention, Years
from search.snapshots.snapshot import Snapshot
from ui.answers import summary
from ui.pages.address import Address
from ui.pages.answer_figures import Figures, answer_figures
from ui.pages.ask_address import AskAddress
from ui.pages.cards import Card, card_of
from ui.pages.links import last_part
from ui.pages.plan_search import STATED, plan_search
from ui.pages.plan_view import PlanView, plan_view
from ui.texts import Texts

_ABOUT_REPORTS: Final = frozenset({Intent.FIND, Intent.FINDING, Intent.LIST, Intent.COUNT, Intent.RELATED})
"""Intents whose total is a number of reports."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and where it leads."""

    kind: str
    label: str
    count: int | None
    href: str


@dataclass(frozen=True, slots=True)
class AskView:
    """All that the page shows of an answer.

    ``sentence`` is in the language of the question, as are the ``figures``; the rest is in the reader's. ``quoted``
    says that the answer are quotations. ``total`` is how many reports there are, where the answer tells. ``nearest``
    are questions with a name that there is in place of one that nothing bears, ``search`` is the same as a search.
    ``after`` is the question that a next one may follow.
    """

    language: str
    sentence: str
    refused: bool
    empty: bool
    quoted: bool
    plan: PlanView
    figures: Figures
    cards: tuple[Card, ...]
    total: int | None
    nearest: tuple[Named, ...]
    related: tuple[Named, ...]
    search: str | None
    sparql: str | None
    workbench: str
    after: str


def ask_view(snapshot: Snapshot, answer: Answer, address: AskAddress, texts: Texts) -> AskView:
    """Lay out an answer for a reader."""
    plan, refusal = answer.plan, answer.refusal
    own = Texts(plan.language)
    search = plan_search(snapshot, plan, address.language)
    hits = answer.hits if refusal is None else refusal.hits
    links = Address(language=address.language)
    return AskView(
        language=plan.language,
        sentence=summary(_in_short(answer), own),
        refused=refusal is not None,
        empty=refusal is not None and refusal.gap is Gap.EMPTY,
        quoted=bool(answer.quotes) and plan.intent is Intent.FINDING,
        plan=plan_view(snapshot, answer, address, texts),
        figures=answer_figures(snapshot, answer, address.language, own),
        cards=tuple(card_of(snapshot, hit, texts, links) for hit in hits),
        total=answer.total if refusal is None and plan.intent in _ABOUT_REPORTS else None,
        nearest=() if refusal is None else tuple(_nearest(refusal, address)),
        related=tuple(
            Named(
                texts.say(FACETS[facet].label),
                one.value.label_in(texts.language),
                one.count,
                f"/?{links.only(facet, last_part(one.value.value)).query_string}",
            )
            for facet, one in answer.related
        ),
        search=None if search is None else f"/?{search.matching(answer.match).query_string}",
        sparql=answer.sparql,
        workbench=_workbench(answer, address),
        after=_followed(answer, address),
    )


def _in_short(answer: Answer) -> Answer:
    """The answer without what the page shows beside its sentence as links: names and reports that come near."""
    if answer.refusal is None:
        return answer
    return replace(answer, refusal=replace(answer.refusal, nearest=(), hits=()))


def _nearest(refusal: Refusal, address: AskAddress) -> Iterator[Named]:
    """The question once more with each label that looks like a name in it."""
    asked = [name for name in refusal.names if name in address.question]
    for label in refusal.nearest:
        if asked:
            name = max(asked, key=lambda name: _likeness(name, label))
            question = address.question.replace(name, label, 1)
            yield Named("", label, None, replace(address, question=question).href)


def _likeness(name: str, label: str) -> float:
    """How much two names are alike (0..1), in whatever order their words stand."""
    one, other = (" ".join(sorted(fold(text).split())) for text in (name, label))
    return difflib.SequenceMatcher(None, one, other).ratio()


def _workbench(answer: Answer, address: AskAddress) -> str:
    """The address of the query in the workbench, over the same facts as here."""
    counts = answer.plan.intent in STATED or answer.plan.intent is Intent.COUNT
    stated = counts and scope_of(answer.plan) is Scope.STATED
    asked = {"query": answer.sparql or ""}
    asked |= {"stated_only": "1"} if stated else {}
    asked |= {"lang": address.language} if address.language else {}
    return f"/workbench?{urlencode(asked)}"


def _followed(answer: Answer, address: AskAddress) -> str:
    """The last question that stands by itself: one that was understood by that before it says too little alone."""
    plan = answer.plan
    parts: list[Mention | Years] = [*plan.mentions, *plan.years]
    alone = all(plan.question[part.start : part.end] == part.text for part in parts)
    return address.question if alone or not address.after else address.after
