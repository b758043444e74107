"""Where unpacked models lie: each is written once, checked whenever it is opened, and written anew if damaged."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import filelock
import platformdirs

from embeddings.errors import ModelCacheError, ModelDigestError, UnsafeModelError
from embeddings.model_files import ModelFiles, read_model_files, sha256_of
from embeddings.packed.directory import write_model_directory
from embeddings.packed.model import PackedModel, read_packed_model

# Writing takes a few seconds. Whoever waits this long waits for a process that hangs.
_PATIENCE: Final = 600.0


@dataclass(frozen=True, slots=True)
class PackedSource:
    """A packed model and what must come of it: SHA-256 (hex) of the file, `ModelFiles.digest` of the directory."""

    name: str
    path: Path
    sha256: str
    digest: str
    query_prompt: str
    document_prompt: str


def default_cache() -> Path:
    """The user's directory for such things, where the system has it: on Linux ``XDG_CACHE_HOME`` or ``~/.cache``."""
    return platformdirs.user_cache_path("reportgraph", appauthor=False) / "models"


def unpacked_model(source: PackedSource, cache: Path | None = None, *, patience: float = _PATIENCE) -> ModelFiles:
    """The files of the unpacked model below ``cache``: those that are there if they are whole, or written now.

    ``cache`` None takes that of the user (`default_cache`).
    A process that is killed while it writes leaves nothing under the model's name. One process writes at a time, the
    others wait for it, at most ``patience`` seconds. Where the model is there, nothing is written, not even a lock.
    Raises ModelDigestError (the packed file is another one), PackedModelError, ModelCacheError.
    """
    # The digest in the path keeps two releases, whose models may differ, out of each other's way.
    directory = (cache or default_cache()) / source.digest[:16] / source.name
    if files := _whole(directory, source.digest):
        return files
    actual = sha256_of(source.path) if source.path.is_file() else "absent"
    if actual != source.sha256:
        raise ModelDigestError(source.path, source.sha256, actual)
    model = read_packed_model(source.path)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(directory.parent / "lock", timeout=patience):
            # Another process may have written it while this one waited.
            return _whole(directory, source.digest) or _write(model, source, directory)
    except filelock.Timeout as error:
        raise ModelCacheError(directory, f"another process has been at it for {patience:g} seconds") from error
    except OSError as error:
        raise ModelCacheError(directory, error.strerror or str(error)) from error


def _whole(directory: Path, digest: str) -> ModelFiles | None:
    """The files of ``directory`` if they are the ones they should be."""
    try:
        files = read_model_files(directory)
    except (OSError, UnsafeModelError):
        return None
    return files if files.digest == digest else None


def _write(model: PackedModel, source: PackedSource, directory: Path) -> ModelFiles:
    """Write beside ``directory``, look at what was written, and give it its name. The lock is held meanwhile."""
    aside = directory.with_name(f"{directory.name}.tmp")
    # What a killed process left.
    shutil.rmtree(aside, ignore_errors=True)
    try:
        write_model_directory(model, aside, query_prompt=source.query_prompt, document_prompt=source.document_prompt)
        files = _whole(aside, source.digest)
        if files is not None:
            if directory.exists():
                shutil.rmtree(directory)
            # Nothing is flushed to the disk: what a power cut takes is missed at the next opening, and written again.
            aside.rename(directory)
            return ModelFiles(directory, files.digests)
    finally:
        # After the renaming there is nothing left to remove.
        shutil.rmtree(aside, ignore_errors=True)
    raise ModelCacheError(directory, "what was written there is not what is read from there")
