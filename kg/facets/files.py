"""Facet columns on disk, in files that are mapped, not read: opened, they hold no memory that grows with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kg.errors import DamagedColumnsError
from kg.facets.columns import Columns, FacetColumn
from kg.facets.counting import Pairs
from kg.facets.table import FACETS
from kg.facets.values import FacetValues, Names
from kg.string_table import StringTable

_REPORTS: Final = "reports.strings"
_HELD: Final = "facets.strings"
"""The names of the facets: columns of others are not damaged, but of no use."""
_ORIGINS: Final = ("stated", "inferred")


def save_columns(reports: StringTable, facets: Iterable[FacetColumn], directory: Path) -> None:
    """Write columns to a new directory, one facet after the other: they need not be in memory together."""
    directory.mkdir()
    reports.save(directory / _REPORTS)
    held = []
    for column in facets:
        name = column.name
        held.append(name)
        for part, table in _tables(column).items():
            table.save(directory / f"{name}.{part}.strings")
        np.save(directory / f"{name}.names.npy", column.names.codes)
        for origin, pairs in zip(_ORIGINS, (column.stated, column.inferred), strict=True):
            np.save(directory / f"{name}.{origin}.npy", np.stack((pairs.rows, pairs.codes)))
            if len(pairs.rows):
                np.save(directory / f"{name}.{origin}.starts.npy", pairs.starts)
                np.save(directory / f"{name}.{origin}.totals.npy", pairs.totals)
    StringTable.of(held).save(directory / _HELD)


def load_columns(directory: Path) -> Columns:
    """Open columns written by :func:`save_columns`.

    Raises :class:`~kg.errors.DamagedColumnsError` if a file is missing, cut, or does not fit the others, and if the
    facets are not those of this program. Other damage changes the digest.
    """
    try:
        _require_all_facets(StringTable.open(directory / _HELD))
        reports = StringTable.open(directory / _REPORTS)
        return Columns(reports, {name: _load_column(directory, name, len(reports)) for name in FACETS})
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise DamagedColumnsError(directory, str(error)) from error


def _require_all_facets(held: Iterable[str]) -> None:
    if list(held) != list(FACETS):
        raise ValueError(f"they hold {', '.join(held)}; the facets of this program are {', '.join(FACETS)}")


def _load_column(directory: Path, name: str, reports: int) -> FacetColumn:
    texts, labels, folded = (
        StringTable.open(directory / f"{name}.{part}.strings") for part in ("values", "labels", "names")
    )
    names = Names(folded, _mapped(directory / f"{name}.names.npy", (len(folded),)))
    stated, inferred = (_load_pairs(directory, f"{name}.{origin}", reports, len(texts)) for origin in _ORIGINS)
    return FacetColumn(name, FacetValues(texts, labels), names, stated, inferred)


def _load_pairs(directory: Path, name: str, reports: int, values: int) -> Pairs:
    table = _mapped(directory / f"{name}.npy", (2, -1))
    if not table.size:
        return Pairs.none(reports=reports, values=values)
    starts, totals = (_mapped(directory / f"{name}.{part}.npy", (-1,)) for part in ("starts", "totals"))
    if (len(starts), starts[-1], len(totals)) != (reports + 1, table.shape[1], values):
        raise ValueError(f"{name} does not fit {reports} reports and {values} values")
    return Pairs(table[0], table[1], starts, totals)


def _mapped(path: Path, shape: tuple[int, ...]) -> NDArray[np.int32]:
    """The array of a file; -1 in its shape is any number."""
    mapped = np.load(path, mmap_mode="r")
    as_wanted = len(mapped.shape) == len(shape) and all(
        size in {-1, found} for size, found in zip(shape, mapped.shape, strict=True)
    )
    if mapped.dtype != np.int32 or not as_wanted:
        raise ValueError(f"{path.name} holds {mapped.dtype} {mapped.shape} instead of int32 {shape}")
    # A memmap is an array that is slow to slice, and every slice of it is another.
    return np.asarray(mapped)


def columns_digest(columns: Columns) -> str:
    """The SHA-256 (hex) of the reports and of every facet's values, labels, names and pairs."""
    digest = hashlib.sha256(columns.reports.block)
    for name, column in columns.facets.items():
        digest.update(name.encode())
        for table in _tables(column).values():
            digest.update(table.block)
        for array in _arrays(column):
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _tables(column: FacetColumn) -> dict[str, StringTable]:
    return {"values": column.values.texts, "labels": column.values.labels, "names": column.names.folded}


def _arrays(column: FacetColumn) -> Iterator[NDArray[np.int32]]:
    yield column.names.codes
    for pairs in (column.stated, column.inferred):
        yield from (pairs.rows, pairs.codes, pairs.starts, pairs.totals)
