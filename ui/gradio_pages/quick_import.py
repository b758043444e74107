"""Importing Gradio without the type stubs that it writes for each of its components while it is imported.

They are for editors. Making them takes as long as the rest of the import, nearly a second of one core, and writes into
the installed package, which need not be writable. Gradio makes none for a class that lies in no file.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Read when Gradio is imported: it would report to its makers.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


@contextmanager
def _in_no_file() -> Iterator[None]:
    """Classes of Gradio lie in no file, as far as anybody asks in the block; other threads may ask about others."""
    module: Any = inspect
    where = inspect.getfile

    def getfile(thing: Any) -> str:
        if inspect.isclass(thing) and thing.__module__.startswith("gradio."):
            raise OSError("this class lies in no file")
        return where(thing)

    module.getfile = getfile
    try:
        yield
    finally:
        module.getfile = where


with _in_no_file():
    import gradio as gr

__all__ = ["gr"]
