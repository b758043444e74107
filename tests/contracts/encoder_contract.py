"""What every encoder promises. A test class inherits `EncoderContract` and gives the ``encoder`` fixture."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from embeddings.encoder import VECTOR_TOLERANCE, Encoder
from embeddings.vectors import Vectors

# Lengths from nothing to beyond any window, four languages, another script, a lone surrogate, only spaces.
TEXTS = (
    "Maize yields under drought in Kenya",
    "",
    "La gobernanza de los bosques comunitarios: lecciones de América Latina",
    "Le changement climatique et la sécurité alimentaire au Sahel " * 60,
    "   \n\t ",
    "Água e saneamento",
    "气候变化与粮食安全",
    "a half pair \ud800 from a broken record",
    "Maize",
    "Household survey of smallholder farmers in Ethiopia, 2014. " * 8,
    "?!",
    "Maize yields under drought in Kenya",
)


def assert_unit_vectors(vectors: Vectors) -> None:
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors.astype(np.float64), axis=-1), 1, atol=1e-5)


class EncoderContract:
    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls) -> Encoder:
        raise NotImplementedError

    def test_the_identity_names_the_model_and_its_vectors(self, encoder: Encoder) -> None:
        identity = encoder.identity
        assert identity.name
        assert re.fullmatch(r"[0-9a-f]{64}", identity.digest)
        assert re.fullmatch(r"[0-9a-f]{16}", identity.key)
        assert encoder.encode_query("maize").shape == (identity.dimension,)
        assert encoder.identity == identity

    def test_documents_are_float32_rows_of_norm_1(self, encoder: Encoder) -> None:
        vectors = encoder.encode_documents(TEXTS)
        assert vectors.shape == (len(TEXTS), encoder.identity.dimension)
        assert vectors.dtype == np.float32
        assert vectors.flags.c_contiguous
        assert_unit_vectors(vectors)

    def test_a_query_is_one_float32_vector_of_norm_1(self, encoder: Encoder) -> None:
        vector = encoder.encode_query("Qué se sabe de la roya del café?")
        assert vector.dtype == np.float32
        assert vector.flags.c_contiguous
        assert_unit_vectors(vector)

    def test_queries_together_are_what_each_is_alone(self, encoder: Encoder) -> None:
        together = encoder.encode_queries(TEXTS[:4])
        alone = np.stack([encoder.encode_query(text) for text in TEXTS[:4]])
        assert together.dtype == np.float32
        assert together.shape == alone.shape
        np.testing.assert_allclose(together, alone, atol=VECTOR_TOLERANCE[encoder.identity.precision], rtol=0)
        assert encoder.encode_queries([]).shape == (0, encoder.identity.dimension)

    def test_no_texts_give_no_rows_of_the_right_width(self, encoder: Encoder) -> None:
        told: list[int] = []
        vectors = encoder.encode_documents([], progress=told.append)
        assert vectors.shape == (0, encoder.identity.dimension)
        assert vectors.dtype == np.float32
        assert told == []

    def test_an_empty_text_is_a_direction_too(self, encoder: Encoder) -> None:
        assert_unit_vectors(encoder.encode_documents([""]))
        assert_unit_vectors(encoder.encode_query(""))

    def test_row_i_is_text_i_whatever_it_is_encoded_with(self, encoder: Encoder) -> None:
        tolerance = VECTOR_TOLERANCE[encoder.identity.precision]
        together = encoder.encode_documents(TEXTS)
        for row, text in enumerate(TEXTS):
            np.testing.assert_allclose(together[row], encoder.encode_documents([text])[0], atol=tolerance, rtol=0)
        shuffled = np.random.default_rng(7).permutation(len(TEXTS))
        again = encoder.encode_documents([TEXTS[row] for row in shuffled])
        np.testing.assert_allclose(again, together[shuffled], atol=tolerance, rtol=0)

    def test_different_texts_have_different_vectors(self, encoder: Encoder) -> None:
        first, second = encoder.encode_documents(["Maize yields in Kenya", "La sécurité alimentaire au Sahel"])
        assert float(first @ second) < 0.9

    def test_a_text_is_nearest_to_the_text_about_the_same(self, encoder: Encoder) -> None:
        documents = encoder.encode_documents(
            [
                "Community forestry and forest governance in Nepal",
                "Maize breeding for drought tolerance",
                "Urban water supply and sanitation",
            ]
        )
        scores = documents @ encoder.encode_query("drought tolerant maize")
        assert int(np.argmax(scores)) == 1

    def test_progress_grows_to_the_number_of_texts(self, encoder: Encoder) -> None:
        told: list[int] = []
        encoder.encode_documents(TEXTS, progress=told.append)
        assert told
        assert told == sorted(set(told))
        assert told[-1] == len(TEXTS)

    def test_the_texts_given_are_left_as_they_were(self, encoder: Encoder) -> None:
        texts = list(TEXTS)
        encoder.encode_documents(texts)
        assert texts == list(TEXTS)

    def test_several_threads_may_ask_at_once(self, encoder: Encoder) -> None:
        queries = [text for text in TEXTS if len(text) < 100] * 3
        alone = [encoder.encode_query(query) for query in queries]
        with ThreadPoolExecutor(max_workers=4) as pool:
            at_once = list(pool.map(encoder.encode_query, queries))
        np.testing.assert_allclose(at_once, alone, atol=VECTOR_TOLERANCE[encoder.identity.precision], rtol=0)
