"""How a question joins its names: rice and maize, rice or maize, both of them, one with the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from search.question.understanding.plan import Joint
from search.question.understanding.spans import CueSpan, Span
from search.question.understanding.words import Question

_PASSED_OVER: Final = ("role", "dimension", "filler")
"""Cues that may stand before a name without parting it from the one before: "by A and by B", "the topics A and B"."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name to be joined, in the order of the question; of an excluded one nothing is demanded."""

    span: Span
    facet: str
    excluded: bool


@dataclass(frozen=True, slots=True)
class Joints:
    """How each name is joined to the one before it, and the words that say so and nothing else."""

    joined: tuple[Joint | None, ...]
    said: tuple[Span, ...]


def joints(question: Question, cues: Sequence[CueSpan], names: Sequence[Named]) -> Joints:
    """How names are joined. ``cues`` are those that no name has taken."""
    return _Joining(question, cues, names).joints()


class _Joining:
    def __init__(self, question: Question, cues: Sequence[CueSpan], names: Sequence[Named]) -> None:
        self._question = question
        self._cues = cues
        self._names = names

    def joints(self) -> Joints:
        said = self._listed([None, *map(self._between, self._names, self._names[1:])])
        joined: list[Joint | None] = [_JOINTS.get(one or "") for one in said]
        words = []
        for run in self._runs(said):
            both = self._both(run)
            for place in run[1:]:
                if both is not None or said[place] == "with":
                    joined[place] = Joint.BOTH
            if both is not None:
                words.append(both)
        return Joints(tuple(joined[: len(self._names)]), tuple({*words, *self._said_of_words()}))

    def _said_of_words(self) -> Iterator[Span]:
        """Phrases that say "both" of words: "simultaneamente de", or at the end of the question."""
        for cue in self._question.cues:
            end = cue.span.end
            leads = end == len(self._question.tokens) or self._question.is_grammar(end)
            if cue.says("joint", "both") and (
                leads or any(one.span.start == end for one in self._cues if one.says("role"))
            ):
                yield cue.span

    def _listed(self, said: Sequence[str | None]) -> list[str | None]:
        """What is said before each name, commas being what the end of their list says: "rice, maize and beans"."""
        found: list[str | None] = []
        for one in reversed(said):
            found.append((found[-1] if found else None) if one == "," else one)
        return found[::-1]

    def _between(self, before: Named, name: Named) -> str | None:
        """The word that joins a name to the one before: "and", "or", "with", "as", or a comma.

        What is beside a name that is not wanted may be unwanted as well: nothing is said of it.
        """
        if before.excluded:
            return None
        place = name.span.start
        while place > before.span.end:
            if "&" in self._gap(place):
                return "and"
            passed = next((cue for cue in self._cues if cue.span.end == place and _is_passed_over(cue)), None)
            if passed is not None and passed.span.start >= before.span.end:
                place = passed.span.start
                continue
            joint = self._joint(before.span.end, place)
            if joint is not None:
                return joint
            if not self._question.is_grammar(place - 1) or self._asks_anew(place - 1):
                return None
            place -= 1
        gap = self._gap(place)
        return "and" if "&" in gap else "," if "," in gap else None

    def _asks_anew(self, place: int) -> bool:
        """Whether a word asks for something else: "reports on rice and how many on maize"."""
        return any(
            cue.span.start <= place < cue.span.end and (cue.says("intent") or cue.says("documents"))
            for cue in self._cues
        )

    def _joint(self, start: int, end: int) -> str | None:
        """What a phrase says that ends at a place, the longest counts; who wrote with somebody wrote together."""
        ending = [cue for cue in self._question.cues if cue.span.end == end and cue.span.start >= start]
        for cue in sorted(ending, key=lambda cue: cue.span.start):
            if cue.says("joint", "with") or cue.says("intent", "coauthors"):
                return "with"
            for name in cue.names("logic"):
                if name in {"and", "or"}:
                    return name
            if cue.says("joint", "as"):
                return "as"
        return None

    def _gap(self, place: int) -> str:
        """What stands between a word and the one before it."""
        tokens = self._question.tokens
        return self._question.text[tokens[place - 1].end : tokens[place].start]

    def _runs(self, said: Sequence[str | None]) -> Iterator[range]:
        """Neighbouring names of one facet that are joined so that a report could have them all."""
        start = 0
        for place in range(1, len(self._names) + 1):
            ends = place == len(self._names) or said[place] not in {"and", "with", "as"}
            if ends or self._kind(place) != self._kind(place - 1):
                yield range(start, place)
                start = place

    def _kind(self, place: int) -> tuple[str, bool]:
        return self._names[place].facet, self._names[place].excluded

    def _both(self, run: range) -> Span | None:
        """The phrase that says that all names of a run are wanted: "both", "à la fois", or "together" after them."""
        if len(run) < 2:
            return None
        first, last = self._names[run[0]].span, self._names[run[-1]].span
        spans = sorted(
            (cue.span for cue in self._question.cues if cue.says("joint", "both")),
            key=lambda span: (-len(span), span.start),
        )
        before = (span for span in spans if span.end <= first.start and self._is_empty(span.end, first.start))
        after = (
            span
            for span in spans
            if last.end <= span.start and self._is_empty(last.end, span.start) and not self._leads(span, last)
        )
        return next(before, None) or next(after, None)

    def _leads(self, both: Span, last: Span) -> bool:
        """Whether a phrase after a name leads to the names that follow: "... Niger that deal with both rice and"."""
        following = (name.span.start for name in self._names if name.span.start >= both.end > last.end)
        return any(self._is_empty(both.end, start) for start in following)

    def _is_empty(self, start: int, end: int) -> bool:
        """Whether all words between two places are grammar or cues that may be passed over."""
        passed = {
            place
            for cue in self._cues
            if _is_passed_over(cue) or cue.says("documents")
            for place in range(cue.span.start, cue.span.end)
        }
        return all(place in passed or self._question.is_grammar(place) for place in range(start, end))


_JOINTS: Final = {"and": Joint.AND, "with": Joint.AND, "or": Joint.OR}


def _is_passed_over(cue: CueSpan) -> bool:
    return any(map(cue.says, _PASSED_OVER))
