from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.fulltext.query_syntax import AllOf, AnyOf, Condition, Field, Not, ParsedText, Phrase, parse

KENYA, MALI, NIGER, WOMEN = (Phrase(word) for word in ("kenya", "mali", "niger", "women"))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("savings groups", None),
        ('"savings groups" mali', Phrase("savings groups")),
        ("“savings groups” mali", Phrase("savings groups")),
        ("«savings groups»", Phrase("savings groups")),
        ("+mali women", MALI),
        ("women -kenya", Not(KENYA)),
        ("women NOT kenya", Not(KENYA)),
        ("NOT NOT kenya", Not(KENYA)),
        ("women AND mali", AllOf((WOMEN, MALI))),
        ("women OR mali AND niger", AnyOf((WOMEN, AllOf((MALI, NIGER))))),
        ("women AND (mali OR niger) NOT kenya", AllOf((AllOf((WOMEN, AnyOf((MALI, NIGER)))), Not(KENYA)))),
        ("women -(mali niger)", Not(AnyOf((MALI, NIGER)))),
        ("women AND (mali niger)", AllOf((WOMEN, AnyOf((MALI, NIGER))))),
        ("author:mali", Phrase("mali", Field.AUTHOR)),
        ("Título:mali", Phrase("mali", Field.TITLE)),
        ('sujet:"mali niger"', Phrase("mali niger", Field.TOPIC)),
        ("-author:mali", Not(Phrase("mali", Field.AUTHOR))),
    ],
)
def test_conditions_are_read(text: str, condition: Condition | None) -> None:
    assert parse(text).condition == condition


@pytest.mark.parametrize(
    "text",
    [
        "co-operation and e-learning",
        "http://example.org/a?b=-c",
        "type:report",
        "at 10:30 - 11",
        "women (and men)",
        "WOMEN AND CREDIT",
        "women and men or children",
        "5 -",
        "Mali: a study",
        '"',
        "((",
    ],
)
def test_what_only_looks_like_a_formula_is_words(text: str) -> None:
    assert parse(text) == ParsedText(words=text, free=text, meaning=text)


def test_a_sentence_is_no_formula_and_its_quotations_rank() -> None:
    question = 'Which groups -women AND men- were called "savings groups" by the bank?'
    assert parse(question) == ParsedText(question, question, question, (Phrase("savings groups"),))
    long = "one two three four five six seven eight nine ten eleven twelve -thirteen"
    assert parse(long).condition is None


def test_words_of_conditions_are_ranked_by_and_are_not_free() -> None:
    parsed = parse('gender "savings groups" author:heckert NOT kenya')
    assert parsed.words == "gender savings groups heckert"
    assert parsed.free == "gender"
    assert parsed.meaning == "gender savings groups"
    assert parsed.phrases == (Phrase("savings groups"), Phrase("heckert", Field.AUTHOR))


def test_names_alone_mean_nothing_to_an_encoder() -> None:
    assert parse("author:heckert").meaning == ""
    assert parse("-kenya").words == ""


@pytest.mark.parametrize("text", ["women OR", "AND women", "women AND AND", "(women AND", "women) AND )", "NOT"])
def test_half_a_formula_is_read_as_far_as_it_goes(text: str) -> None:
    parsed = parse(text)
    assert ("women" in parsed.words) == ("women" in text)


def test_deep_brackets_do_not_exhaust_the_stack() -> None:
    parse("(" * 1900 + "a AND b")
    parse("NOT " * 490 + "a")


PARTS = ["a", "bb", '"c d"', "(", ")", "AND", "OR", "NOT", "-", "+", "author:", "topic:x", '"', "-e", "é"]


@given(st.text(max_size=200) | st.lists(st.sampled_from(PARTS)).map(" ".join))
def test_any_text_is_read_and_means_the_same_in_either_normal_form(text: str) -> None:
    parsed = parse(text)
    if unicodedata.normalize("NFC", unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFC", text):
        assert parse(unicodedata.normalize("NFD", text)) == parsed
    assert parsed.condition is not None or parsed.words == parsed.free == parsed.meaning
