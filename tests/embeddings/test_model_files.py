from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from embeddings.errors import UnsafeModelError
from embeddings.model_files import read_model_files

MODULES = json.dumps([{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}])
MODEL = {"model.safetensors": "weights", "config.json": "{}", "modules.json": MODULES, "vocab.txt": "a b c"}


def write(directory: Path, files: Mapping[str, str]) -> Path:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return directory


def test_the_digest_does_not_depend_on_where_or_in_which_order_files_were_written(tmp_path: Path) -> None:
    first = read_model_files(write(tmp_path / "one", MODEL))
    second = read_model_files(write(tmp_path / "two", dict(reversed(MODEL.items()))))
    assert first.digest == second.digest
    assert set(first.digests) == set(MODEL)


@pytest.mark.parametrize(
    "change",
    [
        {"model.safetensors": "other weights"},
        {"config.json": '{"max_position": 512}'},
        {"vocab.txt": "a b d"},
        {"1_Pooling/config.json": "{}"},
        {"sentencepiece.bpe.model": "pieces"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_deciding_file_is_part_of_the_digest(tmp_path: Path, change: dict[str, str]) -> None:
    plain = read_model_files(write(tmp_path / "plain", MODEL))
    changed = read_model_files(write(tmp_path / "changed", MODEL | change))
    assert changed.digest != plain.digest


def test_a_renamed_file_is_another_model(tmp_path: Path) -> None:
    plain = read_model_files(write(tmp_path / "plain", MODEL))
    renamed = {("merges.txt" if name == "vocab.txt" else name): content for name, content in MODEL.items()}
    assert read_model_files(write(tmp_path / "renamed", renamed)).digest != plain.digest


def test_a_readme_decides_nothing(tmp_path: Path) -> None:
    plain = read_model_files(write(tmp_path / "plain", MODEL))
    assert read_model_files(write(tmp_path / "read", MODEL | {"README.md": "news"})).digest == plain.digest


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"pytorch_model.bin": "x", "config.json": "{}"}, "pickle"),
        (MODEL | {"2_Dense/pytorch_model.bin": "x"}, "pickle"),
        ({"config.json": "{}"}, "no safetensors"),
        ({}, "no safetensors"),
        (MODEL | {"modeling.py": "print()"}, "code"),
        (MODEL | {"modules.json": '[{"type": "os.path"}]'}, "another package, os.path"),
        (MODEL | {"modules.json": "{"}, "does not list"),
        (MODEL | {"modules.json": "[{}]"}, "does not list"),
        (MODEL | {"modules.json": "[1]"}, "does not list"),
    ],
)
def test_what_could_run_code_is_refused(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    with pytest.raises(UnsafeModelError, match=reason):
        read_model_files(write(tmp_path, files))


def test_a_pickle_beside_safetensors_is_never_read_and_harmless(tmp_path: Path) -> None:
    plain = read_model_files(write(tmp_path / "plain", MODEL))
    assert read_model_files(write(tmp_path / "both", MODEL | {"pytorch_model.bin": "x"})).digest == plain.digest


def test_a_plain_transformers_directory_needs_no_list_of_modules(tmp_path: Path) -> None:
    files = {name: content for name, content in MODEL.items() if name != "modules.json"}
    assert set(read_model_files(write(tmp_path, files)).digests) == set(files)
