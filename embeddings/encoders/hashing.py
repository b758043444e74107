"""Vectors from the spelling of words alone: no model, no download, the same on every machine.

The hashing trick with signs (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009)
over words and their character trigrams, so that ``forest`` is close to ``forests`` and to ``forêt``, not to ``wood``.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import ModelIdentity
from embeddings.vectors import Vectors, unit_rows

# Part of the digest: change it with anything below that changes a vector.
_SCHEME: Final = "words and character trigrams, case and accents folded, signed blake2b, version 1"
_BATCH: Final = 256
# A run without spaces (Chinese, a long URL) is taken in pieces, so that one text cannot fill the cache.
_WORDS: Final = re.compile(r"\w{1,64}")


class HashingEncoder:
    """The encoder for tests and for machines without torch. ``dimension`` is the number of buckets (> 0)."""

    __slots__ = ("_identity",)

    def __init__(self, dimension: int = 256) -> None:
        digest = hashlib.sha256(_SCHEME.encode()).hexdigest()
        self._identity = ModelIdentity(name="hashing", digest=digest, dimension=dimension)

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        counts = np.empty((len(texts), self._identity.dimension), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            stop = min(start + _BATCH, len(texts))
            for row in range(start, stop):
                counts[row] = self._bucket_weights(texts[row])
            if progress is not None:
                progress(stop)
        return unit_rows(counts)

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = self.encode_documents([text])[0]
        return vector

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_documents(texts)

    def _bucket_weights(self, text: str) -> NDArray[np.float64]:
        dimension = self._identity.dimension
        weights = np.zeros(dimension)
        for word, count in Counter(_WORDS.findall(_folded(text))).items():
            weights += (1 + math.log(count)) * _word_weights(word, dimension)
        # No words, or words that cancel out: the empty word stands for "nothing to say".
        return weights if weights.any() else _word_weights("", dimension)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _word_weights(word: str, dimension: int) -> NDArray[np.float64]:
    buckets, signed = _features(word, dimension)
    weights = np.zeros(dimension)
    np.add.at(weights, buckets, signed)
    return weights


@lru_cache(maxsize=1 << 15)
def _features(word: str, dimension: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The buckets of a word and its trigrams, and their signed weights: the trigrams together weigh like the word."""
    padded = f"^{word}$"
    grams = [padded[start : start + 3] for start in range(len(padded) - 2)]
    features = [f"w:{word}", *(f"g:{gram}" for gram in grams)]
    # surrogatepass: a record may carry half a surrogate pair, which plain UTF-8 refuses.
    hashes = [
        int.from_bytes(hashlib.blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
        for feature in features
    ]
    # The top bit is the sign, the rest is the bucket: taking both from the same bits would tie them together.
    buckets = np.array([(value & ((1 << 63) - 1)) % dimension for value in hashes], dtype=np.int64)
    signs = np.array([1.0 if value >> 63 else -1.0 for value in hashes])
    signs[1:] /= math.sqrt(max(len(grams), 1))
    return buckets, signs
