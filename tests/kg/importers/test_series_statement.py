from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.importers.series_statement import read_series, series_in_citation
from kg.model import Derivation, Series

TITLE = "Engaging women: a study"


@pytest.mark.parametrize(
    ("statement", "title", "number"),
    [
        ("IFAD Research Series No. 12", "IFAD Research Series", "12"),
        ("IFAD Research Series No.14", "IFAD Research Series", "14"),
        ("IFAD Research Series N.1", "IFAD Research Series", "1"),
        ("Research Series N. 28", "Research Series", "28"),
        ("IFAD Research Series NO. 4", "IFAD Research Series", "4"),
        ("Cuadernos de trabajo n.º 7", "Cuadernos de trabajo", "7"),
        ("IFAD Impact Assessment 2018 N.10", "IFAD Impact Assessment 2018", "10"),
        ("Headline series, no. 102", "Headline series", "102"),
        ("ATIP progress report, no. F89-1", "ATIP progress report", "F89-1"),
        ("Annals, v. 78, no. 4", "Annals", "v. 78, no. 4"),
        ("World health organization bulletin, v. 20", "World health organization bulletin", "20"),
        ("Pakistan development review, v. 28, no. 4, pt. 2", "Pakistan development review", "v. 28, no. 4, pt. 2"),
        ("Bulletin, v. XVI, no. 409 A (supplement)", "Bulletin", "v. XVI, no. 409 A (supplement)"),
        (
            "Cooperation Administration FY 1955, issue no. 3",
            "Cooperation Administration FY 1955",
            "3",
        ),
        ("Sustainability 60(2)", "Sustainability", "60(2)"),
        ("Climatic Change 154(3-4)", "Climatic Change", "154(3-4)"),
        ("Climatic Change 168", "Climatic Change", "168"),
        ("Global Food Security 26(September 2020)", "Global Food Security", "26"),
        ("Nature 562(10 October 2018)", "Nature", "562"),
        ("Frontiers in Food Systems;6,(2022)", "Frontiers in Food Systems", "6"),
        ("Hydrobiologia;(2023)", "Hydrobiologia", None),
        ("Nature Climate Change;11,(2021) Pagination 186,192", "Nature Climate Change", "11"),
        ("Nature Climate Change 8: 699–703", "Nature Climate Change", "8"),
        ("Philippine Journal of Science 146, no. 3 (2017): 223-235.", "Philippine Journal of Science", "146, no. 3"),
        ("Department of State publication, 6760", "Department of State publication", "6760"),
        ("Publication (National Research Council), 210", "Publication (National Research Council)", "210"),
        ("Memorandum (Rand Corporation), RM-4042-AID", "Memorandum (Rand Corporation)", "RM-4042-AID"),
        ("Geological survey water-supply paper, 1608-F", "Geological survey water-supply paper", "1608-F"),
        ("[Genetics, v. 42]", "Genetics", "42"),
        ("Soil science and plant analysis, v. 20, no. 13 -", "Soil science and plant analysis", "v. 20, no. 13"),
        ("House of Representatives : document, no.", "House of Representatives : document", None),
        ("Value inquiry book series ;", "Value inquiry book series", None),
        ("AI, no. 3", "AI", "3"),
        ("北京, no. 3", "北京", "3"),
        ("AAAI 2022", "AAAI 2022", None),
        ("Rosenfield lectures, 1960", "Rosenfield lectures, 1960", None),
        ("The Elihu Root lectures, 1962-63", "The Elihu Root lectures, 1962-63", None),
        ("INIT-23", "INIT-23", None),
        ("INIT-14, INIT-34", "INIT-14, INIT-34", None),
        ("Group of 77", "Group of 77", None),
        ("G3: Genes, Genomes, Genetics", "G3: Genes, Genomes, Genetics", None),
        ("PLoS ONE", "PLoS ONE", None),
        ("Journal of Farm & Field &amp; Forest", "Journal of Farm & Field & Forest", None),
    ],
)
def test_series_statements(statement: str, title: str, number: str | None) -> None:
    series = read_series(statement)
    assert series is not None
    assert (series.title, series.number) == (title, number)
    assert series.derivation is None


@pytest.mark.parametrize("statement", ["no. 9", "v. 2, no. 1", "003", "91-385", "no. 1, rev.", "—", ""])
def test_a_number_alone_is_no_series(statement: str) -> None:
    assert read_series(statement) is None


def test_the_statement_is_kept_as_given() -> None:
    assert read_series("Headline  series,  no. 102 ;") == Series("Headline series", "102", "Headline series, no. 102 ;")


@given(st.text(max_size=80))
def test_any_statement_is_read(statement: str) -> None:
    series = read_series(statement)
    assert series is None or series.number != ""


def test_hostile_statements_take_no_exponential_time() -> None:
    assert read_series("x, no. " + "A 1 " * 100 + "!") is not None
    assert read_series("no. " * 120 + "!") is not None
    assert read_series("series, no. " + "1 (a) " * 70 + "word word") is not None
    assert read_series("n" * 1_000_000 + " no. 1") is not None


@pytest.mark.parametrize(
    ("cited", "name", "number"),
    [
        ("IFAD Research Series 94. Rome: IFAD.", "IFAD Research Series", "94"),
        ("IFPRI Discussion Paper No. 1234. Washington, DC.", "IFPRI Discussion Paper", "1234"),
        ("Serie Informes Técnicos n.º 7. Turrialba: CATIE.", "Serie Informes Técnicos", "7"),
        ("Cuadernos de Investigación núm. 12. Lima.", "Cuadernos de Investigación", "12"),
        ("Cahiers de la Recherche 33. Montpellier.", "Cahiers de la Recherche", "33"),
        ("Documentos de Trabalho, 15. Brasília.", "Documentos de Trabalho", "15"),
        ("Boletim Técnico 45/2. Brasília.", "Boletim Técnico", "45/2"),
        ("Nairobi: ILRI. ILRI Project Report 3.", "ILRI Project Report", "3"),
    ],
)
def test_a_series_in_a_citation(cited: str, name: str, number: str) -> None:
    series = series_in_citation(f"Heckert, J. 2024. Engaging women. A Study. {cited}", TITLE)
    assert series is not None
    assert (series.title, series.number) == (name, number)
    assert series.derivation == Derivation("series-from-citation", 0.9)
    assert series.as_given is not None
    assert series.as_given in cited


@pytest.mark.parametrize(
    "citation",
    [
        "Heckert, J. 2024. Another work. IFAD Research Series 94. Rome.",
        "Research Series 94. Heckert, J. 2024. Engaging women: a study. Rome: IFAD.",
        "Heckert, J. 2024. Engaging women: a study. IFAD Annual Report 2023. Rome.",
        "Heckert, J. 2024. Engaging women: a study. Climatic Change 168. Berlin.",
        "Heckert, J. 2024. Engaging women: a study. Rome: IFAD. 94 p.",
        "",
    ],
)
def test_no_series_in_a_citation(citation: str) -> None:
    assert series_in_citation(citation, TITLE) is None
