"""The one place where adapters are chosen and built. Nothing else reads settings from the environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from embeddings.encoder import Encoder, ModelIdentity
from embeddings.encoders.deferred import DeferredEncoder
from embeddings.index import VectorIndex
from embeddings.inference import begin_loading_torch
from embeddings.row_file import Progress, RowBlocks
from kg.importers import load_field_map
from kg.query_workers import QueryLimits, QueryWorkers
from kg.store import GraphStore
from kg.vocab import PREFIXES, Minter
from search.engine import Engine
from search.errors import DamagedSnapshotError
from search.live import LiveEngine
from search.question.generating.generator import Generator
from search.reranking import Reranking
from search.snapshots.digest_memory import DigestMemory
from search.snapshots.pipeline import Settings as WriteSettings
from search.snapshots.pipeline import Task, Written, write
from search.snapshots.snapshot import Adapters, DataDirectory, Manifest, Snapshot, kept_field_map, read_whole
from search.snapshots.staging import Observer
from search.snapshots.writing import writing
from ui.settings import DEFAULT_MODEL, Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What commands and pages work with, made from settings. Of each name, the encoder opened last is kept, and so is
    the reranker.
    """

    settings: Settings
    data: DataDirectory
    adapters: Adapters
    _encoders: dict[str, Encoder] = field(default_factory=dict)
    _rerankings: dict[str, Reranking] = field(default_factory=dict)

    def writing(self, command: str, wait: float = 0.0) -> AbstractContextManager[None]:
        """The right to change the collection by a command, which one process at a time has; waits for it so many
        seconds. Raises :class:`~search.errors.BuildRunningError` while another has it.
        """
        return writing(self.data, command, wait=wait)

    def write(self, task: Task, observer: Observer, *, form: str | None = None) -> Written:
        """Change the collection; the caller has the right to. Raises what `search.snapshots.pipeline.write` does.

        What is made afresh has the base, the field map and the model of the settings. A change keeps those of the
        collection, but for a field map or a model that the settings name.
        """
        live = None if task.afresh else Manifest.read(self.data.live())
        settings = self.settings
        kept = live is not None and settings.fields is None
        model = settings.model or (live.model_source if live is not None else DEFAULT_MODEL)
        written_with = WriteSettings(
            base=settings.base if live is None else live.base,
            fields=kept_field_map(self.data.live()) if kept else load_field_map(settings.fields),
            model_source=model,
            form=form,
            kept_snapshots=settings.kept_snapshots,
        )
        if live is not None and model == live.model_source:
            # Mostly no text is new, and loading a model takes seconds.
            encoder: Encoder = DeferredEncoder(live.model, lambda: self._encoder(model, live.model))
        else:
            encoder = self.build_encoder()
        return write(task, self.data, written_with, adapters=self.adapters, encoder=encoder, observer=observer)

    def build_encoder(self) -> Encoder:
        """The encoder that a build uses, in the precision of the live snapshot where that was made with this model.

        Loading a model takes seconds, and raises what that raises.
        """
        live = self.data.current()
        made_with = None
        # A build mends a damaged snapshot, so it must not stumble over one.
        if live is not None:
            with suppress(DamagedSnapshotError):
                made_with = Manifest.read(live).model
        return self._encoder(self.settings.model or DEFAULT_MODEL, made_with)

    def _encoder(self, name: str, made_with: ModelIdentity | None) -> Encoder:
        """The encoder of a name, in the precision of ``made_with`` if that is the same model."""
        from embeddings.models import HASHING, open_encoder  # noqa: PLC0415 - lexical searches do without

        known = self._encoders.get(name)
        if known is None or (made_with is not None and made_with.precision != known.identity.precision):
            if name != HASHING:
                # One core imports torch while another compares the model's files with their digests.
                begin_loading_torch()
            known = open_encoder(
                name, allow_hub=self.settings.allow_hub, device=self.settings.device, made_with=made_with
            )
            self._encoders[name] = known
        return known

    def _reranking(self) -> Reranking | None:
        """The second look of hybrid searches, if the settings name a reranker."""
        name = self.settings.reranker
        if not name:
            return None
        if name not in self._rerankings:
            from embeddings.models import open_reranker  # noqa: PLC0415 - torch takes seconds to import

            reranker = open_reranker(name, allow_hub=self.settings.allow_hub, device=self.settings.device)
            self._rerankings[name] = Reranking(reranker, self.settings.reranker_depth)
        return self._rerankings[name]

    def snapshot(self) -> Snapshot:
        """The live snapshot; raises :class:`~search.errors.NoSnapshotError`.

        Files that a short command read within a day, and that have not changed since, are not read once more.
        """
        with self._remembering() as memory:
            return Snapshot.open(self.data.live(), self.adapters, memory)

    def live_part(self, part: str) -> tuple[Path, Manifest]:
        """The live snapshot's directory and manifest, the files of one part of it being whole; raises as `snapshot`."""
        with self._remembering() as memory:
            live = self.data.live()
            return live, read_whole(live, (part,), memory=memory)

    @contextmanager
    def _remembering(self) -> Iterator[DigestMemory]:
        memory = DigestMemory.load(self.data.verified_file)
        yield memory
        memory.save(self.data.verified_file)

    def engine(self, directory: Path, *, reranked: bool = True, memory: DigestMemory | None = None) -> Engine:
        """A search engine over a snapshot with its encoder: the one of the settings, or that it was built with.

        The model computes in the precision that the snapshot was built in, also where another one would be faster.
        ``reranked`` false leaves the reranker of the settings out. Without a ``memory`` of digests it is that of short
        commands, see :meth:`snapshot`.

        Raises the errors of opening either, and :class:`~embeddings.errors.ModelMismatchError`.
        """
        manifest = Manifest.read(directory)
        # Much of what opening either does needs no interpreter, so that both together are open sooner.
        with ThreadPoolExecutor(1, thread_name_prefix="open-encoder") as aside:
            opening = aside.submit(self._encoder, self.settings.model or manifest.model_source, manifest.model)
            with self._remembering() as remembered:
                snapshot = Snapshot.open(directory, self.adapters, memory or remembered)
            encoder = opening.result()
        return Engine(snapshot, encoder, self._reranking() if reranked else None)

    def live_engine(self) -> LiveEngine:
        """The engine over the live snapshot, followed as it changes; raises what :meth:`engine` does.

        It reads every file before it trusts it. A file that the next snapshot shares is read once.
        """
        memory = DigestMemory(follows_links=True)
        return LiveEngine(self.data, lambda directory: self.engine(directory, memory=memory))

    def generator(self) -> Generator | None:
        """The generator that the settings name, if they do; close it when done. Nothing is sent until it is asked.

        Raises :class:`~search.errors.GeneratorSettingError`.
        """
        settings = self.settings
        if not settings.generator:
            return None
        # httpx takes a tenth of a second to import.
        from search.question.generating.generators.openai_compatible import OpenAICompatibleGenerator  # noqa: PLC0415

        key = settings.generator_key.get_secret_value().strip() if settings.generator_key else None
        return OpenAICompatibleGenerator(
            settings.generator, model=settings.generator_model, key=key, seconds=settings.generator_seconds
        )

    def query_workers(self, base: str, *, workers: int = 2) -> QueryWorkers:
        """Processes that answer SPARQL queries over snapshots with a base; close them when done."""
        return QueryWorkers(_OpenGraph(base), QueryLimits(seconds=self.settings.query_seconds, workers=workers))


def build_services(settings: Settings) -> Services:
    """Everything a command or the server needs, nothing heavy loaded yet."""
    return Services(settings, DataDirectory(settings.data), _ADAPTERS)


@dataclass(frozen=True, slots=True)
class _OpenGraph:
    """Opens published graphs by location. A class, since a query worker's process can be sent no function made here."""

    base: str

    def __call__(self, location: str) -> GraphStore:
        return _open_graph(Path(location), self.base)


def _create_graph(directory: Path, base: str) -> GraphStore:
    from kg.stores.oxigraph import OxigraphStore  # noqa: PLC0415 - engines are loaded when they are used

    return OxigraphStore.create(directory, inferred_prefix=Minter(base).inferred_prefix, prefixes=PREFIXES)


def _copy_graph(source: Path, directory: Path, base: str) -> GraphStore:
    from kg.stores.oxigraph import OxigraphStore  # noqa: PLC0415 - the same

    return OxigraphStore.copy(source, directory, inferred_prefix=Minter(base).inferred_prefix, prefixes=PREFIXES)


def _open_graph(directory: Path, base: str) -> GraphStore:
    from kg.stores.oxigraph import OxigraphStore  # noqa: PLC0415 - the same

    return OxigraphStore.read_only(directory, inferred_prefix=Minter(base).inferred_prefix, prefixes=PREFIXES)


def _save_index(directory: Path, rows: RowBlocks, progress: Progress) -> str:
    from embeddings.indexes.index_files import save_index  # noqa: PLC0415 - the same

    return save_index(directory, rows, progress)


def _open_index(directory: Path, digest: str, rows: Callable[[], RowBlocks]) -> VectorIndex:
    from embeddings.indexes.index_files import open_index  # noqa: PLC0415 - the same

    return open_index(directory, digest, rows)


_ADAPTERS: Final = Adapters(_create_graph, _copy_graph, _open_graph, _save_index, _open_index)
