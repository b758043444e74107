"""A search as its address: everything that is chosen stands in the URL, so that links can be shared and gone back to.

Reading is lenient, since people edit addresses: what means nothing is left out and named in ``ignored``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from kg.facets.filters import EXCLUDED, Filters
from kg.facets.table import VALUE_FACETS
from search.engine import DEEPEST, LONGEST_QUERY
from search.request import Match, Mode, Sort
from ui.languages import LANGUAGES

PAGE_SIZE: Final = 10
LAST_PAGE: Final = DEEPEST // PAGE_SIZE

_LONGEST_VALUE: Final = 500
MOST_VALUES: Final = 50
"""Of all facets together: each costs a look-up, and every link of a page repeats them."""

_YEARS: Final = range(1, 10_000)

Choices = Mapping[str, tuple[str, ...]]
"""Values by facet."""


@dataclass(frozen=True, slots=True)
class Address:
    """A search as people ask for it. Filter values are IRIs, the last part of an IRI, or labels.

    ``opened`` is the facet that shows many values, ``language`` the language that was asked for by the address.
    """

    query: str = ""
    chosen: Choices = field(default_factory=dict)
    excluded: Choices = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None
    stated_only: bool = False
    mode: Mode = Mode.HYBRID
    match: Match = Match.MOST
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    opened: str | None = None
    language: str | None = None
    ignored: tuple[str, ...] = ()

    @staticmethod
    def read(query_string: str) -> Address:
        """The search that the part of a URL after ``?`` means."""
        return _Reader(query_string).address()

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters that say the same, what is usual left out, in one order."""
        pairs: list[tuple[str, str]] = [("q", self.query)] if self.query else []
        pairs += [(facet, value) for facet in VALUE_FACETS for value in self.chosen.get(facet, ())]
        pairs += [(EXCLUDED + facet, value) for facet in VALUE_FACETS for value in self.excluded.get(facet, ())]
        pairs += [("year_from", str(self.year_from))] if self.year_from is not None else []
        pairs += [("year_to", str(self.year_to))] if self.year_to is not None else []
        pairs += [("stated_only", "1")] if self.stated_only else []
        pairs += [("mode", self.mode)] if self.mode is not Mode.HYBRID else []
        pairs += [("match", self.match)] if self.match is not Match.MOST else []
        pairs += [("sort", self.sort)] if self.sort is not Sort.RELEVANCE else []
        pairs += [("page", str(self.page))] if self.page > 1 else []
        pairs += [("more", self.opened)] if self.opened else []
        pairs += [("lang", self.language)] if self.language else []
        return pairs

    @property
    def query_string(self) -> str:
        """The part of a URL after ``?``."""
        return urlencode(self.parameters())

    @property
    def filters(self) -> Filters:
        """The filters, as they were typed."""
        return Filters(self.chosen, self.excluded, self.year_from, self.year_to, inferred=not self.stated_only)

    @property
    def filtered(self) -> bool:
        """Whether anything but words is chosen."""
        chosen = any(self.chosen.values()) or any(self.excluded.values())
        return chosen or self.year_from is not None or self.year_to is not None

    def on_page(self, page: int) -> Address:
        """The same search, another page of it."""
        return replace(self, page=page, opened=None)

    def toggled(self, facet: str, value: str) -> Address:
        """The search with a value chosen, or chosen no more. What is chosen is not excluded."""
        excluded = _without(self.excluded, facet, value)
        return replace(self, chosen=_toggled(self.chosen, facet, value), excluded=excluded, page=1)

    def excluding(self, facet: str, value: str) -> Address:
        """The search with a value excluded, or excluded no more. What is excluded is not chosen."""
        chosen = _without(self.chosen, facet, value)
        return replace(self, chosen=chosen, excluded=_toggled(self.excluded, facet, value), page=1)

    def asking(self, query: str) -> Address:
        """The search for other words inside the same filters."""
        return replace(self, query=query, page=1, opened=None)

    def matching(self, match: Match) -> Address:
        """The search for reports that hold the words to another degree."""
        return replace(self, match=match, page=1)

    def within(self, year_from: int | None, year_to: int | None) -> Address:
        """The search inside a range of years."""
        return replace(self, year_from=year_from, year_to=year_to, page=1)

    def opening(self, facet: str | None) -> Address:
        """The same page with many values of a facet shown."""
        return replace(self, opened=facet)

    def without_filters(self) -> Address:
        """The words alone."""
        return Address(query=self.query, mode=self.mode, sort=self.sort, language=self.language)

    def only(self, facet: str, value: str) -> Address:
        """A new search for everything with one value, in the same language."""
        return Address(chosen={facet: (value,)}, language=self.language)

    def spoken(self, language: str) -> Address:
        """The same page in another language."""
        return replace(self, language=language)


def _toggled(choices: Choices, facet: str, value: str) -> Choices:
    values = choices.get(facet, ())
    return _without(choices, facet, value) if value in values else {**choices, facet: (*values, value)}


def _without(choices: Choices, facet: str, value: str) -> Choices:
    kept = {**choices, facet: tuple(other for other in choices.get(facet, ()) if other != value)}
    return {name: values for name, values in kept.items() if values}


class _Reader:
    """Reads the parameters of one address; each that means nothing is noted."""

    def __init__(self, query_string: str) -> None:
        self._values: dict[str, list[str]] = {}
        self._ignored: list[str] = []
        self._left = MOST_VALUES
        for name, value in parse_qsl(query_string, errors="replace", max_num_fields=None):
            if value.strip():
                self._values.setdefault(name, []).append(value.strip())

    def address(self) -> Address:
        chosen, excluded = self._choices(""), self._choices(EXCLUDED)
        year_from, year_to = self._number("year_from", _YEARS), self._number("year_to", _YEARS)
        if year_from is not None and year_to is not None and year_from > year_to:
            year_from, year_to = year_to, year_from
        return Address(
            query=self._query(),
            chosen=chosen,
            excluded=excluded,
            year_from=year_from,
            year_to=year_to,
            stated_only=self._one_of("stated_only", ("0", "1")) == "1",
            mode=Mode(self._one_of("mode", tuple(Mode)) or Mode.HYBRID),
            match=Match(self._one_of("match", tuple(Match)) or Match.MOST),
            sort=Sort(self._one_of("sort", tuple(Sort)) or Sort.RELEVANCE),
            page=self._number("page", range(1, LAST_PAGE + 1)) or 1,
            opened=self._one_of("more", VALUE_FACETS),
            language=self._one_of("lang", tuple(LANGUAGES)),
            ignored=tuple(self._ignored),
        )

    def _last(self, name: str) -> str | None:
        return self._values[name][-1] if name in self._values else None

    def _query(self) -> str:
        query = self._last("q") or ""
        if len(query) > LONGEST_QUERY:
            self._ignored.append("q")
        return query[:LONGEST_QUERY]

    def _choices(self, prefix: str) -> Choices:
        return {facet: self._kept(prefix + facet) for facet in VALUE_FACETS if prefix + facet in self._values}

    def _kept(self, name: str) -> tuple[str, ...]:
        values = tuple(dict.fromkeys(self._values[name]))
        kept = tuple(value for value in values if len(value) <= _LONGEST_VALUE)[: self._left]
        self._left -= len(kept)
        if len(kept) < len(values):
            self._ignored.append(name)
        return kept

    def _number(self, name: str, allowed: range) -> int | None:
        text = self._last(name)
        if text is None:
            return None
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        if number is None or number not in allowed:
            self._ignored.append(name)
            return None
        return number

    def _one_of(self, name: str, allowed: tuple[str, ...]) -> str | None:
        text = self._last(name)
        if text is not None and text not in allowed:
            self._ignored.append(name)
            return None
        return text
