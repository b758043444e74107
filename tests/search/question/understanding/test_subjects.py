"""Questions in one language about topics whose headings are in another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from search.question.answering.asker import Asker
from search.question.understanding.linking import Linker
from search.question.understanding.plan import How, Intent, Plan
from search.question.understanding.planning import Planner
from search.question.understanding.words import take_apart
from search.snapshots.snapshot import Snapshot
from tests.conftest import build_sources, services_for
from tests.river_collection import ROWS, TODAY, having
from ui.wiring import Services

HEADINGS = (
    ("Seguridad alimentaria", "Arroz"),
    ("Seguridad alimentaria", "Papas"),
    ("food security", "Rice"),
    ("Sequía", "Batata"),
    ("Maíz",),
    ("Maize", "Peace"),
    ("Corn",),
    ("Rios", "Evaluation"),
)
"""The topics of each record of a collection whose headings are mostly Spanish."""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    folder = tmp_path_factory.mktemp("headings")
    lines = (
        json.dumps(
            {
                "id": f"h{number}",
                "title": f"Report number {number}",
                "topic": topics,
                "format": "Special Evaluation",
                "geographic": ["Kenya"],
                "author": ["Okello, Dinah"],
                "publishDate": ["2010"],
            }
        )
        for number, topics in enumerate(HEADINGS)
    )
    path: Path = folder / "headings.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    services = services_for(folder / "data")
    build_sources(services, path)
    return services


@pytest.fixture(scope="module")
def headings(services: Services) -> Snapshot:
    return services.snapshot()


@pytest.fixture(scope="module")
def asker_of_headings(services: Services) -> Asker:
    return Asker(services.engine(services.data.live()), today=lambda: TODAY)


def topics_of(snapshot: Snapshot, plan: Plan, *, excluded: bool = False) -> set[str]:
    """The headings that a plan filters by."""
    column = snapshot.columns.facets["topic"]
    filters = plan.filters.excluded if excluded else plan.filters.chosen
    codes = (column.code(value) for value in filters.get("topic", ()))
    return {column.values[code].label for code in codes if code is not None}


def with_topics(*labels: str) -> int:
    return sum(bool(set(labels) & set(topics)) for topics in HEADINGS)


# -- headings in English -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("¿Cuántos informes tratan de la sequía?", "drought"),
        ("¿Cuántos informes hay sobre cabras?", "goats"),
        ("¿Cuántos informes hay sobre grupos de ahorro?", "savings groups"),
        ("Combien de rapports traitent de la sécheresse ?", "drought"),
        ("Combien de rapports portent sur les chèvres ?", "goats"),
        ("Combien de rapports portent sur les groupes d'épargne ?", "savings groups"),
        ("Quantos relatórios há sobre a seca?", "drought"),
        ("Quantos relatórios tratam de cabras?", "goats"),
        ("Quantos relatórios há sobre grupos de poupança?", "savings groups"),
        ("How many reports are about sequía?", "drought"),
    ],
)
def test_a_count_goes_by_the_heading_in_another_language(asker: Asker, question: str, topic: str) -> None:
    answer = asker.ask(question)
    assert answer.plan.intent is Intent.COUNT
    assert (answer.count, answer.plan.text) == (len(having(lambda row: topic in row.topics)), "")
    (mention,) = answer.plan.mentions
    assert (mention.reading.label, mention.reading.how) == (topic, How.LABEL)


@pytest.mark.parametrize(
    ("question", "intent", "topics"),
    [
        ("¿Qué país tiene más informes sobre riego?", Intent.RANK, {"irrigation"}),
        ("Quel pays a le plus de rapports sur l'irrigation ?", Intent.RANK, {"irrigation"}),
        ("que país tem mais relatórios sobre sementes?", Intent.RANK, {"seeds"}),
        ("¿Hay más informes sobre cabras o sobre sequía?", Intent.COMPARE, {"goats", "drought"}),
        ("Combien de rapports par an sur la sécheresse ?", Intent.COUNT_BY_YEAR, {"drought"}),
    ],
)
def test_other_kinds_of_answers_go_by_them_too(
    planner: Planner, river: Snapshot, question: str, intent: Intent, topics: set[str]
) -> None:
    plan = planner.plan(question, this_year=2024)
    assert (plan.intent, topics_of(river, plan)) == (intent, topics)


@pytest.mark.parametrize(
    "question",
    [
        "rapports sur le Kenya hors chèvres",
        "relatórios sobre o Quênia sem as cabras",
        "informes sobre Kenia pero no sobre cabras",
    ],
)
def test_what_is_not_wanted_goes_by_them_too(planner: Planner, river: Snapshot, question: str) -> None:
    plan = planner.plan(question, this_year=2024)
    assert (plan.intent, topics_of(river, plan)) == (Intent.LIST, set())
    assert topics_of(river, plan, excluded=True) == {"goats"}


def test_coauthors_on_a_subject_are_searched_for_by_its_words(asker: Asker) -> None:
    answer = asker.ask("¿Con quién ha publicado Inés Quiroga sobre riego?")
    assert answer.plan.intent is Intent.COAUTHORS
    assert ("riego", "irrigation", False) in {(one.text, one.reading.label, one.binds) for one in answer.plan.mentions}


# -- headings in Spanish -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("How many reports are about food security?", {"Seguridad alimentaria", "food security"}),
        ("¿Cuántos informes tratan de seguridad alimentaria?", {"Seguridad alimentaria", "food security"}),
        ("Combien de rapports portent sur la sécurité alimentaire ?", {"Seguridad alimentaria", "food security"}),
        ("Quantos relatórios há sobre segurança alimentar?", {"Seguridad alimentaria", "food security"}),
        ("How many reports are about rice?", {"Arroz", "Rice"}),
        ("Combien de rapports traitent du riz ?", {"Arroz", "Rice"}),
        ("How many reports are about droughts?", {"Sequía"}),
        ("How many reports are about maize?", {"Maíz", "Maize", "Corn"}),
    ],
)
def test_one_subject_is_all_its_headings(
    asker_of_headings: Asker, headings: Snapshot, question: str, labels: set[str]
) -> None:
    answer = asker_of_headings.ask(question)
    assert topics_of(headings, answer.plan) == labels
    assert answer.count == with_topics(*labels)


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        # The word itself is always meant; what else it is called goes by the language that is asked in.
        ("¿Cuántos informes hay sobre batata?", {"Batata"}),
        ("Quantos relatórios há sobre batata?", {"Batata", "Papas"}),
        ("How many reports are about potatoes?", {"Papas"}),
        ("How many reports are about sweet potatoes?", set()),
    ],
)
def test_a_word_of_two_meanings_goes_by_the_language_of_the_question(
    asker_of_headings: Asker, headings: Snapshot, question: str, labels: set[str]
) -> None:
    assert topics_of(headings, asker_of_headings.ask(question).plan) == labels


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("How many reports have the keyword maize?", {"Maize"}),
        ("¿Cuántos informes llevan la palabra clave maíz?", {"Maíz"}),
        ('How many reports are about "corn"?', {"Corn"}),
        ("How many reports have the keyword rices?", {"Rice"}),
        # There is no such heading: what it is called elsewhere is better than nothing.
        ("How many reports have the keyword drought?", {"Sequía"}),
        ('How many reports are about "drought"?', {"Sequía"}),
    ],
)
def test_a_heading_that_is_announced_or_quoted_is_that_very_one(
    asker_of_headings: Asker, headings: Snapshot, question: str, labels: set[str]
) -> None:
    assert topics_of(headings, asker_of_headings.ask(question).plan) == labels


@pytest.mark.parametrize(
    "question",
    [
        "How many reports are about La Paz?",
        "reports by Santa Paz",
        "reports by Paz",
        "How many reports are about the Paz Soldán family?",
    ],
)
def test_a_word_within_a_proper_name_is_no_subject(asker_of_headings: Asker, headings: Snapshot, question: str) -> None:
    assert topics_of(headings, asker_of_headings.ask(question).plan) == set()


def test_a_capital_by_itself_makes_no_proper_name(asker_of_headings: Asker, headings: Snapshot) -> None:
    plan = asker_of_headings.ask("¿Cuántos informes tratan de Paz?").plan
    assert topics_of(headings, plan) == {"Peace"}


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("que país tem mais relatórios sobre o Quênia?", Intent.RANK),
        ("¿Cuántos informes hay sobre Kenia?", Intent.COUNT),
    ],
)
def test_words_that_ask_are_no_subjects_of_other_languages(
    asker_of_headings: Asker, question: str, intent: Intent
) -> None:
    plan = asker_of_headings.ask(question).plan
    assert (plan.intent, [mention.reading.facet for mention in plan.mentions]) == (intent, ["country"])


def test_the_label_that_most_reports_have_is_shown(headings: Snapshot) -> None:
    asked = take_apart("informes sobre seguridad alimentaria", this_year=2024)
    readings = [one for link in Linker(headings).links(asked) for one in link.readings if one.facet == "topic"]
    assert [(one.label, one.reports, len(one.values)) for one in readings] == [("Seguridad alimentaria", 3, 2)]


# -- what more known names must not change -----------------------------------------------------------------------------


def test_the_decade_of_an_event_does_not_make_a_list(planner: Planner) -> None:
    assert planner.plan("sequía en Kenia en los años noventa", this_year=2024).intent is Intent.FIND
    assert planner.plan("irrigation in Kenya in the nineties", this_year=2024).intent is Intent.FIND
    assert planner.plan("informes sobre sequía en Kenia en los años noventa", this_year=2024).intent is Intent.LIST
    assert planner.plan("irrigation in Kenya since 1990", this_year=2024).intent is Intent.LIST


def test_what_will_be_is_no_list(planner: Planner) -> None:
    plan = planner.plan("What will the drought in Kenya be in 2045?", this_year=2024)
    assert (plan.intent, plan.future) == (Intent.FINDING, True)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("¿Cuántas evaluaciones especiales (Special Evaluation) tratan de Kenia?", {"type", "country"}),
        ("How many evaluations (Special Evaluation) are about Kenya?", {"type", "country"}),
        ("¿Cuántos informes tratan de evaluación (Kenia)?", {"topic", "country"}),
    ],
)
def test_what_brackets_say_more_exactly_is_no_filter_of_its_own(
    asker_of_headings: Asker, question: str, named: set[str]
) -> None:
    assert set(asker_of_headings.ask(question).plan.filters.chosen) == named


def test_alternatives_in_a_question_that_texts_answer_are_not_compared(planner: Planner) -> None:
    plan = planner.plan("Which plots emitted most fumes near Kpong, barns, goats or seeds?", this_year=2024)
    assert plan.intent is Intent.FINDING


def test_every_river_topic_with_a_spanish_name_is_found(planner: Planner) -> None:
    """No heading of the collection lacks a way to it from another language."""
    spanish = ["riego", "género", "cabras", "semillas", "sequía", "grupos de ahorro", "suelos", "seguro", "juventud"]
    found = {
        mention.reading.label
        for name in spanish
        for mention in planner.plan(f"¿Cuántos informes hay sobre {name}?", this_year=2024).mentions
    }
    assert found == {topic for row in ROWS for topic in row.topics} - {"wells"}
