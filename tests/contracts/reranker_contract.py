"""What every reranker promises. A test class inherits `RerankerContract` and gives the ``reranker`` fixture."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from embeddings.encoder import VECTOR_TOLERANCE
from embeddings.reranker import Reranker
from tests.contracts.encoder_contract import TEXTS

QUERY = "maize yields \ud800 in Kenya"


class RerankerContract:
    @pytest.fixture(scope="class")
    @classmethod
    def reranker(cls) -> Reranker:
        raise NotImplementedError

    def test_it_has_a_name(self, reranker: Reranker) -> None:
        assert reranker.name

    def test_a_score_for_every_text(self, reranker: Reranker) -> None:
        scores = reranker.scores(QUERY, TEXTS)
        assert scores.dtype == np.float32
        assert scores.shape == (len(TEXTS),)
        assert np.isfinite(scores).all()

    def test_no_texts_give_no_scores(self, reranker: Reranker) -> None:
        scores = reranker.scores(QUERY, [])
        assert scores.dtype == np.float32
        assert scores.shape == (0,)

    def test_the_same_texts_get_the_same_scores(self, reranker: Reranker) -> None:
        np.testing.assert_array_equal(reranker.scores(QUERY, TEXTS), reranker.scores(QUERY, TEXTS))

    def test_company_changes_next_to_nothing(self, reranker: Reranker) -> None:
        alone = np.array([reranker.scores(QUERY, [text])[0] for text in TEXTS])
        np.testing.assert_allclose(reranker.scores(QUERY, TEXTS), alone, atol=VECTOR_TOLERANCE["bfloat16"])

    def test_a_text_counts_up_to_the_end_of_the_window(self, reranker: Reranker) -> None:
        beyond = "Water for the fields of the village. " * 2000
        np.testing.assert_allclose(
            reranker.scores("water", [beyond]), reranker.scores("water", [beyond + "maize " * 500]), atol=1e-6
        )

    @pytest.mark.parametrize("query", ["", "word " * 3000])
    def test_any_query_is_answered(self, reranker: Reranker, query: str) -> None:
        assert np.isfinite(reranker.scores(query, TEXTS)).all()

    def test_calls_from_several_threads_are_safe(self, reranker: Reranker) -> None:
        expected = reranker.scores(QUERY, TEXTS)
        with ThreadPoolExecutor(4) as pool:
            for scores in pool.map(lambda _: reranker.scores(QUERY, TEXTS), range(8)):
                np.testing.assert_array_equal(scores, expected)
