"""What a client prefers, read from its Accept and Accept-Language headers (RFC 9110, 12.5)."""

from __future__ import annotations

_LONGEST = 2000
"""Characters of a header that are read; browsers send some 200."""


def by_preference(header: str) -> list[str]:
    """What a header lists, in lower case, the most wanted first, equals in their order; ``q=0`` is left out."""
    ranked: list[tuple[float, int, str]] = []
    for position, part in enumerate(header[:_LONGEST].split(",")):
        name, *options = (piece.strip().lower() for piece in part.split(";"))
        if name:
            ranked.append((-_quality(options), position, name))
    return list(dict.fromkeys(name for quality, _, name in sorted(ranked) if quality < 0))


def _quality(options: list[str]) -> float:
    for option in options:
        name, _, value = option.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
