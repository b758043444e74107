"""How adapters over torch cut texts into batches: needs no model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from embeddings.devices import BATCHES
from embeddings.inference import batches_of

CPU = BATCHES["cpu"]


def sizes(lengths: list[int]) -> list[int]:
    return [len(batch) for batch in batches_of(["x" * length for length in lengths], CPU)]


def test_short_texts_share_large_batches_and_long_ones_small_batches() -> None:
    assert sizes([]) == []
    assert sizes([0] * 130) == [64, 64, 2]
    assert sizes([512] * 40) == [16, 16, 8]
    assert sizes([100_000] * 10) == [8, 2]
    assert sizes([100] * 64 + [2048] * 8) == [8, 64]


def test_an_accelerator_gets_larger_batches() -> None:
    texts = ["x" * length for length in [2048] * 40 + [100] * 600]
    assert [len(batch) for batch in batches_of(texts, BATCHES["cuda"])] == [128, 512]
    assert len(list(batches_of(texts, CPU))) > 10


@given(lengths=st.lists(st.integers(0, 3000), max_size=200))
def test_every_text_is_in_one_batch_and_the_longest_come_first(lengths: list[int]) -> None:
    batches = list(batches_of(["x" * length for length in lengths], CPU))
    rows = [row for batch in batches for row in batch]
    assert sorted(rows) == list(range(len(lengths)))
    assert [lengths[row] for row in rows] == sorted(lengths, reverse=True)
    assert all(0 < len(batch) <= 64 for batch in batches)
    assert all(len(batch) <= 8 or sum(lengths[row] for row in batch) <= 8192 for batch in batches)
