from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.facets.table import FACETS
from kg.importers.plain_text import one_line
from search.question.understanding.plan import Intent, Mention, Reading
from search.question.understanding.words import LONGEST
from ui.languages import LANGUAGES
from ui.pages.ask_address import CORRECTABLE, AskAddress

QUESTION = AskAddress("How many reports on Kenya?", language="es")

TEXTS = st.text(min_size=1, max_size=40).map(one_line).filter(bool)
ADDRESSES = st.builds(
    AskAddress,
    question=TEXTS,
    after=st.just("") | TEXTS,
    dropped=st.lists(TEXTS, max_size=5, unique=True).map(tuple),
    meant=st.dictionaries(TEXTS, st.sampled_from(list(FACETS)), max_size=5).map(lambda meant: tuple(meant.items())),
    intent=st.none() | st.sampled_from(CORRECTABLE),
    language=st.none() | st.sampled_from(sorted(LANGUAGES)),
)


@given(ADDRESSES)
def test_what_an_address_says_is_what_is_read_from_it(address: AskAddress) -> None:
    assert AskAddress.read(address.query_string) == address


@given(st.text(max_size=200))
def test_any_text_is_read_as_some_address_that_stays_the_same(text: str) -> None:
    address = AskAddress.read(text)
    again = AskAddress.read(address.query_string)
    assert (again.question, again.dropped, again.meant) == (address.question, address.dropped, address.meant)


def test_corrections_are_taken_back_by_what_undoes_them() -> None:
    dropped = QUESTION.dropping("country:kenya")
    assert dropped.corrections.dropped == {"country:kenya"}
    assert dropped.dropping("country:kenya") == dropped
    assert dropped.keeping("country:kenya") == QUESTION
    meant = dropped.meaning("country:kenya", "topic")
    assert (meant.dropped, meant.corrections.chosen) == ((), {"country:kenya": "topic"})
    assert meant.meaning("country:kenya", "country").meant == (("country:kenya", "country"),)
    counted = QUESTION.answering(Intent.COUNT)
    assert counted.corrections.intent is Intent.COUNT
    assert counted.answering(None) == QUESTION


def test_a_new_question_keeps_the_language_alone() -> None:
    asked = QUESTION.dropping("country:kenya").answering(Intent.LIST).asking("And Mali?")
    assert asked == AskAddress("And Mali?", language="es")
    assert AskAddress().href == "/ask"
    assert QUESTION.spoken("fr").href == "/ask?q=How+many+reports+on+Kenya%3F&lang=fr"


def test_a_mention_with_another_meaning_is_named_by_its_first_key() -> None:
    mention = Mention("Kenya", 0, 5, Reading("topic", ("https://example.org/topic/kenya",), "kenya", 7))
    assert QUESTION.key_of(mention) == "topic:kenya"
    assert QUESTION.meaning("country:kenya", "topic").key_of(mention) == "country:kenya"
    assert QUESTION.meaning("country:mali", "topic").key_of(mention) == "topic:kenya"


@pytest.mark.parametrize(
    ("parameters", "ignored"),
    [
        ([("intent", "gaps")], ("intent",)),
        ([("intent", "<script>")], ("intent",)),
        ([("lang", "de")], ("lang",)),
        ([("as", "country:kenya=nothing")], ("as",)),
        ([("as", "=topic")], ("as",)),
        ([("as", "topic")], ("as",)),
        ([("drop", "x" * 501)], ("drop",)),
        ([("drop", f"topic:{n}") for n in range(51)], ("drop",)),
        ([("drop", f"topic:{n}") for n in range(50)] + [("as", "topic:x=author")], ("as",)),
        ([("drop", " ")], ()),
        ([("unknown", "1")], ()),
    ],
)
def test_what_means_nothing_is_left_out_and_named(parameters: list[tuple[str, str]], ignored: tuple[str, ...]) -> None:
    address = AskAddress.read(urlencode([("q", "Kenya?"), *parameters]))
    assert address.ignored == ignored
    assert address.question == "Kenya?"
    assert len(address.dropped) + len(address.meant) <= 50
    assert address.intent is None
    assert address.language is None


def test_long_questions_are_shortened_and_control_characters_left_out() -> None:
    long = AskAddress.read(urlencode({"q": "a" * 10_000, "after": "b" * 10_000}))
    assert (len(long.question), len(long.after), long.shortened) == (LONGEST, LONGEST, True)
    assert not AskAddress.read(urlencode({"q": "a" * LONGEST})).shortened
    clean = AskAddress.read("q=+How%00many%07+%1B[31mreports%0D%0Aon%09%E2%80%AEgnp%3F")
    assert clean.question == "Howmany [31mreports on gnp?"


def test_nothing_follows_without_a_question() -> None:
    assert AskAddress.read("after=Kenya&q=") == AskAddress()
