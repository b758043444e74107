"""Words of a question and stretches of them: what taking it apart finds, and all that follows goes by."""

from __future__ import annotations

from dataclasses import dataclass

from search.question.understanding.lexicon import UNHELD, Cue, Lexicon
from search.question.understanding.plan import Years


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a question from character ``start`` to before ``end``; ``quote`` numbers the quoted text it is in."""

    text: str
    folded: str
    start: int
    end: int
    quote: int | None = None

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital, as names do."""
        return self.text[:1].isupper()


@dataclass(frozen=True, slots=True)
class Span:
    """Some neighbouring tokens, from number ``start`` to before ``end``."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def meets(self, other: Span) -> bool:
        """Whether they have a token in common."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class CueSpan:
    """A phrase of the lexicon and what it may say."""

    span: Span
    cues: frozenset[Cue]

    def says(self, group: str, *names: str) -> bool:
        """Whether it may say this: any of some names of a group, or anything of it."""
        return any(cue.group == group and (not names or cue.name in names) for cue in self.cues)

    @property
    def is_of_unheld(self) -> bool:
        """Whether it says nothing but what records do not hold."""
        return all(cue.group in UNHELD for cue in self.cues)

    def names(self, group: str) -> tuple[str, ...]:
        """What of a group it may say, sorted."""
        return tuple(sorted(cue.name for cue in self.cues if cue.group == group))


@dataclass(frozen=True, slots=True)
class YearSpan:
    """Years and the tokens that say them, cues included.

    ``published`` tells that the words speak of publication, ``bounded`` that they are a range.
    """

    span: Span
    years: Years
    published: bool
    bounded: bool


def number_of(token: Token, words: Lexicon) -> int | None:
    """The small number that a token says in digits or letters."""
    if token.text.isascii() and token.text.isdigit():
        return int(token.text) if len(token.text) <= 3 else None
    for cue in words.phrases.get((token.folded,), ()):
        if cue.group == "numbers":
            return int(cue.name)
    return None
