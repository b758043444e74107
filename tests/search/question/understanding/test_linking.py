from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.question.understanding.linking import Linker
from search.question.understanding.plan import How, Mention, Plan
from search.question.understanding.planning import Planner
from search.question.understanding.words import take_apart
from search.snapshots.snapshot import Snapshot
from tests.river_collection import FUND, IDR, IFAD, ROWS, Row, having

PlanOf = Callable[[str], Plan]


@pytest.fixture(scope="module")
def plan_of(planner: Planner) -> PlanOf:
    return lambda question: planner.plan(question, this_year=2024)


def _bound(plan: Plan) -> Mention:
    (mention,) = (mention for mention in plan.mentions if mention.binds)
    return mention


def _reports(river: Snapshot, mention: Mention) -> set[str]:
    """The ids of the reports that state any of the values of a mention."""
    mask = river.columns.mask(mention.reading.facet, mention.reading.values, inferred=False)
    return {river.columns.reports[int(place)].rpartition("/")[2] for place in mask.nonzero()[0]}


# -- names of things ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "facet", "condition"),
    [
        ("reports about Kenya", "country", lambda row: "Kenya" in row.places),
        ("reports about kenya", "country", lambda row: "Kenya" in row.places),
        ("REPORTS ABOUT KENYA", "country", lambda row: "Kenya" in row.places),
        ("reports about KE", "country", lambda row: "Kenya" in row.places),
        ("informes sobre Kenia", "country", lambda row: "Kenya" in row.places),
        ("relatórios sobre o Quênia", "country", lambda row: "Kenya" in row.places),
        ("relatorios sobre o Quenia", "country", lambda row: "Kenya" in row.places),
        ("rapports sur le Pérou", "country", lambda row: "Peru" in row.places),
        ("reports on Pérou", "country", lambda row: "Peru" in row.places),
        ("reports on Nepál", "country", lambda row: "Nepal" in row.places),
        ("reports about the Andes", "region", lambda row: "Andes" in row.places),
        ("reports in French", "language", lambda row: row.language == "Francés"),
        ("French reports", "language", lambda row: row.language == "Francés"),
        ("French-language reports", "language", lambda row: row.language == "Francés"),
        ("reports in Français", "language", lambda row: row.language == "Francés"),
        ("informes en francés", "language", lambda row: row.language == "Francés"),
        ("rapports en français", "language", lambda row: row.language == "Francés"),
        ("relatórios em francês", "language", lambda row: row.language == "Francés"),
        ("reports in portugues", "language", lambda row: row.language == "Portugués"),
        ("audit reports", "type", lambda row: row.type == "Audit Report"),
        ("Audit report", "type", lambda row: row.type == "Audit Report"),
        ("informes de auditoría", "type", lambda row: row.type == "Audit Report"),
        ("rapports d'audit", "type", lambda row: row.type == "Audit Report"),
        ("relatórios de auditoria", "type", lambda row: row.type == "Audit Report"),
        ("working papers", "type", lambda row: row.type == "Working Paper"),
        ("documents de travail", "type", lambda row: row.type == "Working Paper"),
        ("documentos de trabajo", "type", lambda row: row.type == "Working Paper"),
        ("documentos de trabalho", "type", lambda row: row.type == "Working Paper"),
        ("theses", "type", lambda row: row.type == "Thesis"),
        ("tesis", "type", lambda row: row.type == "Thesis"),
        ("thèses", "type", lambda row: row.type == "Thesis"),
        ("journal articles", "type", lambda row: row.type == "Journal Article"),
        ("articles de revue", "type", lambda row: row.type == "Journal Article"),
        ("open access reports", "access", lambda row: row.access == "Open Access"),
        ("reports with restricted access", "access", lambda row: row.access == "Restricted Access"),
        ("reports indexed with savings groups", "topic", lambda row: "savings groups" in row.topics),
        ("reports indexed with savings group", "topic", lambda row: "savings groups" in row.topics),
        ("reports indexed as Irrigation", "topic", lambda row: "irrigation" in row.topics),
        ("reports in the series River Papers", "series", lambda row: row.series == "River Papers"),
        ("reports in the series River Paper", "series", lambda row: row.series == "River Papers"),
        ("reports in River Papers", "series", lambda row: row.series == "River Papers"),
        ('reports in "river papers"', "series", lambda row: row.series == "River Papers"),
        ('reports in the series "River"', "series", lambda row: row.series == "River Papers"),
        ("reports in the series Rivre Papers", "series", lambda row: row.series == "River Papers"),
        ("articles of the Journal of Small Streams", "series", lambda row: row.series == "Journal of Small Streams"),
        ("reports held by OHR", "repository", lambda row: "(OHR)" in row.repository),
        ("reports from the IRA", "repository", lambda row: "(IRA)" in row.repository),
        ("reports published by Dry Rivers Press", "publisher", lambda row: row.publisher == "Dry Rivers Press"),
        ("reports published by IFAD", "publisher", lambda row: row.publisher == "IFAD"),
        ("rapports publiés par le FIDA", "publisher", lambda row: row.publisher == "IFAD"),
        ("reports by IDR", "institution", lambda row: any("(IDR)" in name for name in row.corporate)),
        ("reports by Institute for Dry Rivers (IDR)", "institution", lambda row: "IDR" in " ".join(row.corporate)),
        ("reports with FIDA as corporate author", "corporate_author", lambda row: IFAD in row.corporate),
        ("reports affiliated with IFAD", "affiliation", lambda row: IFAD in row.affiliations),
        ("reports affiliated with IDR", "corporate_author", lambda row: IDR in row.corporate),
        ("reports funded by IFAD", "funder", lambda row: IFAD in row.funders),
        ("rapports financés par le Slow Water Fund", "funder", lambda row: FUND in row.funders),
    ],
)  # fmt: skip
def test_names_mean_all_that_is_called_so(
    plan_of: PlanOf, river: Snapshot, question: str, facet: str, condition: Callable[[Row], bool]
) -> None:
    mention = _bound(plan_of(question))
    assert mention.reading.facet == facet
    assert _reports(river, mention) == having(condition) != set()


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("reports about Kenya", How.LABEL),
        ("rapports sur le Pérou", How.LABEL),
        ("reports published by FIDA", How.ACRONYM),
        ("reports by IDR", How.ACRONYM),
        ("reports by Dinah Okello", How.NAME),
        ('reports in the series "River"', How.BEGINNING),
        ("reports in the series Rivre Papers", How.TYPO),
    ],
)
def test_it_is_told_how_a_name_was_recognised(plan_of: PlanOf, question: str, how: How) -> None:
    assert _bound(plan_of(question)).reading.how is how


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("reports about Kenya and Mali", {"Kenya", "Mali"}),
        ("reports about Kenya, Mali or Peru", {"Kenya", "Mali", "Peru"}),
        ("informes de Perú y Malí", {"Perú", "Malí"}),
        ("audit reports about Kenya in English published by IFAD", {"audit reports", "Kenya", "English", "IFAD"}),
    ],
)
def test_every_name_of_a_question_is_found(plan_of: PlanOf, question: str, names: set[str]) -> None:
    plan = plan_of(question)
    assert {mention.text for mention in plan.mentions if mention.binds} == names
    for mention in plan.mentions:
        assert plan.question[mention.start : mention.end] == mention.text


# -- persons -----------------------------------------------------------------------------------------------------------

_PEOPLE = {
    "Okello, Dinah": {"Okello, Dinah"},
    "Okello, Denis": {"Okello, Denis"},
    "OKELLO, DENIS": {"Okello, Denis"},
    "Okello, D.": {"Okello, D."},
    "Marijke van Oosterveld": {"van Oosterveld, Marijke", "van Oosterveld, M."},
    "M. van Oosterveld": {"van Oosterveld, Marijke", "van Oosterveld, M."},
    "Marijke Van Oosterveld": {"van Oosterveld, Marijke", "van Oosterveld, M."},
    "van Oosterveld": {"van Oosterveld, Marijke", "van Oosterveld, M."},
    "Rui da Silveira": {"da Silveira, Rui", "da Silveira, R."},
    "R. da Silveira": {"da Silveira, Rui", "da Silveira, R."},
    "da Silveira": {"da Silveira, Rui", "da Silveira, R."},
    "Ana de Oliveira": {"Oliveira, Ana de"},
    "A. de Oliveira": {"Oliveira, Ana de"},
    "Oliveira": {"Oliveira, Ana de"},
    "J. P. Tamwe": {"Tamwe, J. P."},
    "J.P. Tamwe": {"Tamwe, J. P."},
    "J P Tamwe": {"Tamwe, J. P."},
    "J. Tamwe": {"Tamwe, J. P."},
    "John Tamwe": {"Tamwe, J. P."},
    "Tamwe J P": {"Tamwe, J. P."},
    "Tamwe": {"Tamwe, J. P."},
    "Aminata Diallo-Sy": {"Diallo-Sy, Aminata", "Diallo-Sy, A."},
    "Aminata Diallo Sy": {"Diallo-Sy, Aminata", "Diallo-Sy, A."},
    "A. Diallo-Sy": {"Diallo-Sy, Aminata", "Diallo-Sy, A."},
    "Diallo-Sy": {"Diallo-Sy, Aminata", "Diallo-Sy, A."},
    "Inés Quiroga Beltrán": {"Quiroga Beltrán, Inés", "Quiroga Beltrán, I."},
    "Ines Quiroga Beltran": {"Quiroga Beltrán, Inés", "Quiroga Beltrán, I."},
    "Inés Quiroga": {"Quiroga Beltrán, Inés", "Quiroga Beltrán, I."},
    "Quiroga Beltrán": {"Quiroga Beltrán, Inés", "Quiroga Beltrán, I."},
    "Quiroga Beltrán I": {"Quiroga Beltrán, I."},
    "Żaneta Kováčová": {"Kováčová, Żaneta"},
    "Zaneta Kovacova": {"Kováčová, Żaneta"},
    "KOVÁČOVÁ": {"Kováčová, Żaneta"},
}
"""How persons are asked for, and the spellings of records that are theirs."""


@pytest.mark.parametrize("name", _PEOPLE)
@pytest.mark.parametrize("frame", ["reports by {}", "How many reports are by {}?", "informes escritos por {}"])
def test_persons_are_known_in_all_forms_of_their_names(plan_of: PlanOf, river: Snapshot, frame: str, name: str) -> None:
    mention = _bound(plan_of(frame.format(name)))
    column = river.columns.facets["author"]
    codes = [column.code(value) for value in mention.reading.values]
    assert {column.values[code].label for code in codes if code is not None} == _PEOPLE[name]
    assert mention.reading.facet == "author"
    assert mention.text.strip(".") == name.strip(".")


@pytest.mark.parametrize("name", ["D. Okello", "Okello"])
def test_of_several_persons_the_one_with_most_reports_is_meant_and_the_others_are_named(
    plan_of: PlanOf, name: str
) -> None:
    mention = _bound(plan_of(f"reports by {name}"))
    meant = [mention.reading.label, *(other.label for other in mention.others if other.facet == "author")]
    assert meant == ["Okello, Dinah", "Okello, Denis", "Okello, D."]
    assert mention.reading.reports == sum("Okello, Dinah" in row.authors for row in ROWS)


def test_another_given_name_is_another_person(linker: Linker) -> None:
    assert [reading.label for reading in linker.people("Marijke van Oosterveld")] == ["van Oosterveld, Marijke"]
    assert linker.people("Ruth Oosterveld") == []
    assert linker.people("Pedro Quiroga Beltrán") == []
    assert linker.people("") == linker.people(",") == linker.people("...") == []


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Denis Okelo", "Okello, Denis"),
        ("Okelo, Denis", "Okello, Denis"),
        ("Marije van Oosterfeld", "van Oosterveld, Marijke"),
        ("savings grops", "savings groups"),
        ("Cahiers de rives", "Cahiers des rives"),
    ],
)
def test_the_nearest_of_names_that_nothing_bears_are_told(linker: Linker, name: str, nearest: str) -> None:
    assert nearest in linker.nearest(name)
    assert len(linker.nearest(name)) <= 3


def test_nothing_is_near_to_what_is_like_nothing(linker: Linker) -> None:
    assert linker.nearest("qqqq zzzz") == linker.nearest("") == linker.nearest("水管理") == ()


# -- what is no name ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "reports about Atlantis",
        "what do the reports say?",
        "a report on how to write reports",
        "the it is as of and",
        "is it on or in or by?",
    ],
)
def test_grammar_and_unknown_words_name_nothing(plan_of: PlanOf, question: str) -> None:
    assert plan_of(question).mentions == ()


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("reports by Pedro Nadie", ("Pedro Nadie",)),
        ("reports by Nadie", ("Nadie",)),
        ("informes escritos por Pedro Nadie", ("Pedro Nadie",)),
        ("Who has co-authored with Pedro Nadie?", ("Pedro Nadie",)),
        ("How many reports are by Pedro Nadie?", ("Pedro Nadie",)),
        ("How many reports were published by Xyzzywood?", ("Xyzzywood",)),
        ("Which topics are most frequent in Zorbistan?", ("Zorbistan",)),
        ("reports by Dinah Okello", ()),
        ("reports about goats", ()),
        ("HOW MANY REPORTS ARE ABOUT KENYA IN ALL?", ()),
    ],
)
def test_names_that_no_report_has_are_unknown(plan_of: PlanOf, question: str, unknown: tuple[str, ...]) -> None:
    assert plan_of(question).unknown == unknown


@given(st.text(max_size=120))
def test_any_text_has_links_inside_it(linker: Linker, text: str) -> None:
    asked = take_apart(text, this_year=2024)
    for link in linker.links(asked):
        assert 0 <= link.span.start < link.span.end <= len(asked.tokens)
        assert link.readings
        assert len({reading.facet for reading in link.readings}) == len(link.readings)
        assert all(reading.values for reading in link.readings)


@pytest.mark.parametrize(
    ("question", "country"),
    [
        ("How many Kenyan reports are there?", "Kenya"),
        ("¿Cuántos informes peruanos hay?", "Peru"),
        ("Combien de rapports maliens y a-t-il ?", "Mali"),
        ("Quantos relatórios quenianos existem?", "Kenya"),
    ],
)
def test_what_is_of_a_place_names_it(plan_of: PlanOf, question: str, country: str) -> None:
    plan = plan_of(question)
    (mention,) = plan.mentions
    assert (mention.reading.facet, mention.reading.label, mention.reading.how) == ("country", country, How.ADJECTIVE)
    assert (mention.binds, plan.text) == (True, "")


def test_a_lone_surname_is_that_author_where_it_can_be_nothing_else(plan_of: PlanOf) -> None:
    plan = plan_of("Which countries does Tamwe work in?")
    assert [(one.reading.facet, one.binds) for one in plan.mentions] == [("author", True)]
