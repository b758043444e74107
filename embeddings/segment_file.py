"""One segment on disk: the vectors of some texts, written once and never changed.

    offset      size            what
    0           8               magic ``RGVECSEG``
    8           4               format version, 1
    12          4               dimension d
    16          8               count n
    24          16              key of the model's identity (ASCII)
    40          88              name of the model (UTF-8, cut, padded with zeros): for error messages only
    128         32 n            keys, one SHA-256 each
    128 + 32 n  4 d n           rows, float32
    end - 32    32              SHA-256 of everything before

Numbers are little-endian. Rows are float32, not float16: the segments are the source of truth, and what is rounded here
cannot be had back without encoding again; an index may round as it likes.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.durable import replacing
from embeddings.encoder import ModelIdentity
from embeddings.errors import DamagedSegmentError, ModelMismatchError
from embeddings.vectors import Vectors

KEY_SIZE: Final = 32

_HEADER: Final = struct.Struct("<8sIIQ16s88s")
_MAGIC: Final = b"RGVECSEG"
_VERSION: Final = 1
_DIGEST_SIZE: Final = 32
# A mapping holds a file descriptor, and a collection that is updated every hour makes thousands of small segments.
_MAP_FROM_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The content of one file: ``keys`` void32 (n,), ``rows`` float32 (n, d), mapped from the file when large."""

    path: Path
    keys: NDArray[np.void]
    rows: Vectors


@dataclass(frozen=True, slots=True)
class _Header:
    dimension: int
    count: int
    model_key: str
    model_name: str

    @property
    def rows_offset(self) -> int:
        return _HEADER.size + KEY_SIZE * self.count

    @property
    def digest_offset(self) -> int:
        return self.rows_offset + 4 * self.dimension * self.count


def write_segment(path: Path, identity: ModelIdentity, keys: NDArray[np.void], rows: Vectors) -> None:
    """Write ``keys`` void32 (n,) with their ``rows`` float32 (n, d); it is durable when this returns."""
    name = identity.name.encode()[:88]
    header = _HEADER.pack(_MAGIC, _VERSION, identity.dimension, len(keys), identity.key.encode("ascii"), name)
    body = (header, keys.tobytes(), rows.astype("<f4", copy=False).tobytes())
    digest = hashlib.sha256()
    with replacing(path) as temporary, temporary.open("wb") as file:
        for part in body:
            digest.update(part)
            file.write(part)
        file.write(digest.digest())


def read_segment(path: Path, identity: ModelIdentity, *, verify: bool) -> Segment:
    """Read a segment that the model ``identity`` made; ``verify`` reads all of it to check the digest.

    Raises DamagedSegmentError, and ModelMismatchError for another model's vectors.
    """
    header = _read_header(path)
    size = path.stat().st_size
    expected = header.digest_offset + _DIGEST_SIZE
    if size != expected:
        raise DamagedSegmentError(path, f"it has {size} bytes, its header says {expected}")
    if verify:
        _check_digest(path, header.digest_offset)
    if header.model_key != identity.key or header.dimension != identity.dimension:
        raise ModelMismatchError(expected=identity.label, actual=f"{header.model_name} ({header.model_key})")
    keys = np.fromfile(path, dtype=f"V{KEY_SIZE}", count=header.count, offset=_HEADER.size)
    return Segment(path=path, keys=keys, rows=_rows(path, header))


def _read_header(path: Path) -> _Header:
    with path.open("rb") as file:
        raw = file.read(_HEADER.size)
    if len(raw) < _HEADER.size:
        raise DamagedSegmentError(path, f"it has {len(raw)} bytes, too few for a header")
    magic, version, dimension, count, key, name = _HEADER.unpack(raw)
    if magic != _MAGIC:
        raise DamagedSegmentError(path, "it does not start like a vector segment")
    if version != _VERSION:
        raise DamagedSegmentError(path, f"it has format version {version}, this program reads {_VERSION}")
    # What a damaged header holds need not be text; the digest or the comparison will refuse it.
    return _Header(
        dimension=dimension,
        count=count,
        model_key=key.decode("ascii", "replace"),
        model_name=name.rstrip(b"\0").decode("utf-8", "replace"),
    )


def _check_digest(path: Path, digest_offset: int) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = digest_offset
        while block := file.read(min(left, 1 << 20)):
            digest.update(block)
            left -= len(block)
        if file.read(_DIGEST_SIZE) != digest.digest():
            raise DamagedSegmentError(path, "its SHA-256 does not match its content")


def _rows(path: Path, header: _Header) -> Vectors:
    shape = (header.count, header.dimension)
    if header.digest_offset - header.rows_offset < _MAP_FROM_BYTES:
        flat = np.fromfile(path, dtype="<f4", count=header.count * header.dimension, offset=header.rows_offset)
        return flat.reshape(shape)
    return np.memmap(path, dtype="<f4", mode="r", offset=header.rows_offset, shape=shape)
