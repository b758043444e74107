"""``sparql``, ``export`` and ``check``: the graph itself."""

from __future__ import annotations

import csv
import io
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
import orjson
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from kg.citation_export import WRITERS
from kg.errors import ResultFormError
from kg.reading import read_reports
from kg.shapes_check import Violation, check
from kg.store import Scope
from ui.commands.context import console, printable, services
from ui.errors import FAILED

T = TypeVar("T")


def sparql_command(
    *, query: str, form: str | None, stated_only: bool, timeout: float | None, data: Path | None, as_json: bool
) -> None:
    """Ask a query and print the answer."""
    text = _query_text(query)
    wired = services(data=data, query_seconds=timeout)
    store = wired.snapshot().graph
    scope = Scope.STATED if stated_only else Scope.ALL
    wanted = "json" if as_json else form
    answer, given = _within(
        wired.settings.query_seconds, lambda: _answer(lambda kind: store.answer(text, kind, scope), wanted)
    )
    if wanted in (None, "table") and given == "csv":
        _print_table(answer.decode())
    else:
        sys.stdout.buffer.write(answer if answer.endswith(b"\n") else answer + b"\n")


def _query_text(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    # A query may be longer than any file name may be.
    if len(given) < 1000 and "\n" not in given and Path(given).is_file():
        try:
            return Path(given).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.ClickException(f"The query file {given} cannot be read: {error}.") from error
    return given


def _answer(ask: Callable[[str], bytes], wanted: str | None) -> tuple[bytes, str]:
    """The answer with the form it has: the form wanted, or the first that fits (rows, truth, triples)."""
    if wanted not in (None, "table"):
        assert wanted is not None
        return ask(wanted), wanted
    try:
        return ask("csv"), "csv"
    except ResultFormError as error:
        return ask(error.possible[0]), error.possible[0]


def _within(seconds: float, work: Callable[[], T]) -> T:
    """The result of work that may take so long at most; the engine cannot be stopped, but this process can end."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits, and raised there
            errors.append(error)

    # A daemon: neither Ctrl-C nor the time limit waits for it.
    worker = threading.Thread(target=run, name="sparql", daemon=True)
    worker.start()
    worker.join(seconds)
    if worker.is_alive():
        raise click.ClickException(
            f"The query took longer than {seconds:g} s and was given up. Narrow it, or give a longer --timeout."
        )
    if errors:
        raise errors[0]
    return results[0]


def _print_table(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text)))
    if not rows:
        return
    table = Table(*rows[0])
    for row in rows[1:]:
        table.add_row(*(Text(printable(cell)) for cell in row))
    Console().print(table)


def export_command(*, form: str, output: Path | None, data: Path | None) -> None:
    """Write the whole collection to a file or to standard output."""
    snapshot = services(data=data).snapshot()
    if form in WRITERS:
        pieces = WRITERS[form](read_reports(snapshot.graph, snapshot.columns.reports))
        with click.open_file(str(output or "-"), "w", encoding="utf-8", atomic=output is not None) as stream:
            for piece in pieces:
                stream.write(piece)
        return
    with tempfile.TemporaryDirectory() as folder:
        dumped = Path(folder) / "export"
        snapshot.graph.dump(dumped, form)
        with (
            dumped.open("rb") as source,
            click.open_file(str(output or "-"), "wb", atomic=output is not None) as target,
        ):
            for block in iter(lambda: source.read(1 << 20), b""):
                target.write(block)


def check_command(*, limit: int | None, data: Path | None, as_json: bool) -> None:
    """Validate against the shapes; exit with 1 if anything is not as it should be."""
    snapshot = services(data=data).snapshot()
    reports = snapshot.columns.reports[:limit]
    with Progress(console=console(), transient=True) as progress:
        task = progress.add_task("Checking shapes", total=len(reports))
        found = list(check(snapshot.graph, reports, progress=lambda done: progress.update(task, completed=done)))
    if as_json:
        report = {"reports": len(reports), "violations": [_violation(violation) for violation in found]}
        click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    else:
        for violation in found:
            click.echo(printable(f"{violation.node}: {violation.path or 'node'}: {violation.message}"))
        click.echo(f"{len(reports):,} reports checked, {len(found):,} violations.")
    if found:
        raise SystemExit(FAILED)


def _violation(violation: Violation) -> dict[str, str | None]:
    return {"node": violation.node, "path": violation.path, "message": violation.message}
