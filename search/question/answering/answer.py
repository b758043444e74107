"""What comes back for a question: figures, names, quotations, and the proof of each. Texts are for whoever shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kg.descriptions import Card
from kg.facets.columns import FacetCount
from kg.facets.values import FacetValue
from search.question.understanding.plan import Gap, Mention, Plan
from search.request import Hit, Match

SHOWN: Final = 10
"""Reports that an answer shows where no other number is wanted."""
LISTED: Final = 1000
"""Reports or values that a list names at most; its total counts all."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of an abstract. ``similarity`` is its cosine with the question, ``words`` those that it shares."""

    card: Card
    sentence: str
    similarity: float | None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer. ``nearest`` are labels like a name that nothing bears.

    ``oldest`` and ``newest`` are the first and last year that there is. ``hits`` are the reports that come nearest,
    though they do not answer.
    """

    gap: Gap
    names: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    oldest: int | None = None
    newest: int | None = None
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One of several things side by side: how many reports it has and, of what is compared, what they say."""

    mention: Mention
    reports: int
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """How many reports of a first and of a last span of years have a value, and which share of each that is."""

    value: FacetValue
    before: int
    after: int
    share_before: float
    share_after: float

    @property
    def gain(self) -> float:
        """By how much the share rose."""
        return self.share_after - self.share_before


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a series: those that are there, those missing between the first and the last."""

    series: FacetValue
    present: tuple[int, ...]
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a plan; the parts that its intent does not ask for are empty.

    ``reports`` are IRIs, the best or newest first, at most as many as were wanted; ``total`` is how many there are.
    ``count`` is by what records state, ``inferred`` how many more there are by what was inferred. ``whole`` is what a
    share is of. ``ranking`` are values of ``plan.dimension``, the commonest first, ``distinct`` how many there are.
    ``spans`` are the first and last years of the two spans between which ``changes`` are, the earlier first.
    ``words_alone`` counts reports that say in words what no heading of theirs says. ``apart`` are names that no report
    has all of, each with the reports that have it. ``match`` is how much of its words the reports hold. ``sparql`` is
    the query that was executed.
    """

    plan: Plan
    snapshot: str
    reports: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    total: int = 0
    count: int | None = None
    inferred: int = 0
    whole: int | None = None
    by_year: Mapping[int, int] = field(default_factory=dict)
    ranking: tuple[FacetCount, ...] = ()
    distinct: int = 0
    sides: tuple[Side, ...] = ()
    changes: tuple[Change, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    numbers: tuple[Numbers, ...] = ()
    quotes: tuple[Quote, ...] = ()
    related: tuple[tuple[str, FacetCount], ...] = ()
    words_alone: int = 0
    apart: tuple[Side, ...] = ()
    match: Match = Match.MOST
    refusal: Refusal | None = None
    sparql: str | None = None
