"""The server as a process of its own, as people start it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import SAMPLE, build_sources, services_for
from tests.server.serving import served, until

pytestmark = pytest.mark.server


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    build_sources(services_for(tmp_path / "data"), SAMPLE)
    with served(tmp_path / "data") as base:
        yield base


def test_it_answers_follows_a_new_build_and_ends_on_ctrl_c(address: str, tmp_path: Path) -> None:
    answer = httpx.get(f"{address}/api/v1/search", timeout=60, params={"q": "women credit groups"})
    assert answer.json()["snapshot"] == "000001"
    build_sources(services_for(tmp_path / "data"), SAMPLE)
    until(lambda: httpx.get(f"{address}/readyz", timeout=60).json()["snapshot"] == "000002")
    assert httpx.get(f"{address}/api/v1/search", timeout=60, params={"q": "women credit groups"}).json()["hits"]


def test_it_listens_on_the_loopback_interface_only(address: str) -> None:
    port = int(address.rsplit(":", 1)[1])
    listening = Path("/proc/net/tcp")
    if not listening.is_file():
        pytest.skip("there is no /proc/net/tcp to look into")
    rows = [line.split() for line in listening.read_text().splitlines()[1:]]
    hosts = {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}
    assert hosts == {"0100007F"}
