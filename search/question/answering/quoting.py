"""Sentences of abstracts that answer a question: near to it in meaning, each saying something more."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from embeddings.encoder import Encoder
from embeddings.vectors import Vectors
from kg.descriptions import Card
from search.fulltext.analysis import analyzer, function_words, language_of
from search.question.answering.answer import Quote

_SENTENCE_END: Final = re.compile(
    r"(?:(?<=[^\s.][^\s.][.!?…])|(?<=[^\s.]\s[!?]))([\"'”’»)\]]*)\s+(?=[\"'“‘«(\[¿¡]?[A-ZÀ-ÞŒ0-9])"
)
"""After a full stop that follows two characters, before a capital: initials end no sentence. French parts "?" off."""
_ABBREVIATED: Final = re.compile(r"(?<![^\s(\[])(?:al|approx|ca|cf|dr|dra|mrs?|prof|sr|sra|st|vs)\.$", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"(?<![^\s(\[])(?:arts?|caps?|figs?|nos?|núms?|págs?|pp?|tabs?|vols?)\.$", re.IGNORECASE)
"""Abbreviations that a number follows."""
_SHORTEST: Final = 30
_LONGEST: Final = 600
"""Characters of a sentence that can be quoted; headings are shorter, and lists without full stops longer."""
_READ: Final = 5
"""Reports whose abstracts are read, and of each the sentences that are compared with the question."""
_OF_EACH: Final = 2
_MOST: Final = 3
_READ_ON: Final = 10
"""Reports that are read where more is wanted than is shown."""
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
        self._remembering = threading.Lock()

    def quotes(self, question: str, cards: Sequence[Card], most: int = _MOST) -> tuple[Quote, ...]:
        """At most ``most`` sentences of some reports, the best first; without an encoder by the words they share."""
        return self._quotes(question, cards, most, _READ)

    def passages(self, question: str, cards: Sequence[Card], quotes: Sequence[Quote], most: int) -> tuple[Quote, ...]:
        """At most ``most`` sentences for somebody who reads on: ``quotes``, and after them what more reports say."""
        more = self._quotes(question, cards, most, _READ_ON)
        quoted = {quote.sentence for quote in quotes}
        return (*quotes, *(quote for quote in more if quote.sentence not in quoted))[:most]

    def _quotes(self, question: str, cards: Sequence[Card], most: int, read: int) -> tuple[Quote, ...]:
        abstracts = [card for card in cards if card.abstract]
        candidates = [candidate for card in abstracts[:read] for candidate in _candidates(question, card)]
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
        # What is taken from here stays: other threads may forget it meanwhile.
        found = {sentence: vector for sentence in sentences if (vector := self._known.get(sentence)) is not None}
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in found]
        if new:
            found |= zip(new, self._encoder.encode_documents(new), strict=True)
            with self._remembering:
                self._known.update((sentence, found[sentence]) for sentence in new)
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return np.stack([found[sentence] for sentence in sentences])


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
        for sentence in _parted(line):
            whole = " ".join(sentence.split())
            if _SHORTEST <= len(whole) <= _LONGEST:
                yield whole


def _parted(line: str) -> Iterator[str]:
    """The sentences of a line, whatever their length, each with what closes it."""
    pieces = _SENTENCE_END.split(line)
    closed = [text + closing for text, closing in zip(pieces[::2], (*pieces[1::2], ""), strict=True)]
    whole = closed[0]
    for following in closed[1:]:
        if _ABBREVIATED.search(whole) or (following[0].isdigit() and _NUMBERED.search(whole)):
            whole = f"{whole} {following}"
        else:
            yield whole
            whole = following
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
