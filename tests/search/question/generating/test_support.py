from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoder import ModelIdentity
from embeddings.encoders.hashing import HashingEncoder
from search.question.generating.support import Objection, Reason, Support, nearness_of

CASH = (
    "In Kenya, cash transfers by the World Bank raised school attendance of girls by 12% among 1,250 families, while "
    "the number of meals a day did not change."
)
FISH = (
    "Small-scale fishers of Lake Victoria earned more after the closed season of 2016, although illegal nets remained."
)
RIEGO = "En Níger, el riego por goteo redujo el consumo de agua en un 38 % en 2.400 parcelas, según el Banco Mundial."


def objection(sentence: str, *passages: str, question: str = "", language: str = "en") -> Objection | None:
    return Support.by(HashingEncoder()).objection(sentence, passages or (CASH,), question=question, language=language)


@pytest.mark.parametrize(
    "sentence",
    [
        "Cash transfers raised the school attendance of girls by 12% in Kenya.",
        "Cash transfers raised school attendance of girls by twelve percent among 1250 families.",
        "The number of meals a day did not change.",
        "In Kenya the World Bank's cash transfers raised girls' school attendance.",
    ],
)
def test_what_a_passage_says_is_supported(sentence: str) -> None:
    assert objection(sentence) is None


@pytest.mark.parametrize(
    ("sentence", "figure"),
    [
        ("Cash transfers raised school attendance of girls by 21%.", "21"),
        ("Cash transfers raised school attendance of 12 girls.", "12"),
        ("Cash transfers raised school attendance of girls by 12% in 2019.", "2019"),
        ("Cash transfers raised school attendance of girls in two hundred families.", "two hundred"),
        ("Cash transfers raised school attendance among 1,250 million families.", "1,250 million"),
    ],
)
def test_a_figure_must_stand_in_a_passage(sentence: str, figure: str) -> None:
    assert objection(sentence) == Objection(Reason.FIGURE, (figure,))


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Cash transfers raised school attendance of girls in Uganda.", "Uganda"),
        ("Cash transfers by the World Food Programme raised school attendance of girls.", "Food"),
        ("IFAD cash transfers raised school attendance of girls.", "IFAD"),
        ("Uganda raised school attendance of girls by cash transfers.", "Uganda"),
        ("In Nigeria cash transfers raised school attendance of girls.", "Nigeria"),
        ("School attendance of girls was raised by cash transfers of Meinzen-Dick.", "Meinzen"),
    ],
)
def test_a_name_must_stand_in_a_passage_or_the_question(sentence: str, name: str) -> None:
    found = objection(sentence)
    assert found is not None
    assert found.reason is Reason.NAME
    assert name in found.about
    assert objection(sentence, question=f"What of {name}, Dick and the Food Programme?") is None


def test_part_of_a_name_is_not_the_name() -> None:
    niger = "In Niger, cash transfers raised school attendance of girls."
    assert objection("Cash transfers raised school attendance of girls in Nigeria.", niger) == Objection(
        Reason.NAME, ("Nigeria",)
    )


def test_a_place_may_be_named_in_another_language() -> None:
    support = Support(HashingEncoder(), nearness=-1)
    assert support.objection("Niger reduced the use of irrigation water.", [RIEGO]) is None
    assert support.objection("A irrigação reduziu o uso de água no Níger.", [RIEGO], language="pt") is None
    strange = support.objection("L'irrigation a réduit la consommation d'eau au Nigeria.", [RIEGO], language="fr")
    assert strange == Objection(Reason.NAME, ("Nigeria",))


def test_words_after_colons_and_quotes_are_no_names() -> None:
    passage = "Los hogares con riego ahorran agua y tiempo: las mujeres descansan más."
    assert objection("«Los hogares con riego ahorran agua: Las mujeres descansan más».", passage, language="es") is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Cash transfers lowered child labour on farms of relatives.",
        "Cash transfers raised school attendance of girls and reduced early marriages.",
        "Visit our sponsor for cheap loans without interest today.",
    ],
)
def test_too_many_own_words_are_not_supported(sentence: str) -> None:
    found = objection(sentence)
    assert found is not None
    assert found.reason is Reason.WORDS
    assert found.about


def test_one_word_in_six_may_be_its_own() -> None:
    six = "Cash transfers raised attendance of pupils, girls."
    assert objection(six) is None
    assert objection("Cash transfers raised attendance of pupils.") == Objection(Reason.WORDS, ("pupils",))


@pytest.mark.parametrize(
    "sentence",
    [
        "Cash transfers did not raise school attendance of girls.",
        "The number of meals a day did change.",
        "Cash transfers never raised school attendance by 12%.",
    ],
)
def test_a_denial_is_not_a_statement(sentence: str) -> None:
    found = objection(sentence)
    assert found is not None
    assert found.reason is Reason.NEGATION


def test_what_two_passages_say_may_stand_in_one_sentence() -> None:
    both = "Cash transfers raised school attendance, and fishers earned more after the closed season of 2016."
    assert objection(both, CASH, FISH) is None
    assert objection(both, CASH) == Objection(Reason.FIGURE, ("2016",))


@pytest.mark.parametrize("sentence", ["Yes.", "12%", "So they did.", "Girls."])
def test_a_sentence_must_say_something(sentence: str) -> None:
    assert objection(sentence) == Objection(Reason.SAYS_NOTHING)


def test_across_languages_only_a_measured_model_compares() -> None:
    sentence = "Drip irrigation reduced water use by 38% on 2,400 plots."
    assert objection(sentence, RIEGO) == Objection(Reason.NOT_COMPARABLE)
    assert Support(None).objection(sentence, [RIEGO]) == Objection(Reason.NOT_COMPARABLE)
    assert Support(HashingEncoder(), nearness=-1).objection(sentence, [RIEGO]) is None
    assert Support(HashingEncoder(), nearness=2).objection(sentence, [RIEGO]) == Objection(Reason.MEANING, (sentence,))


def test_across_languages_figures_count_in_the_form_of_each() -> None:
    support = Support(HashingEncoder(), nearness=-1)
    assert support.objection("Drip irrigation reduced water use by 83%.", [RIEGO]) == Objection(Reason.FIGURE, ("83",))
    assert support.objection("Drip irrigation was used on 2,400 plots.", [RIEGO]) is None
    assert support.objection("Drip irrigation was used on 24 plots.", [RIEGO]) == Objection(Reason.FIGURE, ("24",))
    assert support.objection("Drip irrigation did not reduce the use of water.", [RIEGO]) == Objection(
        Reason.NEGATION, ("Drip irrigation did not reduce the use of water.",)
    )


def test_each_clause_must_be_near_to_a_passage_of_another_language() -> None:
    support = Support(HashingEncoder(dimension=4096), nearness=0.08)
    passage = "La irrigación en zonas rurales aumentó la producción agrícola y redujo la migración."
    assert (
        support.objection("Irrigation raised agricultural production and reduced rural migration.", [passage]) is None
    )
    found = support.objection("Irrigation raised agricultural production, with hymns sung by choirs.", [passage])
    assert found == Objection(Reason.MEANING, ("with hymns sung by choirs.",))


def test_the_threshold_belongs_to_a_model() -> None:
    def named(name: str) -> ModelIdentity:
        return ModelIdentity(name=name, digest="", dimension=1)

    assert nearness_of(named("multilingual-e5-small")) == nearness_of(named("intfloat/multilingual-e5-small"))
    assert nearness_of(named("all-MiniLM-L6-v2")) is None


@given(st.text(max_size=120), st.text(max_size=120), st.sampled_from(["en", "es", "sw"]))
def test_any_sentence_is_judged(sentence: str, passage: str, language: str) -> None:
    found = Support.by(HashingEncoder()).objection(sentence, [passage], question=passage, language=language)
    assert found is None or found.reason in Reason


@given(st.sampled_from([CASH, FISH, RIEGO]))
def test_a_passage_supports_itself(passage: str) -> None:
    assert objection(passage, passage) is None
