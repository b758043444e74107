"""From some changed records to everything else that a snapshot holds: what they change in each part of the last one.

Statements, labels and counts that no changed record touches are not looked at. What remains of the size of a collection
is copying: arrays of columns, rows of vectors, and links to files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rdflib import URIRef

from embeddings.encoding import EncodingReport, Texts
from embeddings.segments import Keys
from kg import sparql
from kg.digest import SetDigest
from kg.facets.changed import read_change
from kg.facets.columns import Columns
from kg.facets.files import columns_digest, load_columns, save_columns
from kg.facets.labels import bound_rows
from kg.facets.updating import updated_columns
from kg.graph_change import GraphChange, graph_change
from kg.importers import FieldMap, to_report
from kg.mapping import provenance, written
from kg.mentions import MentionFile
from kg.model import Report
from kg.quads import Quad, nquad
from kg.store import GraphStore
from kg.vocab import Minter
from search.fulltext import slots
from search.fulltext.fields import update_text_index
from search.fulltext.suggestible import ENTITY_KINDS, Suggestible, some_suggestible
from search.fulltext.suggestion_index import update_suggestion_index, worn, write_suggestion_index
from search.fulltext.texts import ReportText, embedding_text, searchable
from search.snapshots.changes import Put
from search.snapshots.derive import VERSION, Derived
from search.snapshots.record_log import RecordLog
from search.snapshots.snapshot import FACETS, GRAPH, MENTIONS, SUGGEST, TEXT, VECTOR_KEYS, Snapshot
from search.snapshots.staging import Staging, no_garbage_collected
from search.snapshots.vectors import StagedVectors

_LARGEST_SHARE: Final = 5
"""Where more than one report in so many is changed, making everything anew is no slower and leaves no holes."""

_Entity = tuple[str, str]
"""The kind of a thing that may be suggested, and its IRI."""


@dataclass(frozen=True, slots=True)
class Parent:
    """The snapshot that a change begins with, and where it lies."""

    directory: Path
    snapshot: Snapshot

    def can_be_changed(self, changed: int, minter: Minter, vectors: StagedVectors) -> bool:
        """Whether the parts of the next snapshot can be made out of these: by the same program and model, for the same
        base, with few changes, and none of them worn by those before.
        """
        manifest = self.snapshot.manifest
        return (
            changed * _LARGEST_SHARE <= manifest.reports
            and manifest.derived_by == VERSION
            and manifest.base == minter.base
            and manifest.model == vectors.encoder.identity
            and not vectors.only_needed
            and not slots.worn(self.directory / TEXT)
        )


def derive_changes(
    staging: Staging,
    parent: Parent,
    log: RecordLog,
    changed: Collection[str],
    *,
    fields: FieldMap,
    vectors: StagedVectors,
) -> Derived:
    """Make every part of a snapshot out of those of its parent.

    ``changed`` are the ids whose records are not the same in both logs: they may be in one of them only.
    """
    directory, old = staging.directory, parent.snapshot
    iri = {report_id: str(staging.minter.report(report_id)) for report_id in changed}
    before = _reports(map(old.records.get, changed), fields)
    after = _reports(map(log.get, changed), fields)
    with staging.stage("graph"), no_garbage_collected():
        graph, change, triples = _changed_graph(staging, parent, before.values(), after.values())
    with staging.stage("facets"), no_garbage_collected():
        read = read_change(
            graph,
            old.columns,
            gone=[iri[one] for one in before.keys() - after.keys()],
            written=[iri[one] for one in after],
            described=change.redescribed,
        )
        updated = updated_columns(old.columns, read)
        save_columns(updated.reports, updated.facets, directory / FACETS)
        columns = load_columns(directory / FACETS)
    old_texts, texts = (_by_ordinal(each, of, iri) for each, of in ((before, old.columns), (after, columns)))
    with staging.stage("suggestions"), no_garbage_collected():
        if worn(parent.directory / SUGGEST):
            # The commonest entities are in every change, so that this part wears out first.
            everything = _every_thing(graph, columns, _titles(log, fields, columns, staging.minter))
            suggestions = write_suggestion_index(directory / SUGGEST, everything)
        else:
            touched = _touched(old.columns, old_texts) | _touched(columns, texts) | _named(change.redescribed)
            suggestions = update_suggestion_index(
                directory / SUGGEST,
                parent.directory / SUGGEST,
                list(_things(old.graph, old.columns, touched, old_texts)),
                list(_things(graph, columns, touched, texts)),
                old.manifest.digests["suggestions"],
            )
    graph.close()
    with staging.stage("text", len(texts)):
        numbers = columns.numbers_of(texts)
        new = ((ordinal, text, values) for (ordinal, text), values in zip(texts.items(), numbers, strict=True))
        update_text_index(directory / TEXT, parent.directory / TEXT, updated.moved, new)
    keys, encoding = _encoded(staging, parent, updated.moved, texts, vectors)
    with staging.stage("index", len(keys)):
        vectors_content, ann_digest = vectors.index(keys, staging.adapters, staging.observer.advance)
    digests = {
        "graph": _content(old.manifest.digests["graph"], change),
        "facets": columns_digest(columns),
        "vectors": vectors_content,
        "records": log.held.digest,
        "suggestions": suggestions,
    }
    return Derived(len(keys), triples, len(log) - len(keys), digests, ann_digest, encoding)


def _reports(puts: Iterable[Put | None], fields: FieldMap) -> dict[str, Report]:
    """The reports of some records by their ids; a record of which none can be made has none."""
    made = ((put.id, to_report(put.record, fields)[0]) for put in puts if put is not None)
    return {report_id: report for report_id, report in made if report is not None and report.id == report_id}


def _changed_graph(
    staging: Staging, parent: Parent, before: Iterable[Report], after: Iterable[Report]
) -> tuple[GraphStore, GraphChange, int]:
    """A changed copy of the graph, still open, what was changed, and how many triples there are now."""
    minter = staging.minter
    counted = MentionFile.copy(parent.directory / MENTIONS, staging.directory / MENTIONS)
    try:
        change = graph_change(before, after, counted, minter)
        counted.add(change.mentions)
    finally:
        counted.close()
    graph = staging.adapters.copy_graph(parent.directory / GRAPH, staging.directory / GRAPH, minter.base)
    said, to_say = [], []
    if change.methods is not None:
        said = _provenance(graph, minter)
        to_say = written(provenance(change.methods, minter, staging.now()))
    removed, added = [*change.removed, *said], [*change.added, *to_say]
    graph.replace(removed, added)
    return graph, change, parent.snapshot.manifest.triples - len(removed) + len(added)


def _provenance(graph: GraphStore, minter: Minter) -> list[bytes]:
    """The statements of the provenance graph as lines."""
    about = minter.provenance_graph
    rows = graph.select(sparql.bind(sparql.query("provenance"), graph=[about]))
    return [nquad(Quad(URIRef(str(s)), URIRef(str(p)), o, about)).encode() for s, p, o in rows if o is not None]


def _content(digest: str, change: GraphChange) -> str:
    content = SetDigest(digest)
    content.remove(change.removed)
    content.add(change.added)
    return content.hex


def _by_ordinal(reports: Mapping[str, Report], columns: Columns, iri: Mapping[str, str]) -> dict[int, ReportText]:
    """The texts of some reports by their ordinals, in the order of these."""
    texts = {columns.ordinal(iri[one]): searchable(iri[one], report) for one, report in reports.items()}
    return {ordinal: texts[ordinal] for ordinal in sorted(one for one in texts if one is not None)}


def _touched(columns: Columns, ordinals: Iterable[int]) -> set[_Entity]:
    """The entities that some reports have: their numbers of reports may be others now."""
    return {
        (kind, column.values.texts[code])
        for ordinal in ordinals
        for kind in ENTITY_KINDS
        for column in [columns.facets[kind]]
        for pairs in (column.stated, column.inferred)
        for code in pairs.codes_of(ordinal).tolist()
    }


def _named(entities: Iterable[str]) -> set[_Entity]:
    """Entities by every kind that they may be: what is none of the kind is left out later."""
    return {(kind, entity) for entity in entities for kind in ENTITY_KINDS}


def _things(
    graph: GraphStore, columns: Columns, touched: Iterable[_Entity], texts: Mapping[int, ReportText]
) -> Iterator[Suggestible]:
    entities = sorted(touched)
    others = bound_rows(graph, "labels_alternative", sorted({entity for _, entity in entities}))
    labels = ((entity, label) for entity, label in others)
    return some_suggestible(columns, entities, labels, texts.items())


def _every_thing(
    graph: GraphStore, columns: Columns, titles: Iterable[tuple[int, ReportText]]
) -> Iterator[Suggestible]:
    entities = ((kind, entity) for kind in ENTITY_KINDS for entity in columns.facets[kind].values.texts)
    labels = ((entity, label) for entity, label in graph.select_text(sparql.query("labels_alternative")))
    return some_suggestible(columns, entities, labels, titles)


def _titles(log: RecordLog, fields: FieldMap, columns: Columns, minter: Minter) -> Iterator[tuple[int, ReportText]]:
    """The texts of all reports with their ordinals, made of their records again."""
    for put in log:
        report, _ = to_report(put.record, fields)
        if report is not None and (ordinal := columns.ordinal(str(minter.report(put.id)))) is not None:
            yield ordinal, searchable(str(minter.report(put.id)), report)


def _encoded(
    staging: Staging, parent: Parent, moved: NDArray[np.int64], texts: Mapping[int, ReportText], vectors: StagedVectors
) -> tuple[Keys, EncodingReport]:
    """Encode the texts that are new; returns the keys of all reports by ordinal, too."""
    ordinals = list(texts)
    by_place: Sequence[str] = [embedding_text(text) for text in texts.values()]
    encoded = Texts.of(by_place, lambda places: [by_place[place] for place in places])
    before: Keys = np.load(parent.directory / VECTOR_KEYS)
    stays = moved >= 0
    keys = np.empty(int(np.count_nonzero(stays)) + len(ordinals), dtype=before.dtype)
    keys[moved[stays]] = before[stays]
    keys[ordinals] = encoded.keys
    with staging.stage("encode", len(encoded.distinct)):
        report = vectors.encode(encoded, keys, progress=lambda done, _: staging.observer.advance(done))
    return keys, report
