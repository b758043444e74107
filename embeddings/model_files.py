"""The files of a model directory: what they are, and whether loading them is safe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embeddings.errors import UnsafeModelError

HUB_PATTERNS: Final = ("*.safetensors", "*.json", "*.txt", "*.model")
"""What to take from a model repository: weights, configuration, tokenizer. Nothing that runs."""

_DECIDING_SUFFIXES: Final = frozenset(pattern.removeprefix("*") for pattern in HUB_PATTERNS)
_PICKLE_SUFFIXES: Final = frozenset({".bin", ".pt", ".pth", ".pkl", ".ckpt"})


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files that decide what a model computes: path inside ``directory`` (posix) to SHA-256 (hex)."""

    directory: Path
    digests: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the sorted paths and contents, so that a renamed or edited file is another model."""
        lines = "".join(f"{name}\0{self.digests[name]}\n" for name in sorted(self.digests))
        return hashlib.sha256(lines.encode()).hexdigest()


def read_model_files(directory: Path) -> ModelFiles:
    """Digest the files of a sentence-transformers directory without loading anything.

    Raises UnsafeModelError when there are no safetensors weights, when a pickle is the only form of some weights,
    or when the directory brings code or names classes of other packages (loading imports those).
    """
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    for path in files:
        if path.suffix == ".py":
            raise UnsafeModelError(path, "it is code that came with the model")
        # Where safetensors lie beside it the pickle is never read (training_args.bin, a second copy).
        if path.suffix in _PICKLE_SUFFIXES and not any(path.parent.glob("*.safetensors")):
            raise UnsafeModelError(path, "its weights are a pickle, which can run code when it is read")
    if not any(path.suffix == ".safetensors" for path in files):
        raise UnsafeModelError(directory, "it holds no safetensors weights")
    _check_modules(directory / "modules.json")
    return ModelFiles(
        directory=directory,
        digests={
            path.relative_to(directory).as_posix(): sha256_of(path)
            for path in files
            if path.suffix in _DECIDING_SUFFIXES
        },
    )


def _check_modules(path: Path) -> None:
    if not path.is_file():
        return
    try:
        types = [str(module["type"]) for module in json.loads(path.read_text(encoding="utf-8"))]
    except (ValueError, TypeError, KeyError) as error:
        raise UnsafeModelError(path, "it does not list the modules of a model") from error
    for name in types:
        # Before its version 6 the library imports any class that a local directory names.
        if not name.startswith("sentence_transformers."):
            raise UnsafeModelError(path, f"it names a class of another package, {name}")


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file's content. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
