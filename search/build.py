"""Records in, a published snapshot out. Built aside, verified, published by one rename.

Kill it at any instant: the live snapshot is whole, and what was encoded is used by the next build.
"""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import filelock
import numpy as np
import orjson

from embeddings.durable import replacing, sync_directory
from embeddings.encoder import Encoder
from embeddings.encoding import EncodingReport, encode_missing, gather
from embeddings.errors import DamagedSegmentError, ModelMismatchError
from embeddings.segments import SegmentStore, SegmentWriter, text_key
from kg.digest import graph_digest
from kg.facet_files import save_columns
from kg.facets import Columns, build_columns
from kg.importers import FieldMap, read, to_report
from kg.mapping import nquad_chunks
from kg.model import Problem, Record, Report
from kg.store import GraphStore
from kg.vocab import Minter
from search.errors import BuildRunningError, DamagedSnapshotError, NoReportsError
from search.snapshot import (
    ANN,
    FACETS,
    GRAPH,
    MANIFEST,
    PROBLEMS,
    TEXT,
    VECTOR_KEYS,
    VECTORS,
    Adapters,
    DataDirectory,
    Manifest,
    Snapshot,
    timestamp,
)
from search.text_index import write_text_index
from search.texts import ReportText, embedding_text, searchable

KEPT_SNAPSHOTS: Final = 3
_STAGING: Final = ".building"
_TOLD_EVERY: Final = 100
"""Records between two words to the observer: drawing a bar takes longer than reading a record."""


class Observer(Protocol):
    """Is told how a build goes on."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; ``total`` is how much there is to do, if that is known."""

    def advance(self, done: int) -> None:
        """So much of the stage is done."""

    def problem(self, problem: Problem) -> None:
        """A record, or a value of one, could not be used."""


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """What a build is made with. ``now`` and ``clock`` are asked for the time of day and for seconds elapsed."""

    base: str
    fields: FieldMap
    form: str | None = None
    kept_snapshots: int = KEPT_SNAPSHOTS
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    clock: Callable[[], float] = time.perf_counter


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. ``seconds`` is wall time by stage; reading and mapping overlap with loading the graph."""

    manifest: Manifest
    lost: int
    encoding: EncodingReport
    seconds: Mapping[str, float]


@dataclass(slots=True)
class _Tally:
    """What has been read so far."""

    records: int = 0
    lost: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    read_seconds: float = 0.0


class _Spool:
    """The searchable texts of the reports, on disk in the order read, found again by IRI in any order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("w+b")
        self._offsets: dict[str, int] = {}

    def add(self, text: ReportText) -> None:
        self._offsets[text.iri] = self._file.tell()
        self._file.write(text.to_json() + b"\n")

    def in_order(self, iris: Sequence[str]) -> Iterator[ReportText]:
        self._file.flush()
        for iri in iris:
            self._file.seek(self._offsets[iri])
            yield ReportText.from_json(self._file.readline())

    def __contains__(self, iri: str) -> bool:
        return iri in self._offsets

    def __len__(self) -> int:
        return len(self._offsets)

    def close(self) -> None:
        self._file.close()
        self._path.unlink()


class Build:
    """One build of one data directory. Use :func:`build`."""

    def __init__(
        self, data: DataDirectory, settings: BuildSettings, *, adapters: Adapters, encoder: Encoder, observer: Observer
    ) -> None:
        self._data = data
        self._settings = settings
        self._adapters = adapters
        self._encoder = encoder
        self._observer = observer
        self._minter = Minter(settings.base)
        self._tally = _Tally()
        self._seconds: dict[str, float] = {}
        self._staging = data.snapshots / _STAGING

    def run(self, sources: Sequence[Path]) -> BuildReport:
        """Build from files; returns when the snapshot is published. The caller holds the lock."""
        salvaged = self._prepare()
        with closing(_Spool(self._staging / "texts.jsonl")) as spool:
            graph = self._load_graph(sources, spool)
            with self._timed("facets", None):
                columns = build_columns(graph)
                save_columns(columns, self._staging / FACETS)
            self._check_same_reports(columns, spool)
            with self._timed("digest", None):
                graph_content = graph_digest(graph, self._minter, self._staging)
            triples = len(graph)
            graph.close()
            with self._timed("text", len(spool)):
                write_text_index(self._staging / TEXT, self._advancing(spool.in_order(columns.reports)))
            encoding, vectors_content, ann_digest = self._encode(spool, columns, salvaged)
        digests = {"graph": graph_content, "facets": _columns_digest(columns), "vectors": vectors_content}
        manifest = self._manifest(sources, columns, triples, digests, ann_digest)
        with self._timed("publish", None):
            self._publish(manifest)
        return BuildReport(manifest, self._tally.lost, encoding, self._seconds)

    # -- the stages --------------------------------------------------------------------------------------------

    def _prepare(self) -> list[SegmentStore]:
        """An empty staging directory, and the vectors that earlier builds left: the live ones and a killed build's."""
        self._data.snapshots.mkdir(parents=True, exist_ok=True)
        left = self._staging.with_name(f"{_STAGING}-left")
        if self._staging.exists():
            shutil.rmtree(left, ignore_errors=True)
            self._staging.rename(left)
        self._staging.mkdir()
        live = self._data.current()
        known = self._vectors_in(live / VECTORS) if live is not None else None
        if known is not None:
            known.link_into(self._staging / VECTORS)
        salvaged = self._vectors_in(left / VECTORS)
        return [store for store in (salvaged,) if store is not None and len(store)]

    def _vectors_in(self, directory: Path) -> SegmentStore | None:
        """The vectors of this model in a directory; ``None`` if they are another model's or damaged: made anew then."""
        try:
            return SegmentStore.open(directory, self._encoder.identity)
        except (ModelMismatchError, DamagedSegmentError):
            return None

    def _load_graph(self, sources: Sequence[Path], spool: _Spool) -> GraphStore:
        started = self._settings.clock()
        self._observer.stage("read, map and load", None)
        graph = self._adapters.create_graph(self._staging / GRAPH)
        with (self._staging / PROBLEMS).open("wb") as problems:
            reports = self._reports(sources, spool, problems.write)
            with _no_garbage_collected():
                graph.load(nquad_chunks(reports, self._minter, generated=self._settings.now()))
        self._seconds["read"] = self._tally.read_seconds
        self._seconds["map and load"] = self._settings.clock() - started - self._tally.read_seconds
        if not len(spool):
            graph.close()
            raise NoReportsError(self._tally.records, self._tally.problems.total())
        return graph

    def _reports(
        self, sources: Sequence[Path], spool: _Spool, write_problem: Callable[[bytes], object]
    ) -> Iterator[Report]:
        """The reports of all sources, each id once, their searchable texts spooled on the way."""
        clock = self._settings.clock
        started = clock()
        for record, report, problems in _imported(sources, self._settings):
            self._tally.records += record is not None
            for problem in problems:
                self._note(problem, write_problem)
            if record is not None and report is not None:
                iri = str(self._minter.report(report.id))
                if iri in spool:
                    self._note(_duplicate(record, report), write_problem)
                else:
                    spool.add(searchable(iri, report))
                    self._tally.read_seconds += clock() - started
                    yield report
                    started = clock()
            if self._tally.records % _TOLD_EVERY == 0:
                self._observer.advance(self._tally.records)
        self._observer.advance(self._tally.records)
        self._tally.read_seconds += clock() - started

    def _note(self, problem: Problem, write_problem: Callable[[bytes], object]) -> None:
        self._tally.problems[problem.kind] += 1
        self._tally.lost += problem.lost
        write_problem(orjson.dumps(problem) + b"\n")
        self._observer.problem(problem)

    def _encode(
        self, spool: _Spool, columns: Columns, salvaged: Sequence[SegmentStore]
    ) -> tuple[EncodingReport, str, str]:
        directory = self._staging / VECTORS
        identity = self._encoder.identity
        texts = {text.iri: embedding_text(text) for text in spool.in_order(columns.reports)}
        keys = [text_key(text) for text in texts.values()]
        with self._timed("encode", len(set(keys))):
            with SegmentWriter(directory, identity) as writer:
                self._salvage(salvaged, keys, writer)
            store = SegmentStore.open(directory, identity, verify=False)
            with SegmentWriter(directory, identity) as writer:
                report = encode_missing(
                    zip(keys, texts.values(), strict=True),
                    store,
                    writer,
                    self._encoder,
                    progress=lambda done, _: self._observer.advance(len(store) + done),
                )
        with self._timed("index", None):
            vectors = gather(keys, SegmentStore.open(directory, identity, verify=False))
            np.save(self._staging / VECTOR_KEYS, np.frombuffer(b"".join(keys), dtype="V32"))
            ann_digest = self._adapters.save_index(self._staging / ANN, vectors)
            content = hashlib.sha256(identity.key.encode() + b"".join(keys))
        return report, content.hexdigest(), ann_digest

    def _salvage(self, stores: Sequence[SegmentStore], keys: Sequence[bytes], writer: SegmentWriter) -> None:
        """Take over what a killed build had encoded and this one needs."""
        present = SegmentStore.open(self._staging / VECTORS, self._encoder.identity, verify=False)
        for store in stores:
            distinct = list(dict.fromkeys(keys))
            wanted = store.lookup(distinct).found & ~present.lookup(distinct).found
            chosen = [key for key, use in zip(distinct, wanted, strict=True) if use]
            if chosen:
                writer.append(chosen, gather(chosen, store))

    def _manifest(
        self,
        sources: Sequence[Path],
        columns: Columns,
        triples: int,
        digests: Mapping[str, str],
        ann_digest: str,
    ) -> Manifest:
        live = self._data.current()
        names = self._data.names()
        return Manifest(
            name=f"{int(names[-1]) + 1 if names else 1:06d}",
            parent=live.name if live is not None else None,
            created=timestamp(self._settings.now()),
            base=self._minter.base,
            records=self._tally.records,
            reports=len(columns.reports),
            triples=triples,
            problems=dict(sorted(self._tally.problems.items())),
            model=self._encoder.identity,
            digests=digests,
            ann_digest=ann_digest,
            sources=tuple(source.name for source in sources),
        )

    def _publish(self, manifest: Manifest) -> None:
        (self._staging / MANIFEST).write_bytes(manifest.to_json())
        Snapshot.open(self._staging, self._adapters)
        _sync_tree(self._staging)
        target = self._data.snapshots / manifest.name
        self._staging.rename(target)
        sync_directory(self._data.snapshots)
        with replacing(self._data.current_file) as temporary:
            temporary.write_text(f"{manifest.name}\n", encoding="ascii")
        shutil.rmtree(self._staging.with_name(f"{_STAGING}-left"), ignore_errors=True)
        for name in self._data.names()[: -max(1, self._settings.kept_snapshots)]:
            shutil.rmtree(self._data.snapshots / name)

    # -- checks and bookkeeping --------------------------------------------------------------------------------

    def _check_same_reports(self, columns: Columns, spool: _Spool) -> None:
        if len(columns.reports) != len(spool) or any(iri not in spool for iri in columns.reports):
            reason = f"the graph holds {len(columns.reports)} reports, {len(spool)} were read"
            raise DamagedSnapshotError(self._staging, reason)

    def _advancing(self, texts: Iterator[ReportText]) -> Iterator[ReportText]:
        for done, text in enumerate(texts, start=1):
            yield text
            if done % _TOLD_EVERY == 0:
                self._observer.advance(done)

    @contextmanager
    def _timed(self, stage: str, total: int | None) -> Iterator[None]:
        self._observer.stage(stage, total)
        started = self._settings.clock()
        yield
        self._seconds[stage] = self._settings.clock() - started


def build(
    sources: Sequence[Path],
    data: DataDirectory,
    settings: BuildSettings,
    *,
    adapters: Adapters,
    encoder: Encoder,
    observer: Observer,
) -> BuildReport:
    """Build a snapshot of some files and publish it.

    Raises :class:`~search.errors.BuildRunningError` while another process builds in the same directory,
    :class:`~search.errors.NoReportsError` if no file holds a usable record,
    :class:`~kg.errors.SourceNotFoundError` before anything is written if a file cannot be opened.
    """
    for source in sources:
        read(source, settings.fields, form=settings.form)
    data.path.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(data.lock_file, blocking=False)
    try:
        with lock:
            return Build(data, settings, adapters=adapters, encoder=encoder, observer=observer).run(sources)
    except filelock.Timeout as error:
        raise BuildRunningError(data.path) from error


@contextmanager
def _no_garbage_collected() -> Iterator[None]:
    """Millions of short-lived tuples keep the cycle collector busy and hold no cycle: a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _imported(
    sources: Sequence[Path], settings: BuildSettings
) -> Iterator[tuple[Record | None, Report | None, tuple[Problem, ...]]]:
    for source in sources:
        for found in read(source, settings.fields, form=settings.form):
            if isinstance(found, Problem):
                yield None, None, (found,)
            else:
                yield found, *to_report(found, settings.fields)


def _duplicate(record: Record, report: Report) -> Problem:
    return Problem(
        source=record.source,
        line=record.line,
        kind="duplicate-id",
        reason=f"The id {report.id!r} was read before and the first record was kept; remove one of the two.",
        record_id=report.id,
    )


def _columns_digest(columns: Columns) -> str:
    digest = hashlib.sha256(orjson.dumps(columns.reports))
    for name, column in columns.facets.items():
        digest.update(name.encode())
        digest.update(orjson.dumps([(value.value, value.label) for value in column.values]))
        for pairs in (column.stated, column.inferred):
            digest.update(np.stack((pairs.rows, pairs.codes)).tobytes())
    return digest.hexdigest()


def _sync_tree(directory: Path) -> None:
    """Make every file below a directory, and every name, survive a power cut."""
    for folder, _, files in os.walk(directory):
        for name in files:
            with (Path(folder) / name).open("rb") as file:
                os.fsync(file.fileno())
        sync_directory(Path(folder))
