"""A question as its address: the question and all that its reader corrected stand in the URL, and nowhere else.

Reading is lenient, since people edit addresses: what means nothing is left out and named in ``ignored``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from kg.facets.table import FACETS
from kg.importers.plain_text import one_line
from search.question.understanding.plan import Corrections, Intent, Mention
from search.question.understanding.words import LONGEST
from ui.languages import LANGUAGES

PATH: Final = "/ask"
_GENERATED: Final = "/api/v1/ask/generated"

CORRECTABLE: Final = (
    Intent.FIND,
    Intent.FINDING,
    Intent.LIST,
    Intent.COUNT,
    Intent.COUNT_BY_YEAR,
    Intent.RANK,
)
"""The kinds of answer that a reader may ask for instead: the others need more than the question may hold."""

_LONGEST_KEY: Final = 500
_MOST_CORRECTIONS: Final = 50
"""Of all kinds together: every link of a page repeats them."""


@dataclass(frozen=True, slots=True)
class AskAddress:
    """A question as people ask it.

    ``after`` is the question that it follows. ``dropped`` are keys of mentions or years that must not bind, ``meant``
    pairs of a mention's key and the facet that it means instead. ``shortened`` says that not all of it is read.
    """

    question: str = ""
    after: str = ""
    dropped: tuple[str, ...] = ()
    meant: tuple[tuple[str, str], ...] = ()
    intent: Intent | None = None
    language: str | None = None
    shortened: bool = False
    ignored: tuple[str, ...] = ()

    @staticmethod
    def read(query_string: str) -> AskAddress:
        """The question that the part of a URL after ``?`` means."""
        return _Reader(query_string).address()

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters that say the same, in one order."""
        pairs = [("q", self.question)] if self.question else []
        pairs += [("after", self.after)] if self.after else []
        pairs += self.corrected()
        pairs += [("intent", self.intent)] if self.intent is not None else []
        pairs += [("lang", self.language)] if self.language else []
        return pairs

    def corrected(self) -> list[tuple[str, str]]:
        """The parameters that say what names mean: a question that follows this one keeps them."""
        return [("drop", key) for key in self.dropped] + [("as", f"{key}={facet}") for key, facet in self.meant]

    @property
    def query_string(self) -> str:
        """The part of a URL after ``?``."""
        return urlencode(self.parameters())

    @property
    def href(self) -> str:
        """The address on this server."""
        return f"{PATH}?{self.query_string}" if self.parameters() else PATH

    def generated(self, language: str) -> str:
        """Where the API answers the same in a model's words, to a reader of a language."""
        pairs = [("q", self.question)]
        pairs += [("prior", self.after)] if self.after else []
        pairs += self.corrected()
        pairs += [("intent", self.intent)] if self.intent is not None else []
        return f"{_GENERATED}?{urlencode([*pairs, ('lang', language)])}"

    @property
    def corrections(self) -> Corrections:
        """What was corrected."""
        return Corrections(frozenset(self.dropped), dict(self.meant), self.intent)

    def key_of(self, mention: Mention) -> str:
        """The key by which corrections name a mention; one that was given another meaning keeps its first key."""
        for key, facet in self.meant:
            if facet == mention.reading.facet and key.partition(":")[2] == mention.text.casefold():
                return key
        return mention.key

    def dropping(self, key: str) -> AskAddress:
        """The question with a mention, or years, that bind no more."""
        return replace(self, dropped=tuple(dict.fromkeys((*self.dropped, key))))

    def keeping(self, key: str) -> AskAddress:
        """The question with what was dropped back in its place."""
        return replace(self, dropped=tuple(other for other in self.dropped if other != key))

    def meaning(self, key: str, facet: str) -> AskAddress:
        """The question with a mention that binds, as something of a facet."""
        meant = {**dict(self.meant), key: facet}
        return replace(self.keeping(key), meant=tuple(meant.items()))

    def answering(self, intent: Intent | None) -> AskAddress:
        """The question with another kind of answer; ``None`` is the kind that was understood."""
        return replace(self, intent=intent)

    def asking(self, question: str) -> AskAddress:
        """A new question, in the same language."""
        return AskAddress(question, language=self.language)

    def alone(self) -> AskAddress:
        """The question as if nothing had been asked before it."""
        return replace(self, after="")

    def spoken(self, language: str) -> AskAddress:
        """The same page in another language."""
        return replace(self, language=language)


class _Reader:
    """Reads the parameters of one address; each that means nothing is noted."""

    def __init__(self, query_string: str) -> None:
        self._values: dict[str, list[str]] = {}
        self._ignored: list[str] = []
        self._left = _MOST_CORRECTIONS
        for name, value in parse_qsl(query_string, errors="replace", max_num_fields=None):
            # Line breaks and tabs part words; other control characters are no part of a question.
            clean = one_line(" ".join(value.split()))
            if clean:
                self._values.setdefault(name, []).append(clean)

    def address(self) -> AskAddress:
        question, after = self._last("q"), self._last("after")
        return AskAddress(
            question=question[:LONGEST].strip(),
            after=after[:LONGEST].strip() if question else "",
            dropped=self._kept("drop", self._several("drop")),
            meant=self._meant(),
            intent=self._intent(),
            language=self._language(),
            shortened=len(question) > LONGEST,
            ignored=tuple(dict.fromkeys(self._ignored)),
        )

    def _last(self, name: str) -> str:
        return self._several(name)[-1] if name in self._values else ""

    def _several(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def _kept(self, name: str, values: list[str]) -> tuple[str, ...]:
        """The values that are not too long nor too many, each once."""
        kept = tuple(value for value in dict.fromkeys(values) if len(value) <= _LONGEST_KEY)[: self._left]
        self._left -= len(kept)
        if len(kept) < len(set(self._several(name))):
            self._ignored.append(name)
        return kept

    def _meant(self) -> tuple[tuple[str, str], ...]:
        pairs = (value.rpartition("=") for value in self._several("as"))
        wanted = {key: facet for key, _, facet in pairs if key and facet in FACETS}
        kept = self._kept("as", [f"{key}={facet}" for key, facet in wanted.items()])
        return tuple((key, facet) for key, _, facet in (value.rpartition("=") for value in kept))

    def _intent(self) -> Intent | None:
        text = self._last("intent")
        found = next((intent for intent in CORRECTABLE if intent == text), None)
        if text and found is None:
            self._ignored.append("intent")
        return found

    def _language(self) -> str | None:
        text = self._last("lang")
        if text and text not in LANGUAGES:
            self._ignored.append("lang")
            return None
        return text or None
