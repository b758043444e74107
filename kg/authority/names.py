"""Matching keys: labels that differ only in case, accents or punctuation are the same name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=1 << 17)
def key(label: str) -> str:
    """The matching key of a label: no accents, no case, words parted by one space; ``""`` if no word is left.

    >>> key("Zougmoré, R. B."), key("ZOUGMORE R B")
    ('zougmore r b', 'zougmore r b')
    """
    if label.isascii():
        plain = label.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", label)
        plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
        # Casefolding can bring combining marks back (U+0130): fold once more so that key(key(x)) == key(x).
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain).strip()
