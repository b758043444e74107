from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.question.understanding.lexicon import LANGUAGES, examples
from search.question.understanding.planning import Planner
from search.question.understanding.rules import RULES, Rule, Sign, holding

NAMES = {
    "topic": "goats",
    "author": "Denis Okello",
    "series": "River Papers",
    "country": "Kenya",
    "country2": "Mali",
    "report": "r01",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_decides_its_example_in_each_language(planner: Planner, rule: Rule, language: str) -> None:
    question = examples(language)[rule.name].format(**NAMES)
    plan = planner.plan(question, this_year=2024, language=language)
    assert (plan.rule, plan.intent, plan.language) == (rule.name, rule.intent, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_example_is_of_a_rule_that_is_gone(language: str) -> None:
    assert set(examples(language)) == {rule.name for rule in RULES}


@given(st.frozensets(st.sampled_from(Sign)), st.integers(0, 2**32))
def test_the_order_of_rows_decides_nothing(signs: frozenset[Sign], seed: int) -> None:
    shuffled = random.Random(seed).sample(RULES, k=len(RULES))
    assert holding(signs.__contains__, shuffled) == holding(signs.__contains__)
    assert holding(signs.__contains__)[-1].name == "search"


def test_every_rule_can_decide_and_every_sign_is_needed() -> None:
    """A rule that another one always overrules, or a sign that nothing goes by, would be dead."""
    for rule in RULES:
        assert holding(frozenset(rule.needs).__contains__)[0] == rule
    assert {sign for rule in RULES for sign in (*rule.needs, *rule.forbids)} == set(Sign)
    assert len({rule.priority for rule in RULES}) == len(RULES)
