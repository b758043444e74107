"""Places: a printed name or code becomes a country (ISO 3166-1) or a region (UN M49) where it is known to be one.

``place_names.toml`` has their names in four languages, as Unicode CLDR has them; ``places.toml`` adds official, older
and usual names. ``usual_regions.toml`` has regions that M49 does not define: the Sahel, the Maghreb. A name that none
knows stays a place of its own, under its matching key. Which place lies in which region is in ``regions.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from kg.authority.names import key
from kg.model import Derivation

REGION_FROM_PLACE: Final = Derivation("region-from-place", 1.0)
"""What is about a place is about the regions that it lies in. Sure, because M49, or whoever is named in
``usual_regions.toml``, defines what lies where.
"""


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place. ``key`` is an upper-case ISO code, ``M49-`` and a number, or a matching key, which has no capitals."""

    key: str
    labels: Mapping[str, str]
    is_country: bool = False


def resolve_place(raw: str) -> KnownPlace | None:
    """The place that a printed name or an upper-case ISO code means; ``None`` if it has no word at all."""
    text = raw.strip()
    if len(text) == 2 and text.isascii() and text.isupper() and text in _by_code():
        return _by_code()[text]
    folded = key(text)
    if not folded:
        return None
    known = _by_name().get(folded)
    return known if known is not None else KnownPlace(folded, {"": text})


def place_called(key: str) -> KnownPlace | None:
    """The country, M49 region or usual region of a key."""
    return _by_key().get(key)


def regions_of(place: KnownPlace) -> tuple[KnownPlace, ...]:
    """The smallest regions that a place lies in, in the order of ``regions.toml``; these lie in larger ones.

    None for continents, for Antarctica, for the World, and for places that no list knows.
    """
    return _regions_by_member().get(place.key, ())


@cache
def region_keys() -> frozenset[str]:
    """The keys of all regions in which some place lies."""
    return frozenset(each.key for regions in _regions_by_member().values() for each in regions)


@cache
def places_in(region: str) -> frozenset[str]:
    """The keys of all places that lie in a region, which is named by its key: in it, or in regions that lie in it."""
    found: set[str] = set()
    waiting = [region]
    while waiting:
        around = waiting.pop()
        members = {one for one, regions in _regions_by_member().items() if any(each.key == around for each in regions)}
        waiting += members - found
        found |= members
    return frozenset(found)


@cache
def _regions_by_member() -> Mapping[str, tuple[KnownPlace, ...]]:
    by_code = _by_code()
    members = [(by_code[code], codes) for code, codes in _table("regions.toml").items()]
    members += [(region, _table("usual_regions.toml")[region.key]["members"]) for region in _usual_regions()]
    found: dict[str, tuple[KnownPlace, ...]] = {}
    for region in _usual_regions():
        around = _table("usual_regions.toml")[region.key].get("within")
        found[region.key] = () if around is None else (by_code[around],)
    for region, codes in members:
        for member in (by_code[code].key for code in codes):
            found[member] = (*found.get(member, ()), region)
    return found


@cache
def _usual_regions() -> tuple[KnownPlace, ...]:
    return tuple(KnownPlace(key, said["labels"]) for key, said in _table("usual_regions.toml").items())


@cache
def _by_key() -> Mapping[str, KnownPlace]:
    return {place.key: place for place in (*_by_code().values(), *_usual_regions())}


@cache
def _table(name: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.files("kg.authority").joinpath(name).read_text(encoding="utf-8"))


@cache
def _by_code() -> Mapping[str, KnownPlace]:
    return {
        code: KnownPlace(code if len(code) == 2 else f"M49-{code}", labels, len(code) == 2)
        for code, labels in _table("place_names.toml").items()
    }


@cache
def _by_name() -> Mapping[str, KnownPlace]:
    by_code = _by_code()
    found: dict[str, KnownPlace] = {}
    for place in (*by_code.values(), *_usual_regions()):
        for label in place.labels.values():
            found.setdefault(key(label), place)
    for region in _usual_regions():
        for name in _table("usual_regions.toml")[region.key]["names"]:
            found.setdefault(key(name), region)
    for code, labels in _table("places.toml").items():
        for label in labels:
            found[key(label)] = by_code[code]
    return found
