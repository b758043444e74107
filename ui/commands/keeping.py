"""``snapshots``, ``rollback``, ``prune``, ``backup``, ``restore``: what was published, is kept and is brought back."""

from __future__ import annotations

from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from search.snapshots.backup import backup, restore
from search.snapshots.comparing import Difference, difference
from search.snapshots.keeping import Listed, keep, listed, prune, rollback, unkeep
from search.snapshots.snapshot import Manifest
from ui.commands.context import console, services
from ui.progress import bytes_read, printable


def snapshots_command(*, data: Path | None, as_json: bool) -> None:
    """List the snapshots."""
    found = listed(services(data=data).data)
    if as_json:
        click.echo(orjson.dumps([_described(each) for each in found], option=orjson.OPT_INDENT_2))
        return
    table = Table("snapshot", "", box=None)
    table.add_column("created (UTC)", no_wrap=True)
    for name in ("reports", "size", "not shared"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("parent")
    table.add_column("made by")
    for each in found:
        marks = " ".join(word for word, true in (("live", each.live), ("kept", each.kept)) if true)
        manifest = each.manifest
        told = (
            (_minute(manifest.created), f"{manifest.reports:,}", manifest.parent or "", manifest.cause)
            if manifest is not None
            else ("", "", "", f"cannot be read: {each.problem}")
        )
        created, reports, parent, cause = (Text(printable(text)) for text in told)
        table.add_row(each.name, marks, created, reports, decimal(each.size), decimal(each.own), parent, cause)
    Console().print(table)


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


def _described(each: Listed) -> dict[str, object]:
    manifest = each.manifest
    return {
        "name": each.name,
        "live": each.live,
        "kept": each.kept,
        "created": manifest.created if manifest else None,
        "reports": manifest.reports if manifest else None,
        "bytes": each.size,
        "bytes_not_shared": each.own,
        "parent": manifest.parent if manifest else None,
        "cause": manifest.cause if manifest else None,
        "problem": each.problem or None,
    }


def diff_command(*, older: str, newer: str, listing: bool, data: Path | None, as_json: bool) -> None:
    """Print which reports two snapshots differ in."""
    found = difference(services(data=data).data, older, newer)
    kinds = {"added": found.added, "changed": found.changed, "deleted": found.deleted}
    if as_json:
        told = {"from": older, "to": newer, "counts": {kind: len(ids) for kind, ids in kinds.items()}, **kinds}
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
        return
    click.echo(_counts(found, older, newer))
    if listing:
        for kind, ids in kinds.items():
            for report_id in ids:
                click.echo(f"{kind}\t{printable(report_id)}")


def _counts(found: Difference, older: str, newer: str) -> str:
    return (
        f"From {older} to {newer}: {len(found.added):,} reports added, {len(found.changed):,} changed, "
        f"{len(found.deleted):,} deleted."
    )


def keep_command(*, name: str, wait: float, data: Path | None) -> None:
    """Never prune a snapshot."""
    keep(services(data=data).data, name, wait=wait)
    click.echo(f"Snapshot {name} is kept until `reportgraph snapshots unkeep {name}`.")


def unkeep_command(*, name: str, wait: float, data: Path | None) -> None:
    """Let a snapshot be pruned again."""
    unkeep(services(data=data).data, name, wait=wait)
    click.echo(f"Snapshot {name} may be pruned.")


def rollback_command(*, name: str, wait: float, data: Path | None) -> None:
    """Make another snapshot live."""
    wired = services(data=data)
    before = wired.data.current()
    manifest = Manifest.read(wired.data.named(name))
    with bytes_read(console(), f"Reading snapshot {name}", _bytes(manifest)) as progress:
        rollback(wired.data, name, wired.adapters, wait=wait, progress=progress)
    was = f"{before.name} was before" if before is not None else "none was before"
    click.echo(
        f"Snapshot {name} of {manifest.created} with {manifest.reports:,} reports is live; {was}. "
        "A server that runs follows by itself."
    )


def prune_command(*, newest: int | None, wait: float, data: Path | None) -> None:
    """Remove old snapshots."""
    wired = services(data=data)
    pruned = prune(wired.data, newest or wired.settings.kept_snapshots, wait=wait)
    if pruned.snapshots:
        click.echo(f"Removed snapshots: {', '.join(pruned.snapshots)}")
    if pruned.leftovers:
        click.echo(f"Removed what interrupted commands left: {', '.join(pruned.leftovers)}")
    click.echo(f"Freed {decimal(pruned.freed)}.")


def backup_command(*, file: Path, name: str | None, data: Path | None) -> None:
    """Write a snapshot to a file."""
    collection = services(data=data).data
    directory = collection.named(name) if name else collection.live()
    with bytes_read(console(), f"Saving snapshot {directory.name}", _bytes(Manifest.read(directory))) as progress:
        saved = backup(collection, file, directory.name, progress=progress)
    click.echo(f"Snapshot {saved.snapshot} is in {file}: {saved.files:,} files, {decimal(saved.size)}.")


def restore_command(*, file: Path, force: bool, wait: float, data: Path | None) -> None:
    """Publish the snapshot of a backup."""
    wired = services(data=data)
    with bytes_read(console(), f"Reading {file.name}", file.stat().st_size) as progress:
        restored = restore(wired.data, file, wired.adapters, force=force, wait=wait, progress=progress)
    manifest = restored.manifest
    click.echo(f"Snapshot {manifest.name} with {manifest.reports:,} reports is live in {wired.data.path}.")
    for path in restored.left:
        click.echo(f"{path} was there already and stays as it is; the backup holds another one.")


def _bytes(manifest: Manifest) -> int:
    return sum(file.size for file in manifest.files.values())
