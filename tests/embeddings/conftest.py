"""Contracts are inherited from modules that pytest does not collect: their asserts should explain themselves too."""

import pytest

pytest.register_assert_rewrite("tests.contracts.encoder_contract", "tests.contracts.vector_index_contract")
