from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoders.windows import MOST_WINDOWS, windows


def _offsets(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]


def test_what_fits_stays_whole() -> None:
    text = "  one two three "
    assert windows(text, _offsets(text), 3) == [text]
    assert windows("", [], 3) == [""]


def test_pieces_are_of_about_equal_length() -> None:
    text = "a b c d e f g"
    assert windows(text, _offsets(text), 6) == ["a b c", "d e f g"]


@given(st.text(alphabet="ab é.\n", max_size=300), st.integers(1, 20))
def test_every_token_is_in_one_piece_up_to_the_last_that_is_read(text: str, size: int) -> None:
    offsets = _offsets(text)
    pieces = windows(text, offsets, size)
    tokens = [[piece[start:stop] for start, stop in _offsets(piece)] for piece in pieces]
    expected = [text[start:stop] for start, stop in offsets]
    assert [token for piece in tokens for token in piece] == expected[: MOST_WINDOWS * size]
    assert max(len(piece) for piece in tokens) <= size
    assert max(len(piece) for piece in tokens) - min(len(piece) for piece in tokens) <= 1
