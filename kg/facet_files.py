"""Facet columns on disk: NumPy files that are mapped, not read, and one JSON file of values a facet."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from kg.errors import DamagedColumnsError
from kg.facets import FACETS, Columns, FacetColumn, FacetValue, Pairs

_REPORTS: Final = "reports.json"


def save_columns(columns: Columns, directory: Path) -> None:
    """Write the columns to a new directory."""
    directory.mkdir()
    (directory / _REPORTS).write_bytes(orjson.dumps(columns.reports))
    for name, column in columns.facets.items():
        values = [(value.value, value.label, dict(value.labels)) for value in column.values]
        (directory / f"{name}.values.json").write_bytes(orjson.dumps(values))
        for origin, pairs in (("stated", column.stated), ("inferred", column.inferred)):
            np.save(directory / f"{name}.{origin}.npy", np.stack((pairs.rows, pairs.codes)))


def load_columns(directory: Path) -> Columns:
    """Open columns written by :func:`save_columns`.

    Raises :class:`~kg.errors.DamagedColumnsError` if a file is missing or is not what it should be.
    """
    try:
        reports = tuple(orjson.loads((directory / _REPORTS).read_bytes()))
        return Columns(reports, {name: _load_column(directory, name) for name in FACETS})
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise DamagedColumnsError(directory, str(error)) from error


def _load_column(directory: Path, name: str) -> FacetColumn:
    rows = orjson.loads((directory / f"{name}.values.json").read_bytes())
    values = tuple(FacetValue(value, label, labels) for value, label, labels in rows)
    stated, inferred = (_load_pairs(directory / f"{name}.{origin}.npy") for origin in ("stated", "inferred"))
    return FacetColumn(name, values, stated, inferred)


def _load_pairs(path: Path) -> Pairs:
    table = np.load(path, mmap_mode="r")
    return Pairs(table[0], table[1])


def columns_digest(columns: Columns) -> str:
    """The SHA-256 (hex) of the reports and of every facet's values and pairs."""
    digest = hashlib.sha256(orjson.dumps(columns.reports))
    for name, column in columns.facets.items():
        digest.update(name.encode())
        digest.update(orjson.dumps([(value.value, value.label) for value in column.values]))
        for pairs in (column.stated, column.inferred):
            digest.update(np.stack((pairs.rows, pairs.codes)).tobytes())
    return digest.hexdigest()
