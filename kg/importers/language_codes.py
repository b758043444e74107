"""Language codes as fields and records write them -> ISO 639-1."""

from __future__ import annotations

import re
from functools import lru_cache

from kg.authority.concepts import language_aliases

_CODE = re.compile(r"([a-z]{2,3})(?:[_-][a-z]{2,4})?", re.IGNORECASE)
_NONE = frozenset({"none", "und", "mul", "mis", "zxx"})


@lru_cache(maxsize=1024)
def iso_639_1(code: str) -> str | None:
    """The two-letter code of a language: ``spa``, ``es`` and ``es_CO`` give ``es``.

    ``None`` for ``none``, for what is no code and for languages that have no two-letter code. Three-letter codes
    of ISO 639-2 (both kinds) and 639-3 are looked up in ``language_names.toml``.
    """
    match = _CODE.fullmatch(code.strip())
    if match is None or code.strip().lower() in _NONE:
        return None
    language = match.group(1).lower()
    if len(language) == 3:
        language = language_aliases().get(language, language)
    return language if len(language) == 2 else None
