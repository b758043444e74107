"""A server follows updates, and no answer mixes two snapshots."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import httpx
import pytest

from search.snapshots.pipeline import Task
from tests.conftest import build_sources, carry_out, services_for
from tests.server.serving import served, until
from ui.snapshot_header import SNAPSHOT_HEADER

pytestmark = pytest.mark.server

UPDATES = 50
REPORTS = 120
COUNT = "SELECT (COUNT(DISTINCT ?r) AS ?n) (MAX(?t) AS ?newest) WHERE { ?r a bibo:Document ; dcterms:alternative ?t }"


def _records(version: int) -> list[str]:
    """Every version has a report more than the last, and six that are changed carry its number."""
    changed = [(version * 6 + place) % REPORTS for place in range(6)] if version else range(REPORTS)
    return [
        json.dumps({"id": f"r{number}", "title": f"Water {number}", "title_alt": [f"Version {version:03d}"]})
        for number in (*changed, REPORTS + version)
    ]


def _write(path: Path, version: int) -> Path:
    path.write_text("\n".join(_records(version)) + "\n", encoding="utf-8")
    return path


class Reader(threading.Thread):
    """Turns pages and asks in SPARQL until it is told to end, and notes what does not fit."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.wrong: list[str] = []
        self.seen: set[str] = set()
        self.ended = threading.Event()

    def run(self) -> None:
        with httpx.Client(base_url=self.base, timeout=60) as client:
            while not self.ended.is_set():
                for offset in range(0, REPORTS, 40):
                    found = client.get("/api/v1/search", params={"q": "water", "offset": offset, "mode": "lexical"})
                    self._fits(found, lambda answer: int(answer["total"]))
                counted = client.get("/sparql", params={"query": COUNT, "format": "json"})
                self._fits(counted, lambda answer: int(answer["results"]["bindings"][0]["n"]["value"]))
                newest = client.get("/api/v1/reports/r0")
                if newest.status_code != httpx.codes.OK:
                    self.wrong.append(f"a report: {newest.status_code} {newest.text}")

    def _fits(self, found: httpx.Response, reports: object) -> None:
        assert callable(reports)
        if found.status_code != httpx.codes.OK:
            self.wrong.append(f"{found.url}: {found.status_code} {found.text}")
            return
        answer = found.json()
        name = answer.get("snapshot") or found.headers[SNAPSHOT_HEADER]
        self.seen.add(name)
        # Snapshot 000001 holds version 0, and each one after it a report more.
        expected = REPORTS + int(name)
        if reports(answer) != expected:
            self.wrong.append(f"{found.url}: {reports(answer)} reports in snapshot {name}, not {expected}")


def test_readers_see_each_answer_from_one_snapshot_during_updates(tmp_path: Path) -> None:
    services = services_for(tmp_path / "data")
    build_sources(services, _write(tmp_path / "records.jsonl", 0))
    with served(tmp_path / "data") as base:
        readers = [Reader(base) for _ in range(3)]
        for reader in readers:
            reader.start()
        for version in range(1, UPDATES + 1):
            carry_out(services, Task("update", (_write(tmp_path / "records.jsonl", version),)))
        last = f"{UPDATES + 1:06d}"
        until(lambda: httpx.get(f"{base}/readyz", timeout=60).json()["snapshot"] == last)
        until(lambda: all(last in reader.seen for reader in readers))
        for reader in readers:
            reader.ended.set()
            reader.join()
        assert [wrong for reader in readers for wrong in reader.wrong] == []
        assert len({name for reader in readers for name in reader.seen}) > UPDATES // 4
