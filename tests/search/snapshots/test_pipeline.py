from __future__ import annotations

import dataclasses
import gzip
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import filelock
import numpy as np
import pytest

from embeddings.encoders.hashing import HashingEncoder
from embeddings.encoding import Gathered
from embeddings.row_file import Progress, RowBlocks
from embeddings.segments import SegmentStore
from kg.errors import SourceNotFoundError
from search.engine import Engine
from search.errors import (
    BuildRunningError,
    DamagedPointerError,
    DamagedSnapshotError,
    NoReportsError,
    NoSnapshotError,
)
from search.live import LiveEngine
from search.request import Request
from search.snapshots.checks import digests_of
from search.snapshots.snapshot import DataDirectory, Manifest, Snapshot
from tests.conftest import SAMPLE, RecordedBuild, WriteLines, build_sources, services_for
from ui.wiring import Services


def _record(number: int, **more: object) -> str:
    return json.dumps({"id": f"r{number}", "title": f"Report {number} on water", "publishDate": ["2020"], **more})


def test_a_build_publishes_a_whole_snapshot(services: Services) -> None:
    observer = RecordedBuild()
    report = build_sources(services, SAMPLE, observer=observer)
    assert (report.manifest.name, report.manifest.reports, report.lost) == ("000001", 60, 0)
    assert report.encoding.encoded == 60
    assert observer.stages == [
        *("records", "graph", "facets", "suggestions", "text", "encode", "index", "publish"),
    ]
    assert set(report.seconds) >= {"records", "graph", "facets", "encode", "publish"}
    assert set(report.manifest.digests) == {"graph", "facets", "vectors", "records", "suggestions"}
    assert "records/000000.sqlite" in report.manifest.files
    snapshot = services.snapshot()
    assert snapshot.manifest == report.manifest
    assert snapshot.index.size == snapshot.text.size == len(snapshot.columns.reports) == len(snapshot.records) == 60


def test_the_same_file_gives_the_same_content_and_encodes_nothing(services: Services) -> None:
    first, second = (build_sources(services, SAMPLE) for _ in range(2))
    assert second.manifest.digests == first.manifest.digests
    assert (second.manifest.name, second.manifest.parent) == ("000002", "000001")
    assert (second.encoding.encoded, second.encoding.reused) == (0, 60)


def test_the_order_of_records_does_not_change_the_content(services: Services, write_lines: WriteLines) -> None:
    lines = [_record(number) for number in range(5)]
    first = build_sources(services, write_lines(*lines))
    second = build_sources(services, write_lines(*lines[::-1]))
    assert first.manifest.digests == second.manifest.digests


def test_a_changed_text_is_encoded_and_nothing_else(services: Services, write_lines: WriteLines) -> None:
    build_sources(services, write_lines(_record(1), _record(2)))
    second = build_sources(services, write_lines(_record(1), _record(2, description="New.")))
    assert (second.encoding.encoded, second.encoding.reused) == (1, 1)


def test_another_model_encodes_everything_again_and_its_vectors_are_not_mixed(
    services: Services, write_lines: WriteLines
) -> None:
    source = write_lines(_record(1), _record(2))
    build_sources(services, source)
    other = build_sources(services, source, encoder=HashingEncoder(dimension=64))
    assert (other.encoding.encoded, other.encoding.reused) == (2, 0)
    assert services.snapshot().index.dimension == 64


def test_a_damaged_segment_costs_its_own_vectors_only(services: Services, write_lines: WriteLines) -> None:
    build_sources(services, write_lines(_record(1)))
    build_sources(services, write_lines(_record(1), _record(2)))
    first, second = sorted((_live(services) / "vectors").iterdir())
    assert first.name < second.name
    second.write_bytes(b"damaged" + second.read_bytes()[7:])
    again = build_sources(services, write_lines(_record(1), _record(2)))
    assert (again.encoding.encoded, again.encoding.reused) == (1, 1)


def _live(services: Services) -> Path:
    return services.data.live()


BAD_LINES = {
    "unreadable-line": b'{"id": "bad", "title": ',
    "wrong-encoding": '{"id": "bad", "title": "Más"}'.encode("latin-1"),
    "not-an-object": b'["id"]',
    "wrong-type": b'{"id": "bad", "title": {"en": "x"}}',
    "missing-id": b'{"title": "No id"}',
    "missing-title": b'{"id": "bad"}',
    "duplicate-id": _record(1).encode(),
    "too-large": b'{"id": "bad", "title": "' + b"x" * 50_000_000 + b'"}',
}


@pytest.mark.parametrize("kind", BAD_LINES)
def test_a_bad_record_is_counted_by_kind_file_and_line_and_the_rest_is_loaded(
    services: Services, write_lines: WriteLines, kind: str
) -> None:
    observer = RecordedBuild()
    source = write_lines(_record(1), BAD_LINES[kind], _record(3))
    report = build_sources(services, source, observer=observer)
    assert report.manifest.reports == 2
    assert kind in report.manifest.problems
    assert report.lost >= 1
    problem = next(problem for problem in observer.problems if problem.kind == kind)
    assert (problem.line, Path(problem.source).name) == (2, source.name)
    assert problem.reason
    live = services.data.current()
    assert live is not None
    listed = [json.loads(line) for line in (live / "problems.jsonl").read_text().splitlines()]
    assert [row["kind"] for row in listed] == [problem.kind for problem in observer.problems]


def test_a_truncated_gzip_keeps_what_came_before(services: Services, tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(_record(number) for number in range(3000)).encode())
    source = tmp_path / "cut.jsonl.gz"
    source.write_bytes(whole[: len(whole) * 2 // 3])
    report = build_sources(services, source)
    assert report.manifest.problems["truncated-gzip"] == 1
    assert 100 < report.manifest.reports < 3000


def test_an_empty_file_among_others_is_a_problem(services: Services, write_lines: WriteLines) -> None:
    report = build_sources(services, write_lines(name="empty.jsonl"), write_lines(_record(1), name="full.jsonl"))
    assert (report.manifest.reports, report.manifest.problems) == (1, {"empty-file": 1})


def test_nothing_usable_publishes_nothing_and_leaves_the_live_snapshot(
    services: Services, write_lines: WriteLines
) -> None:
    build_sources(services, write_lines(_record(1)))
    with pytest.raises(NoReportsError):
        build_sources(services, write_lines("not json"))
    assert services.snapshot().manifest.name == "000001"


def test_a_missing_file_is_an_error_before_anything_is_written(services: Services, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError):
        build_sources(services, SAMPLE, tmp_path / "none.jsonl")
    assert not services.data.path.exists()


def test_one_writer_at_a_time(services: Services) -> None:
    build_sources(services, SAMPLE)
    with filelock.FileLock(services.data.lock_file), pytest.raises(BuildRunningError), services.writing("build"):
        pass


def _as_if_killed_after_encoding(services: Services) -> None:
    """A staging directory with vectors, and no live snapshot."""
    live = _live(services)
    staging = services.data.snapshots / ".building"
    live.rename(staging)
    services.data.current_file.unlink()


def test_what_a_killed_build_encoded_is_used(services: Services) -> None:
    build_sources(services, SAMPLE)
    _as_if_killed_after_encoding(services)
    report = build_sources(services, SAMPLE)
    assert (report.encoding.encoded, report.encoding.reused) == (0, 60)
    assert sorted(entry.name for entry in services.data.snapshots.iterdir()) == ["000001"]


def test_what_was_encoded_outlives_any_number_of_interruptions(services: Services, write_lines: WriteLines) -> None:
    build_sources(services, SAMPLE)
    _as_if_killed_after_encoding(services)
    for _ in range(2):
        with pytest.raises(NoReportsError):
            build_sources(services, write_lines("broken"))
    report = build_sources(services, SAMPLE)
    assert (report.encoding.encoded, report.encoding.reused) == (0, 60)


def test_a_snapshot_whose_parts_do_not_fit_is_never_published(services: Services, write_lines: WriteLines) -> None:
    build_sources(services, write_lines(_record(1)))

    def save_too_little(path: Path, rows: RowBlocks, progress: Progress) -> str:
        assert isinstance(rows, Gathered)
        return services.adapters.save_index(path, Gathered(rows.store, rows.rows[:-1]), progress)

    with pytest.raises(DamagedSnapshotError):
        build_sources(
            services,
            write_lines(_record(1), _record(2)),
            adapters=dataclasses.replace(services.adapters, save_index=save_too_little),
        )
    assert services.snapshot().manifest.name == "000001"
    assert services.data.names() == ["000001"]


def test_old_snapshots_are_pruned(tmp_path: Path, write_lines: WriteLines) -> None:
    services = services_for(tmp_path / "data", kept_snapshots=2)
    for number in range(4):
        build_sources(services, write_lines(_record(number)))
    assert services.data.names() == ["000003", "000004"]


def test_a_rollback_is_a_rename(services: Services, write_lines: WriteLines) -> None:
    build_sources(services, write_lines(_record(1)))
    build_sources(services, write_lines(_record(1), _record(2)))
    services.data.current_file.write_text("000001\n")
    assert services.snapshot().manifest.reports == 1
    report = build_sources(services, write_lines(_record(3)))
    assert (report.manifest.name, report.manifest.parent) == ("000003", "000001")


def test_a_reader_follows_and_whoever_holds_the_old_snapshot_keeps_it(
    services: Services, write_lines: WriteLines
) -> None:
    build_sources(services, write_lines(_record(1)))
    live = services.live_engine()
    old = live.current()
    build_sources(services, write_lines(_record(1), _record(2)))
    new = _followed(live, "000002")
    assert new.snapshot.manifest.reports == 2
    assert len(list(old.snapshot.graph.select_text("SELECT ?s WHERE { ?s a bibo:Document }"))) == 1
    assert old.snapshot.text.size == 1


def _followed(live: LiveEngine, name: str) -> Engine:
    for _ in range(500):
        if live.current().snapshot.manifest.name == name:
            return live.current()
        live.settle()
    message = f"{name} was not opened"
    raise AssertionError(message)


def test_a_reader_keeps_the_old_snapshot_when_the_new_one_is_damaged(
    services: Services, write_lines: WriteLines
) -> None:
    build_sources(services, write_lines(_record(1)))
    live = services.live_engine()
    build_sources(services, write_lines(_record(2)))
    (services.data.snapshots / "000002" / "manifest.json").write_text("{}")
    for _ in range(3):
        assert live.current().snapshot.manifest.name == "000001"
        live.settle()


def test_no_collection_is_an_error_that_names_the_command(services: Services) -> None:
    with pytest.raises(NoSnapshotError, match="reportgraph build"):
        services.snapshot()
    with pytest.raises(NoSnapshotError):
        services.live_engine()


def _sealed_again(live: Path, **changed: object) -> None:
    """Write a manifest that says something else, as if it had been built so."""
    manifest = dataclasses.replace(Manifest.read(live), **changed)  # type: ignore[arg-type]
    (live / "manifest.json").write_bytes(manifest.to_json())
    DataDirectory(live.parents[1]).point_to(manifest)


def test_a_damaged_or_foreign_snapshot_is_named(services: Services) -> None:
    build_sources(services, SAMPLE)
    live = _live(services)
    _sealed_again(live, reports=61)
    with pytest.raises(DamagedSnapshotError, match="different numbers"):
        services.snapshot()
    _sealed_again(live, schema_version=99)
    with pytest.raises(match=r"layout 99, this program reads 6.*newer"):
        Manifest.read(live)


def test_a_snapshot_of_an_older_layout_is_built_again_and_encodes_nothing(services: Services) -> None:
    build_sources(services, SAMPLE)
    live = _live(services)
    shutil.rmtree(live / "suggest")
    # Layouts before 6 had sizes where there are digests now, and no seal.
    manifest = json.loads((live / "manifest.json").read_text())
    manifest["files"] = {name: file["size"] for name, file in manifest["files"].items()}
    del manifest["seal"]
    (live / "manifest.json").write_text(json.dumps(manifest | {"schema_version": 2}))
    services.data.current_file.write_text("000001\n")
    with pytest.raises(match=r"layout 2, this program reads 6.*reportgraph build"):
        services.snapshot()
    report = build_sources(services, SAMPLE)
    assert (report.encoding.encoded, report.encoding.reused) == (0, 60)
    assert (report.manifest.name, services.snapshot().suggestions.reports) == ("000002", 60)


def test_every_record_is_kept_with_every_field_of_its_line(sample: Snapshot) -> None:
    for number, line in enumerate(SAMPLE.read_text(encoding="utf-8").splitlines(), start=1):
        document = json.loads(line)
        stored = sample.records.get(document["id"])
        assert stored is not None
        assert (stored.record.source, stored.record.line) == (SAMPLE.name, number)
        assert list(stored.record.fields.items()) == [(name, _texts(value)) for name, value in document.items()]


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple("true" if each is True else str(each) for each in values)


def test_a_record_tells_the_fields_that_its_report_was_read_from(services: Services, write_lines: WriteLines) -> None:
    build_sources(services, write_lines(_record(1, author2="B, C", topic_facet=["wells"], colour="blue")))
    stored = services.snapshot().records.get("r1")
    assert stored is not None
    assert stored.fields_of == {
        "id": ("id",),
        "title": ("title",),
        "authors": ("author2",),
        "topics": ("topic_facet",),
        "year": ("publishDate",),
        "issued": ("publishDate",),
    }


def test_of_records_with_one_id_the_last_is_kept(services: Services, write_lines: WriteLines) -> None:
    first, second = (write_lines(_record(1, topic=name), name=name) for name in ("first.jsonl", "second.jsonl"))
    build_sources(services, first, second)
    stored = services.snapshot().records.get("r1")
    assert stored is not None
    assert (stored.record.source, stored.record.fields["topic"]) == ("second.jsonl", ("second.jsonl",))


def test_a_missing_record_is_found_when_the_snapshot_is_opened(services: Services) -> None:
    build_sources(services, SAMPLE)
    live = _live(services)
    with closing(sqlite3.connect(live / "records" / "000000.sqlite")) as records:
        records.execute("UPDATE state SET live = live - 1")
        records.commit()
    with pytest.raises(DamagedSnapshotError, match=r"records/000000\.sqlite is damaged"):
        services.snapshot()
    # Also where it was published so.
    manifest = live / "manifest.json"
    manifest.rename(live.parent / "aside")
    files = digests_of(live)
    (live.parent / "aside").rename(manifest)
    _sealed_again(live, files=files)
    with pytest.raises(DamagedSnapshotError, match=r"different numbers.*'records': 59"):
        services.snapshot()


def test_a_lost_index_file_is_made_again_from_the_vectors(services: Services) -> None:
    build_sources(services, SAMPLE)
    before = services.snapshot()
    live = services.data.current()
    assert live is not None
    query = before.index.vectors_of(np.array([0], dtype=np.int64))[0]
    # Its rows are mapped: only another file may take the name.
    (live / "ann" / "rows.npy").unlink()
    (live / "ann" / "rows.npy").write_bytes(b"nonsense")
    after = services.snapshot()
    assert after.index.search(query, 5).ordinals.tolist() == before.index.search(query, 5).ordinals.tolist()


def test_segments_are_shared_by_hard_links(services: Services) -> None:
    build_sources(services, SAMPLE)
    build_sources(services, SAMPLE)
    first, second = (next((services.data.snapshots / name / "vectors").iterdir()) for name in ("000001", "000002"))
    assert first.stat().st_ino == second.stat().st_ino
    assert len(SegmentStore.open(second.parent, services.build_encoder().identity)) == 60


def _vectors(services: Services) -> SegmentStore:
    return SegmentStore.open(_live(services) / "vectors", services.build_encoder().identity)


def _records(*numbers: int) -> list[str]:
    return [_record(number) for number in numbers]


def test_vectors_of_texts_that_are_gone_are_linked_until_they_are_more_than_half(
    services: Services, write_lines: WriteLines
) -> None:
    build_sources(services, write_lines(*_records(*range(10))))
    build_sources(services, write_lines(*_records(*range(5))))
    assert len(_vectors(services)) == 10
    held = _vectors(services)
    report = build_sources(services, write_lines(*_records(*range(4))))
    assert (report.encoding.encoded, report.encoding.reused) == (0, 4)
    left = _vectors(services)
    assert len(left) == 4
    np.testing.assert_array_equal(
        left.vectors_at(left.lookup(left.keys).rows), held.vectors_at(held.lookup(left.keys).rows)
    )
    # The snapshots before are as they were, and can be gone back to.
    services.data.current_file.write_text("000001\n")
    assert (services.snapshot().index.size, len(_vectors(services))) == (10, 10)


def test_a_text_that_was_left_behind_is_encoded_again(services: Services, write_lines: WriteLines) -> None:
    for numbers in (range(10), range(4)):
        build_sources(services, write_lines(*_records(*numbers)))
    report = build_sources(services, write_lines(*_records(*range(10))))
    assert (report.encoding.encoded, report.encoding.reused) == (6, 4)
    assert len(_vectors(services)) == 10


def test_vectors_of_another_collection_are_all_left_behind(services: Services, write_lines: WriteLines) -> None:
    build_sources(services, write_lines(*_records(*range(3))))
    report = build_sources(services, write_lines(*_records(7, 8)))
    assert (report.encoding.encoded, report.encoding.reused) == (2, 0)
    assert len(_vectors(services)) == 2


def test_a_build_that_dies_after_leaving_vectors_behind_loses_none(services: Services, write_lines: WriteLines) -> None:
    build_sources(services, write_lines(*_records(*range(10))))

    def die(_path: Path, _rows: RowBlocks, _progress: Progress) -> str:
        raise KeyboardInterrupt

    dying = dataclasses.replace(services.adapters, save_index=die)
    with pytest.raises(KeyboardInterrupt):
        build_sources(services, write_lines(*_records(*range(3), 11)), adapters=dying)
    assert len(_vectors(services)) == 10
    report = build_sources(services, write_lines(*_records(*range(12))))
    assert (report.encoding.encoded, report.encoding.reused) == (1, 11)


def test_names_of_other_things_are_not_snapshots(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path)
    assert data.names() == []
    (tmp_path / "snapshots" / "000007").mkdir(parents=True)
    (tmp_path / "snapshots" / ".building").mkdir()
    assert data.names() == ["000007"]


def test_a_reader_keeps_answering_when_the_new_snapshot_has_a_model_that_it_has_not(
    services: Services, write_lines: WriteLines
) -> None:
    build_sources(services, write_lines(_record(1)))
    live = services.live_engine()
    build_sources(services, write_lines(_record(1), _record(2)), encoder=HashingEncoder(dimension=64))
    for _ in range(3):
        assert live.current().search(Request("water")).total == 1
        live.settle()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"../../etc", b"none"])
def test_a_damaged_pointer_is_named_and_a_build_mends_it(services: Services, content: bytes) -> None:
    build_sources(services, SAMPLE)
    services.data.current_file.write_bytes(content)
    with pytest.raises(DamagedPointerError, match=r"CURRENT.*reportgraph rollback 000001"):
        services.snapshot()
    assert build_sources(services, SAMPLE).manifest.name == "000002"
    assert services.snapshot().manifest.name == "000002"


@pytest.mark.parametrize(
    "pattern",
    [
        "graph/*.sst",
        "text/*.store",
        "text/frequent.npy",
        "suggest/*.idx",
        "facets/topic.stated.npy",
        "vector-keys.npy",
        "records/*.sqlite",
        "mentions.sqlite",
        "fields.json",
    ],
)
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_missing_and_cut_files_are_named(services: Services, pattern: str, damage: str) -> None:
    build_sources(services, SAMPLE)
    path = next(_live(services).glob(pattern))
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedSnapshotError, match=path.name):
        services.snapshot()


def test_the_content_does_not_depend_on_the_order_of_labels(services: Services, write_lines: WriteLines) -> None:
    lines = [_record(1, format="Desk Review"), _record(2, format="DESK REVIEW"), _record(3, format="Desk Review")]
    first = build_sources(services, write_lines(*lines))
    assert first.manifest.digests == build_sources(services, write_lines(*lines[::-1])).manifest.digests
    (kind,) = services.snapshot().columns.facets["type"].values
    assert kind.label == "Desk Review"
