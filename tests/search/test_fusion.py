from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.index import Hits, no_hits
from search.fusion import LEXICAL, SEMANTIC, SEMANTIC_WEIGHT, Fused, Leg, fuse, normalised, semantic_weight


def _hits(*pairs: tuple[int, float]) -> Hits:
    return Hits(np.array([o for o, _ in pairs], np.int64), np.array([s for _, s in pairs], np.float32))


legs = st.dictionaries(st.integers(0, 30), st.floats(-50, 50, width=32), max_size=12).map(
    lambda scores: _hits(*sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])))
)


def _both(lexical: Hits, semantic: Hits, alpha: float) -> Fused:
    return fuse({LEXICAL: Leg(lexical, 1 - alpha), SEMANTIC: Leg(semantic, alpha)})


def test_each_list_is_scaled_over_itself_and_weighted() -> None:
    fused = _both(_hits((1, 20.0), (2, 10.0)), _hits((2, 0.9), (3, 0.5), (4, 0.1)), 0.75)
    assert fused.ordinals.tolist() == [2, 3, 1, 4]
    assert fused.scores.tolist() == pytest.approx([0.75, 0.375, 0.25, 0.0])
    assert fused.parts["lexical"].tolist() == pytest.approx([0, 0, 0.25, 0])
    assert fused.parts["semantic"].tolist() == pytest.approx([0.75, 0.375, 0, 0])


@given(legs, legs, st.floats(0, 1))
def test_the_union_in_order_with_parts_that_add_up(lexical: Hits, semantic: Hits, alpha: float) -> None:
    fused = _both(lexical, semantic, alpha)
    assert sorted(fused.ordinals) == sorted({*lexical.ordinals, *semantic.ordinals})
    assert np.allclose(sum(fused.parts.values()), fused.scores)
    assert ((fused.scores >= 0) & (fused.scores <= 1 + 1e-9)).all()
    order = list(zip(-fused.scores, fused.ordinals, strict=True))
    assert order == sorted(order)


@given(legs, legs, st.floats(0.1, 10), st.floats(-20, 20))
def test_the_range_of_a_list_does_not_matter(lexical: Hits, semantic: Hits, factor: float, shift: float) -> None:
    shifted = Hits(semantic.ordinals, (semantic.scores.astype(np.float64) * factor + shift).astype(np.float32))
    if len(np.unique(shifted.scores)) != len(np.unique(semantic.scores)):
        return  # rounding made scores equal that were not
    assert np.allclose(
        sorted(_both(lexical, semantic, 0.7).scores), sorted(_both(lexical, shifted, 0.7).scores), atol=1e-2
    )


def test_one_list_alone_ranks_as_it_stands() -> None:
    assert _both(no_hits(), _hits((5, 0.3), (1, 0.2)), 1.0).ordinals.tolist() == [5, 1]
    assert _both(_hits((5, 3.0), (1, 2.0)), no_hits(), 0.0).ordinals.tolist() == [5, 1]
    assert len(_both(no_hits(), no_hits(), 0.5).ordinals) == 0
    assert len(fuse({}).ordinals) == 0


def test_equal_scores_are_all_one() -> None:
    assert normalised(np.array([2, 2], np.float32)).tolist() == [1, 1]


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_less_the_index_knows_the_less_full_text_counts(less: float, more: float) -> None:
    less, more = sorted((less, more))
    assert SEMANTIC_WEIGHT <= semantic_weight(more) <= semantic_weight(less) <= 1
    assert semantic_weight(0.0) == 1
    assert semantic_weight(1.0) == pytest.approx(SEMANTIC_WEIGHT)
