"""``serve`` and ``demo``: the collection over HTTP."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib import resources
from pathlib import Path

import click

from search.snapshots.pipeline import Task
from ui.commands.changing import run_task
from ui.commands.context import console, services
from ui.settings import Settings
from ui.wiring import Services

DEMO_DATA = Path("reportgraph-demo")


def serve_command(
    *,
    host: str | None,
    port: int | None,
    model: str | None,
    device: str | None,
    reranker: str | None,
    data: Path | None,
) -> None:
    """Serve until interrupted."""
    _serve(services(host=host, port=port, model=model, device=device, reranker=reranker, data=data))


def demo_command(
    *, host: str | None, port: int | None, build_only: bool, model: str | None, device: str | None, data: Path | None
) -> None:
    """Build the bundled sample beside any collection of the user's own, and serve it."""
    wired = services(host=host, port=port, model=model, device=device, data=data or DEMO_DATA)
    out = console()
    out.print("The sample holds 60 reports that do not exist, invented to show the program.", style="bold")
    with resources.as_file(resources.files("kg").joinpath("sample", "reports.jsonl")) as sample:
        run_task(wired, Task("demo", (sample,), afresh=True), out)
    if not build_only:
        _serve(wired)


def _serve(wired: Services) -> None:
    out = console()
    with closing(_listening(wired.settings)) as listening:
        # Opening the collection reads and hashes files for a second or two, while the libraries of the pages are
        # imported. All of it is in memory before the first request is answered.
        with out.status("Opening the collection"), ThreadPoolExecutor(1, thread_name_prefix="open") as aside:
            opening = aside.submit(wired.live_engine)
            import uvicorn  # noqa: PLC0415 - the server is needed only here

            from ui.app import create_app  # noqa: PLC0415 - the same

            app = create_app(wired, opening.result())
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        name = app.state.live.current().snapshot.manifest.name
        out.print(f"Serving snapshot {name} on http://{shown}:{port}/ (Ctrl-C ends it)")
        config = uvicorn.Config(app, log_level="warning", server_header=False)
        uvicorn.Server(config).run(sockets=[listening])


def _listening(settings: Settings) -> socket.socket:
    """The socket to serve on, bound before anything slow is loaded."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise click.ClickException(
            f"{settings.host}:{settings.port} cannot be listened on: {error.strerror or error}. Choose another --port."
        ) from error
    # asyncio does this for sockets that it made itself. Without it each answer on a kept connection waits 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
