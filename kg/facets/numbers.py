"""Numbers of facet values that stay the same whatever other values there are, as codes do not."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray


def value_number(facet: str, value: str) -> int:
    """A number of 63 bits for an IRI or literal of a facet.

    Of a million values, two have the same with a probability of one in thirty million. So it may narrow down, but what
    it finds must be looked at again.
    """
    digest = blake2b(f"{facet} {value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def value_numbers(facet: str, values: Iterable[str]) -> NDArray[np.int64]:
    """The numbers of many values of a facet, int64 (values,)."""
    return np.fromiter((value_number(facet, value) for value in values), dtype=np.int64)
