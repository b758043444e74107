from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.facets.table import FACETS
from search.question.understanding.plan import Corrections, Intent, Plan
from search.question.understanding.planning import Planner
from search.snapshots.snapshot import Snapshot
from tests.search.question.understanding.phrasings import PHRASINGS, Binding

THIS_YEAR = 2024


def _bound(plan: Plan) -> set[Binding]:
    found = {(mention.reading.facet, mention.reading.label) for mention in plan.mentions if mention.binds}
    for years in plan.years:
        if years.binds:
            first, last = ("" if year is None else year for year in (years.first, years.last))
            found.add(("years", f"{first}-{last}"))
    return found


@pytest.mark.parametrize(
    ("question", "language", "intent", "bound"),
    [
        pytest.param(question, language, intent, bound, id=f"{intent}-{language}-{question}")
        for intent, by_language in PHRASINGS.items()
        for language, questions in by_language.items()
        for question, bound in questions.items()
    ],
)
def test_questions_are_understood(
    planner: Planner, question: str, language: str, intent: Intent, bound: set[Binding]
) -> None:
    plan = planner.plan(question, this_year=THIS_YEAR, language=language)
    assert (plan.intent, plan.language, _bound(plan)) == (intent, language, bound)


def _plan(planner: Planner, question: str, **asked: object) -> Plan:
    return planner.plan(question, this_year=THIS_YEAR, **asked)  # type: ignore[arg-type]


# -- what is counted and ranked ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "dimension"),
    [
        ("how many countries are covered?", ("country",)),
        ("How many authors wrote about Kenya?", ("author",)),
        ("How many different topics are there?", ("topic",)),
        ("How many reports are about Kenya?", ()),
        ("Which topics are most frequent?", ("topic",)),
        ("Who are the most productive authors?", ("author",)),
        ("Which institutions have the most reports?", ("institution",)),
        ("which series has most reports?", ("series",)),
        ("In which year were most reports published?", ("year",)),
        ("Which languages are used most?", ("language",)),
        ("Which places are covered most?", ("country", "region")),
        ("What types of documents are there?", ("type",)),
        ("Which repositories are there?", ("repository",)),
        ("¿Cuántos autores hay?", ("author",)),
        ("¿Qué idiomas son los más frecuentes?", ("language",)),
        ("¿Cuáles son las editoriales con más informes?", ("publisher",)),
        ("Combien de pays sont couverts ?", ("country",)),
        ("Quels sont les éditeurs les plus fréquents ?", ("publisher",)),
        ("Quantos autores há?", ("author",)),
        ("Quais são as instituições com mais relatórios?", ("institution",)),
    ],
)
def test_values_of_the_facet_that_is_named_are_asked_for(
    planner: Planner, question: str, dimension: tuple[str, ...]
) -> None:
    assert _plan(planner, question).dimension == dimension


@pytest.mark.parametrize(
    ("question", "top"),
    [
        ("top 3 topics", 3),
        ("the 3 most frequent topics", 3),
        ("the three most productive authors", 3),
        ("Which 5 countries have the most reports?", 5),
        ("los 3 temas más frecuentes", 3),
        ("los tres autores más productivos", 3),
        ("les 3 sujets les plus fréquents", 3),
        ("les cinq auteurs les plus productifs", 5),
        ("os 3 temas mais frequentes", 3),
        ("os cinco autores mais produtivos", 5),
        ("the most frequent topics", None),
        ("Which topics are most frequent since 2015?", None),
    ],
)
def test_as_many_values_are_wanted_as_are_said(planner: Planner, question: str, top: int | None) -> None:
    plan = _plan(planner, question)
    assert (plan.intent, plan.top) == (Intent.RANK, top)


@pytest.mark.parametrize(
    ("question", "fewest"),
    [
        ("Which topics are least frequent?", True),
        ("¿Qué temas son los menos frecuentes?", True),
        ("Quels sont les sujets les moins fréquents ?", True),
        ("Quais são os temas menos frequentes?", True),
        ("Which topics are most frequent?", False),
    ],
)
def test_the_rarest_are_told_from_the_commonest(planner: Planner, question: str, *, fewest: bool) -> None:
    plan = _plan(planner, question)
    assert (plan.intent, plan.fewest) == (Intent.RANK, fewest)


@pytest.mark.parametrize(
    ("question", "newest", "oldest"),
    [
        ("most recent reports about Kenya", True, False),
        ("the latest audit reports", True, False),
        ("the oldest report about Kenya", False, True),
        ("los informes más recientes sobre Kenia", True, False),
        ("los informes más antiguos sobre Kenia", False, True),
        ("les rapports les plus récents sur le Kenya", True, False),
        ("le plus ancien rapport sur le Kenya", False, True),
        ("os relatórios mais recentes sobre o Quênia", True, False),
        ("o relatório mais antigo sobre o Quênia", False, True),
    ],
)
def test_the_newest_and_the_oldest_are_lists(planner: Planner, question: str, *, newest: bool, oldest: bool) -> None:
    plan = _plan(planner, question)
    assert (plan.intent, plan.newest, plan.oldest) == (Intent.LIST, newest, oldest)


@pytest.mark.parametrize(
    "question",
    [
        "River Papers 4",
        "Which report is River Papers no. 4?",
        "reports in River Papers number 4",
        "el número 4 de la serie River Papers",
        "¿Qué informe es River Papers nº 4?",
        "le rapport River Papers n° 4",
        "o relatório River Papers nº 4",
    ],
)
def test_a_number_after_a_series_is_of_the_series(planner: Planner, question: str) -> None:
    plan = _plan(planner, question)
    assert _bound(plan) == {("series", "River Papers")}
    assert plan.number == "4"


# -- what binds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "bound", "soft"),
    [
        ("How many reports are about goats in Kenya?", {"goats", "Kenya"}, set()),
        ("audit reports about Kenya", {"audit reports", "Kenya"}, set()),
        ("reports about goats", set(), {"goats"}),
        ("What do goats eat in Kenya?", set(), {"goats", "Kenya"}),
        ("reports indexed with goats", {"goats"}, set()),
        ("what do IFAD reports say about women who keep herds in Kenya?", {"IFAD"}, {"Kenya"}),
    ],
)
def test_what_reports_are_about_is_searched_for_and_what_they_are_binds(
    planner: Planner, question: str, bound: set[str], soft: set[str]
) -> None:
    plan = _plan(planner, question)
    assert {mention.text for mention in plan.mentions if mention.binds} == bound
    assert {mention.text for mention in plan.mentions if not mention.binds} == soft


@pytest.mark.parametrize(
    ("question", "binds"),
    [
        ("reports published in 2016", True),
        ("reports from 2016 about drought", True),
        ("audit reports 2019", True),
        ("reports on goats published since 2016", True),
        ("How many reports about goats in 2016?", True),
        ("informes publicados en 2016 sobre la sequía", True),
        ("What did the drought of 2016 do to herders?", False),
        ("reports on the drought of 2016", False),
        ("How many reports are about the drought of 2016?", False),
        ("What happened to canals in 2016?", False),
        ("conflicts after the agreement of 1999", False),
        ("¿Qué pasó en los canales en 2016?", False),
        ("Que s'est-il passé dans les villages en 1999 ?", False),
    ],
)
def test_years_bind_where_they_are_years_of_publication(planner: Planner, question: str, *, binds: bool) -> None:
    (years,) = _plan(planner, question).years
    assert years.binds is binds


def test_the_years_of_an_event_stand_beside_those_of_publication(planner: Planner) -> None:
    plan = _plan(planner, "reports about the drought of 2005 published in 2010")
    assert [(years.first, years.binds) for years in plan.years] == [(2005, False), (2010, True)]
    assert (plan.filters.year_from, plan.filters.year_to) == (2010, 2010)


@pytest.mark.parametrize(
    ("question", "excluded", "chosen"),
    [
        ("reports not in English", {("language", "English")}, set()),
        ("reports about Kenya but not about goats", {("topic", "goats")}, {("country", "Kenya")}),
        ("audit reports except about Kenya", {("country", "Kenya")}, {("type", "Audit report")}),
        ("reports about Kenya excluding audit reports", {("type", "Audit report")}, {("country", "Kenya")}),
        ("reports without Kenya", {("country", "Kenya")}, set()),
        ("How many reports are not in English?", {("language", "English")}, set()),
        ("reports not by Dinah Okello", {("author", "Okello, Dinah")}, set()),
        ("reports by Dinah Okello not about Nepal", {("country", "Nepal")}, {("author", "Okello, Dinah")}),
        ("informes sobre Kenia pero no en inglés", {("language", "English")}, {("country", "Kenya")}),
        ("informes excepto en inglés", {("language", "English")}, set()),
        ("rapports sur le Kenya sauf en anglais", {("language", "English")}, {("country", "Kenya")}),
        ("rapports hors Kenya", {("country", "Kenya")}, set()),
        ("relatórios sobre o Quênia exceto em inglês", {("language", "English")}, {("country", "Kenya")}),
        ("relatórios sem o Quênia", {("country", "Kenya")}, set()),
    ],
)
def test_what_is_not_wanted_is_excluded(
    planner: Planner, question: str, excluded: set[Binding], chosen: set[Binding]
) -> None:
    plan = _plan(planner, question)
    found = {(mention.reading.facet, mention.reading.label, mention.excluded) for mention in plan.mentions}
    assert {(facet, label) for facet, label, is_excluded in found if is_excluded} == excluded
    assert {(facet, label) for facet, label, is_excluded in found if not is_excluded} == chosen
    assert set(plan.filters.excluded) == {facet for facet, _ in excluded}
    assert set(plan.filters.chosen) == {facet for facet, _ in chosen}


def test_years_that_are_not_wanted_are_excluded(planner: Planner) -> None:
    assert _plan(planner, "reports not published in 2020").filters.excluded == {"year": ("2020",)}


# -- filters -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "first", "last", "several"),
    [
        ("reports published since 2010", 2010, None, ()),
        ("reports published before 2010", None, 2009, ()),
        ("reports published after 2000 and before 2010", 2001, 2009, ()),
        ("reports published in 2010 or 2016", None, None, ("2010", "2016")),
        ("reports published in 2010, in 2016 and in 2020", None, None, ("2010", "2016", "2020")),
        ("reports published since 2020 and before 2010", None, 2009, ("2020",)),
    ],
)
def test_several_years_are_one_filter(
    planner: Planner, question: str, first: int | None, last: int | None, several: tuple[str, ...]
) -> None:
    filters = _plan(planner, question).filters
    assert (filters.year_from, filters.year_to, filters.chosen.get("year", ())) == (first, last, several)


def test_several_values_of_a_facet_are_alternatives_and_facets_conditions(planner: Planner) -> None:
    filters = _plan(planner, "audit reports about Kenya or Mali in English").filters
    assert {facet: len(values) for facet, values in filters.chosen.items()} == {"type": 1, "country": 2, "language": 1}


def test_an_entity_that_is_named_twice_is_one_mention(planner: Planner) -> None:
    plan = _plan(planner, "How many reports about Kenya, in Kenya and on Kenia?")
    assert len(plan.mentions) == 1


# -- corrections -------------------------------------------------------------------------------------------------------


def test_a_mention_or_years_that_are_dropped_do_not_bind(planner: Planner) -> None:
    question = "How many reports are about Kenya since 2010?"
    plan = _plan(planner, question)
    keys = {mention.key for mention in plan.mentions} | {years.key for years in plan.years}
    assert keys == {"country:kenya", "years:since 2010"}
    without = _plan(planner, question, corrections=Corrections(dropped=frozenset({"country:kenya"})))
    assert _bound(without) == {("years", "2010-")}
    neither = _plan(planner, question, corrections=Corrections(dropped=frozenset(keys)))
    assert _bound(neither) == set()
    assert (neither.intent, neither.filters.chosen, neither.filters.year_from) == (Intent.COUNT, {}, None)


def test_a_mention_may_mean_something_else(planner: Planner) -> None:
    question = "reports by IFAD"
    (mention,) = _plan(planner, question).mentions
    assert (mention.reading.facet, {other.facet for other in mention.others}) == ("publisher", {"institution"})
    chosen = Corrections(chosen={mention.key: "institution"})
    (meant,) = _plan(planner, question, corrections=chosen).mentions
    assert (meant.reading.facet, {other.facet for other in meant.others}) == ("institution", {"publisher"})
    assert (meant.text, meant.binds) == ("IFAD", True)


def test_a_mention_that_did_not_bind_may_be_made_to(planner: Planner) -> None:
    question = "What do goats eat?"
    (mention,) = _plan(planner, question).mentions
    assert not mention.binds
    (meant,) = _plan(planner, question, corrections=Corrections(chosen={mention.key: "topic"})).mentions
    assert meant.binds


def test_another_kind_of_answer_may_be_wanted(planner: Planner) -> None:
    for intent in Intent:
        corrected = _plan(planner, "Which topics are most frequent?", corrections=Corrections(intent=intent))
        assert corrected.intent is intent


def test_corrections_of_what_is_not_there_change_nothing(planner: Planner) -> None:
    question = "How many reports are about Kenya?"
    corrections = Corrections(frozenset({"", "country:mali", "nonsense"}), {"country:kenya": "author", "": "topic"})
    assert _plan(planner, question, corrections=corrections) == _plan(planner, question)


# -- follow-ups --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prior", "question", "same"),
    [
        ("reports about Kenya", "and in French?", "reports about Kenya in French"),
        ("reports about Kenya", "and Mali?", "reports about Mali"),
        ("reports about Kenya", "since 2010?", "reports about Kenya since 2010"),
        ("reports about Kenya since 2010", "before 2000?", "reports about Kenya before 2000"),
        ("reports about Kenya", "not in English", "reports about Kenya not in English"),
        ("How many reports are about Kenya?", "and about Mali?", "How many reports are about Mali?"),
        ("How many reports are about Kenya?", "and in 2020?", "How many reports are about Kenya in 2020?"),
        ("Which topics are most frequent in Kenya?", "and in Mali?", "Which topics are most frequent in Mali?"),
        ("coauthors of Dinah Okello", "and of Aminata Diallo-Sy?", "coauthors of Aminata Diallo-Sy"),
        ("¿Cuántos informes hay sobre Kenia?", "¿y sobre Malí?", "¿Cuántos informes hay sobre Malí?"),
        ("¿Cuántos informes hay sobre Kenia?", "¿y en inglés?", "¿Cuántos informes hay sobre Kenia en inglés?"),
        ("Combien de rapports sur le Kenya ?", "et sur le Mali ?", "Combien de rapports sur le Mali ?"),
        ("Combien de rapports sur le Kenya ?", "et depuis 2010 ?", "Combien de rapports sur le Kenya depuis 2010 ?"),
        ("Quantos relatórios há sobre o Quênia?", "e sobre o Mali?", "Quantos relatórios há sobre o Mali?"),
        ("Quantos relatórios há sobre o Quênia?", "e em inglês?", "Quantos relatórios há sobre o Quênia em inglês?"),
    ],
)
def test_a_fragment_changes_the_question_before(planner: Planner, prior: str, question: str, same: str) -> None:
    followed = _plan(planner, question, prior=prior)
    whole = _plan(planner, same)
    assert (followed.intent, followed.language, followed.dimension) == (whole.intent, whole.language, whole.dimension)
    assert _bound(followed) == _bound(whole)
    assert followed.filters == whole.filters
    assert followed.question == question


@pytest.mark.parametrize(
    "question",
    [
        "How many reports are about Mali?",
        "Which authors wrote about Peru?",
        "reports by Dinah Okello since 2010",
        "What do widows sell every week?",
        "",
        "???",
    ],
)
def test_a_whole_question_follows_nothing(planner: Planner, question: str) -> None:
    prior = "How many audit reports are about Kenya since 2010?"
    assert _plan(planner, question, prior=prior) == _plan(planner, question)


@pytest.mark.parametrize(
    ("prior", "question", "same"),
    [
        ("reports about Kenya", "How many of those are in English?", "How many reports about Kenya are in English?"),
        ("reports about Kenya", "How many of those are undated?", "How many reports about Kenya are undated?"),
        ("reports by Dinah Okello", "Which countries do they cover most?", "Most frequent countries by Dinah Okello"),
        ("reports by Dinah Okello", "Who are her coauthors?", "coauthors of Dinah Okello"),
        (
            "informes de Dinah Okello",
            "¿Cuántos de ellos están en inglés?",
            "¿Cuántos informes de Dinah Okello en inglés?",
        ),
        (
            "rapports sur le Kenya",
            "combien d'entre eux sont en anglais ?",
            "combien de rapports sur le Kenya en anglais ?",
        ),
        ("relatórios sobre o Quênia", "quantos deles estão em inglês?", "quantos relatórios sobre o Quênia em inglês?"),
    ],
)
def test_a_pronoun_stands_for_what_was_asked_before(planner: Planner, prior: str, question: str, same: str) -> None:
    followed, whole = _plan(planner, question, prior=prior), _plan(planner, same)
    assert (followed.intent, followed.dimension) == (whole.intent, whole.dimension)
    assert (followed.filters, followed.text) == (whole.filters, whole.text)


def test_a_pronoun_that_follows_nothing_stands_for_nothing(planner: Planner) -> None:
    assert _bound(_plan(planner, "How many of those are in English?")) == {("language", "English")}


def test_a_fragment_after_nothing_stands_alone(planner: Planner) -> None:
    assert _bound(_plan(planner, "and in French?")) == {("language", "French")}
    assert _bound(_plan(planner, "and in French?", prior="")) == {("language", "French")}


def test_corrections_apply_to_what_a_fragment_kept(planner: Planner) -> None:
    dropped = Corrections(dropped=frozenset({"country:kenya"}))
    plan = _plan(planner, "and in French?", prior="reports about Kenya", corrections=dropped)
    assert _bound(plan) == {("language", "French")}


# -- reports that are named, and what records do not tell --------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "reports"),
    [
        ("reports like r01", ["r01"]),
        ("reports like r01, r05 and r09", ["r01", "r05", "r09"]),
        ('reports like "Goat keeping by widows in Kenya"', ["r02"]),
        ('reports like "goat keeping by widows in kenya"', ["r02"]),
        ("documents proches de « Les chèvres et la sécheresse au Mali »", ["r06"]),
        ("informes como “Grupos de ahorro de mujeres en Perú”", ["r07"]),
        ("reports like r99", []),
        ('reports like "A title that no report has"', []),
    ],
)
def test_reports_are_named_by_identifiers_and_quoted_titles(
    planner: Planner, question: str, reports: list[str]
) -> None:
    assert [iri.rpartition("/")[2] for iri in _plan(planner, question).subject] == reports


@pytest.mark.parametrize(
    ("question", "attribute"),
    [
        ("What is the phone number of Dinah Okello?", "contact"),
        ("¿Cuál es el correo electrónico de Dinah Okello?", "contact"),
        ("Quelle est l'adresse électronique de Dinah Okello ?", "contact"),
        ("Qual é o telefone de Dinah Okello?", "contact"),
        ("Which university did Dinah Okello work at?", "affiliation"),
        ("When was Dinah Okello born?", "person"),
        ("¿Cuándo nació Dinah Okello?", "person"),
        ("What is the budget of IFAD?", "accounts"),
        ("Quel est le budget de l'IFAD ?", "accounts"),
        ('How often was "Goat keeping by widows in Kenya" cited?', "citations"),
        ("How many pages has r01?", "object"),
        ("What budget do households in Kenya have?", None),
        ("How many reports are by Dinah Okello?", None),
    ],
)
def test_what_no_record_tells_is_known_as_such(planner: Planner, question: str, attribute: str | None) -> None:
    assert _plan(planner, question).attribute == attribute


# -- the same and any text ---------------------------------------------------------------------------------------------


def test_the_same_question_has_the_same_plan(planner: Planner, river: Snapshot) -> None:
    other = Planner(river)
    for by_language in PHRASINGS.values():
        for questions in by_language.values():
            for question in questions:
                assert _plan(other, question) == _plan(planner, question)


@pytest.mark.parametrize(
    "question",
    ["How many reports about Kenya?", "how many reports about kenya", "HOW MANY REPORTS ABOUT KENYA?!"],
)
def test_case_and_punctuation_change_nothing(planner: Planner, question: str) -> None:
    plan = _plan(planner, question)
    assert (plan.intent, _bound(plan)) == (Intent.COUNT, {("country", "Kenya")})


@given(st.text(max_size=200), st.one_of(st.none(), st.text(max_size=60)))
def test_any_text_has_a_plan(planner: Planner, question: str, prior: str | None) -> None:
    plan = _plan(planner, question, prior=prior)
    assert plan.intent in Intent
    assert set(plan.filters.chosen) | set(plan.filters.excluded) <= set(FACETS)
