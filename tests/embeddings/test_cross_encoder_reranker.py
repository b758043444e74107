from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import DeviceNotFoundError, NotARerankerError, UnsafeModelError
from embeddings.models import open_reranker
from embeddings.reranker import Reranker
from tests.contracts.reranker_contract import RerankerContract
from tests.embeddings.cross_encoder_files import write_cross_encoder

pytestmark = pytest.mark.slow

TEXTS = ["Water for maize", "Credit for women", "w" * 300, ""]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cross_encoder(tmp_path_factory.mktemp("models") / "tiny")


class TestCrossEncoder(RerankerContract):
    @pytest.fixture(scope="class")
    @classmethod
    def reranker(cls, directory: Path) -> Reranker:
        return open_reranker(str(directory), precision="float32")


@pytest.mark.parametrize("activation", ["torch.nn.modules.activation.Sigmoid", "torch.nn.modules.linear.Identity"])
def test_scores_are_the_logits_of_the_library_whatever_the_files_ask_for(tmp_path: Path, activation: str) -> None:
    import torch
    from sentence_transformers import CrossEncoder

    directory = write_cross_encoder(tmp_path / "tiny")
    config = directory / "config.json"
    asked = json.loads(config.read_text()) | {"sentence_transformers": {"activation_fn": activation}}
    config.write_text(json.dumps(asked))
    bare = CrossEncoder(str(directory), device="cpu", max_length=128)
    logits = bare.predict([("water", text) for text in TEXTS], activation_fn=torch.nn.Identity())
    scores = open_reranker(str(directory), precision="float32").scores("water", TEXTS)
    np.testing.assert_allclose(scores, logits, atol=1e-5)
    assert len(set(scores.tolist())) == len(TEXTS)


def test_a_device_that_is_not_there_is_an_error(directory: Path) -> None:
    import torch

    if torch.backends.mps.is_available():
        pytest.skip("this machine has every device that could be missing")
    with pytest.raises(DeviceNotFoundError):
        open_reranker(str(directory), device="mps")


def test_bfloat16_gives_nearly_the_same(directory: Path) -> None:
    exact = open_reranker(str(directory), precision="float32").scores("water", TEXTS)
    np.testing.assert_allclose(
        open_reranker(str(directory), precision="bfloat16").scores("water", TEXTS), exact, atol=0.3
    )


def test_a_model_of_several_scores_is_refused(tmp_path: Path) -> None:
    directory = write_cross_encoder(tmp_path / "nli", labels=3)
    with pytest.raises(NotARerankerError, match="3 scores"):
        open_reranker(str(directory))


def test_code_of_the_model_is_refused(tmp_path: Path) -> None:
    directory = write_cross_encoder(tmp_path / "tiny")
    (directory / "modeling_tiny.py").write_text("raise SystemExit('it ran')")
    with pytest.raises(UnsafeModelError, match="code"):
        open_reranker(str(directory))


def test_code_from_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    directory = write_cross_encoder(tmp_path / "tiny")
    config = directory / "config.json"
    mapped = {"auto_map": {"AutoModelForSequenceClassification": "somebody/code--modeling.Model"}}
    config.write_text(json.dumps(json.loads(config.read_text()) | mapped))
    scores = open_reranker(str(directory), precision="float32").scores("water", TEXTS)
    assert np.isfinite(scores).all()
