from __future__ import annotations

import inspect
import pickle
import re
from pathlib import Path

from kg import errors
from kg.errors import FieldMapError, KgError, SourceNotFoundError


def test_the_tree_at_the_top_of_the_file_is_complete() -> None:
    stated = re.findall(r"^ +(\w+)(?: {2,}\S.*)?$", inspect.getdoc(errors) or "", re.MULTILINE)
    defined = [name for name, each in vars(errors).items() if inspect.isclass(each) and issubclass(each, KgError)]
    assert sorted(stated) == sorted(defined)


def test_an_error_says_what_is_wrong_and_what_to_do() -> None:
    error = SourceNotFoundError(Path("reports.jsonl"))
    assert str(error) == f"{error.what} {error.remedy}"
    assert "reports.jsonl" in error.what
    assert error.path == Path("reports.jsonl")


def test_errors_cross_process_boundaries_with_their_data() -> None:
    error = pickle.loads(pickle.dumps(FieldMapError(Path("own.toml"), "it is empty")))
    assert isinstance(error, FieldMapError)
    assert (error.path, error.reason) == (Path("own.toml"), "it is empty")
    assert "it is empty" in str(error)
