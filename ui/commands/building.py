"""``build``: files in, a published snapshot out, with a summary of what happened."""

from __future__ import annotations

from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from search.snapshots.build import BuildReport, build
from ui.commands.context import console, services
from ui.errors import FAILED
from ui.progress import BuildProgress
from ui.wiring import Services


def build_command(
    *,
    sources: tuple[Path, ...],
    form: str | None,
    fields: Path | None,
    strict: bool,
    wait: float,
    model: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Build and publish; exit with 1 under ``--strict`` if there was any problem."""
    wired = services(data=data, model=model, fields=fields)
    report = run_build(wired, sources, form, console(), wait=wait)
    if as_json:
        click.echo(orjson.dumps(summary(report), option=orjson.OPT_INDENT_2))
    if strict and report.manifest.problems:
        raise SystemExit(FAILED)


def run_build(
    wired: Services, sources: tuple[Path, ...], form: str | None, out: Console, *, wait: float = 0.0
) -> BuildReport:
    """Build with progress shown, then show the summary. ``wait`` is how many seconds to wait for another writer."""
    settings = wired.build_settings(form, wait)
    with out.status("Loading the encoder"):
        encoder = wired.build_encoder()
    with BuildProgress(out) as progress:
        report = build(sources, wired.data, settings, adapters=wired.adapters, encoder=encoder, observer=progress)
    _show(report, wired, out)
    return report


def summary(report: BuildReport) -> dict[str, object]:
    """What a build did, for other programs."""
    manifest = report.manifest
    return {
        "snapshot": manifest.name,
        "records": manifest.records,
        "reports": manifest.reports,
        "lost": report.lost,
        "problems": dict(manifest.problems),
        "triples": manifest.triples,
        "encoded": report.encoding.encoded,
        "reused": report.encoding.reused,
        "model": manifest.model.label,
        "digests": dict(manifest.digests),
        "seconds": {stage: round(seconds, 3) for stage, seconds in report.seconds.items()},
        "graph_records_per_second": round(manifest.records / max(graph_seconds(report), 1e-9), 1),
    }


def graph_seconds(report: BuildReport) -> float:
    """Wall seconds of the graph part: read, map, load, facets."""
    return sum(report.seconds[stage] for stage in ("read", "map and load", "facets"))


def _show(report: BuildReport, wired: Services, out: Console) -> None:
    manifest = report.manifest
    table = Table(title=f"Snapshot {manifest.name} is live", title_justify="left", show_header=False, box=None)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_row("records in", f"{manifest.records:,}")
    table.add_row("reports out", f"{manifest.reports:,}")
    for kind, count in manifest.problems.items():
        table.add_row(f"problem: {kind}", f"{count:,}", style="yellow")
    table.add_row("records lost", f"{report.lost:,}")
    table.add_row("triples", f"{manifest.triples:,}")
    table.add_row("texts encoded, reused", f"{report.encoding.encoded:,}, {report.encoding.reused:,}")
    for stage, seconds in report.seconds.items():
        table.add_row(f"seconds: {stage}", f"{seconds:,.2f}")
    table.add_row("graph part, records a second", f"{manifest.records / max(graph_seconds(report), 1e-9):,.0f}")
    out.print(table)
    if manifest.problems:
        # Soft-wrapped: a path that is broken into lines cannot be copied.
        listed = wired.data.snapshots / manifest.name / "problems.jsonl"
        out.print(Text(f"All problems: {listed}"), soft_wrap=True)
