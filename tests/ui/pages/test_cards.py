from __future__ import annotations

from dataclasses import replace

import pytest

from kg.descriptions import Signature
from kg.facets.table import FACETS
from kg.facets.values import FacetValue
from search.engine import Engine
from search.fusion import LEXICAL, SEMANTIC
from search.request import Hit, Request, Sort, Why
from search.reranking import RERANKER
from search.snapshots.snapshot import Snapshot
from tests.ui.pages.markup import Markup, line
from ui.languages import LANGUAGES
from ui.pages.address import Address
from ui.pages.cards import Card, card_of, reasons
from ui.pages.rendering import Rendering
from ui.pages.search_view import search_view
from ui.texts import Texts

ENGLISH = Texts("en")
TEMPLATE = "parts/related.html"


def hits(engine: Engine, query: str = "") -> tuple[Hit, ...]:
    return engine.search(Request(query, limit=60, sort=Sort.OLDEST if not query else Sort.RELEVANCE)).hits


def cards(engine: Engine, query: str = "", language: str = "en") -> list[Card]:
    return [card_of(engine.snapshot, hit, Texts(language), Address()) for hit in hits(engine, query)]


def drawn(*shown: Card, language: str = "en") -> Markup:
    return Markup(Rendering(language).html(TEMPLATE, cards=shown))


def test_authors_stand_in_the_order_of_the_record_each_with_their_search(engine: Engine) -> None:
    for card, hit in zip(cards(engine), hits(engine), strict=True):
        assert [author.label for author in card.authors] == [signature.name for signature in hit.card.signatures[:8]]
        for author in card.authors:
            found = search_view(engine, Address.read(author.query), ENGLISH)
            assert any(hit.card.id == other.id for other in found.cards) or found.total > 10
            assert len(found.chips) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_authors_are_cut_with_their_number(engine: Engine, language: str) -> None:
    hit = hits(engine)[0]
    crowd = tuple(Signature(f"Author, {n}", f"http://e/author/author-{n}") for n in range(1234))
    card = card_of(engine.snapshot, replace(hit, card=replace(hit.card, signatures=crowd)), Texts(language), Address())
    assert ([author.label for author in card.authors], card.more_authors) == ([f"Author, {n}" for n in range(8)], 1226)
    shown = line(drawn(card, language=language).one("p", class_="rg-authors").text)
    assert "Author, 6; Author, 7 " in shown
    assert "1226" in "".join(filter(str.isdigit, shown))


def test_eight_authors_are_all_and_no_author_is_no_line(engine: Engine) -> None:
    hit = hits(engine)[0]
    eight = tuple(Signature(f"Author, {n}", f"http://e/author/author-{n}") for n in range(8))
    whole = card_of(engine.snapshot, replace(hit, card=replace(hit.card, signatures=eight)), ENGLISH, Address())
    assert (len(whole.authors), whole.more_authors) == (8, 0)
    none = card_of(engine.snapshot, replace(hit, card=replace(hit.card, signatures=())), ENGLISH, Address())
    assert not drawn(none).all("p", class_="rg-authors")


def test_what_was_met_is_marked_and_all_the_rest_is_text(odd: Snapshot) -> None:
    engine = Engine(odd, None)
    request = Request("alert paragraphs bold", mode=Request().mode.LEXICAL)
    (hit,) = (hit for hit in engine.search(request).hits if hit.card.id == "X/1 é")
    page = drawn(card_of(odd, hit, ENGLISH, Address()))
    assert not page.faults
    assert page.one("h4").text == hit.card.title
    assert {mark.text for mark in page.all("mark")} == {"alert", "paragraph", "bold"}
    assert not page.all("script")
    assert not page.all("b")


def test_words_are_met_as_the_language_of_the_report_bends_them(engine: Engine) -> None:
    marked = {
        piece.text.lower()
        for card in cards(engine, "une femme rurale")
        for piece in (*card.title, *card.excerpt)
        if piece.marked
    }
    assert "femmes" in marked
    assert not {"une", "the", "female"} & marked


def test_an_excerpt_is_short_and_text_without_an_abstract_has_none(engine: Engine, odd: Snapshot) -> None:
    for card in cards(engine):
        assert len("".join(piece.text for piece in card.excerpt)) <= 322
    assert cards(Engine(odd, None))[-1].excerpt == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_are_links_in_the_language_of_the_reader(engine: Engine, language: str) -> None:
    texts = Texts(language)
    snapshot = engine.snapshot
    for hit in hits(engine)[:8]:
        card = card_of(snapshot, hit, texts, Address(language=language))
        ordinal = snapshot.columns.ordinal(hit.card.iri)
        assert ordinal is not None
        stated = [
            v.label_in(language) for f in ("type", "language", "access") for v in snapshot.columns.values(f, ordinal)
        ]
        assert [link.label for link in card.facts] == stated
        assert card.href == f"/report/{hit.card.id}?lang={language}"
        links = (*card.authors, *card.facts, *card.series, *card.topics, *([card.year] if card.year else []))
        for link in links:
            asked = Address.read(link.query)
            assert (asked.language, asked.query, asked.ignored) == (language, "", ())
            assert asked.filtered


def test_links_of_a_card_lead_to_searches_that_find_it(engine: Engine) -> None:
    for hit in hits(engine)[::6]:
        card = card_of(engine.snapshot, hit, ENGLISH, Address())
        for link in (*card.facts, *card.series, *card.topics, *([card.year] if card.year else [])):
            address = Address.read(link.query)
            pages = range(1, -(-search_view(engine, address, ENGLISH).total // 10) + 1)
            found = [other.id for page in pages for other in search_view(engine, address.on_page(page), ENGLISH).cards]
            assert card.id in found


VALUES = (FacetValue("http://e/topic/water", "water", {"fr": "eau"}), FacetValue("http://e/topic/maize", "maize"))


def test_reasons_are_sentences_of_what_is_known() -> None:
    why = Why(words=("women", "credit"), similarity=0.8765, shared={"topic": VALUES})
    assert reasons(why, ENGLISH) == (
        "It holds the words: women, credit.",
        "Its meaning is similar: 0.88 on a scale to 1.",
        "It shares the subjects water, maize.",
    )
    assert reasons(Why(similarity=-0.5, title_only=True), ENGLISH) == (
        "Its meaning is similar: -0.5 on a scale to 1.",
        "It has no abstract: its title and subjects were compared.",
    )
    assert reasons(Why(similar=("wimen",)), ENGLISH) == ("It holds words like: wimen.",)
    assert reasons(Why(words=("women",)), ENGLISH) == ("It holds the words: women.",)
    assert reasons(Why(), ENGLISH) == ()


def test_a_name_that_ends_with_an_initial_ends_the_sentence() -> None:
    author = FacetValue("http://e/author/doe-j", "Doe, J.")
    assert reasons(Why(shared={"author": (author,)}), ENGLISH) == ("It shares the authors Doe, J.",)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facet", [name for name, facet in FACETS.items() if facet.likeness is not None])
def test_every_kind_of_shared_value_has_its_sentence(language: str, facet: str) -> None:
    (said,) = reasons(Why(shared={facet: VALUES}), Texts(language))
    assert ("eau, maize" if language == "fr" else "water, maize") in said
    assert "%" not in said


def test_an_id_with_spaces_and_quotes_names_its_parts_without(odd: Snapshot) -> None:
    engine = Engine(odd, None)
    page = drawn(*cards(engine))
    assert not page.faults
    assert {article.attributes["aria-labelledby"].count(" ") for article in page.all("article")} == {0}
    related = Markup(Rendering("en").html("search.html", **_nothing_but(engine)))
    assert not related.faults
    asked = {
        element.attributes["data-related"] for element in related.all("details") if "data-related" in element.attributes
    }
    assert {"a b", '"onclick=x'} <= asked | {hit.card.id for hit in hits(engine)[10:]}


def _nothing_but(engine: Engine) -> dict[str, object]:
    return {
        "view": search_view(engine, Address(), ENGLISH),
        "path": "/search",
        "here_in": dict.fromkeys(LANGUAGES, "/search"),
        "workbench_query": "",
        "question": None,
        "suggested": {},
        "tips": [],
    }


def test_without_related_reports_the_page_says_so() -> None:
    assert line(drawn().text) == "There is no other report."


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "second look 50"),
        ("es", "segunda lectura 50"),
        ("fr", "seconde lecture 50"),
        ("pt", "segunda leitura 50"),
    ],
)
def test_the_share_of_a_reranker_is_told_in_the_language(engine: Engine, language: str, said: str) -> None:
    hit = hits(engine)[0]
    reranked = replace(hit, why=Why(parts={LEXICAL: 0.1, SEMANTIC: 0.2, RERANKER: 0.3}))
    assert card_of(engine.snapshot, reranked, Texts(language), Address()).shares[-1].startswith(said)
