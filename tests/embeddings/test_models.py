from __future__ import annotations

import hashlib
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from embeddings.encoders.hashing import HashingEncoder
from embeddings.errors import HubNotAllowedError, ModelDigestError, ModelNotFoundError, UnsafeModelError
from embeddings.models import PACKAGED_MODELS, PackagedModel, find_model, open_encoder
from tests.embeddings.packed.packed_files import TINY_DIGEST, PackedFile

WEIGHTS = b"not really weights"
PACKAGED = PackagedModel(
    name="small",
    package="a_package_with_a_model",
    extra="little",
    weights="model/model.safetensors",
    weights_sha256=hashlib.sha256(WEIGHTS).hexdigest(),
    repository="somebody/small",
)
PACKED_FILE = PackedFile().to_bytes()
PACKED = PackagedModel(
    name="tiny",
    package="a_package_with_a_packed_model",
    extra="tiny",
    weights="tiny-q4.bin",
    weights_sha256=hashlib.sha256(PACKED_FILE).hexdigest(),
    repository="somebody/tiny",
    unpacked_digest=TINY_DIGEST,
    query_prompt="query: ",
    document_prompt="passage: ",
)


def write_model(directory: Path, weights: bytes = WEIGHTS) -> Path:
    directory.mkdir(parents=True)
    (directory / "model.safetensors").write_bytes(weights)
    return directory


@pytest.fixture
def packed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that carries a packed model, and must not be imported."""
    package = tmp_path / PACKED.package
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('the package was imported')")
    (package / PACKED.weights).write_bytes(PACKED_FILE)
    monkeypatch.syspath_prepend(tmp_path)
    return package


def no_hub(repository: str) -> Path:
    pytest.fail(f"the hub was asked for {repository}")


def test_hashing_needs_no_files() -> None:
    assert open_encoder("hashing").identity == HashingEncoder().identity


@pytest.mark.parametrize("name", ["e5", "", "./models/e5", "/models/e5", "a/b/c"])
def test_an_unknown_name_says_where_it_was_looked_for(name: str) -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        open_encoder(name or "nothing", fetch=no_hub)
    assert caught.value.tried[0] == f"the directory {name or 'nothing'}"


def test_a_repository_name_needs_the_hub_allowed() -> None:
    with pytest.raises(HubNotAllowedError) as caught:
        open_encoder("intfloat/multilingual-e5-small", fetch=no_hub)
    assert caught.value.name == "intfloat/multilingual-e5-small"


def test_a_missing_package_is_named_and_the_hub_not_asked() -> None:
    with pytest.raises(ModelNotFoundError, match="a_package_with_a_model"):
        open_encoder("small", packaged=[PACKAGED], fetch=no_hub)


def test_what_would_install_a_model_and_what_could_replace_it_is_said(packed_package: Path) -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        open_encoder("small", packaged=[PACKAGED, PACKED], fetch=no_hub)
    assert (caught.value.extra, caught.value.installed) == ("little", ("tiny",))
    with pytest.raises(ModelNotFoundError) as caught:
        open_encoder("none", packaged=[PACKAGED], fetch=no_hub)
    assert (caught.value.extra, caught.value.installed) == ("", ())


def test_an_unreachable_hub_is_one_more_place_that_was_tried() -> None:
    def unreachable(repository: str) -> Path:
        message = "no route"
        raise OSError(message)

    with pytest.raises(ModelNotFoundError, match=r"intfloat/e5 on the model hub \(no route\)"):
        open_encoder("intfloat/e5", allow_hub=True, fetch=unreachable)


def test_a_name_that_the_hub_refuses_is_not_found_either() -> None:
    # The hub's own client refuses it before it opens a connection.
    with pytest.raises(ModelNotFoundError, match=r"no such model! on the model hub"):
        open_encoder("no such model!", allow_hub=True)


def test_what_the_hub_gives_is_checked_like_a_directory(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(UnsafeModelError, match="pickle"):
        open_encoder("intfloat/e5", allow_hub=True, fetch=lambda _: tmp_path)


def test_a_package_with_other_weights_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / PACKAGED.package
    weights = write_model(package / "model", b"other weights") / "model.safetensors"
    (package / "__init__.py").write_text("raise SystemExit('the package was imported')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelDigestError) as caught:
        open_encoder("small", packaged=[PACKAGED], fetch=no_hub)
    assert caught.value.path == weights
    assert caught.value.expected == PACKAGED.weights_sha256
    assert caught.value.actual == hashlib.sha256(b"other weights").hexdigest()
    assert PACKAGED.package not in sys.modules


def test_weights_under_another_name_are_not_the_ones_we_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / PACKAGED.package
    (write_model(package / "model") / "model.safetensors").rename(package / "model" / "other.safetensors")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelDigestError, match="absent"):
        open_encoder("small", packaged=[PACKAGED], fetch=no_hub)


def test_the_hub_must_give_the_same_weights_as_the_package(tmp_path: Path) -> None:
    asked: list[str] = []

    def fetch(repository: str) -> Path:
        asked.append(repository)
        return write_model(tmp_path / "snapshot", b"other weights")

    with pytest.raises(ModelDigestError):
        open_encoder("small", allow_hub=True, packaged=[PACKAGED], fetch=fetch)
    assert asked == ["somebody/small"]


def test_a_packed_model_is_unpacked_once_and_its_package_not_imported(packed_package: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first, second = (find_model("tiny", packaged=[PACKED], cache=cache, fetch=no_hub) for _ in range(2))
    assert first == second
    assert first.digest == TINY_DIGEST
    assert cache in first.directory.parents
    assert PACKED.package not in sys.modules


def test_a_package_with_another_packed_model_is_not_unpacked(packed_package: Path, tmp_path: Path) -> None:
    (packed_package / PACKED.weights).write_bytes(PACKED_FILE + b"\0")
    with pytest.raises(ModelDigestError) as caught:
        find_model("tiny", packaged=[PACKED], cache=tmp_path / "cache", fetch=no_hub)
    assert caught.value.path == packed_package / PACKED.weights
    assert not (tmp_path / "cache").exists()


def test_a_package_without_its_packed_model_is_another_release(packed_package: Path, tmp_path: Path) -> None:
    (packed_package / PACKED.weights).unlink()
    with pytest.raises(ModelDigestError, match="absent"):
        find_model("tiny", packaged=[PACKED], cache=tmp_path / "cache", fetch=no_hub)


def test_the_original_of_a_packed_model_may_come_from_the_hub(tmp_path: Path) -> None:
    # Its digest is another, so its vectors are never mixed with those of the packed one.
    original = write_model(tmp_path / "snapshot")
    files = find_model("tiny", allow_hub=True, packaged=[PACKED], fetch=lambda _: original)
    assert files.directory == original
    assert files.digest != TINY_DIGEST


def test_a_directory_comes_before_a_package_of_its_name(
    packed_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)
    assert find_model("tiny", packaged=[PACKED], fetch=no_hub).directory == Path("tiny")


def test_the_table_has_one_row_per_name() -> None:
    assert len({row.name for row in PACKAGED_MODELS}) == len(PACKAGED_MODELS)
    assert all(len(row.weights_sha256) == 64 for row in PACKAGED_MODELS)
    assert all(row.unpacked_digest is None or len(row.unpacked_digest) == 64 for row in PACKAGED_MODELS)


def test_each_packaged_model_has_an_extra_that_pins_its_package() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for row in PACKAGED_MODELS:
        (requirement,) = project["optional-dependencies"][row.extra]
        extra = Requirement(requirement)
        assert extra.name.replace("-", "_") == row.package
        assert str(extra.specifier).startswith("==")
