"""A request becomes results: filters, two legs inside them, one ranking, one result set with exact counts.

The result set (DESIGN 5.4) is every report inside the filters that holds a stated minimum of the query's content words,
with at most ``NEAREST`` more whose similarity to the query stands out from the query's own background.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.errors import ModelMismatchError
from embeddings.index import Hits, no_hits
from embeddings.vectors import Vectors
from kg.facets import FACETS, FacetCount, Mask
from kg.reading import cards
from search.errors import InvalidRequestError
from search.fusion import Fused, fuse, semantic_weight
from search.request import Filters, Hit, Mode, Request, Results, Sort, Why
from search.snapshot import Snapshot
from search.text_index import TextQuery

NEAREST: Final = 1000
"""How many reports at most are results for their meaning alone, and how many candidates each leg ranks."""

STANDS_OUT: Final = 3.0
"""Standard deviations above the mean similarity of the query to the collection. One in 740 of a normal background
passes; a fixed cosine would keep five results for one query and a thousand for another (FACTS.md)."""

LONGEST_QUERY: Final = 2000
"""Characters. No encoder reads further, and each word costs a look-up."""

DEEPEST: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """A query as the two legs understand it; a leg that a mode does not use has ``None``."""

    words: TextQuery | None
    vector: Vectors | None
    floor: float


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The result set inside some filters, the candidates of each leg, best first, and who is there by words."""

    members: Mask
    by_words: Mask
    lexical: Hits
    semantic: Hits


class Engine:
    """Answers requests over one snapshot. ``encoder`` may be ``None``: then only searches by words are possible."""

    def __init__(self, snapshot: Snapshot, encoder: Encoder | None) -> None:
        if encoder is not None and encoder.identity != snapshot.manifest.model:
            raise ModelMismatchError(expected=snapshot.manifest.model.label, actual=encoder.identity.label)
        self.snapshot = snapshot
        self._encoder = encoder

    def search(self, request: Request) -> Results:
        """The results of a request. The same request on the same snapshot gives the same results.

        Raises :class:`~search.errors.InvalidRequestError`.
        """
        _check(request)
        masks = filter_masks(self.snapshot, request.filters)
        question = self._understand(request)
        every = self._find(request, question, combined(masks, self._size))
        ranked = self._rank(request, question, every)
        page = ranked.ordinals[request.offset : request.offset + request.limit]
        return Results(
            total=int(np.count_nonzero(every.members)),
            by_meaning=int(np.count_nonzero(every.members & ~every.by_words)),
            hits=self._hits(question, ranked, page, request.offset),
            facets=self._facets(request, question, masks, every),
            snapshot=self.snapshot.manifest.name,
        )

    @property
    def _size(self) -> int:
        return len(self.snapshot.columns.reports)

    def _understand(self, request: Request) -> _Question:
        words = self.snapshot.text.parse(request.query) if request.mode is not Mode.SEMANTIC else None
        if not request.query.strip() or request.mode is Mode.LEXICAL or self._encoder is None:
            return _Question(words, None, 0.0)
        vector = self._encoder.encode_query(request.query)
        background = self.snapshot.index.background(vector)
        return _Question(words, vector, background.mean + STANDS_OUT * background.std)

    def _find(self, request: Request, question: _Question, allowed: Mask) -> _Found:
        if not request.query.strip():
            return _Found(allowed, allowed, no_hits(), no_hits())
        by_words = np.zeros(self._size, dtype=np.bool_)
        lexical = semantic = no_hits()
        if question.words is not None:
            by_words = self.snapshot.text.matching(question.words) & allowed
            deep = request.offset + request.limit > NEAREST
            lexical = self.snapshot.text.search(question.words, self._size if deep else NEAREST, allowed)
        members = by_words
        if question.vector is not None:
            nearest = self.snapshot.index.search(question.vector, NEAREST, allowed)
            near = nearest.scores >= question.floor
            semantic = Hits(nearest.ordinals[near], nearest.scores[near])
            members = by_words.copy()
            members[semantic.ordinals] = True
        return _Found(members, by_words, lexical, semantic)

    def _rank(self, request: Request, question: _Question, found: _Found) -> Fused:
        words = question.words
        alpha = semantic_weight(len(words.known), len(words.words)) if words is not None else 1.0
        fused = fuse(found.lexical, found.semantic, 0.0 if question.vector is None else alpha)
        ranked = _with_the_rest(fused.take(found.members[fused.ordinals]), found.members)
        if request.sort is Sort.RELEVANCE and request.query.strip():
            return ranked
        return _by_year(ranked, self._years(), newest_first=request.sort is not Sort.OLDEST)

    def _years(self) -> NDArray[np.int64]:
        """The year of each report, 0 where it has none."""
        column = self.snapshot.columns.facets["year"]
        values = np.array([int(value.value) if value.value.isdigit() else 0 for value in column.values] or [0])
        years = np.zeros(self._size, dtype=np.int64)
        years[column.stated.rows] = values[column.stated.codes]
        return years

    def _hits(self, question: _Question, ranked: Fused, page: NDArray[np.int64], offset: int) -> tuple[Hit, ...]:
        reports = self.snapshot.columns.reports
        shown = cards(self.snapshot.graph, [reports[ordinal] for ordinal in page])
        matched: Mapping[int, tuple[str, ...]] = {}
        if question.words is not None and question.words.known:
            matched = self.snapshot.text.matched_words(question.words, [int(ordinal) for ordinal in page])
        similarities = self.snapshot.index.scores_of(question.vector, page) if question.vector is not None else None
        hits = []
        for position, ordinal in enumerate(page):
            place = offset + position
            why = Why(
                words=matched.get(int(ordinal), ()),
                similarity=float(similarities[position]) if similarities is not None else None,
                lexical=float(ranked.lexical[place]),
                semantic=float(ranked.semantic[place]),
            )
            hits.append(Hit(shown[reports[ordinal]], float(ranked.scores[place]), why))
        return tuple(hits)

    def _facets(
        self, request: Request, question: _Question, masks: Mapping[str, Mask], every: _Found
    ) -> dict[str, tuple[FacetCount, ...]]:
        counted = {}
        for facet in FACETS:
            members = every.members
            if facet in masks:
                others = {name: mask for name, mask in masks.items() if name != facet}
                members = self._find(_first_page(request), question, combined(others, self._size)).members
            counted[facet] = tuple(self.snapshot.columns.counts(facet, members, most=request.facet_values))
        return counted


def filter_masks(snapshot: Snapshot, filters: Filters) -> dict[str, Mask]:
    """The reports that pass the choice made in each facet, exclusions included; facets without a choice are absent."""
    columns = snapshot.columns
    masks: dict[str, Mask] = {}
    for facet, values in filters.chosen.items():
        if values:
            masks[facet] = columns.mask(facet, values, inferred=filters.inferred)
    for facet, values in filters.excluded.items():
        if values:
            kept = ~columns.mask(facet, values, inferred=filters.inferred)
            masks[facet] = masks[facet] & kept if facet in masks else kept
    if filters.year_from is not None or filters.year_to is not None:
        within = columns.years(filters.year_from, filters.year_to)
        masks["year"] = masks["year"] & within if "year" in masks else within
    return masks


def combined(masks: Mapping[str, Mask], size: int) -> Mask:
    """The reports that pass every mask: bool (size,)."""
    allowed = np.ones(size, dtype=np.bool_)
    for mask in masks.values():
        allowed &= mask
    return allowed


def _first_page(request: Request) -> Request:
    """The same search from its start: members do not depend on the page, and deep pages cost more."""
    return replace(request, offset=0, limit=1)


def _with_the_rest(ranked: Fused, members: Mask) -> Fused:
    """The ranking, followed by the members that no leg had among its candidates, by IRI."""
    rest = members.copy()
    rest[ranked.ordinals] = False
    left = np.flatnonzero(rest)
    nothing = np.zeros(len(left))
    return Fused(
        np.concatenate((ranked.ordinals, left)),
        np.concatenate((ranked.scores, nothing)),
        np.concatenate((ranked.lexical, nothing)),
        np.concatenate((ranked.semantic, nothing)),
    )


def _by_year(ranked: Fused, years: NDArray[np.int64], *, newest_first: bool) -> Fused:
    """The ranking sorted by year, undated reports last, then by score, then by IRI."""
    dated = years[ranked.ordinals]
    by_year = -dated if newest_first else np.where(dated == 0, np.iinfo(np.int64).max, dated)
    return ranked.take(np.lexsort((ranked.ordinals, -ranked.scores, by_year)))


def _check(request: Request) -> None:
    filters = request.filters
    if len(request.query) > LONGEST_QUERY:
        raise InvalidRequestError(
            f"The query has {len(request.query)} characters", f"Shorten it to {LONGEST_QUERY} at most"
        )
    if not 0 <= request.limit <= NEAREST or not 0 <= request.offset <= DEEPEST:
        raise InvalidRequestError(
            f"A page of {request.limit} results from {request.offset} on is out of range",
            f"Ask for 0 to {NEAREST} results and start at 0 to {DEEPEST}",
        )
    if filters.year_from is not None and filters.year_to is not None and filters.year_from > filters.year_to:
        raise InvalidRequestError(
            f"The years {filters.year_from} to {filters.year_to} are no range", "Give the earlier year first"
        )
    unknown = sorted({*filters.chosen, *filters.excluded} - set(FACETS))
    if unknown:
        raise InvalidRequestError(f"There is no facet {unknown[0]!r}", f"Choose among: {', '.join(FACETS)}")
