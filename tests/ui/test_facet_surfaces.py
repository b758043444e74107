"""Every surface follows from the table of facets: what it offers are the facets there, and one more is offered too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from fastapi.testclient import TestClient

from kg.facets.filters import EXCLUDED
from kg.facets.table import FACETS, VALUE_FACETS
from tests.conftest import REPOSITORY
from ui.app import create_app
from ui.cli import main
from ui.languages import LANGUAGES
from ui.pages.address import Address
from ui.pages.search_page import SUGGESTED_NAMES
from ui.texts import Texts
from ui.wiring import Services

NAMED = {*VALUE_FACETS, *(EXCLUDED + name for name in VALUE_FACETS)}


@pytest.fixture(scope="module")
def client(river_services: Services) -> TestClient:
    return TestClient(create_app(river_services))


@pytest.mark.parametrize("command", ["search", "related"])
def test_options_are_the_facets(command: str) -> None:
    options = {option.name: option.opts for option in main.commands[command].params}
    others = {"query", "ids", "mode", "match", "sort", "offset", "limit"}
    others |= {"model", "device", "reranker", "data", "as_json"}
    assert options.keys() - others == NAMED | {"year_from", "year_to", "stated_only"}
    assert options["corporate_author"] == ["--corporate-author"]
    assert options["not_corporate_author"] == ["--not-corporate-author"]


@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/reports/{report_id}/related"])
def test_parameters_are_the_facets(client: TestClient, path: str) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"][path]["get"]["parameters"]
    others = {"q", "mode", "match", "sort", "offset", "limit", "lang", "also", "report_id"}
    names = {parameter["name"] for parameter in described}
    assert names - others == NAMED | {"year_from", "year_to", "stated_only"}


def test_addresses_name_the_facets() -> None:
    address = Address.read("&".join(f"{name}=v" for name in sorted(NAMED)))
    assert set(address.filters.chosen) == set(address.filters.excluded) == set(VALUE_FACETS)


def test_results_and_suggestions_name_the_facets(client: TestClient) -> None:
    assert list(client.get("/api/v1/search").json()["facets"]) == list(FACETS)
    assert list(SUGGESTED_NAMES) == [*(name for name, facet in FACETS.items() if facet.suggested), "report"]


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_headings_are_translated_and_told_apart(language: str) -> None:
    labels = [Texts(language).say(facet.label) for facet in FACETS.values()]
    assert len(set(labels)) == len(FACETS)


@pytest.mark.parametrize(
    ("filters", "reports"),
    [
        ({"funder": "slow water fund"}, {"r01", "r05", "r07"}),
        ({"funder": "International Fund for Agricultural Development"}, {"r03"}),
        ({"affiliation": "International Fund for Agricultural Development"}, {"r08"}),
        ({"corporate_author": "International Fund for Agricultural Development"}, {"r03", "r08", "r11", "r12"}),
        ({"institution": "Slow Water Fund", "not_funder": "Slow Water Fund"}, set()),
    ],
)
def test_roles_filter_by_themselves(client: TestClient, filters: dict[str, str], reports: set[str]) -> None:
    found = client.get("/api/v1/search", params=filters | {"limit": "50"}).json()
    assert {hit["id"] for hit in found["hits"]} == reports
    page = client.get("/search", params=filters).text
    assert all(f"/report/{report}" in page for report in reports)


def test_lists_of_roles_are_folded_and_lists_without_values_are_not_shown(client: TestClient) -> None:
    page = client.get("/search").text
    for name in ("corporate_author", "affiliation", "funder"):
        assert f'id="facet-of-{name}">' in page
    assert 'id="facet-of-institution" open>' in page
    assert 'id="facet-of-funder" open>' in client.get("/search?funder=slow-water-fund").text
    assert "facet-of-funder" not in client.get("/search?topic=goats").text


ENTRY = """
    Facet(
        name="provider",
        label="Providers",
        kind=Kind.INSTITUTION,
        parts=("providers",),
        suggested=True,
    ),
"""
QUERY = """\
# The providers of each report.
PREFIX rg: <urn:reportgraph:>

SELECT ?report ?value WHERE { ?report rg:provider ?value }
"""
USED = """
import json, sys
from click.testing import CliRunner
from fastapi.testclient import TestClient
from ui.app import create_app
from ui.cli import main
from ui.settings import Settings
from ui.wiring import build_services

def run(*arguments):
    result = CliRunner().invoke(main, [*arguments, "--data", "data"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)

run("build", "records.jsonl", "--model", "hashing", "--json")
client = TestClient(create_app(build_services(Settings(data="data", model="hashing"))))
described = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/search"]["get"]["parameters"]
print(json.dumps({
    "option": [hit["id"] for hit in run("search", "", "--provider", "some provider", "--json")["hits"]],
    "excluded": [hit["id"] for hit in run("search", "", "--not-provider", "some provider", "--json")["hits"]],
    "parameter": [hit["id"] for hit in client.get("/api/v1/search?provider=Some Provider").json()["hits"]],
    "described": [one["name"] for one in described if "provider" in one["name"]],
    "page": 'id="facet-of-provider"' in client.get("/search?provider=some-provider").text,
    "link": "provider=some-provider" in client.get("/report/one").text,
    "suggested": [one["kind"] for one in run("suggest", "some prov", "--json")["suggestions"]],
}))
"""


def test_one_entry_and_one_query_file_are_a_facet_on_every_surface(tmp_path: Path) -> None:
    for room in ("kg", "embeddings", "search", "ui"):
        copytree(REPOSITORY / room, tmp_path / room, ignore=ignore_patterns("__pycache__", "node_modules", "vendor"))
    table = tmp_path / "kg" / "facets" / "table.py"
    before, year, after = table.read_text(encoding="utf-8").partition('    Facet(\n        name="year"')
    assert year
    table.write_text(before + ENTRY.lstrip("\n") + year + after, encoding="utf-8")
    (tmp_path / "kg" / "queries" / "facet_provider.rq").write_text(QUERY, encoding="utf-8")
    records = [{"id": "one", "title": "One", "institution": "Some Provider"}, {"id": "two", "title": "Two"}]
    (tmp_path / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    done = subprocess.run([sys.executable, "-c", USED], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "option": ["one"],
        "excluded": ["two"],
        "parameter": ["one"],
        "described": ["provider", "not_provider"],
        "page": True,
        "link": True,
        "suggested": ["provider"],
    }
