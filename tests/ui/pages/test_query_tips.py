"""What readers are told that a query means is what it means."""

from __future__ import annotations

import pytest

from search.fulltext.query_syntax import FIELD_NAMES, AllOf, AnyOf, Field, Not, Phrase, parse
from tests.ui.pages.markup import Markup, line
from ui.languages import LANGUAGES
from ui.pages.query_tips import QUERY_TIPS
from ui.pages.search_page import SearchPage
from ui.texts import Texts
from ui.wiring import Services


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_means_what_is_said_of_it(language: str) -> None:
    examples = [parse(Texts(language).say(example)) for example, _ in QUERY_TIPS]
    words, phrase, excluded, required, joined, fields = (example.condition for example in examples)
    assert words is None
    assert isinstance(phrase, Phrase)
    assert len(phrase.text.split()) > 1
    assert isinstance(excluded, Not)
    assert isinstance(required, Phrase)
    assert isinstance(joined, AllOf)
    assert isinstance(joined.parts[1], AnyOf)
    assert isinstance(fields, AllOf)
    named = [part.field for part in fields.parts if isinstance(part, Phrase)]
    assert named == [Field.AUTHOR, Field.TOPIC]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_that_the_note_names_is_that_of_the_example(language: str) -> None:
    example, note = next(map(Texts(language).say, tip) for tip in QUERY_TIPS if "-" in tip[0])
    assert note.endswith(f"NOT {example.rpartition('-')[2]}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fields_are_named_as_readers_may_type_them(language: str) -> None:
    said = Texts(language).say(QUERY_TIPS[-1][1])
    folded = said.translate(str.maketrans("íéóçã", "ieoca"))
    named = {FIELD_NAMES[word.strip(",")] for word in folded.split() if word.strip(",") in FIELD_NAMES}
    assert named == set(Field)


@pytest.mark.parametrize("path", ["/", "/search"])
def test_the_search_page_tells_them_folded(sample_services: Services, path: str) -> None:
    page = Markup(SearchPage.open(sample_services.live_engine(), "lang=fr", "", path).html("parts/page.html"))
    tips = page.one("details", id="tips")
    assert "open" not in tips.attributes
    said = line(tips.text)
    for tip in QUERY_TIPS:
        for text in tip:
            assert line(Texts("fr").say(text)) in said
