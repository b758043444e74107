"""The SPARQL that means what the filters of a search mean: a text to read, to learn from and to change.

It is put together from query files: the frame of ``filter_reports.rq``, in it a block for each choice
(``filter_chosen.rq``, ``filter_excluded.rq``, ``filter_years.rq``), in this the pattern of ``facet_*.rq``, which also
fills the columns that a search filters by.
"""

from __future__ import annotations

import ipaddress
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from rdflib import Literal, URIRef

from kg import sparql
from kg.errors import UnboundParameterError
from kg.facets.filters import MISSABLE, Filters
from kg.facets.table import FACETS
from kg.quads import typed
from kg.vocab import XSD

# An absolute IRI (RFC 3987, without private use): what engines refuse to parse is refused here, where it has a name.
_IRI: Final = re.compile(
    r"""
    [A-Za-z][A-Za-z0-9+.-]*:                                           # scheme
    (?:
        //(?:(?:C|:)*@)? (?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|C*) (?::[0-9]*)? # authority
        (?:/(?:C|[:@])*)*
      | (?!//)(?:C|[:@/])*                                             # or a path alone, as in a URN
    )
    (?:\?(?:C|[:@/?])*)? (?:\#(?:C|[:@/?])*)?
    """.replace(
        "C",
        r"(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9._~!$&'()*+,;=\-"
        r"\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd])",
    ),
    re.VERBOSE,
)
_YEAR: Final = re.compile("[0-9]{4}")
_FIRST_YEAR: Final = 1
_LAST_YEAR: Final = 9999
"""The years of four digits, which are compared as text; those of reports lie well inside."""

_FILTERS: Final = "# (filters)\n"
_PATTERN: Final = "# (pattern)\n"
_FILE: Final = re.compile(
    r"(?P<purpose>#[^\n]*\n)(?P<prefixes>(?:PREFIX [^\n]*\n)*)\n*(?P<select>SELECT .*)", re.DOTALL
)
# Terms hold no space (:func:`_term`), so that a space parts two terms.
_SEVERAL: Final = re.compile(r"^( *)(VALUES \?\w+ \{) (\S+ \S.*) \}$", re.MULTILINE)


def filter_query(filters: Filters, *, frame: str = "filter_reports") -> str:
    """The text of a SELECT for ``?report ?title ?year`` of what passes the filters, newest first, then by IRI.

    ``frame`` names another query file to lay around the filters, such as ``count_reports``.

    OR inside a facet, AND across facets, NOT for what is excluded, both ends of the years included; of each group of
    values in ``also`` a report has one as well, and none of what is ``missing``. Values are IRIs, or for the facet
    ``year`` four digits. Whether inferred facts count is up to the :class:`~kg.store.Scope` in which the query is
    asked, whatever the filters say of it. Equal filters give equal texts. Raises
    :class:`~kg.errors.UnboundParameterError` for a facet or field that does not exist and for a value that is no IRI or
    no year.
    """
    _require_facets((*filters.chosen, *filters.excluded, *filters.also))
    for name in filters.missing:
        if name not in MISSABLE:
            raise UnboundParameterError(name)
    demanded = {facet: [filters.chosen.get(facet, ()), *filters.also.get(facet, ())] for facet in FACETS}
    blocks = [
        *_choices("filter_chosen", demanded),
        *_range(filters.year_from, filters.year_to),
        *_choices("filter_excluded", {facet: [values] for facet, values in filters.excluded.items()}),
        *map(_lack, sorted(set(filters.missing))),
    ]
    return _framed(_part(frame), blocks)


def counting_query(dimension: Sequence[str], filters: Filters, among: Sequence[str] = ()) -> str:
    """The text of a SELECT for ``?value ?reports``: the values of some facets, and the reports of each that pass.

    The commonest come first, then by value. With ``among`` (IRIs) only these values are counted. Otherwise as
    :func:`filter_query`.
    """
    text = filter_query(filters, frame="count_values")
    _require_facets(dimension)
    parts = [_part(FACETS[facet].query) for facet in dimension]
    pattern = "UNION\n".join("{\n" + textwrap.indent(part.pattern, "  ") + "}\n" for part in parts)
    if among:
        counted = sparql.bind("VALUES ?value { UNDEF }\n", value=[URIRef(value) for value in sorted(among)])
        pattern += _SEVERAL.sub(_one_a_line, counted)
    prefixes = sorted({prefix for part in parts for prefix in part.prefixes if prefix not in text})
    found = _FILE.fullmatch(_filled(text, _PATTERN, pattern))
    assert found is not None
    known = found["prefixes"].splitlines(keepends=True)
    return "".join((found["purpose"], *sorted({*known, *prefixes}), "\n", found["select"]))


def _require_facets(names: Iterable[str]) -> None:
    for name in names:
        if name not in FACETS:
            raise UnboundParameterError(name)


def frame_of_reports(reports: Sequence[str]) -> str:
    """What :func:`values_query` lays around the pattern of a facet to ask for some reports, by their IRIs."""
    return sparql.bind(_part("values_of_reports").text, report=[URIRef(iri) for iri in reports])


def values_query(facet: str, frame: str) -> str:
    """The text of a SELECT for ``?report ?value``: the values of a facet that the reports of a frame have."""
    part = _part(FACETS[facet].query)
    return "".join((part.purpose, *part.prefixes, "\n", _filled(frame, _PATTERN, part.pattern)))


def _framed(frame: _Part, blocks: Sequence[_Part]) -> str:
    prefixes = sorted({*frame.prefixes, *(prefix for block in blocks for prefix in block.prefixes)})
    # Blocks stand apart from one another and from the frame.
    filters = "\n".join(["", *(block.text for block in blocks), ""]) if blocks else ""
    return "".join((frame.purpose, *prefixes, "\n", _filled(frame.text, _FILTERS, filters)))


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a query: whole lines of text, and the lines that declare the prefixes it uses."""

    purpose: str
    prefixes: tuple[str, ...]
    text: str

    @property
    def pattern(self) -> str:
        """What stands between the outermost braces."""
        inside = self.text[self.text.index("{") + 1 : self.text.rindex("}")]
        return textwrap.dedent(inside.strip(" ")).strip() + "\n"


@cache
def _part(name: str) -> _Part:
    """A query file taken apart."""
    found = _FILE.fullmatch(sparql.query(name))
    assert found is not None, name
    return _Part(found["purpose"], tuple(found["prefixes"].splitlines(keepends=True)), found["select"])


def _choices(frame: str, choices: Mapping[str, Sequence[Sequence[str]]]) -> Iterator[_Part]:
    """A block for each group of values that has any, in the order of the facets, equal groups once."""
    for facet in FACETS:
        groups = sorted({tuple(sorted(set(values))) for values in choices.get(facet, ()) if values})
        for number, values in enumerate(groups, start=1):
            part = _part(FACETS[facet].query)
            block = _filled(_part(frame).pattern, _PATTERN, part.pattern)
            # Each block has a variable of its own: a reader may take patterns out of their braces and join them.
            variable = facet if number == 1 else f"{facet}_{number}"
            named = re.sub(r"\?value\b", "?" + variable, part.purpose + block)
            bound = sparql.bind(named, **{variable: [_term(facet, value) for value in values]})
            yield _Part(part.purpose, part.prefixes, _SEVERAL.sub(_one_a_line, bound))


def _lack(name: str) -> _Part:
    """The block that lets only reports pass that have no value of a field."""
    part = _part(MISSABLE[name])
    block = _filled(_part("filter_missing").pattern, _PATTERN, part.pattern)
    named = re.sub(r"\?value\b", f"?any_{name}", part.purpose + block)
    return _Part(part.purpose, part.prefixes, named)


def _range(first: int | None, last: int | None) -> Iterator[_Part]:
    """A block for a range of years, if there is one."""
    ends = {name: [_year(year)] for name, year in (("first", first), ("last", last)) if year is not None}
    if ends:
        part = _part("filter_years")
        yield _Part(part.purpose, part.prefixes, sparql.bind(part.pattern, **ends))


def _filled(text: str, place: str, filling: str) -> str:
    """The text with lines in the place of a line, as far to the right."""
    before, _, after = text.partition(place)
    start = before.rindex("\n") + 1
    return before[:start] + textwrap.indent(filling, before[start:]) + after


def _one_a_line(found: re.Match[str]) -> str:
    margin, opening, terms = found.groups()
    inside = "".join(margin + "  " + term + "\n" for term in terms.split(" "))
    return margin + opening + "\n" + inside + margin + "}"


def _term(facet: str, value: str) -> URIRef | Literal:
    if facet == "year" and _YEAR.fullmatch(value):
        return typed(value, XSD.gYear)
    if facet != "year" and is_iri(value):
        return URIRef(value)
    raise UnboundParameterError(value)


def is_iri(value: str) -> bool:
    """Whether a text is an absolute IRI that every engine takes."""
    found = _IRI.fullmatch(value)
    if found is None or found["ipv6"] is None:
        return found is not None
    try:
        ipaddress.IPv6Address(found["ipv6"])
    except ValueError:
        return False
    return True


def _year(year: int) -> Literal:
    return Literal(f"{min(max(year, _FIRST_YEAR), _LAST_YEAR):04d}")
