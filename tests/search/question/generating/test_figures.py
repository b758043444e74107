from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.fulltext.analysis import STEMMED
from search.question.generating.figures import figures, without_figures
from search.question.generating.support_words import support_words


def values(text: str, language: str = "en") -> list[set[str]]:
    return [{f"{value.normalize():f}" for value in figure.values} for figure in figures(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1,250 and 1250", "en", [{"1250"}, {"1250"}]),
        ("1.250", "en", [{"1.25"}]),
        ("1.250", "es", [{"1250", "1.25"}]),
        ("1,250", "fr", [{"1250", "1.25"}]),
        ("1 250 and 1\u202f250\u00a0000 and 1'250", "fr", [{"1250"}, {"1250000"}, {"1250"}]),
        ("1,250,000 or 1.250.000", "en", [{"1250000"}, {"1250000"}]),
        ("1,250.75 o 1.250,75", "es", [{"1250.75"}, {"1250.75"}]),
        ("0.250 and 2,5 and 12.75", "en", [{"0.25"}, {"2.5"}, {"12.75"}]),
        ("in 2019 250 farmers", "en", [{"2019"}, {"250"}]),
        ("2015-2019, 2015/16, the 1990s", "en", [{"2015"}, {"2019"}, {"2015"}, {"16"}, {"1990"}]),
        ("-5 (−3.5) 2–5", "en", [{"-5"}, {"-3.5"}, {"2"}, {"5"}]),
        ("CO2 and H5N1 in COVID-19", "en", [{"19"}]),
        ("2.5 million", "en", [{"2500000"}]),
        ("2,5 milhões", "pt", [{"2500000"}]),
        ("20 mil millones", "es", [{"20000000000"}]),
        ("two hundred and fifty thousand", "en", [{"250000"}]),
        ("treinta y cinco, mil millones", "es", [{"35"}, {"1000000000"}]),
        ("soixante-dix-sept et vingt et un", "fr", [{"77"}, {"21"}]),
        ("cento e vinte e dois", "pt", [{"122"}]),
        ("one village, thirty-one villages and one million", "en", [{"31"}, {"1000000"}]),
        ("between two and five", "en", [{"2"}, {"5"}]),
        ("millions of farmers", "en", [{"1000000"}]),
        ("nothing at all", "en", []),
        ("", "en", []),
    ],
)
def test_figures_in_many_forms(text: str, language: str, expected: list[set[str]]) -> None:
    assert values(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "percent"),
    [
        ("20%, 20 % and 20\u202f%", "en", [True, True, True]),
        ("20 per cent of twenty", "en", [True, False]),
        ("el veinte por ciento de 20", "es", [True, False]),
        ("un pour cent, cent", "fr", [True, False]),
        ("20 por cento", "pt", [True]),
        ("20–30%", "en", [None, True]),
        ("from 18 to 11 percent", "en", [None, True]),
        ("18 farmers saw 11 percent", "en", [False, True]),
    ],
)
def test_shares(text: str, language: str, percent: list[bool | None]) -> None:
    assert [figure.percent for figure in figures(text, language)] == percent


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("20%", "en"), ("veinte por ciento", "es"), True),
        (("1 250", "fr"), ("1,250", "en"), True),
        (("1.250", "es"), ("1,250", "en"), True),
        (("2 million", "en"), ("2 billion", "en"), False),
        (("20%", "en"), ("20", "en"), False),
        (("5%", "en"), ("-5%", "en"), False),
        (("2019", "en"), ("2018", "en"), False),
    ],
)
def test_the_same_figure_in_two_texts(one: tuple[str, str], other: tuple[str, str], *, same: bool) -> None:
    (first,), (second,) = figures(*one), figures(*other)
    assert first.same(second) is second.same(first) is same


def test_what_is_left_of_a_text_without_figures() -> None:
    assert without_figures("About 20% of 1,250 farms, or twelve per cent, in CO2.", "en").split() == [
        *("About", "of", "farms,", "or", ",", "in", "CO2."),
    ]


@given(st.integers(0, 10**12), st.sampled_from(["{:,}", "{:_}", "{}"]), st.sampled_from(sorted(STEMMED)))
def test_a_number_is_found_however_it_is_grouped(number: int, form: str, language: str) -> None:
    written = form.format(number).replace("_", "\u00a0")
    (figure,) = figures(f"about {written} of them", language)
    assert Decimal(number) in figure.values
    assert figure.written == written


@given(st.text(max_size=60), st.sampled_from(sorted(STEMMED)))
def test_any_text_has_figures_that_are_the_same_as_themselves(text: str, language: str) -> None:
    assert all(figure.same(figure) and figure.written in text for figure in figures(text, language))


@pytest.mark.parametrize("language", sorted(STEMMED))
def test_every_language_has_its_words(language: str) -> None:
    words = support_words(language)
    assert {*range(2, 11), *range(20, 100, 10)} <= set(words.numbers.values())
    assert {2, 3, 6} <= set(words.powers.values())
    assert words.percent
    assert words.negations
    assert words.conjunctions
    assert not words.negations & words.numbers.keys()


def test_other_languages_go_by_the_words_of_english() -> None:
    assert support_words("sw") == support_words("en")
