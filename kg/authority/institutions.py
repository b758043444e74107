"""Other names of well-known institutions (``institutions.toml``): what a reader's name for one may be printed as."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from kg.authority.names import fold


def other_names(name: str) -> tuple[str, ...]:
    """The other names of the institution that is called so, as they are written; none if the list lacks it.

    >>> other_names("FIDA")[0]
    'IFAD'
    """
    folded = fold(name)
    return tuple(other for other in _groups().get(folded, ()) if fold(other) != folded)


@cache
def _groups() -> Mapping[str, tuple[str, ...]]:
    text = resources.files("kg.authority").joinpath("institutions.toml").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for names in tomllib.loads(text)["names"]:
        for name in names:
            found.setdefault(fold(name), tuple(names))
    return found
