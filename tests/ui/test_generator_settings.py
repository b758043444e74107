"""The generator as the settings name it: none, unless they do."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from search.errors import GeneratorSettingError
from search.question.generating.generator import SECONDS
from tests.conftest import services_for
from tests.contracts.generator_contract import PROMPT
from tests.search.question.generating.generator_server import generator_server, saying
from ui.settings import Settings


@pytest.mark.parametrize("address", [None, ""])
def test_there_is_no_generator_unless_the_settings_name_one(tmp_path: Path, address: str | None) -> None:
    assert services_for(tmp_path, generator=address).generator() is None


def test_the_environment_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with generator_server(saying("Yes.")) as server:
        monkeypatch.setenv("REPORTGRAPH_GENERATOR", server.address)
        monkeypatch.setenv("REPORTGRAPH_GENERATOR_MODEL", "small")
        monkeypatch.setenv("REPORTGRAPH_GENERATOR_KEY", " sk-secret\n")
        generator = services_for(tmp_path, generator_seconds=7).generator()
        assert generator is not None
        with closing(generator):
            assert server.received == []
            assert "".join(generator.pieces(PROMPT)) == "Yes."
            assert generator.seconds == 7
        (received,) = server.received
    assert received.headers["authorization"] == "Bearer sk-secret"
    assert received.body["model"] == "small"


def test_no_key_is_shown_with_the_settings() -> None:
    settings = Settings(generator_key="sk-secret")  # type: ignore[arg-type]
    assert "sk-secret" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize("seconds", [0, -1, 601])
def test_the_time_limit_is_bounded(seconds: float) -> None:
    assert Settings().generator_seconds == SECONDS
    with pytest.raises(ValidationError):
        Settings(generator_seconds=seconds)


def test_an_address_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GeneratorSettingError):
        services_for(tmp_path, generator="localhost:8080").generator()


def test_who_has_no_generator_does_not_wait_for_its_client() -> None:
    code = "import sys, ui.wiring; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
