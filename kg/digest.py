"""The content of a set as one number that can be kept up to date: the sum of the digests of its lines.

Two snapshots hold the same content if their numbers are equal, whatever their files look like and by whatever road
they came about: adding a line and removing it again gives the number from before. A sorted dump would say as much, but
has to be made anew of the whole collection after every change.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    # Of Python 3.12's collections.abc; only the type checker needs it.
    from typing_extensions import Buffer

_BITS: Final = 256
_MODULUS: Final = 1 << _BITS


class SetDigest:
    """The sum modulo 2**256 of the SHA-256 of the lines of a set, each counted once (Bellare and Micciancio, "A new
    paradigm for collision-free hashing", 1997: AdHash).

    It finds accidents. Whoever may choose thousands of lines could make two sets of one number, so it is no signature.
    The caller sees to it that a line is added only while it is absent, and removed only while it is there.
    """

    __slots__ = ("_sum",)

    def __init__(self, hexadecimal: str = "0") -> None:
        """The number that :attr:`hex` gave; the empty set without it. Raises :class:`ValueError` if it is none."""
        self._sum = int(hexadecimal, 16) % _MODULUS

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Self:
        """The number of a set of lines."""
        digest = cls()
        digest.add(lines)
        return digest

    def add(self, lines: Iterable[bytes]) -> None:
        """Lines that come into the set."""
        self._sum = (self._sum + _sum(lines)) % _MODULUS

    def remove(self, lines: Iterable[bytes]) -> None:
        """Lines that leave the set."""
        self._sum = (self._sum - _sum(lines)) % _MODULUS

    @property
    def hex(self) -> str:
        """The number as 64 hexadecimal digits."""
        return f"{self._sum:0{_BITS // 4}x}"


def _sum(lines: Iterable[bytes]) -> int:
    sha256, number = hashlib.sha256, int.from_bytes
    return sum(number(sha256(line).digest(), "big") for line in lines)


class LineDigest(io.BytesIO):
    """A file to write lines to, of which only the number stays: a graph need not be on disk as text to be compared.

    Lines for which ``leave_out`` is true are not counted.
    """

    def __init__(self, leave_out: Callable[[bytes], bool]) -> None:
        super().__init__()
        self._leave_out = leave_out
        self._begun = b""
        self.digest: Final = SetDigest()

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        *lines, begun = (self._begun + bytes(data)).split(b"\n")
        self._begun = begun
        self.digest.add(line + b"\n" for line in lines if not self._leave_out(line + b"\n"))
        return len(memoryview(data))
