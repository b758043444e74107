"""``sparql`` and ``export``: the graph itself."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embeddings.durable import replacing
from kg.citation_export import WRITERS
from kg.descriptions import read_reports
from kg.errors import ResultFormError
from kg.store import Scope
from search.snapshots.snapshot import GRAPH, Snapshot, graph_location
from ui.commands.context import services
from ui.progress import printable


def sparql_command(
    *, query: str, form: str | None, stated_only: bool, timeout: float | None, data: Path | None, as_json: bool
) -> None:
    """Ask a query and print the answer."""
    text = _query_text(query)
    wired = services(data=data, query_seconds=timeout)
    live, manifest = wired.live_part(GRAPH)
    scope = Scope.STATED if stated_only else Scope.ALL
    wanted = "json" if as_json else form
    # In a process of its own: what runs too long or eats all memory is ended there, with a clear line here.
    with closing(wired.query_workers(manifest.base, workers=1)) as workers:
        answer, given = _answer(lambda kind: workers.answer(graph_location(live), text, kind, scope), wanted)
    if wanted in (None, "table") and given == "csv":
        _print_table(answer.decode())
    else:
        sys.stdout.buffer.write(answer if answer.endswith(b"\n") else answer + b"\n")


def _query_text(given: str) -> str:
    if given == "-":
        with click.open_file("-", "rb") as stdin:
            return bytes(stdin.read()).decode("utf-8", errors="replace")
    try:
        return Path(given).read_text(encoding="utf-8") if Path(given).is_file() else given
    except UnicodeDecodeError as error:
        raise click.ClickException(f"The query file {given} is not UTF-8 text.") from error
    except (OSError, ValueError):
        return given  # longer than a name of a file may be: a query


def _answer(ask: Callable[[str], bytes], wanted: str | None) -> tuple[bytes, str]:
    """The answer with the form it has: the form wanted, or the first that fits (rows, truth, triples)."""
    if wanted not in (None, "table"):
        assert wanted is not None
        return ask(wanted), wanted
    try:
        return ask("csv"), "csv"
    except ResultFormError as error:
        return ask(error.possible[0]), error.possible[0]


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
    if output is None:
        with tempfile.TemporaryDirectory() as folder:
            whole = Path(folder) / "export"
            _export(snapshot, form, whole)
            with whole.open("rb") as source:
                shutil.copyfileobj(source, sys.stdout.buffer)
        return
    if output.exists() and not output.is_file():
        _export(snapshot, form, output)  # a pipe or a device: written to, never replaced
        return
    # The file is either whole or as it was before.
    with replacing(output) as temporary:
        _export(snapshot, form, temporary)


def _export(snapshot: Snapshot, form: str, target: Path) -> None:
    if form not in WRITERS:
        snapshot.graph.dump(target, form)
        return
    with target.open("w", encoding="utf-8") as stream:
        stream.writelines(WRITERS[form](read_reports(snapshot.graph, snapshot.columns.reports)))
