"""A request becomes results: filters, two legs inside them, one ranking, one result set with exact counts.

The result set is every report inside the filters that holds enough of what the query's content words tell, with a
bounded number of others that stand out from the query's own background by their meaning, if the query has anything to
do with the collection at all (`search.decoys`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.errors import ModelMismatchError
from embeddings.index import Hits, no_hits
from embeddings.vectors import Vectors
from kg.descriptions import cards
from kg.facets.columns import FacetCount
from kg.facets.counting import Mask, PackedMask
from kg.facets.filters import MISSABLE, Filters
from kg.facets.query import filter_query
from kg.facets.table import FACETS
from kg.store import Scope
from search.decoys import Decoys
from search.errors import InvalidRequestError
from search.fulltext.holding import Held
from search.fulltext.index import TextQuery
from search.fusion import Fused, semantic_weight
from search.ranking import (
    Bar,
    ResultSet,
    both_legs,
    by_year,
    candidates,
    combined,
    floor,
    narrowing,
    page_of,
    raised,
    result_set,
    shows_head,
    with_rest,
    years_of,
)
from search.remembering import Remembering
from search.request import Hit, Match, Mode, Request, Results, Sort, Why
from search.reranking import Reranking
from search.snapshots.snapshot import Snapshot

NEAREST: Final = 1000
"""How many reports at most are results for their meaning alone, and how many candidates each leg ranks."""

EXCLUSIONS: Final = "excluded"
FURTHER: Final = "also"
"""The masks that belong to no facet: no choice in a facet widens them."""

FOLLOWING: Final = 50
"""How many reports at most follow for their meaning those that hold enough of the words: five pages. Where no report
does, meaning is all there is, and ``NEAREST`` is the limit. See docs/decisions/0032."""

LONGEST_QUERY: Final = 2000
"""Characters. No encoder reads further, and each word costs a look-up."""

DEEPEST: Final = 1_000_000

_REMEMBERED: Final = 16
"""Queries that are kept as they were understood: each costs two bits and a byte a report."""

_NEAREST_REMEMBERED: Final = 64
"""Searches of the index that are kept, in 12 bytes a hit. The next page needs the same one again; after a choice in a
facet, its counts need the one before, since they leave the choice out."""


@dataclass(frozen=True, slots=True, eq=False)
class _Query:
    """A query as the two legs understand it; a leg that a mode does not use has ``None``.

    ``matching`` are the reports that hold its words to the degree that was asked for, ``shares`` the part of enough
    that each holds (`search.fulltext.holding`; ``None``: nothing of it), and ``fulfilling`` (``None``: all) those that
    fulfil its condition, whatever the filters. The others must reach the ``bar`` by their meaning.
    """

    words: TextQuery | None
    matching: PackedMask
    fulfilling: PackedMask | None
    shares: NDArray[np.uint8] | None = None
    vector: Vectors | None = None
    bar: Bar = field(default_factory=Bar.none)

    @property
    def weight(self) -> float:
        """How much the semantic leg counts, 0 to 1."""
        if self.vector is None:
            return 0.0
        return 1.0 if self.words is None else semantic_weight(self.words.evidence)

    def within(self, allowed: Mask) -> Mask:
        """The allowed reports that fulfil the condition."""
        return allowed if self.fulfilling is None else allowed & self.fulfilling.unpacked()

    def passing(self, nearest: Hits) -> NDArray[np.bool_]:
        """Which of some candidates are results for their meaning: bool (n,)."""
        if self.shares is None:
            return self.bar.passed(nearest.scores, np.zeros(len(nearest.scores)))
        return self.bar.passed(nearest.scores, self.shares[nearest.ordinals] / 255)


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
        # Made when they are first needed: searches by words alone do without.
        self._decoys: Decoys | None = None
        # Another filter or the next page repeats the same words.
        self._remembered = Remembering[tuple[str, Mode, Match], _Query](_REMEMBERED)
        self._nearest_remembered = Remembering[tuple[bytes, bytes], Hits](_NEAREST_REMEMBERED)

    def search(self, request: Request) -> Results:
        """The results of a request. The same request on the same snapshot gives the same results.

        Raises :class:`~search.errors.InvalidRequestError`.
        """
        _check(request)
        masks = filter_masks(self.snapshot, request.filters)
        query = self._understand(request.query, request.mode, request.match)
        allowed = query.within(combined(masks, self._size))
        found = self._find(query, allowed)
        narrowed = narrowing(self.snapshot.columns, request.filters)
        ranked = self._candidates(query, found.nearest, allowed, narrowed)
        ranked = ranked.take(found.members[ranked.ordinals])
        if self._reranking is not None and shows_head(request, self._reranking.depth):
            ranked = self._reranked(self._reranking, query, ranked)
        ranked = self._continued(request, query, ranked, found.members, narrowed)
        return Results(
            total=int(np.count_nonzero(found.members)),
            by_meaning=int(np.count_nonzero(found.members & ~found.by_words)),
            match=request.match,
            hits=self._hits(query, page_of(ranked, request)),
            facets=self._facets(request, query, masks, found),
            snapshot=self.snapshot.manifest.name,
        )

    def ranking(self, query: str, mode: Mode, depth: int) -> tuple[str, ...]:
        """The IRIs of the ``depth`` reports that a mode ranks first, whether or not they are results.

        Where a result set ends is another question than how well it is ordered (`search.evaluation`).
        Raises :class:`~search.errors.InvalidRequestError`.
        """
        _check(Request(query, mode=mode, limit=depth))
        understood = self._understand(query, mode)
        allowed = understood.within(np.ones(self._size, dtype=np.bool_))
        ranked = self._candidates(understood, self._nearest(understood.vector, allowed), allowed)
        if self._reranking is not None:
            ranked = self._reranked(self._reranking, understood, ranked)
        return tuple(self.snapshot.columns.reports[ordinal] for ordinal in ranked.ordinals[:depth])

    def passing(self, filters: Filters) -> Mask:
        """The reports that pass some filters: bool (reports,). Raises :class:`~search.errors.InvalidRequestError`."""
        return combined(filter_masks(self.snapshot, filters), self._size)

    def members(self, query: str, filters: Filters, mode: Mode, match: Match = Match.MOST) -> Mask:
        """The reports of the result set of a search, bool (reports,): as a search counts them.

        Raises :class:`~search.errors.InvalidRequestError`.
        """
        _check(Request(query, filters, mode, match))
        understood = self._understand(query, mode, match)
        return self._find(understood, understood.within(self.passing(filters))).members

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

    def _understand(self, query: str, mode: Mode, match: Match = Match.MOST) -> _Query:
        return self._remembered.ask((query, mode, match), lambda: self._understood(query, mode, match))

    def _understood(self, query: str, mode: Mode, match: Match) -> _Query:
        everything = PackedMask.of(np.ones(self._size, dtype=np.bool_))
        if not query.strip():
            return _Query(None, everything, None)
        text = self.snapshot.text
        words = text.parse(query)
        fulfilling = None if words.condition is None else PackedMask.of(text.fulfilling(words.condition))
        if not words.meaning.strip():
            # Names alone, or what is not wanted: there is nothing to be near to.
            return _Query(words, everything, fulfilling)
        held = text.held(words)
        if mode is Mode.SEMANTIC:
            nothing = PackedMask.of(np.zeros(self._size, dtype=np.bool_))
            by_meaning = self._with_meaning(words.meaning, _Query(None, nothing, fulfilling))
            return by_meaning if self._holding(by_meaning, held).any() else self._beyond_decoys(by_meaning)
        by_words = _Query(words, PackedMask.of(held.by(match)), fulfilling, held.shares)
        if mode is Mode.LEXICAL:
            return by_words
        return self._with_both(self._with_meaning(words.meaning, by_words), held, match)

    def _with_both(self, query: _Query, held: Held, match: Match) -> _Query:
        """The query with its bar where words and meaning together put it."""
        if match is Match.ALL:
            return replace(query, bar=Bar.none())
        holding = self._holding(query, held)
        if not holding.any():
            return self._beyond_decoys(query)
        return self._following(query, holding) if match is Match.MOST else query

    def _holding(self, query: _Query, held: Held) -> Mask:
        """The reports that hold enough of the words of a query, and fulfil its condition."""
        return held.by(Match.MOST) & query.within(np.ones(self._size, dtype=np.bool_))

    def _with_meaning(self, meaning: str, query: _Query) -> _Query:
        """The query with its vector, and a bar for what stands out from its background."""
        if self.encoder is None:
            raise InvalidRequestError("There is no encoder to search by meaning", "Search with mode lexical")
        vector = self.encoder.encode_query(meaning)
        background = self.snapshot.index.background(vector)
        return replace(query, vector=vector, bar=Bar(background.centre, floor(background, self._size)))

    def _beyond_decoys(self, query: _Query) -> _Query:
        """The query with its bar beyond the decoys: no report holds what it says, and it may be about nothing here."""
        if self.encoder is None or query.vector is None:
            return query
        if self._decoys is None:
            self._decoys = Decoys.of(self.encoder, self.snapshot.index)
        return replace(query, bar=replace(query.bar, least=self._decoys.least(query.vector)))

    def _following(self, query: _Query, holding: Mask) -> _Query:
        """The query with its bar raised so that few follow those ``holding`` the words, whatever the filters.

        With a bar of their own, a narrower choice would let in what a wider one does not.
        """
        everywhere = query.within(np.ones(self._size, dtype=np.bool_))
        nearest = self._nearest(query.vector, everywhere)
        following = nearest.scores[query.passing(nearest) & ~holding[nearest.ordinals]]
        return replace(query, bar=raised(query.bar, following, FOLLOWING))

    def _find(self, query: _Query, allowed: Mask) -> ResultSet:
        nearest = self._nearest(query.vector, allowed)
        return result_set(query.matching.unpacked() & allowed, nearest, query.passing(nearest))

    def _nearest(self, vector: Vectors | None, allowed: Mask) -> Hits:
        if vector is None:
            return no_hits()
        among = hashlib.sha256(PackedMask.of(allowed).bits.tobytes()).digest()
        return self._nearest_remembered.ask(
            (vector.tobytes(), among), lambda: self.snapshot.index.search(vector, NEAREST, allowed)
        )

    def _candidates(self, query: _Query, nearest: Hits, allowed: Mask, narrowed: Sequence[Sequence[int]] = ()) -> Fused:
        """The candidates of both legs in one order, best first, whether or not they are results."""
        if query.words is None:
            return both_legs(no_hits(), nearest, query.weight)
        lexical = self.snapshot.text.search(query.words, NEAREST, allowed, narrowed=narrowed)
        if query.vector is None:
            return both_legs(lexical, nearest, query.weight)
        # What full text found far from the query has a similarity as well: without it, it would count as farthest.
        either = candidates(lexical, nearest)
        similar = Hits(either, self.snapshot.index.scores_of(query.vector, either))
        return both_legs(lexical, similar, query.weight)

    def _reranked(self, reranking: Reranking, query: _Query, ranked: Fused) -> Fused:
        """The ranking after a second look at its head, whatever the page, so that pages stay pieces of one list."""
        if query.words is None or query.vector is None:
            return ranked
        head = [self.snapshot.columns.reports[ordinal] for ordinal in ranked.ordinals[: reranking.depth]]
        shown = cards(self.snapshot.graph, head)
        texts = [f"{shown[iri].title}\n{shown[iri].abstract or ''}".rstrip("\n") for iri in head]
        return reranking.rerank(ranked, query.words.meaning, texts)

    def _continued(
        self, request: Request, query: _Query, ranked: Fused, members: Mask, narrowed: Sequence[Sequence[int]]
    ) -> Fused:
        """The ranking as far as a page needs it: candidates, then the other members by words, then by IRI."""
        by_relevance = request.sort is Sort.RELEVANCE and bool(request.query.strip())
        # The candidates are the same for every page, so that pages are pieces of one list.
        beyond = request.offset + request.limit > len(ranked.ordinals)
        if by_relevance and not beyond:
            return ranked
        if query.words is not None and beyond:
            every = self.snapshot.text.search(query.words, self._size, members, narrowed=narrowed)
            ranked = ranked.followed_by(every.ordinals)
        ranked = with_rest(ranked, members)
        if by_relevance:
            return ranked
        return by_year(ranked, years_of(self.snapshot.columns), newest_first=request.sort is not Sort.OLDEST)

    def _hits(self, query: _Query, page: Fused) -> tuple[Hit, ...]:
        reports = self.snapshot.columns.reports
        shown = cards(self.snapshot.graph, [reports[ordinal] for ordinal in page.ordinals])
        matched: Mapping[int, tuple[str, ...]] = {}
        similar: Mapping[int, tuple[str, ...]] = {}
        if query.words is not None:
            listed = [int(ordinal) for ordinal in page.ordinals]
            matched = self.snapshot.text.matched_words(query.words, listed)
            similar = self.snapshot.text.similar_words(query.words, listed)
        similarities: list[float] | None = None
        if query.vector is not None:
            similarities = [float(score) for score in self.snapshot.index.scores_of(query.vector, page.ordinals)]
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
        self, request: Request, query: _Query, masks: Mapping[str, Mask], found: ResultSet
    ) -> dict[str, tuple[FacetCount, ...]]:
        counted = {}
        for facet in FACETS:
            members = found.members
            if facet in masks:
                others = {name: mask for name, mask in masks.items() if name != facet}
                members = self._find(query, query.within(combined(others, self._size))).members
            # Years are a picture of the whole set, and what was chosen must stay in sight to be taken back.
            most = None if facet == "year" else request.facet_values
            chosen = request.filters.chosen.get(facet, ())
            counted[facet] = tuple(self.snapshot.columns.counts(facet, members, most=most, always=chosen))
        return counted


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
    for name in filters.missing:
        kept = _lacking(snapshot, name, inferred=filters.inferred)
        masks[EXCLUSIONS] = masks[EXCLUSIONS] & kept if EXCLUSIONS in masks else kept
    if filters.year_from is not None or filters.year_to is not None:
        within = columns.years(filters.year_from, filters.year_to)
        masks["year"] = masks["year"] & within if "year" in masks else within
    return masks


def _lacking(snapshot: Snapshot, name: str, *, inferred: bool) -> Mask:
    """The reports that have no value of a field: bool (reports,)."""
    query = filter_query(Filters(missing=(name,)))
    rows = snapshot.graph.select(query, Scope.ALL if inferred else Scope.STATED)
    mask = np.zeros(len(snapshot.columns.reports), dtype=np.bool_)
    mask[[ordinal for row in rows if (ordinal := snapshot.columns.ordinal(str(row[0]))) is not None]] = True
    return mask


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
    unknown += sorted(set(filters.missing) - set(MISSABLE))
    if unknown:
        raise InvalidRequestError(f"There is no facet {unknown[0]!r}", f"Choose among: {', '.join(FACETS)}")
