from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.authority.names import fold
from kg.authority.places import place_called
from kg.authority.subjects import subject_called
from kg.facets.table import FACETS
from search.question.understanding.lexicon import LANGUAGES, NUMBER, Cue, adjectives, expanded, lexicon
from search.question.understanding.plan import Intent

Phrases = set[tuple[str, ...]]


def phrases(*texts: str) -> Phrases:
    return {tuple(text.split()) for text in texts}


def tables(language: str) -> dict[str, dict[str, list[str]]]:
    file = resources.files("search.question.understanding").joinpath("lexicon", language, "cues.toml")
    read: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return read


def saying(language: str, group: str, name: str) -> Iterator[tuple[str, ...]]:
    return (phrase for phrase, cues in lexicon(language).phrases.items() if Cue(group, name) in cues)


# -- patterns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("how many", phrases("how many")),
        ("per|each year", phrases("per year", "each year")),
        ("report(s)", phrases("report", "reports")),
        ("(the) top", phrases("top", "the top")),
        ("list (all|the) report(s)", {*phrases("list report", "list reports", "list all report", "list all reports"),
                                      *phrases("list the report", "list the reports")}),
        ("(is|are) missing", phrases("missing", "is missing", "are missing")),
        ("publicacion(es)|informe(s)", phrases("publicacion", "publicaciones", "informe", "informes")),
        ("informat(ion|ica)", phrases("informat", "information", "informatica")),
        ("(show me|give) it", phrases("it", "show me it", "give it")),
        # A group inside a group: its own parts may be missing as well.
        ("(for the (first|last)) time", phrases("time", "for the time", "for the first time", "for the last time")),
        ("(il(s)|elle(s)) a", phrases("a", "il a", "ils a", "elle a", "elles a")),
        ("par an(nee(s))", phrases("par an", "par annee", "par annees")),
        ("le(s) plus rare(s)", phrases("le plus rare", "le plus rares", "les plus rare", "les plus rares")),
        ("last # year(s)", {("last", NUMBER, "year"), ("last", NUMBER, "years")}),
        # What is written with case, accents and signs is compared without them.
        ("D'Où|ÉTÉ", phrases("d ou", "ete")),
        ("", set()),
        ("()", set()),
        ("(a)", phrases("a")),
    ],
)  # fmt: skip
def test_a_pattern_stands_for_its_phrases(pattern: str, meant: Phrases) -> None:
    assert set(expanded([pattern])) == meant


def test_several_patterns_stand_for_the_phrases_of_each() -> None:
    assert set(expanded(["a|b c", "d"])) == phrases("a c", "b c", "d")


@given(st.text("ab |()#", max_size=14))
def test_any_pattern_has_phrases_of_folded_words(pattern: str) -> None:
    for phrase in expanded([pattern]):
        assert phrase
        assert all(word == NUMBER or (word == fold(word) and " " not in word) for word in phrase)


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things(language: str) -> None:
    def said(of: str) -> dict[str, set[str]]:
        # Numbers are as many as the words of a language need.
        return {
            group: set(names) for group, names in tables(of).items() if group not in {"centuries", "decades", "numbers"}
        }

    assert said(language) == said("en")
    assert set(tables(language)) == set(tables("en"))
    assert all(patterns for names in tables(language).values() for patterns in names.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_decades_are_named_in_every_language(language: str) -> None:
    decades = {int(name) for name in tables(language)["decades"]}
    assert decades >= set(range(1920, 2000, 10))
    assert {int(name) for name in tables(language)["centuries"]} == {1801, 1901, 2001}
    assert {int(name) for name in tables(language)["numbers"]} == {*range(1, 11), 12, 15, 20}


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_fold_to_themselves(language: str) -> None:
    words = lexicon(language)
    for phrase in words.phrases:
        assert all(word == NUMBER or (word and word == fold(word)) for word in phrase), phrase
    assert words.longest == max(len(phrase) for phrase in words.phrases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_asks_for_two_kinds_of_answer(language: str) -> None:
    doubled = {
        phrase: names
        for phrase, cues in lexicon(language).phrases.items()
        if len(names := sorted(cue.name for cue in cues if cue.group == "intent")) > 1
    }
    assert doubled == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_pattern_is_written_twice(language: str) -> None:
    for names in tables(language).values():
        for patterns in names.values():
            assert len(patterns) == len(set(patterns))


def test_dimensions_are_facets_or_places() -> None:
    assert set(tables("en")["dimension"]) == set(FACETS) | {"place"}


def test_cues_of_intents_are_intents_or_say_more_of_one() -> None:
    more = {"more", "per_year", "fewest", "newest", "oldest", "opening", "closing", "order", "rise", "fall"}
    assert set(tables("en")["intent"]) - more <= {str(intent) for intent in Intent}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", ["dimension", "documents", "numbers", "decades"])
def test_a_noun_means_one_thing_of_its_kind(language: str, group: str) -> None:
    """ "Author" is a person and may begin the name of an institution's role, but never both by the same phrase."""
    for phrase, cues in lexicon(language).phrases.items():
        names = sorted(cue.name for cue in cues if cue.group == group)
        assert len(names) <= 1, (phrase, names)


def test_the_longest_phrase_comes_first() -> None:
    words = ["what", "is", "the", "total", "number", "of", "reports"]
    ends = [end for end, _ in lexicon("en").at(words, 0)]
    assert ends == sorted(ends, reverse=True)
    assert ends[0] == len(words) - 1
    assert list(lexicon("en").at(words, len(words))) == []


@pytest.mark.parametrize(
    ("language", "group", "name", "phrase"),
    [
        ("en", "time", "last_years", "over the last # years"),
        ("es", "time", "last_years", "en los ultimos # anos"),
        ("fr", "time", "last_years", "ces # dernieres annees"),
        ("pt", "time", "last_years", "nos ultimos # anos"),
        ("en", "intent", "fewest", "least frequent"),
        ("es", "role", "series", "en la revista"),
        ("fr", "logic", "not", "a l exception de"),
        ("pt", "dimension", "author", "pesquisadoras"),
    ],
)
def test_phrases_are_found_under_what_they_say(language: str, group: str, name: str, phrase: str) -> None:
    assert tuple(phrase.split()) in set(saying(language, group, name))


# -- adjectives of places, turns of speech -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_adjective_is_of_one_place_that_is_known(language: str) -> None:
    file = resources.files("search.question.understanding").joinpath("lexicon", language, "places.toml")
    of: dict[tuple[str, ...], set[str]] = {}
    for key, patterns in tomllib.loads(file.read_text(encoding="utf-8")).items():
        assert place_called(key), key
        for phrase in expanded(patterns):
            of.setdefault(phrase, set()).add(key)
    assert {phrase: keys for phrase, keys in of.items() if len(keys) > 1} == {}
    assert adjectives(language) == {phrase: key for phrase, keys in of.items() for key in keys}


@pytest.mark.parametrize(("language", "phrase"), [("en", "please"), ("es", "disponibles"), ("fr", "svp"), ("pt", "oi")])
def test_a_turn_of_speech_asks_nothing(language: str, phrase: str) -> None:
    assert lexicon(language).phrases[phrase,] <= {Cue("filler", "turn"), Cue("filler", "words")}


def test_a_word_that_asks_is_no_turn_of_speech() -> None:
    for language in LANGUAGES:
        for phrase, cues in lexicon(language).phrases.items():
            assert Cue("filler", "turn") not in cues or len(cues) == 1, phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_subject_is_a_turn_of_speech(language: str) -> None:
    """A word that says what reports are about must not be passed over."""
    turns = (phrase for phrase, cues in lexicon(language).phrases.items() if Cue("filler", "turn") in cues)
    assert [phrase for phrase in turns if subject_called(list(phrase), language) is not None] == []
