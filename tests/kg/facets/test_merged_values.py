from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kg.facets.merged_values import MergedValues
from kg.facets.values import FacetValues, Names

Labelled = Mapping[str, tuple[str, Mapping[str, str]]]

# Few labels, so that values share their names.
labels = st.sampled_from(["Water", "water", "Waters", "agua", "!"])
labelled = st.dictionaries(
    st.text("abc", max_size=2), st.tuples(labels, st.dictionaries(st.sampled_from(["en", "es"]), labels)), max_size=8
)


def _values(held: Labelled) -> FacetValues:
    return FacetValues.of(sorted(held), (held[text] for text in sorted(held)))


@given(labelled, st.sets(st.text("abc", max_size=2)), labelled, st.sets(st.text("abc", max_size=2)))
def test_merged_values_are_those_of_the_union(
    held: Labelled, left: set[str], anew: Labelled, only_told: set[str]
) -> None:
    # What is told anew of a value holds for it, whether a written report has it or only another one.
    written = {text: told for text, told in anew.items() if text not in only_told}
    now = {text: anew.get(text, told) for text, told in held.items() if text not in left} | written
    before, told = _values(held), _values(anew)
    merged = MergedValues.of(
        before,
        Names.of(before),
        np.array([text not in left for text in sorted(held)], dtype=np.bool_),
        _values(written),
        dict(zip(told.texts, told.labels, strict=True)),
    )
    expected = _values(now)
    names = Names.of(expected)
    assert list(merged.values) == list(expected)
    assert list(merged.names.folded) == list(names.folded)
    assert merged.names.codes.tolist() == names.codes.tolist()
    codes = {text: code for code, text in enumerate(sorted(now))}
    assert merged.moved.tolist() == [codes.get(text, -1) for text in sorted(held)]
    assert merged.written.tolist() == [codes[text] for text in sorted(written)]
