"""Files -> numbered lines of bytes: gzip, byte order marks, saved HTTP responses, and lines too long to hold."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kg.errors import SourceNotFoundError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LINE_LIMIT = 64 * 1024 * 1024
"""Bytes of the longest line that is read; longer ones are passed over."""

DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)
"""What reading raises when a gzip file is cut short or damaged; what came before has been given out."""

_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_BUFFER = 128 * 1024
_SKIP = 1024 * 1024
_MANY_HEADERS = 1000


class Line(NamedTuple):
    """One line without its line feed. ``data`` is ``None`` for a line longer than the limit."""

    number: int
    data: bytes | None


class _Inflated(io.RawIOBase):
    """What a gzip file holds, one read of the decompressor at a time: an error never takes earlier data with it."""

    def __init__(self, packed: io.BufferedReader) -> None:
        self._packed = packed
        self._file = gzip.GzipFile(fileobj=packed, mode="rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        data = self._file.read1(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        self._packed.close()  # GzipFile leaves a file that it was given open
        super().close()


def open_source(path: Path) -> io.BufferedReader:
    """The bytes of ``path``, unpacked when they are gzip by their first two bytes, whatever the name.

    Raises SourceNotFoundError when the file is missing, is a folder or may not be read.
    """
    try:
        raw: io.BufferedReader = io.BufferedReader(io.FileIO(path), _BUFFER)
        if raw.peek(2)[:2] != _GZIP_MAGIC:
            return raw
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise SourceNotFoundError(path, reason or str(error)) from error
    return io.BufferedReader(_Inflated(raw), _BUFFER)


def skip_preamble(stream: io.BufferedReader) -> tuple[int, str | None]:
    """Passes over a byte order mark and the headers of a saved HTTP response.

    Returns how many lines that were, and the HTTP status line if there was one.
    """
    if stream.peek(len(_BOM)).startswith(_BOM):
        stream.read(len(_BOM))
    lines = 0
    status = None
    while stream.peek(7).startswith((b"HTTP/1.", b"HTTP/2 ")) and lines < _MANY_HEADERS:
        status = stream.readline(_BUFFER).decode("latin-1").strip()
        lines += 1
        while header := stream.readline(_BUFFER):
            lines += 1
            if not header.strip():
                break
    return lines, status


def numbered_lines(stream: io.BufferedReader, *, first: int = 1, limit: int = LINE_LIMIT) -> Iterator[Line]:
    """The lines of ``stream`` that are not blank, numbered from ``first``; a line over ``limit`` bytes is passed over.

    Raises one of DAMAGED where a gzip file breaks off.
    """
    number = first
    while data := stream.readline(limit + 2):
        if len(data) > limit and len(data.rstrip(b"\r\n")) > limit:
            _skip_line(stream, data)
            data = b""
            yield Line(number, None)
        elif not data.isspace():
            yield Line(number, data)
        number += 1


def _skip_line(stream: io.BufferedReader, data: bytes) -> None:
    while data and not data.endswith(b"\n"):
        data = stream.readline(_SKIP)
