"""Where a reranker is looked for, and what is refused before anything is loaded: needs no model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.errors import HubNotAllowedError, NotARerankerError, RerankerNotFoundError, UnsafeModelError
from embeddings.models import open_reranker

CONFIG = {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "LABEL_0"}}


def write_model(directory: Path, config: object) -> Path:
    directory.mkdir()
    (directory / "model.safetensors").write_bytes(b"not really weights")
    (directory / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    return directory


def no_hub(repository: str) -> Path:
    pytest.fail(f"the hub was asked for {repository}")


def test_an_unknown_name_says_where_it_was_looked_for() -> None:
    with pytest.raises(RerankerNotFoundError) as caught:
        open_reranker("MiniLM-L6", fetch=no_hub)
    assert caught.value.tried == ("the directory MiniLM-L6",)


def test_a_packaged_encoder_is_no_reranker() -> None:
    with pytest.raises(RerankerNotFoundError):
        open_reranker("all-MiniLM-L6-v2", fetch=no_hub)


def test_a_repository_name_needs_the_hub_allowed() -> None:
    with pytest.raises(HubNotAllowedError) as caught:
        open_reranker("cross-encoder/ms-marco-MiniLM-L6-v2", fetch=no_hub)
    assert caught.value.name == "cross-encoder/ms-marco-MiniLM-L6-v2"


def test_an_unreachable_hub_is_one_more_place_that_was_tried() -> None:
    def unreachable(repository: str) -> Path:
        message = "no route"
        raise OSError(message)

    with pytest.raises(RerankerNotFoundError, match=r"somebody/L6 on the model hub \(no route\)"):
        open_reranker("somebody/L6", allow_hub=True, fetch=unreachable)


def test_what_the_hub_gives_is_checked_like_a_directory(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(UnsafeModelError, match="pickle"):
        open_reranker("somebody/L6", allow_hub=True, fetch=lambda _: tmp_path)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("no JSON", "no config.json that describes"),
        ([1], "no config.json that describes"),
        (CONFIG | {"max_position_embeddings": "many"}, "no config.json that describes"),
        (CONFIG | {"architectures": ["BertModel"]}, "does not classify"),
        (CONFIG | {"architectures": None}, "does not classify"),
        (CONFIG | {"id2label": {"0": "no", "1": "yes"}}, "2 scores"),
        (CONFIG | {"id2label": None}, "no scores"),
    ],
)
def test_a_model_that_does_not_score_pairs_is_refused(tmp_path: Path, config: object, reason: str) -> None:
    with pytest.raises(NotARerankerError, match=reason):
        open_reranker(str(write_model(tmp_path / "model", config)))


def test_a_directory_without_a_configuration_is_refused(tmp_path: Path) -> None:
    (write_model(tmp_path / "model", CONFIG) / "config.json").unlink()
    with pytest.raises(NotARerankerError):
        open_reranker(str(tmp_path / "model"))


def test_looking_for_a_reranker_loads_no_library() -> None:
    program = "import sys, embeddings.models; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
