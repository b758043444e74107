from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import StoreError
from kg.stores.oxigraph import OxigraphStore
from tests.contracts.graph_store_contract import INFERRED_PREFIX, STATED, GraphStoreContract, MakeStore


class TestInMemory(GraphStoreContract):
    @pytest.fixture
    def make_store(self) -> MakeStore:
        return lambda: OxigraphStore.create(None, inferred_prefix=INFERRED_PREFIX)


class TestOnDisk(GraphStoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> MakeStore:
        return lambda: OxigraphStore.create(tmp_path / "graph", inferred_prefix=INFERRED_PREFIX)


def test_what_was_written_is_read_and_reading_changes_no_file(tmp_path: Path) -> None:
    store = OxigraphStore.create(tmp_path / "graph", inferred_prefix=INFERRED_PREFIX)
    store.load([STATED])
    store.close()
    before = {path.name: path.read_bytes() for path in (tmp_path / "graph").iterdir()}
    opened = OxigraphStore.read_only(tmp_path / "graph", inferred_prefix=INFERRED_PREFIX)
    assert len(opened) == 4
    opened.close()
    assert {path.name: path.read_bytes() for path in (tmp_path / "graph").iterdir()} == before


def test_a_store_is_never_made_over_another(tmp_path: Path) -> None:
    OxigraphStore.create(tmp_path / "graph", inferred_prefix=INFERRED_PREFIX).close()
    with pytest.raises(StoreError, match="already"):
        OxigraphStore.create(tmp_path / "graph", inferred_prefix=INFERRED_PREFIX)


def test_what_is_no_store_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        OxigraphStore.read_only(tmp_path / "nothing", inferred_prefix=INFERRED_PREFIX)


def test_a_copy_is_changed_and_the_published_graph_is_not(tmp_path: Path) -> None:
    store = OxigraphStore.create(tmp_path / "graph", inferred_prefix=INFERRED_PREFIX)
    store.load([STATED])
    store.close()
    before = {path.name: path.read_bytes() for path in (tmp_path / "graph").iterdir() if path.suffix != ".log"}
    copy = OxigraphStore.copy(tmp_path / "graph", tmp_path / "copy", inferred_prefix=INFERRED_PREFIX)
    copy.replace(STATED.splitlines(keepends=True), [])
    assert len(copy) == 0
    copy.close()
    with pytest.raises(StoreError, match="already"):
        OxigraphStore.copy(tmp_path / "graph", tmp_path / "copy", inferred_prefix=INFERRED_PREFIX)
    with pytest.raises(StoreError):
        OxigraphStore.copy(tmp_path / "nothing", tmp_path / "another", inferred_prefix=INFERRED_PREFIX)
    assert len(OxigraphStore.read_only(tmp_path / "graph", inferred_prefix=INFERRED_PREFIX)) == 4
    assert {path.name: path.read_bytes() for path in (tmp_path / "graph").iterdir() if path.suffix != ".log"} == before
