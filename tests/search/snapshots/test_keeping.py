from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest

from search.errors import BuildRunningError, DamagedPointerError, DamagedSnapshotError, UnknownSnapshotError
from search.live import LiveEngine
from search.snapshots.comparing import Difference, compared, difference
from search.snapshots.digest_memory import DigestMemory
from search.snapshots.keeping import keep, listed, prune, rollback, unkeep
from search.snapshots.leases import is_leased, leased
from search.snapshots.snapshot import DataDirectory
from tests.conftest import WriteLines, build_sources, services_for
from tests.search.snapshots.test_writing import another_writer
from ui.wiring import Services


def _record(number: int, **more: object) -> str:
    return json.dumps({"id": f"r{number}", "title": f"Report {number} on water", "publishDate": ["2020"], **more})


@pytest.fixture
def three(tmp_path: Path, write_lines: WriteLines) -> Services:
    """Services over three snapshots, of one, two and three reports."""
    services = services_for(tmp_path / "data", kept_snapshots=9)
    for count in (1, 2, 3):
        build_sources(services, write_lines(*(_record(number) for number in range(count))))
    return services


def _published(data: DataDirectory) -> list[str]:
    return [each.name for each in listed(data)]


def test_snapshots_are_listed_with_what_they_share(three: Services) -> None:
    keep(three.data, "000001")
    first, second, third = listed(three.data)
    assert [(each.name, each.live, each.kept) for each in (first, second, third)] == [
        ("000001", False, True),
        ("000002", False, False),
        ("000003", True, False),
    ]
    assert third.manifest is not None
    assert (third.manifest.reports, third.manifest.parent, third.manifest.cause) == (3, "000002", "build")
    # The vectors of the first are linked into all, those of the third are its own.
    links = {path.name: path.stat() for path in (three.data.live() / "vectors").iterdir()}
    assert third.size - third.own == sum(each.st_size for each in links.values() if each.st_nlink > 1)


def test_a_snapshot_that_cannot_be_read_is_listed_with_the_reason(three: Services) -> None:
    (three.data.snapshots / "000002" / "manifest.json").write_text("{}")
    second = listed(three.data)[1]
    assert second.manifest is None
    assert "manifest.json" in second.problem
    assert second.size > 0


def test_what_is_live_or_kept_is_never_pruned(three: Services) -> None:
    keep(three.data, "000001")
    rollback(three.data, "000002", three.adapters)
    pruned = prune(three.data, 1)
    assert (pruned.snapshots, _published(three.data)) == ((), ["000001", "000002", "000003"])
    unkeep(three.data, "000001")
    assert prune(three.data, 1).snapshots == ("000001",)
    assert three.snapshot().manifest.name == "000002"


def test_pruning_tells_what_it_freed_and_takes_what_was_left(three: Services) -> None:
    own = listed(three.data)[0].own
    left = three.data.snapshots / ".building"
    left.mkdir()
    (left / "half").write_bytes(b"half")
    free = prune(three.data, 2)
    assert (free.snapshots, free.leftovers, free.freed) == (("000001",), (".building",), own + 4)
    assert {path.name for path in three.data.snapshots.iterdir()} == {"000002", "000003"}


def test_nothing_is_pruned_while_it_is_not_sure_what_is_live(three: Services) -> None:
    three.data.current_file.write_bytes(b"0000o1\n")
    with pytest.raises(DamagedPointerError):
        prune(three.data, 1)
    assert len(_published(three.data)) == 3


def test_pruning_keeps_what_short_commands_remember(three: Services) -> None:
    three.snapshot()
    shared = next(path for path in (three.data.live() / "vectors").iterdir() if path.stat().st_nlink == 3)
    assert DigestMemory.load(three.data.verified_file).digest(shared.stat())
    prune(three.data, 1)
    assert shared.stat().st_nlink == 1
    assert DigestMemory.load(three.data.verified_file).digest(shared.stat())


def test_a_leased_snapshot_is_not_pruned(three: Services) -> None:
    with leased(three.data, "000001") as directory:
        assert prune(three.data, 1).snapshots == ("000002",)
        assert (directory / "manifest.json").is_file()
    assert prune(three.data, 1).snapshots == ("000001",)


def test_what_a_server_has_open_is_not_pruned_until_it_follows(three: Services) -> None:
    rollback(three.data, "000001", three.adapters)
    live = LiveEngine(three.data, three.engine)
    rollback(three.data, "000003", three.adapters)
    assert prune(three.data, 1).snapshots == ("000002",)
    live.current()
    live.settle()
    gc.collect()
    assert prune(three.data, 1).snapshots == ("000001",)


def test_a_lease_that_cannot_be_looked_at_counts(three: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may run as another user than the writer, who must not fail after publishing."""
    (three.data.path / "leases").mkdir()
    (three.data.path / "leases" / "000001-theirs").touch()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("it is another user's")

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    assert is_leased(three.data, "000001")


def test_a_server_follows_when_an_error_of_the_disk_has_passed(
    three: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    rollback(three.data, "000001", three.adapters)
    live = LiveEngine(three.data, three.engine)
    rollback(three.data, "000003", three.adapters)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as failing:
        failing.setattr("tempfile.mkstemp", full)
        live.current()
        live.settle()
    assert live.current().snapshot.manifest.name == "000001"
    live.settle()
    assert live.current().snapshot.manifest.name == "000003"


def test_the_lease_of_a_process_that_is_gone_is_none(three: Services) -> None:
    (three.data.path / "leases").mkdir()
    left = three.data.path / "leases" / "000001-left"
    left.touch()
    assert not is_leased(three.data, "000001")
    assert not left.exists()


def test_the_newest_snapshot_stays_so_that_no_name_is_given_twice(three: Services) -> None:
    rollback(three.data, "000001", three.adapters)
    assert prune(three.data, 1).snapshots == ("000002",)
    assert (_published(three.data), three.data.next_name()) == (["000001", "000003"], "000004")


def test_the_next_change_starts_from_what_was_gone_back_to(three: Services, write_lines: WriteLines) -> None:
    manifest = rollback(three.data, "000001", three.adapters)
    assert (manifest.reports, three.snapshot().manifest.name) == (1, "000001")
    report = build_sources(three, write_lines(_record(9)))
    assert (report.manifest.name, report.manifest.parent) == ("000004", "000001")


def test_a_rollback_mends_a_damaged_pointer(three: Services) -> None:
    three.data.current_file.write_bytes(b"\x00")
    rollback(three.data, "000003", three.adapters)
    assert three.snapshot().manifest.name == "000003"


def test_a_rollback_to_what_is_damaged_or_not_there_is_refused(three: Services) -> None:
    (table,) = (three.data.snapshots / "000001" / "facets").glob("topic.stated.npy")
    content = bytearray(table.read_bytes())
    content[0] ^= 1
    table.write_bytes(content)
    with pytest.raises(DamagedSnapshotError, match=table.name):
        rollback(three.data, "000001", three.adapters)
    with pytest.raises(UnknownSnapshotError, match="000001, 000002, 000003"):
        rollback(three.data, "000007", three.adapters)
    assert three.snapshot().manifest.name == "000003"


def test_a_server_follows_back_and_forth(three: Services) -> None:
    live = three.live_engine()
    for name in ("000001", "000003", "000002"):
        rollback(three.data, name, three.adapters)
        assert _followed(live) == name


def _followed(live: LiveEngine) -> str:
    live.current()
    live.settle()
    return live.current().snapshot.manifest.name


def test_a_server_goes_on_while_the_pointer_is_damaged_or_gone(three: Services) -> None:
    live = three.live_engine()
    three.data.current_file.write_bytes(b"\x00")
    assert _followed(live) == "000003"
    three.data.current_file.unlink()
    assert _followed(live) == "000003"
    rollback(three.data, "000001", three.adapters)
    assert _followed(live) == "000001"


def test_every_command_that_writes_waits_for_the_lock(three: Services) -> None:
    with another_writer(three.data):
        for write in (
            lambda: keep(three.data, "000001"),
            lambda: unkeep(three.data, "000001"),
            lambda: prune(three.data, 1),
            lambda: rollback(three.data, "000001", three.adapters),
        ):
            with pytest.raises(BuildRunningError):
                write()
    assert (len(_published(three.data)), three.snapshot().manifest.name) == (3, "000003")


def test_reports_that_were_added_changed_and_deleted(services: Services, write_lines: WriteLines) -> None:
    build_sources(services, write_lines(_record(1), _record(2), _record(3)))
    build_sources(services, write_lines(_record(4), _record(2, topic=["wells"]), _record(3), name="other.jsonl"))
    assert difference(services.data, "000001", "000002") == Difference(("r4",), ("r2",), ("r1",))
    assert difference(services.data, "000002", "000001") == Difference(("r1",), ("r2",), ("r4",))
    assert difference(services.data, "000001", "000001") == Difference((), (), ())
    with pytest.raises(UnknownSnapshotError):
        difference(services.data, "000001", "000003")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", Difference((), (), ())),
        ("", "ab", Difference(("a", "b"), (), ())),
        ("ab", "", Difference((), (), ("a", "b"))),
        ("ace", "bcd", Difference(("b", "d"), (), ("a", "e"))),
    ],
)
def test_two_runs_of_ids_are_compared(before: str, after: str, expected: Difference) -> None:
    assert compared(iter([(each, b"") for each in before]), iter([(each, b"") for each in after])) == expected
