"""Questions that show what can be asked, in each language: general ones, which most collections can answer.

A test sees that each is understood as its kind of answer.
"""

from __future__ import annotations

from typing import Final

from search.question.understanding.plan import Intent
from ui.texts import N_

EXAMPLE_QUESTIONS: Final = (
    (N_("How many reports were published each year?"), Intent.COUNT_BY_YEAR),
    (N_("Which countries have the most reports?"), Intent.RANK),
    (N_("What effect does credit have on the income of women?"), Intent.FINDING),
    (N_("List all working papers in English since 2015"), Intent.LIST),
    (N_("How many reports on gender are open access?"), Intent.COUNT),
    (N_("Compare Uganda and Mali"), Intent.COMPARE),
    (N_("Which subjects rose or fell between 2010 and 2020?"), Intent.TREND),
    (N_("What share of the reports is in French?"), Intent.SHARE),
)
"""Questions and how they are understood, from the simple to the special."""
