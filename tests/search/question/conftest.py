"""What understands questions over the river collection."""

from __future__ import annotations

import pytest

from search.question.linking import Linker
from search.question.planning import Planner
from search.snapshot import Snapshot


@pytest.fixture(scope="session")
def planner(river: Snapshot) -> Planner:
    return Planner(river)


@pytest.fixture(scope="session")
def linker(river: Snapshot) -> Linker:
    return Linker(river)
