"""Text that comes in pieces becomes sentences, and a sentence plain text with the numbers of the passages it cites."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from search.question.generating.support_words import abbreviations

_CITATION: Final = r"[\[【]\^?\s*(?:[Pp]assages?\s*)?([0-9]{1,4}(?:\s*[,;–-]\s*[0-9]{1,4})*)\s*(?:†[^\[\]【】]*)?[\]】]"
"""[1], [2, 3], [1-3], [^1], [Passage 1] and 【1†source】: how models cite, whatever they are told."""
_CITED: Final = re.compile(_CITATION)
_CITED_LAST: Final = re.compile(rf"{_CITATION}\s*$")
_OPEN_CITATION: Final = re.compile(r"[\[【][^\]】]{0,40}$")
_CLOSERS: Final = r"[\"'”’»)*_]*"
_AFTER_END: Final = re.compile(rf"{_CLOSERS}(?P<cited>(?:\s*{_CITATION})*)[.!?…]*{_CLOSERS}")
_BREAK: Final = re.compile(r"(?P<line>\n[ \t]*\n|\n(?=[ \t]*(?:[-*•+>|#]|[0-9]{1,2}[.)])[ \t]))|(?P<end>[.!?…]+)")
"""Where a sentence may end: a blank line, the line before an item of a list or a heading, or a sign."""
_OPENERS: Final = r"[\"'“‘«(\[¿¡*_]*"
_BEGINS: Final = re.compile(rf"{_OPENERS}[A-ZÀ-ÞŒ0-9]")
_MAY_BEGIN: Final = re.compile(rf"{_OPENERS}$")
_WORD_BEFORE: Final = re.compile(r"[^\s(\[\"'“‘«]*$")
_LONGEST_WORD: Final = 40
_WIDEST: Final = 100
"""Passages that a range of citations may name."""
_ITEM_NUMBER: Final = re.compile(r"[\s*•+>|#-]*[0-9]{1,2}")
_OPEN_LINE: Final = re.compile(r"\n[ \t]*(?:[-*•+>|#]|[0-9]{1,2}[.)]?)?$")
"""A line of which it is not clear yet whether it is an item of a list."""
_THOUGHT: Final = ("<think>", "</think>")
_FINISHED: Final = re.compile(rf"(?:[.!?…]|{_CITATION}){_CLOSERS}\s*$")

_TARGET: Final = r"\((?:[^()]|\([^()]*\))*\)"
_IMAGE: Final = re.compile(rf"!\[[^\[\]]*\]{_TARGET}")
_LINK: Final = re.compile(rf"\[([^\[\]]*)\]{_TARGET}")
_ADDRESS: Final = re.compile(
    r"(?:https?|ftp|file)://[^\s\[\]<>()]*|\bwww\.[^\s\[\]<>()]+|\b(?:javascript|vbscript|data|mailto):(?=\S)[^\s\[\]<>()]*",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"<!--.*?(?:-->|$)|</?[a-z][^<>]*>", re.IGNORECASE | re.DOTALL)
_ITEM: Final = re.compile(r"^(?:\s*(?:[-*•+>|]|#{1,6}|[0-9]{1,2}[.)])\s+)+")
_MARKS: Final = re.compile(r"\*+|`+|~~|\||\\|(?<!\w)_+|_+(?!\w)")
_LOOSE_SPACE: Final = re.compile(r"\s+(?=[.,](?:\s|$))")


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as it was written: plain text without marks, and the numbers that it cites, in order.

    ``finished`` is false where the text broke off inside it.
    """

    text: str
    cites: tuple[int, ...]
    finished: bool


def written_sentences(pieces: Iterable[str]) -> Iterator[Written]:
    """The sentences of a text that comes in pieces, each as soon as its end is there.

    A sentence has the citations that follow it, before or after its full stop. What a model thinks aloud is left out.
    """
    text = ""
    looked_at = 0
    for piece in _spoken(pieces):
        text += piece
        end, looked_at = _end(text, looked_at)
        while end is not None:
            yield from _written(text[:end])
            text = text[end:]
            end, looked_at = _end(text, 0)
    yield from _written(text)


def _spoken(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces without what stands between <think> and </think>."""
    held = ""
    thinking = False
    for piece in pieces:
        held += piece
        mark = _THOUGHT[thinking]
        while mark in held:
            before, _, held = held.partition(mark)
            if not thinking:
                yield before
            thinking = not thinking
            mark = _THOUGHT[thinking]
        # The end may be the beginning of a mark.
        kept = next(size for size in range(len(mark) - 1, -1, -1) if held.endswith(mark[:size]))
        if not thinking:
            yield held[: len(held) - kept]
        held = held[len(held) - kept :]
    if not thinking:
        yield held


def _written(raw: str) -> Iterator[Written]:
    text = _plain(raw)
    cites = tuple(dict.fromkeys(number for match in _CITED.finditer(text) for number in _numbers(match[1])))
    bare = _LOOSE_SPACE.sub("", " ".join(_CITED.sub(" ", text).split()))
    if any(character.isalnum() for character in bare):
        yield Written(bare, cites, _FINISHED.search(raw) is not None)


def _numbers(cited: str) -> Iterator[int]:
    for part in re.split(r"[,;]", cited):
        first, *last = (int(number) for number in re.split(r"[–-]", part))
        # "[1-3]" is a range; the ends of a long or a strange one say enough of it.
        ranged = len(last) == 1 and first < last[0] < first + _WIDEST
        yield from range(first, last[0] + 1) if ranged else (first, *last)


def _end(text: str, start: int) -> tuple[int | None, int]:
    """After the first sentence of a text that goes on; ``None`` while its end is not there, or not sure.

    ``start`` is where to look from, and the second number where to look from when there is more text.
    """
    for match in _BREAK.finditer(text, start):
        if match["line"]:
            if text[: match.start()].strip():
                return match.end(), 0
            continue
        after = _AFTER_END.match(text, match.end())
        assert after is not None
        rest = text[after.end() :]
        following = rest.lstrip()
        if _MAY_BEGIN.match(following) or _OPEN_CITATION.match(following):
            return None, match.start()
        spaced = len(following) < len(rest)
        begins = spaced and _BEGINS.match(following) is not None
        if (begins or after["cited"] or _is_cited(text[: match.start()])) and not _is_abbreviation(text, match):
            return after.end(), 0
    open_line = _OPEN_LINE.search(text, start)
    return None, open_line.start() if open_line else len(text)


def _is_cited(text: str) -> bool:
    return _CITED_LAST.search(text[-_LONGEST_WORD:]) is not None


def _is_abbreviation(text: str, end: re.Match[str]) -> bool:
    """Whether a full stop ends an abbreviation, an initial or the number of an item, and so no sentence."""
    word = _WORD_BEFORE.search(text[max(0, end.start() - _LONGEST_WORD) : end.start()])
    bare = word[0].casefold().rstrip(".") if word else ""
    if _ITEM_NUMBER.fullmatch(text, 0, end.start()):
        return True
    return end[0] == "." and (bare in abbreviations() or "." in bare or (len(bare) == 1 and bare.isalpha()))


def _plain(raw: str) -> str:
    """The text without Markdown, links, tags and invisible characters; a citation that is a link stays a citation."""
    text = _IMAGE.sub(" ", raw)
    text = _LINK.sub(lambda match: f"[{match[1]}]" if match[1].strip().isdigit() else match[1], text)
    text = _ITEM.sub("", _TAG.sub(" ", _ADDRESS.sub(" ", text)))
    text = _MARKS.sub("", text)
    return "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
