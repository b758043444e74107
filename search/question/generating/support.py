"""Whether a sentence is supported by the passages that it cites, as far as words, figures, names and vectors show that.

What this cannot see is said in docs/generator.md; the figures behind the thresholds are in docs/decisions/0020.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from embeddings.encoder import Encoder, ModelIdentity
from kg.authority.names import fold
from kg.authority.places import resolve_place
from search.fulltext.analysis import STEMMED, analyzer, function_words, words
from search.question.answering.quoting import shared_words
from search.question.generating.figures import figures, without_figures
from search.question.generating.support_words import support_words

_OWN: Final = 6
"""One in so many of its content words may be a sentence's own, where it is in the language of the passages."""
_FEWEST: Final = 3
"""Content words of a sentence that says something."""
_CLAUSE: Final = 3
"""Words of a clause that is compared on its own."""
_NEARNESS: Final = {"multilingual-e5-small": 0.865, "intfloat/multilingual-e5-small": 0.865}
"""Of models that compare across languages, the cosine that a sentence, and each clause of it, must reach."""

_WORD: Final = re.compile(r"[^\W\d_]\w*")
_COMMA: Final = re.compile(r"[,;:()–—]\s+|\s+[–—(]\s*")


class Reason(StrEnum):
    """Why a sentence was dropped."""

    UNCITED = "uncited"
    """It cites no passage."""
    UNKNOWN_PASSAGE = "unknown_passage"
    """It cites a passage that was not given."""
    MANY_PASSAGES = "many_passages"
    """It cites so many passages that anything could be put together from them."""
    UNFINISHED = "unfinished"
    """The text broke off in it."""
    TOO_LONG = "too_long"
    SAYS_NOTHING = "says_nothing"
    """It has too few words to be compared."""
    REPEATED = "repeated"
    FIGURE = "figure"
    """It holds a figure that its passages do not."""
    NAME = "name"
    """It holds a name that is neither in its passages nor in the question."""
    WORDS = "words"
    """Too many of its words are not those of its passages."""
    MEANING = "meaning"
    """In another language than its passages, it is too far from them in meaning."""
    NEGATION = "negation"
    """It denies what its passages say, or says what they deny."""
    NOT_COMPARABLE = "not_comparable"
    """It is in another language than its passages, and there is no model that compares across languages."""


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against a sentence. ``about`` are the words or figures that are meant."""

    reason: Reason
    about: tuple[str, ...] = ()


def nearness_of(model: ModelIdentity) -> float | None:
    """The cosine that a sentence needs to a passage of another language; ``None`` where that was never measured."""
    return _NEARNESS.get(model.name)


class Support:
    """Checks sentences against passages.

    ``nearness`` is the cosine that is needed across languages; without it, or without an encoder, no sentence in
    another language than its passages is supported.
    """

    def __init__(self, encoder: Encoder | None, nearness: float | None = None) -> None:
        self._encoder = encoder
        self._nearness = nearness

    @classmethod
    def by(cls, encoder: Encoder | None) -> Support:
        """The check with the threshold that was measured for an encoder."""
        return cls(encoder, nearness_of(encoder.identity) if encoder is not None else None)

    def objection(
        self, sentence: str, passages: Sequence[str], *, question: str = "", language: str = "en"
    ) -> Objection | None:
        """What speaks against a sentence that cites some passages (at least one); ``None`` if nothing does.

        ``sentence`` is plain text without citations; ``language`` is the one it should be in, and counts where its
        words leave a choice. Names may also come from the question.
        """
        spoken = _language(sentence, language)
        cited = [_Passage(text, _language(text, spoken)) for text in passages]
        # Figures are compared as such: "12%" and "twelve per cent" have no word in common.
        said = without_figures(sentence, spoken)
        content = shared_words(said, said)
        if len(content) < _FEWEST:
            return Objection(Reason.SAYS_NOTHING)
        if strange := tuple(_strange_figures(sentence, spoken, cited)):
            return Objection(Reason.FIGURE, strange)
        if strange := tuple(_strange_names(sentence, spoken, (*passages, question))):
            return Objection(Reason.NAME, strange)
        own = _own_words(said, content, cited, question)
        alike = _OWN * len(own) <= len(content)
        if not alike:
            foreign = [passage for passage in cited if passage.language != spoken]
            objection = self._distance(sentence, spoken, foreign) if foreign else Objection(Reason.WORDS, own)
            if objection is not None:
                return objection
        return _denial(sentence, spoken, cited, by_words=alike)

    def _distance(self, sentence: str, language: str, passages: Sequence[_Passage]) -> Objection | None:
        if self._encoder is None or self._nearness is None:
            return Objection(Reason.NOT_COMPARABLE)
        # Of several passages, each clause must be near to one: a sentence may join what two of them say.
        vectors = self._encoder.encode_documents([passage.text for passage in passages])
        parts = [part for part in _clauses(sentence, language) if len(part.split()) >= _CLAUSE]
        for part in dict.fromkeys((sentence, *parts) if len(passages) == 1 else parts or (sentence,)):
            if float((vectors @ self._encoder.encode_query(part)).max()) < self._nearness:
                return Objection(Reason.MEANING, (part,))
        return None


@dataclass(frozen=True, slots=True)
class _Passage:
    text: str
    language: str


def _language(text: str, expected: str) -> str:
    """The language whose function words are commonest in a text: the expected one if it is among them."""
    found = words(text)
    counts = {language: sum(word in function_words(language) for word in found) for language in STEMMED}
    likely = [language for language, count in counts.items() if count == max(counts.values())]
    return expected if expected in likely else likely[0]


def _strange_figures(sentence: str, language: str, passages: Sequence[_Passage]) -> Iterator[str]:
    known = [figure for passage in passages for figure in figures(passage.text, passage.language)]
    for figure in figures(sentence, language):
        if not any(figure.same(other) for other in known):
            yield figure.written


def _strange_names(sentence: str, language: str, known: Sequence[str]) -> Iterator[str]:
    """Words with a capital that stand in none of some texts; the first word may have one for its place alone."""
    texts = [f" {fold(text)} " for text in known]
    stems = {stem for text in known for stem in analyzer(language).analyze(text)}
    for name in _names(sentence, language):
        if _is_place_in(name, texts):
            continue
        for match in _WORD.finditer(name):
            word = match[0]
            first = match.start() == 0 and sentence.lstrip("\"'“‘«(¿¡").startswith(name)
            # Two capitals make an acronym wherever they stand.
            if first and not word[1:2].isupper() and _place_names(name) is None:
                continue
            if not any(f" {fold(word)} " in text for text in texts) and stems.isdisjoint(
                analyzer(language).analyze(word)
            ):
                yield word


def _names(sentence: str, language: str) -> Iterator[str]:
    """Runs of words with a capital, function words left out."""
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(sentence):
        word = match[0]
        capital = word[0].isupper() and (word[1:2].isupper() or word.casefold() not in function_words(language))
        if run and (not capital or sentence[run[-1].end() : match.start()].strip("-'’. ")):
            yield sentence[run[0].start() : run[-1].end()]
            run = []
        if capital:
            run.append(match)
    if run:
        yield sentence[run[0].start() : run[-1].end()]


def _place_names(name: str) -> tuple[str, ...] | None:
    """The names, in all languages, of the country or region that a name means; ``None`` if it means none."""
    place = resolve_place(name)
    # The matching key of a place that no list knows has no capitals.
    return tuple(place.labels.values()) if place is not None and place.key[0].isupper() else None


def _is_place_in(name: str, texts: Sequence[str]) -> bool:
    """Whether a place is named in a text, perhaps in another language: Kenia and Kenya."""
    labels = _place_names(name) or ()
    return any(f" {fold(label)} " in text for label in labels for text in texts)


def _own_words(sentence: str, content: Sequence[str], passages: Sequence[_Passage], question: str) -> tuple[str, ...]:
    """The content words of a sentence that no passage holds in any form, and that are no names of the question."""
    shared = {word for passage in passages for word in shared_words(sentence, passage.text)}
    asked = set(fold(question).split())
    names = {match[0].casefold() for match in _WORD.finditer(sentence) if match[0][0].isupper()}
    return tuple(word for word in content if word not in shared and not (word in names and fold(word) in asked))


def _clauses(text: str, language: str) -> list[str]:
    conjunctions = support_words(language).conjunctions
    clauses: list[str] = []
    for part in _COMMA.split(text):
        words: list[str] = []
        for word in part.split():
            if words and fold(word) in conjunctions:
                clauses.append(" ".join(words))
                words = []
            words.append(word)
        clauses.append(" ".join(words))
    return clauses


def _denial(sentence: str, language: str, passages: Sequence[_Passage], *, by_words: bool) -> Objection | None:
    """An objection if a clause denies what no clause of the passages does, or is denied by the nearest of them.

    Near are those that share words; without words in common any clause may be meant.
    """
    theirs = [
        (clause, _denies(clause, passage.language))
        for passage in passages
        for clause in _clauses(passage.text, passage.language)
    ]
    for clause in _clauses(sentence, language):
        if len(shared_words(clause, clause)) < 2:
            continue
        shares = [len(shared_words(clause, other)) if by_words else 1 for other, _ in theirs]
        denied = _denies(clause, language)
        # "A rose, but not B" leaves out what B did not: a denial has few words to be found by, a statement has more.
        enough = 1 if denied else max(shares)
        if not any(share >= enough and denies == denied for share, (_, denies) in zip(shares, theirs, strict=True)):
            return Objection(Reason.NEGATION, (clause,))
    return None


def _denies(clause: str, language: str) -> bool:
    return not support_words(language).negations.isdisjoint(fold(clause).split())
