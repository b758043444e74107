"""Years, days and moments as records write them."""

from __future__ import annotations

import datetime as dt
import re

_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?=[^0-9]|$|[0-9]{4}(?![0-9]))")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T\S*)?")


def year_of(text: str) -> int | None:
    """The first year of four digits (``[c1993]``, ``1948-1975``, ``20240318``) if it lies in 1000..2100."""
    match = _YEAR.search(text)
    year = int(match.group()) if match else 0
    return year if 1000 <= year <= 2100 else None


def date_of(text: str) -> dt.date | None:
    """The day of ``2024-03-18`` or of a moment on it; ``None`` for a year, a month, or no date."""
    match = _DAY.fullmatch(text.strip()) if len(text) >= len("2024-03-18") else None
    try:
        day = dt.date.fromisoformat(match.group(1)) if match else None
    except ValueError:
        return None
    return day if day is not None and 1000 <= day.year <= 2100 else None


def moment_of(text: str) -> dt.datetime | None:
    """The moment of ``2024-11-07T09:43:34Z``, in its time zone, UTC when it states none; ``None`` for anything else."""
    text = text.strip()
    if "T" not in text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
