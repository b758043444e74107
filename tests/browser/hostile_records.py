"""Invented records whose every field tries to be more than text: scripts, markup, templates, addresses, odd letters.

One record a payload, all with the topic :data:`TOPIC`, so that they fill each other's facets and related lists.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Final

from kg.importers.plain_text import one_line

TOPIC: Final = "Hostile fields"
MARKER: Final = "window.__pwned"
"""What every payload sets where it runs."""

SET: Final = f"{MARKER}=1"
ELSEWHERE: Final = "https://elsewhere.invalid"
"""No page may ask it for anything."""

PAYLOADS: Final = {
    "script": f"<script>{SET}</script>",
    "image": f"<img src=x onerror={SET}>",
    "svg": f'"><svg onload={SET}>',
    "ended-script": f'</script><script>{SET}</script><script type="text/x',
    "ended-title": f"</title></style></textarea></template><script>{SET}</script>",
    "attribute": f"\" autofocus onfocus={SET} x=\"' onmouseover='{SET}'",
    "comment": f"<!-- --!><script>{SET}</script> <![CDATA[<script>{SET}</script>]]>",
    "templates": "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {{{7*7}}} ${alert(1)} %(x)s %s %d {0} {value} {% raw %} {# x #}",
    "javascript": f"javascript:{SET}//",
    "data": f"data:text/html,<script>{SET}</script>",
    "beacons": (
        f"<img src={ELSEWHERE}/i.png><link rel=stylesheet href={ELSEWHERE}/s.css><iframe src={ELSEWHERE}/f></iframe>"
        f"<style>@import '{ELSEWHERE}/t.css'</style><meta http-equiv=refresh content='0;url={ELSEWHERE}/m'>"
        f"<base href='{ELSEWHERE}/'><script src={ELSEWHERE}/s.js></script>![x]({ELSEWHERE}/n.png)"
    ),
    "long": "unbroken" * 60,
    "letters": (
        "تقرير عن الري \u202egnp.exe\u202c Z\u0351\u036b\u0343\u036aA\u0334\u0335\u031c\u0330L\u0337\u0321 "
        "\u202e\u05e9\u05dc\u05d5\u05dd\u2066 \u0e01\u0e33\u0301\u0301 \ufeff\u200b\u00ad"
    ),
}
BAD_ADDRESSES: Final = (
    f"javascript:{SET}",
    f"JaVaScRiPt:{SET}",
    f" java\tscript:{SET}",
    f"javascript://host.invalid/%0a{SET}",
    f"data:text/html;charset=utf-8,<script>{SET}</script>",
    f"vbscript:{SET}",
    "//elsewhere.invalid/without-scheme",
    "http:\\\\elsewhere.invalid\\back",
)
"""What must be shown as text and never be a link."""


def hostile_id(name: str) -> str:
    """The id of a payload's record: with what ends attributes, paths, queries and fragments."""
    return one_line(f"h/{name}?a=1&b#c %2e%2e/../{PAYLOADS[name][:80]}")


def title(name: str) -> str:
    """The title of a payload's record as a page must show it: without invisible signs, which importers take out."""
    return one_line(f"{PAYLOADS[name]} as a title")


def write_hostile_records(path: Path) -> Path:
    """Write the records, one a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(_record(name)) + "\n" for name in PAYLOADS)
    return path


def _record(name: str) -> dict[str, object]:
    raw = PAYLOADS[name]
    text = _survives(raw)
    return {
        "id": hostile_id(name),
        "record_format": "dspace",
        "title": f"{text} as a title",
        "title_alt": [f"{text} as another title", raw],
        "description": f"Harvested abstract: {text}\n\nSecond paragraph {text}",
        "author": [f"{text} Author, Ann", "Shared, Sam"],
        "dc.contributor.editor.none.fl_str_mv": [f"{text} Editor, Ed"],
        "author_corporate": [f"{text} as a body"],
        "affiliation_str_mv": [f"{text} as an affiliation"],
        "publisher": f"{text} as a publisher",
        "funder_str_mv": [f"{text} as a funder"],
        "collection": f"{text} as a repository",
        "institution": f"{text} as a provider",
        "topic": [TOPIC, f"{text} as a topic", raw],
        "geographic": ["Uganda", f"{text} as a place"],
        "series": [f"{text} as a series No. 7"],
        "format": f"{text} as a type",
        "language": [f"{text} as a language"],
        "access_str_mv": [f"{text} as access"],
        "license_str": [text, *BAD_ADDRESSES],
        "dc.relation.none.fl_str_mv": [text, *BAD_ADDRESSES],
        "citation_str": f"{text} as a citation",
        "publishDate": ["2015"],
        "url": [f"https://sample.invalid/{raw}", raw, *BAD_ADDRESSES],
        "doi_str_mv": [f"10.1234/{raw}"],
        f"{raw} as a field": [raw, text, *BAD_ADDRESSES],
    }


def _survives(text: str) -> str:
    """The text escaped as often as importers take escapes off: it arrives on pages as it is here."""
    return html.escape(html.escape(text, quote=False), quote=False)
