"""A request becomes results: filters, two legs inside them, one ranking, one result set with exact counts.

The result set is every report inside the filters that holds a stated minimum of the query's content words,
with at most ``NEAREST`` more whose similarity to the query stands out from the query's own background.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.errors import ModelMismatchError
from embeddings.index import Background, Hits, no_hits
from embeddings.vectors import Vectors
from kg.descriptions import cards
from kg.facets.columns import FACETS, FacetCount
from kg.facets.counting import Mask, PackedMask, distinct
from search.errors import InvalidRequestError
from search.fulltext.index import TextQuery
from search.fusion import LEXICAL, SEMANTIC, Fused, Leg, fuse, semantic_weight
from search.remembering import Remembering
from search.request import Filters, Hit, Mode, Request, Results, Sort, Why
from search.reranking import Reranking
from search.snapshots.snapshot import Snapshot

NEAREST: Final = 1000
"""How many reports at most are results for their meaning alone, and how many candidates each leg ranks."""

STANDS_OUT: Final = 0.68
"""A report stands out from this share on of the distance at which the farthest of as many unrelated reports is to be
expected, in spreads of the query's background (:class:`embeddings.index.Background`). A fixed cosine would keep five
results for one query and a thousand for another. See docs/decisions/0009."""

EXCLUSIONS: Final = "excluded"
FURTHER: Final = "also"
"""The masks that belong to no facet: no choice in a facet widens them."""

LONGEST_QUERY: Final = 2000
"""Characters. No encoder reads further, and each word costs a look-up."""

DEEPEST: Final = 1_000_000

_REMEMBERED: Final = 16
"""Queries that are kept as they were understood: each costs two bits a report."""

_NEAREST_REMEMBERED: Final = 64
"""Searches of the index that are kept, in 12 bytes a hit. Who turns a page asks for one again; who makes a choice in a
facet asks for the one before, since the counts of the facet leave the choice out."""


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """A query as the two legs understand it; a leg that a mode does not use has ``None``.

    ``matching`` are the reports that hold enough of its words, and ``fulfilling`` (``None``: all) those that fulfil its
    condition, whatever the filters.
    """

    words: TextQuery | None
    matching: PackedMask
    fulfilling: PackedMask | None
    vector: Vectors | None
    floor: float

    def within(self, allowed: Mask) -> Mask:
        """The allowed reports that fulfil the condition."""
        return allowed if self.fulfilling is None else allowed & self.fulfilling.unpacked()


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The result set inside some filters: all of it, who is there by words, and the nearest candidates, best first."""

    members: Mask
    by_words: Mask
    nearest: Hits


class Engine:
    """Answers requests over one snapshot. ``encoder`` may be ``None``: then only searches by words are possible.

    With a ``reranking``, hybrid searches by relevance get a second look (:mod:`search.reranking`).
    """

    def __init__(self, snapshot: Snapshot, encoder: Encoder | None, reranking: Reranking | None = None) -> None:
        if encoder is not None and encoder.identity != snapshot.manifest.model:
            raise ModelMismatchError(expected=encoder.identity.label, actual=snapshot.manifest.model.label)
        self.snapshot = snapshot
        self.encoder: Final = encoder
        self._reranking = reranking
        # Who sets a filter or turns a page asks the same words again.
        self._remembered = Remembering[tuple[str, Mode], _Question](_REMEMBERED)
        self._nearest_remembered = Remembering[tuple[_Question, bytes], Hits](_NEAREST_REMEMBERED)

    def search(self, request: Request) -> Results:
        """The results of a request. The same request on the same snapshot gives the same results.

        Raises :class:`~search.errors.InvalidRequestError`.
        """
        _check(request)
        masks = filter_masks(self.snapshot, request.filters)
        question = self._understand(request.query, request.mode)
        allowed = question.within(combined(masks, self._size))
        found = self._find(question, allowed)
        ranked = self._rank(request, question, found, allowed)
        return Results(
            total=int(np.count_nonzero(found.members)),
            by_meaning=int(np.count_nonzero(found.members & ~found.by_words)),
            hits=self._hits(question, ranked.take(np.arange(len(ranked.ordinals))[request.offset :][: request.limit])),
            facets=self._facets(request, question, masks, found),
            snapshot=self.snapshot.manifest.name,
        )

    def ranking(self, query: str, mode: Mode, depth: int) -> tuple[str, ...]:
        """The IRIs of the ``depth`` reports that a mode ranks first, whether or not they are results.

        Where a result set ends is another question than how well it is ordered (`search.evaluation`).
        Raises :class:`~search.errors.InvalidRequestError`.
        """
        _check(Request(query, mode=mode, limit=depth))
        question = self._understand(query, mode)
        allowed = question.within(np.ones(self._size, dtype=np.bool_))
        ranked = self._fused(question, self._by_words(question, allowed), self._find(question, allowed).nearest)
        if self._reranking is not None:
            ranked = self._reranked(self._reranking, question, ranked)
        return tuple(self.snapshot.columns.reports[ordinal] for ordinal in ranked.ordinals[:depth])

    def passing(self, filters: Filters) -> Mask:
        """The reports that pass some filters: bool (reports,). Raises :class:`~search.errors.InvalidRequestError`."""
        return combined(filter_masks(self.snapshot, filters), self._size)

    def members(self, query: str, filters: Filters, mode: Mode) -> Mask:
        """The reports of the result set of a search, bool (reports,): as a search counts them.

        Raises :class:`~search.errors.InvalidRequestError`.
        """
        _check(Request(query, filters, mode))
        question = self._understand(query, mode)
        return self._find(question, question.within(self.passing(filters))).members

    def hits(self, reports: Sequence[str]) -> tuple[Hit, ...]:
        """Some reports (IRIs) as hits of no query, in their order; unknown ones are left out."""
        shown = cards(self.snapshot.graph, reports)
        return tuple(
            Hit(card=shown[iri], score=0.0, why=Why(title_only=shown[iri].abstract is None))
            for iri in reports
            if iri in shown
        )

    @property
    def _size(self) -> int:
        return len(self.snapshot.columns.reports)

    def _understand(self, query: str, mode: Mode) -> _Question:
        return self._remembered.ask((query, mode), lambda: self._understood(query, mode))

    def _understood(self, query: str, mode: Mode) -> _Question:
        everything = PackedMask.of(np.ones(self._size, dtype=np.bool_))
        if not query.strip():
            return _Question(None, everything, None, None, 0.0)
        text = self.snapshot.text
        words = text.parse(query)
        fulfilling = None if words.condition is None else PackedMask.of(text.fulfilling(words.condition))
        if not words.meaning.strip():
            # Names alone, or what is not wanted: there is nothing to be near to.
            return _Question(words, everything, fulfilling, None, 0.0)
        by_words = text.matching(words) if mode is not Mode.SEMANTIC else np.zeros(self._size, dtype=np.bool_)
        matching = PackedMask.of(by_words)
        if mode is Mode.LEXICAL:
            return _Question(words, matching, fulfilling, None, 0.0)
        if self.encoder is None:
            raise InvalidRequestError("There is no encoder to search by meaning", "Search with mode lexical")
        vector = self.encoder.encode_query(words.meaning)
        background = self.snapshot.index.background(vector)
        legs = None if mode is Mode.SEMANTIC else words
        return _Question(legs, matching, fulfilling, vector, floor(background, self._size))

    def _find(self, question: _Question, allowed: Mask) -> _Found:
        by_words = question.matching.unpacked() & allowed
        if question.vector is None:
            return _Found(by_words, by_words, no_hits())
        nearest = self._nearest(question, question.vector, allowed)
        members = by_words.copy()
        members[nearest.ordinals[nearest.scores >= question.floor]] = True
        return _Found(members, by_words, nearest)

    def _nearest(self, question: _Question, vector: Vectors, allowed: Mask) -> Hits:
        among = hashlib.sha256(PackedMask.of(allowed).bits.tobytes()).digest()
        return self._nearest_remembered.ask(
            (question, among), lambda: self.snapshot.index.search(vector, NEAREST, allowed)
        )

    def _rank(self, request: Request, question: _Question, found: _Found, allowed: Mask) -> Fused:
        """The members in order: a leg's candidates, then the others by words, then by IRI.

        The others are left out where the page asked for does not reach them.
        """
        words = question.words
        narrowed = narrowing(self.snapshot, request.filters)
        fused = self._fused(question, self._by_words(question, allowed, narrowed), found.nearest)
        ranked = fused.take(found.members[fused.ordinals])
        if self._reranking is not None and _shows_head(request, self._reranking.depth):
            ranked = self._reranked(self._reranking, question, ranked)
        by_relevance = request.sort is Sort.RELEVANCE and bool(request.query.strip())
        # The candidates of the legs are the same for every page, so that pages are pieces of one list.
        beyond = request.offset + request.limit > len(ranked.ordinals)
        if by_relevance and not beyond:
            return ranked
        if words is not None and beyond:
            every = self.snapshot.text.search(words, self._size, found.members, narrowed=narrowed)
            ranked = ranked.followed_by(every.ordinals)
        rest = found.members.copy()
        rest[ranked.ordinals] = False
        ranked = ranked.followed_by(np.flatnonzero(rest))
        return ranked if by_relevance else _by_year(ranked, self._years(), newest_first=request.sort is not Sort.OLDEST)

    def _by_words(self, question: _Question, allowed: Mask, narrowed: Sequence[Sequence[int]] = ()) -> Hits:
        """The candidates of full text, best first."""
        if question.words is None:
            return no_hits()
        return self.snapshot.text.search(question.words, NEAREST, allowed, narrowed=narrowed)

    def _fused(self, question: _Question, lexical: Hits, nearest: Hits) -> Fused:
        """The candidates of both legs in one order (docs/decisions/0018)."""
        if question.vector is None or question.words is None:
            alpha = 0.0 if question.vector is None else 1.0
            return fuse({LEXICAL: Leg(lexical, 1.0 - alpha), SEMANTIC: Leg(nearest, alpha)})
        index = self.snapshot.index
        alpha = semantic_weight(question.words.evidence)
        # What full text found far from the query has a similarity as well: without it, it would count as farthest.
        candidates = distinct(lexical.ordinals, nearest.ordinals)
        similar = Hits(candidates, index.scores_of(question.vector, candidates))
        return fuse({LEXICAL: Leg(lexical, 1.0 - alpha), SEMANTIC: Leg(similar, alpha)})

    def _reranked(self, reranking: Reranking, question: _Question, ranked: Fused) -> Fused:
        """The ranking after a second look at its head, whatever the page, so that pages stay pieces of one list."""
        if question.words is None or question.vector is None:
            return ranked
        head = [self.snapshot.columns.reports[ordinal] for ordinal in ranked.ordinals[: reranking.depth]]
        shown = cards(self.snapshot.graph, head)
        texts = [f"{shown[iri].title}\n{shown[iri].abstract or ''}".rstrip("\n") for iri in head]
        return reranking.rerank(ranked, question.words.meaning, texts)

    def _years(self) -> NDArray[np.int64]:
        """The year of each report, 0 where it has none."""
        column = self.snapshot.columns.facets["year"]
        values = np.array([int(value.value) if value.value.isdigit() else 0 for value in column.values] or [0])
        years = np.zeros(self._size, dtype=np.int64)
        years[column.stated.rows] = values[column.stated.codes]
        return years

    def _hits(self, question: _Question, page: Fused) -> tuple[Hit, ...]:
        reports = self.snapshot.columns.reports
        shown = cards(self.snapshot.graph, [reports[ordinal] for ordinal in page.ordinals])
        matched: Mapping[int, tuple[str, ...]] = {}
        similar: Mapping[int, tuple[str, ...]] = {}
        if question.words is not None:
            listed = [int(ordinal) for ordinal in page.ordinals]
            matched = self.snapshot.text.matched_words(question.words, listed)
            similar = self.snapshot.text.similar_words(question.words, listed)
        similarities: list[float] | None = None
        if question.vector is not None:
            similarities = [float(score) for score in self.snapshot.index.scores_of(question.vector, page.ordinals)]
        return tuple(
            Hit(
                card=shown[reports[ordinal]],
                score=float(page.scores[place]),
                why=Why(
                    words=matched.get(int(ordinal), ()),
                    similar=similar.get(int(ordinal), ()),
                    similarity=None if similarities is None else similarities[place],
                    title_only=shown[reports[ordinal]].abstract is None,
                    parts={name: float(part[place]) for name, part in page.parts.items()},
                ),
            )
            for place, ordinal in enumerate(page.ordinals)
        )

    def _facets(
        self, request: Request, question: _Question, masks: Mapping[str, Mask], found: _Found
    ) -> dict[str, tuple[FacetCount, ...]]:
        counted = {}
        for facet in FACETS:
            members = found.members
            if facet in masks:
                others = {name: mask for name, mask in masks.items() if name != facet}
                members = self._find(question, question.within(combined(others, self._size))).members
            # Years are a picture of the whole set, and what was chosen must stay in sight to be taken back.
            most = None if facet == "year" else request.facet_values
            chosen = request.filters.chosen.get(facet, ())
            counted[facet] = tuple(self.snapshot.columns.counts(facet, members, most=most, always=chosen))
        return counted


def _shows_head(request: Request, depth: int) -> bool:
    """Whether a page has any of the first ``depth`` results by relevance: deeper pages need no second look."""
    return request.sort is Sort.RELEVANCE and request.limit > 0 and request.offset < depth


def floor(background: Background, size: int) -> float:
    """The similarity from which on a report stands out in a collection of ``size`` reports.

    The more reports there are, the farther chance alone carries the nearest of them: the greatest of n normal
    deviations lies near sqrt(2 ln n) (Leadbetter, Lindgren and Rootzén, "Extremes", 1983, theorem 1.5.3). A handful of
    similarities has hardly a background at all.
    """
    farthest = math.sqrt(2 * math.log(max(size, 1)))
    return background.centre + min(STANDS_OUT * farthest, (size - 1) / 2) * background.spread


def filter_masks(snapshot: Snapshot, filters: Filters) -> dict[str, Mask]:
    """The reports that pass the choice made in each facet; facets without a choice are absent.

    Those that nothing excludes are under ``EXCLUSIONS``, and those that pass all further choices under ``FURTHER``,
    whatever the facet: a choice can be widened, these stay. Raises :class:`~search.errors.InvalidRequestError` for
    years that are no range and for unknown facets.
    """
    _check_filters(filters)
    columns = snapshot.columns
    masks: dict[str, Mask] = {}
    for facet, values in filters.chosen.items():
        if values:
            masks[facet] = columns.mask(facet, values, inferred=filters.inferred)
    for facet, groups in filters.also.items():
        for values in filter(None, groups):
            passing = columns.mask(facet, values, inferred=filters.inferred)
            masks[FURTHER] = masks[FURTHER] & passing if FURTHER in masks else passing
    for facet, values in filters.excluded.items():
        if values:
            kept = ~columns.mask(facet, values, inferred=filters.inferred)
            masks[EXCLUSIONS] = masks[EXCLUSIONS] & kept if EXCLUSIONS in masks else kept
    if filters.year_from is not None or filters.year_to is not None:
        within = columns.years(filters.year_from, filters.year_to)
        masks["year"] = masks["year"] & within if "year" in masks else within
    return masks


def narrowing(snapshot: Snapshot, filters: Filters) -> list[list[int]]:
    """The choices of some filters as numbers of facet values: a report that passes the filters has one of each list."""
    choices = [*filters.chosen.items(), *((facet, values) for facet in filters.also for values in filters.also[facet])]
    numbers = [snapshot.columns.numbers(facet, values) for facet, values in choices if values]
    if filters.year_from is not None or filters.year_to is not None:
        years = snapshot.columns.years_within(filters.year_from, filters.year_to)
        numbers.append(snapshot.columns.numbers("year", years))
    return numbers


def combined(masks: Mapping[str, Mask], size: int) -> Mask:
    """The reports that pass every mask: bool (size,)."""
    allowed = np.ones(size, dtype=np.bool_)
    for mask in masks.values():
        allowed &= mask
    return allowed


def _by_year(ranked: Fused, years: NDArray[np.int64], *, newest_first: bool) -> Fused:
    """The ranking sorted by year, undated reports last, then by score, then by IRI."""
    dated = years[ranked.ordinals]
    by_year = -dated if newest_first else np.where(dated == 0, np.iinfo(np.int64).max, dated)
    return ranked.take(np.lexsort((ranked.ordinals, -ranked.scores, by_year)))


def _check(request: Request) -> None:
    if len(request.query) > LONGEST_QUERY:
        raise InvalidRequestError(
            f"The query has {len(request.query)} characters", f"Shorten it to {LONGEST_QUERY} at most"
        )
    if not 0 <= request.limit <= NEAREST or not 0 <= request.offset <= DEEPEST:
        raise InvalidRequestError(
            f"A page of {request.limit} results from {request.offset} on is out of range",
            f"Ask for 0 to {NEAREST} results and start at 0 to {DEEPEST}",
        )


def _check_filters(filters: Filters) -> None:
    if filters.year_from is not None and filters.year_to is not None and filters.year_from > filters.year_to:
        raise InvalidRequestError(
            f"The years {filters.year_from} to {filters.year_to} are no range", "Give the earlier year first"
        )
    unknown = sorted({*filters.chosen, *filters.excluded, *filters.also} - set(FACETS))
    if unknown:
        raise InvalidRequestError(f"There is no facet {unknown[0]!r}", f"Choose among: {', '.join(FACETS)}")
