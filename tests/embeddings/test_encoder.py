from __future__ import annotations

import dataclasses

import pytest

from embeddings.encoder import ModelIdentity

IDENTITY = ModelIdentity(name="e5", digest="0" * 64, dimension=384, query_prompt="query: ", document_prompt="passage: ")


def test_the_key_never_changes() -> None:
    # Stored vectors carry it: if this fails, every collection would have to be encoded again.
    assert IDENTITY.key == "e60d8d8c672e14f0"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "MiniLM"},
        {"digest": "1" * 64},
        {"dimension": 383},
        {"query_prompt": ""},
        {"document_prompt": "query: "},
        {"precision": "bfloat16"},
        {"long_texts": "joined"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_changes_the_key(change: dict[str, str]) -> None:
    assert set(change) <= {field.name for field in dataclasses.fields(ModelIdentity)}
    assert dataclasses.replace(IDENTITY, **change).key != IDENTITY.key  # type: ignore[arg-type]  # one field of its type


def test_swapped_prompts_are_another_model() -> None:
    swapped = dataclasses.replace(IDENTITY, query_prompt="passage: ", document_prompt="query: ")
    assert swapped.key != IDENTITY.key
