"""Encoders as the program opens them, with a tiny model that is loaded for real."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embeddings.encoder import Precision
from embeddings.errors import DeviceNotFoundError, ModelMismatchError
from embeddings.models import open_encoder
from search.request import Request
from search.snapshots.snapshot import Manifest
from tests.conftest import SAMPLE, build_sources, services_for
from tests.embeddings.tiny_model import write_tiny_model
from ui.settings import DEFAULT_MODEL
from ui.wiring import Services

pytestmark = pytest.mark.slow

each_precision = pytest.mark.parametrize("precision", ["float32", "bfloat16"])


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The directory of a model."""
    return write_tiny_model(tmp_path / "tiny")


def built(data: Path, model: Path, precision: Precision) -> Services:
    """Services over a collection that was built on a machine that prefers ``precision``."""
    services = services_for(data, model=str(model))
    build_sources(services, SAMPLE, encoder=open_encoder(str(model), precision=precision))
    return services


@each_precision
def test_a_collection_is_searched_in_the_precision_it_was_built_in(
    tiny: Path, tmp_path: Path, precision: Precision
) -> None:
    built(tmp_path / "data", tiny, precision)
    # Another process, which only finds the collection.
    services = services_for(tmp_path / "data", model=None)
    engine = services.engine(services.data.live())
    assert engine.snapshot.manifest.model.precision == precision
    assert engine.search(Request("maize")).total


@each_precision
def test_a_build_keeps_the_precision_so_that_vectors_are_used_again(
    tiny: Path, tmp_path: Path, precision: Precision
) -> None:
    first = built(tmp_path / "data", tiny, precision)
    services = services_for(tmp_path / "data", model=str(tiny))
    report = build_sources(services, SAMPLE)
    assert (report.encoding.encoded, report.encoding.reused) == (0, 60)
    assert report.manifest.model == Manifest.read(first.data.snapshots / "000001").model
    # One model in memory is enough for building and searching.
    assert services.build_encoder() is services.build_encoder()


@each_precision
def test_another_model_under_the_same_name_is_computed_as_the_processor_likes(
    tiny: Path, tmp_path: Path, precision: Precision
) -> None:
    liked = open_encoder(str(tiny)).identity.precision
    built(tmp_path / "data", tiny, precision)
    settings = tiny / "config_sentence_transformers.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"similarity_fn_name": "dot"}))
    services = services_for(tmp_path / "data", model=str(tiny))
    with pytest.raises(ModelMismatchError):
        services.engine(services.data.live())
    report = build_sources(services, SAMPLE)
    assert report.encoding.encoded == 60
    assert report.manifest.model.precision == liked
    assert services.engine(services.data.live()).search(Request("maize")).total


def test_a_damaged_collection_decides_nothing(tiny: Path, tmp_path: Path) -> None:
    services = built(tmp_path / "data", tiny, "float32")
    (services.data.live() / "manifest.json").write_text("{")
    again = services_for(tmp_path / "data", model=str(tiny))
    assert again.build_encoder().identity.precision == open_encoder(str(tiny)).identity.precision


def test_models_compute_where_the_settings_say(tiny: Path, tmp_path: Path) -> None:
    import torch

    if torch.backends.mps.is_available():
        pytest.skip("this machine has every device that could be missing")
    built(tmp_path / "data", tiny, "float32")
    services = services_for(tmp_path / "data", model=None, device="mps")
    with pytest.raises(DeviceNotFoundError):
        services.engine(services.data.live())


def test_the_default_is_a_packaged_model_for_many_languages() -> None:
    assert DEFAULT_MODEL == "multilingual-e5-small"
