"""Author statements -> people: roles, "et al.", the punctuation of catalogue cards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from kg.importers.plain_text import label, without_isbd_end
from kg.importers.remembered import Remembered
from kg.model import Person

_ET_AL = re.compile(r"(?:^|[\s,;]+)[(\[]?(?:et\.?\s*al\b\.?|and others)[)\]]?[\s,.;]*$", re.IGNORECASE)
_EDITOR = re.compile(r"(?:,\s*eds?\.?|,\s*editors?\.?|\s*[(\[](?:eds?\.?|editors?)[)\]])[\s,.;]*$", re.IGNORECASE)
_EDITOR_ENDS = ("ed", "ed.", "eds", "eds.", "editor", "editor.", "editors", "editors.", ")", "]", ").", ",", ";")
_LONGEST_NAME = 300
_LAST_WORD = re.compile(r"[^\s.,-]+(?=\.$)")
_ABBREVIATED = frozenset({"jr", "sr", "jnr", "snr", "ph", "chr", "st"})


class Signature(NamedTuple):
    """One author statement: the person, if it names one, and whether it says that there are more."""

    person: Person | None
    and_others: bool


def read_people(values: Iterable[str], *, role: str = "author", isbd: bool = False) -> tuple[tuple[Person, ...], bool]:
    """The people of ``values`` in order, each name once, and whether "et al." says that some are missing.

    ``isbd``: the names come from catalogue cards (``Vico, Giambattista, 1668-1744.``) and lose their final mark.
    """
    signatures = _SIGNATURES[role, isbd]
    people: dict[str, Person] = {}
    incomplete = False
    for value in values:
        signature = signatures[value]
        incomplete = incomplete or signature.and_others
        if signature.person is not None:
            people.setdefault(signature.person.name, signature.person)
    return tuple(people.values()), incomplete


def read_signature(value: str, *, role: str = "author", isbd: bool = False) -> Signature:
    """What one author statement says; ``role`` holds unless a suffix such as ``(ed.)`` tells another."""
    name = label(value)
    if len(name) > _LONGEST_NAME:  # no name, and searching it for suffixes could take quadratic time
        return Signature(Person(name, role), and_others=False)
    lower = name.lower()
    others = _ET_AL.search(name) if ("al" in lower and "et" in lower) or "others" in lower else None
    if others:
        name = name[: others.start()]
        lower = name.lower()
    editor = _EDITOR.search(name) if lower.endswith(_EDITOR_ENDS) else None
    # "Etalle, Ed" is a first name, "Etalle, S., Ed" and "Etalle, ed." are not.
    if editor and ("," in name[: editor.start()] or not editor.group().lstrip(" ,").startswith("E")):
        name, role = name[: editor.start()], "editor"
    name = name.rstrip(" ,;")
    if isbd:
        name = _without_final_period(without_isbd_end(name))
    return Signature(Person(name, role) if name else None, others is not None)


_SIGNATURES = {
    (role, isbd): Remembered(partial(read_signature, role=role, isbd=isbd))
    for role in ("author", "editor")
    for isbd in (False, True)
}


def _without_final_period(name: str) -> str:
    """Drops the period after a date or a full word and keeps the one of an initial: ``Meinzen-Dick, Ruth S.``"""
    last = _LAST_WORD.search(name)
    if last is None or len(last.group()) == 1 or last.group().lower() in _ABBREVIATED:
        return name
    return name[:-1]
