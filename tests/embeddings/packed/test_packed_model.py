from __future__ import annotations

import math
import struct
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.errors import PackedModelError
from embeddings.packed.model import Architecture, PackedModel, read_packed_model
from tests.embeddings.packed.packed_files import PIECES, ROWS_OF_NO_PIECE, SPELLING, PackedFile, unpacked_values

PACKED = PackedFile()
WHOLE = PACKED.to_bytes()
ROWS = len(PIECES) + ROWS_OF_NO_PIECE


def read(directory: Path, data: bytes) -> PackedModel:
    path = directory / "model.bin"
    path.write_bytes(data)
    return read_packed_model(path)


def read_all(directory: Path, data: bytes) -> None:
    """Read a file to its last weight."""
    model = read(directory, data)
    for tensor in model.tensors:
        read_count = sum(len(values) for values in model.values(tensor))
        assert read_count == math.prod(tensor.shape)


def test_what_a_file_says_is_read(tmp_path: Path) -> None:
    model = read(tmp_path, WHOLE)
    assert model.architecture == Architecture(32, 1, 2, 64, ROWS, 48, 2, 1e-12)
    assert model.pieces.texts == PIECES
    assert model.pieces.scores == tuple(-float(place) for place in range(len(PIECES)))
    pieces = model.pieces
    assert [PIECES[place] for place in (pieces.begin, pieces.end, pieces.padding, pieces.unknown)] == [
        *("<s>", "</s>", "<pad>", "<unk>")
    ]
    assert model.spelling == SPELLING
    assert [tensor.name for tensor in model.tensors] == [tensor.name for tensor in PACKED.tensors]
    assert {tensor.name: tensor.shape for tensor in model.tensors}["l0.fi.w"] == (64, 32)


def test_weights_are_unpacked_one_by_one(tmp_path: Path) -> None:
    model = read(tmp_path, WHOLE)
    for tensor, written in zip(model.tensors, PACKED.tensors, strict=True):
        np.testing.assert_array_equal(np.concatenate(list(model.values(tensor))), unpacked_values(written))


def test_a_large_tensor_comes_in_pieces(tmp_path: Path) -> None:
    rows = 70_000
    values = np.arange(rows * 32, dtype=np.float32) / 100
    sizes = (*PACKED.sizes[:4], rows, *PACKED.sizes[5:])
    packed = replace(PACKED, sizes=sizes).with_tensor("emb.word", form=0, values=values)
    model = read(tmp_path, packed.to_bytes())
    pieces = list(model.values(model.tensors[0]))
    assert len(pieces) > 1
    np.testing.assert_array_equal(np.concatenate(pieces), values)


HOSTILE = {
    "another magic": (replace(PACKED, magic=b"GGUF"), "does not start"),
    "another version": (replace(PACKED, version=2), "format version 2"),
    "another block": (replace(PACKED, block=64), "blocks of 64"),
    "no width": (replace(PACKED, sizes=(0, *PACKED.sizes[1:])), "not positive"),
    "negative layers": (replace(PACKED, sizes=(32, -1, *PACKED.sizes[2:])), "not positive"),
    "more layers": (replace(PACKED, sizes=(32, 2**31 - 1, *PACKED.sizes[2:])), "tensors, its layers need"),
    "uneven heads": (replace(PACKED, sizes=(32, 1, 3, *PACKED.sizes[3:])), "heads"),
    "a wider vocabulary": (replace(PACKED, sizes=(*PACKED.sizes[:4], 2**31 - 1, *PACKED.sizes[5:])), "do not fill"),
    "epsilon 0": (replace(PACKED, epsilon=0.0), "epsilon"),
    "epsilon nan": (replace(PACKED, epsilon=float("nan")), "epsilon"),
    "no pieces": (replace(PACKED, piece_count=0), "0 pieces"),
    "more pieces than rows": (replace(PACKED, piece_count=ROWS + 1), "pieces for"),
    "a special piece outside": (replace(PACKED, special=(0, 2, 1, len(PIECES))), "special piece"),
    "a negative special piece": (replace(PACKED, special=(-1, 2, 1, 3)), "special piece"),
    "pieces backwards": (replace(PACKED, ends=[0, 9, 2, *[150] * (len(PIECES) - 2)]), "do not follow"),
    "pieces beyond their bytes": (replace(PACKED, ends=[*range(len(PIECES)), 2**32 - 1]), "do not follow"),
    "a piece twice": (replace(PACKED, pieces=[b"<s>", *PACKED.pieces[:-1]]), "twice"),
    "a piece that is no text": (replace(PACKED, pieces=[*PACKED.pieces[:-1], b"\xff"]), "not text"),
    "a score that is no number": (replace(PACKED, scores=[float("nan")] * len(PIECES)), "score"),
    "fewer rules than said": (replace(PACKED, rule_count=len(SPELLING) + 1), "spelling rule"),
    "more rules than said": (replace(PACKED, rule_count=1), "spelling rules"),
    "a negative number of rules": (replace(PACKED, rule_count=-1), "spelling rules"),
    "a rule for no character": (
        replace(PACKED, rule_count=1, rule_bytes=struct.pack("<IB", 0x110000, 0)),
        "not text",
    ),
    "a rule twice": (replace(PACKED, rule_count=2, rule_bytes=2 * struct.pack("<IB", 65, 0)), "spelling rules"),
    "a negative number of tensors": (replace(PACKED, tensor_count=-1), "no room"),
    "tensors without room": (replace(PACKED, tensor_count=2**31 - 1), "no room"),
    "a tensor less": (replace(PACKED, tensors=PACKED.tensors[1:]), "its layers need"),
    "an unknown tensor": (PACKED.with_tensor("l0.q.w", name="l1.q.w"), "no tensor"),
    "a tensor twice": (PACKED.with_tensor("l0.q.w", name="l0.k.w"), "no tensor"),
    "an unknown form": (PACKED.with_tensor("l0.q.w", form=2, size=0), "form 2"),
    "another count": (PACKED.with_tensor("l0.q.w", count=32), "do not fill"),
    "another size": (PACKED.with_tensor("l0.q.w", size=2**63), "do not fill"),
    "a place beyond the end": (PACKED.with_tensor("l0.oln.b", offset=2**64 - 1), "do not lie side by side"),
    "a place in the header": (PACKED.with_tensor("emb.word", offset=0), "do not lie side by side"),
    "the place of another": (
        PACKED.with_tensor("l0.q.b", offset=len(WHOLE) - 128),
        "do not lie side by side",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_says_what_is_not_so_is_refused(tmp_path: Path, case: str) -> None:
    packed, reason = HOSTILE[case]
    with pytest.raises(PackedModelError, match=reason) as caught:
        read(tmp_path, packed.to_bytes())
    assert caught.value.path == tmp_path / "model.bin"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 65505.0])
@pytest.mark.parametrize("form", [0, 1])
def test_a_weight_that_is_no_number_is_refused_when_it_is_read(tmp_path: Path, value: float, form: int) -> None:
    raw = bytearray(WHOLE)
    tensor = next(tensor for tensor in read(tmp_path, WHOLE).tensors if tensor.form.itemsize == (4, 18)[form])
    # As a scale, the last of these is the largest there is, and weights are up to 8 times that.
    struct.pack_into("<f" if form == 0 else "<e", raw, tensor.offset, value if form == 0 else min(value, 65504.0))
    with pytest.raises(PackedModelError, match=rf"a value of {tensor.name}"):
        read_all(tmp_path, bytes(raw))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackedModelError, match="the header should take 44 bytes, 0 are left"):
        read(tmp_path, b"")


def test_a_missing_file_is_the_file_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_packed_model(tmp_path / "none.bin")


@given(length=st.integers(0, len(WHOLE) - 1))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cut_file_is_refused(tmp_path: Path, length: int) -> None:
    with pytest.raises(PackedModelError):
        read_all(tmp_path, WHOLE[:length])


def _damage() -> st.SearchStrategy[list[tuple[int, bytes]]]:
    # Most bytes are weights, which may be anything: the first 2,000, where the sizes are, are hit as often.
    places = st.integers(0, 2000) | st.integers(0, len(WHOLE) - 1)
    runs = st.binary(min_size=1, max_size=8) | st.sampled_from([b"\xff" * 4, b"\x00" * 4, b"\xff\xff\xff\x7f"])
    return st.lists(st.tuples(places, runs), min_size=1, max_size=4)


@given(damage=_damage())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path: Path, damage: list[tuple[int, bytes]]) -> None:
    raw = bytearray(WHOLE)
    for place, run in damage:
        raw[place : place + len(run)] = run
    with suppress(PackedModelError):
        read_all(tmp_path, bytes(raw))


@given(data=st.binary(max_size=300).map(lambda rest: b"E5S1\x01\x00\x00\x00" + rest))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_only_begins_like_a_packed_model_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(PackedModelError):
        read_all(tmp_path, data)
