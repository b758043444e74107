"""``serve`` and ``demo``: the collection over HTTP."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from ui.commands.building import run_build
from ui.commands.context import console, services
from ui.wiring import Services

DEMO_DATA = Path("reportgraph-demo")


def serve_command(*, host: str | None, port: int | None, model: str | None, data: Path | None) -> None:
    """Serve until interrupted."""
    _serve(services(host=host, port=port, model=model, data=data))


def demo_command(*, host: str | None, port: int | None, build_only: bool, model: str | None, data: Path | None) -> None:
    """Build the bundled sample beside any collection of the user's own, and serve it."""
    wired = services(host=host, port=port, model=model, data=data or DEMO_DATA)
    out = console()
    out.print("The sample holds 60 reports that do not exist, invented to show the program.", style="bold")
    with resources.as_file(resources.files("kg").joinpath("sample", "reports.jsonl")) as sample:
        run_build(wired, (sample,), None, out)
    if not build_only:
        _serve(wired)


def _serve(wired: Services) -> None:
    import uvicorn  # noqa: PLC0415 - the server is needed only here

    from ui.api.app import create_app  # noqa: PLC0415 - the same

    out = console()
    with out.status("Opening the collection"):
        app = create_app(wired)
    address = f"http://{wired.settings.host}:{wired.settings.port}"
    out.print(f"Serving snapshot {app.state.live.current().snapshot.manifest.name} on {address}/ (Ctrl-C ends it)")
    uvicorn.run(app, host=wired.settings.host, port=wired.settings.port, log_level="warning", server_header=False)
