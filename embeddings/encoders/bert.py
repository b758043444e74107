"""BERT in torch alone: the vectors of sentence-transformers without the seconds that importing it takes.

Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding" (2019), as the class
``BertModel`` of transformers computes it, and the mean of the tokens as sentence-transformers takes it
(docs/decisions/0029).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embeddings.devices import Device, DeviceChoice, chosen_device, natural_precision
from embeddings.encoder import Precision
from embeddings.encoders.bert_files import EMBEDDINGS, LAYER, BertFiles
from embeddings.inference import use_one_thread_for_tokens
from embeddings.vectors import Vectors


class BertTextModel:
    """A `TextModel` over the files of a plain BERT that have been checked (see `embeddings.model_files`).

    ``precision`` None takes that of `natural_precision`. The constructor imports torch and loads the weights (a
    second); it never opens a connection. Raises DeviceNotFoundError.
    """

    __slots__ = ("_device", "_files", "_network", "_precision", "_tokenizer", "_torch")

    def __init__(self, files: BertFiles, *, device: DeviceChoice = "auto", precision: Precision | None = None) -> None:
        use_one_thread_for_tokens()
        # Before torch, which another thread may be importing: reading a large vocabulary needs no lock that it holds.
        from tokenizers import Tokenizer  # noqa: PLC0415 - heavy imports belong to the construction

        self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(files.window)
        import torch  # noqa: PLC0415 - the same

        self._torch = torch
        self._files = files
        self._device = chosen_device(device, torch)
        self._precision = precision or natural_precision(torch, self._device)
        self._network = Network(torch, files, self._device, self._precision)

    @property
    def device(self) -> Device:
        return self._device

    @property
    def precision(self) -> Precision:
        return self._precision

    @property
    def prompts(self) -> Mapping[str, str | None]:
        return self._files.prompts

    @property
    def window(self) -> int | None:
        return self._files.window

    def query_vectors(self, texts: Sequence[str], prompt: str) -> Vectors:
        return self.document_vectors(texts, prompt)

    def document_vectors(self, texts: Sequence[str], prompt: str) -> Vectors:
        tokens = [self._tokenizer.encode(prompt + text).ids for text in texts]
        ids = np.full((len(tokens), max(map(len, tokens))), self._files.padding, dtype=np.int64)
        for row, one in enumerate(tokens):
            ids[row, : len(one)] = one
        lengths = np.array([len(one) for one in tokens])
        with self._torch.inference_mode():
            means = self._network.means(self._torch.from_numpy(ids), self._torch.from_numpy(lengths))
            vectors: Vectors = means.cpu().numpy()
        return vectors

    def token_count(self, text: str) -> int:
        return len(self._tokenizer.encode(text).ids)

    def token_offsets(self, text: str) -> Sequence[tuple[int, int]]:
        self._tokenizer.no_truncation()
        try:
            offsets: Sequence[tuple[int, int]] = self._tokenizer.encode(text, add_special_tokens=False).offsets
        finally:
            self._tokenizer.enable_truncation(self._files.window)
        return offsets


class Network:
    """The weights on a device, and the forward pass. ``torch`` is the library, which is imported where it is needed."""

    __slots__ = ("_device", "_dtype", "_epsilon", "_heads", "_layers", "_norm", "_tables", "_torch")

    def __init__(self, torch: Any, files: BertFiles, device: str, precision: Precision) -> None:
        from safetensors import safe_open  # noqa: PLC0415 - it imports torch

        self._torch, self._device, self._dtype = torch, device, getattr(torch, precision)
        self._heads, self._epsilon = files.heads, files.epsilon
        with safe_open(files.weights, framework="pt") as weights:

            def pair(name: str) -> tuple[Any, Any]:
                return self._moved(weights.get_tensor(f"{name}.weight")), self._moved(
                    weights.get_tensor(f"{name}.bias")
                )

            # In the precision of the file, and on a processor mapped from it: a query reads a few rows of the largest
            # table, which is most of a multilingual model.
            self._tables = [weights.get_tensor(f"embeddings.{table}.weight").to(device) for table in EMBEDDINGS]
            self._norm = pair("embeddings.LayerNorm")
            self._layers = [[pair(f"encoder.layer.{layer}.{part}") for part in LAYER] for layer in range(files.layers)]

    def means(self, ids: Any, lengths: Any) -> Any:
        """The mean of the token vectors of each text, float32 (n, d), on the device.

        ``ids`` int64 (n, longest) are filled up behind the ``lengths`` int64 (n,) of the texts.
        """
        ids, lengths = ids.to(self._device), lengths.to(self._device)
        read = self._torch.arange(ids.shape[1], device=self._device) < lengths[:, None]
        # Without padding there is nothing to mask, and attention is computed faster.
        mask = None if len(ids) == 1 else read[:, None, None, :]
        hidden = self._embedded(ids)
        for layer in self._layers:
            hidden = self._layer(layer, hidden, mask)
        # Summed in float32, like the library: bfloat16 would lose the ends of long texts.
        return (hidden.float() * read[:, :, None]).sum(dim=1) / lengths[:, None]

    def _embedded(self, ids: Any) -> Any:
        words, places, kinds = self._tables
        embedded = self._moved(self._torch.nn.functional.embedding(ids, words))
        return self._normed(embedded + self._moved(kinds[0]) + self._moved(places[: ids.shape[1]]), self._norm)

    def _layer(self, layer: Sequence[tuple[Any, Any]], hidden: Any, mask: Any) -> Any:
        functional = self._torch.nn.functional
        query, key, value, joined, joined_norm, inner, outer, outer_norm = layer
        texts, tokens, width = hidden.shape

        def by_head(weights: tuple[Any, Any]) -> Any:
            return functional.linear(hidden, *weights).view(texts, tokens, self._heads, -1).transpose(1, 2)

        attended = functional.scaled_dot_product_attention(by_head(query), by_head(key), by_head(value), attn_mask=mask)
        attended = attended.transpose(1, 2).reshape(texts, tokens, width)
        hidden = self._normed(functional.linear(attended, *joined) + hidden, joined_norm)
        widened = functional.gelu(functional.linear(hidden, *inner))
        return self._normed(functional.linear(widened, *outer) + hidden, outer_norm)

    def _normed(self, hidden: Any, weights: tuple[Any, Any]) -> Any:
        return self._torch.nn.functional.layer_norm(hidden, hidden.shape[-1:], *weights, self._epsilon)

    def _moved(self, tensor: Any) -> Any:
        return tensor.to(device=self._device, dtype=self._dtype)
