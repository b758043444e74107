"""Whether a model directory holds a plain BERT with mean pooling, and what its files say of it."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

WEIGHTS: Final = "model.safetensors"
TOKENIZER: Final = "tokenizer.json"

EMBEDDINGS: Final = ("word_embeddings", "position_embeddings", "token_type_embeddings")
LAYER: Final = (
    *("attention.self.query", "attention.self.key", "attention.self.value"),
    *("attention.output.dense", "attention.output.LayerNorm"),
    *("intermediate.dense", "output.dense", "output.LayerNorm"),
)
"""The parts of a layer, each of which has a weight and a bias."""

# What a file may say, by what it says when it says nothing. Anything else is left to sentence-transformers.
_CONFIG: Final = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
    "is_decoder": False,
    "add_cross_attention": False,
}
_MODEL_TYPE: Final = "SentenceTransformer"
_OLD_TRANSFORMER: Final = frozenset({"max_seq_length", "do_lower_case"})
_NEW_TRANSFORMER: Final = {
    "transformer_task": "feature-extraction",
    "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
    "module_output_name": "token_embeddings",
}
# The class that takes tokenizer.json as it is. Others rebuild parts of it when transformers loads them (seen with
# XLMRobertaTokenizer); BERT's come out the same where tokenizer_config.json says the same.
_AS_WRITTEN: Final = "PreTrainedTokenizerFast"
_BERT_TOKENIZERS: Final = frozenset({"BertTokenizer", "BertTokenizerFast"})
_BERT_NORMALIZER: Final = {
    "lowercase": ("do_lower_case", True),
    "strip_accents": ("strip_accents", None),
    "handle_chinese_chars": ("tokenize_chinese_chars", True),
}
"""What tokenizer.json calls a choice; what tokenizer_config.json calls it, and BERT's default there."""


@dataclass(frozen=True, slots=True)
class BertFiles:
    """What the files of ``directory`` say. ``window`` is how many tokens are read, special ones included.

    ``epsilon`` is what layer norms add to a variance, ``padding`` the id of the token that fills up short texts.
    """

    directory: Path
    layers: int
    heads: int
    epsilon: float
    padding: int
    window: int
    prompts: Mapping[str, str | None]

    @property
    def weights(self) -> Path:
        return self.directory / WEIGHTS

    @property
    def tokenizer(self) -> Path:
        return self.directory / TOKENIZER


def plain_bert(directory: Path) -> BertFiles | None:
    """What the files say, or ``None`` where they ask for anything but BERT, the mean of its tokens, and norm 1.

    Whatever is not understood is "anything but": sentence-transformers then loads the model, and says what is wrong.
    """
    try:
        return _read(directory)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, struct.error):
        return None


def _read(directory: Path) -> BertFiles | None:
    config, tokenizer = _json(directory / "config.json"), _json(directory / "tokenizer_config.json")
    plain = (
        all(config.get(key, said) == said for key, said in _CONFIG.items())
        and config["model_type"] == "bert"
        and "quantization_config" not in config
        and _is_as_written(directory / TOKENIZER, tokenizer)
        and _is_mean_of_tokens(directory)
        and _names(int(config["num_hidden_layers"])) <= _tensors(directory / WEIGHTS)
    )
    window = _window(_json(directory / "sentence_bert_config.json"), tokenizer)
    settings = _json(path) if (path := directory / "config_sentence_transformers.json").is_file() else {}
    if not plain or window is None or settings.get("model_type", _MODEL_TYPE) != _MODEL_TYPE:
        return None
    return BertFiles(
        directory=directory,
        layers=int(config["num_hidden_layers"]),
        heads=int(config["num_attention_heads"]),
        epsilon=float(config["layer_norm_eps"]),
        padding=int(config["pad_token_id"]),
        window=min(window, int(config["max_position_embeddings"])),
        prompts=dict(settings.get("prompts") or {}),
    )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _is_as_written(path: Path, settings: Mapping[str, Any]) -> bool:
    """Whether transformers would use the tokenizer in ``path`` as the file says."""
    if settings["tokenizer_class"] not in _BERT_TOKENIZERS:
        return bool(settings["tokenizer_class"] == _AS_WRITTEN) and path.is_file()
    normalizer = _json(path)["normalizer"]
    return bool(normalizer["type"] == "BertNormalizer") and all(
        normalizer[choice] == settings.get(name, default) for choice, (name, default) in _BERT_NORMALIZER.items()
    )


def _is_mean_of_tokens(directory: Path) -> bool:
    """Whether the modules are a transformer, the mean of its tokens, and at most norm 1, which is given anyway."""
    modules = [(str(module["type"]).rpartition(".")[2], module["path"]) for module in _json(directory / "modules.json")]
    kinds = [kind for kind, _ in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]) or modules[0][1]:
        return False
    pooling = _json(directory / modules[1][1] / "config.json")
    # Before version 6 each way of pooling had a switch of its own.
    switched = {key for key, value in pooling.items() if key.startswith("pooling_mode_") and value}
    means = (
        pooling.get("pooling_mode") == "mean" if "pooling_mode" in pooling else switched == {"pooling_mode_mean_tokens"}
    )
    return means and pooling.get("include_prompt", True) is True


def _window(transformer: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> int | None:
    """The limit that the files set, ``None`` where they ask for what is not understood."""
    if set(transformer) <= _OLD_TRANSFORMER and not transformer.get("do_lower_case"):
        return int(transformer["max_seq_length"])
    # Since version 6 the tokenizer knows the limit.
    return int(tokenizer["model_max_length"]) if transformer == _NEW_TRANSFORMER else None


def _names(layers: int) -> set[str]:
    parts = {f"encoder.layer.{layer}.{part}" for layer in range(layers) for part in LAYER}
    normed = {f"{part}.{kind}" for part in (*parts, "embeddings.LayerNorm") for kind in ("weight", "bias")}
    return normed | {f"embeddings.{table}.weight" for table in EMBEDDINGS}


def _tensors(path: Path) -> set[str]:
    """The names of the tensors in a file of safetensors: its first 8 bytes are the length of the JSON after them."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        # No header is longer, by the definition of the format.
        return set(json.loads(file.read(length))) if length <= 100_000_000 else set()
