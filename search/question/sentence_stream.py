"""Text that comes in pieces becomes sentences, and a sentence plain text with the numbers of the passages it cites."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from search.question.support_words import abbreviations

_CITATION: Final = r"[\[【]\^?\s*(?:[Pp]assages?\s*)?([0-9]{1,4}(?:\s*[,;–-]\s*[0-9]{1,4})*)\s*(?:†[^\[\]【】]*)?[\]】]"
"""[1], [2, 3], [1-3], [^1], [Passage 1] and 【1†source】: how models cite, whatever they are told."""
_CITED: Final = re.compile(_CITATION)
_CITED_LAST: Final = re.compile(rf"{_CITATION}\s*$")
_OPEN_CITATION: Final = re.compile(r"[\[【][^\]】]{0,40}$")
_CLOSERS: Final = r"[\"'”’»)*_]*"
_AFTER_END: Final = re.compile(rf"{_CLOSERS}(?P<cited>(?:\s*{_CITATION})*)[.!?…]*{_CLOSERS}")
_BREAK: Final = re.compile(r"(?P<line>\n[ \t]*\n|\n(?=[ \t]*(?:[-*•+>|#]|[0-9]{1,2}[.)])[ \t]))|(?P<end>[.!?…]+)")
"""Where a sentence may end: a blank line, the line before an item of a list or a heading, or a sign."""
_BEGINS: Final = re.compile(r"[\"'“‘«(\[¿¡*_]*[A-ZÀ-ÞŒ0-9]")
_WORD_BEFORE: Final = re.compile(r"[^\s(\[\"'“‘«]*$")
_LONGEST_WORD: Final = 40
_WIDEST: Final = 100
"""Passages that a range of citations may name."""
_THOUGHT: Final = re.compile(r"<think>.*?</think>", re.DOTALL)
_FINISHED: Final = re.compile(rf"(?:[.!?…]|{_CITATION}){_CLOSERS}\s*$")

_IMAGE: Final = re.compile(r"!\[[^\[\]]*\]\([^()]*\)")
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
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
    for piece in pieces:
        text = _THOUGHT.sub("", text + piece)
        ready, thought, rest = text.partition("<think>")
        while (end := _end(ready)) is not None:
            yield from _written(ready[:end])
            ready = ready[end:]
        text = ready + thought + rest
    yield from _written(text.partition("<think>")[0])


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


def _end(text: str) -> int | None:
    """After the first sentence of a text that goes on; ``None`` while its end is not there, or not sure."""
    for match in _BREAK.finditer(text):
        if match["line"]:
            if text[: match.start()].strip():
                return match.end()
            continue
        after = _AFTER_END.match(text, match.end())
        assert after is not None
        rest = text[after.end() :]
        following = rest.lstrip()
        if not following or _OPEN_CITATION.match(following):
            return None
        cited = bool(after["cited"]) or _CITED_LAST.search(text, 0, match.start()) is not None
        spaced = len(following) < len(rest)
        if (cited or (spaced and _BEGINS.match(following))) and not _is_abbreviation(text, match):
            return after.end()
    return None


def _is_abbreviation(text: str, end: re.Match[str]) -> bool:
    """Whether a full stop ends an abbreviation or an initial, and so no sentence."""
    word = _WORD_BEFORE.search(text[max(0, end.start() - _LONGEST_WORD) : end.start()])
    bare = word[0].casefold().rstrip(".") if word else ""
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
