"""Our BERT with a tiny model: where it computes, and what padding and the window do. Vectors: test_model_encoder.py."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings.encoders.bert import BertTextModel, Network
from embeddings.encoders.bert_files import BertFiles, plain_bert
from embeddings.encoders.sentence_transformers import SentenceTransformersModel
from tests.embeddings.tiny_model import write_tiny_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> BertFiles:
    files = plain_bert(write_tiny_model(tmp_path_factory.mktemp("models") / "tiny"))
    assert files is not None
    return files


@pytest.fixture(scope="module")
def model(files: BertFiles) -> BertTextModel:
    return BertTextModel(files, device="cpu", precision="float32")


def test_everything_is_computed_on_the_device_that_was_chosen(files: BertFiles) -> None:
    import torch

    # Where a tensor of another device takes part, torch raises an error. This one computes shapes alone.
    network = Network(torch, files, "meta", "bfloat16")
    means = network.means(torch.ones(3, 5, dtype=torch.int64), torch.tensor([5, 2, 1]))
    assert (means.device.type, means.shape, means.dtype) == ("meta", (3, 32), torch.float32)


def test_padding_changes_nothing(model: BertTextModel) -> None:
    texts = ["maize", "rice water maize rice", "maize " * 30]
    alone = [model.document_vectors([text], "passage: ")[0] for text in texts]
    np.testing.assert_allclose(model.document_vectors(texts, "passage: "), alone, rtol=1e-5, atol=1e-6)


def test_a_text_counts_up_to_the_end_of_the_window(model: BertTextModel) -> None:
    at_the_end, beyond = "maize " * 46, "maize " * 46 + "rice " * 9
    np.testing.assert_array_equal(model.query_vectors([at_the_end], ""), model.query_vectors([beyond], ""))
    assert not np.allclose(
        model.query_vectors([at_the_end], ""), model.query_vectors(["maize " * 40 + "rice " * 6], "")
    )
    assert len(model.token_offsets(beyond)) == 55
    assert model.token_count(beyond) == model.window == 48


def test_the_library_reads_the_same(files: BertFiles, model: BertTextModel) -> None:
    library = SentenceTransformersModel(files.directory, device="cpu", precision="float32")
    assert (model.window, dict(model.prompts)) == (library.window, dict(library.prompts))
    for text in ("", "maize", "rice\u200bwater ﬁ Å", "maize " * 60):
        assert model.token_count(text) == min(library.token_count(text), 48)
        assert list(model.token_offsets(text)) == list(library.token_offsets(text))
        ours, theirs = (one.document_vectors([text], "passage: ")[0] for one in (model, library))
        np.testing.assert_allclose(ours / np.linalg.norm(ours), theirs, atol=1e-5)
