from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.encoder import ModelIdentity
from embeddings.encoders.hashing import HashingEncoder
from embeddings.encoding import EncodingReport, Texts, encode_missing, gather, gathered
from embeddings.errors import MissingVectorsError, ModelMismatchError
from embeddings.segments import Keys, SegmentStore, SegmentWriter, key_array, text_key
from embeddings.vectors import Vectors

TEXTS = [f"report {number} " + "on maize " * (number % 17) for number in range(1500)]


class CountingEncoder:
    """The hashing encoder, which notes what it was given and can fail after ``patience`` texts."""

    def __init__(self, patience: float = float("inf")) -> None:
        self._encoder = HashingEncoder(16)
        self.patience = patience
        self.given: list[str] = []

    @property
    def identity(self) -> ModelIdentity:
        return self._encoder.identity

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        if len(self.given) + len(texts) > self.patience:
            raise KeyboardInterrupt
        self.given.extend(texts)
        return self._encoder.encode_documents(texts, progress=progress)

    def encode_query(self, text: str) -> Vectors:
        return self._encoder.encode_query(text)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode_queries(texts)


def keys_of(texts: Sequence[str]) -> Keys:
    return key_array(map(text_key, texts))


def keyed(texts: Sequence[str]) -> Texts:
    return Texts.of(texts, lambda places: (texts[place] for place in places))


def run(directory: Path, texts: Sequence[str], encoder: CountingEncoder) -> EncodingReport:
    store = SegmentStore.open(directory, encoder.identity)
    with SegmentWriter(directory, encoder.identity) as writer:
        return encode_missing(keyed(texts), store, writer, encoder)


def test_every_text_gets_its_own_vector(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    report = run(tmp_path, TEXTS, encoder)
    assert (report.encoded, report.reused) == (1500, 0)
    vectors = gather(keys_of(TEXTS), SegmentStore.open(tmp_path, encoder.identity))
    np.testing.assert_array_equal(vectors, encoder.encode_documents(TEXTS))


def test_only_what_is_new_is_encoded_and_only_once(tmp_path: Path) -> None:
    run(tmp_path, TEXTS[:100], CountingEncoder())
    encoder = CountingEncoder()
    report = run(tmp_path, [*TEXTS[50:120], *TEXTS[110:120]], encoder)
    assert (report.encoded, report.reused) == (20, 50)
    assert sorted(encoder.given) == sorted(TEXTS[100:120])
    again = CountingEncoder()
    assert (run(tmp_path, TEXTS[:120], again).encoded, again.given) == (0, [])


def test_the_longest_texts_are_encoded_first(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    run(tmp_path, TEXTS, encoder)
    lengths = [len(text) for text in encoder.given]
    assert lengths == sorted(lengths, reverse=True)


def test_what_is_held_of_texts_are_their_keys_and_lengths_and_which_of_them_differ() -> None:
    several = ["maize", "soil", "", "maize", "caf\u00e9", "soil", "maize"]
    texts = keyed(several)
    assert texts.keys.tolist() == [text_key(text) for text in several]
    assert texts.lengths.tolist() == [5, 4, 0, 5, 4, 4, 5]
    assert texts.distinct.tolist() == [0, 1, 2, 4]
    assert keyed([]).distinct.tolist() == []


def test_texts_are_asked_for_when_they_are_encoded_and_only_if_they_are(tmp_path: Path) -> None:
    run(tmp_path, TEXTS[:100], CountingEncoder())
    encoder = CountingEncoder()
    asked: list[NDArray[np.int64]] = []

    def read(places: NDArray[np.int64]) -> list[str]:
        asked.append(places)
        # Nothing is read ahead of the encoder.
        assert len(encoder.given) == sum(map(len, asked[:-1]))
        return [TEXTS[place] for place in places]

    store = SegmentStore.open(tmp_path, encoder.identity)
    with SegmentWriter(tmp_path, encoder.identity) as writer:
        encode_missing(Texts.of(TEXTS, read), store, writer, encoder)
    assert sorted(np.concatenate(asked).tolist()) == list(range(100, 1500))
    assert max(map(len, asked)) <= 512


def test_an_interrupted_run_keeps_what_it_finished(tmp_path: Path) -> None:
    interrupted = CountingEncoder(patience=1100)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, TEXTS, interrupted)
    assert len(interrupted.given) > 500
    encoder = CountingEncoder()
    report = run(tmp_path, TEXTS, encoder)
    assert report.reused == len(interrupted.given)
    assert sorted(encoder.given + interrupted.given) == sorted(TEXTS)


def test_progress_counts_over_all_chunks(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    told: list[tuple[int, int]] = []
    store = SegmentStore.open(tmp_path, encoder.identity)
    with SegmentWriter(tmp_path, encoder.identity) as writer:
        encode_missing(keyed(TEXTS), store, writer, encoder, progress=lambda *call: told.append(call))
    assert told[0] == (0, 1500)
    assert told[-1] == (1500, 1500)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_seconds_are_those_of_the_clock(tmp_path: Path) -> None:
    encoder, times = CountingEncoder(), iter([100.0, 107.5])
    store = SegmentStore.open(tmp_path, encoder.identity)
    with SegmentWriter(tmp_path, encoder.identity) as writer:
        report = encode_missing(keyed(TEXTS[:3]), store, writer, encoder, clock=lambda: next(times))
    assert report == EncodingReport(encoded=3, reused=0, seconds=7.5)


def test_store_writer_and_encoder_must_be_of_one_model(tmp_path: Path) -> None:
    encoder, other = CountingEncoder(), HashingEncoder(17).identity
    for store_of, writer_of in ((other, encoder.identity), (encoder.identity, other)):
        store = SegmentStore.open(tmp_path, store_of)
        with SegmentWriter(tmp_path, writer_of) as writer, pytest.raises(ModelMismatchError) as caught:
            encode_missing(keyed(["maize"]), store, writer, encoder)
        assert caught.value.actual == other.label
    assert encoder.given == []


def test_gathering_says_how_many_texts_have_no_vector(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    run(tmp_path, TEXTS[:5], encoder)
    store = SegmentStore.open(tmp_path, encoder.identity)
    assert gather(keys_of([]), store).shape == (0, 16)
    with pytest.raises(MissingVectorsError) as caught:
        gather(keys_of(TEXTS[3:7]), store)
    assert (caught.value.missing, caught.value.total) == (2, 4)


def test_gathered_blocks_are_the_vectors_in_the_order_of_the_keys(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    run(tmp_path, TEXTS, encoder)
    store = SegmentStore.open(tmp_path, encoder.identity)
    # More than a block holds, repeated and out of order.
    keys = keys_of(TEXTS[::-1] * 12)
    rows = gathered(keys, store)
    blocks = list(rows)
    assert len(blocks) == 2
    assert rows.shape == (len(keys), 16)
    np.testing.assert_array_equal(np.concatenate(blocks), gather(keys, store))
    assert list(gathered(keys_of([]), store)) == []
