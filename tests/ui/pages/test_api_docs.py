from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.ui.pages.markup import Markup, line
from ui.languages import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_and_parameter_is_listed(client: TestClient, language: str) -> None:
    answer = client.get("/api/docs", headers={"accept-language": language})
    assert answer.status_code == 200
    assert "Accept-Language" in answer.headers["vary"]
    found = Markup(answer.text)
    assert not found.faults
    described = client.get("/api/v1/openapi.json").json()["paths"]
    operations = [line(element.text) for element in found.all("summary")]
    for path, methods in described.items():
        for method, operation in methods.items():
            (one,) = [said for said in operations if said.startswith(f"{method.upper()} {path} ")]
            assert one.endswith(operation["summary"])
    named = {element.text for element in found.all("code")}
    parameters = {p["name"] for m in described.values() for o in m.values() for p in o.get("parameters", ())}
    assert {"q", "topic", "format", "report_id"} <= parameters <= named


def test_the_page_names_the_description_for_machines(client: TestClient) -> None:
    found = Markup(client.get("/api/docs").text)
    assert ("/api/v1/openapi.json", "OpenAPI") in found.links
    for script in found.all("script"):
        assert script.attributes["src"].startswith("/page-assets/")
