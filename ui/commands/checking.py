"""``check``: whether the files of a collection are as they were published, and its graph as the shapes say."""

from __future__ import annotations

from pathlib import Path

import click
import orjson
from rich.progress import Progress

from kg.shapes_check import Violation, check
from search.snapshots.damage import REPAIRABLE, DamagedFile, Part, find_damage
from search.snapshots.digest_memory import DigestMemory
from search.snapshots.pipeline import Task
from search.snapshots.snapshot import Snapshot
from ui.commands.changing import run_task
from ui.commands.context import console, services
from ui.errors import FAILED
from ui.progress import bytes_read, printable
from ui.wiring import Services


def check_command(
    *, limit: int | None, files_only: bool, repair: bool, wait: float, data: Path | None, as_json: bool
) -> None:
    """Read every file, then validate against the shapes; exit with 1 if anything is not as it should be.

    With ``repair`` the damaged parts are made anew from the records first, if nothing else is damaged.
    """
    wired = services(data=data)
    memory = DigestMemory()
    damaged = _damaged(wired, memory)
    broken = {each.part for each in damaged} - {Part.OTHER}
    if repair and broken and broken <= REPAIRABLE:
        for each in damaged:
            console().print(printable(f"{each.path} is {each.state} and is made anew."), soft_wrap=True)
        run_task(wired, Task("repair", rederive=True), console(), wait=wait)
        damaged = _damaged(wired, memory)
    # Nobody opens a graph whose files are damaged.
    reports, violations = (0, []) if damaged or files_only else _shapes(wired, memory, limit)
    if as_json:
        told = {
            "files": [_file(each) for each in damaged],
            "reports": reports,
            "violations": [_violation(violation) for violation in violations],
        }
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    else:
        for each in damaged:
            click.echo(printable(f"{each.path} is {each.state}. It holds {each.holds}. {each.remedy}"))
        for violation in violations:
            click.echo(printable(f"{violation.node}: {violation.path or 'node'}: {violation.message}"))
        click.echo(_summary(len(damaged), reports, len(violations), files_only=files_only))
    if damaged or violations:
        raise SystemExit(FAILED)


def _damaged(wired: Services, memory: DigestMemory) -> list[DamagedFile]:
    with bytes_read(console(), "Reading files", None) as progress:
        return find_damage(wired.data, memory=memory, progress=progress)


def _shapes(wired: Services, memory: DigestMemory, limit: int | None) -> tuple[int, list[Violation]]:
    snapshot = Snapshot.open(wired.data.live(), wired.adapters, memory)
    reports = snapshot.columns.reports[:limit]
    with Progress(console=console(), transient=True) as progress:
        task = progress.add_task("Checking shapes", total=len(reports))
        found = list(check(snapshot.graph, reports, progress=lambda done: progress.update(task, completed=done)))
    return len(reports), found


def _summary(damaged: int, reports: int, violations: int, *, files_only: bool) -> str:
    if damaged:
        return f"{damaged:,} files are not as they were published. The shapes were not checked."
    if files_only:
        return "All files are as they were published."
    return f"All files are as they were published. {reports:,} reports checked, {violations:,} violations."


def _file(each: DamagedFile) -> dict[str, str]:
    return {
        "path": each.path,
        "state": each.state,
        "part": each.part,
        "holds": each.holds,
        "remedy": each.remedy,
    }


def _violation(violation: Violation) -> dict[str, str | None]:
    return {"node": violation.node, "path": violation.path, "message": violation.message}
