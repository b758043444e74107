"""The text of a question -> words with their places, quoted texts, cues and years."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from kg.authority.names import fold
from kg.authority.subjects import words_of_names
from search.fulltext.analysis import function_words, guess_language, well_formed
from search.question.understanding.dates import Dates
from search.question.understanding.lexicon import LANGUAGES, NUMBER, Lexicon, lexicon
from search.question.understanding.spans import CueSpan, Span, Token, YearSpan, number_of

LONGEST: Final = 2000
"""Characters of a question that are read: no one asks in more, and each word costs look-ups."""

_WORD: Final = re.compile(r"[^\W_]+(?:(?:\+\+?|#)(?!\w))?")
"""A word, with the signs that make it another name: REDD+, C#."""
_QUOTED: Final = re.compile(
    r"“([^“”]{2,}?)”|«\s*([^«»]{2,}?)\s*»|„([^„“”]{2,}?)[“”]|\"([^\"]{2,}?)\""
    r"|(?<![^\W_])‘([^‘]{2,}?)’(?![^\W_])|(?<![^\W_])'([^'](?:[^']|(?<=\w)'(?=\w))*?[^'])'(?![^\W_])"
)
_LETTERS: Final = {"en": "", "es": "áéíñóúü", "fr": "àâæçèéêëîïôœùûüÿ", "pt": "áâãàçéêíóôõú"}
"""The letters with marks of each language."""
_SHORTEST_SLIP: Final = 4
_SLIP: Final = 0.85
"""How alike (`difflib`) a word and a slip of it are."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question taken apart. ``cues`` are all phrases at each place, also such as lie inside others."""

    text: str
    language: str
    tokens: tuple[Token, ...]
    quotes: tuple[Span, ...]
    cues: tuple[CueSpan, ...]
    years: tuple[YearSpan, ...]

    def words(self, span: Span) -> tuple[str, ...]:
        """The folded words of a span."""
        return tuple(token.folded for token in self.tokens[span.start : span.end])

    def said(self, span: Span) -> str:
        """The text of a span as it was asked."""
        if not len(span):
            return ""
        return self.text[self.tokens[span.start].start : self.tokens[span.end - 1].end]

    def word_at(self, token: Token) -> str:
        """The stretch without spaces that a token is in, without punctuation around it: identifiers hold signs."""
        start = self.text.rfind(" ", 0, token.start) + 1
        end = self.text.find(" ", token.end)
        return self.text[start : end if end >= 0 else len(self.text)].strip(".,;:?!()'\"«»“”‘’¿¡")

    def is_grammar(self, place: int) -> bool:
        """Whether a token carries grammar, not content; what is quoted never does.

        Accents may be left out, but a word that has one of its own is another word: French maïs is no mais.
        """
        token = self.tokens[place]
        if token.quote is not None:
            return False
        if token.text.isascii():
            return token.folded in _folded_grammar(self.language)
        return token.text.casefold() in function_words(self.language)


def take_apart(
    question: str,
    *,
    this_year: int,
    language: str | None = None,
    is_slip: Callable[[str, str], bool] = lambda _word, _meant: False,
) -> Question:
    """Take a question apart. ``language`` is that of the reader, who may ask in another one.

    ``is_slip`` tells of a word that looks like one that asks whether it is rare enough to be a slip of it.
    """
    text = " ".join(well_formed(question[:LONGEST]).split())
    tokens, quotes = _tokens(text)
    spoken = _language(text, tokens, language)
    words = lexicon(spoken)
    tokens = tuple(_without_slip(token, words, is_slip) for token in tokens)
    cues = tuple(_cues(tokens, words))
    return Question(text, spoken, tokens, quotes, cues, tuple(Dates(tokens, cues, text, this_year).found()))


def _tokens(text: str) -> tuple[tuple[Token, ...], tuple[Span, ...]]:
    ranges = [found.span(found.lastindex or 0) for found in _QUOTED.finditer(text)]
    tokens = []
    for found in _WORD.finditer(text):
        quote = next((number for number, (start, end) in enumerate(ranges) if start <= found.start() < end), None)
        # Folding can leave nothing of a lone mark; such a token is still there to be searched for.
        tokens.append(Token(found[0], fold(found[0]) or found[0].casefold(), found.start(), found.end(), quote))
    quotes = []
    for number in range(len(ranges)):
        inside = [place for place, token in enumerate(tokens) if token.quote == number]
        if inside:
            quotes.append(Span(inside[0], inside[-1] + 1))
    return tuple(tokens), tuple(quotes)


def _language(text: str, tokens: Sequence[Token], preferred: str | None) -> str:
    """The language of a question: by function words, cues and names of subjects, then the reader's, then by letters."""
    asked = [token for token in tokens if token.quote is None]
    guessed = guess_language(" ".join(token.text for token in asked) or text)
    if guessed is not None:
        return guessed
    letters = {letter for token in asked for letter in token.text.casefold() if letter.isalpha()}

    def fit(language: str) -> tuple[int, int, int, int, bool, int]:
        grammar = function_words(language)
        found = [cue.span for cue in _cues(tokens, lexicon(language))]
        cued = {place for span in found for place in range(span.start, span.end)}
        # What one language asks with may be the grammar of another, which has been counted: "o" is "or" in Spanish.
        own = sum(tokens[place].folded not in _folded_grammar(language) for place in cued)
        counted = sum(token.text.casefold() in grammar for token in asked)
        content = [token for token in asked if token.text.casefold() not in grammar]
        named = sum(token.folded in _folded_names(language) for token in content)
        # Accents may be left out, but tell água from agua where they are not.
        written = sum(token.text.casefold() in words_of_names(language) for token in content)
        strange = sum(not letter.isascii() and letter not in _LETTERS[language] for letter in letters)
        return counted, own, named, written, language == preferred, -strange

    return max(LANGUAGES, key=fit)


def _without_slip(token: Token, words: Lexicon, is_slip: Callable[[str, str], bool]) -> Token:
    """A word with one or two letters wrong as what it must be: ``wich``, ``mnay``."""
    plain = len(token.folded) >= _SHORTEST_SLIP and token.folded.isalpha() and not token.quote and not token.capital
    asking = words.single | _folded_grammar(words.language)
    if not plain or token.folded in asking or token.folded in words.words:
        return token
    letters = sorted(token.folded)
    turned = (word for word in sorted(asking) if len(word) == len(letters) and sorted(word) == letters)
    alike = sorted(word for word in asking if abs(len(word) - len(letters)) <= 1 and word[0] == token.folded[0])
    near = next(turned, None) or next(iter(difflib.get_close_matches(token.folded, alike, 1, _SLIP)), None)
    return replace(token, folded=near) if near is not None and is_slip(token.text, near) else token


@cache
def _folded_names(language: str) -> frozenset[str]:
    """The folded words of names of subjects: those of places are the same to readers of many languages."""
    return frozenset(map(fold, words_of_names(language)))


@cache
def _folded_grammar(language: str) -> frozenset[str]:
    return frozenset(map(fold, function_words(language)))


def _cues(tokens: Sequence[Token], words: Lexicon) -> Iterator[CueSpan]:
    plain = [token.folded if token.quote is None else "\0" for token in tokens]
    numbered = [
        NUMBER if number_of(token, words) is not None else word for token, word in zip(tokens, plain, strict=True)
    ]
    for start in range(len(tokens)):
        seen = set()
        for variant in (plain, numbered):
            for end, cues in words.at(variant, start):
                if end not in seen:
                    seen.add(end)
                    yield CueSpan(Span(start, end), cues)
