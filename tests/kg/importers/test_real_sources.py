"""The seed, the real fixtures and the whole collection, where the shared data folder is there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kg.importers import FieldMap, read, to_report
from kg.model import Derivation, Institution, Person, Problem, Record, Report, Series, Topic


def reports(path: Path, fields: FieldMap) -> list[Report]:
    found = []
    for record in read(path, fields):
        assert isinstance(record, Record), record
        report, _ = to_report(record, fields)
        assert report is not None
        found.append(report)
    return found


def test_the_seed_field_by_field(data: Path, fields: FieldMap) -> None:
    (record,) = read(data / "seed" / "CGSpace140513.txt", fields)
    assert isinstance(record, Record)
    assert record.line == 14
    assert len(record.fields) == 28
    report, problems = to_report(record, fields)
    assert problems == ()
    assert report is not None
    assert report.abstract is not None
    assert report.abstract.startswith("The Programme de Microfinance Rural (PMR) was implemented")
    assert report.abstract.endswith("future iterations of the PMR or similar programmes.")
    assert report == Report(
        id="CGSpace140513",
        title="Engaging women in microfinance: A qualitative study of the Programme de Microfinance Rural in Mali",
        abstract=report.abstract,
        authors=(Person("Margolies, Amy"), Person("Heckert, Jessica"), Person("Meinzen-Dick, Ruth S.")),
        publishers=(Institution("International Fund for Agricultural Development"),),
        repositories=(Institution("CGSpace"),),
        providers=(Institution("CGIAR Consortium"),),
        topics=tuple(map(Topic, ["households", "women", "gender", "microfinance", "women's participation"])),
        series=(
            Series("IFAD Research Series", "94", "IFAD Research Series 94", Derivation("series-from-citation", 0.9)),
        ),
        year=2024,
        issued=dt.date(2024, 3, 18),
        types=("Informe técnico", "Report"),
        languages=("Inglés", "en"),
        access=("Open Access",),
        handle="10568/140513",
        urls=("https://hdl.handle.net/10568/140513",),
        relations=("10568/137795",),
        citation="Margolies, Amy; Heckert, Jessica; and Meinzen-Dick, Ruth S. 2024. Engaging women in microfinance: "
        "a qualitative study of the Programme de Microfinance Rural in Mali. IFAD Research Series 94. Rome: "
        "International Fund for Agricultural Development. https://www.ifad.org/en/web/knowledge/-/research-series-94",
        modified=dt.datetime(2024, 11, 7, 9, 43, 34, tzinfo=dt.UTC),
    )


def test_the_seed_in_the_collection_differs_only_by_its_spelling(data: Path, fields: FieldMap) -> None:
    (page,) = reports(data / "seed" / "CGSpace140513.txt", fields)
    records = read(data / "reports" / "reports.vufind.jsonl.gz", fields)
    (line,) = [each for each in records if isinstance(each, Record) and each.fields["id"] == ("CGSpace140513",)]
    report, problems = to_report(line, fields)
    assert problems == ()
    assert report == page


def test_marc_based_records(data: Path, fields: FieldMap) -> None:
    folder = data / "fixtures" / "vufind"
    (bulletin,) = reports(folder / "testbug1.json", fields)
    assert bulletin.publishers == (Institution("Zanichelli"),)
    assert (bulletin.year, bulletin.issns) == (1922, ("0041-7084",))
    (vico,) = reports(folder / "testbug2.json", fields)
    assert vico.title == "La congiura dei Principi Napoletani 1701 : (prima e seconda stesura)"
    assert vico.authors == (Person("Vico, Giambattista, 1668-1744"), Person("Pandolfi, Claudia"))
    assert [(series.title, series.number) for series in vico.series] == [
        ("Vico, Giambattista, 1668-1744. Works. 1982", None),
        ("Opere di Giambattista Vico", None),
    ]


def test_answers_of_the_rest_api(data: Path, fields: FieldMap) -> None:
    map_, frames = reports(data / "fixtures" / "vufind" / "vuFind-generic.json", fields)
    assert map_.title == "La pianta marmorea di Roma antica: Forma urbis Romae"
    assert map_.handle == "20.500.12390/231"
    assert map_.types == ("Map", "Book")
    assert frames.authors == (Person("Surdu, Mihai"),)
    assert frames.topics[0].label == "Public opinion -- Europe."
    assert reports(data / "fixtures" / "vufind" / "vuFind-by-id.json", fields) == [map_]


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("single-record", ["690250223"]),
        ("multi-record", ["12345", "125456", "234547"]),
        ("morelikethis", ["704635", "476297", "704643", "704636", "576965"]),
        ("no-match", []),
    ],
)
def test_saved_solr_responses(data: Path, fields: FieldMap, name: str, ids: list[str]) -> None:
    found = reports(data / "fixtures" / "vufind" / "solr-responses" / name, fields)
    assert [report.id for report in found] == ids
    assert all(not report.title.endswith(("/", ":", ";", ",", "-")) for report in found)


@pytest.mark.parametrize(
    ("name", "kind", "line"),
    [("bad-request", "empty-file", 2), ("internal-server-error", "empty-file", 2), ("terms", "unknown-form", 7)],
)
def test_saved_failures(data: Path, fields: FieldMap, name: str, kind: str, line: int) -> None:
    (problem,) = read(data / "fixtures" / "vufind" / "solr-responses" / name, fields)
    assert isinstance(problem, Problem)
    assert (problem.kind, problem.line) == (kind, line)


def test_the_whole_collection(data: Path, fields: FieldMap) -> None:
    path = data / "reports" / "reports.vufind.jsonl.gz"
    problems: list[Problem] = []
    found: list[Report] = []
    for number, record in enumerate(read(path, fields), start=1):
        assert isinstance(record, Record)
        assert record.line == number
        report, met = to_report(record, fields)
        assert report is not None
        found.append(report)
        problems += met
    assert len({report.id for report in found}) == len(found) == 15_495
    assert {problem.kind for problem in problems} == {"series-without-title"}
    assert len(problems) == 73
    assert sum(report.authors_incomplete for report in found) >= 627
    assert not any("et al" in person.name.lower() for report in found for person in report.authors)
    assert sum(report.year is None for report in found) == 280
    assert not any("<p>" in (report.abstract or "") for report in found)
    ifad = [report for report in found if report.id.startswith("ifad") and report.series]
    assert {report.series[0].title for report in ifad} >= {"IFAD Research Series", "IFAD Impact Assessment 2018"}
