"""A collection of plain invented records, wider than a page of anything: larger than ``NEAREST`` and ``BATCH``, with
undated reports, series that only citations name, several languages and types. Deterministic.
"""

from __future__ import annotations

import json
from pathlib import Path

SIZE = 1300
THEMES = ("irrigation canals", "goat herding", "village savings", "cocoa drying", "river fishing", "seed exchange")
PLACES = ("Mali", "Kenya", "Peru", "Nepal", "Ghana")
LANGUAGES = ("Inglés", "Inglés", "Inglés", "Francés", "Español")
TYPES = ("Report", "Journal Article", "Audit Report")


def write_wide_collection(path: Path) -> Path:
    """Write the records, one a line; every 13th has no year, every 17th names a series in its citation only."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(_record(number)) + "\n" for number in range(SIZE))
    return path


def _record(number: int) -> dict[str, object]:
    theme = THEMES[number % len(THEMES)]
    place = PLACES[number % len(PLACES)]
    title = f"Water study {number}: {theme} in {place}"
    record: dict[str, object] = {
        "id": f"w{number:04d}",
        "title": title,
        "description": f"A water survey of {theme} among {number % 29} households of {place}, round {number % 7}.",
        "author": [f"Author, {chr(65 + number % 26)}."],
        "topic": ["water", theme],
        "geographic": [place],
        "language": [LANGUAGES[number // 5 % len(LANGUAGES)]],
        "format": TYPES[number // 25 % len(TYPES)],
        "collection": "Wide",
    }
    if number % 13:
        record["publishDate"] = [str(1990 + number // 7 % 30)]
    if number % 17 == 0:
        record["dcterms.bibliographicCitation.none.fl_str_mv"] = [
            f"Author, A. 2020. {title}. Wide Research Papers {number // 17 + 1}. Rome: Nobody."
        ]
    return record
