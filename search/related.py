"""Reports like some given ones: near in meaning, told by the same words, sharing what is rare in the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from embeddings.index import Hits, VectorIndex, background_sample, best
from embeddings.vectors import Vectors
from kg.descriptions import cards
from kg.facets.counting import Mask
from kg.facets.filters import Filters
from kg.facets.table import FACETS
from kg.facets.values import FacetValue
from search.engine import filter_masks
from search.errors import InvalidRequestError
from search.fusion import GRAPH, LEXICAL, SEMANTIC, Leg, fuse
from search.ranking import combined
from search.request import Hit, Why
from search.snapshots.snapshot import Snapshot, missing

_SHARED: Final = dict(
    sorted(
        ((name, facet.likeness.weight) for name, facet in FACETS.items() if facet.likeness is not None),
        key=lambda shared: -shared[1],
    )
)
"""How much a shared value of each facet counts, times its rarity; what counts most is named first."""

_WEIGHTS: Final = {SEMANTIC: 0.45, LEXICAL: 0.25, GRAPH: 0.3}
"""How much each kind of likeness counts. See docs/decisions/0018."""

_CANDIDATES: Final = 1000
_TELLING: Final = 25
"""Words of the seeds that are looked for: more of them cost time and add little."""
_REASONS: Final = 5
"""Shared values that are named for each facet."""


@dataclass(frozen=True, slots=True)
class RelatedRequest:
    """Which reports are like all of ``seeds`` (IRIs)? The seeds themselves are never among the answers."""

    seeds: tuple[str, ...]
    filters: Filters = field(default_factory=Filters)
    limit: int = 10


def related(snapshot: Snapshot, request: RelatedRequest) -> tuple[Hit, ...]:
    """The reports most like the seeds, best first, each with what it shares with them.

    Raises :class:`~search.errors.UnknownReportError`, :class:`~search.errors.GoneReportError` and
    :class:`~search.errors.InvalidRequestError`.
    """
    if not request.seeds or not 0 <= request.limit <= _CANDIDATES:
        raise InvalidRequestError(
            "Related reports were asked for without a report, or too many of them",
            f"Name at least one report and ask for 0 to {_CANDIDATES}",
        )
    seeds = np.array([_ordinal(snapshot, iri) for iri in dict.fromkeys(request.seeds)], dtype=np.int64)
    allowed = combined(filter_masks(snapshot, request.filters), len(snapshot.columns.reports))
    allowed[seeds] = False
    rarity = {facet: _rarity_of_seeds(snapshot, facet, seeds) for facet in _SHARED}
    legs = {LEXICAL: _by_words(snapshot, request.seeds, allowed), GRAPH: _by_graph(snapshot, rarity, allowed)}
    query = _direction(snapshot.index.vectors_of(seeds))
    nearest = snapshot.index.search(query, _CANDIDATES, allowed)
    candidates = np.unique(np.concatenate([nearest.ordinals, *(hits.ordinals for hits in legs.values())]))
    legs[SEMANTIC] = Hits(candidates, _likeness(snapshot.index, seeds, candidates))
    fused = fuse({name: Leg(legs[name], weight) for name, weight in _WEIGHTS.items()})
    page = fused.take(np.arange(min(request.limit, len(fused.ordinals))))
    reports = snapshot.columns.reports
    shown = cards(snapshot.graph, [reports[ordinal] for ordinal in page.ordinals])
    similarities = snapshot.index.scores_of(query, page.ordinals)
    return tuple(
        Hit(
            card=shown[reports[ordinal]],
            score=float(page.scores[place]),
            why=Why(
                similarity=float(similarities[place]),
                title_only=shown[reports[ordinal]].abstract is None,
                parts={name: float(part[place]) for name, part in page.parts.items()},
                shared=_shared(snapshot, rarity, int(ordinal)),
            ),
        )
        for place, ordinal in enumerate(page.ordinals)
    )


def _direction(vectors: Vectors) -> Vectors:
    """Where unit vectors (n, d) point together, of norm 1; those that point nowhere are followed by the first alone."""
    mean = vectors.mean(axis=0)
    length = np.linalg.norm(mean)
    direction: Vectors = mean / length if length > 0 else vectors[0]
    return direction


def _likeness(index: VectorIndex, seeds: NDArray[np.int64], candidates: NDArray[np.int64]) -> Vectors:
    """Cosines between the middle of the seeds and the candidates (n,), float32, seen from the middle of the collection.

    What all texts of a collection have in common makes none of them like another.
    """
    middle = index.vectors_of(background_sample(index.size)).mean(axis=0)
    seen = index.vectors_of(candidates) - middle
    direction = (index.vectors_of(seeds) - middle).mean(axis=0)
    lengths = np.linalg.norm(seen, axis=1) * np.linalg.norm(direction)
    likeness: Vectors = np.divide(seen @ direction, lengths, out=np.zeros(len(seen), np.float32), where=lengths > 0)
    return likeness


def _by_words(snapshot: Snapshot, seeds: Sequence[str], allowed: Mask) -> Hits:
    """Reports by the words that tell the seeds from others, best first."""
    texts = sorted((card.title, card.abstract or "") for card in cards(snapshot.graph, seeds).values())
    words = snapshot.text.telling("\n".join(text for both in texts for text in both), _TELLING)
    return snapshot.text.search(words, _CANDIDATES, allowed)


def _ordinal(snapshot: Snapshot, iri: str) -> int:
    ordinal = snapshot.columns.ordinal(iri)
    if ordinal is None:
        raise missing(snapshot, unquote(iri.rsplit("/", 1)[-1]))
    return ordinal


_Rarity = Mapping[str, NDArray[np.float64]]
"""For each facet and value, how rare the value is among all reports, times the share of the seeds that have it."""


def _by_graph(snapshot: Snapshot, rarity: _Rarity, allowed: Mask) -> Hits:
    """Reports by the weighted rarity of the values they share with the seeds, best first."""
    size = len(snapshot.columns.reports)
    scores = np.zeros(size)
    for facet, weight in _SHARED.items():
        pairs = snapshot.columns.facets[facet].stated
        scores += weight * np.bincount(pairs.rows, weights=rarity[facet][pairs.codes], minlength=size)
    sharing = np.flatnonzero((scores > 0) & allowed)
    return best(sharing, scores[sharing].astype(np.float32), _CANDIDATES)


def _rarity_of_seeds(snapshot: Snapshot, facet: str, seeds: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each value of a facet, its inverse document frequency times the share of the seeds that have it."""
    column = snapshot.columns.facets[facet]
    size = len(snapshot.columns.reports)
    frequency = column.stated.totals
    held = np.zeros(len(column.values))
    for seed in seeds:
        held[column.stated.codes_of(int(seed))] += 1 / len(seeds)
    return held * np.log((size + 1) / np.maximum(frequency, 1))


def _shared(snapshot: Snapshot, rarity: _Rarity, ordinal: int) -> dict[str, tuple[FacetValue, ...]]:
    """The values that a report shares with the seeds, rarest first, by facet."""
    reasons = {}
    for facet, values in rarity.items():
        column = snapshot.columns.facets[facet]
        codes = [int(code) for code in column.stated.codes_of(ordinal) if values[code] > 0]
        codes.sort(key=lambda code, values=values: (-values[code], code))  # type: ignore[misc]
        if codes:
            reasons[facet] = tuple(column.values[code] for code in codes[:_REASONS])
    return reasons
