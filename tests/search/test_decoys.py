from __future__ import annotations

import random
import string
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.encoders.hashing import HashingEncoder
from embeddings.indexes.exact import ExactIndex
from embeddings.vectors import Vectors, unit_rows
from kg.descriptions import cards
from kg.facets.filters import Filters
from search import decoys
from search.decoys import Decoys
from search.engine import FOLLOWING, Engine
from search.fulltext.analysis import words
from search.request import Match, Mode, Request
from search.snapshots.snapshot import Snapshot


class Sense(HashingEncoder):
    """An encoder to which all words that it does not know are nearly the same, as to models of meaning."""

    def __init__(self, known: str) -> None:
        super().__init__()
        self._known = set(words(known))

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        return unit_rows(np.stack([sum(map(self._vector, words(text) or [""])) for text in texts]))

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = self.encode_documents([text])[0]
        return vector

    def _vector(self, word: str) -> NDArray[np.float64]:
        own = np.random.default_rng(zlib.crc32(word.encode())).standard_normal(self.identity.dimension)
        return own if word in self._known else 4 + own


@pytest.fixture(scope="module")
def sensible(sample: Snapshot) -> Engine:
    """The sample, as an encoder finds it that knows its words."""
    cards_of = cards(sample.graph, sample.columns.reports)
    texts = [f"{cards_of[iri].title} {cards_of[iri].abstract or ''}" for iri in sample.columns.reports]
    encoder = Sense(" ".join(texts))
    return Engine(replace(sample, index=ExactIndex(encoder.encode_documents(texts))), encoder)


def _nonsense(seed: int) -> str:
    generator = random.Random(seed)
    return " ".join(
        "".join(generator.choices(string.ascii_lowercase, k=generator.randint(5, 9)))
        for _ in range(generator.randint(1, 5))
    )


def test_decoys_are_many_different_texts() -> None:
    nonsense, everyday = decoys.texts()
    assert len({*nonsense, *everyday}) == len(nonsense) + len(everyday) > 100


def test_most_decoys_find_nothing_themselves(sensible: Engine) -> None:
    assert sensible.encoder is not None
    index = sensible.snapshot.index
    made = Decoys.of(sensible.encoder, index)
    found = 0
    for place, vector in enumerate(made.vectors):
        others = Decoys(np.delete(made.vectors, place, axis=0), made.margin)
        found += index.search(vector, 1).scores[0] >= others.least(vector)
    assert 0 < found <= 0.02 * len(made.vectors) + 1


def test_decoys_are_the_same_each_time(sensible: Engine) -> None:
    assert sensible.encoder is not None
    one, other = (Decoys.of(sensible.encoder, sensible.snapshot.index) for _ in range(2))
    assert one.margin == other.margin
    np.testing.assert_array_equal(one.vectors, other.vectors)


def test_decoys_have_no_say_in_an_empty_collection_and_for_an_encoder_of_spelling(sample: Snapshot) -> None:
    for index in (sample.index, ExactIndex(np.empty((0, 256), dtype=np.float32))):
        made = Decoys.of(HashingEncoder(), index)
        assert made.least(made.vectors[0]) == -np.inf


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.SEMANTIC])
def test_nonsense_finds_nothing(sensible: Engine, mode: Mode) -> None:
    assert all(sensible.search(Request(_nonsense(seed), mode=mode, limit=0)).total == 0 for seed in range(50))
    assert sensible.search(Request("women credit", mode=mode, limit=0)).total > 0


WORDS = ("women", "credit", "groups", "maize", "water", "rural", "irrigation", "forest", "mali", "kenya", "market")


@settings(deadline=None, max_examples=40)
@given(asked=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6, unique=True))
@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.LEXICAL])
def test_degrees_contain_one_another_and_all_narrows(engine: Engine, mode: Mode, asked: list[str]) -> None:
    def members(query: list[str], match: Match) -> np.ndarray:
        return engine.members(" ".join(query), Filters(), mode, match)

    every, most, some = (members(asked, match) for match in (Match.ALL, Match.MOST, Match.ANY))
    assert (every <= most).all()
    assert (most <= some).all()
    if len(asked) > 1:
        assert (every <= members(asked[:-1], Match.ALL)).all()
    np.testing.assert_array_equal(most, members(asked, Match.MOST))


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
