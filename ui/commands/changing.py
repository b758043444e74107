"""``build``, ``update`` and ``delete``: changes in, a published snapshot out, with a summary of what happened."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from search.snapshots.pipeline import Task, Written
from search.snapshots.record_log import Outcome
from search.snapshots.snapshot import Manifest
from ui.commands.context import console, services
from ui.errors import FAILED
from ui.progress import BuildProgress, printable
from ui.wiring import Services

_NAMED = 10
"""Ids of each kind that a terminal shows."""


def build_command(
    *,
    sources: tuple[Path, ...],
    form: str | None,
    fields: Path | None,
    strict: bool,
    wait: float,
    model: str | None,
    device: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Build and publish; exit with 1 under ``--strict`` if there was any problem."""
    wired = services(data=data, model=model, device=device, fields=fields)
    _run(wired, Task("build", sources, afresh=True), form=form, strict=strict, wait=wait, as_json=as_json)


def update_command(
    *,
    sources: tuple[Path, ...],
    delete_ids: Path | None,
    replace_source: str | None,
    form: str | None,
    fields: Path | None,
    strict: bool,
    dry_run: bool,
    wait: float,
    model: str | None,
    device: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Add, replace and delete reports, and publish; exit with 1 under ``--strict`` if there was any problem."""
    if not sources and delete_ids is None:
        raise click.UsageError("Give files of records, --delete-ids, or both.")
    if replace_source is not None and not sources:
        raise click.UsageError("--replace-source needs the files of the source.")
    task = Task(
        "update",
        sources,
        name=replace_source,
        replace=replace_source is not None,
        deleted=_ids_in(delete_ids),
        dry_run=dry_run,
    )
    wired = services(data=data, model=model, device=device, fields=fields)
    _run(wired, task, form=form, strict=strict, wait=wait, as_json=as_json)


def delete_command(
    *, ids: tuple[str, ...], purge: bool, dry_run: bool, wait: float, data: Path | None, as_json: bool
) -> None:
    """Delete reports, and publish."""
    task = Task("purge" if purge else "delete", deleted=ids, purge=purge, dry_run=dry_run)
    _run(services(data=data), task, form=None, strict=False, wait=wait, as_json=as_json)


def run_task(wired: Services, task: Task, out: Console, *, form: str | None = None, wait: float = 0.0) -> Written:
    """Change a collection with progress shown, then show a summary."""
    with wired.writing(task.cause, wait), BuildProgress(out) as progress:
        written = wired.write(task, progress, form=form)
    _show(task, written, wired, out)
    return written


def summary(written: Written) -> dict[str, object]:
    """What a task did, for other programs."""
    manifest = written.manifest
    told: dict[str, object] = {
        "published": manifest is not None,
        **{outcome.value: written.outcomes.get(outcome, 0) for outcome in Outcome},
        "unknown": list(written.unknown),
        "withheld": written.withheld,
        "records": written.tally.records,
        "lost": written.tally.lost,
        "problems": dict(sorted(written.tally.problems.items())),
        "seconds": {stage: round(seconds, 3) for stage, seconds in written.seconds.items()},
    }
    if manifest is not None:
        told |= {
            "snapshot": manifest.name,
            "reports": manifest.reports,
            "triples": manifest.triples,
            "encoded": written.encoding.encoded,
            "reused": written.encoding.reused,
            "model": manifest.model.label,
            "digests": dict(manifest.digests),
            "graph_records_per_second": round(manifest.reports / max(graph_seconds(written), 1e-9), 1),
        }
    if written.would:
        told["would"] = {outcome.value: list(ids) for outcome, ids in written.would.items()}
    return told


def graph_seconds(written: Written) -> float:
    """Wall seconds of the graph part: records, graph, facets."""
    return sum(written.seconds.get(stage, 0.0) for stage in ("records", "graph", "facets"))


def _run(wired: Services, task: Task, *, form: str | None, strict: bool, wait: float, as_json: bool) -> None:
    written = run_task(wired, task, console(), form=form, wait=wait)
    if as_json:
        click.echo(orjson.dumps(summary(written), option=orjson.OPT_INDENT_2))
    if strict and (written.tally.problems or written.unknown):
        raise SystemExit(FAILED)


def _ids_in(path: Path | None) -> tuple[str, ...]:
    """The ids in a file, one a line; blank lines are passed over."""
    if path is None:
        return ()
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path} is not UTF-8: {error}.") from error
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _show(task: Task, written: Written, wired: Services, out: Console) -> None:
    table = Table(title=_title(task, written.manifest), title_justify="left", show_header=False, box=None)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for name, value in (*_read(task, written), *_changed(task, written), *_published(task, written)):
        table.add_row(name, value, style="yellow" if name.startswith("problem") else None)
    out.print(table)
    for outcome, ids in written.would.items():
        _list(out, f"{outcome.value}: ", ids)
    _list(out, "There is no report to delete: ", written.unknown)
    if written.withheld:
        kept = f"{written.withheld:,} reports that the source does not list were kept, since some of it was unreadable."
        out.print(f"{kept} Mend it and update again, or delete them by --delete-ids.", style="yellow")
    if written.manifest is not None and task.purge:
        out.print("All other snapshots were removed, since they held what was purged. Backups made before still do.")
    if written.manifest is not None and written.tally.problems:
        # Soft-wrapped: a path that is broken into lines cannot be copied.
        listed = wired.data.snapshots / written.manifest.name / "problems.jsonl"
        out.print(Text(f"All problems: {listed}"), soft_wrap=True)


def _title(task: Task, manifest: Manifest | None) -> str:
    if task.dry_run:
        return "Nothing was changed. These would be the changes:"
    return "Nothing changed, nothing was published" if manifest is None else f"Snapshot {manifest.name} is live"


def _read(task: Task, written: Written) -> Iterator[tuple[str, str]]:
    if task.sources:
        yield "records in", f"{written.tally.records:,}"
        for kind, count in sorted(written.tally.problems.items()):
            yield f"problem: {kind}", f"{count:,}"
        yield "records lost", f"{written.tally.lost:,}"


def _changed(task: Task, written: Written) -> Iterator[tuple[str, str]]:
    if not task.afresh:
        for outcome in Outcome:
            yield f"reports {outcome.value}", f"{written.outcomes.get(outcome, 0):,}"


def _published(task: Task, written: Written) -> Iterator[tuple[str, str]]:
    if written.manifest is None:
        return
    yield "reports out", f"{written.manifest.reports:,}"
    yield "triples", f"{written.manifest.triples:,}"
    yield "texts encoded, reused", f"{written.encoding.encoded:,}, {written.encoding.reused:,}"
    for stage, seconds in written.seconds.items():
        yield f"seconds: {stage}", f"{seconds:,.2f}"
    if task.afresh:
        speed = written.manifest.reports / max(graph_seconds(written), 1e-9)
        yield "graph part, records a second", f"{speed:,.0f}"


def _list(out: Console, before: str, ids: tuple[str, ...]) -> None:
    if ids:
        more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
        out.print(Text(before + printable(", ".join(ids[:_NAMED])) + more), soft_wrap=True)
