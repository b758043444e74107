"""Long work shown on a terminal: stages with bars, and problems as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from kg.model import Problem

_SHOWN_OF_A_KIND: Final = 5
"""Problems of one kind that are printed; all are in the snapshot's list."""


def printable(text: str) -> str:
    """A record's text fit for a terminal: control characters could move the cursor or set the title."""
    return "".join(character if character.isprintable() else " " for character in text)


@contextmanager
def bytes_read(console: Console, description: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show on a console how many bytes are done, of ``total`` if that is known, as the callable is told of more."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(description, total=total)
        yield lambda more: progress.advance(task, more)


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="progress.data.speed")


class BuildProgress:
    """Shows a build (`search.snapshots.staging.Observer`) on a console. A context manager, so that the bars end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            _Speed(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._task: TaskID | None = None
        self._kinds: dict[str, int] = {}

    def stage(self, name: str, total: int | None) -> None:
        # Started by the first stage: an error before it is then the only line that is printed.
        self._progress.start()
        self._end_stage()
        self._task = self._progress.add_task(name, total=total)

    def advance(self, done: int) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=done)

    def problem(self, problem: Problem) -> None:
        seen = self._kinds[problem.kind] = self._kinds.get(problem.kind, 0) + 1
        if seen > _SHOWN_OF_A_KIND:
            return
        # Text, not markup: a record may hold square brackets or control codes of its own.
        line = f"{problem.source}:{problem.line}: {problem.kind}: {problem.reason}"
        self._progress.console.print(Text(printable(line), style="yellow"))
        if seen == _SHOWN_OF_A_KIND:
            self._progress.console.print(Text(f"(more of {problem.kind} are counted, not shown)", style="dim"))

    def _end_stage(self) -> None:
        if self._task is not None:
            task = self._progress.tasks[self._task]
            self._progress.update(self._task, total=task.completed or 1, completed=task.completed or 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._task is None:
            return
        if kind is None:
            self._end_stage()
        self._progress.stop()
