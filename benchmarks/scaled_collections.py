"""Collections of any size for `benchmarks/scale.py`: real records, varied ones beyond, and encoders for both."""

from __future__ import annotations

import gzip
import itertools
import random
import re
import resource
import time
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from rich.console import Console

from benchmarks.memory import WatchedMemory
from benchmarks.search_latency import REPORTS
from benchmarks.vector_data import strayed
from embeddings.encoder import Encoder, ModelIdentity
from embeddings.segments import SegmentStore, key_array, text_key
from embeddings.vectors import Vectors, unit_rows
from kg.importers import load_field_map, read, to_report
from kg.model import Problem
from search.fulltext.texts import embedding_text, searchable
from search.snapshots.pipeline import Settings as WriteSettings
from search.snapshots.pipeline import Task, write
from search.snapshots.snapshot import VECTORS, DataDirectory
from ui.progress import BuildProgress
from ui.settings import Settings
from ui.wiring import Services, build_services

LARGER = tuple(REPORTS.parents[1] / "scale" / f"{name}.vufind.jsonl.gz" for name in ("arxiv", "cs_conferences"))
SMALL = 15_495
REAL = 305_296
SEED = 7


class WordVectors:
    """An encoder for benchmarks: the sum of a random vector for each of the first words of a text."""

    _WORDS: Final = 100

    def __init__(self, dimension: int = 384) -> None:
        self.identity = ModelIdentity(name="random words", digest="0" * 64, dimension=dimension)
        self._table = np.random.default_rng(SEED).standard_normal((1 << 15, dimension), dtype=np.float32)

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = unit_rows(self._sum(text)[np.newaxis, :])[0]
        return vector

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_documents(texts)

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        if not texts:
            return np.empty((0, self.identity.dimension), dtype=np.float32)
        vectors = unit_rows(np.stack([self._sum(text) for text in texts]))
        if progress is not None:
            progress(len(texts))
        return vectors

    def _sum(self, text: str) -> Vectors:
        words = itertools.islice(re.finditer(r"\w+", text.lower()), self._WORDS)
        rows = [_number(word[0]) % len(self._table) for word in words]
        total: Vectors = self._table[rows or [0]].sum(axis=0)
        return total


@lru_cache(maxsize=1 << 16)
def _number(word: str) -> int:
    return zlib.crc32(word.encode())


class MovedVectors:
    """An encoder of varied texts: each gets the vector of its real text, moved by others. Real ones are encoded."""

    def __init__(self, encoder: Encoder, vectors: Path) -> None:
        """``vectors`` holds segments of the real texts, which the encoder made."""
        self.identity = encoder.identity
        self.encode_query = encoder.encode_query
        self.encode_queries = encoder.encode_queries
        self._encoder = encoder
        self._store = SegmentStore.open(vectors, encoder.identity, verify=False)
        numbers = array("q")

        def key(text: str) -> bytes:
            numbers.append(in_any_order(text))
            return text_key(text)

        rows = self._store.lookup(key_array(map(key, real_texts()))).rows
        self._rows = {number: row for number, row in zip(numbers, rows.tolist(), strict=True) if row >= 0}

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        rows = np.array([self._rows.get(in_any_order(text), -1) for text in texts], dtype=np.int64)
        vectors = np.empty((len(texts), self.identity.dimension), dtype=np.float32)
        new, old = (np.flatnonzero(chosen).tolist() for chosen in (rows < 0, rows >= 0))
        vectors[new] = self._encoder.encode_documents([texts[place] for place in new])
        ones, others = (
            np.array([zlib.crc32(texts[place].encode()[::step]) for place in old], dtype=np.int64) % len(self._store)
            for step in (1, -1)
        )
        vectors[old] = strayed(*(self._store.vectors_at(numbers) for numbers in (rows[old], ones, others)))
        if progress is not None:
            progress(len(texts))
        return vectors


def real_texts() -> Iterator[str]:
    """What an encoder reads of each of the larger real collections."""
    fields = load_field_map(None)
    for path in LARGER:
        for record in read(path, fields, form=None):
            report = None if isinstance(record, Problem) else to_report(record, fields)[0]
            if report is not None:
                yield embedding_text(searchable(report.id, report))


def in_any_order(text: str) -> int:
    """The same number for texts of the same words."""
    return hash(tuple(sorted(text.split())))


def build_collection(reports: int, into: Path, model: str | None) -> None:
    """Build so many reports below a folder and note what it took, in seconds of the processor."""
    folder = into / str(reports)
    folder.mkdir(parents=True, exist_ok=True)
    services = build_services(Settings(data=folder / "data", model=model))
    source = folder / "records.vufind.jsonl.gz"
    real = write_records(reports, source)
    started = time.perf_counter()
    with BuildProgress(Console(stderr=True)) as progress, WatchedMemory(progress) as watched:
        report = write(
            Task("build", (source,), afresh=True),
            services.data,
            WriteSettings(services.settings.base, load_field_map(), model or "", clock=time.process_time),
            adapters=services.adapters,
            encoder=encoder_of(services, into, reports) if model else WordVectors(),
            observer=watched,
        )
    told = {
        "real": real,
        "seconds": dict(report.seconds),
        "wall": time.perf_counter() - started,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "anonymous_peaks": watched.peaks,
    }
    source.unlink()
    (folder / "built.json").write_bytes(orjson.dumps(told))


def encoder_of(services: Services, into: Path, reports: int) -> Encoder:
    """The model of the settings; where texts are varied too, with the vectors of the real ones, to be built before."""
    encoder = services.build_encoder()
    if reports <= REAL:
        return encoder
    real = DataDirectory(into / str(REAL) / "data").live() / VECTORS
    kept = services.data.path / "snapshots" / ".salvage"
    if not kept.exists():
        SegmentStore.open(real, encoder.identity, verify=False).link_into(kept)
    return MovedVectors(encoder, real)


def write_records(reports: int, path: Path) -> int:
    """Write so many records to a file and return how many of them are real."""
    files = (REPORTS,) if reports <= SMALL else LARGER
    real = 0
    with gzip.open(path, "wb", compresslevel=1) as out:
        for line in itertools.islice(lines_of(files), reports):
            out.write(line)
            real += 1
        out.writelines(itertools.islice(variations(files), reports - real))
    return real


def lines_of(files: Sequence[Path]) -> Iterator[bytes]:
    for path in files:
        with gzip.open(path, "rb") as lines:
            yield from lines


def variations(files: Sequence[Path]) -> Iterator[bytes]:
    for number in itertools.count(1):
        chance = random.Random(SEED + number)
        for line in lines_of(files):
            yield orjson.dumps(variation(orjson.loads(line), number, chance)) + b"\n"


def variation(record: dict[str, Any], number: int, chance: random.Random) -> dict[str, Any]:
    words = str(record["title"]).split()
    chance.shuffle(words)
    moved = chance.randint(-3, 3)
    years = [str(int(year) + moved) if year.isdigit() else year for year in record.get("publishDate", ())]
    return record | {"id": f"{record['id']}v{number}", "title": " ".join(words), "publishDate": years}
