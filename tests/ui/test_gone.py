"""Reports that were removed are answered as gone, with what is known of them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from search.snapshots.pipeline import Task
from tests.conftest import WriteLines, build_sources, carry_out
from ui.app import create_app
from ui.wiring import Services


@pytest.fixture
def client(services: Services, write_lines: WriteLines) -> Iterator[TestClient]:
    lines = (json.dumps({"id": name, "title": f"On {name}"}) for name in ("wells", "a.b", "secret", "here"))
    build_sources(services, write_lines(*lines))
    carry_out(services, Task("delete", deleted=("wells", "a.b")))
    carry_out(services, Task("purge", deleted=("secret",), purge=True))
    with TestClient(create_app(services)) as client:
        yield client


@pytest.mark.parametrize("path", ["/report/wells", "/report/wells.ttl", "/api/v1/reports/wells", "/report/a.b"])
def test_a_removed_report_is_gone_and_said_to_be(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 410
    assert answer.json()["error"] == "GoneReport"
    assert "was removed from the collection on 2026-01-02" in answer.json()["detail"]
    assert "“On " in answer.json()["detail"]


def test_relatives_of_a_removed_report_are_gone_too(client: TestClient) -> None:
    assert client.get("/api/v1/reports/here/related", params={"also": "wells"}).status_code == 410


def test_of_a_purged_report_nothing_is_known_but_its_id(client: TestClient) -> None:
    answer = client.get("/report/secret")
    assert answer.status_code == 410
    assert answer.json()["detail"].startswith("The report 'secret' was removed")


def test_a_page_says_it_in_the_language_of_its_reader(client: TestClient) -> None:
    headers = {"accept": "text/html", "accept-language": "fr"}
    assert "<h1>Ce rapport a été retiré</h1>" in client.get("/report/wells", headers=headers).text
    assert client.get("/report/never-there").status_code == 404
