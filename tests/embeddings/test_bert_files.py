from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from embeddings.encoders.bert_files import BertFiles, plain_bert
from tests.embeddings.tiny_model import write_tiny_model

Change = Callable[[Any], Any]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "tiny")


def change(path: Path, changed: Change) -> None:
    path.write_text(json.dumps(changed(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")


def test_what_a_plain_bert_says_is_read(tiny: Path) -> None:
    assert plain_bert(tiny) == BertFiles(
        directory=tiny,
        layers=1,
        heads=2,
        epsilon=1e-12,
        padding=1,
        window=48,
        prompts={"query": "query: ", "document": "passage: "},
    )


def test_the_form_of_version_6_is_read_too(tiny: Path) -> None:
    before = plain_bert(tiny)
    kinds = ["base.modules.transformer.Transformer", "sentence_transformer.modules.pooling.Pooling"]
    change(
        tiny / "modules.json",
        lambda modules: [
            module | {"type": f"sentence_transformers.{kind}"}
            for module, kind in zip(modules, [*kinds, "base.modules.normalize.Normalize"], strict=True)
        ],
    )
    change(
        tiny / "1_Pooling" / "config.json",
        lambda _: {"embedding_dimension": 32, "pooling_mode": "mean", "include_prompt": True},
    )
    change(
        tiny / "sentence_bert_config.json",
        lambda _: {
            "transformer_task": "feature-extraction",
            "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
            "module_output_name": "token_embeddings",
        },
    )
    # The length of a text is then the tokenizer's business.
    assert plain_bert(tiny) == before


def test_a_model_without_normalisation_or_settings_of_prompts_is_plain(tiny: Path) -> None:
    change(tiny / "modules.json", lambda modules: modules[:2])
    (tiny / "config_sentence_transformers.json").unlink()
    files = plain_bert(tiny)
    assert files is not None
    assert files.prompts == {}


def merged(**values: object) -> Change:
    return lambda content: content | values


OTHERS: list[tuple[str, Change]] = [
    ("config.json", merged(model_type="roberta")),
    ("config.json", merged(hidden_act="gelu_new")),
    ("config.json", merged(position_embedding_type="relative_key")),
    ("config.json", merged(is_decoder=True)),
    ("config.json", merged(quantization_config={"bits": 4})),
    ("config.json", merged(pad_token_id=None)),
    ("config.json", merged(num_hidden_layers=3)),
    ("config.json", lambda _: []),
    ("modules.json", lambda modules: [modules[0], modules[2]]),
    ("modules.json", lambda modules: [*modules, modules[2] | {"type": "sentence_transformers.models.Dense"}]),
    ("modules.json", lambda modules: [modules[0] | {"path": "0_Transformer"}, *modules[1:]]),
    ("1_Pooling/config.json", merged(pooling_mode_cls_token=True)),
    ("1_Pooling/config.json", merged(pooling_mode="cls")),
    ("1_Pooling/config.json", merged(include_prompt=False)),
    ("sentence_bert_config.json", merged(do_lower_case=True)),
    ("sentence_bert_config.json", merged(max_seq_length=None)),
    ("sentence_bert_config.json", merged(model_args={"attn_implementation": "eager"})),
    ("config_sentence_transformers.json", merged(model_type="SparseEncoder")),
    ("tokenizer_config.json", merged(tokenizer_class="XLMRobertaTokenizer")),
    # Its own normalizer is none of BERT's.
    ("tokenizer_config.json", merged(tokenizer_class="BertTokenizer")),
]


@pytest.mark.parametrize(("file", "changed"), OTHERS)
def test_anything_else_is_left_to_the_library(tiny: Path, file: str, changed: Change) -> None:
    change(tiny / file, changed)
    assert plain_bert(tiny) is None


BERT_NORMALIZER = {"type": "BertNormalizer", "lowercase": False, "strip_accents": None, "handle_chinese_chars": True}


@pytest.mark.parametrize(("said", "plain"), [(False, True), (True, False)])
def test_the_tokenizer_of_bert_must_be_what_its_settings_say(tiny: Path, said: object, plain: object) -> None:
    change(tiny / "tokenizer.json", merged(normalizer=BERT_NORMALIZER))
    change(tiny / "tokenizer_config.json", merged(tokenizer_class="BertTokenizer", do_lower_case=said))
    assert (plain_bert(tiny) is not None) is plain


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "modules.json", "model.safetensors"])
def test_a_directory_that_lacks_a_file_is_left_to_the_library(tiny: Path, file: str) -> None:
    (tiny / file).unlink()
    assert plain_bert(tiny) is None


@pytest.mark.parametrize("raw", [b"", b"short", b"\xff" * 64, b"\x02" + bytes(7) + b"[]"])
def test_weights_that_cannot_be_read_are_left_to_the_library(tiny: Path, raw: bytes) -> None:
    (tiny / "model.safetensors").write_bytes(raw)
    assert plain_bert(tiny) is None
