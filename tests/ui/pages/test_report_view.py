from __future__ import annotations

from dataclasses import replace

import pytest

from kg.descriptions import Inference, Statements, read_statements
from kg.entities import Entities
from kg.mapping import nquad_chunks
from kg.model import Derivation, LangText, Report, Series
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import PREFIXES, PROV, RDF, RG, Minter
from search.snapshots.snapshot import Snapshot
from tests.kg.test_mapping import FULL, WHEN
from tests.ui.pages.conftest import FULL as GIVEN
from ui.languages import LANGUAGES
from ui.pages.address import Address
from ui.pages.report_view import METHODS, ReportView, Row, Value, report_view
from ui.texts import Texts

ENGLISH = Texts("en")

AS_GIVEN = {str(RG.typeAsGiven), str(RG.languageAsGiven), str(RG.accessAsGiven)}
"""Raw labels of what the rows show as concepts: the staff view has them."""
TECHNICAL = AS_GIVEN | {str(RDF.type), str(PROV.qualifiedAttribution), str(RG.membership)}
"""Nodes that hold facts together, and classes that the document type stands for."""
SAID_OTHERWISE = {str(RG.invented): "invented", str(RG.authorsIncomplete): "et al."}


def statements_of(snapshot: Snapshot, report: Report) -> Statements:
    """What a graph with the base of a snapshot would say of a report alone."""
    minter = Minter(snapshot.manifest.base)
    store = OxigraphStore.create(None, inferred_prefix=minter.inferred_prefix, prefixes=PREFIXES)
    store.load(nquad_chunks([report], Entities(minter), generated=WHEN))
    found = read_statements(store, str(minter.report(report.id)))
    assert found is not None
    return found


def viewed(snapshot: Snapshot, statements: Statements, language: str = "en", asked: str | None = None) -> ReportView:
    stored = snapshot.records.get(statements.report.id)
    return report_view(snapshot, statements, stored, Texts(language), Address(language=asked))


def view_of(snapshot: Snapshot, report_id: str, language: str = "en", asked: str | None = None) -> ReportView:
    return viewed(snapshot, read(snapshot, report_id), language, asked)


def rows(view: ReportView) -> dict[str, Row]:
    assert len({row.label for row in view.rows}) == len(view.rows)
    return {row.label: row for row in view.rows}


def texts(row: Row) -> list[str]:
    return [value.text for value in row.values]


def everything(view: ReportView) -> str:
    shown = [view.title, *view.abstracts, *(text for row in view.rows for text in texts(row))]
    return "\n".join([*shown, "invented" if view.invented else ""])


def read(snapshot: Snapshot, report_id: str) -> Statements:
    statements = read_statements(snapshot.graph, str(Minter(snapshot.manifest.base).report(report_id)))
    assert statements is not None
    return statements


def missing(statements: Statements, view: ReportView) -> list[str]:
    """What the graph says and the page does not."""
    shown = everything(view)
    dates = {fact.value for fact in statements.facts if fact.property.endswith(("terms/date", "terms/modified"))}
    found = []
    for fact in statements.facts:
        if fact.property in TECHNICAL:
            continue
        text = SAID_OTHERWISE.get(fact.property, fact.label)
        if fact.value in dates:
            text = ENGLISH.day(fact.value[:10])
        if text not in shown:
            found.append(f"{fact.property} {text}")
    names = [signature.name for signature in (*statements.authors, *statements.editors)]
    return found + [name for name in names if name not in shown]


def test_nothing_that_the_graph_says_is_missing_from_the_page(sample: Snapshot) -> None:
    for iri in sample.columns.reports:
        statements = read_statements(sample.graph, iri)
        assert statements is not None
        assert missing(statements, viewed(sample, statements)) == []


def test_nor_of_reports_that_have_everything(sample: Snapshot, odd: Snapshot) -> None:
    for snapshot in (sample, odd):
        statements = statements_of(snapshot, replace(FULL, licenses=("CC-BY-4.0", "https://example.org/licence")))
        assert missing(statements, viewed(snapshot, statements)) == []
    for report_id in ("X/1 é", "cited", "stated"):
        assert missing(read(odd, report_id), view_of(odd, report_id)) == []


def test_the_rows_of_a_full_report_with_their_origins(odd: Snapshot) -> None:
    view = view_of(odd, "X/1 é")
    assert [(row.label, texts(row), row.origin) for row in view.rows] == [
        ("Main Authors", ["Diop, A.", "Ñandú, Zoë", "et al."], "author"),
        ("Editor", ["Roe, J."], "dc.contributor.editor.none.fl_str_mv"),
        ("Corporate author", ["A Body"], "author_corporate"),
        ("Affiliation", ["An Institute"], "institution_affiliation_str_mv"),
        ("Format", ["Report"], "format"),
        ("Language", ["English"], "language"),
        ("Published", ["A Publisher", "March 18, 2024"], "publisher, publishDate, dc.date.issued.none.fl_str_mv"),
        ("Series", ["Some Papers, 7"], "series"),
        ("Subjects", ["gender", "water use"], "topic"),
        ("Places", ["Mali", "Western Africa", "Africa", "Sahel", "Sub-Saharan Africa"], "geographic"),
        (
            "Online Access",
            [
                "https://hdl.handle.net/10568/140513",
                "https://doi.org/10.1000/xyz(1)",
                "https://example.org/a.pdf",
            ],
            "handle_str_mv, doi_str_mv, url",
        ),
        ("Access", ["Open access"], "access_str_mv"),
        ("License", ["https://creativecommons.org/licenses/by/4.0/"], "license_str"),
        ("Funder", ["A Funder"], "funder_str_mv"),
        ("Repository", ["REPO"], "collection"),
        ("Provider", ["A Provider"], "institution"),
        ("Other titles", ["Un titre", "Un título"], "title_alt, dc.title.alternative.spa.fl_str_mv"),
        ("Citation", ["Diop, A. 2024. A title. Rome: A Publisher."], "dc.identifier.citation.none.fl_str_mv"),
        ("Related works", ["https://hdl.handle.net/10568/137795", "see volume two"], "dc.relation.none.fl_str_mv"),
        ("ISBN", ["9780306406157"], "isbn"),
        ("ISSN", ["0378-5955"], "issn"),
        ("Identifier", ["X/1 é"], "id"),
        ("Record changed", ["November 7, 2024"], "record_change_date"),
    ]
    assert view.abstracts == ("First paragraph.\nSecond \\ third bold.", "Primero.")
    assert view.invented


def test_values_lead_to_their_searches_and_out_of_this_site_where_they_say_so(odd: Snapshot) -> None:
    found = rows(view_of(odd, "X/1 é"))
    assert [value.query for value in found["Main Authors"].values] == ["author=diop-a", "author=nandu-zoe", None]
    assert [value.query for value in found["Published"].values] == [
        "publisher=a-publisher",
        "year_from=2024&year_to=2024",
    ]
    assert [value.query for value in found["Places"].values] == [
        "country=ML",
        "region=M49-011",
        "region=M49-002",
        "region=sahel",
        "region=M49-202",
    ]
    assert [value.query for value in found["Series"].values] == ["series=some-papers"]
    assert [value.href for value in found["Related works"].values] == ["https://hdl.handle.net/10568/137795", None]
    assert [value.href for value in found["License"].values] == ["https://creativecommons.org/licenses/by/4.0/"]
    for row in found.values():
        for value in row.values:
            assert value.query is None or value.href is None


def test_an_entity_that_no_search_is_made_for_is_no_link(sample: Snapshot, odd: Snapshot) -> None:
    for report_id, snapshot in (("sample001", sample), ("X/1 é", odd)):
        view = view_of(snapshot, report_id)
        assert rows(view)["Provider"].values[0].href is None
        base = snapshot.manifest.base
        assert not [value for row in view.rows for value in row.values if (value.href or "").startswith(base)]
    assert rows(view_of(odd, "X/1 é"))["Funder"].values == (Value("A Funder", query="funder=a-funder"),)


def test_what_was_inferred_is_marked_with_method_confidence_and_date(odd: Snapshot) -> None:
    inferred = rows(view_of(odd, "cited"))["Series"]
    assert inferred.values == (
        Value(
            "IFAD Research Series, 94",
            query="series=ifad-research-series",
            inferred="inferred: read from the citation, confidence 90%, January 2, 2026",
        ),
    )
    assert inferred.origin is None
    assert rows(view_of(odd, "stated"))["Series"].values[0].inferred is None
    marked = [value for report in ("X/1 é", "stated") for row in view_of(odd, report).rows for value in row.values]
    assert [value.text for value in marked if value.inferred] == ["Africa", "Sahel", "Sub-Saharan Africa"]


def test_regions_that_the_record_does_not_name_are_marked_and_stand_behind_those_that_it_names(odd: Snapshot) -> None:
    row = rows(view_of(odd, "X/1 é"))["Places"]
    said = "inferred: from where its places lie, confidence 100%, January 2, 2026"
    assert [value.inferred for value in row.values] == [None, None, said, said, said]
    assert [value.text for value in rows(view_of(odd, "X/1 é", "es"))["Lugares"].values] == [
        "Mali",
        "África occidental",
        "África",
        "Sahel",
        "África subsahariana",
    ]


@pytest.mark.parametrize(("language", "said"), [("es", "90"), ("fr", "90"), ("pt", "90")])
def test_inferences_are_told_in_the_language_of_the_reader(odd: Snapshot, language: str, said: str) -> None:
    (value,) = rows(view_of(odd, "cited", language))[Texts(language).say("Series")].values
    assert value.inferred is not None
    assert said in value.inferred
    assert "inferred" not in value.inferred.split()
    assert Texts(language).day("2026-01-02") in value.inferred
    assert value.inferred.count("%") <= 1


def test_another_method_shows_its_own_name_and_a_graph_without_a_date_no_date(sample: Snapshot) -> None:
    guessed = replace(FULL, series=(Series("Papers", "1", None, Derivation("a guess", 0.255)),))
    statements = statements_of(sample, guessed)
    assert rows(viewed(sample, statements))["Series"].values[0].inferred == (
        "inferred: a guess, confidence 26%, January 2, 2026"
    )
    undated = replace(statements.memberships[0], inference=Inference(Derivation("a guess", 0.5), None))
    view = viewed(sample, replace(statements, memberships=(undated,)))
    assert rows(view)["Series"].values[0].inferred == "inferred: a guess, confidence 50%"
    assert "a guess" not in METHODS


def test_a_series_that_is_stated_and_one_that_was_inferred_stand_in_one_row(sample: Snapshot) -> None:
    row = rows(viewed(sample, statements_of(sample, FULL)))["Series"]
    assert [(value.text, value.inferred is None) for value in row.values] == [
        ("Some Papers, 7", True),
        ("Other Papers, 94", False),
    ]


def test_addresses_of_records_are_links_only_where_they_may_be_followed(sample: Snapshot) -> None:
    urls = ("javascript:alert(1)", "https://example.org/ok", "//example.org", "data:text/html,x")
    report = replace(FULL, urls=urls, doi=None, handle=None, licenses=("JavaScript:alert(1)",), relations=("data:x,y",))
    found = rows(viewed(sample, statements_of(sample, report)))
    assert {value.text: value.href for value in found["Online Access"].values} == dict.fromkeys(urls) | {
        "https://example.org/ok": "https://example.org/ok"
    }
    assert [value.href for value in (*found["License"].values, *found["Related work"].values)] == [None, None]


def test_dates_are_as_exact_as_they_are_known(sample: Snapshot) -> None:
    year_alone = replace(FULL, issued=None, publishers=())
    assert texts(rows(viewed(sample, statements_of(sample, year_alone)))["Published"]) == ["2024"]
    undated = replace(year_alone, year=None, modified=None)
    found = rows(viewed(sample, statements_of(sample, undated)))
    assert {"Published", "Record changed"}.isdisjoint(found)


def test_a_report_with_nothing_but_a_title_has_its_identifier_alone(sample: Snapshot) -> None:
    view = viewed(sample, statements_of(sample, Report(id="bare", title="Bare")))
    assert [(row.label, texts(row), row.origin) for row in view.rows] == [("Identifier", ["bare"], None)]
    assert (view.title, view.abstracts, view.invented, view.record) == ("Bare", (), False, None)


def test_other_abstracts_follow_the_first(sample: Snapshot) -> None:
    report = replace(FULL, other_abstracts=(LangText("Zuerst.", "de"), LangText("Primero.", "es")))
    assert viewed(sample, statements_of(sample, report)).abstracts == (FULL.abstract, "Primero.", "Zuerst.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_and_values_are_in_the_language_of_the_reader_and_links_keep_it(odd: Snapshot, language: str) -> None:
    view = view_of(odd, "X/1 é", language, language)
    say = Texts(language).say
    found = rows(view)
    assert texts(found[say("Language")]) == [
        {"en": "English", "es": "Inglés", "fr": "Anglais", "pt": "Inglês"}[language]
    ]
    assert say("Main Authors") in found
    assert len(found) == 23
    queries = [value.query for row in view.rows for value in row.values if value.query]
    assert len(queries) > 10
    for query in queries:
        assert Address.read(query).language == language


def test_the_staff_view_is_the_record_as_the_source_gave_it(odd: Snapshot) -> None:
    record = view_of(odd, "X/1 é").record
    assert record is not None
    assert set(record.fields) == set(GIVEN)
    assert record.fields["format"] == ("Informe técnico", "Report")
    assert record.line == 1
