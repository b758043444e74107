from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.digest import graph_digest, sorted_digest
from kg.mapping import nquad_chunks
from kg.model import Derivation, Report, Series
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import Minter

MINTER = Minter("http://e/")
REPORTS = [
    Report(id=str(n), title=f"T{n}", series=(Series("S", str(n), derivation=Derivation("guess", 0.5)),))
    for n in range(5)
]


def _digest(reports: list[Report], when: dt.datetime, workspace: Path) -> str:
    store = OxigraphStore.create(None, inferred_prefix=MINTER.inferred_prefix)
    store.load(nquad_chunks(reports, MINTER, generated=when))
    return graph_digest(store, MINTER, workspace)


def test_neither_the_order_of_reports_nor_the_time_changes_the_digest(tmp_path: Path) -> None:
    first = _digest(REPORTS, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), tmp_path)
    assert first == _digest(REPORTS[::-1], dt.datetime(2027, 1, 1, tzinfo=dt.UTC), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_changed_report_changes_the_digest(tmp_path: Path) -> None:
    when = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    changed = [*REPORTS[:-1], Report(id="4", title="Another")]
    assert _digest(REPORTS, when, tmp_path) != _digest(changed, when, tmp_path)


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
@given(lines=st.lists(st.binary(max_size=4).map(lambda b: b.replace(b"\n", b"") + b"\n"), max_size=9))
def test_sorting_in_parts_is_sorting(
    at_once: int, lines: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    expected = hashlib.sha256(b"".join(sorted(lines))).hexdigest()
    assert sorted_digest(lines, tmp_path_factory.mktemp("parts"), at_once=at_once) == expected
