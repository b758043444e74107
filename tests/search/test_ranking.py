from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.index import Background, Hits, no_hits
from embeddings.vectors import Vectors
from search.fusion import Fused
from search.ranking import Bar, both_legs, by_year, floor, page_of, raised, result_set, with_rest
from search.request import Request


def _hits(*pairs: tuple[int, float]) -> Hits:
    return Hits(np.array([o for o, _ in pairs], np.int64), np.array([s for _, s in pairs], np.float32))


def _ranked(*pairs: tuple[int, float]) -> Fused:
    return both_legs(no_hits(), _hits(*pairs), 1.0)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 10, 11, 30])
def test_in_a_small_collection_the_nearest_stand_out_too(size: int) -> None:
    similarities = np.linspace(0.1, 0.12, size)
    similarities[0] = 0.9
    least = floor(Background.of(similarities), size)
    assert [bool(similarity >= least) for similarity in similarities] == [True] + [False] * (size - 1)


def test_results_hold_the_words_or_stand_out() -> None:
    by_words = np.array([True, False, False, False])
    nearest = _hits((2, 0.8), (0, 0.7), (1, 0.5), (3, 0.4))
    found = result_set(by_words, nearest, Bar(0.2, 0.5).passed(nearest.scores, np.zeros(4)))
    assert found.members.tolist() == [True, True, True, False]
    assert found.by_words.tolist() == [True, False, False, False]


BARS = st.builds(Bar, st.just(0.2), st.floats(0.2, 0.9), st.sampled_from([-np.inf, 0.3, 0.5]))
NEARNESS = st.lists(st.floats(-1, 1, width=32), max_size=30).map(lambda some: np.array(sorted(some)[::-1], np.float32))


@given(bar=BARS, similarities=NEARNESS, share=st.floats(0, 1))
def test_words_and_meaning_speak_for_a_report_together(bar: Bar, similarities: Vectors, share: float) -> None:
    """The nearer, and the more of the words, the sooner; and never below the least similarity."""
    alone, helped = (bar.passed(similarities, np.full(len(similarities), part)) for part in (0.0, share))
    assert (alone <= helped).all()
    assert not (helped & (similarities < bar.least)).any()
    assert list(helped) == sorted(helped, reverse=True)
    assert alone.tolist() == (alone & (similarities >= bar.floor - 1e-6)).tolist()
    assert not Bar.none().passed(similarities, np.full(len(similarities), share)).any()


@given(bar=BARS, similarities=NEARNESS, most=st.integers(1, 10))
def test_a_raised_bar_lets_only_so_many_pass(bar: Bar, similarities: Vectors, most: int) -> None:
    nothing = np.zeros(len(similarities))
    before = bar.passed(similarities, nothing)
    after = raised(bar, similarities[before], most).passed(similarities, nothing)
    assert not (after & ~before).any()
    kept = similarities[after]
    assert len(kept) == min(most, np.count_nonzero(before)) or (kept[most - 1 :] == kept[-1]).all()


def test_the_rest_follows_by_iri_without_a_score() -> None:
    ranked = with_rest(_ranked((3, 0.9), (1, 0.2)), np.array([True, True, False, True, True]))
    assert ranked.ordinals.tolist() == [3, 1, 0, 4]
    assert ranked.scores.tolist() == [1, 0, 0, 0]


def test_undated_reports_come_last_in_either_order() -> None:
    ranked, years = _ranked((0, 0.1), (1, 0.4), (2, 0.3), (3, 0.2)), np.array([2001, 0, 2003, 2001])
    assert by_year(ranked, years, newest_first=True).ordinals.tolist() == [2, 3, 0, 1]
    assert by_year(ranked, years, newest_first=False).ordinals.tolist() == [3, 0, 2, 1]


@given(size=st.integers(0, 30), limit=st.integers(1, 12))
def test_pages_are_pieces_of_one_list(size: int, limit: int) -> None:
    ranked = _ranked(*((ordinal, -float(ordinal)) for ordinal in range(size)))
    pages = [page_of(ranked, Request(limit=limit, offset=offset)) for offset in range(0, size + 1, limit)]
    assert [ordinal for page in pages for ordinal in page.ordinals] == list(range(size))
