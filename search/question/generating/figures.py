"""The figures of a text, however they are written: 1,250 and 1.250 and 1 250, 20% and twenty per cent, 2.5 million."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest
from typing import Final

from kg.authority.names import fold
from search.question.generating.support_words import SupportWords, support_words

_SPACES: Final = " \u00a0\u2009\u202f'’"
"""What parts the thousands of a number, besides full stop and comma."""
_TOKEN: Final = re.compile(
    # A minus is one only after a space or bracket; digits after a letter are part of a name (CO2, H5N1).
    rf"(?P<literal>(?:(?<![^\s(\[])[-−])?(?<![^\W\d_])(?:\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*))"
    r"|(?P<percent>%)|(?P<word>[^\W\d_]+)"
)
_BETWEEN: Final = re.compile(r"\s*(?:[-–—/,]|[^\W\d_]{1,3})\s*")
"""What may stand between the ends of a range whose second end alone says that both are per cent."""


_LONGEST: Final = 16
"""Words of a number at most, those that make it a share included."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a text as it is written there.

    ``values`` are what it may be: 1.250 is a thousand more in Spanish than in English. ``percent`` says whether it is a
    share, ``None`` where it may be: the 20 of "20 to 30%".
    """

    written: str
    values: frozenset[Decimal]
    percent: bool | None = False

    def same(self, other: Figure) -> bool:
        """Whether both may be the same figure."""
        alike = self.percent is None or other.percent is None or self.percent == other.percent
        return alike and not self.values.isdisjoint(other.values)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    folded: str
    start: int
    end: int


def figures(text: str, language: str) -> tuple[Figure, ...]:
    """The figures of a text in a language, in order. A lone "one" is none: it is an article as often."""
    return tuple(_ranges(text, _found(text, language)))


def without_figures(text: str, language: str) -> str:
    """The text with a space for each figure and the words that make it a share."""
    kept, end = "", 0
    for found in _found(text, language):
        kept, end = f"{kept}{text[end : found.start]} ", found.end
    return kept + text[end:]


@dataclass(frozen=True, slots=True)
class _Found:
    figure: Figure
    start: int
    end: int


def _found(text: str, language: str) -> list[_Found]:
    words = support_words(language)
    tokens = [
        _Token(match.lastgroup or "", fold(match[0]) if match.lastgroup == "word" else match[0], *match.span())
        for match in _TOKEN.finditer(text)
    ]
    found: list[_Found] = []
    place = 0
    while place < len(tokens):
        near = _near(text, tokens, place)
        values, size = _number(near, words, language)
        share = _percent_words(near[size:], words)
        if values and (share or not _is_article(near[:size], values)):
            written = text[near[0].start : near[size - 1].end]
            size += share
            found.append(_Found(Figure(written, values, percent=share > 0), near[0].start, near[size - 1].end))
        place += size
    return found


def _near(text: str, tokens: Sequence[_Token], place: int) -> list[_Token]:
    """The tokens from one on that only spaces and hyphens part: no number goes on behind a comma."""
    near = [tokens[place]]
    for token in tokens[place + 1 : place + _LONGEST]:
        if text[near[-1].end : token.start].strip(" -\u00a0\u202f"):
            break
        near.append(token)
    return near


def _is_article(tokens: Sequence[_Token], values: frozenset[Decimal]) -> bool:
    return len(tokens) == 1 and tokens[0].kind == "word" and values == {Decimal(1)}


def _ranges(text: str, found: Sequence[_Found]) -> Iterator[Figure]:
    for one, following in zip_longest(found, found[1:]):
        figure = one.figure
        if (
            following is not None
            and following.figure.percent
            and not figure.percent
            and _BETWEEN.fullmatch(text, one.end, following.start)
        ):
            figure = replace(figure, percent=None)
        yield figure


def _number(tokens: Sequence[_Token], words: SupportWords, language: str) -> tuple[frozenset[Decimal], int]:
    """What the number that begins here may be, and of how many tokens it is; no values and one if none begins."""
    if tokens[0].kind == "literal":
        values, size = _readings(tokens[0].folded, language), 1
        while size < len(tokens) and tokens[size].folded in words.powers:
            scale = Decimal(10) ** words.powers[tokens[size].folded]
            values, size = frozenset(value * scale for value in values), size + 1
        return values, size
    value, size = _in_words([token.folded for token in tokens], words)
    return (frozenset([Decimal(value)]), size) if size else (frozenset(), 1)


def _in_words(tokens: Sequence[str], words: SupportWords) -> tuple[int, int]:
    """The value of a number in words ("two hundred and fifty thousand"), and of how many it is: 0 if none begins."""
    total = current = place = 0
    while place < len(tokens):
        word = tokens[place]
        if word in words.powers:
            power = 10 ** words.powers[word]
            if power == 100:
                current = max(1, current) * power
            elif current or not total:
                total, current = total + max(1, current) * power, 0
            else:
                # "mil millones" is a thousand times a million.
                total *= power
        elif word in words.numbers and (place == 0 or _fits(current, total, words.numbers[word])):
            current += words.numbers[word]
        elif not (word in words.joints and place > 0 and _goes_on(tokens, place, current, total, words)):
            break
        place += 1
    return total + current, place


def _goes_on(tokens: Sequence[str], joint: int, current: int, total: int, words: SupportWords) -> bool:
    following = tokens[joint + 1] if joint + 1 < len(tokens) else ""
    return following in words.numbers and _fits(current, total, words.numbers[following])


def _fits(current: int, total: int, value: int) -> bool:
    """Whether a number below a hundred continues one: after hundreds, and after tens (French counts to 79 on sixty)."""
    if current == 0:
        return total > 0
    if current % 100 == 0:
        return value < 100
    return current % 10 == 0 and current % 100 >= 20 and value < 20


def _percent_words(tokens: Sequence[_Token], words: SupportWords) -> int:
    """How many of the tokens after a number say that it is a share."""
    if tokens and tokens[0].kind == "percent":
        return 1
    for phrase in words.percent:
        if tuple(token.folded for token in tokens[: len(phrase)]) == phrase:
            return len(phrase)
    return 0


def _readings(literal: str, language: str) -> frozenset[Decimal]:
    """What a number in digits may be; a full stop before three digits is a decimal sign in English alone."""
    sign = -1 if literal[0] in "-−" else 1
    digits = "".join(character for character in literal.lstrip("-−") if character not in _SPACES)
    marks = [character for character in digits if character in ".,"]
    whole, _, part = digits.partition(marks[-1]) if len(marks) == 1 else (digits, "", "")
    if len(marks) == 1 and (len(part) != 3 or not 1 <= len(whole) <= 3 or whole.startswith("0")):
        texts = {f"{whole}.{part}"}
    elif len(marks) == 1:
        grouped, parted = f"{whole}{part}", f"{whole}.{part}"
        texts = {grouped if marks == [","] else parted} if language == "en" else {grouped, parted}
    elif len(set(marks)) == 2 and marks.count(marks[-1]) == 1:
        texts = {digits.replace(marks[0], "").replace(marks[-1], ".")}
    else:
        texts = {digits.replace(".", "").replace(",", "")}
    return frozenset(sign * Decimal(text) for text in texts)
