"""While a reader types, a list says what may be meant; it is chosen from by keyboard, pointer and touch."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import PHONE, Visits
from tests.browser.hostile_records import PAYLOADS, TOPIC
from tests.browser.search_pages import agrees_with_api, chips, settle
from tests.browser.test_accessibility import is_accessible

pytestmark = pytest.mark.browser

SUGGEST = "**/api/v1/suggest?*"


def _type(page: Page, text: str) -> None:
    page.locator("#q").focus()
    page.keyboard.type(text)


def _options(page: Page) -> Locator:
    return page.locator("#suggestions").get_by_role("option")


def _asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_an_entity_is_chosen_by_keyboard(visits: Visits) -> None:
    page = settle(visits.page("/"))
    field = page.get_by_role("combobox", name="Search reports")
    _type(page, "drought in keny")
    options = _options(page)
    expect(options).to_have_count(1)
    expect(options).to_have_text("Country Kenya 6 reports")
    expect(page.locator("#suggestions-said")).to_have_text("1 suggestion")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", str(options.get_attribute("id")))
    page.keyboard.press("Enter")
    page.wait_for_url("**country=**")
    settle(page)
    assert chips(page) == [("Country", "Kenya")]
    assert _asked(page)["q"] == ["drought in"]
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#suggestions")).to_be_hidden()
    agrees_with_api(page)


def test_the_arrows_go_round_and_escape_keeps_the_words(visits: Visits) -> None:
    page = settle(visits.page("/"))
    _type(page, "wat")
    options = _options(page)
    expect(options.first).to_be_visible()
    count = options.count()
    assert count > 2
    page.keyboard.press("ArrowUp")
    expect(options.nth(count - 1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#q")).not_to_have_attribute("aria-activedescendant", "")
    assert page.locator("#suggestions [aria-selected=true]").count() == 0
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(page.locator("#q")).to_have_value("wat")
    expect(page.locator("#q")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    # Without an active suggestion, Enter searches for what was typed.
    page.keyboard.press("Enter")
    settle(page)
    assert _asked(page)["q"] == ["wat"]
    expect(page.locator("#suggestions")).to_be_hidden()


@pytest.mark.parametrize("path", ["/", "/search?lang=fr"])
def test_a_title_opens_its_report(visits: Visits, path: str) -> None:
    page = visits.page(path)
    page.wait_for_selector("#q")
    _type(page, "milk money")
    option = _options(page).first
    expect(option).to_contain_text("Milk money")
    option.click()
    page.wait_for_url("**/report/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Milk money")
    assert _asked(page) == ({"lang": ["fr"]} if "lang" in path else {})


def test_the_plain_page_has_the_list_in_the_reader_s_language(visits: Visits) -> None:
    page = visits.page("/search?lang=es&year_from=1990")
    _type(page, "keny")
    option = _options(page).first
    expect(option).to_have_text("País Kenia Kenya 6 informes")
    option.click()
    page.wait_for_url("**country=**")
    assert chips(page)[0] == ("País", "Kenia")
    asked = _asked(page)
    assert (asked["country"], asked["lang"], asked["year_from"]) == (["KE"], ["es"], ["1990"])
    assert "q" not in asked


def test_a_suggestion_is_touched_on_a_phone(visits: Visits) -> None:
    page = settle(visits.page("/", **PHONE))
    _type(page, "agricul")
    option = _options(page).first
    expect(option).to_be_in_viewport()
    box = option.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert page.evaluate("document.scrollingElement.scrollWidth") <= page.evaluate("innerWidth") == 390
    option.tap()
    settle(page)
    page.wait_for_selector(".rg-chips")
    assert [facet for facet, _ in chips(page)] == ["Subjects"]
    assert "q" not in _asked(page)


def test_labels_and_titles_that_try_to_be_markup_are_text(visits: Visits) -> None:
    page = settle(visits.page("/"))
    for name, payload in PAYLOADS.items():
        typed = next((word for word in payload.replace("<", " ").replace(">", " ").split() if len(word) > 3), "")
        page.locator("#q").fill(typed[:30])
        page.wait_for_timeout(250)
        assert page.locator("#suggestions :not(li, span, small)").count() == 0, name
    page.locator("#q").fill("script window")
    expect(_options(page).first).to_contain_text("<script>")
    page.locator("#q").fill(TOPIC)
    _options(page).filter(has_text=TOPIC).first.click()
    page.wait_for_selector(".rg-chips")
    assert chips(page) == [("Subjects", TOPIC)]


def test_a_late_reply_does_not_replace_a_newer_one(visits: Visits) -> None:
    visits.allow("ERR_ABORTED|ERR_FAILED")
    page = settle(visits.page("/"))
    first: list[Route] = []

    def keep_waiting(route: Route) -> None:
        first.append(route)

    page.route("**/api/v1/suggest?q=ke&*", keep_waiting)
    _type(page, "ke")
    page.wait_for_timeout(400)
    assert len(first) == 1
    _type(page, "nya")
    expect(_options(page).first).to_contain_text("Kenya")
    first[0].abort()
    time.sleep(0.1)
    expect(_options(page).first).to_contain_text("Kenya")


def test_who_types_on_has_left_the_list(visits: Visits) -> None:
    page = settle(visits.page("/"))
    _type(page, "wat")
    expect(_options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("er")
    page.keyboard.press("Enter")
    settle(page)
    assert _asked(page)["q"] == ["water"]
    page.wait_for_timeout(400)
    expect(page.locator("#suggestions")).to_be_hidden()


def test_a_server_without_suggestions_is_searched_all_the_same(visits: Visits) -> None:
    visits.allow("status of 503")
    page = settle(visits.page("/"))
    page.route(SUGGEST, lambda route: route.fulfill(status=503, body="{}"))
    _type(page, "savings groups")
    page.wait_for_timeout(300)
    expect(page.locator("#suggestions")).to_be_hidden()
    page.keyboard.press("Enter")
    settle(page)
    assert _asked(page)["q"] == ["savings groups"]


def test_the_listis_accessible(visits: Visits, axe: str) -> None:
    page = settle(visits.page("/"))
    _type(page, "wat")
    expect(_options(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    is_accessible(page, axe)
