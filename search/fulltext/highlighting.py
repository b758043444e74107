"""Which words of a text a query's words meet, and the stretch of a long text that shows the most of them.

A word is met as full text meets it: split and analysed as documents of the text's language are
(:mod:`search.fulltext.analysis`). What comes out are pieces of text; markup is for whoever shows them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final
from unicodedata import category

from search.fulltext.analysis import analyzer, language_of
from search.fulltext.analysis import words as words_of

_UNCERTAIN: Final = re.compile(r"[^\w\x00-\xbf\u2000-\u206f]")
"""Characters that Python takes for no letters, and full text for letters where they are vowel signs of a script."""
_TOKEN: Final = re.compile(r"[^\W_]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SENTENCE_END: Final = re.compile(r"(?<!\b\w)[.!?…]+[\"'”’»)\]]* |[。！？]+[」』”]* ?")
"""Not after a single letter: that is an initial."""
_OPENING: Final = "¿¡“«‘\"'「『"
_NEAR: Final = 40
"""Characters within which a border between words is looked for: scripts without spaces have none."""
_LONG: Final = 80
"""Characters from which on a token is not cached, so that the cache is bounded in bytes as well."""
_JOINER: Final = "\u200d"
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, never empty, and whether it is marked: one word that was met, or some in a row."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class _Mark:
    """A word of a text that was met, from ``start`` to before ``end``, and what it was analysed to."""

    start: int
    end: int
    term: str


def highlighted(text: str, words: Collection[str], language: str) -> tuple[Piece, ...]:
    """The whole text in pieces; joined, they are the text.

    ``words`` are a query's words as :class:`~search.request.Why` tells them. ``language`` is what the text was
    analysed in: a code of :data:`~search.fulltext.analysis.STEMMED`, or :data:`~search.fulltext.analysis.PLAIN`.
    """
    return tuple(_pieces(text, 0, len(text), _marks(text, words, language)))


def excerpt(text: str, words: Collection[str], language: str, length: int = 320) -> tuple[Piece, ...]:
    """The stretch of at most ``length`` characters with the most different words met, then the most, then the first.

    White space and control characters become single spaces. A text that fits is there whole, one without marks from
    its beginning. Else the stretch begins with a sentence if one is near, and at a word, as it ends; a piece "…", not
    counted in the length, stands where text was cut. Raises :class:`ValueError` for a length below 1.
    """
    if length < 1:
        message = f"An excerpt has at least 1 character, not {length}"
        raise ValueError(message)
    line = " ".join(_CONTROL.sub(" ", text).split())
    marks = _marks(line, words, language)
    start, end = 0, len(line)
    if end > length:
        first, last = _richest(marks, length)
        start = _start(line, first, last, length)
        end = _end(line, start, last, length)
    before = (Piece(_ELLIPSIS, marked=False),) if start > 0 else ()
    after = (Piece(_ELLIPSIS, marked=False),) if end < len(line) else ()
    return (*before, *_pieces(line, start, end, marks), *after)


def card_language(title: str, abstract: str | None, stated: Collection[str]) -> str:
    """The language that full text analysed a report's title and abstract in, for the two functions above.

    ``stated`` are the record's known languages as `search.fulltext.texts.ReportText` has them. It is a guess where
    they leave a choice, and can then be another one than full text's if the report has abstracts besides this one.
    """
    return language_of(f"{title}\n{abstract or ''}", stated)


def _marks(text: str, words: Collection[str], language: str) -> list[_Mark]:
    """The words of the text that are met, in order."""
    wanted = {term for word in words for term in _terms(word, language)}
    if not wanted:
        return []
    # One character for one, so that a place here is a place in the text.
    split = _UNCERTAIN.sub(lambda sign: _letter_or_space(sign.group()), text)
    return [
        _Mark(start, _with_accents(text, end), term)
        for start, end in map(re.Match.span, _TOKEN.finditer(split))
        for term in _terms(text[start:end], language)
        if term in wanted
    ]


@cache
def _letter_or_space(character: str) -> str:
    """Stands in for a character as full text splits at it or not: it is the one to ask."""
    return "x" if len(words_of(f"x{character}x")) == 1 else " "


def _terms(text: str, language: str) -> tuple[str, ...]:
    return _cached_terms(text, language) if len(text) < _LONG else tuple(analyzer(language).analyze(text))


@lru_cache(maxsize=2**16)
def _cached_terms(text: str, language: str) -> tuple[str, ...]:
    return tuple(analyzer(language).analyze(text))


def _with_accents(text: str, end: int) -> int:
    """Past the accents that are characters of their own: none may be parted from its letter."""
    while end < len(text) and category(text[end]).startswith("M"):
        end += 1
    return end


def _pieces(text: str, start: int, end: int, marks: Sequence[_Mark]) -> Iterator[Piece]:
    """The text from ``start`` to before ``end``; marks that are not wholly inside are left out."""
    spans: list[tuple[int, int]] = []
    for mark in marks:
        if start <= mark.start and mark.end <= end:
            if spans and text[spans[-1][1] : mark.start] in {"", " "}:
                spans[-1] = (spans[-1][0], mark.end)
            else:
                spans.append((mark.start, mark.end))
    at = start
    for first, last in spans:
        if at < first:
            yield Piece(text[at:first], marked=False)
        yield Piece(text[first:last], marked=True)
        at = last
    if at < end:
        yield Piece(text[at:end], marked=False)


def _richest(marks: Sequence[_Mark], length: int) -> tuple[int, int]:
    """From the first to after the last mark of the best stretch; 0, 0 if no mark fits in one."""
    fitting = [mark for mark in marks if mark.end - mark.start <= length]
    inside: Counter[str] = Counter()
    best, span, following = (0, 0), (0, 0), 0
    for place, mark in enumerate(fitting):
        while following < len(fitting) and fitting[following].end <= mark.start + length:
            inside[fitting[following].term] += 1
            following += 1
        score = (len(inside), following - place)
        if score > best:
            best, span = score, (mark.start, fitting[following - 1].end)
        inside[mark.term] -= 1
        if inside[mark.term] == 0:
            del inside[mark.term]
    return span


def _start(line: str, first: int, last: int, length: int) -> int:
    """Where a stretch begins that holds the line from ``first`` to before ``last``.

    Ideally these lie in its middle; from there at most a third of the length away at a sentence, else at a word.
    """
    lowest = max(0, last - length)
    ideal = min(max(lowest, (first + last - length) // 2), len(line) - length)
    sentences = [at for at in _sentences(line, lowest, first) if abs(at - ideal) <= length // 3]
    if sentences:
        return min(sentences, key=lambda at: abs(at - ideal))
    near = range(max(lowest, ideal - _NEAR), min(first, ideal + _NEAR) + 1)
    borders = [at for at in near if at == 0 or line[at - 1] == " "]
    if borders:
        return min(borders, key=lambda at: abs(at - ideal))
    if first in near:
        return first
    return next((at for at in near if at >= ideal and not _clings(line, at)), ideal)


def _sentences(line: str, lowest: int, highest: int) -> Iterator[int]:
    """Where sentences begin, both ends included."""
    if lowest == 0:
        yield 0
    for end in _SENTENCE_END.finditer(line, max(0, lowest - _NEAR), highest):
        at = end.end()
        if lowest <= at and (line[at] in _OPENING or (line[at].isalpha() and not line[at].islower())):
            yield at


def _end(line: str, start: int, last: int, length: int) -> int:
    """Where the stretch ends: after a word, but not before ``last``."""
    end = start + length
    if end >= len(line):
        return len(line)
    lowest = max(last, start + 1, end - _NEAR)
    space = line.rfind(" ", lowest, end + 1)
    if space >= 0:
        return space
    if lowest == last:
        return last
    return next((at for at in range(end, lowest - 1, -1) if not _clings(line, at)), end)


def _clings(line: str, at: int) -> bool:
    """Whether the character here is one with that before: an accent, or a part of an emoji."""
    character = line[at]
    return category(character).startswith("M") or _JOINER in line[at - 1 : at + 1] or ord(character) in _SKIN_TONES
