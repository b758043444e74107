"""The page of questions: by mouse, keyboard and touch, with and without scripts, light and dark."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, Visits
from tests.browser.hostile_records import PAYLOADS, TOPIC
from tests.browser.test_accessibility import is_accessible

pytestmark = pytest.mark.browser

COUNT: Final = "How many reports on gender are open access?"
LIST: Final = "List all working papers in English since 2015"
QUESTIONS: Final = (
    COUNT,
    LIST,
    "What effect does credit have on the income of women?",
    "How many reports were published each year?",
    "Which countries have the most reports?",
    "What share of the reports is in French?",
    "Compare Uganda and Mali",
    "Which subjects rose or fell between 2010 and 2020?",
    "List all reports in Spanish about Kenya since 2023",
    f"How many reports on {TOPIC}?",
    "???",
)


def path(question: str, **parameters: str) -> str:
    return f"/ask?{urlencode({'q': question, **parameters})}"


def settle(page: Page) -> Page:
    """Wait until the page shows the answer to its address."""
    page.wait_for_selector("#asked:not([aria-busy]) #sentence")
    return page


def sentence(page: Page) -> str:
    return page.locator("#sentence").inner_text()


def question(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["q"][0]


def _becomes(page: Page, expression: str, value: object) -> None:
    """Wait until an expression has a value: Playwright's own waiting evaluates text, which the policy forbids."""
    for _ in range(100):
        if page.evaluate(expression) == value:
            return
        page.wait_for_timeout(50)
    assert page.evaluate(expression) == value


def test_a_question_is_asked_corrected_and_gone_back_to(visits: Visits) -> None:
    page = visits.page("/ask")
    page.locator("#q").fill(COUNT)
    page.keyboard.press("Enter")
    settle(page)
    assert question(page) == COUNT
    expect(page).to_have_title(f"{COUNT} · reportgraph")
    expect(page.locator("#q")).to_be_focused()
    whole = sentence(page)
    expect(page.locator("#said")).to_have_text(whole)
    page.locator("#chip-1").click()
    expect(page.locator("#chip-1")).to_contain_text("+")
    fewer = sentence(page)
    assert fewer != whole
    expect(page.locator("#chip-1")).to_be_focused()
    assert parse_qs(urlsplit(page.url).query)["drop"] == ["topic:gender"]
    page.locator("#intents > summary").click()
    page.get_by_role("link", name="every such report").click()
    expect(page.locator(".rg-results .rg-card").first).to_be_visible()
    page.go_back()
    expect(page.locator("#sentence")).to_have_text(fewer)
    page.go_back()
    expect(page.locator("#sentence")).to_have_text(whole)
    page.go_back()
    expect(page.locator("#example-1")).to_be_visible()
    page.go_forward()
    expect(page.locator("#sentence")).to_have_text(whole)
    # The address alone says it all.
    again = settle(visits.page(urlsplit(page.url).path + "?" + urlsplit(page.url).query))
    assert sentence(again) == whole


def test_an_example_and_a_question_that_follows_it(visits: Visits) -> None:
    page = visits.page("/ask")
    page.get_by_role("link", name=LIST).click()
    settle(page)
    first = sentence(page)
    page.locator("#and").fill("and in French?")
    page.keyboard.press("Enter")
    expect(page.locator("#before")).to_have_text(LIST)
    settle(page)
    assert sentence(page) != first
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("and in French?")
    page.locator("#before").click()
    expect(page.locator("#sentence")).to_have_text(first)


def test_reports_and_searches_are_left_to_and_come_back_from(visits: Visits) -> None:
    page = settle(visits.page(path(LIST)))
    page.locator(".rg-results .rg-title a").nth(3).click()
    page.wait_for_url("**/report/**")
    page.go_back()
    settle(page)
    page.get_by_role("link", name="Open it as a search").click()
    page.wait_for_selector("#rg-page:not([aria-busy]) #main", state="attached")
    assert page.locator("#total").inner_text().split()[0] == "7"
    page.goto("/?q=How+many+reports+on+gender%3F")
    page.locator("#as-question").click()
    settle(page)
    assert question(page) == "How many reports on gender?"


def test_the_place_on_the_page_is_found_again(visits: Visits) -> None:
    page = settle(visits.page(path(LIST)))
    page.evaluate("window.scrollTo(0, 500)")
    _becomes(page, "history.state?.scroll", 500)
    page.get_by_role("link", name="Remove this filter").nth(1).evaluate("chip => chip.click()")
    page.wait_for_url("**drop**")
    settle(page)
    assert page.evaluate("window.scrollY") == 0
    page.go_back()
    _becomes(page, "window.scrollY", 500)


def test_only_the_answer_to_the_last_question_is_shown(visits: Visits) -> None:
    page = settle(visits.page(path(COUNT)))

    def late(route: Route) -> None:
        page.wait_for_timeout(400)
        route.continue_()

    page.route(re.compile("drop="), late)
    page.locator("#chip-1").click()
    expect(page.locator("#asked")).to_have_attribute("aria-busy", "true")
    page.locator("#q").fill(LIST)
    page.keyboard.press("Enter")
    settle(page)
    page.wait_for_timeout(600)
    assert question(page) == LIST
    expect(page.locator("#sentence")).to_contain_text("Working paper")


def test_where_the_script_gets_no_page_the_browser_asks_itself(visits: Visits) -> None:
    visits.allow("ERR_FAILED|status of 500")
    page = settle(visits.page(path(COUNT)))
    refused: list[str] = []

    def once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    page.route(re.compile("/ask"), once)
    page.locator("#chip-1").click()
    page.wait_for_load_state()
    expect(page.locator("#chip-1")).to_contain_text("+")
    assert len(refused) == 1


def test_the_frame_is_there_before_the_answer(visits: Visits) -> None:
    page = visits.page(path("Which subjects rose or fell between 2010 and 2020?"))
    settle(page)
    expect(page.locator(".rg-wait")).to_be_hidden()
    page.locator("#reply").evaluate(
        "reply => { while (reply.lastElementChild.className !== 'rg-wait') reply.lastElementChild.remove(); }"
    )
    expect(page.locator(".rg-wait")).to_be_visible()


def test_the_keyboard_alone_is_enough(visits: Visits) -> None:
    page = visits.page("/ask")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("Reports about maize in Kenya")
    page.keyboard.press("Enter")
    settle(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#intents > summary")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#intents-1")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#intents-1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#intents-1")).to_be_hidden()
    expect(page.locator("#intents > summary")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#chip-1")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**as=**")
    settle(page)
    expect(page.locator("#chip-1")).to_be_focused()
    expect(page.locator("#chip-1")).to_contain_text("×")


@pytest.mark.parametrize("asked", [LIST, "Compare Uganda and Mali", "How many reports were published each year?"])
def test_the_focus_is_seen_at_every_stop(visits: Visits, asked: str) -> None:
    page = settle(visits.page(path(asked)))
    page.locator("details").evaluate_all("all => { for (const one of all) one.open = true; }")
    stops = 0
    for _ in range(250):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const focused = document.activeElement;
              if (!focused || focused === document.body) return null;
              const { outlineStyle, outlineWidth } = getComputedStyle(focused);
              const box = focused.getBoundingClientRect();
              const within = box.bottom > 0 && box.top < innerHeight && box.width > 1 && box.height > 1;
              return [outlineStyle !== "none" && parseFloat(outlineWidth) >= 2, within, focused.outerHTML.slice(0, 80)];
            }"""
        )
        if stop is None:
            break
        stops += 1
        assert stop[:2] == [True, True], stop[2]
    assert 12 < stops < 250


def test_a_menu_closes_where_one_clicks_elsewhere(visits: Visits) -> None:
    page = settle(visits.page(path(LIST)))
    page.locator("#intents > summary").click()
    expect(page.locator("#intents-1")).to_be_visible()
    page.locator("#sentence").click()
    expect(page.locator("#intents-1")).to_be_hidden()


@pytest.mark.parametrize("asked", QUESTIONS)
def test_pages_are_accessible_light_and_dark(visits: Visits, axe: str, asked: str) -> None:
    page = settle(visits.page(path(asked, after=LIST)))
    page.locator("details").evaluate_all("all => { for (const one of all) one.open = true; }")
    is_accessible(page, axe)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_without_a_question_is_accessible(visits: Visits, axe: str, lang: str) -> None:
    is_accessible(visits.page(f"/ask?lang={lang}"), axe)


def test_nothing_scrolls_to_the_side_on_a_phone(visits: Visits) -> None:
    page = visits.page("/ask", **PHONE)
    for asked in (*QUESTIONS, PAYLOADS["long"], PAYLOADS["letters"], f"Reports about {PAYLOADS['long']}"):
        for extra in ({}, {"after": f"{asked} {PAYLOADS['long']}", "lang": "pt"}):
            page.goto(path(asked, **extra))
            settle(page)
            page.locator("details").evaluate_all("all => { for (const one of all) one.open = true; }")
            assert page.evaluate("document.scrollingElement.scrollWidth") <= 390, asked
            assert page.evaluate("visualViewport.scale") == 1


def test_a_question_by_touch(visits: Visits) -> None:
    page = settle(visits.page(path(LIST), **PHONE))
    expect(page.locator("#sentence")).to_be_in_viewport()
    page.locator("#chip-3").tap()
    page.wait_for_url("**drop**")
    settle(page)
    expect(page.locator("#chip-3")).to_contain_text("+")
    page.locator("#intents > summary").tap()
    page.locator("#intents-1").tap()
    page.wait_for_url("**intent=count**")
    settle(page)


def test_without_scripts_every_link_and_form_leads_on(visits: Visits) -> None:
    page = visits.page("/ask", java_script_enabled=False)
    page.locator("#q").fill(COUNT)
    page.get_by_role("button", name="Ask", exact=True).click()
    whole = sentence(page)
    expect(page.locator(".rg-wait")).to_be_hidden()
    page.locator("#chip-1").click()
    assert sentence(page) != whole
    page.locator("#chip-1").click()
    assert sentence(page) == whole
    page.locator("#intents > summary").click()
    page.locator("#intents-1").click()
    assert parse_qs(urlsplit(page.url).query)["intent"]
    page.go_back()
    page.locator("#and").fill("and in French?")
    page.locator("#and").press("Enter")
    assert parse_qs(urlsplit(page.url).query)["after"] == [COUNT]
    page.locator(".rg-languages a[lang=es]").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert question(page) == "and in French?"
    page.locator("#sparql > summary").click()
    page.locator("#sparql > a").click()
    expect(page.locator("#answer-title")).to_be_visible()


@pytest.mark.parametrize("name", sorted(PAYLOADS))
def test_payloads_are_text(visits: Visits, name: str) -> None:
    page = visits.page(f"/ask?q={quote(PAYLOADS[name], safe='')}&after={quote(PAYLOADS[name], safe='')}")
    settle(page)
    page.locator("#q").fill(f"How many reports on {TOPIC} by {PAYLOADS[name]}?")
    page.keyboard.press("Enter")
    settle(page)
    page.locator("#q").fill(f"List reports on {TOPIC}")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator(".rg-results .rg-card").first).to_be_visible()
