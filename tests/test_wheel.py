"""The wheel is the whole program: it runs with nothing of the folder that it was built in."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.slow

WHEEL = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
UNSHIPPED = {"__pycache__", "node_modules"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, check=True, cwd=REPOSITORY, timeout=120)
    (made,) = folder.glob("*.whl")
    return made


def test_every_file_of_the_packages_is_in_it_and_the_tools_are_not(wheel: Path) -> None:
    packages, tools = WHEEL["wheel"]["packages"], set(WHEEL["wheel"]["exclude"])
    files = {
        path.relative_to(REPOSITORY).as_posix()
        for package in packages
        for path in (REPOSITORY / package).rglob("*")
        if path.is_file() and not UNSHIPPED & set(path.parts)
    }
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert tools < files
    assert held == files - tools


def test_it_builds_serves_and_searches_by_itself(wheel: Path, tmp_path: Path) -> None:
    program = tmp_path / "program"
    ZipFile(wheel).extractall(program)
    environment = os.environ | {"PYTHONPATH": str(program), "REPORTGRAPH_MODEL": "hashing"}

    def run(*words: str) -> str:
        command = [sys.executable, *words]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120
        ).stdout

    where = run("-c", "import kg, embeddings, search, ui; print(*(m.__file__ for m in (kg, embeddings, search, ui)))")
    assert all(Path(file).is_relative_to(program) for file in where.split())
    run("-m", "ui.cli", "demo", "--build-only", "--data", "demo")
    assert "sample" in run("-m", "ui.cli", "search", "savings groups", "--data", "demo")
    # The pages take templates, catalogues, examples and style from the package.
    page = (
        "from pathlib import Path; from fastapi.testclient import TestClient; from ui.app import create_app; "
        "from ui.settings import Settings; from ui.wiring import build_services; "
        "client = TestClient(create_app(build_services(Settings(data=Path('demo'))))); "
        "print(*(client.get(f'/{path}?lang=es', headers={'accept': 'text/html'}).status_code "
        "for path in ('search', 'workbench', 'ask', 'report/sample001')))"
    )
    assert run("-c", page) == "200 200 200 200\n"
