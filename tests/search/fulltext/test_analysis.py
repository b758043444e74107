from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.fulltext.analysis import STEMMED, analyzer, function_words, guess_language, language_of, words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How did the loans change what women say in their villages?", "en"),
        ("¿Qué problemas tuvieron las mujeres con los plazos de los préstamos?", "es"),
        ("Quelles régions du Mali le programme de microfinance couvrait-il ?", "fr"),
        ("Quais foram os efeitos da seca sobre as mulheres nas aldeias?", "pt"),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    assert guess_language(text) == language


@pytest.mark.parametrize("text", ["", "microfinance Mali", "10568/140513", "農業 リスク"])
def test_no_function_word_no_guess(text: str) -> None:
    assert guess_language(text) is None


def test_what_a_record_states_decides_and_its_words_choose_among_several() -> None:
    spanish = "Los efectos de la sequía en las familias"
    assert language_of(spanish, ["en"]) == "en"
    assert language_of(spanish, ["en", "es"]) == "es"
    assert language_of(spanish, []) == "es"
    assert language_of("Gender", []) == "en"
    assert language_of(spanish, ["vi"]) == "xx"


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "groups", "group"),
        ("es", "créditos", "crédito"),
        ("fr", "régions", "region"),
        ("pt", "grupos", "grupo"),
    ],
)
def test_forms_of_a_word_meet(language: str, one: str, other: str) -> None:
    assert analyzer(language).analyze(one) == analyzer(language).analyze(other)


@pytest.mark.parametrize("language", STEMMED)
def test_function_words_are_words_as_queries_are_split(language: str) -> None:
    assert len(function_words(language)) > 150
    for word in function_words(language):
        assert word == word.lower()


@given(st.text())
def test_any_text_has_words_without_spaces(text: str) -> None:
    assert all(word and not set(word) & set(" \n\t") for word in words(text))
