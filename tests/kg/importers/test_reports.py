from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given

from kg.importers import REMEDIES, load_field_map, to_report
from kg.model import (
    Derivation,
    Institution,
    LangText,
    Person,
    Place,
    Problem,
    Record,
    Report,
    Series,
    Topic,
)
from tests.strategies import records

FIELDS = load_field_map()

ReportOf = Callable[..., Report]


def read(**given: str | list[str]) -> tuple[Report | None, tuple[Problem, ...]]:
    texts = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in given.items()}
    return to_report(Record("file.jsonl", 7, texts), FIELDS)


def test_only_what_is_stated_is_there(report_of: ReportOf) -> None:
    assert report_of() == Report(id="r1", title="A title")


def test_every_plain_property(report_of: ReportOf) -> None:
    given = {
        "description": "<p>One.</p>\r\n<p>Two.</p>",
        "author": ["A, B", "et al."],
        "author_corporate": ["FAO", "FAO"],
        "institution_affiliation_str_mv": ["IFPRI"],
        "funder_str_mv": ["EU"],
        "publisher": ["IFAD"],
        "collection": "Repository of Agricultural Research Outputs (CGSpace)",
        "institution": "CGIAR (All of it) (CGIAR)",
        "topic": ["land", "water", "land"],
        "geographic": ["Mali"],
        "format": ["Report"],
        "language": ["Inglés"],
        "access_str_mv": "Open Access",
        "license_str": "CC-BY-4.0",
        "isbn": ["978-90-420-3464-8"],
        "issn": ["0041-7084"],
        "publishDate": ["2024-03-18"],
        "last_indexed": "2024-11-07T09:43:34Z",
        "dc.relation.none.fl_str_mv": ["https://hdl.handle.net/10568/2", "https://doi.org/10.1234/AB", "Part 2"],
        "invented_boolean": "true",
    }
    assert report_of(**given) == Report(
        id="r1",
        title="A title",
        abstract="One.\nTwo.",
        authors=(Person("A, B"),),
        authors_incomplete=True,
        corporate_authors=(Institution("FAO"),),
        affiliations=(Institution("IFPRI"),),
        funders=(Institution("EU"),),
        publishers=(Institution("IFAD"),),
        repositories=(Institution("CGSpace"),),
        providers=(Institution("CGIAR (All of it) (CGIAR)"),),
        topics=(Topic("land"), Topic("water")),
        places=(Place("Mali"),),
        types=("Report",),
        languages=("Inglés",),
        access=("Open Access",),
        licenses=("CC-BY-4.0",),
        isbns=("9789042034648",),
        issns=("0041-7084",),
        year=2024,
        issued=dt.date(2024, 3, 18),
        modified=dt.datetime(2024, 11, 7, 9, 43, 34, tzinfo=dt.UTC),
        relations=("10568/2", "10.1234/ab", "Part 2"),
        invented=True,
    )


@pytest.mark.parametrize(
    ("collection", "name"),
    [
        ("Repository of Agricultural Research Outputs (CGSpace)", "CGSpace"),
        ("MELSpace (ICARDA)", "MELSpace (ICARDA)"),
        ("CGSpace/PRMS", "CGSpace/PRMS"),
        ("A long name (with two)", "A long name (with two)"),
    ],
)
def test_repositories_have_their_short_name(report_of: ReportOf, collection: str, name: str) -> None:
    assert report_of(collection=collection).repositories == (Institution(name),)


def test_author_facet_stands_in_only_and_author2_follows(report_of: ReportOf) -> None:
    assert report_of(author_facet=["F"], author2=["S"], author=["A"]).authors == (Person("A"), Person("S"))
    assert report_of(author_facet=["F"], author2=["S"]).authors == (Person("F"), Person("S"))


def test_editors_have_their_own_field(report_of: ReportOf) -> None:
    report = report_of(author=["A", "B"], **{"dc.contributor.editor.none.fl_str_mv": ["B", "C, D, et al."]})
    assert report.authors == (Person("A"), Person("B"), Person("C, D", "editor"))
    assert report.authors_incomplete


def test_other_titles_and_abstracts_keep_their_language(report_of: ReportOf) -> None:
    report = report_of(
        **{
            "dc.title.spa.fl_str_mv": ["Un título", "A title"],
            "dc.title.alternative.none.fl_str_mv": ["Another"],
            "description": ["Main.", "Second."],
            "dc.description.abstract.por.fl_txt_mv": ["Resumo.", "Main."],
        }
    )
    assert report.alternative_titles == (LangText("Another"), LangText("Un título", "es"))
    assert report.abstract == "Main."
    assert report.other_abstracts == (LangText("Second."), LangText("Resumo.", "pt"))


def test_without_a_plain_field_the_dynamic_one_is_the_main_one(report_of: ReportOf) -> None:
    report = report_of(**{"dc.description.abstract.spa.fl_txt_mv": ["Resumen."]})
    assert report.abstract == "Resumen."
    assert report.other_abstracts == ()


def test_a_topic_learns_its_language_from_a_later_field(report_of: ReportOf) -> None:
    report = report_of(topic=["suelo", "agua"], **{"dc.subject.spa.fl_str_mv": ["agua", "tierra"]})
    assert report.topics == (Topic("suelo"), Topic("agua", "es"), Topic("tierra", "es"))


def test_catalogue_cards_lose_their_punctuation(report_of: ReportOf) -> None:
    given = {"title": "A title /", "author": "Surdu, Mihai.", "publisher": "Knopf :", "series": "Opere ;"}
    card = report_of(record_format="marc", **given)
    assert (card.title, card.authors, card.publishers) == (
        "A title",
        (Person("Surdu, Mihai"),),
        (Institution("Knopf"),),
    )
    plain = report_of(**given)
    assert (plain.title, plain.authors) == ("A title /", (Person("Surdu, Mihai."),))
    assert plain.publishers == (Institution("Knopf :"),)
    assert [report.series[0].title for report in (card, plain)] == ["Opere", "Opere"]


def test_addresses_give_doi_and_handle(report_of: ReportOf) -> None:
    urls = ["https://doi.org/10.1234/AB", "http://hdl.handle.net/10568/1", "https://a.b/c", "doi:10.1234/AB"]
    report = report_of(url=urls)
    assert (report.doi, report.handle) == ("10.1234/ab", "10568/1")
    assert report.urls == tuple(urls[:3])


def test_fields_of_their_own_win_over_addresses(report_of: ReportOf) -> None:
    report = report_of(url="https://doi.org/10.1234/AB", doi_str_mv="10.5555/X", handle_str="10568/7")
    assert (report.doi, report.handle) == ("10.5555/x", "10568/7")


CITATION = "Heckert, J. 2024. A title. IFAD Research Series 94. Rome: IFAD."


def test_a_series_is_derived_from_the_citation(report_of: ReportOf) -> None:
    derived = Series("IFAD Research Series", "94", "IFAD Research Series 94", Derivation("series-from-citation", 0.9))
    assert report_of(citation_str=CITATION).series == (derived,)
    assert report_of(citation_str=CITATION, series="Other Papers").series == (
        Series("Other Papers", None, "Other Papers"),
        derived,
    )


def test_a_stated_series_is_not_derived_again(report_of: ReportOf) -> None:
    stated = report_of(citation_str=CITATION, series="IFAD research series").series
    assert [each.derivation for each in stated] == [None]


def test_blank_values_are_no_problem(report_of: ReportOf) -> None:
    blank = report_of(series=[" "], url=[" "], topic=["\x00"], publisher=[""], format=[" ", "Report"], author=[","])
    assert blank == report_of(format="Report")


def test_hostile_values_take_no_quadratic_time() -> None:
    given = {name: unit * 50_000 for name, unit in (("title", "<p "), ("publisher", "a ("), ("description", "<!--"))}
    many = {"collection": "a " * 100_000 + "(b", "url": "http://" + "a@" * 100_000, "citation_str": "a, 1. " * 50_000}
    report, _ = read(id="r1", **given, **many)
    assert report is not None


def test_a_spelling_without_datestamp_is_ignored(report_of: ReportOf) -> None:
    assert report_of(spelling="r1 A title 2024-03-18 Report https://a.b/c en Open Access").urls == ()


def test_a_year_comes_from_the_day_of_issue_when_there_is_no_other(report_of: ReportOf) -> None:
    report = report_of(spelling="r12024-11-07T09:43:34Z A title 2019-05-01 2024-11-07T09:43:34Z")
    assert (report.year, report.issued) == (2019, dt.date(2019, 5, 1))


PROBLEMS: list[tuple[str, dict[str, str | list[str]], str, bool]] = [
    ("missing-id", {"title": "x"}, "id", True),
    ("missing-id", {"id": " \x00", "title": "x"}, "id", True),
    ("missing-title", {"id": "r1"}, "title", True),
    ("missing-title", {"id": "r1", "title": "<p> </p>"}, "title", True),
    ("series-without-title", {"id": "r1", "title": "x", "series": ["no. 9", "Papers, no. 1"]}, "series", False),
    ("bad-url", {"id": "r1", "title": "x", "url": ["javascript:alert(1)", "https://a.b"]}, "url", False),
    ("bad-url", {"id": "r1", "title": "x", "url": ["https://doi.org/10.1234/a", "10.1234/b"]}, "url", False),
    ("bad-year", {"id": "r1", "title": "x", "publishDate": "n.d."}, "publishDate", False),
    ("bad-year", {"id": "r1", "title": "x", "publishDate": "9999"}, "publishDate", False),
    ("bad-identifier", {"id": "r1", "title": "x", "isbn": "none"}, "isbn", False),
    ("bad-identifier", {"id": "r1", "title": "x", "issn": "12"}, "issn", False),
]


@pytest.mark.parametrize(("kind", "given", "field", "lost"), PROBLEMS)
def test_problems_name_record_and_field(
    kind: str,
    given: dict[str, str | list[str]],
    field: str,
    lost: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    report, (problem,) = read(**given)
    assert (problem.source, problem.line, problem.kind, problem.field) == ("file.jsonl", 7, kind, field)
    assert problem.reason.endswith(REMEDIES[kind])
    assert problem.lost is lost
    assert (report is None) is lost
    assert problem.record_id == (None if kind == "missing-id" else "r1")


def test_what_a_problem_leaves() -> None:
    report, problems = read(id="r1", title="x", url=["nothing", "https://a.b"], series=["no. 9", "Papers, no. 1"])
    assert report is not None
    assert report.urls == ("https://a.b",)
    assert report.series == (Series("Papers", "1", "Papers, no. 1"),)
    assert [problem.kind for problem in problems] == ["bad-url", "series-without-title"]


def test_nothing_at_all_has_two_problems() -> None:
    report, problems = read()
    assert report is None
    assert [problem.kind for problem in problems] == ["missing-id", "missing-title"]


@given(records(FIELDS))
def test_any_record_is_read_and_gives_unique_clean_values(record: Record) -> None:
    report, problems = to_report(record, FIELDS)
    assert report is not None
    assert not any(problem.lost for problem in problems)
    assert all(problem.kind in REMEDIES for problem in problems)
    for values in (report.types, report.languages, report.urls, report.isbns, report.relations):
        assert len(set(values)) == len(values)
        assert "" not in values
    for names in (report.authors, report.publishers, report.affiliations, report.repositories):
        assert len({each.name for each in names}) == len(names)
        assert all(each.name == " ".join(each.name.split()) != "" for each in names)
    assert len({topic.label for topic in report.topics}) == len(report.topics)
    assert report.year is None or 1 <= report.year <= 9999
    assert to_report(record, FIELDS) == (report, problems)
