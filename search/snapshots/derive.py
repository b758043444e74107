"""From records to everything else that a snapshot holds, all of it anew.

:mod:`search.snapshots.derive_changes` comes to the same by another road: equal records give equal digests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embeddings.encoding import EncodingReport, Texts
from kg import sparql
from kg.digest import SetDigest
from kg.entities import Entities
from kg.facets.columns import Columns, facet_columns, reports_of
from kg.facets.files import columns_digest, load_columns, save_columns
from kg.importers import FieldMap, to_report
from kg.mapping import nquad_chunks
from kg.mentions import MentionFile
from kg.model import Report
from kg.store import GraphStore
from kg.string_table import StringTable
from search.errors import DamagedSnapshotError
from search.fulltext.fields import write_text_index
from search.fulltext.suggestible import suggestible
from search.fulltext.suggestion_index import write_suggestion_index
from search.fulltext.texts import ReportText, embedding_text, searchable
from search.snapshots.changes import Put
from search.snapshots.intake import TOLD_EVERY
from search.snapshots.record_log import RecordLog
from search.snapshots.snapshot import FACETS, GRAPH, MENTIONS, SUGGEST, TEXT
from search.snapshots.spool import Spool, SpooledTexts
from search.snapshots.staging import Staging, no_garbage_collected
from search.snapshots.vectors import StagedVectors

VERSION: Final = 2
"""Raised when the same records give other derived parts than before: the next update then derives all of them anew."""


@dataclass(frozen=True, slots=True)
class Derived:
    """What was made of the records. ``digests`` are of the content of each part; ``unusable`` counts records that were
    taken before and of which no report can be made any more.
    """

    reports: int
    triples: int
    unusable: int
    digests: Mapping[str, str]
    ann_digest: str
    encoding: EncodingReport


def derive_all(staging: Staging, log: RecordLog, fields: FieldMap, vectors: StagedVectors) -> Derived:
    """Make every part anew from the records of a log."""
    directory, observer = staging.directory, staging.observer
    content, entities = SetDigest(), Entities(staging.minter)
    with closing(Spool(directory / "texts.jsonl")) as spool:
        graph = staging.adapters.create_graph(directory / GRAPH, staging.minter.base)
        with staging.stage("graph", len(log)), no_garbage_collected():
            reports = _spooled(log, fields, spool, staging)
            graph.load(nquad_chunks(reports, entities, generated=staging.now(), digest=content))
            MentionFile.create(directory / MENTIONS, entities.mentions).close()
        with staging.stage("facets"), no_garbage_collected():
            iris = reports_of(graph)
            texts = _numbered(spool, iris, directory)
            save_columns(iris, facet_columns(graph, iris), directory / FACETS)
            columns = load_columns(directory / FACETS)
        with staging.stage("suggestions"), no_garbage_collected():
            suggestions = _write_suggestions(directory / SUGGEST, graph, columns, texts)
        triples = len(graph)
        graph.close()
        with staging.stage("text", len(texts)):
            write_text_index(directory / TEXT, _advancing(texts, staging), columns.numbers_by_report())
        every = Texts.of(map(embedding_text, texts), lambda places: map(embedding_text, texts.at(places)))
        distinct = len(every.distinct)
        with staging.stage("encode", distinct):
            encoding = vectors.encode(
                every,
                every.keys[every.distinct],
                progress=lambda done, missing: observer.advance(distinct - missing + done),
            )
        with staging.stage("index", len(texts)):
            vectors_content, ann_digest = vectors.index(every.keys, staging.adapters, observer.advance)
    digests = {
        "graph": content.hex,
        "facets": columns_digest(columns),
        "vectors": vectors_content,
        "records": log.held.digest,
        "suggestions": suggestions,
    }
    return Derived(len(columns.reports), triples, len(log) - len(columns.reports), digests, ann_digest, encoding)


def _spooled(log: Iterable[Put], fields: FieldMap, spool: Spool, staging: Staging) -> Iterator[Report]:
    """The reports of all records; their texts go to the spool."""
    done = 0
    for done, put in enumerate(log, start=1):
        report, _ = to_report(put.record, fields)
        # Whoever took the record made a report of it; a later program may be stricter, or take another id.
        if report is not None and report.id == put.id:
            spool.add(searchable(str(staging.minter.report(report.id)), report))
            yield report
        if done % TOLD_EVERY == 0:
            staging.observer.advance(done)
    staging.observer.advance(done)


def _numbered(spool: Spool, reports: StringTable, directory: Path) -> SpooledTexts:
    """The texts by the ordinals of their reports, which are those in the graph."""
    if len(reports) != len(spool) or any(iri not in spool for iri in reports):
        raise DamagedSnapshotError(directory, f"the graph holds {len(reports)} reports, {len(spool)} were read")
    return spool.numbered(reports)


def _write_suggestions(directory: Path, graph: GraphStore, columns: Columns, texts: SpooledTexts) -> str:
    others = ((entity, label) for entity, label in graph.select_text(sparql.query("labels_alternative")))
    return write_suggestion_index(directory, suggestible(columns, others, texts))


def _advancing(texts: Iterable[ReportText], staging: Staging) -> Iterator[ReportText]:
    done = 0
    for done, text in enumerate(texts, start=1):
        yield text
        if done % TOLD_EVERY == 0:
            staging.observer.advance(done)
    staging.observer.advance(done)
