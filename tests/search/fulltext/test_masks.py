from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.fulltext.masks import FrequentWords, write_frequent_words


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(0, 40), seed=st.integers(0, 99), words=st.sets(st.sampled_from("abcdef")))
def test_masks_come_back_for_the_language_they_were_written_for(
    tmp_path_factory: pytest.TempPathFactory, size: int, seed: int, words: set[str]
) -> None:
    directory = tmp_path_factory.mktemp("words")
    masks = {("en", word): np.random.default_rng(seed).random(size) < 0.5 for word in sorted(words)}
    write_frequent_words(directory, list(masks), iter(masks.values()), size)
    opened = FrequentWords.open(directory, size)
    for word in "abcdef":
        held = opened.holding("en", word)
        if word in words:
            assert held is not None
            np.testing.assert_array_equal(held, masks["en", word])
        else:
            assert held is None
        assert opened.holding("fr", word) is None


def test_as_many_masks_as_words_are_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zip"):
        write_frequent_words(tmp_path, [("en", "water")], [], 8)


@pytest.mark.parametrize("masks", [np.zeros((1, 2), np.uint8), np.zeros((2, 1), np.uint8), np.zeros((1, 1), np.int8)])
def test_what_does_not_fit_the_reports_is_refused(masks: np.ndarray) -> None:
    with pytest.raises(ValueError, match="1 words and 8 slots"):
        FrequentWords(["en water"], masks, 8)
