"""The one place where adapters are chosen and built. Nothing else reads settings from the environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embeddings.encoder import Encoder
from embeddings.errors import DamagedIndexError
from embeddings.index import VectorIndex
from embeddings.vectors import Vectors
from kg.importers import load_field_map
from kg.store import GraphStore
from kg.vocab import PREFIXES, Minter
from search.build import BuildSettings
from search.engine import Engine
from search.errors import NoSnapshotError
from search.snapshot import Adapters, DataDirectory, LiveSnapshot, Snapshot
from ui.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What commands and pages work with, made from settings."""

    settings: Settings
    data: DataDirectory
    adapters: Adapters

    def build_settings(self, form: str | None = None) -> BuildSettings:
        """What a build is made with; raises :class:`~kg.errors.FieldMapError`."""
        return BuildSettings(
            base=self.settings.base,
            fields=load_field_map(self.settings.fields),
            form=form,
            kept_snapshots=self.settings.kept_snapshots,
        )

    def encoder(self, name: str | None = None) -> Encoder:
        """The encoder of a name, or of the settings; loading a model takes seconds."""
        from embeddings.models import open_encoder  # noqa: PLC0415 - torch takes seconds to import

        return open_encoder(name or self.settings.model, allow_hub=self.settings.allow_hub)

    def snapshot(self) -> Snapshot:
        """The live snapshot; raises :class:`~search.errors.NoSnapshotError`."""
        directory = self.data.current()
        if directory is None:
            raise NoSnapshotError(self.data.path)
        return Snapshot.open(directory, self.adapters)

    def live_snapshot(self) -> LiveSnapshot:
        """The live snapshot, followed as it changes; raises :class:`~search.errors.NoSnapshotError`."""
        return LiveSnapshot(self.data, self.adapters)

    def engine(self, snapshot: Snapshot, *, with_encoder: bool) -> Engine:
        """A search engine over a snapshot, with the encoder that the snapshot was built with if one is needed."""
        return Engine(snapshot, self.encoder() if with_encoder else None)


def build_services(settings: Settings) -> Services:
    """Everything a command or the server needs, nothing heavy loaded yet."""
    minter = Minter(settings.base)
    return Services(settings, DataDirectory(settings.data), _adapters(minter))


def _adapters(minter: Minter) -> Adapters:
    def create_graph(directory: Path) -> GraphStore:
        from kg.stores.oxigraph import OxigraphStore  # noqa: PLC0415 - engines are loaded when they are used

        return OxigraphStore.create(directory, inferred_prefix=minter.inferred_prefix, prefixes=PREFIXES)

    def open_graph(directory: Path) -> GraphStore:
        from kg.stores.oxigraph import OxigraphStore  # noqa: PLC0415 - the same

        return OxigraphStore.read_only(directory, inferred_prefix=minter.inferred_prefix, prefixes=PREFIXES)

    def save_index(path: Path, vectors: Vectors) -> str:
        from embeddings.indexes.faiss import FaissIndex  # noqa: PLC0415 - the same

        return FaissIndex.from_vectors(vectors).save(path)

    def open_index(path: Path, digest: str, vectors: Callable[[], Vectors]) -> VectorIndex:
        from embeddings.indexes.faiss import FaissIndex  # noqa: PLC0415 - the same

        try:
            return FaissIndex.load(path, digest)
        except (DamagedIndexError, FileNotFoundError):
            return FaissIndex.from_vectors(vectors())

    return Adapters(create_graph, open_graph, save_index, open_index)
