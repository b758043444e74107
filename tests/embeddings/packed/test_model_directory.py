from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoders.bert_files import plain_bert
from embeddings.errors import PackedModelError
from embeddings.model_files import read_model_files
from embeddings.packed.directory import write_model_directory
from embeddings.packed.model import read_packed_model
from tests.embeddings.packed.packed_files import PIECES, SPELLING, TINY_DIGEST, PackedFile, unpacked_values

PACKED = PackedFile()


def write(directory: Path, packed: PackedFile = PACKED) -> Path:
    path = directory.with_suffix(".bin")
    path.write_bytes(packed.to_bytes())
    write_model_directory(read_packed_model(path), directory, query_prompt="query: ", document_prompt="passage: ")
    return directory


def test_the_same_model_gives_the_same_bytes_in_every_release(tmp_path: Path) -> None:
    # Whoever has to change this digest makes every collection encode its texts again.
    first, second = (read_model_files(write(tmp_path / name)) for name in ("first", "second"))
    assert first.digests == second.digests
    assert first.digest == TINY_DIGEST


def test_weights_are_those_of_the_packed_file_in_16_bits(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    weights = load_file(write(tmp_path / "tiny") / "model.safetensors")
    assert {str(values.dtype) for values in weights.values()} == {"float16"}
    renamed = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
        "l0.q.w": "encoder.layer.0.attention.self.query.weight",
        "l0.ao.b": "encoder.layer.0.attention.output.dense.bias",
        "l0.aln.w": "encoder.layer.0.attention.output.LayerNorm.weight",
        "l0.fi.w": "encoder.layer.0.intermediate.dense.weight",
        "l0.fo.w": "encoder.layer.0.output.dense.weight",
        "l0.oln.b": "encoder.layer.0.output.LayerNorm.bias",
    }
    written = {tensor.name: tensor for tensor in PACKED.tensors}
    for packed, name in renamed.items():
        np.testing.assert_array_equal(weights[name].reshape(-1), unpacked_values(written[packed]).astype(np.float16))
    assert weights["encoder.layer.0.intermediate.dense.weight"].shape == (64, 32)
    assert len(weights) == len(PACKED.tensors) + 2
    assert not weights["pooler.dense.weight"].any()


def test_the_values_begin_at_a_multiple_of_8(tmp_path: Path) -> None:
    raw = (write(tmp_path / "tiny") / "model.safetensors").read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    assert length % 8 == 0
    assert json.loads(raw[8 : 8 + length])["__metadata__"] == {"format": "pt"}


def test_the_library_reads_the_tokenizer(tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(write(tmp_path / "tiny") / "tokenizer.json"))
    assert tokenizer.encode("maize  rice").tokens == ["<s>", "▁maize", "▁rice", "</s>"]
    assert tokenizer.encode("maize", "rice").tokens == ["<s>", "▁maize", "</s>", "</s>", "▁rice", "</s>"]
    assert tokenizer.encode("q").ids[-2:] == [PIECES.index("<unk>"), PIECES.index("</s>")]
    assert tokenizer.get_vocab() == {piece: place for place, piece in enumerate(PIECES)}
    assert {character: tokenizer.normalizer.normalize_str(f"a{character}a") for character in SPELLING} == {
        character: f"a{instead}a" for character, instead in SPELLING.items()
    }


def test_a_model_without_a_mask_has_none(tmp_path: Path) -> None:
    pieces = [b"<other>" if piece == b"<mask>" else piece for piece in PACKED.pieces]
    directory = write(tmp_path / "tiny", replace(PACKED, pieces=pieces))
    added = json.loads((directory / "tokenizer.json").read_text(encoding="utf-8"))["added_tokens"]
    assert [token["content"] for token in added] == ["<s>", "<pad>", "</s>", "<unk>"]


def test_weights_that_are_no_numbers_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(PackedModelError, match=r"emb\.ln\.w"):
        write(tmp_path / "tiny", PACKED.with_tensor("emb.ln.w", values=np.full(32, np.nan, np.float32)))


def test_it_is_a_bert_that_needs_no_library(tmp_path: Path) -> None:
    # Else every search would wait seconds for sentence-transformers.
    assert plain_bert(write(tmp_path / "tiny")) is not None


@pytest.mark.slow
def test_sentence_transformers_reads_it_all(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(write(tmp_path / "tiny")), device="cpu", local_files_only=True)
    assert [type(module).__name__ for module in model] == ["Transformer", "Pooling", "Normalize"]
    assert (model.prompts["query"], model.prompts["document"]) == ("query: ", "passage: ")
    assert model.max_seq_length == 48
    vectors = model.encode_document(["maize", "rice water", "maize " * 500, "maize " * 600])
    assert vectors.shape == (4, 32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[2], vectors[3], atol=1e-5)
    assert not np.allclose(vectors[0], vectors[1], atol=1e-3)
    assert not np.allclose(model.encode_query("maize"), vectors[0], atol=1e-3)
