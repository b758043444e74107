"""What a question was understood to ask: typed, so that it can be shown, corrected and executed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kg.facets.filters import Filters
from kg.facets.table import FACETS, Holds


class Intent(StrEnum):
    """The kind of answer that is wanted."""

    FIND = "find"
    """Reports about something, the best first."""
    FINDING = "finding"
    """What reports say about something: quoted sentences."""
    LIST = "list"
    """Every report that passes the filters."""
    COUNT = "count"
    COUNT_BY_YEAR = "count_by_year"
    SHARE = "share"
    """What part of some reports has a value more."""
    RANK = "rank"
    """The commonest values of a facet."""
    VALUES = "values"
    """All values of a facet."""
    COAUTHORS = "coauthors"
    GAPS = "gaps"
    """Numbers of a series that are not there."""
    COMPARE = "compare"
    """Some entities side by side."""
    TREND = "trend"
    """Values that became commoner or rarer between two years."""
    FIRST = "first"
    """Values that no earlier report has."""
    RELATED = "related"


class Moved(StrEnum):
    """Which way values went that are asked for."""

    UP = "up"
    DOWN = "down"


class Joint(StrEnum):
    """How a name is joined to the one before it."""

    AND = "and"
    """Beside it: a report has both, where reports have several values of such a kind."""
    BOTH = "both"
    """Expressly: a report has both."""
    OR = "or"


class How(StrEnum):
    """How a name was recognised."""

    LABEL = "label"
    """It is a label of the entity, in any language, or another of its names."""
    ACRONYM = "acronym"
    NAME = "name"
    """A person's name in another form: surname only, given names first or as initials."""
    BEGINNING = "beginning"
    """A label begins with it."""
    ADJECTIVE = "adjective"
    """It says what is of a place, or who lives there."""
    TYPO = "typo"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a name may mean: values (IRIs) of a facet, any of them. ``reports`` is how many records state one.

    ``label`` and ``labels``, by ISO 639-1 code, are those of the value that most reports have.
    """

    facet: str
    values: tuple[str, ...]
    label: str
    reports: int
    how: How = How.LABEL
    labels: Mapping[str, str] = field(default_factory=dict)

    def label_in(self, language: str) -> str:
        """The label for a reader's language."""
        return self.labels.get(language, self.label)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a question and what it was taken to mean.

    ``start`` and ``end`` are characters of the question. ``binds`` says that the plan filters by it; otherwise its
    words are searched for, and the entity is only a hint. ``others`` are what else the name may mean, ``joined`` is how
    the question joins it to the name before.
    """

    text: str
    start: int
    end: int
    reading: Reading
    others: tuple[Reading, ...] = ()
    excluded: bool = False
    binds: bool = True
    joined: Joint | None = None

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What the name may mean, the likeliest first."""
        return (self.reading, *self.others)

    @property
    def key(self) -> str:
        """Names the mention in corrections of the plan."""
        return f"{self.reading.facet}:{self.text.casefold()}"


@dataclass(frozen=True, slots=True)
class Years:
    """Years of publication, both ends included; ``several`` are single years, of which any will do.

    Years that are ``excluded`` have both ends.
    """

    text: str
    start: int
    end: int
    first: int | None = None
    last: int | None = None
    several: tuple[int, ...] = ()
    excluded: bool = False
    binds: bool = True

    @property
    def key(self) -> str:
        """Names the years in corrections of the plan."""
        return f"years:{self.text.casefold()}"

    @property
    def each(self) -> tuple[int, ...]:
        """Every single year; none of a range without an end."""
        if self.several or self.first is None or self.last is None:
            return self.several
        return tuple(range(self.first, self.last + 1))


class Gap(StrEnum):
    """Why a question has no answer here."""

    EMPTY = "empty"
    """It asks for nothing."""
    WHICH_REPORTS = "which_reports"
    """It asks for reports like some that it does not name."""
    NOTHING = "nothing"
    """No report passes the filters."""
    UNKNOWN_NAME = "unknown_name"
    """It names someone or something that no report has."""
    NO_EVIDENCE = "no_evidence"
    """Inside the filters no report says anything about it."""
    NOT_IN_RECORDS = "not_in_records"
    """Records hold no such thing."""
    FUTURE = "future"
    """It asks for what has not happened, and no report speaks of it."""


_ANY_OF: Final = frozenset({Intent.COMPARE, Intent.COAUTHORS})
"""Intents whose names stand side by side."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A question as it was understood.

    ``text`` is what is searched for by words and meaning, empty where the filters say everything. ``dimension`` are the
    facets whose values are counted or ranked, ``subject`` the reports (IRIs) to find others like, ``top`` how many
    values are wanted. ``unknown`` are names that no report has, ``attribute`` names what records cannot answer.
    With ``ordered`` reports of a series come by their numbers, others by year; ``moved`` says that only what rose, or
    only what fell, is wanted. ``wanted`` are words of which a text must hold one to answer, and ``names`` the proper
    names beside them.
    Of what is ``missing`` a report has no value (`kg.facets.filters.MISSABLE`).
    ``rule`` is the row of the table of rules (:mod:`.rules`) that decided the intent, ``signs`` are what the question
    shows of what rules go by.
    """

    question: str
    language: str
    intent: Intent
    mentions: tuple[Mention, ...] = ()
    years: tuple[Years, ...] = ()
    text: str = ""
    dimension: tuple[str, ...] = ()
    top: int | None = None
    fewest: bool = False
    newest: bool = False
    oldest: bool = False
    ordered: bool = False
    moved: Moved | None = None
    elsewhere: bool = False
    subject: tuple[str, ...] = ()
    number: str | None = None
    unknown: tuple[str, ...] = ()
    attribute: str | None = None
    wanted: tuple[str, ...] = ()
    future: bool = False
    names: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    rule: str = ""
    signs: tuple[str, ...] = ()

    def groups(self, facet: str) -> tuple[tuple[Mention, ...], ...]:
        """The names of a facet that bind: a report has one of each group."""
        found: list[list[Mention]] = []
        for mention in self.mentions:
            if mention.reading.facet == facet and not mention.excluded:
                if not found or self._is_demanded(mention):
                    found.append([])
                found[-1].append(mention)
        # A name that a reader dropped still parts those around it.
        bound = (tuple(mention for mention in group if mention.binds) for group in found)
        return tuple(filter(None, bound))

    def joined(self, mention: Mention) -> Joint | None:
        """Whether a report has a name as well as those of its facet before it, or either.

        ``None`` for the first of a facet, for one that does not bind or is excluded, and for what is compared.
        """
        if self.intent is Intent.COMPARE:
            return None
        groups = self.groups(mention.reading.facet)
        number = next((number for number, group in enumerate(groups) if mention in group), None)
        if number is None or mention is groups[0][0]:
            return None
        return Joint.AND if mention is groups[number][0] else Joint.OR

    def _is_demanded(self, mention: Mention) -> bool:
        """Whether a report has a name as well as the one of its facet before it."""
        if self.intent in _ANY_OF:
            return False
        holds = FACETS[mention.reading.facet].holds
        if mention.joined is Joint.AND:
            return holds is Holds.SEVERAL
        return mention.joined is Joint.BOTH and holds is not Holds.ONE

    @property
    def filters(self) -> Filters:
        """The filters that bind."""
        chosen: dict[str, tuple[str, ...]] = {}
        excluded: dict[str, tuple[str, ...]] = {}
        also: dict[str, tuple[tuple[str, ...], ...]] = {}
        for facet in dict.fromkeys(mention.reading.facet for mention in self.mentions):
            groups = _disjoint([_values(group) for group in self.groups(facet)])
            chosen |= {facet: groups[0]} if groups else {}
            also |= {facet: groups[1:]} if groups[1:] else {}
            without = [one for one in self.mentions if one.binds and one.excluded and one.reading.facet == facet]
            excluded |= {facet: _values(without)} if without else {}
        bound = [years for years in self.years if years.binds]
        for years in bound:
            if years.excluded:
                excluded["year"] = (*excluded.get("year", ()), *map(str, years.each))
        wanted = [years for years in bound if not years.excluded]
        first = max((years.first for years in wanted if years.first is not None), default=None)
        last = min((years.last for years in wanted if years.last is not None), default=None)
        several = tuple(str(year) for years in wanted for year in years.several)
        single = len(wanted) > 1 and all(years.several or years.first == years.last for years in wanted)
        if single or (first is not None and last is not None and first > last):
            # "In 1989 and also in 2016": no report has both years, so any of them will do.
            several = tuple(str(year) for years in wanted for year in years.each)
            # "Since 2020 and before 2010": the years that begin the one, up to the last of the other, are none.
            first, last, several = (None, None, several) if several else (None, last, (str(first),))
        if several:
            chosen["year"] = tuple(sorted(set(several)))
        return Filters(chosen, excluded, first, last, also=also, missing=self.missing)


def _disjoint(groups: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The groups without values of several: "Okello, D." signs for Denis or for Dinah, not for both at once."""
    times = Counter(value for group in groups for value in group)
    return tuple(tuple(value for value in group if times[value] == 1) or group for group in groups)


def _values(mentions: Iterable[Mention]) -> tuple[str, ...]:
    """Every value of some names, once."""
    return tuple(dict.fromkeys(value for mention in mentions for value in mention.reading.values))


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a reader changed in the plan of a question.

    ``dropped`` are keys of mentions or years that must not bind, ``chosen`` facets by the key of a mention that means
    that instead, ``intent`` the kind of answer if it was understood wrongly.
    """

    dropped: frozenset[str] = frozenset()
    chosen: Mapping[str, str] = field(default_factory=dict)
    intent: Intent | None = None
