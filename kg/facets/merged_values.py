"""The values of a facet after a change, and what they are called: only what the change touches is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kg.facets.merging import Merge
from kg.facets.values import FacetValues, Names
from kg.string_table import StringTable, places_among


@dataclass(frozen=True, slots=True, eq=False)
class MergedValues:
    """Values and names after a change, and what became of codes (int32).

    ``moved`` holds the code now of each old value, -1 for one that no report has any more; ``written`` that of each
    value of the reports that were written.
    """

    values: FacetValues
    names: Names
    moved: NDArray[np.int32]
    written: NDArray[np.int32]

    @classmethod
    def of(
        cls,
        before: FacetValues,
        names: Names,
        used: NDArray[np.bool_],
        written: FacetValues,
        described: Mapping[str, str],
    ) -> Self:
        """``used`` tells which old values the reports have that stay; ``described`` maps values to new labels, as JSON.

        ``names`` are those of the old values.
        """
        labels = {**described, **dict(zip(written.texts, written.labels, strict=True))}
        texts = sorted(labels)
        places, found = places_among(before.texts, texts)
        having = set(written.texts)
        is_written = np.array([text in having for text in texts], dtype=np.bool_)
        stays = used.copy()
        stays[places[found & is_written]] = True
        fresh = is_written & ~found
        for number in np.flatnonzero(found).tolist():
            place = places[number]
            fresh[number] = stays[place] and before.labels[place] != labels[texts[number]]
        # A value that is called differently leaves, and comes back as a fresh one.
        stays[places[found & fresh]] = False
        merge = Merge.of(stays, places[fresh])
        moved = merge.old.astype(np.int32)
        moved[places[found & fresh]] = merge.fresh[found[fresh]]
        codes = np.empty(len(texts), dtype=np.int32)
        codes[found] = moved[places[found]]
        codes[fresh] = merge.fresh
        chosen = [texts[number] for number in np.flatnonzero(fresh).tolist()]
        added = FacetValues(StringTable.of(chosen), StringTable.of(labels[text] for text in chosen))
        values = FacetValues(
            before.texts.merged(added.texts, merge.order), before.labels.merged(added.labels, merge.order)
        )
        return cls(values, _merged_names(names, stays, moved, Names.of(added), merge.fresh), moved, codes[is_written])


def _merged_names(
    before: Names, stays: NDArray[np.bool_], moved: NDArray[np.int32], added: Names, codes: NDArray[np.int64]
) -> Names:
    """The names of the values that stay as they were, and those of the fresh ones, whose codes are ``codes``."""
    before_codes, added_codes = moved[before.codes], codes[added.codes].astype(np.int32)
    folded = list(added.folded)
    places, found = places_among(before.folded, folded)
    for number in np.flatnonzero(found).tolist():
        # Equal names follow each other in the order of their codes.
        place = int(places[number])
        while (
            place < len(before.folded)
            and before_codes[place] < added_codes[number]
            and before.folded[place] == folded[number]
        ):
            place += 1
        places[number] = place
    merge = Merge.of(stays[before.codes], places)
    return Names(
        before.folded.merged(added.folded, merge.order), np.concatenate((before_codes, added_codes))[merge.order]
    )
