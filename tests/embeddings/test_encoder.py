from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from embeddings.encoder import ModelIdentity, unit_rows

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
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_changes_the_key(change: dict[str, str]) -> None:
    assert set(change) <= {field.name for field in dataclasses.fields(ModelIdentity)}
    assert dataclasses.replace(IDENTITY, **change).key != IDENTITY.key  # type: ignore[arg-type]  # one field of its type


def test_swapped_prompts_are_another_model() -> None:
    swapped = dataclasses.replace(IDENTITY, query_prompt="passage: ", document_prompt="query: ")
    assert swapped.key != IDENTITY.key


def test_unit_rows_leaves_its_argument_and_changes_only_lengths() -> None:
    matrix = np.asfortranarray([[3.0, 4.0], [0.0, -2.0]])
    rows = unit_rows(matrix)
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0, -1]], rtol=1e-6)
    assert rows.dtype == np.float32
    assert rows.flags.c_contiguous
    np.testing.assert_array_equal(matrix, [[3, 4], [0, -2]])


@pytest.mark.parametrize("component", [0.0, np.nan, np.inf])
def test_a_row_without_direction_is_refused(component: float) -> None:
    with pytest.raises(ValueError, match="no direction"):
        unit_rows(np.array([[1.0, 0.0], [component, 0.0]]))
