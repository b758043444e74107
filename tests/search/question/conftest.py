"""An asker over the river collection, on a day that never changes."""

from __future__ import annotations

import datetime as dt

import pytest

from search.engine import Engine
from search.question.answering import Asker
from search.question.linking import Linker
from search.question.planning import Planner
from search.snapshot import Snapshot
from tests.conftest import build_sources, services_for
from tests.river_collection import write_river_collection
from ui.wiring import Services

TODAY = dt.date(2024, 6, 1)


@pytest.fixture(scope="session")
def river_services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    folder = tmp_path_factory.mktemp("river")
    services = services_for(folder / "data")
    build_sources(services, write_river_collection(folder / "river.jsonl"))
    return services


@pytest.fixture(scope="session")
def river(river_services: Services) -> Snapshot:
    return river_services.snapshot()


@pytest.fixture(scope="session")
def river_engine(river_services: Services) -> Engine:
    return river_services.engine(river_services.data.live())


@pytest.fixture(scope="session")
def asker(river_engine: Engine) -> Asker:
    return Asker(river_engine, today=lambda: TODAY)


@pytest.fixture(scope="session")
def planner(river: Snapshot) -> Planner:
    return Planner(river)


@pytest.fixture(scope="session")
def linker(river: Snapshot) -> Linker:
    return Linker(river)
