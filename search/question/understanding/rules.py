"""The table of kinds of answers: what each needs and forbids, and which comes first where several could be meant.

A rule holds where a question shows all signs that it needs and none that it forbids. Signs are what
:class:`~search.question.understanding.intents.Kinds` sees in a question. Of the rules that hold the one with the lowest
``priority`` decides; no two are equal, so that the order of rows means nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from search.question.understanding.plan import Intent


class Sign(StrEnum):
    """What may be seen in a question."""

    REPORT = "report"
    """It names a report: by its identifier, or by a quoted title."""
    SERIES = "series"
    """It names a series."""
    AUTHOR = "author"
    """It names a person."""
    DIMENSION = "dimension"
    """A noun says which values are wanted: "topics", "authors"."""
    LISTED = "listed"
    """They are wanted all, or as many as there are: "which topics..."."""
    NUMBERED = "numbered"
    """So many of them are wanted: "three topics"."""
    RANKED = "ranked"
    """The commonest or the rarest of them are wanted."""
    DATED = "dated"
    """It names years."""
    ALIKE = "alike"
    """Reports like others are wanted, and nothing says which others."""
    GAPS = "gaps"
    COAUTHORS = "coauthors"
    SHARE = "share"
    FIRST = "first"
    TREND = "trend"
    """It is asked what rose or fell."""
    COURSE = "course"
    """It speaks of a trend, and does not say of which way."""
    CHOICE = "choice"
    """It is asked which of some names has most."""
    SIDES = "sides"
    """Names of one kind are to be set side by side."""
    EACH = "each"
    """Names of one kind are each to be counted."""
    COUNTED = "counted"
    """Records, or values of a facet, are to be counted."""
    BY_YEAR = "by_year"
    """Years are to be told apart."""
    ALL = "all"
    """All reports that have what is named are wanted."""
    BARE = "bare"
    """Nothing is said beyond names, times and what asks for reports."""
    SAID = "said"
    """It is asked what texts say."""
    OPEN = "open"
    """Something is asked that texts may tell."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. ``name`` is how `ask --explain` calls it, and the key of its example in each lexicon."""

    name: str
    intent: Intent
    priority: int
    needs: tuple[Sign, ...] = ()
    forbids: tuple[Sign, ...] = ()


RULES: Final = (
    Rule("values of a report", Intent.VALUES, 10, (Sign.REPORT, Sign.LISTED)),
    Rule("reports like one", Intent.RELATED, 20, (Sign.REPORT,)),
    Rule("reports like others", Intent.RELATED, 30, (Sign.ALIKE,)),
    Rule("missing numbers", Intent.GAPS, 40, (Sign.SERIES, Sign.GAPS)),
    Rule("co-authors", Intent.COAUTHORS, 50, (Sign.AUTHOR, Sign.COAUTHORS)),
    Rule("what rose or fell", Intent.TREND, 60, (Sign.DIMENSION, Sign.TREND, Sign.LISTED)),
    Rule("what rose or fell between years", Intent.TREND, 70, (Sign.DIMENSION, Sign.TREND, Sign.DATED)),
    Rule("share", Intent.SHARE, 80, (Sign.SHARE,)),
    Rule("first appearance", Intent.FIRST, 90, (Sign.DIMENSION, Sign.FIRST)),
    Rule("which of some", Intent.COMPARE, 100, (Sign.CHOICE,)),
    Rule("so many values", Intent.RANK, 110, (Sign.LISTED, Sign.NUMBERED), (Sign.COUNTED,)),
    Rule("all values", Intent.VALUES, 120, (Sign.LISTED,), (Sign.COUNTED,)),
    Rule("side by side", Intent.COMPARE, 130, (Sign.SIDES,)),
    Rule("each counted", Intent.COMPARE, 140, (Sign.EACH,)),
    Rule("count by year", Intent.COUNT_BY_YEAR, 150, (Sign.BY_YEAR, Sign.COUNTED)),
    Rule("reports by year", Intent.COUNT_BY_YEAR, 160, (Sign.BY_YEAR, Sign.ALL)),
    Rule("course of reports", Intent.COUNT_BY_YEAR, 165, (Sign.COURSE, Sign.ALL, Sign.BARE)),
    Rule("count", Intent.COUNT, 170, (Sign.COUNTED,)),
    Rule("ranking", Intent.RANK, 180, (Sign.DIMENSION, Sign.RANKED)),
    Rule("ranking of so many", Intent.RANK, 190, (Sign.DIMENSION, Sign.NUMBERED)),
    Rule("what texts say", Intent.FINDING, 200, (Sign.SAID, Sign.OPEN)),
    Rule("all reports", Intent.LIST, 210, (Sign.ALL, Sign.BARE)),
    Rule("what texts may tell", Intent.FINDING, 220, (Sign.OPEN,)),
    Rule("search", Intent.FIND, 230),
)


def holding(shows: Callable[[Sign], bool], rules: Iterable[Rule] = RULES) -> tuple[Rule, ...]:
    """The rules that hold for a question which ``shows`` some signs; the first one decides. One always holds."""
    found = (rule for rule in rules if all(map(shows, rule.needs)) and not any(map(shows, rule.forbids)))
    return tuple(sorted(found, key=lambda rule: rule.priority))
