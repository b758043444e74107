from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoders.windows import MOST_WINDOWS, joined, windows
from embeddings.vectors import unit_rows


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


def test_pieces_are_one_text_that_is_no_nearer_to_everything() -> None:
    common, harvest, credit, other = np.eye(4, dtype=np.float32)
    pieces = unit_rows(np.stack([3 * common + harvest, 3 * common + credit]))
    one = joined(pieces, common)
    assert np.linalg.norm(one) == pytest.approx(1)
    stranger = unit_rows((3 * common + other)[np.newaxis])[0]
    assert one @ stranger == pytest.approx(pieces[0] @ stranger)
    assert one @ pieces[0] == pytest.approx(one @ pieces[1])
    assert one @ pieces[0] > pieces[0] @ pieces[1]


def test_one_piece_is_its_own_vector_and_opposites_leave_the_first() -> None:
    common, rest, _ = np.eye(3, dtype=np.float32)
    assert joined(rest[np.newaxis], common).tolist() == rest.tolist()
    assert joined(np.stack([rest, -rest]), common).tolist() == rest.tolist()
