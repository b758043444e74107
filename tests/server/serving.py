"""A server in a process of its own, as people start it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(answered: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not answered():
        assert time.monotonic() < deadline, "the server did not get there in time"
        time.sleep(0.05)


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of a server over a data directory; it must end without a word on its errors."""
    port = free_port()
    command = [sys.executable, "-m", "ui.cli", "serve", "--port", str(port), "--data", str(data), "--model", "hashing"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    base = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
        try:
            return httpx.get(f"{base}/readyz", timeout=60).status_code == 200
        except httpx.ConnectError:
            return False

    try:
        until(ready)
        yield base
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert b"Traceback" not in errors
    finally:
        process.kill()
        process.communicate()
