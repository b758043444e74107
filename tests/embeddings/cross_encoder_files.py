"""A cross-encoder with random weights, small enough to be made in a test."""

from __future__ import annotations

from pathlib import Path

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def write_cross_encoder(directory: Path, *, labels: int = 1) -> Path:
    """A directory in the form of a cross-encoder of the model hub: BERT with a head of so many scores."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    directory.mkdir(parents=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "water", "maize", "credit", "women"]
    pieces = [*_LETTERS, *(f"##{letter}" for letter in _LETTERS)]
    vocabulary = {word: number for number, word in enumerate([*words, *pieces])}
    BertTokenizer(vocab=vocabulary).save_pretrained(directory)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=128,
        # Larger weights than a model begins with, so that texts differ in more than the last digits.
        initializer_range=1.0,
    )
    config.num_labels = labels
    BertForSequenceClassification(config).save_pretrained(directory)
    return directory
