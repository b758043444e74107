from __future__ import annotations

import json

import pytest

from search.errors import UnknownReportError
from search.live import LiveEngine
from tests.ui.pages.markup import Markup, line
from ui.asset_files import asset_url
from ui.languages import LANGUAGES
from ui.pages.search_page import SearchPage, related_html
from ui.texts import Texts
from ui.wiring import Services


@pytest.fixture(scope="module")
def live(sample_services: Services) -> LiveEngine:
    return sample_services.live_engine()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plain_page_and_the_part_for_gradio_show_the_same(live: LiveEngine, language: str) -> None:
    text = f"q=women&topic=gender&lang={language}"
    plain = SearchPage.open(live, text, "", "/search")
    part = SearchPage.open(live, text, "", "/")
    whole = Markup(plain.html("search.html"))
    inside = Markup(part.html("parts/page.html"))
    assert not whole.faults
    assert not inside.faults
    assert line(whole.one("main").text) == line(inside.one("div", id="main").text)
    assert [said for _, said in whole.links[1:]] == [said for _, said in inside.links[1:]]


def test_links_of_the_search_lead_to_the_page_that_shows_it(live: LiveEngine) -> None:
    for path in ("/", "/search"):
        found = Markup(SearchPage.open(live, "q=women", "", path).html("parts/page.html"))
        searches = [e.attributes["href"] for e in found.all("a") if e.attributes.get("role") == "checkbox"]
        assert searches
        assert all(href.startswith(f"{path}?") for href in searches)
        assert {form.attributes["action"] for form in found.all("form")} == {path}


def test_exclusions_are_links_with_a_name_beside_each_value(live: LiveEngine) -> None:
    for path in ("/", "/search"):
        found = Markup(SearchPage.open(live, "not_country=ML&q=women", "", path).html("parts/page.html"))
        assert not found.faults
        values = [one for one in found.all("a") if one.attributes.get("role") == "checkbox"]
        excluding = [one for one in found.all("a") if one.attributes.get("class") == "rg-exclude"]
        assert len(values) == len(excluding) > 20
        assert all(line(one.text) == one.attributes["title"] for one in excluding)
        assert all(one.attributes["href"].startswith(f"{path}?") for one in excluding)
        taken_back = found.one("a", id="exclude-country-ML")
        assert taken_back.attributes["href"] == f"{path}?q=women"
        assert line(taken_back.text) == "not Mali Remove this filter"
        assert line(found.one("a", id="chip-1").text).startswith("Country not Mali")
        hidden = [one.attributes for one in found.all("input", type="hidden", name="not_country")]
        assert [one["value"] for one in hidden] == ["ML", "ML"]


def test_a_formula_without_results_offers_its_words(live: LiveEngine) -> None:
    page = SearchPage.open(live, "q=%22zzz+yyy%22+%2Bxxx&mode=lexical&lang=es", "", "/search")
    found = Markup(page.html("parts/page.html"))
    assert ("/search?q=zzz+yyy+xxx&mode=lexical&lang=es", "Buscar solo las palabras: zzz yyy xxx") in found.links


def test_titles_and_announcements_say_what_was_asked_and_found(live: LiveEngine) -> None:
    page = SearchPage.open(live, "q=%3Cb%3Ewomen&topic=women&lang=es", "", "/")
    assert page.title == "<b>women · reportgraph"
    assert page.announcement.split()[0] == str(page.view.total)
    assert page.announcement.split()[1] in {"informe", "informes"}
    assert SearchPage.open(live, "", "", "/").title == "reportgraph"
    assert "<b>" not in page.html("search.html").split("</title>")[0]


def test_the_address_decides_on_the_language_before_the_browser(live: LiveEngine) -> None:
    assert SearchPage.open(live, "lang=fr", "es", "/").rendering.language == "fr"
    assert SearchPage.open(live, "", "es", "/").rendering.language == "es"
    assert SearchPage.open(live, "lang=xx", "", "/").rendering.language == "en"


def test_relatives_are_five_cards_in_the_language_of_the_reader(live: LiveEngine) -> None:
    found = Markup(related_html(live, "sample001", "q=x&lang=es", "fr"))
    assert not found.faults
    assert len(found.all("article")) == 5
    assert all("lang=es" in href for href, _ in found.links)
    assert Texts("es").say("Why this report?") in found.text
    assert not found.all("details", data_related="sample001")


@pytest.mark.parametrize("report_id", ["", "none", "sample001/", "\x00", "../sample001", "x" * 20_000])
def test_relatives_of_no_report_are_an_error(live: LiveEngine, report_id: str) -> None:
    with pytest.raises(UnknownReportError):
        related_html(live, report_id, "", "")


@pytest.mark.parametrize("path", ["/", "/search"])
def test_the_list_of_suggestions_brings_its_texts_in_the_reader_s_language(live: LiveEngine, path: str) -> None:
    page = Markup(SearchPage.open(live, "q=women&lang=es", "", path).html("parts/page.html"))
    field = page.one("input", id="q")
    suggestions = page.one("ul", id=field.attributes["data-suggest"])
    assert "hidden" in suggestions.attributes
    assert suggestions.attributes["role"] == "listbox"
    assert suggestions.attributes["aria-label"] == "Sugerencias"
    assert json.loads(suggestions.attributes["data-kinds"])["report"] == "Informes"
    assert (suggestions.attributes["data-report"], suggestions.attributes["data-reports"]) == (
        *("{n} informe", "{n} informes"),
    )
    assert suggestions.attributes["data-lang-query"] == "lang=es"
    # Without scripts the field is a plain one.
    assert "role" not in field.attributes


def test_the_script_of_the_suggestions_is_on_the_plain_page(live: LiveEngine) -> None:
    page = Markup(SearchPage.open(live, "", "", "/search").html("search.html"))
    assert asset_url("suggest.js") in [script.attributes.get("src") for script in page.all("script")]
