"""The server that pages come from, and a collection of records that have everything or are odd."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from fastapi.testclient import TestClient

from search.snapshots.snapshot import Snapshot
from tests.conftest import build_sources, services_for
from ui.app import create_app
from ui.wiring import Services

FULL: Final[dict[str, object]] = {
    "id": "X/1 é",
    "record_format": "dspace",
    "title": "A \"title\" & </script><script>alert('title')</script>",
    "title_alt": ["Un titre"],
    "dc.title.alternative.spa.fl_str_mv": ["Un título"],
    "description": "First paragraph.\n\nSecond \\ third <b>bold</b>.",
    "dc.description.abstract.spa.fl_txt_mv": ["Primero."],
    "author": ["Diop, A.", "Ñandú, Zoë", "et al."],
    "dc.contributor.editor.none.fl_str_mv": ["Roe, J."],
    "author_corporate": ["A Body"],
    "institution_affiliation_str_mv": ["An Institute"],
    "publisher": ["A Publisher"],
    "funder_str_mv": ["A Funder"],
    "collection": "REPO",
    "institution": "A Provider",
    "topic": ["gender", "water use"],
    "geographic": ["Mali", "West Africa"],
    "series": ["Some Papers No. 7"],
    "publishDate": ["2024"],
    "dc.date.issued.none.fl_str_mv": ["2024-03-18"],
    "format": ["Informe técnico", "Report"],
    "language": ["Inglés"],
    "access_str_mv": ["Open Access"],
    "license_str": ["https://creativecommons.org/licenses/by/4.0/"],
    "doi_str_mv": ["10.1000/xyz(1)"],
    "handle_str_mv": ["10568/140513"],
    "isbn": ["9780306406157"],
    "issn": ["0378-5955"],
    "url": ["https://hdl.handle.net/10568/140513", "https://example.org/a.pdf"],
    "dc.relation.none.fl_str_mv": ["10568/137795", "see volume two"],
    "dc.identifier.citation.none.fl_str_mv": ["Diop, A. 2024. A title. Rome: A Publisher."],
    "record_change_date": "2024-11-07T09:43:34Z",
    "invented_boolean": True,
}
"""A record with a value for every property of a report."""

CITED: Final[dict[str, object]] = {
    "id": "cited",
    "title": "Drip lines for smallholders",
    "author": ["Diop, A."],
    "topic": ["water use"],
    "publishDate": ["2019"],
    "language": ["en"],
    "dc.identifier.citation.none.fl_str_mv": [
        "Diop, A. 2019. Drip lines for smallholders. IFAD Research Series 94. Rome: IFAD."
    ],
}
"""A record whose series is read from its citation: which is inferred."""

STATED: Final = CITED | {"id": "stated", "title": "Canals of the delta", "series": ["IFAD Research Series 7"]}
"""The same series, stated."""

ODD_IDS: Final = (
    *("10568/140513", "a b", "x/related", "é", "a.ttl", "a", ".ttl", "../x", "100%", "a?b", "a#b", "a.csl.json"),
    *(
        "<script>",
        '"onclick=x',
        "a&b",
        "a\\b",
        "//evil.example",
        "a;b",
        "+",
        "日本",
        "a.bib.ris",
        "%zz",
        "a%2Fb",
        "x" * 300,
    ),
)
"""Ids that addresses, attributes and paths take for something else."""


@pytest.fixture(scope="session")
def client(sample_services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(sample_services)) as client:
        yield client


@pytest.fixture(scope="session")
def odd_services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Services over :data:`FULL`, :data:`CITED`, :data:`STATED` and a record for each of :data:`ODD_IDS`."""
    folder = tmp_path_factory.mktemp("odd")
    odd: list[dict[str, object]] = [
        {"id": name, "title": f"Wells of {n}", "topic": ["water"]} for n, name in enumerate(ODD_IDS)
    ]
    return build_records(folder, FULL, CITED, STATED, *odd)


@pytest.fixture(scope="session")
def odd(odd_services: Services) -> Snapshot:
    return odd_services.snapshot()


@pytest.fixture(scope="session")
def odd_client(odd_services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(odd_services)) as client:
        yield client


def build_records(folder: Path, *records: dict[str, object], base: str | None = None) -> Services:
    """Services over a collection of Solr documents."""
    source = folder / "records.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    services = services_for(folder / "data", **({"base": base} if base else {}))
    build_sources(services, source)
    return services
