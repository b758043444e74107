"""A packed model becomes a directory that sentence-transformers reads: BERT, mean pooling, vectors of norm 1.

Every byte of it follows from the packed file and from this module alone. That is why tokenizer and weights are not
written by the libraries that will read them: their next version might lay the same model out anew, its digest would
change, and every collection would have to be encoded again. What is stored here changes only when that is worth it.
"""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any, Final

from embeddings.packed.model import Architecture, PackedModel, Pieces

# The names of a packed model's tensors in transformers' BertModel.
_EMBEDDINGS: Final = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KINDS: Final = {"w": "weight", "b": "bias"}
_MASK: Final = "<mask>"
# How SentencePiece writes the space before a word.
_SPACE: Final = "\u2581"


def write_model_directory(model: PackedModel, directory: Path, *, query_prompt: str, document_prompt: str) -> None:
    """Write ``model`` into ``directory``, which must not exist yet. A text counts up to the model's last position.

    Weights are stored in float16 (cosine to the packed ones above 0.99999) and computed with in what a reader asks for.
    Raises OSError (its file system), PackedModelError (weights that are no numbers).
    """
    architecture, pieces = model.architecture, model.pieces
    settings = {
        "config.json": _bert(architecture, pieces),
        "tokenizer.json": _tokenizer(pieces),
        "tokenizer_config.json": _tokenizer_settings(architecture, pieces),
        "modules.json": [
            {"idx": place, "name": str(place), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for place, (kind, path) in enumerate(
                [("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]
            )
        ],
        "sentence_bert_config.json": {"max_seq_length": architecture.positions, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": architecture.width, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "prompts": {"query": query_prompt, "document": document_prompt},
            "similarity_fn_name": "cosine",
        },
    }
    for name, content in settings.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8", newline="")
    _write_weights(model, directory / "model.safetensors")


def _bert(architecture: Architecture, pieces: Pieces) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        # What a reader computes in when nobody says: not what the weights are stored in.
        "dtype": "float32",
        "vocab_size": architecture.vocabulary,
        "hidden_size": architecture.width,
        "num_hidden_layers": architecture.layers,
        "num_attention_heads": architecture.heads,
        "intermediate_size": architecture.inner_width,
        "max_position_embeddings": architecture.positions,
        "type_vocab_size": architecture.token_types,
        "layer_norm_eps": architecture.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": pieces.padding,
    }


def _framing(pieces: Pieces) -> dict[str, Any]:
    """What stands around a text, and between two."""
    begin, end = pieces.texts[pieces.begin], pieces.texts[pieces.end]
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in ("A", "B"))
    return {
        "type": "TemplateProcessing",
        "single": [_special(begin), first, _special(end)],
        "pair": [_special(begin), first, _special(end), _special(end), second, _special(end)],
        "special_tokens": {
            text: {"id": text, "ids": [place], "tokens": [text]}
            for text, place in ((begin, pieces.begin), (end, pieces.end))
        },
    }


def _tokenizer(pieces: Pieces) -> dict[str, Any]:
    """XLM-RoBERTa's tokenizer as the library `tokenizers` writes it down.

    The packed spelling rules are those of NMT and NFKC, one by one; only the fullwidth tilde they
    leave as it is. A test compares them.
    """
    special = {place: pieces.texts[place] for place in (pieces.begin, pieces.padding, pieces.end, pieces.unknown)}
    if _MASK in pieces.texts:
        special[pieces.texts.index(_MASK)] = _MASK
    metaspace = {"type": "Metaspace", "replacement": _SPACE, "prepend_scheme": "always", "split": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": place,
                "content": text,
                "single_word": False,
                "lstrip": text == _MASK,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for place, text in sorted(special.items())
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Nmt"},
                {"type": "NFKC"},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
                {"type": "Strip", "strip_left": True, "strip_right": True},
            ],
        },
        "pre_tokenizer": metaspace,
        "post_processor": _framing(pieces),
        "decoder": metaspace,
        "model": {
            "type": "Unigram",
            "unk_id": pieces.unknown,
            "vocab": list(zip(pieces.texts, pieces.scores, strict=True)),
            "byte_fallback": False,
        },
    }


def _special(text: str) -> dict[str, Any]:
    return {"SpecialToken": {"id": text, "type_id": 0}}


def _tokenizer_settings(architecture: Architecture, pieces: Pieces) -> dict[str, Any]:
    begin, end = pieces.texts[pieces.begin], pieces.texts[pieces.end]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": architecture.positions,
        "model_input_names": ["input_ids", "attention_mask"],
        "clean_up_tokenization_spaces": False,
        "bos_token": begin,
        "cls_token": begin,
        "eos_token": end,
        "sep_token": end,
        "pad_token": pieces.texts[pieces.padding],
        "unk_token": pieces.texts[pieces.unknown],
    }


def _write_weights(model: PackedModel, path: Path) -> None:
    """The form of safetensors: u64 length of a JSON with type, shape and place of each tensor; then the values."""
    width = model.architecture.width
    # Mean pooling never reads the pooler. Without one, the reader would make one up at random and warn.
    pooler = {"pooler.dense.weight": (width, width), "pooler.dense.bias": (width,)}
    shapes = {_bert_name(tensor.name): tensor.shape for tensor in model.tensors} | pooler
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    place = 0
    for name, shape in shapes.items():
        size = 2 * math.prod(shape)
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": (place, place + size)}
        place += size
    raw = json.dumps(header, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(raw)) + raw)
        for tensor in model.tensors:
            for values in model.values(tensor):
                file.write(values.astype("<f2").tobytes())
        for shape in pooler.values():
            file.write(bytes(2 * math.prod(shape)))


def _bert_name(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer.removeprefix('l')}.{_LAYER[part]}.{_KINDS[kind]}"
