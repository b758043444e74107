"""Documentation cannot drift: what the program has, the pages name; what README shows, runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from kg import sparql
from kg.importers import FORMS, REMEDIES
from tests.conftest import REPOSITORY, SAMPLE
from ui.app import create_app
from ui.cli import main
from ui.settings import Settings
from ui.wiring import Services

PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]


def _page(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def _options(command: click.Command) -> list[str]:
    named = {"--help", "--data"}
    return [
        option
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option not in named
    ]


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_option_is_documented(name: str) -> None:
    page = _page("docs/commands.md")
    assert f"reportgraph {name}" in page
    for option in _options(main.commands[name]):
        assert f"`{option}" in page, f"{name} {option}"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    row = next(line for line in _page("docs/configuration.md").splitlines() if f"`REPORTGRAPH_{name.upper()}`" in line)
    default = Settings.model_fields[name].default
    written = (
        str(default).lower()
        if isinstance(default, bool)
        else f"{default:g}"
        if isinstance(default, float)
        else str(default)
    )
    assert default in {None, ()} or f"`{written}`" in row


def _routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        # What an application includes stays a router of its own in newer releases of FastAPI.
        elif (router := getattr(route, "original_router", None)) is not None:
            yield from _routes(router.routes)


def test_every_route_is_documented(sample_services: Services) -> None:
    page = _page("docs/http.md")
    paths = {route.path for route in _routes(create_app(sample_services).routes)}
    assert {"/search", "/sparql", "/api/v1/search"} <= paths
    assert not {path for path in paths if f"`{path}`" not in page}


@pytest.mark.parametrize("name", sparql.names())
def test_every_query_file_is_documented(name: str) -> None:
    assert f"`{name}.rq`" in _page("docs/graph.md")


@pytest.mark.parametrize("word", [*FORMS, *REMEDIES, "duplicate-id"])
def test_every_form_and_kind_of_problem_is_documented(word: str) -> None:
    assert f"`{word}`" in _page("docs/importing.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.is_file(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_every_decision_is_listed() -> None:
    listed = _page("docs/decisions/README.md")
    for page in (REPOSITORY / "docs" / "decisions").glob("0*.md"):
        assert f"({page.name})" in listed


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _page("Makefile"), re.MULTILINE))
    for page in PAGES:
        for block in re.findall(r"`([^`]+)`|^(make .*)$", page.read_text(encoding="utf-8"), re.MULTILINE):
            words = (block[0] or block[1]).split()
            if len(words) > 1 and words[0] == "make":
                assert words[1] in targets, page.name


def _commands(page: str) -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", _page(page), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("reportgraph ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_the_commands_of_readme_run_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = _commands("README.md")
    wanted = ["build", "update", "search", "ask", "related", "sparql", "export", "check", "serve"]
    assert [command[0] for command in commands] == wanted
    monkeypatch.chdir(tmp_path)
    Path("records.jsonl").write_bytes(SAMPLE.read_bytes())
    for command in commands:
        # A server does not end by itself: its help shows that the options are right.
        shown = [*command, "--help"] if command[0] == "serve" else command
        result = CliRunner().invoke(main, shown, env={"REPORTGRAPH_MODEL": "hashing"})
        assert result.exit_code == 0, result.output
    assert Path("reports.ris").read_text(encoding="utf-8").count("TY  - ") == 60
