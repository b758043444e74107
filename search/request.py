"""What is asked of a search, and what comes back. Frozen values; the engine does the work between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kg.descriptions import Card
from kg.facets.columns import FacetCount
from kg.facets.filters import Filters
from kg.facets.values import FacetValue


class Mode(StrEnum):
    """Which legs a search walks on."""

    HYBRID = "hybrid"
    SEMANTIC = "semantic"
    LEXICAL = "lexical"


class Match(StrEnum):
    """How much of what a query says a report must hold to be a result by its words.

    Results of one degree are among those of the next. ``ALL``: every content word, and nothing is a result for its
    meaning alone. ``MOST``: enough of what they tell together. ``ANY``: one of them.
    """

    ALL = "all"
    MOST = "most"
    ANY = "any"


class Sort(StrEnum):
    """The order of results. Ties always fall to the IRI."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Request:
    """A search. Without words it lists everything that passes the filters, newest first.

    ``match`` is about words: a search by meaning alone has none.
    ``facet_values`` bounds the values that are counted out for each facet; years and chosen values always are.
    """

    query: str = ""
    filters: Filters = field(default_factory=Filters)
    mode: Mode = Mode.HYBRID
    match: Match = Match.MOST
    sort: Sort = Sort.RELEVANCE
    limit: int = 10
    offset: int = 0
    facet_values: int = 20


@dataclass(frozen=True, slots=True)
class Why:
    """Why a report is a result.

    ``words`` are those of the query that it holds, ``similar`` those that are perhaps mistyped and like one it holds.
    ``similarity`` is the cosine of its text and the query (-1 to 1), ``title_only`` says that only its title and topics
    were there to be compared. ``parts`` is the share of each leg (`search.fusion`) in the score, ``shared`` what a
    related report has in common with the seeds.
    """

    words: tuple[str, ...] = ()
    similar: tuple[str, ...] = ()
    similarity: float | None = None
    title_only: bool = False
    parts: Mapping[str, float] = field(default_factory=dict)
    shared: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. ``score`` lies in 0..1 and is comparable within one search only."""

    card: Card
    score: float
    why: Why


@dataclass(frozen=True, slots=True)
class Results:
    """A page of results with the exact counts of the whole result set.

    ``total`` is the size of the set; ``by_meaning`` says how many of it are there for their meaning alone. ``match`` is
    the degree to which the others hold the words.
    Counts of a facet ignore the choice made in that facet, so that one can widen it; further choices in it stay, since
    no value more would widen them.
    """

    total: int
    by_meaning: int
    match: Match
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]
    snapshot: str
