"""What is being typed -> what may be meant: entities of the graph and titles whose words begin as what was typed.

Nothing of what is typed is kept. See docs/decisions/0015.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from kg.authority.names import fold
from search.fulltext.suggestible import ENTITY_KINDS, KINDS, REPORT
from search.fulltext.suggestion_index import FORGIVING, Match, holds
from search.snapshots.snapshot import Snapshot

SHORTEST: Final = 2
"""Letters and digits from which on there are suggestions."""

LONGEST: Final = 200
"""Characters up to which there are: no label is that long, and each word costs a look-up."""

MOST: Final = 20

_SHORTEST_END: Final = 3
_LONGEST_END: Final = 3
"""Letters, and words, of the end of a text that is completed by itself: ``drought in keny`` means Kenya too."""
_FORGIVEN: Final = 4
"""Words up to which typos are looked for: each is compared with every word that there is."""
_TITLES: Final = 4
"""One of so many places is a title's, however many entities there are."""


@dataclass(frozen=True, slots=True)
class SuggestRequest:
    """What was typed. ``kinds`` are of `search.fulltext.suggestible.KINDS`, ``limit`` is at most :data:`MOST`."""

    text: str
    language: str = "en"
    kinds: tuple[str, ...] = KINDS
    limit: int = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that may be meant: an entity of a facet, with its number of reports, or a report, with its year.

    ``matched`` is the label that matched, where the one shown does not say it. ``rest`` is what was typed before the
    words that this completes.
    """

    kind: str
    iri: str
    label: str
    matched: str | None
    reports: int | None
    year: int | None
    rest: str


@dataclass(frozen=True, slots=True)
class _Part:
    """The end of a text, or all of it, as folded words, and what stands before."""

    words: tuple[str, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class _Meant:
    match: Match
    part: _Part


def suggest(snapshot: Snapshot, request: SuggestRequest) -> tuple[Suggestion, ...]:
    """What may be meant, at most ``limit``: entities first, then titles. Any text is answered; most texts by nothing.

    What completes the whole text stands before what completes its end only, words as typed before words with a typo,
    the beginning of a label before its inside, then what more reports have.
    """
    parts = list(_parts(request.text))
    limit = min(request.limit, MOST)
    if not parts or limit <= 0:
        return ()
    entities = _gathered(snapshot, parts, set(request.kinds) & set(ENTITY_KINDS), limit)
    kept_free = max(1, limit // _TITLES) if limit > 1 else 0
    room = max(limit - len(entities), kept_free)
    titles = _gathered(snapshot, parts[:1], set(request.kinds) & {REPORT}, room)
    chosen = (*entities[: limit - len(titles)], *titles)
    return tuple(_suggestion(snapshot, meant, request.language) for meant in chosen)


def _parts(text: str) -> Iterator[_Part]:
    """The whole text, then its last words; none if it is too short or too long."""
    if len(text) > LONGEST:
        return
    tokens = text.split()
    for start in (0, *range(max(1, len(tokens) - _LONGEST_END), len(tokens))):
        words = tuple(dict.fromkeys(fold(" ".join(tokens[start:])).split()))
        if sum(map(len, words)) >= (_SHORTEST_END if start else SHORTEST):
            yield _Part(words, " ".join(tokens[:start]))


def _gathered(snapshot: Snapshot, parts: list[_Part], kinds: Collection[str], most: int) -> list[_Meant]:
    found: dict[tuple[str, str], _Meant] = {}
    for part in parts:
        for typos in (False, True):
            if typos and (len(part.words) > _FORGIVEN or max(map(len, part.words)) < FORGIVING):
                continue
            # What was found before is found again.
            for match in snapshot.suggestions.find(part.words, kinds, most + len(found), typos=typos):
                found.setdefault((match.kind, match.iri), _Meant(match, part))
            if len(found) >= most:
                return list(found.values())[:most]
    return list(found.values())


def _suggestion(snapshot: Snapshot, meant: _Meant, language: str) -> Suggestion:
    match, label, year = meant.match, meant.match.label, None
    if match.kind == REPORT:
        year = _year(snapshot, match.iri)
    else:
        column = snapshot.columns.facets[match.kind]
        code = column.code(match.iri)
        assert code is not None, "entities are suggested because reports have them"
        label = column.values[code].label_in(language)
    same = holds(label, meant.part.words) or fold(label) == fold(match.matched)
    return Suggestion(
        kind=match.kind,
        iri=match.iri,
        label=label,
        matched=None if same else match.matched,
        reports=None if match.kind == REPORT else match.reports,
        year=year,
        rest=meant.part.rest,
    )


def _year(snapshot: Snapshot, report: str) -> int | None:
    ordinal = snapshot.columns.ordinal(report)
    assert ordinal is not None, "titles are those of the snapshot's reports"
    years = [value.value for value in snapshot.columns.values("year", ordinal) if value.value.isdigit()]
    return int(years[0]) if years else None
