"""Full text: tantivy behind a small surface. Reports are ordinals, a query is words, filters are masks.

A query word is looked for in all fields (`search.fulltext.fields`), analysed as each of them was. A word that no report
holds is looked for as if it were mistyped. Inside, documents are slots (`search.fulltext.slots`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tantivy import Occur, Query

from embeddings.index import Hits, best, no_hits
from kg.facets.counting import Mask
from search.errors import DamagedSnapshotError
from search.fulltext.analysis import PLAIN, analyzer, function_words, guess_language, words
from search.fulltext.directory import IndexDirectory
from search.fulltext.fields import (
    FIELDS,
    LANGUAGES,
    SLOT,
    SPELLING,
    VALUES,
    all_of,
    any_of,
    mask_of,
    register,
    slots_of,
    term_queries,
)
from search.fulltext.holding import Held, enough, telling, weights_of
from search.fulltext.masks import FrequentWords
from search.fulltext.query_syntax import AllOf, Condition, Field, Not, Phrase, parse
from search.fulltext.slots import SlotMask, Slots
from search.remembering import Remembering
from search.request import Match

_SIMILAR_SCORE: Final = 2.0
"""What a word like the one typed counts: about as much as a word that a report in eight holds."""
_SIMILAR_FROM: Final = 5
_SIMILAR_TWICE_FROM: Final = 8
"""Letters from which on a word may be mistyped once, and twice."""
_MOST_SIMILAR: Final = 4
"""Words of a query that are looked for as mistyped: each costs a walk through the vocabulary."""
_FEW: Final = 1000
"""Up to here the allowed reports are part of the query; beyond, asking for more and dropping is faster."""
_COUNTED: Final = 1000
"""Terms of which it is kept how many reports hold them: to count those of a term that every fourth holds takes .4 ms of
300,000 reports. Without deleted documents nothing is counted."""


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A query as full text understands it.

    ``words`` are its content words, in order, each once; ``known`` are those that some report holds, ``repeated`` says
    how often each of them was asked for, and ``similar`` are words that no report holds but that may be mistyped.
    ``free`` are the words of which a result must hold enough, by their ``weights`` (`search.fulltext.holding`); what
    every result must fulfil otherwise is the ``condition``. ``phrases`` rank, ``meaning`` is for an encoder.
    ``evidence`` tells from 0 to 1 how much of what the words say the index knows: the share of the known ones in the
    inverse document frequencies of all.
    """

    words: tuple[str, ...]
    known: tuple[str, ...]
    similar: tuple[str, ...] = ()
    repeated: tuple[int, ...] = ()
    free: tuple[str, ...] = ()
    weights: tuple[int, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    condition: Condition | None = None
    meaning: str = ""
    evidence: float = 0.0


_NAMED: Final = {
    Field.TITLE: {"title"},
    Field.AUTHOR: {"authors"},
    Field.TOPIC: {"topics"},
    Field.INSTITUTION: {"institutions"},
    Field.SERIES: {"series"},
}


class TextIndex:
    """An index opened for reading. Its files must not change while it is open."""

    def __init__(self, directory: Path) -> None:
        """Open an index that `write_text_index` wrote; raises :class:`~search.errors.DamagedSnapshotError`."""
        self._directory = IndexDirectory(directory)
        self._index = self._directory.index
        register(self._index)
        self._searcher = self._index.searcher()
        self.size: Final[int] = self._searcher.num_docs
        self._counted = Remembering[tuple[str, str], int](_COUNTED)
        try:
            self._slots = Slots.open(directory)
            self._frequent = FrequentWords.open(directory, self._slots.used)
        except (OSError, ValueError) as error:
            raise DamagedSnapshotError(directory, str(error)) from error
        if len(self._slots.by_ordinal) != self.size:
            reason = f"{len(self._slots.by_ordinal)} reports have slots, {self.size} have documents"
            raise DamagedSnapshotError(directory, reason)

    def parse(self, text: str) -> TextQuery:
        """Read a query (see `search.fulltext.query_syntax`). Its content words are all but the function words of its
        language, or all, if there are no others.
        """
        parsed = parse(text)
        content = _content_words(parsed.words)
        repeated = Counter(words(parsed.words))
        held = {word: self.frequency(word) for word in content}
        known = tuple(word for word in content if held[word])
        unknown = [word for word in content if word not in known and len(word) >= _SIMILAR_FROM]
        # A query of which most words are unknown is in another language: none of its words is mistyped.
        mistyped = unknown if len(unknown) <= max(1, len(known)) else []
        # Words that are grammar in the whole query may be content in what is left of it.
        free = tuple(word for word in _content_words(parsed.free) if word in held)
        return TextQuery(
            words=content,
            known=known,
            similar=tuple(mistyped[:_MOST_SIMILAR]),
            repeated=tuple(repeated[word] for word in known),
            free=free,
            weights=weights_of([telling(self._rarity(held[word])) if held[word] else None for word in free]),
            phrases=parsed.phrases,
            condition=parsed.condition,
            meaning=parsed.meaning,
            evidence=self._evidence(held, repeated),
        )

    def telling(self, text: str, most: int) -> TextQuery:
        """A query for the ``most`` words of a text that tell it from others: often in it, rare in the collection."""
        counts = Counter(words(text))
        weighed = [
            (count * self._rarity(held), word)
            for word in _content_words(text)
            if (count := counts[word]) and (held := self.frequency(word)) > 1
        ]
        chosen = tuple(word for _, word in sorted(weighed, reverse=True)[:most])
        return TextQuery(words=chosen, known=chosen, repeated=tuple(counts[word] for word in chosen))

    def search(
        self, query: TextQuery, k: int, allowed: Mask | None = None, *, narrowed: Sequence[Sequence[int]] = ()
    ) -> Hits:
        """The best ``k`` reports by BM25 over any of the words, inside ``allowed`` bool (size,); ties by ordinal.

        Fewer than k only if fewer match: a narrow filter loses nothing. The condition of the query is not looked at:
        `fulfilling` makes a filter of it. ``narrowed`` makes a search with a filter fast: numbers of facet values, of
        which each allowed report has one of every group.
        """
        # A long query says again what it is about: BM25 counts a word as often as it is asked for.
        times = zip(query.known, query.repeated, strict=True)
        clauses = [(Occur.Should, _boosted(self._word(word), float(count))) for word, count in times]
        clauses += [(Occur.Should, self._similar(word)) for word in query.similar]
        clauses += [(Occur.Should, self._phrase(phrase)) for phrase in query.phrases]
        if not clauses or k <= 0:
            return no_hits()
        return self._inside(Query.boolean_query(clauses), k, allowed, narrowed)

    def held(self, query: TextQuery) -> Held:
        """How much each report holds of the free words, whatever the condition.

        Without free words, each holds what is asked for if there is a condition, and none does if there is not.
        """
        if not query.free:
            least = int(query.condition is None)
            return Held(np.zeros(self.size, dtype=np.int32), least, least)
        weights = np.zeros(self._slots.used, dtype=np.int32)
        for word, weight in zip(query.free, query.weights, strict=True):
            if word in query.known:
                weights += self._holding(word) * np.int32(weight)
            elif word in query.similar:
                weights += self._mask(self._similar(word)) * np.int32(weight)
        total = sum(query.weights)
        return Held(weights[self._slots.by_ordinal], total, enough(total, self.size))

    def matching(self, query: TextQuery, match: Match = Match.MOST) -> Mask:
        """The reports that hold the free words to a degree, whatever the condition: bool (size,)."""
        return self.held(query).by(match)

    def fulfilling(self, condition: Condition) -> Mask:
        """The reports that fulfil a condition: bool (size,)."""
        return self._slots.reports(self._fulfilling(condition))

    def _fulfilling(self, condition: Condition) -> SlotMask:
        if isinstance(condition, Not):
            return ~self._fulfilling(condition.part)
        if isinstance(condition, Phrase):
            if condition.field is None and len(words(condition.text)) == 1:
                return self._holding(*words(condition.text))
            return self._mask(self._phrase(condition))
        parts = [self._fulfilling(part) for part in condition.parts]
        combine = np.logical_and if isinstance(condition, AllOf) else np.logical_or
        mask: SlotMask = combine.reduce(parts)
        return mask

    def matched_words(self, query: TextQuery, ordinals: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Which of the query's words each of a few reports holds, in the query's order."""
        return self._held({word: self._word(word) for word in query.known}, ordinals)

    def resembles(self, query: TextQuery) -> bool:
        """Whether some report holds a word like one of a query that may be mistyped."""
        return any(bool(self._mask(self._similar(word)).any()) for word in query.similar)

    def similar_words(self, query: TextQuery, ordinals: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Of which of the query's mistyped words each of a few reports holds one like it."""
        return self._held({word: self._similar(word) for word in query.similar}, ordinals)

    def _held(self, queries: Mapping[str, Query], ordinals: Sequence[int]) -> dict[int, tuple[str, ...]]:
        found: dict[int, list[str]] = {ordinal: [] for ordinal in ordinals}
        among = self._among(list(found))
        for word, query in queries.items():
            slots = slots_of(self._searcher, all_of((query, among)), len(found))
            for ordinal in self._slots.ordinals[slots].tolist():
                found[ordinal].append(word)
        return {ordinal: tuple(matched) for ordinal, matched in found.items()}

    def _among(self, ordinals: Sequence[int] | NDArray[np.int64]) -> Query:
        """The documents of some reports."""
        return Query.term_set_query(self._index.schema, SLOT, self._slots.by_ordinal[ordinals].tolist())

    def _holding(self, word: str) -> SlotMask:
        """The documents that hold a word in any field."""
        mask = np.zeros(self._slots.used, dtype=np.bool_)
        listed: list[Query] = []
        for language in LANGUAGES:
            for term in analyzer(language).analyze(word):
                kept = self._frequent.holding(language, term)
                if kept is None:
                    listed += term_queries(self._index.schema, language, term)
                else:
                    mask |= kept
        return mask | self._mask(any_of(listed)) if listed else mask

    def _word(self, word: str) -> Query:
        """One word in every field, analysed as the field was."""
        return any_of(
            _boosted(Query.term_query(self._index.schema, field, term, "freq"), boost)
            for field, language, boost in FIELDS
            for term in analyzer(language).analyze(word)
        )

    def _similar(self, word: str) -> Query:
        """Words that a slip of the finger or two turns into this one."""
        distance = 1 + (len(word) >= _SIMILAR_TWICE_FROM)
        folded = " ".join(analyzer(PLAIN).analyze(word))
        fuzzy = Query.fuzzy_term_query(self._index.schema, SPELLING, folded, distance)
        return Query.const_score_query(fuzzy, _SIMILAR_SCORE)

    def _phrase(self, phrase: Phrase) -> Query:
        """Words in a row in a field, or in any; of names, all words, since they are written in either order."""
        return any_of(
            _boosted(query, boost)
            for field, language, boost in FIELDS
            if phrase.field is None or field.partition("_")[0] in _NAMED[phrase.field]
            if (query := self._in_a_row(field, language, phrase.text)) is not None
        )

    def _in_a_row(self, field: str, language: str, text: str) -> Query | None:
        analyze = analyzer(language).analyze
        # Stop words have a place in a text, but no term: a phrase must leave their places free.
        placed = [(place, term) for place, word in enumerate(words(text)) for term in analyze(word)]
        schema = self._index.schema
        if len(placed) < 2:
            return Query.term_query(schema, field, placed[0][1], "freq") if placed else None
        if field in {"authors", "institutions"}:
            terms = [(Occur.Must, Query.term_query(schema, field, term, "freq")) for _, term in placed]
            return Query.boolean_query(terms)
        first = placed[0][0]
        return Query.phrase_query(schema, field, [(place - first, term) for place, term in placed])

    def _rarity(self, frequency: int) -> float:
        """The inverse document frequency of a word, as BM25 has it: over its commonest form in any field."""
        return math.log(1 + (self.size - frequency + 0.5) / (frequency + 0.5))

    def frequency(self, word: str) -> int:
        """How many reports hold a word: in its commonest form in any field."""
        listed = sorted(
            (
                (self._searcher.doc_freq(field, term), field, term)
                for field, language, _ in FIELDS
                for term in analyzer(language).analyze(word)
            ),
            reverse=True,
        )
        most = 0
        for at_most, field, term in listed:
            if at_most <= most:
                break
            most = max(most, self._live(field, term) if self._slots.holes else at_most)
        return most

    def _live(self, field: str, term: str) -> int:
        """How many reports hold a term: its document frequency counts deleted documents too."""
        return self._counted.ask((field, term), lambda: self._count(field, term))

    def _count(self, field: str, term: str) -> int:
        query = Query.term_query(self._index.schema, field, term, "basic")
        return self._searcher.search(query, limit=1, count=True).count  # type: ignore[attr-defined,no-any-return]

    def _evidence(self, held: Mapping[str, int], repeated: Mapping[str, int]) -> float:
        weights = {word: repeated[word] * self._rarity(frequency) for word, frequency in held.items()}
        return sum(weights[word] for word, frequency in held.items() if frequency) / (sum(weights.values()) or 1.0)

    def _inside(self, query: Query, k: int, allowed: Mask | None, narrowed: Sequence[Sequence[int]]) -> Hits:
        """The best ``k`` hits where ``allowed`` is true (None: of all), ties by ordinal."""
        inside = self.size if allowed is None else int(np.count_nonzero(allowed))
        if inside == 0:
            return no_hits()
        passing = self.size
        if allowed is not None and inside <= _FEW:
            query = _inside_of(query, [self._among(np.flatnonzero(allowed))])
        elif narrowed:
            groups = (Query.term_set_query(self._index.schema, VALUES, list(group)) for group in narrowed)
            query = _inside_of(query, groups)
        else:
            passing = inside
        limit = k * self.size // passing
        limit += limit // 4
        while True:
            limit = min(limit, self.size)
            hits = self._scored(query, limit)
            kept = hits if allowed is None else _among(hits, allowed)
            # Tantivy breaks ties by its own order of documents: the ordinal can decide once the score fell below the
            # last one that counts.
            enough = len(kept.ordinals) >= k and kept.scores[k - 1] > hits.scores[-1]
            if enough or len(hits.ordinals) < limit or limit == self.size:
                return best(kept.ordinals, kept.scores, k)
            limit *= 4

    def _scored(self, query: Query, limit: int) -> Hits:
        """The best ``limit`` hits, ties in tantivy's order."""
        hits = self._searcher.search(query, limit=limit, count=False).hits
        slots = np.array(self._searcher.fast_field_values(SLOT, [address for _, address in hits]), dtype=np.int64)
        scores = np.fromiter((score for score, _ in hits), dtype=np.float32, count=len(hits))
        return Hits(self._slots.ordinals[slots].astype(np.int64), scores)

    def _mask(self, query: Query) -> SlotMask:
        return mask_of(self._searcher, query, self._slots.used)


def _inside_of(query: Query, sets: Iterable[Query]) -> Query:
    """The query, answered by documents alone that are in each of some sets; scores stay."""
    clauses = [(Occur.Must, Query.const_score_query(one, 0.0)) for one in sets]
    return Query.boolean_query([(Occur.Must, query), *clauses])


def _among(hits: Hits, allowed: Mask) -> Hits:
    kept = allowed[hits.ordinals]
    return Hits(hits.ordinals[kept], hits.scores[kept])


def _content_words(text: str) -> tuple[str, ...]:
    every = list(dict.fromkeys(words(text)))
    language = guess_language(text)
    grammar = function_words(language) if language else frozenset()
    return tuple([word for word in every if word not in grammar] or every)


def _boosted(query: Query, boost: float) -> Query:
    return query if boost == 1.0 else Query.boost_query(query, boost)
