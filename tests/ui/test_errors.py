from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from embeddings import errors as embedding_errors
from kg import errors as kg_errors
from search import errors as search_errors
from ui.errors import HTTP_STATUS, KNOWN_ERRORS, RETRY_AFTER


def _classes(module: ModuleType) -> Iterator[type[Exception]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, KNOWN_ERRORS) and value not in KNOWN_ERRORS:
            yield value


EVERY = [*_classes(kg_errors), *_classes(embedding_errors), *_classes(search_errors)]


def test_every_error_has_a_status_and_every_status_an_error() -> None:
    assert set(HTTP_STATUS) == set(EVERY)


def test_what_passes_by_itself_is_an_error_of_a_service_that_is_not_there_for_now() -> None:
    assert {HTTP_STATUS[error] for error in RETRY_AFTER} == {503}
