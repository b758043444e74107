"""What every command starts from: settings with the command line's options on top."""

from __future__ import annotations

from typing import Any

import click
from pydantic import ValidationError
from rich.console import Console

from ui.settings import Settings
from ui.wiring import Services, build_services


def services(**options: Any) -> Services:
    """Services with the settings of the environment, overridden by the options that were given (not ``None``).

    Raises :class:`click.UsageError` for a setting that cannot be.
    """
    try:
        return build_services(Settings(**{name: value for name, value in options.items() if value is not None}))
    except ValidationError as error:
        first = error.errors()[0]
        name = "REPORTGRAPH_" + "_".join(str(part) for part in first["loc"]).upper()
        raise click.UsageError(f"{name}: {first['msg']}.") from error


def console() -> Console:
    """Where progress, summaries and warnings go: standard error, so that results can be piped."""
    return Console(stderr=True)
