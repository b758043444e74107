"""How names stand side by side in a question, and what a report must have of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.facets.filters import Filters
from search.question.understanding.lexicon import LANGUAGES, lexicon
from search.question.understanding.plan import Corrections, How, Intent, Joint, Mention, Plan, Reading
from search.question.understanding.planning import Planner

Groups = list[list[str]]


def _plan(planner: Planner, question: str, language: str = "en", corrections: Corrections | None = None) -> Plan:
    return planner.plan(question, this_year=2024, language=language, corrections=corrections)


def _groups(plan: Plan, facet: str) -> Groups:
    return [[mention.reading.label for mention in group] for group in plan.groups(facet)]


@pytest.mark.parametrize(
    ("question", "language", "groups"),
    [
        ("How many reports deal with both goats and drought?", "en", [["goats"], ["drought"]]),
        ("How many reports are about goats and drought?", "en", [["goats"], ["drought"]]),
        ("How many reports are about goats & drought?", "en", [["goats"], ["drought"]]),
        ("How many reports are about goats as well as drought?", "en", [["goats"], ["drought"]]),
        ("How many reports are about goats and also about drought?", "en", [["goats"], ["drought"]]),
        ("How many reports are about goats together with drought?", "en", [["goats"], ["drought"]]),
        ("How many reports are about goats, drought and gender?", "en", [["goats"], ["drought"], ["gender"]]),
        ("How many reports are about goats, drought, and gender?", "en", [["goats"], ["drought"], ["gender"]]),
        ("How many reports in Kenya are about goats and, since 2010, drought?", "en", [["goats", "drought"]]),
        ("How many reports are about goats or drought?", "en", [["goats", "drought"]]),
        ("How many reports are about either goats or drought?", "en", [["goats", "drought"]]),
        ("How many reports are about goats, drought or gender?", "en", [["goats", "drought", "gender"]]),
        ("How many reports are about goats, drought, gender?", "en", [["goats", "drought", "gender"]]),
        ("How many reports are about goats and drought or seeds?", "en", [["goats"], ["drought", "seeds"]]),
        ("How many reports are about goats or seeds and drought?", "en", [["goats", "seeds"], ["drought"]]),
        ("How many reports on goats and reports on drought?", "en", [["goats", "drought"]]),
        ("How many reports are about goats but not drought and gender?", "en", [["goats", "gender"]]),
        ("How many reports are about goats in Kenya and drought?", "en", [["goats"], ["drought"]]),
        ("How many reports are about goats in Kenya and Mali indexed with drought?", "en", [["goats", "drought"]]),
        ("¿Cuántos informes tratan tanto de goats como de drought?", "es", [["goats"], ["drought"]]),
        ("¿Cuántos informes tratan a la vez de goats y drought?", "es", [["goats"], ["drought"]]),
        ("¿Cuántos informes tratan de goats o drought?", "es", [["goats", "drought"]]),
        ("Combien de rapports portent à la fois sur goats et sur drought ?", "fr", [["goats"], ["drought"]]),
        ("Combien de rapports portent aussi bien sur goats que sur drought ?", "fr", [["goats"], ["drought"]]),
        ("Combien de rapports portent sur goats ou drought ?", "fr", [["goats", "drought"]]),
        ("Quantos relatórios tratam tanto de goats quanto de drought?", "pt", [["goats"], ["drought"]]),
        ("Quantos relatórios tratam simultaneamente de goats e drought?", "pt", [["goats"], ["drought"]]),
        ("Quantos relatórios tratam de goats ou de drought?", "pt", [["goats", "drought"]]),
    ],
)
def test_topics_are_joined_as_the_question_says(planner: Planner, question: str, language: str, groups: Groups) -> None:
    plan = _plan(planner, question, language)
    assert (plan.intent, plan.language, _groups(plan, "topic")) == (Intent.COUNT, language, groups)
    # What joins names is no word to be searched for.
    assert plan.text == ""


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many reports on goats and how many on drought?", "en"),
        ("¿Cuántos informes hay sobre goats y cuántos sobre drought?", "es"),
        ("Combien de rapports sur goats et combien sur drought ?", "fr"),
        ("Quantos relatórios sobre goats e quantos sobre drought?", "pt"),
    ],
)
def test_what_is_counted_twice_is_set_side_by_side(planner: Planner, question: str, language: str) -> None:
    plan = _plan(planner, question, language)
    labels = [mention.reading.label for mention in plan.mentions if mention.binds]
    assert (plan.intent, labels, plan.text) == (Intent.COMPARE, ["goats", "drought"], "")


@pytest.mark.parametrize(
    ("question", "language", "facet", "groups"),
    [
        ("How many reports are about Kenya and Mali?", "en", "country", [["Kenya", "Mali"]]),
        ("How many reports are about both Kenya and Mali?", "en", "country", [["Kenya"], ["Mali"]]),
        ("How many reports are about Kenya and Mali together?", "en", "country", [["Kenya"], ["Mali"]]),
        (
            "How many reports are about Kenya, Mali and Peru at the same time?",
            "en",
            "country",
            [["Kenya"], ["Mali"], ["Peru"]],
        ),
        (
            "How many reports about Kenya and Mali deal with both goats and drought?",
            "en",
            "country",
            [["Kenya", "Mali"]],
        ),
        ("¿Cuántos informes tratan de ambos, Kenia y Malí?", "es", "country", [["Kenia"], ["Malí"]]),
        ("¿Cuántos informes hay sobre Kenia y Malí?", "es", "country", [["Kenia", "Malí"]]),
        ("Combien de rapports sur le Kenya et le Mali à la fois ?", "fr", "country", [["Kenya"], ["Mali"]]),
        ("Quantos relatórios há sobre o Quênia e o Mali ao mesmo tempo?", "pt", "country", [["Quênia"], ["Mali"]]),
        ("How many reports are held by both OHR and IRA?", "en", "repository", [["OHR", "IRA"]]),
    ],
)
def test_places_are_either_unless_both_are_said(
    planner: Planner, question: str, language: str, facet: str, groups: Groups
) -> None:
    plan = _plan(planner, question, language)
    assert [[mention.text for mention in group] for group in plan.groups(facet)] == groups


@pytest.mark.parametrize(
    ("question", "intent", "groups"),
    [
        ("articles by Dinah Okello and Żaneta Kováčová", Intent.LIST, [["Okello, Dinah"], ["Kováčová, Żaneta"]]),
        ("articles by Kováčová and Tamwe", Intent.LIST, [["Kováčová, Żaneta"], ["Tamwe, J. P."]]),
        (
            "articles by Kováčová, Tamwe & Dinah Okello",
            Intent.LIST,
            [["Kováčová, Żaneta"], ["Tamwe, J. P."], ["Okello, Dinah"]],
        ),
        ("articles by Kováčová or Tamwe", Intent.LIST, [["Kováčová, Żaneta", "Tamwe, J. P."]]),
        ("articles by Kováčová with Tamwe", Intent.LIST, [["Kováčová, Żaneta"], ["Tamwe, J. P."]]),
        ("What did Dinah Okello write with Kováčová?", Intent.LIST, [["Okello, Dinah"], ["Kováčová, Żaneta"]]),
        (
            "How many papers did Dinah Okello and Kováčová write together?",
            Intent.COUNT,
            [["Okello, Dinah"], ["Kováčová, Żaneta"]],
        ),
        ("lo que Dinah Okello escribió con Żaneta Kováčová", Intent.LIST, [["Okello, Dinah"], ["Kováčová, Żaneta"]]),
        # Who has published with either is a list of persons.
        (
            "Who has published with Dinah Okello and Kováčová?",
            Intent.COAUTHORS,
            [["Okello, Dinah", "Kováčová, Żaneta"]],
        ),
    ],
)
def test_authors_who_are_joined_signed_together(
    planner: Planner, question: str, intent: Intent, groups: Groups
) -> None:
    plan = _plan(planner, question)
    assert (plan.intent, _groups(plan, "author")) == (intent, groups)


def test_what_is_compared_is_not_joined(planner: Planner) -> None:
    plan = _plan(planner, "Compare goats and drought")
    assert plan.intent is Intent.COMPARE
    assert (len(plan.groups("topic")), plan.filters.also) == (1, {})
    assert [plan.joined(mention) for mention in plan.mentions] == [None, None]


def test_filters_hold_a_choice_for_the_first_group_and_further_ones_for_the_rest(planner: Planner) -> None:
    plan = _plan(planner, "How many reports are about goats or seeds and drought in Kenya and Mali?")
    goats, seeds, drought, kenya, mali = (mention.reading.values for mention in plan.mentions)
    assert plan.filters == Filters({"topic": (*goats, *seeds), "country": (*kenya, *mali)}, also={"topic": (drought,)})
    assert [plan.joined(mention) for mention in plan.mentions] == [None, Joint.OR, Joint.AND, None, Joint.OR]


def test_a_name_that_is_dropped_leaves_the_others_as_they_were(planner: Planner) -> None:
    question = "How many reports are about goats and drought or seeds?"
    for dropped, groups in (
        ("goats", [["drought", "seeds"]]),
        ("drought", [["goats"], ["seeds"]]),
        ("seeds", [["goats"], ["drought"]]),
    ):
        plan = _plan(planner, question, corrections=Corrections(dropped=frozenset({f"topic:{dropped}"})))
        assert _groups(plan, "topic") == groups
        gone = next(mention for mention in plan.mentions if mention.text == dropped)
        assert plan.joined(gone) is None


def test_one_signature_is_not_two_persons(planner: Planner) -> None:
    filters = _plan(planner, "reports by Denis Okello and Dinah Okello").filters
    (other,) = filters.also["author"]
    assert not {*filters.chosen["author"]} & {*other}
    # What has no other spelling stays, and so does an initial that only one person is asked for.
    alone = _plan(planner, "reports by Denis Okello").filters.chosen["author"]
    assert {*filters.chosen["author"]} < {*alone}


@given(
    joined=st.lists(st.sampled_from([None, *Joint]), min_size=1, max_size=6),
    binding=st.lists(st.booleans(), min_size=6, max_size=6),
    facet=st.sampled_from(["topic", "author", "country", "language", "series"]),
    intent=st.sampled_from(Intent),
)
def test_each_name_that_binds_is_in_one_group_and_in_order(
    joined: list[Joint | None], binding: list[bool], facet: str, intent: Intent
) -> None:
    mentions = tuple(
        Mention(str(n), n, n + 1, Reading(facet, (f"http://e/{n}",), str(n), 1, How.LABEL), binds=binds, joined=one)
        for n, (one, binds) in enumerate(zip(joined, binding, strict=False))
    )
    plan = Plan("?", "en", intent, mentions)
    groups = plan.groups(facet)
    assert all(groups)
    assert [mention for group in groups for mention in group] == [one for one in mentions if one.binds]
    values = [tuple(value for one in group for value in one.reading.values) for group in groups]
    filters = plan.filters
    assert [*filter(None, [filters.chosen.get(facet)]), *filters.also.get(facet, ())] == values
    assert replace(plan, intent=Intent.COMPARE).filters.also == {}
    if facet in {"language", "series"}:
        assert len(groups) <= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_says_both_is_no_name_of_a_kind_of_documents(language: str) -> None:
    for phrase, cues in lexicon(language).phrases.items():
        if any(cue.group == "joint" for cue in cues):
            assert not {cue.group for cue in cues} & {"documents", "dimension", "not"}, phrase
