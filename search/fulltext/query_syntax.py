"""What a reader typed, read: words to rank by, and conditions that every result has to fulfil.

    savings groups                        any of the words counts, the more the better
    "savings groups"                      a phrase that every result holds
    +mali -kenya                          a word that every result holds, or none does
    gender AND (mali OR niger) NOT kenya  in capitals; AND binds closer than OR
    author:heckert topic:"food security"  in one field: title, author, topic, institution, series

Names of fields are read in English, French, Spanish and Portuguese. A sentence is no formula: in what ends like one, or
is long, only quotation marks mean something, and they rank instead of ruling out. Nothing that can be typed is an
error: what makes no sense as a formula is words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Field(StrEnum):
    """The parts of a report that can be named in a query."""

    TITLE = "title"
    AUTHOR = "author"
    TOPIC = "topic"
    INSTITUTION = "institution"
    SERIES = "series"


FIELD_NAMES: Final[Mapping[str, Field]] = {
    **dict.fromkeys(("title", "titre", "titulo"), Field.TITLE),
    **dict.fromkeys(("author", "auteur", "autor", "autora"), Field.AUTHOR),
    **dict.fromkeys(("topic", "subject", "sujet", "tema", "materia", "assunto"), Field.TOPIC),
    **dict.fromkeys(("institution", "institucion", "instituicao"), Field.INSTITUTION),
    **dict.fromkeys(("series", "serie"), Field.SERIES),
}
"""What readers may call a field, folded: no accents, lower case."""

_NAMING: Final = frozenset({Field.AUTHOR, Field.INSTITUTION, Field.SERIES})
"""Fields whose words are names: they say whose report is wanted, not what about."""

_SENTENCE_WORDS: Final = 12
"""More words than this are a text, not a formula."""
_DEEPEST: Final = 20
"""Parentheses inside parentheses; beyond, they are passed over."""

_QUOTES: Final = str.maketrans(dict.fromkeys("“”„«»", '"'))
_SENTENCE: Final = re.compile(r"^\s*[¿¡]|[.?!…]\s*\"?\s*$")
_TOKEN: Final = re.compile(
    r"(?P<sign>(?<!\S)[-+](?=[\w\"(])|(?<=[\s(])[-+](?=[\w\"(]))?"
    r"(?:(?P<field>[^\W\d_]+):(?=[\w\"]))?"
    r"(?:\"(?P<phrase>[^\"]*)\"|(?P<bracket>[()])|(?P<word>[^\s()\"]+)|\")"
)
_LETTER: Final = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row, or a single one, in one field or (``None``) in any."""

    text: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part is fulfilled."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part is fulfilled."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is not fulfilled."""

    part: Condition


Condition = Phrase | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A query as it is meant.

    ``words`` is all that is asked for, as plain text, and ``free`` that part of it which no condition names.
    ``meaning`` is what an encoder should read: all but names. ``phrases`` are those words that were asked for in a row
    or in one field, and rank higher where they stand so. ``condition`` is what every result fulfils.
    """

    words: str
    free: str
    meaning: str
    phrases: tuple[Phrase, ...] = ()
    condition: Condition | None = None


def parse(text: str) -> ParsedText:
    """Read a query. Any text is one."""
    # Texts were composed when they were read; a query typed on some keyboards is not.
    text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    tokens = [token for match in _TOKEN.finditer(text) if (token := _Token.of(match)) is not None]
    if _SENTENCE.search(text) or sum(token.is_word for token in tokens) > _SENTENCE_WORDS:
        return _sentence(text, tokens)
    if all(token.text.isupper() for token in tokens if token.is_word):
        # In a text in capitals AND, OR and NOT are words like the others.
        tokens = [token.as_word() for token in tokens]
    group = _Reader(tokens).group(0)
    if group.condition is None:
        return ParsedText(text, text, text)
    return ParsedText(
        words=" ".join(phrase.text for phrase in group.phrases),
        free=" ".join(group.free),
        meaning=" ".join(phrase.text for phrase in group.phrases if phrase.field not in _NAMING),
        phrases=_in_a_row(group.phrases),
        condition=group.condition,
    )


def _sentence(text: str, tokens: Iterable[_Token]) -> ParsedText:
    quoted = _in_a_row(Phrase(token.text) for token in tokens if token.kind == "phrase")
    return ParsedText(text, text, text, quoted)


def _in_a_row(phrases: Iterable[Phrase]) -> tuple[Phrase, ...]:
    return tuple(phrase for phrase in phrases if phrase.field is not None or len(phrase.text.split()) > 1)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    sign: str = ""
    field: Field | None = None

    @classmethod
    def of(cls, match: re.Match[str]) -> _Token | None:
        """The token of a match; ``None`` for what holds no letter and no digit, such as a quotation mark alone."""
        sign, name = match["sign"] or "", match["field"]
        if match["bracket"]:
            return cls("bracket", match["bracket"], sign)
        field = FIELD_NAMES.get(_folded(name)) if name else None
        kind = "phrase" if match["phrase"] is not None else "word"
        content = match["phrase"] if kind == "phrase" else match["word"] or ""
        if name and field is None:
            content = f"{name}:{content}"
        if not _LETTER.search(content):
            return None
        operator = kind == "word" and not sign and not name and content in {"AND", "OR", "NOT"}
        return cls("operator" if operator else kind, content, sign, field)

    @property
    def is_word(self) -> bool:
        return self.kind in {"word", "operator"}

    def as_word(self) -> _Token:
        return _Token("word", self.text, self.sign, self.field) if self.kind == "operator" else self


@dataclass(frozen=True, slots=True)
class _Group:
    """A stretch of a query: ``free`` words, everything asked for, and the conditions that were named."""

    free: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    condition: Condition | None = None

    def demanded(self) -> Condition | None:
        """The group as a condition by itself: words that stand in it side by side are alternatives."""
        if self.condition is not None:
            return self.condition
        return _any_of([Phrase(word) for word in self.free])


class _Reader:
    """Reads tokens from left to right, once."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens: Final = tokens
        self._at = 0

    def group(self, depth: int) -> _Group:
        """All up to the closing bracket that belongs to the one before, or to the end."""
        free: list[str] = []
        phrases: list[Phrase] = []
        conditions: list[Condition] = []
        for part in self._chains(depth):
            free += part.free
            phrases += part.phrases
            if part.condition is not None:
                conditions.append(part.condition)
        return _Group(tuple(free), tuple(phrases), _all_of(conditions))

    def _chains(self, depth: int) -> Iterator[_Group]:
        while (token := self._peek()) is not None:
            if token.kind == "bracket" and token.text == ")":
                self._at += 1
                if depth:
                    return
                continue
            yield self._alternatives(depth)

    def _alternatives(self, depth: int) -> _Group:
        """``a AND b OR c``: what capitals join is one condition; a part that nothing joins is what it is by itself."""
        first, joined = self._conjunction(depth)
        parts = [first]
        while self._takes("OR"):
            parts.append(self._conjunction(depth)[0])
        if len(parts) == 1 and not joined:
            return first
        alternatives = [demanded for part in parts if (demanded := part.demanded()) is not None]
        return _Group((), _phrases(parts), _any_of(alternatives))

    def _conjunction(self, depth: int) -> tuple[_Group, bool]:
        """A chain of factors, and whether anything joined it."""
        parts = [self._factor(depth)]
        while self._takes("AND"):
            parts.append(self._factor(depth))
        if len(parts) == 1:
            return parts[0], False
        demanded = [condition for part in parts if (condition := part.demanded()) is not None]
        return _Group((), _phrases(parts), _all_of(demanded)), True

    def _factor(self, depth: int) -> _Group:
        negated = False
        while True:
            if self._takes("NOT"):
                negated = True
            elif not (self._takes("AND") or self._takes("OR")):
                break
        token = self._peek()
        if token is None or (token.kind == "bracket" and token.text == ")"):
            return _Group()
        self._at += 1
        group = self._bracketed(depth) if token.kind == "bracket" else _single(token)
        if negated or token.sign == "-":
            demanded = group.demanded()
            return _Group(condition=Not(demanded)) if demanded is not None else _Group()
        if token.sign == "+":
            return _Group((), group.phrases, group.demanded())
        return group

    def _bracketed(self, depth: int) -> _Group:
        return self.group(depth + 1) if depth < _DEEPEST else _Group()

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _takes(self, operator: str) -> bool:
        token = self._peek()
        found = token is not None and token.kind == "operator" and token.text == operator
        self._at += found
        return found


def _single(token: _Token) -> _Group:
    phrase = Phrase(token.text, token.field)
    if token.kind == "phrase" or token.field is not None:
        return _Group((), (phrase,), phrase)
    return _Group((token.text,), (phrase,))


def _phrases(parts: Iterable[_Group]) -> tuple[Phrase, ...]:
    return tuple(phrase for part in parts for phrase in part.phrases)


def _all_of(conditions: list[Condition]) -> Condition | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return AllOf(tuple(conditions))


def _any_of(conditions: list[Condition]) -> Condition | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return AnyOf(tuple(conditions))


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
