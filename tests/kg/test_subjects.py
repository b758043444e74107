from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.authority.concepts import LANGUAGES
from kg.authority.names import fold
from kg.authority.subjects import Subject, everyday_words, is_of_names, longest_name, subject_called, subjects

_MEAN_TWO = {"legume", "batata", "raisin", "pain"}
"""Names that mean one subject in one language and another in another one, on purpose."""


def called(name: str, language: str) -> str | None:
    subject = subject_called(fold(name).split(), language)
    return None if subject is None else subject.key


def every_name() -> Iterator[tuple[Subject, str, str]]:
    for subject in subjects().values():
        for language, names in subject.names.items():
            for name in names:
                yield subject, language, name


# -- the list ----------------------------------------------------------------------------------------------------------


def test_every_subject_has_names_in_every_language_and_a_key_of_its_own() -> None:
    text = resources.files("kg.authority").joinpath("subjects.toml").read_text(encoding="utf-8")
    areas = {area: rows for area, rows in tomllib.loads(text).items() if area != "everyday"}
    keys = Counter(key for rows in areas.values() for key in rows)
    assert len(keys) > 600
    assert set(keys.values()) == {1}
    for rows in areas.values():
        for key, names in rows.items():
            assert set(names) == set(LANGUAGES), key
            for each in names.values():
                assert all(name and name == " ".join(name.split()) for name in each.split("|")), key
                assert each == unicodedata.normalize("NFC", each)


def test_every_name_means_its_subject_in_its_language_and_none_is_of_two() -> None:
    assert [
        (subject.key, name) for subject, language, name in every_name() if called(name, language) != subject.key
    ] == []


def test_no_name_stands_twice_on_a_line() -> None:
    for subject in subjects().values():
        for language, names in subject.names.items():
            folded = list(map(fold, names))
            assert len(set(folded)) == len(folded), (subject.key, language)


def test_names_that_mean_two_things_in_two_languages_are_known_ones() -> None:
    meant: dict[str, set[str]] = {}
    for subject, _, name in every_name():
        meant.setdefault(fold(name), set()).add(subject.key)
    assert {name for name, keys in meant.items() if len(keys) > 1} == _MEAN_TWO


def test_everyday_words_are_names_in_another_language_alone() -> None:
    for language in LANGUAGES:
        for word in everyday_words(language):
            assert called(word, language) is None, (language, word)
            assert any(called(word, other) for other in LANGUAGES if other != language), (language, word)


def test_no_name_is_longer_than_the_longest() -> None:
    assert max(len(fold(name).split()) for _, _, name in every_name()) < longest_name() <= 12


# -- what words mean ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "language", "key"),
    [
        ("riz", "fr", "rice"),
        ("RIZ", "fr", "rice"),
        ("sequía", "es", "drought"),
        ("sequias", "es", "drought"),
        ("seca", "pt", "drought"),
        ("maíces", "es", "maize"),
        ("animaux", "fr", "animal"),
        ("animais", "pt", "animal"),
        ("feijões", "pt", "bean"),
        ("potatoes", "en", "potato"),
        ("development policies", "en", "development-policy"),
        ("políticas agrícolas", "es", "agricultural-policy"),
        ("organisations paysannes", "fr", "farmers-organization"),
        ("cacahuète", "fr", "groundnut"),
        ("maní", "es", "groundnut"),
        ("amendoim", "pt", "groundnut"),
        ("gestion de l'eau", "fr", "water-management"),
        ("gestion des eaux", "fr", "water-management"),
        ("fertilidad de los suelos", "es", "soil-fertility"),
        ("fertilidad de suelos", "es", "soil-fertility"),
        ("Fertilidade do Solo", "pt", "soil-fertility"),
        ("vitamina A", "pt", "vitamin-a"),
        ("vitamina", "pt", "vitamin"),
        ("REDD+", "es", "redd"),
    ],
)
def test_a_subject_is_known_by_its_names_in_either_number_whatever_joins_them(
    name: str, language: str, key: str
) -> None:
    assert called(name, language) == key


@pytest.mark.parametrize(
    ("name", "by_language"),
    [
        ("batata", {"es": "sweet-potato", "pt": "potato", "en": None, "fr": None}),
        ("legume", {"en": "legume", "fr": "vegetable", "es": None, "pt": None}),
        ("riz", {"fr": "rice", "en": "rice", "es": "rice", "pt": "rice"}),
        ("mais", {"fr": "maize", "pt": None, "es": None, "en": None}),
        ("solo", {"pt": "soil", "es": None, "en": None, "fr": None}),
        ("name", {"es": "yam", "en": None}),
    ],
)
def test_the_language_that_is_asked_in_decides_and_others_where_they_leave_no_choice(
    name: str, by_language: dict[str, str | None]
) -> None:
    assert {language: called(name, language) for language in by_language} == by_language


@pytest.mark.parametrize(
    "name",
    [
        "",
        "de",
        "de la",
        "qwerty",
        "aid",
        "mai",
        "fertilidad suelo agua",
        "suelo fertilidad",
        "agricultural",
        "policy of",
    ],
)
def test_other_words_mean_no_subject(name: str) -> None:
    assert [called(name, language) for language in LANGUAGES] == [None] * len(LANGUAGES)


def test_words_of_names_are_known_in_either_number_and_any_language() -> None:
    assert all(map(is_of_names, ["Sécurité", "alimentaires", "riz", "chèvres", "sequías", "feijões"]))
    assert not any(map(is_of_names, ["", "wich", "mnay", "qwerty"]))


def test_labels_are_names_in_all_languages_and_both_numbers_as_records_write_them() -> None:
    labels = set(subjects()["soil-fertility"].labels())
    assert {"soil fertility", "fertilidad del suelo", "fertilidad de los suelos", "fertilite des sols"} <= labels
    assert {"fertilidade do solo", "fertilidade dos solos"} <= labels
    assert "soil" not in labels


def test_a_name_that_means_something_else_elsewhere_is_no_label_to_look_for() -> None:
    """A heading "Batata" does not tell whether its catalogue is in Spanish or in Portuguese."""
    potato, sweet_potato = (set(subjects()[key].labels()) for key in ("potato", "sweet-potato"))
    assert "batata" not in potato | sweet_potato
    assert {"patatas", "papas", "pommes de terre", "batata inglesa"} <= potato
    assert {"camotes", "patate douce", "batata doce"} <= sweet_potato


def test_labels_of_no_subject_mean_another_one() -> None:
    for subject in subjects().values():
        labels = set(subject.labels())
        assert len(labels) < 1000, subject.key
        for language in LANGUAGES:
            means = {called(label, language) for label in labels}
            assert means <= {subject.key, None}, subject.key


@given(st.lists(st.text(max_size=12), max_size=6), st.sampled_from(LANGUAGES))
def test_any_words_mean_a_subject_or_none(words: list[str], language: str) -> None:
    subject = subject_called(words, language)
    assert subject is None or subjects()[subject.key] is subject
