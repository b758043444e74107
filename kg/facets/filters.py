"""Which reports are wanted, facet by facet, and how options and parameters name that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from kg.facets.table import FACETS, VALUE_FACETS

MISSABLE: Final = {**{name: facet.query for name, facet in FACETS.items()}, "abstract": "field_abstract"}
"""What a report may lack, with the query file in ``kg/queries`` that finds ``?report ?value`` of those that do not."""

EXCLUDED: Final = "not_"
"""What stands before a facet's name where a value is excluded: ``not_topic`` in addresses and the API, ``--not-topic``
on the command line.
"""


@dataclass(frozen=True, slots=True)
class Filters:
    """OR inside a facet, AND across facets. Values are IRIs, or years as text.

    Where people write filters, values are what they typed until `search.filter_values` knows what that means.

    ``also`` are further choices inside facets: a report has one value of each of these groups as well. A group without
    values asks for nothing. ``missing`` names fields (:data:`MISSABLE`) of which a report has no value at all.
    ``inferred`` tells whether facts that we inferred let a report pass.
    """

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None
    inferred: bool = True
    also: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @classmethod
    def named(cls, given: Mapping[str, Any]) -> Self:
        """The filters among named options: facets, ``not_`` and a facet, ``year_from``, ``year_to``, ``stated_only``.

        Other names are passed over, and so are filters that are missing or empty.
        """
        chosen, excluded = (
            {facet: tuple(given[before + facet]) for facet in VALUE_FACETS if given.get(before + facet)}
            for before in ("", EXCLUDED)
        )
        inferred = not given.get("stated_only", False)
        return cls(chosen, excluded, given.get("year_from"), given.get("year_to"), inferred=inferred)
