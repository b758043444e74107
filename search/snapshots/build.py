"""Records in, a published snapshot out. Built aside, verified, published by one rename.

Kill it at any instant: the live snapshot is whole, and what was encoded is used by the next build.
"""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import orjson

from embeddings.encoder import Encoder
from embeddings.encoding import EncodingReport, Texts, encode_missing, gather, gathered
from embeddings.errors import DamagedSegmentError, ModelMismatchError
from embeddings.segment_file import read_segment
from embeddings.segments import ROWS_PER_SEGMENT, Keys, SegmentStore, SegmentWriter
from kg import sparql
from kg.digest import SetDigest
from kg.facets.columns import Columns, facet_columns, reports_of
from kg.facets.files import columns_digest, load_columns, save_columns
from kg.importers import FieldMap, read
from kg.mapping import nquad_chunks
from kg.model import Problem
from kg.record_files import RecordFile, RecordWriter
from kg.store import GraphStore
from kg.string_table import StringTable
from kg.vocab import Minter
from search.errors import DamagedSnapshotError, NoReportsError
from search.fulltext.analysis import well_formed
from search.fulltext.fields import write_text_index
from search.fulltext.suggestible import suggestible
from search.fulltext.suggestion_index import write_suggestion_index
from search.fulltext.texts import ReportText, embedding_text
from search.snapshots.checks import Files, digests_of
from search.snapshots.digest_memory import DigestMemory
from search.snapshots.intake import TOLD_EVERY, Intake, Tally
from search.snapshots.keeping import prune_snapshots
from search.snapshots.snapshot import (
    ANN,
    FACETS,
    GRAPH,
    MANIFEST,
    PROBLEMS,
    RECORDS,
    SUGGEST,
    TEXT,
    VECTOR_KEYS,
    VECTORS,
    Adapters,
    DataDirectory,
    Manifest,
    Snapshot,
    timestamp,
)
from search.snapshots.spool import Spool, SpooledTexts
from search.snapshots.writing import writing

KEPT_SNAPSHOTS: Final = 3
_STAGING: Final = ".building"
_SALVAGE: Final = ".salvage"
"""Vectors of builds that were interrupted: only added to until a build is published."""
_MOST_UNNEEDED: Final = 0.5
"""The share of linked vectors that may be of texts that are gone: such a text costs nothing should it come back."""


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
    """What a build is made with. ``now`` and ``clock`` are asked for the time of day and for seconds elapsed.

    ``wait`` is how many seconds to wait for another process that writes in the same directory.
    """

    base: str
    fields: FieldMap
    model_source: str
    form: str | None = None
    kept_snapshots: int = KEPT_SNAPSHOTS
    wait: float = 0.0
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    clock: Callable[[], float] = time.perf_counter


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. ``seconds`` is wall time by stage; reading and mapping overlap with loading the graph."""

    manifest: Manifest
    lost: int
    encoding: EncodingReport
    seconds: Mapping[str, float]


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
        self._seconds: dict[str, float] = {}
        self._staging = data.snapshots / _STAGING
        self._salvage = data.snapshots / _SALVAGE
        self._memory = DigestMemory.load(data.verified_file)

    def run(self, sources: Sequence[Path]) -> BuildReport:
        """Build from files; returns when the snapshot is published. The caller holds the lock."""
        self._prepare()
        with closing(Spool(self._staging / "texts.jsonl")) as spool:
            content = SetDigest()
            graph, tally = self._load_graph(sources, spool, content)
            with self._timed("facets", None), _no_garbage_collected():
                reports = reports_of(graph)
                texts = self._numbered(spool, reports)
                save_columns(reports, facet_columns(graph, reports), self._staging / FACETS)
                columns = load_columns(self._staging / FACETS)
            with self._timed("digest", None), closing(RecordFile.open(self._staging / RECORDS)) as records:
                records_content = records.digest()
            with self._timed("suggestions", None):
                suggestions_content = self._write_suggestions(graph, columns, texts)
            triples = len(graph)
            graph.close()
            with self._timed("text", len(texts)):
                write_text_index(self._staging / TEXT, self._advancing(texts), columns.numbers_by_report())
            encoding, vectors_content, ann_digest = self._encode(texts)
        digests = {
            "graph": content.hex,
            "facets": columns_digest(columns),
            "vectors": vectors_content,
            "records": records_content,
            "suggestions": suggestions_content,
        }
        manifest = self._manifest(sources, tally, columns, triples, digests, ann_digest)
        with self._timed("publish", None):
            self._publish(manifest)
        return BuildReport(manifest, tally.lost, encoding, self._seconds)

    # -- the stages --------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """An empty staging directory with the vectors of the live snapshot; what a build left goes to the salvage."""
        self._data.snapshots.mkdir(parents=True, exist_ok=True)
        self._salvage.mkdir(exist_ok=True)
        left = sorted((self._staging / VECTORS).glob("*.vec"))
        free = len(list(self._salvage.iterdir()))
        for number, segment in enumerate(left, start=free):
            segment.rename(self._salvage / f"{number:06d}.vec")
        if self._staging.exists():
            shutil.rmtree(self._staging)
        self._staging.mkdir()
        live = self._data.current()
        if live is not None:
            self._usable_vectors(live / VECTORS).link_into(self._staging / VECTORS)

    def _usable_vectors(self, directory: Path) -> SegmentStore:
        """The vectors of this model in a directory; segments that are another model's or damaged are passed over."""
        usable = []
        for path in sorted(directory.glob("*.vec")):
            with suppress(ModelMismatchError, DamagedSegmentError):
                usable.append(read_segment(path, self._encoder.identity, verify=True))
        return SegmentStore(self._encoder.identity, usable)

    def _load_graph(self, sources: Sequence[Path], spool: Spool, content: SetDigest) -> tuple[GraphStore, Tally]:
        settings = self._settings
        self._observer.stage("read, map and load", None)
        graph = self._adapters.create_graph(self._staging / GRAPH, self._minter.base)
        started = settings.clock()
        with (self._staging / PROBLEMS).open("wb") as listed, RecordWriter(self._staging / RECORDS) as records:

            def note(problem: Problem) -> None:
                listed.write(orjson.dumps(problem) + b"\n")
                self._observer.problem(problem)

            intake = Intake(settings.fields, settings.form, self._minter, note, self._observer.advance, settings.clock)
            with _no_garbage_collected():
                reports = intake.reports(sources, spool, records)
                graph.load(nquad_chunks(reports, self._minter, generated=settings.now(), digest=content))
        tally = intake.tally
        aside = {
            "read": tally.read_seconds,
            "spool texts": tally.spool_seconds,
            "keep records": tally.keep_seconds,
        }
        self._seconds |= aside
        self._seconds["map and load"] = settings.clock() - started - sum(aside.values())
        if not len(spool):
            graph.close()
            raise NoReportsError(tally.records, tally.problems.total())
        return graph, tally

    def _write_suggestions(self, graph: GraphStore, columns: Columns, texts: SpooledTexts) -> str:
        others = ((entity, label) for entity, label in graph.select_text(sparql.query("labels_alternative")))
        with _no_garbage_collected():
            return write_suggestion_index(self._staging / SUGGEST, suggestible(columns, others, texts.at))

    def _encode(self, spooled: SpooledTexts) -> tuple[EncodingReport, str, str]:
        directory = self._staging / VECTORS
        identity = self._encoder.identity
        texts = Texts.of(map(embedding_text, spooled), lambda places: map(embedding_text, spooled.at(places)))
        distinct = len(texts.distinct)
        with self._timed("encode", distinct):
            needed = texts.keys[texts.distinct]
            self._leave_unneeded(needed)
            self._take_salvaged(needed)
            store = SegmentStore.open(directory, identity, verify=False)
            with SegmentWriter(directory, identity) as writer:
                report = encode_missing(
                    texts,
                    store,
                    writer,
                    self._encoder,
                    progress=lambda done, missing: self._observer.advance(distinct - missing + done),
                )
        with self._timed("index", len(spooled)):
            rows = gathered(texts.keys, SegmentStore.open(directory, identity, verify=False))
            np.save(self._staging / VECTOR_KEYS, texts.keys)
            ann_digest = self._adapters.save_index(self._staging / ANN, rows, self._observer.advance)
            content = hashlib.sha256(identity.key.encode() + texts.keys.tobytes())
        return report, content.hexdigest(), ann_digest

    def _leave_unneeded(self, needed: Keys) -> None:
        """Where most of the live snapshot's vectors are of texts that are gone, take over the others only.

        They are copied into segments of their own. Other snapshots keep their links to the old ones.
        """
        linked = SegmentStore.open(self._staging / VECTORS, self._encoder.identity, verify=False)
        kept = needed[linked.lookup(needed).found]
        if len(linked) - len(kept) > _MOST_UNNEEDED * len(linked):
            self._copy_vectors(kept, linked)
            linked.remove()

    def _take_salvaged(self, needed: Keys) -> None:
        """Take over what earlier builds had encoded when they were interrupted, as far as this one needs it."""
        salvaged = self._usable_vectors(self._salvage)
        present = SegmentStore.open(self._staging / VECTORS, self._encoder.identity, verify=False)
        chosen = needed[salvaged.lookup(needed).found & ~present.lookup(needed).found]
        self._copy_vectors(chosen, salvaged)

    def _copy_vectors(self, keys: Keys, source: SegmentStore) -> None:
        with SegmentWriter(self._staging / VECTORS, self._encoder.identity) as writer:
            for start in range(0, len(keys), ROWS_PER_SEGMENT):
                batch = keys[start : start + ROWS_PER_SEGMENT]
                writer.append(batch, gather(batch, source))

    def _manifest(  # noqa: PLR0917 - what the stages found, each once
        self,
        sources: Sequence[Path],
        tally: Tally,
        columns: Columns,
        triples: int,
        digests: Mapping[str, str],
        ann_digest: str,
    ) -> Manifest:
        live = self._data.current()
        return Manifest(
            name=self._data.next_name(),
            parent=live.name if live is not None else None,
            created=timestamp(self._settings.now()),
            base=self._minter.base,
            records=tally.records,
            reports=len(columns.reports),
            triples=triples,
            problems=dict(sorted(tally.problems.items())),
            model=self._encoder.identity,
            model_source=self._settings.model_source,
            digests=digests,
            ann_digest=ann_digest,
            sources=tuple(well_formed(source.name) for source in sources),
            files=self._file_digests(live),
        )

    def _publish(self, manifest: Manifest) -> None:
        (self._staging / MANIFEST).write_bytes(manifest.to_json())
        Snapshot.open(self._staging, self._adapters, self._memory)
        self._data.publish(self._staging, manifest)
        self._memory.save(self._data.verified_file)
        # From here on the build is done: what cannot be removed now is removed by the next one.
        shutil.rmtree(self._salvage, ignore_errors=True)
        prune_snapshots(self._data, self._settings.kept_snapshots)

    def _file_digests(self, live: Path | None) -> Files:
        parent = None
        if live is not None:
            # The digests of a parent that cannot be read are made anew.
            with suppress(DamagedSnapshotError):
                parent = (live, Manifest.read(live).files)
        return digests_of(self._staging, parent=parent, memory=self._memory)

    # -- checks and bookkeeping --------------------------------------------------------------------------------

    def _numbered(self, spool: Spool, reports: StringTable) -> SpooledTexts:
        """The texts by the ordinals of their reports, which are those in the graph."""
        if len(reports) != len(spool) or any(iri not in spool for iri in reports):
            reason = f"the graph holds {len(reports)} reports, {len(spool)} were read"
            raise DamagedSnapshotError(self._staging, reason)
        return spool.numbered(reports)

    def _advancing(self, texts: Iterable[ReportText]) -> Iterator[ReportText]:
        done = 0
        for done, text in enumerate(texts, start=1):
            yield text
            if done % TOLD_EVERY == 0:
                self._observer.advance(done)
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
    with writing(data, "build", wait=settings.wait):
        return Build(data, settings, adapters=adapters, encoder=encoder, observer=observer).run(sources)


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
