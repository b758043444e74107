"""A model directory that is small enough to be made in a test, and is loaded for real."""

from __future__ import annotations

from pathlib import Path

from embeddings.packed.directory import write_model_directory
from embeddings.packed.model import read_packed_model
from tests.embeddings.packed.packed_files import PackedFile


def write_tiny_model(directory: Path) -> Path:
    """A BERT with two prompts, in the form in which a packed model is unpacked."""
    packed = directory.with_suffix(".bin")
    packed.write_bytes(PackedFile().to_bytes())
    write_model_directory(read_packed_model(packed), directory, query_prompt="query: ", document_prompt="passage: ")
    return directory
