"""Small packed models, made up: what `embeddings.packed.model` describes, written down without it."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
WIDTH, INNER, HEADS, POSITIONS, TYPES = 32, 64, 2, 48, 2
# Rows of the vocabulary after the last piece: the real model has some too.
ROWS_OF_NO_PIECE = 3
SPELLING = {"ﬁ": "fi", "Å": "Å", "\u200b": " ", "\x01": ""}
TINY_DIGEST = "256114553457a9c10cd057970e74f11070b248a0f3ee58320d58471c5151c841"
"""`ModelFiles.digest` of what the unspoiled file is unpacked into, with the prompts "query: " and "passage: "."""
PIECES = (
    *("<s>", "<pad>", "</s>", "<unk>", "▁", "▁maize", "▁rice", "▁water", "▁query", "▁passage", ":"),
    *("a", "e", "i", "m", "r", "z", "c", "t", "w", "fi", "Å", "<mask>"),
)


@dataclass(frozen=True)
class PackedTensor:
    """What a file says of a tensor and the bytes it brings; ``None`` stands for what is true."""

    name: str
    form: int
    values: NDArray[np.float32]
    count: int | None = None
    offset: int | None = None
    size: int | None = None


def _made_up(layers: int) -> tuple[PackedTensor, ...]:
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (len(PIECES) + ROWS_OF_NO_PIECE, WIDTH),
        "emb.pos": (POSITIONS, WIDTH),
        "emb.type": (TYPES, WIDTH),
        "emb.ln.w": (WIDTH,),
        "emb.ln.b": (WIDTH,),
    }
    for layer in range(layers):
        shapes |= {f"l{layer}.{part}.w": (WIDTH, WIDTH) for part in ("q", "k", "v", "ao")}
        shapes |= {f"l{layer}.{part}.b": (WIDTH,) for part in ("q", "k", "v", "ao", "fo", "aln", "oln")}
        shapes |= {f"l{layer}.fi.w": (INNER, WIDTH), f"l{layer}.fi.b": (INNER,), f"l{layer}.fo.w": (WIDTH, INNER)}
        shapes |= {f"l{layer}.{norm}.w": (WIDTH,) for norm in ("aln", "oln")}
    return tuple(
        PackedTensor(name, int(len(shape) > 1), _numbers(math.prod(shape), salt))
        for salt, (name, shape) in enumerate(shapes.items())
    )


def _numbers(count: int, salt: int) -> NDArray[np.float32]:
    """Numbers from -0.78 to 0.78 that are the same everywhere, to the last bit."""
    return ((np.arange(count) * 37 + salt * 11) % 101 - 50).astype(np.float32) / np.float32(64)


@dataclass(frozen=True)
class PackedFile:
    """A whole file, each part of which a test may spoil (`dataclasses.replace`)."""

    magic: bytes = MAGIC
    version: int = 1
    sizes: tuple[int, ...] = (WIDTH, 1, HEADS, INNER, len(PIECES) + ROWS_OF_NO_PIECE, POSITIONS, TYPES)
    epsilon: float = 1e-12
    block: int = 32
    pieces: Sequence[bytes] = tuple(piece.encode() for piece in PIECES)
    piece_count: int | None = None
    special: tuple[int, int, int, int] = (0, 2, 1, 3)
    ends: Sequence[int] | None = None
    scores: Sequence[float] | None = None
    spelling: Mapping[str, str] = field(default_factory=lambda: SPELLING)
    rule_count: int | None = None
    rule_bytes: bytes | None = None
    tensors: tuple[PackedTensor, ...] = field(default_factory=lambda: _made_up(1))
    tensor_count: int | None = None

    def with_tensor(self, name: str, /, **changes: object) -> PackedFile:
        """The same with one tensor changed."""
        changed = tuple(
            replace(tensor, **changes) if tensor.name == name else tensor  # type: ignore[arg-type]
            for tensor in self.tensors
        )
        return replace(self, tensors=changed)

    def to_bytes(self) -> bytes:
        """The file."""
        head = struct.pack("<4sI7ifi", self.magic, self.version, *self.sizes, self.epsilon, self.block)
        head += self._pieces() + self._rules()
        stored = [
            _block_bytes(tensor.values) if tensor.form == 1 else tensor.values.tobytes() for tensor in self.tensors
        ]
        place = len(head) + 4 + sum(2 + len(tensor.name.encode()) + 21 for tensor in self.tensors)
        rows = struct.pack("<i", _or(self.tensor_count, len(self.tensors)))
        for tensor, raw in zip(self.tensors, stored, strict=True):
            name = tensor.name.encode()
            rows += struct.pack("<H", len(name)) + name
            count, size = _or(tensor.count, tensor.values.size), _or(tensor.size, len(raw))
            rows += struct.pack("<BIQQ", tensor.form, count, _or(tensor.offset, place), size)
            place += len(raw)
        return head + rows + b"".join(stored)

    def _pieces(self) -> bytes:
        raw = b"".join(self.pieces)
        count = _or(self.piece_count, len(self.pieces))
        ends = self.ends or [0, *np.cumsum([len(piece) for piece in self.pieces]).tolist()]
        scores = self.scores or [-float(place) for place in range(len(self.pieces))]
        head = struct.pack("<5iQ", count, *self.special, len(raw))
        return head + np.array(ends, "<u4").tobytes() + np.array(scores, "<f4").tobytes() + raw

    def _rules(self) -> bytes:
        rules = b"".join(
            struct.pack("<4sB", character.encode("utf-32-le"), len(instead)) + instead.encode("utf-32-le")
            for character, instead in self.spelling.items()
        )
        rules = rules if self.rule_bytes is None else self.rule_bytes
        return struct.pack("<iI", _or(self.rule_count, len(self.spelling)), len(rules)) + rules


def _or(given: int | None, true: int) -> int:
    return true if given is None else given


def _block_bytes(values: NDArray[np.float32]) -> bytes:
    """Blocks of 32 weights: a float16 scale and 16 bytes, each with weight j and weight j + 16."""
    return b"".join(
        np.float16(scale).tobytes() + bytes(int(low) | int(high) << 4 for low, high in zip(*halves, strict=True))
        for scale, halves in map(_block, values.reshape(-1, 32))
    )


def _block(weights: NDArray[np.float32]) -> tuple[np.float16, tuple[NDArray[np.int8], NDArray[np.int8]]]:
    scale = np.float16(np.abs(weights).max() / 7)
    nibbles = (np.round(weights / np.float32(scale)) + 8).clip(0, 15).astype(np.int8)
    return scale, (nibbles[:16], nibbles[16:])


def unpacked_values(tensor: PackedTensor) -> NDArray[np.float32]:
    """What a reader must make of a tensor, weight by weight."""
    if tensor.form == 0:
        return tensor.values
    values: list[np.float32] = []
    for weights in tensor.values.reshape(-1, 32):
        scale, (low, high) = _block(weights)
        values += [np.float32(scale) * np.float32(int(nibble) - 8) for nibble in (*low, *high)]
    return np.array(values, np.float32)
