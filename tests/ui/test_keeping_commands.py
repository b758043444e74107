"""The commands around published snapshots, and what they say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.conftest import WriteLines, build_sources, services_for
from tests.search.snapshots.test_writing import another_writer
from ui.cli import main
from ui.wiring import Services

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two snapshots: the second holds one report less, one more, and one changed."""
    folder = tmp_path_factory.mktemp("keeping")
    services = services_for(folder / "data")
    for rows in ({"a": "Wells", "b": "Goats", "c": "Rivers"}, {"a": "Wells", "b": "Two goats", "d": "Trees"}):
        source = folder / "records.jsonl"
        lines = [json.dumps({"id": name, "title": title, "publishDate": ["2020"]}) for name, title in rows.items()]
        source.write_text("\n".join(lines))
        build_sources(services, source)
    return folder / "data"


@pytest.fixture
def services(built: Path, tmp_path: Path) -> Services:
    return services_for(Path(shutil.copytree(built, tmp_path / "data")))


@pytest.fixture
def run(services: Services) -> Run:
    def invoke(*arguments: str, data: Path = services.data.path) -> Result:
        return CliRunner().invoke(main, arguments, env={"REPORTGRAPH_MODEL": "hashing", "REPORTGRAPH_DATA": str(data)})

    return invoke


def _told(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_snapshots_are_listed_for_people_and_programs(run: Run) -> None:
    _told(run("snapshots", "keep", "000001"))
    assert "live" in _told(run("snapshots"))
    first, second = json.loads(_told(run("snapshots", "--json")))
    assert set(first) == {
        *("name", "live", "kept", "created", "reports", "bytes", "bytes_not_shared", "parent", "cause", "problem")
    }
    assert (first["name"], first["live"], first["kept"], first["reports"]) == ("000001", False, True, 3)
    assert (second["live"], second["parent"], second["cause"]) == (True, "000001", "build")
    _told(run("snapshots", "unkeep", "000001"))
    assert not json.loads(_told(run("snapshots", "--json")))[0]["kept"]


def test_differences_are_counted_and_listed(run: Run) -> None:
    counts = "From 000001 to 000002: 1 reports added, 1 changed, 1 deleted.\n"
    assert _told(run("snapshots", "diff", "000001", "000002")) == counts
    listed = _told(run("snapshots", "diff", "000001", "000002", "--list"))
    assert listed == f"{counts}added\td\nchanged\tb\ndeleted\tc\n"
    told = json.loads(_told(run("snapshots", "diff", "000001", "000002", "--json")))
    assert told["counts"] == {"added": 1, "changed": 1, "deleted": 1}
    assert (told["added"], told["changed"], told["deleted"]) == (["d"], ["b"], ["c"])
    unknown = run("snapshots", "diff", "000001", "000009")
    assert (unknown.exit_code, unknown.stderr.count("\n")) == (1, 1)
    assert "000001, 000002" in unknown.stderr


def test_options_may_stand_before_the_subcommand(services: Services) -> None:
    before = ["snapshots", "--data", str(services.data.path), "--json", "diff", "000001", "000002"]
    assert json.loads(_told(CliRunner().invoke(main, before)))["added"] == ["d"]


def test_a_rollback_says_what_is_live_and_searches_answer_from_it(run: Run) -> None:
    assert "Snapshot 000001" in _told(run("rollback", "000001"))
    assert json.loads(_told(run("search", "", "--json")))["snapshot"] == "000001"


def test_prune_says_what_it_removed(run: Run) -> None:
    told = _told(run("prune", "--keep", "1"))
    assert "Removed snapshots: 000001\nFreed " in told
    assert _told(run("prune", "--keep", "1")) == "Freed 0 bytes.\n"


def test_a_backup_is_restored_elsewhere(run: Run, tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "saved", tmp_path / "elsewhere"
    assert f"Snapshot 000001 is in {file}" in _told(run("backup", str(file), "--snapshot", "000001"))
    assert "Snapshot 000001 with 3 reports is live" in _told(run("restore", str(file), data=elsewhere))
    again = run("restore", str(file), data=elsewhere)
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)
    assert "--force" in again.stderr
    _told(run("restore", str(file), "--force", data=elsewhere))
    assert len(json.loads(_told(run("snapshots", "--json", data=elsewhere)))) == 2
    missing = run("restore", str(tmp_path / "none"), data=elsewhere)
    assert (missing.exit_code, missing.stderr.count("\n")) == (1, 1)


def test_check_names_damage_and_what_to_do(run: Run, services: Services) -> None:
    assert "All files are as they were published. 1 reports checked" in _told(run("check", "--limit", "1"))
    assert "reports checked" not in _told(run("check", "--files"))
    table = max((services.data.live() / "graph").glob("*.sst"), key=lambda path: path.stat().st_size)
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(content)
    path = f"snapshots/000002/graph/{table.name}"
    result = run("check")
    assert result.exit_code == 1
    assert f"{path} is damaged. It holds the graph. Run `reportgraph" in result.stdout
    told = json.loads(run("check", "--json").stdout)
    assert [(each["path"], each["part"]) for each in told["files"]] == [(path, "graph")]
    for command in (("search", "x"), ("sparql", "ASK {}"), ("export", "--format", "nquads")):
        refused = run(*command)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert f"graph/{table.name} is damaged" in refused.stderr


def test_a_flipped_pointer_is_named_by_check(run: Run, services: Services) -> None:
    pointer = services.data.current_file.read_bytes()
    services.data.current_file.write_bytes(pointer.replace(b"000002", b"000003"))
    result = run("check")
    assert (result.exit_code, result.stdout.splitlines()[0].split(". ")[0]) == (1, "CURRENT is damaged")


def test_a_second_writer_stops_or_waits(run: Run, services: Services, write_lines: WriteLines) -> None:
    source = str(write_lines('{"id": "a", "title": "Wells"}'))
    with another_writer(services.data) as writer:
        for command in (("build", source), ("prune",), ("rollback", "000001"), ("snapshots", "keep", "000001")):
            result = run(*command)
            assert result.exit_code == 1
            assert f"process {writer.pid}" in result.stderr
            assert "--wait" in result.stderr
        assert run("prune", "--wait", "0.2").exit_code == 1
    _told(run("prune", "--wait", "0.2"))
