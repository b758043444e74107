"""Every figure of an answer is counted again from the records that the collection was made of."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.facets.columns import FacetCount
from kg.store import Scope
from search.engine import Engine
from search.question.answering.answer import Answer
from search.question.answering.asker import Asker
from search.question.understanding.plan import Corrections, Gap, Intent
from search.question.understanding.planning import Planner
from search.snapshots.snapshot import Snapshot
from tests.river_collection import FUND, IDR, IFAD, ROWS, TODAY, Row, having
from tests.search.question.understanding.phrasings import PHRASINGS
from ui.answers import summary
from ui.texts import Texts

Condition = Callable[[Row], bool]


def _ids(answer: Answer) -> list[str]:
    return [iri.rpartition("/")[2] for iri in answer.reports]


def _counts(ranking: Iterable[FacetCount]) -> dict[str, int]:
    return {one.value.label: one.count for one in ranking}


def _tally(values: Callable[[Row], Iterable[str]], condition: Condition = lambda _: True) -> Counter[str]:
    """How many records that a condition holds for have each value."""
    return Counter(value for row in ROWS if condition(row) for value in set(values(row)))


def _in_any_role(row: Row) -> tuple[str, ...]:
    return (*row.corporate, *row.affiliations, *row.funders, row.publisher)


def _topics(row: Row) -> tuple[str, ...]:
    return row.topics


def _authors(row: Row) -> tuple[str, ...]:
    return row.authors


def _countries(row: Row) -> tuple[str, ...]:
    return tuple(place for place in row.places if place not in {"Andes", "West Africa"})


def _about(place: str) -> Condition:
    return lambda row: place in row.places


# -- counting ----------------------------------------------------------------------------------------------------------

COUNTED: dict[str, Condition] = {
    "How many reports are there?": lambda _: True,
    "How many reports are about Kenya?": _about("Kenya"),
    "How many reports are about Kenya or Mali?": lambda row: "Kenya" in row.places or "Mali" in row.places,
    "How many audit reports are about Kenya?": lambda row: row.type == "Audit Report" and "Kenya" in row.places,
    "How many reports are in French?": lambda row: row.language == "Francés",
    "How many reports are not in English?": lambda row: row.language != "Inglés",
    "How many reports are about Kenya but not about goats?": lambda row: (
        "Kenya" in row.places and "goats" not in row.topics
    ),
    "How many reports were published since 2010?": lambda row: (row.year or 0) >= 2010,
    "How many reports were published before 2004?": lambda row: 0 < (row.year or 0) < 2004,
    "How many reports were published between 2004 and 2010?": lambda row: 2004 <= (row.year or 0) <= 2010,
    "How many reports were published in 2004 or 2008?": lambda row: row.year in {2004, 2008},
    "How many reports were not published in 2020?": lambda row: row.year != 2020,
    "How many reports were published in the last 5 years?": lambda row: 2020 <= (row.year or 0) <= 2024,
    "How many reports were published in the 1990s?": lambda row: 1990 <= (row.year or 0) <= 1999,
    "How many reports are by Marijke van Oosterveld?": lambda row: any("Oosterveld" in name for name in row.authors),
    # One of the records has the name in two spellings: it is one report.
    "How many reports are by Rui da Silveira?": lambda row: any("Silveira" in name for name in row.authors),
    "How many reports are by Aminata Diallo-Sy in French?": lambda row: (
        any("Diallo" in name for name in row.authors) and row.language == "Francés"
    ),
    "How many reports have IDR as corporate author?": lambda row: IDR in row.corporate,
    # Records name it as a corporate author only, which is where some sources write affiliations.
    "How many reports are affiliated with IDR?": lambda row: IDR in row.corporate,
    "How many reports are affiliated with IFAD?": lambda row: IFAD in row.affiliations,
    "How many reports have IDR and IFAD as corporate authors?": lambda row: bool({IDR, IFAD} & {*row.corporate}),
    "How many reports are funded by the Slow Water Fund?": lambda row: FUND in row.funders,
    "How many reports are funded by IFAD or the Slow Water Fund?": lambda row: bool({IFAD, FUND} & {*row.funders}),
    "¿Cuántos informes están financiados por el FIDA?": lambda row: IFAD in row.funders,
    "Combien de rapports sont financés par le FIDA ?": lambda row: IFAD in row.funders,
    "Quantos relatórios são financiados pelo FIDA?": lambda row: IFAD in row.funders,
    "How many reports published by IFAD were funded by the Slow Water Fund?": lambda row: (
        row.publisher == "IFAD" and FUND in row.funders
    ),
    # It is known, and has paid for none: what it published does not count.
    "How many reports are funded by IDR?": lambda _: False,
    "How many reports were published by IFAD?": lambda row: row.publisher == "IFAD",
    "How many reports are held by OHR?": lambda row: "(OHR)" in row.repository,
    "How many reports are in the series River Papers?": lambda row: row.series == "River Papers",
    "How many reports are indexed with irrigation?": lambda row: "irrigation" in row.topics,
    "How many open access reports are there?": lambda row: row.access == "Open Access",
    "¿Cuántos informes hay sobre Perú desde 2010?": lambda row: "Peru" in row.places and (row.year or 0) >= 2010,
    "Combien de rapports d'audit y a-t-il ?": lambda row: row.type == "Audit Report",
    "Quantos relatórios há em português?": lambda row: row.language == "Portugués",
    "How many reports are about Kenya in French?": lambda _: False,
    "How many reports deal with both goats and drought?": lambda row: {"goats", "drought"} <= {*row.topics},
    "How many reports are about goats or drought?": lambda row: bool({"goats", "drought"} & {*row.topics}),
    "How many reports are about gender and irrigation or seeds?": lambda row: (
        "gender" in row.topics and bool({"irrigation", "seeds"} & {*row.topics})
    ),
    "Combien de rapports portent à la fois sur irrigation et drought ?": lambda row: (
        {"irrigation", "drought"} <= {*row.topics}
    ),
    "How many reports are by Dinah Okello and Kováčová?": lambda row: (
        {"Okello, Dinah", "Kováčová, Żaneta"} <= {*row.authors}
    ),
    "How many reports have both IDR and IFAD as corporate author?": lambda row: {IDR, IFAD} <= {*row.corporate},
    "How many reports are about both Kenya and Mali?": lambda _: False,
    "How many reports are about Kenya and Mali?": lambda row: bool({"Kenya", "Mali"} & {*row.places}),
}


@pytest.mark.parametrize("question", COUNTED)
def test_reports_are_counted(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert answer.plan.intent is Intent.COUNT
    expected = having(COUNTED[question])
    assert (answer.count, answer.inferred, answer.total, answer.refusal) == (len(expected), 0, len(expected), None)
    assert set(_ids(answer)) <= expected
    assert len(answer.reports) == len(answer.hits) == min(10, len(expected))


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("How many countries are covered?", _tally(_countries)),
        ("How many topics are there?", _tally(_topics)),
        ("How many authors wrote about Mali?", _tally(_authors, _about("Mali"))),
        ("¿Cuántos autores hay?", _tally(_authors)),
        ("Combien de pays sont couverts depuis 2010 ?", _tally(_countries, lambda row: (row.year or 0) >= 2010)),
        ("Quantos países há?", _tally(_countries)),
    ],
)
def test_values_are_counted(asker: Asker, question: str, values: Counter[str]) -> None:
    answer = asker.ask(question)
    assert (answer.count, answer.distinct, answer.total) == (len(values),) * 3
    shown = _counts(answer.ranking)
    assert len(shown) == min(10, len(values))
    assert all(values[label] == count for label, count in shown.items())


def test_a_region_means_its_countries(asker: Asker) -> None:
    answer = asker.ask("How many reports are about West Africa?")
    assert len(having(_about("West Africa"))) < len(having(_about("Mali")))
    assert answer.count == answer.total == len(having(_about("Mali")))
    assert set(_ids(answer)) == having(_about("Mali"))


def test_the_countries_of_a_region_are_that_region(asker: Asker) -> None:
    answer = asker.ask("How many reports are about African countries?")
    assert answer.count == asker.ask("How many reports are about Africa?").count
    assert answer.plan.text == ""


def test_countries_are_ranked_inside_a_region(asker: Asker, river: Snapshot) -> None:
    """Reports on Mali are on other countries as well, which were not asked for."""
    answer = asker.ask("Which countries in West Africa have most reports?")
    assert [(one.value.label, one.count) for one in answer.ranking] == [("Mali", len(having(_about("Mali"))))]
    assert answer.sparql is not None
    assert len(_rows(river, answer, Scope.ALL)) == 1


def test_reports_that_say_a_topic_in_words_alone_are_counted_beside(asker: Asker) -> None:
    """A record may lack the heading: r09 tells of members whose houses fell, r13 has "drought" in its title."""
    answer = asker.ask("How many reports are indexed with insurance?")
    assert (answer.count, answer.words_alone) == (1, 0)
    told_of_seeds = asker.ask("How many reports are indexed with soil?")
    assert (told_of_seeds.count, told_of_seeds.words_alone) == (1, 0)
    canals = asker.ask("How many reports are indexed with gender?")
    assert canals.count == len(having(lambda row: "gender" in row.topics))


def test_topics_that_are_said_in_words_are_all_said(asker: Asker) -> None:
    both = asker.ask("How many reports are about irrigation and gender?")
    assert (both.count, both.apart) == (1, ())
    either = asker.ask("How many reports are about irrigation or gender?")
    assert either.count == len(having(lambda row: bool({"irrigation", "gender"} & {*row.topics})))
    # Each alternative is looked for in texts by itself.
    assert either.words_alone >= both.words_alone


@pytest.mark.parametrize(
    ("question", "apart"),
    [
        ("How many reports are about both Kenya and Mali?", {"Kenya": 5, "Mali": 4}),
        ("How many reports are about goats and youth?", {"goats": 3, "youth": 1}),
        ("How many reports in French are about goats and youth?", {"goats": 1, "youth": 0}),
        ("reports by Kováčová and Tamwe", {"Kováčová, Żaneta": 3, "Tamwe, J. P.": 2}),
        ("list reports with the keywords goats and youth", {"goats": 3, "youth": 1}),
        ("How many reports are about Kenya in French?", {}),
        ("How many reports are about goats and drought?", {}),
    ],
)
def test_where_no_report_has_all_each_is_counted_apart(asker: Asker, question: str, apart: dict[str, int]) -> None:
    answer = asker.ask(question)
    assert {side.mention.reading.label: side.reports for side in answer.apart} == apart


def test_reports_are_counted_by_words_where_these_are_no_names(asker: Asker) -> None:
    answer = asker.ask("How many reports are about canals?")
    assert (answer.plan.intent, answer.plan.text) == (Intent.COUNT, "canals")
    saying = having(lambda row: re.search(r"\bcanal", f"{row.title} {row.abstract}".casefold()) is not None)
    english = {row.id for row in ROWS if row.id in saying and row.language == "Inglés"}
    assert english <= set(_ids(answer))
    assert answer.count == answer.total >= len(english)


@pytest.mark.parametrize(
    ("question", "condition", "first", "last"),
    [
        ("How many reports per year?", lambda _: True, 1996, 2023),
        ("How many reports about Kenya per year?", _about("Kenya"), 1996, 2020),
        ("How many reports per year between 2000 and 2009?", lambda row: 2000 <= (row.year or 0) <= 2009, 2000, 2009),
        ("How many reports about Kenya per year between 2005 and 2010?", lambda _: False, 2005, 2010),
        ("¿Cuántos informes por año desde 2015?", lambda row: (row.year or 0) >= 2015, 2015, 2023),
        ("Combien de rapports par an avant 2005 ?", lambda row: 0 < (row.year or 0) < 2005, 1996, 2004),
        ("Quantos relatórios por ano sobre o Peru?", _about("Peru"), 2008, 2023),
    ],
)
def test_years_are_counted_with_those_that_have_none(
    asker: Asker, question: str, condition: Condition, first: int, last: int
) -> None:
    answer = asker.ask(question)
    years = Counter(row.year for row in ROWS if row.year is not None and condition(row))
    assert list(answer.by_year.items()) == [(year, years[year]) for year in range(first, last + 1)]
    assert answer.count == answer.total == years.total()


@pytest.mark.parametrize(
    ("question", "part", "whole"),
    [
        ("What share of the reports is open access?", lambda row: row.access == "Open Access", lambda _: True),
        ("What percentage of reports on Kenya is in English?", lambda row: row.language == "Inglés", _about("Kenya")),
        ("¿Qué proporción de los informes está en español?", lambda row: row.language == "Español", lambda _: True),
        ("Quelle part des rapports est en français ?", lambda row: row.language == "Francés", lambda _: True),
        ("Que parte dos relatórios está em português?", lambda row: row.language == "Portugués", lambda _: True),
        (
            "What share of audit reports is about Kenya?",
            lambda row: row.type == "Audit Report",
            lambda row: "Kenya" in row.places,
        ),
    ],
)  # fmt: skip
def test_shares_are_of_what_the_other_filters_let_pass(
    asker: Asker, question: str, part: Condition, whole: Condition
) -> None:
    answer = asker.ask(question)
    both = having(lambda row: part(row) and whole(row))
    assert (answer.count, answer.whole) == (len(both), len(having(whole)))
    assert answer.total == len(both)


# -- ranking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Which topics are most frequent?", _tally(_topics)),
        ("Which topics are most frequent in Kenya?", _tally(_topics, _about("Kenya"))),
        ("Who are the most productive authors since 2010?", _tally(_authors, lambda row: (row.year or 0) >= 2010)),
        ("Which country has the most reports?", _tally(_countries)),
        ("In which year were most reports published?", _tally(lambda row: [str(row.year)] if row.year else [])),
        ("Which series has most reports?", _tally(lambda row: [row.series] if row.series else [])),
        ("Which publishers have the most reports?", _tally(lambda row: [row.publisher])),
        ("Which institutions have the most reports?", _tally(_in_any_role)),
        ("Which corporate authors have the most reports?", _tally(lambda row: row.corporate)),
        ("Which funders have the most reports?", _tally(lambda row: row.funders)),
        ("¿Qué temas son los más frecuentes en Kenia?", _tally(_topics, _about("Kenya"))),
        ("Quels sont les sujets les plus fréquents au Mali ?", _tally(_topics, _about("Mali"))),
        ("Quais são os temas mais frequentes no Nepal?", _tally(_topics, _about("Nepal"))),
    ],
)
def test_values_are_ranked_by_their_reports(asker: Asker, question: str, values: Counter[str]) -> None:
    answer = asker.ask(question)
    assert answer.plan.intent is Intent.RANK
    counts = [one.count for one in answer.ranking]
    assert counts == sorted(values.values(), reverse=True)[:10]
    assert all(values[label] == count for label, count in _counts(answer.ranking).items())
    assert (answer.distinct, answer.total) == (len(values), len(values))


def test_as_many_are_ranked_as_were_wanted_and_the_rarest_come_first_if_they_are(asker: Asker) -> None:
    topics = _tally(_topics)
    assert [one.count for one in asker.ask("top 3 topics").ranking] == sorted(topics.values(), reverse=True)[:3]
    rarest = asker.ask("the 4 least frequent topics").ranking
    assert [one.count for one in rarest] == sorted(topics.values())[:4]
    assert asker.ask("top 3 topics").distinct == len(topics)


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Which countries are covered?", _tally(_countries)),
        ("List all series", _tally(lambda row: [row.series] if row.series else [])),
        ("Which topics are there in reports about Mali?", _tally(_topics, _about("Mali"))),
        ("Which authors wrote about Nepal?", _tally(_authors, _about("Nepal"))),
        ("¿Qué países hay?", _tally(_countries)),
        ("Liste des auteurs", _tally(_authors)),
    ],
)
def test_all_values_are_named_with_their_reports(asker: Asker, question: str, values: Counter[str]) -> None:
    answer = asker.ask(question)
    assert answer.plan.intent is Intent.VALUES
    assert _counts(answer.ranking) == values
    assert answer.distinct == answer.total == len(values)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who has co-authored with Żaneta Kováčová?", "Kováčová"),
        ("coauthors of Aminata Diallo-Sy", "Diallo-Sy"),
        ("¿Con quién ha publicado Inés Quiroga Beltrán?", "Quiroga"),
        ("Avec qui Marijke van Oosterveld a-t-elle publié ?", "Oosterveld"),
        ("Com quem Rui da Silveira publicou?", "Silveira"),
    ],
)
def test_coauthors_sign_the_same_reports(asker: Asker, question: str, name: str) -> None:
    answer = asker.ask(question)
    own = having(lambda row: any(name in author for author in row.authors))
    others = _tally(lambda row: (author for author in row.authors if name not in author), lambda row: row.id in own)
    assert answer.plan.intent is Intent.COAUTHORS
    assert _counts(answer.ranking) == others
    assert (answer.distinct, set(_ids(answer))) == (len(others), own)


def test_coauthors_are_those_of_the_reports_inside_the_filters(asker: Asker) -> None:
    answer = asker.ask("coauthors of Denis Okello in reports about Mali")
    assert set(_counts(answer.ranking)) == {"Diallo-Sy, Aminata"}
    alone = asker.ask("coauthors of Inés Quiroga Beltrán in reports published in 2008")
    assert (alone.refusal, alone.ranking, _ids(alone)) == (None, (), ["r07"])


# -- lists -------------------------------------------------------------------------------------------------------------

LISTED: dict[str, Condition] = {
    "List all audit reports": lambda row: row.type == "Audit Report",
    "reports about Kenya": _about("Kenya"),
    "reports about Kenya published since 2010": lambda row: "Kenya" in row.places and (row.year or 0) >= 2010,
    "Reports by Żaneta Kováčová": lambda row: "Kováčová, Żaneta" in row.authors,
    "show me all reports in French": lambda row: row.language == "Francés",
    "theses in Spanish": lambda row: row.type == "Thesis" and row.language == "Español",
    "reports in the series River Papers": lambda row: row.series == "River Papers",
    "reports held by OHR but not in Spanish": lambda row: "(OHR)" in row.repository and row.language != "Español",
    "reports by Denis Okello and Dinah Okello": lambda row: {"Okello, Denis", "Okello, Dinah"} <= {*row.authors},
    "What did Dinah Okello write with Żaneta Kováčová?": lambda row: (
        {"Okello, Dinah", "Kováčová, Żaneta"} <= {*row.authors}
    ),
    "list reports with the keywords goats and gender": lambda row: {"goats", "gender"} <= {*row.topics},
    "River Papers 4": lambda row: row.series == "River Papers" and row.number == 4,
    "informes de auditoría sobre Malí": lambda row: row.type == "Audit Report" and "Mali" in row.places,
    "rapports publiés par le FIDA en français": lambda row: row.publisher == "IFAD" and row.language == "Francés",
    "documentos de trabalho em português": lambda row: row.type == "Working Paper" and row.language == "Portugués",
}


@pytest.mark.parametrize("question", LISTED)
def test_lists_name_every_report_the_newest_first(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    expected = having(LISTED[question])
    assert answer.plan.intent is Intent.LIST
    assert (set(_ids(answer)), answer.total, answer.refusal) == (expected, len(expected), None)
    years = {row.id: row.year or 0 for row in ROWS}
    assert [years[one] for one in _ids(answer)] == sorted((years[one] for one in expected), reverse=True)
    assert [hit.card.iri for hit in answer.hits] == list(answer.reports[:10])


@pytest.mark.parametrize(
    ("question", "reports", "total"),
    [
        ("the latest report about Kenya", ["r13"], 5),
        ("What is the oldest document about Kenya?", ["r01"], 5),
        ("Quel est le plus ancien rapport sur le Mali ?", ["r03"], 4),
        ("¿Cuál es el informe más reciente sobre Perú?", ["r15"], 3),
        ("qual é o relatório mais antigo sobre o Quênia?", ["r01"], 5),
        # The records of a year are equally new.
        ("the latest report by Kováčová", ["r10"], 3),
        ("the newest document of 2004", ["r04", "r05"], 2),
        ("the latest literature about Kenya", ["r13", "r11", "r04", "r02", "r01"], 5),
    ],
)
def test_the_newest_or_oldest_alone_is_named_where_one_is_asked_for(
    asker: Asker, question: str, reports: list[str], total: int
) -> None:
    answer = asker.ask(question)
    assert (sorted(_ids(answer)), answer.total) == (sorted(reports), total)


def test_reports_without_a_year_are_the_last_of_the_oldest(asker: Asker) -> None:
    answer = asker.ask("the oldest working papers")
    assert _ids(answer)[-1] == "r16"
    assert _ids(asker.ask("the oldest working paper by Tamwe")) == ["r16"]


@pytest.mark.parametrize(
    ("question", "facet", "label"),
    [
        ("list the reports about Greenland", "country", "Greenland"),
        ("reports in Japanese about goats", "language", "Japanese"),
        ("documentos en japonés sobre cabras", "language", "Japanese"),
        ("documentos em japonês sobre cabras", "language", "Japanese"),
        ("rapports en polonais sur le Mali", "language", "Polish"),
    ],
)
def test_countries_and_languages_that_no_report_has_are_known(
    asker: Asker, question: str, facet: str, label: str
) -> None:
    answer = asker.ask(question)
    assert answer.refusal is not None
    assert answer.refusal.gap is Gap.NOTHING
    assert (facet, label) in {(one.reading.facet, one.reading.label) for one in answer.plan.mentions if one.binds}


def test_how_many_there_are_of_a_country_that_no_report_has_is_none(asker: Asker) -> None:
    answer = asker.ask("How many reports are about Greenland?")
    assert (answer.refusal, answer.count) == (None, 0)


@pytest.mark.parametrize(
    "question",
    [
        "Where does Denis Okello work?",
        "where is Denis Okello based",
        "For whom does Denis Okello work now?",
        "¿Dónde trabaja Denis Okello?",
        "Où travaille Denis Okello ?",
        "Onde trabalha Denis Okello?",
        "Para quem trabalha Denis Okello?",
    ],
)
def test_records_do_not_hold_where_someone_works(asker: Asker, question: str) -> None:
    refusal = asker.ask(question).refusal
    assert refusal is not None
    assert (refusal.gap, refusal.names) == (Gap.NOT_IN_RECORDS, ("affiliation",))


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Who works with Denis Okello?", Intent.COAUTHORS),
        ("¿Con quién trabaja Denis Okello?", Intent.COAUTHORS),
        ("Where did Denis Okello publish?", Intent.LIST),
    ],
)
def test_with_whom_and_in_what_someone_publishes_is_another_question(
    asker: Asker, question: str, intent: Intent
) -> None:
    answer = asker.ask(question)
    assert (answer.plan.intent, answer.refusal) == (intent, None)


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("Which country has more reports, Kenya or Mali?", {"Kenya": 5, "Mali": 4}),
        ("Are there more reports on goats or on drought?", {"goats": 3, "drought": 4}),
        ("¿Hay más informes sobre Kenia o sobre Malí?", {"Kenya": 5, "Mali": 4}),
        ("Quel pays a plus de rapports, le Kenya ou le Mali ?", {"Kenya": 5, "Mali": 4}),
        ("Qual país tem mais relatórios, o Quênia ou o Mali?", {"Kenya": 5, "Mali": 4}),
    ],
)
def test_which_of_two_has_more_is_a_comparison(asker: Asker, question: str, sides: dict[str, int]) -> None:
    answer = asker.ask(question)
    assert {side.mention.reading.label: side.reports for side in answer.sides} == sides


def test_more_reports_on_two_countries_are_a_list(asker: Asker) -> None:
    assert asker.ask("more reports on Kenya and Mali").plan.intent is Intent.LIST


@pytest.mark.parametrize("question", ["How many reports on widows?", "How many reports about nightly turns?"])
def test_the_reports_beside_a_count_by_words_are_those_that_are_counted(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert answer.plan.text
    assert len(_ids(answer)) == answer.count


def test_an_adjective_is_no_language_that_no_report_has(asker: Asker) -> None:
    plan = asker.ask("reports in Thai villages about goats").plan
    assert not any(mention.reading.facet == "language" for mention in plan.mentions)


@pytest.mark.parametrize(
    "question", ["Combien de rapports en français ou espagnol ?", "How many reports in French or Spanish?"]
)
def test_languages_may_be_a_choice(asker: Asker, question: str) -> None:
    assert asker.ask(question).count == 5


def test_the_oldest_come_first_if_they_are_wanted_and_no_more_than_were(asker: Asker) -> None:
    kenya = sorted((row.year, row.id) for row in ROWS if "Kenya" in row.places and row.year)
    assert _ids(asker.ask("the oldest reports about Kenya")) == [one for _, one in kenya]
    newest = asker.ask("the 2 most recent reports about Kenya")
    assert (_ids(newest), newest.total) == ([one for _, one in kenya[:-3:-1]], len(kenya))


def test_the_limit_is_of_the_hits_and_not_of_the_reports(asker: Asker) -> None:
    answer = asker.ask("reports in English", limit=3)
    assert (len(answer.hits), answer.total) == (3, len(having(lambda row: row.language == "Inglés")))
    assert len(answer.reports) == answer.total
    assert asker.ask("reports in English", limit=0).hits == ()


@pytest.mark.parametrize(
    ("question", "lacks"),
    [
        ("How many reports have no abstract?", lambda row: not row.abstract),
        ("How many reports are without an author?", lambda row: not row.authors),
        ("undated reports", lambda row: row.year is None),
        ("¿Cuántos informes no tienen autor?", lambda row: not row.authors),
        ("Combien de rapports n'ont pas d'année ?", lambda row: row.year is None),
        ("Quantos relatórios sem resumo existem?", lambda row: not row.abstract),
        ("reports about Kenya without a series", lambda row: "Kenya" in row.places and not row.series),
    ],
)
def test_reports_that_lack_something_can_be_asked_for(
    asker: Asker, river: Snapshot, question: str, lacks: Callable[[Row], bool]
) -> None:
    answer = asker.ask(question)
    assert answer.plan.missing
    assert answer.total == len(having(lacks))
    if having(lacks):
        assert len(_rows(river, answer, Scope.ALL)) == (1 if answer.count is not None else answer.total)


def test_what_stands_beside_without_is_left_out_where_it_is_a_name(asker: Asker) -> None:
    answer = asker.ask("How many reports are without the topic gender?")
    assert (answer.plan.missing, answer.count) == ((), len(having(lambda row: "gender" not in row.topics)))


# -- series, comparisons, changes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "series"),
    [
        ("Which numbers of River Papers are missing?", "River Papers"),
        ("¿Qué números faltan en la serie Cahiers des rives?", "Cahiers des rives"),
        ("Quels numéros manquent dans la série River Papers ?", "River Papers"),
        ("Que números faltam na revista Journal of Small Streams?", "Journal of Small Streams"),
    ],
)
def test_the_numbers_of_a_series_that_are_missing_lie_between_its_first_and_its_last(
    asker: Asker, question: str, series: str
) -> None:
    answer = asker.ask(question)
    present = sorted(row.number for row in ROWS if row.series == series and row.number is not None)
    missing = [number for number in range(present[0], present[-1]) if number not in present]
    (numbers,) = answer.numbers
    assert (numbers.series.label, list(numbers.present), list(numbers.missing)) == (series, present, missing)
    assert answer.total == len(missing)


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("Compare Kenya and Mali", {"Kenya": _about("Kenya"), "Mali": _about("Mali")}),
        ("Compara Perú y Nepal", {"Peru": _about("Peru"), "Nepal": _about("Nepal")}),
        (
            "Comparez les rapports en français et en espagnol",
            {"French": lambda row: row.language == "Francés", "Spanish": lambda row: row.language == "Español"},
        ),
        (
            "Compare irrigation and goats",
            {"irrigation": lambda row: "irrigation" in row.topics, "goats": lambda row: "goats" in row.topics},
        ),
        (
            # As IFAD they publish, under their whole name they contribute.
            "Compare IFAD and IDR",
            {"IFAD": lambda row: {"IFAD", IFAD} & set(_in_any_role(row)), IDR: lambda row: IDR in row.corporate},
        ),
        (
            "Compare Kenya and Mali since 2010",
            {
                "Kenya": lambda row: "Kenya" in row.places and (row.year or 0) >= 2010,
                "Mali": lambda row: "Mali" in row.places and (row.year or 0) >= 2010,
            },
        ),
    ],
)
def test_sides_are_counted_each_by_itself(asker: Asker, question: str, sides: dict[str, Condition]) -> None:
    answer = asker.ask(question)
    assert answer.plan.intent is Intent.COMPARE
    counted = {side.mention.reading.label: side.reports for side in answer.sides}
    assert counted == {label: len(having(condition)) for label, condition in sides.items()}


def test_institutions_are_compared_in_the_role_that_is_asked_for(asker: Asker) -> None:
    answer = asker.ask("Which corporate author has more reports, IDR or IFAD?")
    counted = {side.mention.reading.label: side.reports for side in answer.sides}
    assert counted == {name: sum(name in row.corporate for row in ROWS) for name in (IDR, IFAD)}
    assert {side.mention.reading.facet for side in answer.sides} == {"corporate_author"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ('Who funded "Canals that farmers mend: irrigation in Kenya"?', [FUND]),
        ("¿Quién financió «Seed fairs and seed loans in Mali»?", [IFAD]),
        ("Qui a financé « Grupos de ahorro de mujeres en Perú » ?", [FUND]),
        ("Quem financiou “Les canaux du Mali : l'irrigation villageoise”?", [FUND]),
        ("Which institutions funded reports about Mali?", [IFAD, FUND]),
        ('Who funded "Goat keeping by widows in Kenya"?', []),
    ],
)
def test_who_paid_for_a_report_is_what_its_record_says(asker: Asker, question: str, expected: list[str]) -> None:
    answer = asker.ask(question)
    assert [one.value.label for one in answer.ranking] == expected
    assert (answer.refusal is None) == bool(expected)


@pytest.mark.parametrize(
    ("question", "first", "last", "values"),
    [
        ("Which topics rose or fell between 1996 and 2020?", 1996, 2020, _topics),
        ("¿Qué temas han subido o bajado entre 2001 y 2020?", 2001, 2020, _topics),
        ("Quels sujets ont augmenté ou diminué entre 1996 et 2020 ?", 1996, 2020, _topics),
        ("Que temas subiram ou desceram entre 2004 e 2008?", 2004, 2008, _topics),
        ("Which countries gained or lost ground?", 1996, 2023, _countries),
    ],
)
def test_changes_are_between_the_first_and_the_last_year(
    asker: Asker, question: str, first: int, last: int, values: Callable[[Row], Iterable[str]]
) -> None:
    answer = asker.ask(question)
    before, after = (_tally(values, lambda row, year=year: row.year == year) for year in (first, last))  # type: ignore[misc]
    assert answer.plan.intent is Intent.TREND
    whole = [len(having(lambda row, year=year: row.year == year)) for year in (first, last)]  # type: ignore[misc]
    gains = {label: after[label] / whole[1] - before[label] / whole[0] for label in before | after}
    changed = {label for label, gain in gains.items() if gain}
    found = {change.value.label: (change.before, change.after) for change in answer.changes}
    assert set(found) <= changed
    assert found == {label: (before[label], after[label]) for label in found}
    for rising in (True, False):
        known = sum((gains[label] > 0) is rising for label in changed)
        assert sum((gains[label] > 0) is rising for label in found) == min(5, known)


@pytest.mark.parametrize(
    ("question", "sign"),
    [
        ("Which topics grew fastest between 1996 and 2020?", 1),
        ("Which topics declined the most between 1996 and 2020?", -1),
        ("¿Qué temas crecieron más entre 1996 y 2020?", 1),
        ("Quels sujets ont le plus reculé entre 1996 et 2020 ?", -1),
        ("Que temas mais aumentaram entre 1996 e 2020?", 1),
    ],
)
def test_only_what_rose_or_fell_is_told_where_only_that_is_asked(asker: Asker, question: str, sign: int) -> None:
    answer = asker.ask(question)
    assert answer.plan.intent is Intent.TREND
    assert answer.changes
    gains = [sign * change.gain for change in answer.changes]
    assert min(gains) > 0
    assert gains == sorted(gains, reverse=True)


def test_two_spans_of_years_are_compared_whole(asker: Asker) -> None:
    answer = asker.ask("Which topics rose most from 1996 to 2004 and from 2005 to 2023?")
    assert answer.spans == ((1996, 2004), (2005, 2023))


@pytest.mark.parametrize(
    "question", ["Reports of River Papers in order", "Informes de la serie River Papers ordenados por número"]
)
def test_a_series_in_order_goes_by_its_numbers(asker: Asker, question: str) -> None:
    numbered = {row.id: row.number for row in ROWS if row.series == "River Papers"}
    found = [numbered[report] for report in _ids(asker.ask(question))]
    assert len(found) == len(numbered)
    assert found == sorted(found, key=lambda number: (number is None, number))


@pytest.mark.parametrize(
    ("question", "place", "year"),
    [
        ("the first report on Kenya", "Kenya", min),
        ("What was the last report on Mali?", "Mali", max),
        ("el primer informe sobre Perú", "Peru", min),
        ("le premier rapport sur le Kenya", "Kenya", min),
        ("o primeiro relatório sobre o Quénia", "Kenya", min),
    ],
)
def test_the_first_and_the_last_report_are_of_that_year(
    asker: Asker, question: str, place: str, year: Callable[[list[int]], int]
) -> None:
    dated = {row.id: row.year for row in ROWS if place in row.places and row.year is not None}
    wanted = year(list(dated.values()))
    assert set(_ids(asker.ask(question))) == {report for report, published in dated.items() if published == wanted}


@pytest.mark.parametrize("question", ["What is the capital of Kenya?", "¿Quién es el presidente de Perú?"])
def test_what_anybody_may_know_of_a_country_is_not_in_the_records(asker: Asker, question: str) -> None:
    refusal = asker.ask(question).refusal
    assert refusal is not None
    assert (refusal.gap, refusal.names) == (Gap.NOT_IN_RECORDS, ("land",))


@pytest.mark.parametrize(
    ("question", "first", "last", "values"),
    [
        ("Which topics appeared for the first time in 2020?", 2020, 2020, _topics),
        ("topics that first appeared in 2023", 2023, 2023, _topics),
        ("Which authors appear for the first time since 2016?", 2016, 9999, _authors),
        ("¿Qué países aparecen por primera vez desde 2008?", 2008, 9999, _countries),
        ("Quels sujets apparaissent pour la première fois en 2017 ?", 2017, 2017, _topics),
        ("Que temas aparecem pela primeira vez em 2008?", 2008, 2008, _topics),
    ],
)
def test_what_appears_for_the_first_time_is_in_no_earlier_report(
    asker: Asker, question: str, first: int, last: int, values: Callable[[Row], Iterable[str]]
) -> None:
    answer = asker.ask(question)
    earlier = _tally(values, lambda row: row.year is not None and row.year < first)
    now = _tally(values, lambda row: row.year is not None and first <= row.year <= last)
    assert answer.plan.intent is Intent.FIRST
    assert _counts(answer.ranking) == {label: count for label, count in now.items() if label not in earlier}
    assert answer.distinct == len(answer.ranking)


# -- reports like others -----------------------------------------------------------------------------------------------


def test_related_reports_are_others(asker: Asker) -> None:
    answer = asker.ask("reports like r01, r13")
    assert answer.plan.intent is Intent.RELATED
    assert not {"r01", "r13"} & set(_ids(answer))
    assert answer.total == len(answer.hits) == len(answer.reports) == 10


def test_related_reports_pass_the_filters(asker: Asker) -> None:
    assert set(_ids(asker.ask("reports like r01 in French"))) == having(lambda row: row.language == "Francés")
    away = set(_ids(asker.ask("reports like r01 but from other countries")))
    assert away
    assert not away & having(_about("Kenya"))


# -- findings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "report"),
    [
        ("What do widows sell every week?", "r02"),
        ("Did insured herders sell fewer goats in the drought?", "r13"),
        ("¿Qué cansa a las familias, los turnos de noche?", "r15"),
        ("Pourquoi les villages partagent-ils l'eau des canaux ?", "r05"),
        ("O que guardam os bancos de sementes?", "r04"),
    ],
)
def test_findings_are_sentences_of_abstracts(asker: Asker, question: str, report: str) -> None:
    answer = asker.ask(question)
    assert answer.plan.intent is Intent.FINDING
    assert answer.quotes[0].card.id == report
    abstracts = {row.id: row.abstract for row in ROWS}
    for quote in answer.quotes:
        assert quote.sentence in abstracts[quote.card.id]
    assert len({quote.sentence for quote in answer.quotes}) == len(answer.quotes)
    assert {quote.card.iri for quote in answer.quotes} <= set(answer.reports)


def test_whoever_reads_on_gets_more_than_the_quotes_and_only_where_there_are_some(asker: Asker) -> None:
    answer = asker.ask("What do widows sell every week?", limit=0)
    passages = asker.passages(answer, 12)
    assert passages[: len(answer.quotes)] == answer.quotes
    assert {passage.card.iri for passage in passages} <= set(answer.reports)
    assert asker.passages(answer, 1) == answer.quotes[:1]
    for question in ("", "How many reports are about Kenya?", "reports by Pedro Nadie", "reports about goats"):
        assert asker.passages(asker.ask(question), 12) == ()


def test_filters_bind_what_may_be_quoted(asker: Asker) -> None:
    answer = asker.ask("What do French reports say about goats and drought?")
    assert answer.quotes
    french = having(lambda row: row.language == "Francés")
    assert {quote.card.id for quote in answer.quotes} <= french
    assert set(_ids(answer)) <= french


def test_what_is_found_is_counted_and_its_entities_named(asker: Asker) -> None:
    answer = asker.ask("goats milk widows")
    assert (answer.plan.intent, _ids(answer)[0]) == (Intent.FIND, "r02")
    assert answer.total >= len(answer.hits) == len(answer.reports)
    assert {facet for facet, _ in answer.related} <= {"topic", "author", "institution", "country"}


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "gap", "names"),
    [
        ("", Gap.EMPTY, ()),
        ("   \n\t ", Gap.EMPTY, ()),
        ("?!... —", Gap.EMPTY, ()),
        ("reports like these", Gap.WHICH_REPORTS, ()),
        ("¿Qué informes son parecidos a estos?", Gap.WHICH_REPORTS, ()),
        ("reports about Kenya in French", Gap.NOTHING, ("Kenya", "French")),
        ("audit reports published since 2021", Gap.NOTHING, ("audit reports",)),
        ("reports published since 2020 and before 2010", Gap.NOTHING, ()),
        ("reports by Pedro Nadie", Gap.UNKNOWN_NAME, ("Pedro Nadie",)),
        ("How many reports were published by Xyzzywood?", Gap.UNKNOWN_NAME, ("Xyzzywood",)),
        ("Who has co-authored with Denis Okelo?", Gap.UNKNOWN_NAME, ("Denis Okelo",)),
        ("What is the phone number of Dinah Okello?", Gap.NOT_IN_RECORDS, ("contact",)),
        ("¿Cuál es el presupuesto del FIDA?", Gap.NOT_IN_RECORDS, ("accounts",)),
        ("Quand est né Denis Okello ?", Gap.NOT_IN_RECORDS, ("person",)),
        ("What is the interest rate in Mali?", Gap.NO_EVIDENCE, None),
        ("What will the yields of maize be in Kenya in 2050?", Gap.FUTURE, ("2050",)),
        ("qwzx vbnmk plorf", Gap.NOTHING, ()),
        ("¿Qué encontró Niger Bend University en los valles peruanos?", Gap.NO_EVIDENCE, ("peruanos",)),
        ("Did Doctor Zorgblatt ever write about goats?", Gap.UNKNOWN_NAME, ("Doctor Zorgblatt",)),
        ("What do goats in Zorgblatt eat?", Gap.UNKNOWN_NAME, ("Zorgblatt",)),
    ],
)
def test_what_has_no_answer_is_refused_with_the_reason(
    asker: Asker, question: str, gap: Gap, names: tuple[str, ...] | None
) -> None:
    answer = asker.ask(question)
    assert answer.refusal is not None
    assert answer.refusal.gap is gap
    if names is not None:
        assert answer.refusal.names == names
    assert (answer.reports, answer.hits, answer.count, answer.quotes) == ((), (), None, ())


def test_what_an_institution_found_where_it_was_is_not_refused(asker: Asker) -> None:
    answer = asker.ask("Why did Niger Bend University study goats in Mali?")
    assert answer.refusal is None
    assert "r06" in _ids(answer)


def test_in_which_countries_somebody_works_is_on_the_reports(asker: Asker) -> None:
    def hers(row: Row) -> bool:
        return not {"Okello, Dinah", "Okello, D."}.isdisjoint(row.authors)

    answer = asker.ask("In which three countries does Dinah Okello work most?")
    assert _counts(answer.ranking) == dict(_tally(_countries, hers).most_common(3))


def test_a_refusal_names_what_is_nearest(asker: Asker) -> None:
    misspelled = asker.ask("reports by Denis Okelo").refusal
    assert misspelled is not None
    assert misspelled.nearest[0] == "Okello, Denis"
    early = asker.ask("audit reports published before 2000").refusal
    assert early is not None
    assert (early.oldest, early.newest) == (2019, 2020)
    assert set() < {hit.card.id for hit in early.hits} <= {"r11", "r12"}


def test_a_refused_year_far_away_names_those_that_there_are(asker: Asker) -> None:
    refusal = asker.ask("reports published in 1700").refusal
    assert refusal is not None
    assert (refusal.gap, refusal.oldest, refusal.newest) == (Gap.NOTHING, 1996, 2023)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        (question, language)
        for by_language in PHRASINGS.values()
        for language, questions in by_language.items()
        for question in questions
    ],
)
def test_nothing_is_refused_that_has_an_answer(asker: Asker, planner: Planner, question: str, language: str) -> None:
    answer = asker.ask(question, language=language)
    assert answer.refusal is None
    text = summary(answer, Texts(answer.plan.language))
    assert text
    assert text.strip() == text
    assert not re.search(r"%\(|\bNone\b|\{|\}", text)
    assert asker.ask(question, language=language) == answer


# -- proof -------------------------------------------------------------------------------------------------------------


def _rows(river: Snapshot, answer: Answer, scope: Scope = Scope.STATED) -> list[tuple[str, ...]]:
    assert answer.sparql is not None
    return list(river.graph.select_text(answer.sparql, scope))


@pytest.mark.parametrize("question", COUNTED)
def test_the_executed_query_counts_the_same_reports(asker: Asker, river: Snapshot, question: str) -> None:
    answer = asker.ask(question)
    assert _rows(river, answer) == [(str(answer.count),)]


@pytest.mark.parametrize("question", LISTED)
def test_the_executed_query_lists_the_same_reports(asker: Asker, river: Snapshot, question: str) -> None:
    answer = asker.ask(question)
    listed = [row[0] for row in _rows(river, answer, Scope.ALL)]
    if answer.plan.number is None:
        assert listed == list(answer.reports)
    else:
        assert set(answer.reports) <= set(listed)


@pytest.mark.parametrize(
    "question",
    [
        "Which topics are most frequent in Kenya?",
        "Which countries are covered?",
        "¿Quiénes son los autores más productivos?",
        "How many authors are there?",
        "Which topics are most frequent in reports published between 2004 and 2016?",
    ],
)
def test_the_executed_query_ranks_the_same_values(asker: Asker, river: Snapshot, question: str) -> None:
    answer = asker.ask(question)
    ranked = [(value, int(count)) for value, count in _rows(river, answer)]
    assert ranked[: len(answer.ranking)] == [(one.value.value, one.count) for one in answer.ranking]
    assert len(ranked) == answer.distinct


def test_every_query_that_is_shown_can_be_asked(asker: Asker, river: Snapshot) -> None:
    for by_language in PHRASINGS.values():
        for questions in by_language.values():
            for question in questions:
                answer = asker.ask(question)
                if answer.sparql is not None:
                    assert _rows(river, answer, Scope.ALL) is not None


# -- the day, corrections, follow-ups ----------------------------------------------------------------------------------


def test_years_are_counted_from_the_day_of_the_question(river_engine: Engine, asker: Asker) -> None:
    later = Asker(river_engine, today=lambda: dt.date(TODAY.year + 3, 1, 1))
    question = "How many reports were published in the last 5 years?"
    assert asker.ask(question).count == len(having(lambda row: 2020 <= (row.year or 0) <= 2024))
    assert later.ask(question).count == len(having(lambda row: 2023 <= (row.year or 0) <= 2027))


def test_a_corrected_plan_is_what_is_answered(asker: Asker) -> None:
    question = "How many reports are about Kenya since 2010?"
    dropped = asker.ask(question, corrections=Corrections(dropped=frozenset({"years:since 2010"})))
    assert dropped.count == len(having(_about("Kenya")))
    listed = asker.ask(question, corrections=Corrections(intent=Intent.LIST))
    assert set(_ids(listed)) == having(lambda row: "Kenya" in row.places and (row.year or 0) >= 2010)


@pytest.mark.parametrize("intent", Intent)
@pytest.mark.parametrize("question", ["reports about Kenya", "goats", "audit reports since 2010", "Denis Okello", "?a"])
def test_any_intent_can_be_wanted_of_any_question(asker: Asker, question: str, intent: Intent) -> None:
    """A reader may choose one for which the question says too little: then it is searched for."""
    answer = asker.ask(question, corrections=Corrections(intent=intent))
    assert answer.plan.intent in {intent, Intent.FIND}
    for language in ("en", "es", "fr", "pt"):
        assert summary(answer, Texts(language))


def test_a_fragment_is_answered_in_the_place_of_the_question_before(asker: Asker) -> None:
    first = asker.ask("How many reports are about Kenya?")
    then = asker.ask("and about Mali?", prior="How many reports are about Kenya?")
    assert (first.count, then.count) == (len(having(_about("Kenya"))), len(having(_about("Mali"))))
    assert then.plan.filters == asker.ask("How many reports are about Mali?").plan.filters


# -- hostile questions -------------------------------------------------------------------------------------------------

HOSTILE = {
    "long": "goats and " * 1000,
    "one word": "a" * 10_000,
    "sparql": 'SELECT * WHERE { ?s ?p ?o } # "; DROP GRAPH <x>',
    "sparql in a name": 'reports by "x> } UNION { ?s ?p ?o } #"',
    "html": "<script>alert(1)</script> <b>how many</b> reports & &amp; about <i>Kenya</i>?",
    "controls": "how\x00 many\x07 reports\x1b[31m about\u202e Kenya\u200b?",
    "arabic": "كم عدد التقارير عن كينيا؟",
    "chinese": "关于肯尼亚的报告有多少？",
    "cyrillic": "Сколько отчётов о Кении?",
    "devanagari": "केन्या के बारे में कितनी रिपोर्टें हैं?",
    "emoji": "🐐🐐🐐 how many? 👩‍🌾",
    "surrogates": "how many \ud800 reports \udfff about Kenya",
    "names": "reports by " + " and ".join(f"Denis Okello{number}" for number in range(2000)),
    "known names": "reports about " + ", ".join(["Kenya", "Mali", "goats", "Denis Okello", "River Papers"] * 400),
    "years": "reports from " + ", ".join(str(1600 + number % 600) for number in range(3000)),
    "ranges": "reports " + " and ".join(f"between {1900 + number} and {2000 - number}" for number in range(90)),
    "quotes": '"' * 999 + "Kenya" + "”“«»" * 300,
    "brackets": "(" * 500 + "Kenya" + ")" * 500,
    "query marks": '+Kenya -goats title:"x" AND (a OR b) ~2 ^3 * \\',
    "digits": "1" * 4000,
    "far years": "reports from 99999999999999999999 to 0000 and last 999 years",
    "accents": "e\u0301" * 3000,
    "percent": "%(n)s reports %s about %d Kenya {0}",
    "nothing but stop words": "the of and is a to in " * 200,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_questions_are_answered_or_refused(asker: Asker, river: Snapshot, name: str) -> None:
    question = HOSTILE[name]
    answer = asker.ask(question, prior=question)
    for language in ("en", "es", "fr", "pt"):
        summary(answer, Texts(language)).encode("utf-8", "surrogatepass")
    if answer.sparql is not None:
        _rows(river, answer, Scope.ALL)
        assert "DROP" not in answer.sparql
    assert asker.ask(question, prior=question) == answer


@pytest.mark.parametrize(
    "question",
    [
        "<b>how many</b> reports & about <i>Kenya</i>?",
        "how\x00 many\x07 reports about\u202e Kenya\u200b?",
        HOSTILE["surrogates"],
    ],
)
def test_noise_around_a_question_does_not_change_its_answer(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert (answer.plan.intent, answer.count) == (Intent.COUNT, len(having(_about("Kenya"))))


def test_words_that_are_left_over_are_searched_for_and_not_passed_over(asker: Asker) -> None:
    """A figure beside words that were left out would be the answer to another question."""
    answer = asker.ask("How many frobnicated reports are about Kenya?")
    assert (answer.plan.text, answer.count) == ("frobnicated", 0)


_WORDS = st.sampled_from(
    [
        *("how", "many", "reports", "about", "by", "Kenya", "Denis", "Okello", "since", "2010", "and", "or", "not"),
        *("which", "topics", "most", "top", "3", "River", "Papers", "missing", "like", "r01", "compare", "IFAD", "per"),
        *(
            "year",
            "share",
            "of",
            "first",
            "time",
            "coauthors",
            "rose",
            "fell",
            "between",
            "in",
            "French",
            "?",
            '"',
            ",",
        ),
        *("what", "goats", "budget", "audit", "newest", "oldest", "(", ")", "¿", "cuántos", "quels", "quais", "será"),
    ]
)


@settings(deadline=None)
@given(st.lists(_WORDS, max_size=14).map(" ".join), st.one_of(st.none(), st.lists(_WORDS, max_size=8).map(" ".join)))
def test_any_words_that_ask_have_an_answer(asker: Asker, question: str, prior: str | None) -> None:
    answer = asker.ask(question, prior=prior)
    assert summary(answer, Texts(answer.plan.language))


@settings(deadline=None)
@given(st.text(st.characters(), max_size=300))
@example("0\ud800")
@example("\ud800 reports on “\udfff goats”")
def test_any_text_has_an_answer(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert answer.refusal is not None or answer.hits or answer.count is not None or answer.ranking or answer.changes
