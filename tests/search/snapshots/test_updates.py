from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.descriptions import read_report
from kg.errors import SourceNotFoundError
from search.engine import Engine
from search.errors import NoReportsError, NoSnapshotError
from search.request import Mode, Request
from search.snapshots.pipeline import GONE_DAMAGED, Task
from search.snapshots.record_log import Outcome
from search.snapshots.snapshot import Snapshot
from tests.conftest import SAMPLE, RecordedBuild, WriteLines, build_sources, carry_out
from ui.wiring import Services

Lines = Callable[..., Path]


def _record(number: int, **more: object) -> str:
    return json.dumps({"id": f"r{number}", "title": f"Report {number} on water", "topic": ["wells"], **more})


def _damage(path: Path) -> None:
    """Make a file other than it was published, whatever it holds."""
    path.write_bytes(path.read_bytes() + b"!")


@pytest.fixture
def built(services: Services, write_lines: WriteLines) -> Services:
    """A collection of three reports from the source ``first.jsonl``."""
    build_sources(services, write_lines(*map(_record, (1, 2, 3)), name="first.jsonl"))
    return services


def _ids(snapshot: Snapshot) -> list[str]:
    return sorted(snapshot.records.ids())


def _found(snapshot: Snapshot, query: str) -> list[str]:
    results = Engine(snapshot, None).search(Request(query, mode=Mode.LEXICAL))
    return sorted(hit.card.id for hit in results.hits)


def test_reports_are_added_replaced_and_left_as_they_are(built: Services, write_lines: WriteLines) -> None:
    source = write_lines(_record(1), _record(2, title="On maize"), _record(4), name="first.jsonl")
    written = carry_out(built, Task("update", (source,)))
    assert written.outcomes == {Outcome.UNCHANGED: 1, Outcome.REPLACED: 1, Outcome.ADDED: 1}
    assert written.manifest is not None
    assert (written.manifest.cause, written.manifest.parent) == ("update", "000001")
    assert written.manifest.changes == {"added": 1, "replaced": 1, "unchanged": 1}
    snapshot = built.snapshot()
    assert _ids(snapshot) == ["r1", "r2", "r3", "r4"]
    assert (_found(snapshot, "maize"), _found(snapshot, "water")) == (["r2"], ["r1", "r3", "r4"])


def test_nothing_changed_is_nothing_published(built: Services, write_lines: WriteLines) -> None:
    written = carry_out(built, Task("update", (write_lines(_record(1), name="first.jsonl"),)))
    assert (written.manifest, built.data.names()) == (None, ["000001"])
    assert [path.name for path in built.data.snapshots.iterdir() if path.name == ".building"] == []


def test_a_whole_export_read_again_changes_nothing_whatever_its_file_is_called(
    services: Services, tmp_path: Path
) -> None:
    """An update reads records by the field map that the collection keeps, a build by the one of the program."""
    build_sources(services, SAMPLE)
    again = tmp_path / "export-of-today.jsonl"
    again.write_bytes(SAMPLE.read_bytes())
    written = carry_out(services, Task("update", (again,), name=SAMPLE.name, replace=True))
    assert written.manifest is None
    assert written.outcomes == {Outcome.UNCHANGED: 60}


def test_a_deleted_report_is_gone_everywhere_and_something_is_known_of_it(built: Services) -> None:
    written = carry_out(built, Task("delete", deleted=("r2", "r9", "r2")))
    assert (written.outcomes[Outcome.DELETED], written.unknown) == (1, ("r9",))
    snapshot = built.snapshot()
    assert (_ids(snapshot), _found(snapshot, "water")) == (["r1", "r3"], ["r1", "r3"])
    assert read_report(snapshot.graph, f"{snapshot.manifest.base}report/r2") is None
    gone = snapshot.gone["r2"]
    assert (gone.title, gone.source, gone.since, gone.purged) == (
        "Report 2 on water",
        "first.jsonl",
        "2026-01-02T03:04:05+00:00",
        False,
    )
    assert set(snapshot.gone) == {"r2"}


def test_a_build_over_a_damaged_list_of_what_is_gone_takes_the_newest_whole_one(
    built: Services, write_lines: WriteLines
) -> None:
    carry_out(built, Task("delete", deleted=("r1",)))
    carry_out(built, Task("delete", deleted=("r2",)))
    _damage(built.data.live() / "gone.jsonl")
    source = write_lines(*map(_record, (3, 4)), name="first.jsonl")
    written = carry_out(built, Task("build", (source,), afresh=True))
    assert list(built.snapshot().gone) == ["r1"]
    assert written.tally.problems == {GONE_DAMAGED: 1}
    kept = [json.loads(line) for line in (built.data.live() / "problems.jsonl").read_text().splitlines()]
    assert ["000002" in problem["reason"] for problem in kept] == [True]


def test_a_build_says_when_no_list_of_what_is_gone_is_whole(built: Services, write_lines: WriteLines) -> None:
    carry_out(built, Task("delete", deleted=("r1",)))
    for name in built.data.names():
        _damage(built.data.snapshots / name / "gone.jsonl")
    source = write_lines(*map(_record, (3, 4)), name="first.jsonl")
    written = carry_out(built, Task("build", (source,), afresh=True))
    assert (list(built.snapshot().gone), written.tally.problems) == (["r2"], {GONE_DAMAGED: 1})  # gone by this build


def test_a_report_that_was_deleted_before_can_be_purged(built: Services) -> None:
    """Also together with one that is there, and again where a purge was killed after it was published."""
    carry_out(built, Task("delete", deleted=("r2",)))
    left = built.data.snapshots / ".removed-000001"
    left.mkdir()
    (left / "records").write_text("Report 2 on water")
    written = carry_out(built, Task("purge", deleted=("r1", "r2"), purge=True))
    assert written.manifest is not None
    assert written.unknown == ()
    gone = built.snapshot().gone
    assert [(one.id, one.title, one.source, one.purged) for one in gone.values()] == [
        ("r1", None, None, True),
        ("r2", None, None, True),
    ]
    assert [path.name for path in built.data.snapshots.iterdir()] == [written.manifest.name]
    again = carry_out(built, Task("purge", deleted=("r2",), purge=True))
    assert again.manifest is not None
    assert (_ids(built.snapshot()), built.snapshot().gone["r2"].purged) == (["r3"], True)


def test_a_report_that_comes_back_is_no_longer_gone(built: Services, write_lines: WriteLines) -> None:
    carry_out(built, Task("delete", deleted=("r2",)))
    carry_out(built, Task("update", (write_lines(_record(2)),)))
    assert (list(built.snapshot().gone), _ids(built.snapshot())) == ([], ["r1", "r2", "r3"])


def test_what_a_new_build_does_not_have_is_gone(built: Services, write_lines: WriteLines) -> None:
    build_sources(built, write_lines(_record(3), _record(4)))
    assert list(built.snapshot().gone) == ["r1", "r2"]
    build_sources(built, write_lines(_record(1)))
    assert list(built.snapshot().gone) == ["r2", "r3", "r4"]


def test_a_replaced_source_loses_what_it_no_longer_has_and_no_other_source_does(
    built: Services, write_lines: WriteLines
) -> None:
    carry_out(built, Task("update", (write_lines(_record(7), name="other.jsonl"),)))
    source = write_lines(_record(1), _record(5), name="now.jsonl")
    written = carry_out(built, Task("update", (source,), name="first.jsonl", replace=True))
    assert written.outcomes == {Outcome.UNCHANGED: 1, Outcome.ADDED: 1, Outcome.DELETED: 2}
    assert _ids(built.snapshot()) == ["r1", "r5", "r7"]


@pytest.mark.parametrize(
    ("damaged", "left"),
    [("{", ["r1", "r2", "r3"]), ('{"id": "r2"}', ["r1", "r2"])],
    ids=["an unreadable line may be any record", "a record without a title is that record"],
)
def test_a_record_that_cannot_be_read_is_not_taken_for_a_deleted_one(
    built: Services, write_lines: WriteLines, damaged: str, left: list[str]
) -> None:
    source = write_lines(_record(1, title="New"), damaged, name="now.jsonl")
    written = carry_out(built, Task("update", (source,), name="first.jsonl", replace=True))
    assert written.withheld == len(left) - 1
    assert _ids(built.snapshot()) == left


def test_a_record_that_became_unusable_does_not_remove_the_one_that_was_there(
    built: Services, write_lines: WriteLines
) -> None:
    observer = RecordedBuild()
    source = write_lines('{"id": "r1"}', _record(4))
    written = carry_out(built, Task("update", (source,)), observer=observer)
    assert (written.tally.lost, [problem.kind for problem in observer.problems]) == (1, ["missing-title"])
    assert _ids(built.snapshot()) == ["r1", "r2", "r3", "r4"]


def test_problems_of_other_records_stay_listed(services: Services, write_lines: WriteLines) -> None:
    bad = _record(1, isbn=["1"])
    build_sources(services, write_lines(bad, "{", name="first.jsonl"))
    carry_out(services, Task("update", (write_lines(_record(2), "[]", name="second.jsonl"),)))
    assert _listed(services) == [
        "first.jsonl bad-identifier",
        "first.jsonl unreadable-line",
        "second.jsonl not-an-object",
    ]
    carry_out(services, Task("update", (write_lines(_record(1), name="third.jsonl"),)))
    assert _listed(services) == ["first.jsonl unreadable-line", "second.jsonl not-an-object"]
    carry_out(services, Task("update", (write_lines(_record(9), name="first.jsonl"),)))
    assert _listed(services) == ["second.jsonl not-an-object"]


def _listed(services: Services) -> list[str]:
    lines = (services.data.live() / "problems.jsonl").read_text(encoding="utf-8").splitlines()
    return sorted(f"{Path(row['source']).name} {row['kind']}" for row in map(json.loads, lines))


def test_a_dry_run_says_what_would_change_and_changes_nothing(built: Services, write_lines: WriteLines) -> None:
    source = write_lines(_record(1, title="New"), _record(4))
    before = sorted(path.name for path in built.data.path.rglob("*"))
    written = carry_out(built, Task("update", (source,), deleted=("r3",), dry_run=True))
    assert written.would == {Outcome.REPLACED: ("r1",), Outcome.ADDED: ("r4",), Outcome.DELETED: ("r3",)}
    assert written.manifest is None
    assert _ids(built.snapshot()) == ["r1", "r2", "r3"]
    assert {*before} >= {path.name for path in built.data.path.rglob("*")}


def test_a_purged_report_leaves_nothing_but_its_id(services: Services, write_lines: WriteLines) -> None:
    secret = _record(2, title="Xylophone", description="Quite unheard.", author=["Zzyzx, Q."])
    build_sources(services, write_lines(_record(1), secret))
    carry_out(services, Task("update", (write_lines(_record(3)),)))
    carry_out(services, Task("purge", deleted=("r2",), purge=True))
    assert services.data.names() == ["000003"]
    gone = services.snapshot().gone["r2"]
    assert (gone.title, gone.source, gone.purged) == (None, None, True)
    for path in services.data.path.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            assert not [word for word in (b"xylophone", b"zzyzx", b"unheard") if word in content], path


def test_deleting_everything_is_refused(built: Services) -> None:
    with pytest.raises(NoReportsError):
        carry_out(built, Task("delete", deleted=("r1", "r2", "r3")))
    assert built.snapshot().manifest.name == "000001"


def test_there_must_be_something_to_change(services: Services, write_lines: WriteLines, tmp_path: Path) -> None:
    with pytest.raises(NoSnapshotError):
        carry_out(services, Task("update", (write_lines(_record(1)),)))
    build_sources(services, write_lines(_record(1)))
    with pytest.raises(SourceNotFoundError):
        carry_out(services, Task("update", (tmp_path / "none.jsonl",)))
