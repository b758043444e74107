from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoder import Encoder
from embeddings.encoders.hashing import HashingEncoder
from tests.contracts.encoder_contract import EncoderContract, assert_unit_vectors


class TestHashing(EncoderContract):
    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls) -> Encoder:
        return HashingEncoder()


def similarity(first: str, second: str) -> float:
    encoder = HashingEncoder()
    return float(encoder.encode_query(first) @ encoder.encode_query(second))


def test_vectors_are_the_same_on_every_machine() -> None:
    vector = HashingEncoder(dimension=8).encode_query("Maize yields, maize prices")
    expected = [0.314342, 0.270276, 0, 0.16948, -0.36555, -0.798164, -0.16948, 0]
    np.testing.assert_allclose(vector, expected, atol=1e-6)


def test_spelling_decides() -> None:
    assert similarity("forest", "forests") > similarity("forest", "wood") + 0.2
    assert similarity("FORÊT", "forêt") == pytest.approx(1, abs=1e-6)
    assert similarity("foret", "forêt") == pytest.approx(1, abs=1e-6)
    assert similarity("maize in Kenya", "Kenya in maize") == pytest.approx(1, abs=1e-6)


def test_the_dimension_can_be_chosen_and_is_part_of_the_identity() -> None:
    assert HashingEncoder(64).encode_query("maize").shape == (64,)
    assert HashingEncoder(64).identity.key != HashingEncoder(65).identity.key


def test_more_texts_than_a_batch_keep_their_order() -> None:
    encoder = HashingEncoder(32)
    texts = [f"report number {number}" for number in range(600)]
    told: list[int] = []
    vectors = encoder.encode_documents(texts, progress=told.append)
    np.testing.assert_array_equal(vectors[431], encoder.encode_query(texts[431]))
    assert told[-1] == 600
    assert len(told) > 1


@given(text=st.text(alphabet=st.characters(), max_size=200), dimension=st.sampled_from([1, 2, 3, 256]))
def test_any_text_is_a_direction(text: str, dimension: int) -> None:
    # One or two buckets make features cancel out, which must not end in a vector of zeros.
    assert_unit_vectors(HashingEncoder(dimension).encode_query(text))
