"""Sentences of abstracts that answer a question: near to it in meaning, each saying something more."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from embeddings.encoder import Encoder
from embeddings.vectors import Vectors
from kg.reading import Card
from search.languages import analyzer, function_words, language_of
from search.question.answer import Quote

_SENTENCE_END: Final = re.compile(r"(?<=[^\s.][^\s.][.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[¿¡]?[A-ZÀ-ÞŒ0-9])")
"""After a full stop that follows two characters, before a capital: initials and abbreviations end no sentence."""
_SHORTEST: Final = 30
_LONGEST: Final = 600
"""Characters of a sentence that can be quoted; headings are shorter, and lists without full stops longer."""
_READ: Final = 5
"""Reports whose abstracts are read, and of each the sentences that are compared with the question."""
_OF_EACH: Final = 2
_MOST: Final = 3
_NOVELTY: Final = 0.7
"""How much nearness to the question counts against likeness to what is quoted already (maximal marginal relevance)."""
_BEHIND: Final = 0.06
"""How much farther from the question than the nearest a sentence may be, in cosine."""
_REMEMBERED: Final = 4096


@dataclass(frozen=True, slots=True)
class _Candidate:
    card: Card
    sentence: str
    words: tuple[str, ...]


class Quoter:
    """Chooses quotations. Vectors of sentences are kept, since the same reports answer many questions."""

    def __init__(self, encoder: Encoder | None) -> None:
        self._encoder = encoder
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def quotes(self, question: str, cards: Sequence[Card], most: int = _MOST) -> tuple[Quote, ...]:
        """At most ``most`` sentences of some reports, the best first; without an encoder by the words they share."""
        told = [card for card in cards if card.abstract]
        candidates = [candidate for card in told[:_READ] for candidate in _candidates(question, card)]
        if not candidates:
            return ()
        if self._encoder is None:
            ranked = sorted(candidates, key=lambda candidate: -len(candidate.words))
            return tuple(Quote(one.card, one.sentence, None, one.words) for one in ranked[:most] if one.words)
        query = self._encoder.encode_query(question)
        vectors = self._vectors([candidate.sentence for candidate in candidates])
        near = vectors @ query
        chosen = _chosen(near, vectors, most)
        return tuple(
            Quote(candidates[place].card, candidates[place].sentence, float(near[place]), candidates[place].words)
            for place in chosen
        )

    def _vectors(self, sentences: Sequence[str]) -> Vectors:
        assert self._encoder is not None
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in self._known]
        if new:
            for sentence, vector in zip(new, self._encoder.encode_documents(new), strict=True):
                self._known[sentence] = vector
        found = np.stack([self._known[sentence] for sentence in sentences])
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found


def _chosen(near: Vectors, vectors: Vectors, most: int) -> list[int]:
    """Places of sentences by maximal marginal relevance: Carbonell and Goldstein, "The use of MMR" (SIGIR 1998)."""
    chosen: list[int] = []
    enough = float(near.max()) - _BEHIND
    left = [place for place in np.argsort(-near, kind="stable").tolist() if near[place] >= enough]
    while left and len(chosen) < most:
        like = vectors[left] @ vectors[chosen].T if chosen else np.zeros((len(left), 1))
        gain = _NOVELTY * near[left] - (1 - _NOVELTY) * like.max(axis=1)
        chosen.append(left.pop(int(np.argmax(gain))))
    return chosen


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text that can be quoted, in order."""
    for line in text.splitlines():
        for sentence in _SENTENCE_END.split(line):
            whole = " ".join(sentence.split())
            if _SHORTEST <= len(whole) <= _LONGEST:
                yield whole


def _candidates(question: str, card: Card) -> list[_Candidate]:
    """The sentences of a report that share most words with the question; the first ones where none shares any."""
    found = [
        _Candidate(card, sentence, shared_words(question, sentence)) for sentence in sentences(card.abstract or "")
    ]
    ranked = sorted(range(len(found)), key=lambda place: (-len(found[place].words), place))
    return [found[place] for place in sorted(ranked[:_OF_EACH])]


def shared_words(question: str, sentence: str) -> tuple[str, ...]:
    """The content words of a question that a sentence holds in any form."""
    language = language_of(question, ())
    held = set(analyzer(language_of(sentence, ())).analyze(sentence)) | set(analyzer(language).analyze(sentence))
    words = dict.fromkeys(re.findall(r"[^\W_]+", question.casefold()))
    return tuple(
        word
        for word in words
        if word not in function_words(language) and held.intersection(analyzer(language).analyze(word))
    )
