"""What tests of several rooms share: a small collection, built once, and the folder of real data where it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from embeddings.encoder import Encoder
from embeddings.encoding import EncodingReport
from kg.importers import load_field_map
from kg.model import Problem
from search.engine import Engine
from search.question.answering.asker import Asker
from search.snapshots.pipeline import Settings as WriteSettings
from search.snapshots.pipeline import Task, Written, write
from search.snapshots.snapshot import Adapters, Manifest, Snapshot, kept_field_map
from tests.river_collection import TODAY, write_river_collection
from tests.wide_collection import write_wide_collection
from ui.settings import Settings
from ui.wiring import Services, build_services

REPOSITORY = Path(__file__).parents[1]
SAMPLE = REPOSITORY / "kg" / "sample" / "reports.jsonl"
SHARED_DATA = REPOSITORY.parent / "shared" / "data"

WriteLines = Callable[..., Path]

# A third of Hypothesis's usual examples: everybody runs these tests before every commit. No time limit for one of them:
# on a busy machine the first takes as long as its imports do, and benchmarks are what measures.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.load_profile("quick")


class RecordedBuild:
    """An observer that remembers what it was told."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.problems: list[Problem] = []
        self.done: list[int] = []

    def stage(self, name: str, total: int | None) -> None:
        self.stages.append(name)

    def advance(self, done: int) -> None:
        self.done.append(done)

    def problem(self, problem: Problem) -> None:
        self.problems.append(problem)


def services_for(data: Path, **settings: object) -> Services:
    return build_services(Settings(data=data, **({"model": "hashing"} | settings)))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Built:
    """What a task published, and how."""

    manifest: Manifest
    lost: int
    encoding: EncodingReport
    seconds: Mapping[str, float]


def carry_out(
    services: Services,
    task: Task,
    *,
    observer: RecordedBuild | None = None,
    encoder: Encoder | None = None,
    adapters: Adapters | None = None,
) -> Written:
    """Change the collection, at a fixed time of day, by the field map that it keeps, as commands do."""
    live = None if task.afresh else services.data.current()
    settings = WriteSettings(
        base=services.settings.base,
        fields=load_field_map(None) if live is None else kept_field_map(live),
        model_source=services.settings.model or "",
        kept_snapshots=services.settings.kept_snapshots,
        now=lambda: dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
    )
    return write(
        task,
        services.data,
        settings,
        adapters=adapters or services.adapters,
        encoder=encoder or services.build_encoder(),
        observer=observer or RecordedBuild(),
    )


def build_sources(
    services: Services,
    *sources: Path,
    observer: RecordedBuild | None = None,
    encoder: Encoder | None = None,
    adapters: Adapters | None = None,
) -> Built:
    task = Task("build", sources, afresh=True)
    written = carry_out(services, task, observer=observer, encoder=encoder, adapters=adapters)
    assert written.manifest is not None
    return Built(written.manifest, written.tally.lost, written.encoding, written.seconds)


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the bundled sample, built with the hashing encoder."""
    data = tmp_path_factory.mktemp("sample")
    build_sources(services_for(data), SAMPLE)
    return data


@pytest.fixture(scope="session")
def sample_services(sample_data: Path) -> Services:
    return services_for(sample_data)


@pytest.fixture(scope="session")
def sample(sample_services: Services) -> Snapshot:
    return sample_services.snapshot()


@pytest.fixture(scope="session")
def engine(sample_services: Services) -> Engine:
    return sample_services.engine(sample_services.data.live())


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Services over an empty data directory."""
    return services_for(tmp_path / "data")


@pytest.fixture
def write_lines(tmp_path: Path) -> WriteLines:
    def write(*lines: str | bytes, name: str = "records.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines))
        return path

    return write


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the folder of real data, {SHARED_DATA}, is not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def wide_services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Services over a built collection of 1,300 plain records (:mod:`tests.wide_collection`)."""
    folder = tmp_path_factory.mktemp("wide")
    services = services_for(folder / "data")
    build_sources(services, write_wide_collection(folder / "wide.jsonl"))
    return services


@pytest.fixture(scope="session")
def wide(wide_services: Services) -> Snapshot:
    return wide_services.snapshot()


@pytest.fixture(scope="session")
def wide_engine(wide_services: Services) -> Engine:
    return wide_services.engine(wide_services.data.live())


@pytest.fixture(scope="session")
def river_services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Services over a built collection of a few records whose figures are known (:mod:`tests.river_collection`)."""
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
    """Answers questions about the river collection, on a day that never changes."""
    return Asker(river_engine, today=lambda: TODAY)
