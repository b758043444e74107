from __future__ import annotations

import random
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.encoders.hashing import HashingEncoder
from embeddings.indexes.exact import ExactIndex
from kg.facets.filters import Filters
from search import decoys
from search.decoys import Decoys
from search.engine import FOLLOWING, Engine
from search.request import Match, Mode, Request
from search.snapshots.snapshot import Snapshot


def _nonsense(seed: int) -> str:
    generator = random.Random(seed)
    return " ".join(
        "".join(generator.choices(string.ascii_lowercase, k=generator.randint(5, 9)))
        for _ in range(generator.randint(2, 5))
    )


def test_decoys_are_many_different_texts() -> None:
    assert len(set(decoys.texts())) == len(decoys.texts()) > 100


def test_most_decoys_find_nothing_themselves(sample: Snapshot) -> None:
    encoder = HashingEncoder()
    made = Decoys.of(encoder, sample.index)
    found = 0
    for place, vector in enumerate(made.vectors):
        others = Decoys(np.delete(made.vectors, place, axis=0), made.margin)
        found += sample.index.search(vector, 1).scores[0] > others.least(vector)
    assert found <= 0.02 * len(made.vectors) + 1


def test_decoys_are_the_same_each_time_and_of_an_empty_collection_too(sample: Snapshot) -> None:
    one, other = (Decoys.of(HashingEncoder(), sample.index) for _ in range(2))
    assert one.margin == other.margin
    np.testing.assert_array_equal(one.vectors, other.vectors)
    assert Decoys.of(HashingEncoder(), ExactIndex(np.empty((0, 256), dtype=np.float32))).margin == 0


def test_nonsense_finds_nothing(engine: Engine) -> None:
    found = [engine.search(Request(_nonsense(seed), limit=0)).total for seed in range(50)]
    # What one text in fifty is let through with is the stated error.
    assert sum(total > 0 for total in found) <= 3


WORDS = ("women", "credit", "groups", "maize", "water", "rural", "irrigation", "forest", "mali", "kenya", "market")


@settings(deadline=None, max_examples=40)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6, unique=True))
@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.LEXICAL])
def test_degrees_contain_one_another_and_all_narrows(engine: Engine, mode: Mode, words: list[str]) -> None:
    def members(asked: list[str], match: Match) -> np.ndarray:
        return engine.members(" ".join(asked), Filters(), mode, match)

    every, most, some = (members(words, match) for match in (Match.ALL, Match.MOST, Match.ANY))
    assert (every <= most).all()
    assert (most <= some).all()
    if len(words) > 1:
        assert (every <= members(words[:-1], Match.ALL)).all()
    np.testing.assert_array_equal(most, members(words, Match.MOST))


def test_few_follow_for_their_meaning(wide_engine: Engine) -> None:
    """And a filter lets in none that the search without it does not."""
    query = "goat herding in Nepal"
    found = wide_engine.search(Request(query))
    assert found.total - found.by_meaning > 0
    whole = wide_engine.members(query, Filters(), Mode.HYBRID)
    narrow = wide_engine.members(query, Filters(year_from=2001, year_to=2001), Mode.HYBRID)
    assert (narrow <= whole).all()
    assert found.by_meaning <= FOLLOWING or _tied(wide_engine, query)


def _tied(engine: Engine, query: str) -> bool:
    hits = engine.search(Request(query, limit=1000)).hits
    following = sorted((hit.why.similarity or 0.0 for hit in hits if len(hit.why.words) < 3), reverse=True)
    return following[FOLLOWING - 1] == pytest.approx(following[-1])
