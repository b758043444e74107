from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.reranker import Reranker
from search.engine import Engine
from search.fusion import LEXICAL, SEMANTIC, Fused
from search.request import Mode, Request, Results, Sort
from search.reranking import RERANKED, RERANKER, RERANKER_WEIGHT, Reranking, blended
from tests.contracts.reranker_contract import RerankerContract
from tests.word_reranker import WordReranker
from ui.wiring import Services

DEPTH = 8
QUERY = "water for women"


class TestWordReranker(RerankerContract):
    @pytest.fixture(scope="class")
    @classmethod
    def reranker(cls) -> Reranker:
        return WordReranker()


def ranking(*scores: float) -> Fused:
    """Some reports, numbered from 100 on, with two fifths of the score from words."""
    values = np.sort(np.array(scores, dtype=np.float64))[::-1]
    parts = {LEXICAL: 0.4 * values, SEMANTIC: 0.6 * values}
    return Fused(np.arange(100, 100 + len(values)), values, parts)


def test_both_scores_decide_about_the_head_and_the_rest_stays() -> None:
    blend = blended(ranking(0.9, 0.7, 0.5, 0.3), np.array([-4.0, 8.0, 2.0], dtype=np.float32))
    # Scaled to .5 to .9, the reranker says .5, .9 and .7.
    assert blend.ordinals.tolist() == [101, 100, 102, 103]
    np.testing.assert_allclose(blend.scores, [0.8, 0.7, 0.6, 0.3])
    np.testing.assert_allclose(blend.parts[RERANKER], [0.45, 0.25, 0.35, 0])
    np.testing.assert_allclose(blend.parts[LEXICAL], [0.14, 0.18, 0.1, 0.12])


def test_a_reranker_without_a_preference_changes_no_order() -> None:
    before = ranking(0.9, 0.7, 0.7, 0.3)
    assert blended(before, np.ones(4, dtype=np.float32)).ordinals.tolist() == before.ordinals.tolist()


@given(
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=20),
    read=st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=20),
)
def test_a_blend_is_a_ranking_of_the_same_reports(scores: list[float], read: list[float]) -> None:
    before = ranking(*scores)
    size = min(len(scores), len(read))
    blend = blended(before, np.array(read[:size], dtype=np.float32))
    assert sorted(blend.ordinals[:size]) == before.ordinals[:size].tolist()
    assert blend.ordinals[size:].tolist() == before.ordinals[size:].tolist()
    assert (np.diff(blend.scores) <= 1e-12).all()
    assert (blend.scores >= 0).all()
    assert (blend.scores <= 1 + 1e-12).all()
    np.testing.assert_allclose(sum(blend.parts.values()), blend.scores, atol=1e-12)


def test_an_empty_ranking_is_not_read() -> None:
    reranker = WordReranker()
    assert len(Reranking(reranker).rerank(ranking(), QUERY, []).ordinals) == 0
    assert not reranker.asked


@pytest.fixture
def reranker() -> WordReranker:
    return WordReranker()


@pytest.fixture
def second(sample_services: Services, engine: Engine, reranker: WordReranker) -> Engine:
    """An engine that looks twice at the first eight."""
    return Engine(engine.snapshot, sample_services.build_encoder(), Reranking(reranker, DEPTH))


def ids(results: Results) -> list[str]:
    return [hit.card.id for hit in results.hits]


def test_the_head_is_read_in_the_first_order_with_title_and_abstract(
    engine: Engine, second: Engine, reranker: WordReranker
) -> None:
    first = engine.search(Request(QUERY, limit=DEPTH))
    second.search(Request(QUERY, limit=1))
    [(_, texts)] = reranker.asked
    assert [text.partition("\n")[0] for text in texts] == [hit.card.title for hit in first.hits]
    assert all(
        hit.card.abstract is None or hit.card.abstract in text for hit, text in zip(first.hits, texts, strict=True)
    )


def test_the_result_set_stays_and_only_the_head_moves(engine: Engine, second: Engine) -> None:
    request = Request(QUERY, limit=1000)
    before, after = engine.search(request), second.search(request)
    assert (after.total, after.by_meaning, after.facets) == (before.total, before.by_meaning, before.facets)
    assert ids(after)[:DEPTH] != ids(before)[:DEPTH]
    assert sorted(ids(after)[:DEPTH]) == sorted(ids(before)[:DEPTH])
    assert ids(after)[DEPTH:] == ids(before)[DEPTH:]


def test_every_hit_of_the_head_says_what_the_second_look_did(second: Engine) -> None:
    hits = second.search(Request(QUERY, limit=DEPTH + 2)).hits
    for hit in hits:
        assert sum(hit.why.parts.values()) == pytest.approx(hit.score)
    assert all(hit.why.parts[RERANKER] > 0 for hit in hits[:DEPTH])
    assert all(hit.why.parts[RERANKER] == 0 for hit in hits[DEPTH:])
    assert max(hit.why.parts[RERANKER] for hit in hits) <= RERANKER_WEIGHT


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_are_pieces_of_one_list_that_is_read_once(second: Engine, reranker: WordReranker, limit: int) -> None:
    whole = second.search(Request(QUERY, limit=1000))
    pages = [second.search(Request(QUERY, limit=limit, offset=offset)) for offset in range(0, whole.total, limit)]
    assert [name for page in pages for name in ids(page)] == ids(whole)
    assert len(reranker.asked) == 1


@pytest.mark.parametrize(
    "request_",
    [
        Request(QUERY, mode=Mode.LEXICAL),
        Request(QUERY, mode=Mode.SEMANTIC),
        Request(QUERY, sort=Sort.NEWEST),
        Request(QUERY, offset=DEPTH),
        Request(QUERY, limit=0),
        Request(),
    ],
)
def test_only_the_first_hybrid_results_by_relevance_are_read(
    engine: Engine, second: Engine, reranker: WordReranker, request_: Request
) -> None:
    assert second.search(request_) == engine.search(request_)
    assert not reranker.asked


def test_fewer_results_than_are_read_are_all_read(
    engine: Engine, reranker: WordReranker, sample_services: Services
) -> None:
    deep = Engine(engine.snapshot, sample_services.build_encoder(), Reranking(reranker, 1000))
    request = Request("water", limit=1000)
    assert sorted(ids(deep.search(request))) == sorted(ids(engine.search(request)))
    assert deep.search(request) == deep.search(replace(request))
    [(_, texts)] = reranker.asked
    assert 0 < len(texts) <= engine.search(request).total


def test_the_depth_is_a_page_at_least() -> None:
    assert Reranking(WordReranker()).depth == RERANKED >= 10
