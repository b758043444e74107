from __future__ import annotations

import numpy as np
import pytest

from embeddings.vectors import unit_rows


def test_unit_rows_leaves_its_argument_and_changes_only_lengths() -> None:
    matrix = np.asfortranarray([[3.0, 4.0], [0.0, -2.0]])
    rows = unit_rows(matrix)
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, -1.0]], rtol=1e-6)
    assert rows.dtype == np.float32
    assert rows.flags.c_contiguous
    np.testing.assert_array_equal(matrix, [[3, 4], [0, -2]])


@pytest.mark.parametrize("component", [0.0, np.nan, np.inf])
def test_a_row_without_direction_is_refused(component: float) -> None:
    with pytest.raises(ValueError, match="no direction"):
        unit_rows(np.array([[1.0, 0.0], [component, 0.0]]))
