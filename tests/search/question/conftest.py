"""What understands questions over the river collection."""

from __future__ import annotations

import pytest

from search.question.understanding.linking import Linker
from search.question.understanding.planning import Planner
from search.snapshots.snapshot import Snapshot


@pytest.fixture(scope="session")
def planner(river: Snapshot) -> Planner:
    return Planner(river)


@pytest.fixture(scope="session")
def linker(river: Snapshot) -> Linker:
    return Linker(river)
