"""The server as a process of its own, as people start it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import SAMPLE, build_sources, services_for

pytestmark = pytest.mark.server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(answered: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not answered():
        assert time.monotonic() < deadline, "the server did not get there in time"
        time.sleep(0.05)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    build_sources(services_for(tmp_path / "data"), SAMPLE)
    port = _free_port()
    command = [sys.executable, "-m", "ui.cli", "serve", "--port", str(port), "--data", str(tmp_path / "data")]
    process = subprocess.Popen([*command, "--model", "hashing"], stderr=subprocess.PIPE)
    base = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
        try:
            return httpx.get(f"{base}/readyz").status_code == 200
        except httpx.ConnectError:
            return False

    try:
        _until(ready)
        yield base
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert b"Traceback" not in errors
    finally:
        process.kill()
        process.communicate()


def test_it_answers_follows_a_new_build_and_ends_on_ctrl_c(address: str, tmp_path: Path) -> None:
    answer = httpx.get(f"{address}/api/v1/search", params={"q": "women credit groups"})
    assert answer.json()["snapshot"] == "000001"
    build_sources(services_for(tmp_path / "data"), SAMPLE)
    _until(lambda: httpx.get(f"{address}/readyz").json()["snapshot"] == "000002")
    assert httpx.get(f"{address}/api/v1/search", params={"q": "women credit groups"}).json()["hits"]


def test_it_listens_on_the_loopback_interface_only(address: str) -> None:
    port = int(address.rsplit(":", 1)[1])
    listening = Path("/proc/net/tcp")
    if not listening.is_file():
        pytest.skip("there is no /proc/net/tcp to look into")
    rows = [line.split() for line in listening.read_text().splitlines()[1:]]
    hosts = {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}
    assert hosts == {"0100007F"}
