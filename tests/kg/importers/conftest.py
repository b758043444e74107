from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.importers import FieldMap, load_field_map, read, to_report
from kg.model import Problem, Record, Report

DATA = Path(__file__).parents[4] / "shared" / "data"

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def fields() -> FieldMap:
    return load_field_map()


@pytest.fixture(scope="session")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"the shared data folder {DATA} is not there")
    return DATA


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(content: bytes | str, name: str = "source") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def problem_of(write: Write, fields: FieldMap) -> Callable[..., Problem]:
    """The one Problem that reading ``content`` gives, whose place has been checked."""

    def only_problem(content: bytes | str, *, line: int, form: str | None = None) -> Problem:
        path = write(content)
        (problem,) = [found for found in read(path, fields, form=form) if isinstance(found, Problem)]
        assert (problem.source, problem.line) == (str(path), line)
        return problem

    return only_problem


@pytest.fixture
def report_of(fields: FieldMap) -> Callable[..., Report]:
    """The report of a record with these fields, read without any problem."""

    def report(**given: str | list[str]) -> Report:
        values: dict[str, str | list[str]] = {"id": "r1", "title": "A title", "record_format": "dspace", **given}
        texts = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in values.items()}
        found, problems = to_report(Record("made", 1, texts), fields)
        assert found is not None
        assert problems == ()
        return found

    return report
