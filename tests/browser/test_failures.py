"""What goes wrong between browser and server: answers that are late, overtake one another, or never come."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visits
from tests.browser.search_pages import agrees_with_api, chips, settle, titles

pytestmark = pytest.mark.browser

CALLS = "**/gradio_api/component_server**"


def test_a_script_that_comes_after_its_component_starts_the_page(visits: Visits) -> None:
    page = visits.page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/search.js*", hold)
    page.goto("/?q=savings", wait_until="commit")
    page.wait_for_selector("#rg-page", state="attached")
    page.wait_for_timeout(300)
    for script in held:
        script.continue_()
    assert held
    assert titles(settle(page))


def test_quick_clicks_end_at_the_last_address(visits: Visits) -> None:
    page = settle(visits.page("/"))
    for facet in ("topic", "author", "topic", "author", "topic"):
        # Without waiting: each click goes to the page as it is at that moment.
        page.locator(f"#facet-of-{facet} a[role=checkbox]").nth(1).dispatch_event("click")
    settle(page)
    assert chips(page)
    agrees_with_api(page)


def test_an_answer_that_is_overtaken_is_dropped(visits: Visits) -> None:
    page = settle(visits.page("/"))
    held: list[Route] = []
    page.route(CALLS, lambda route: held.append(route) if not held else route.continue_())
    page.locator("#facet-of-topic a[role=checkbox]").nth(0).dispatch_event("click")
    page.wait_for_timeout(200)
    assert len(held) == 1
    page.locator("#facet-of-topic a[role=checkbox]").nth(1).dispatch_event("click")
    settle(page)
    second, chosen = page.url, chips(page)
    with page.expect_response(CALLS):
        held[0].continue_()
    page.wait_for_timeout(200)
    assert (page.url, chips(page)) == (second, chosen)
    assert len(chosen) == 1
    agrees_with_api(page)


def test_going_back_while_an_answer_is_awaited_shows_where_one_is(visits: Visits) -> None:
    page = settle(visits.page("/?q=savings"))
    shown = titles(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(CALLS, hold)
    page.locator("#facet-of-topic a[role=checkbox]").nth(1).dispatch_event("click")
    page.wait_for_timeout(200)
    page.evaluate("history.back()")
    page.wait_for_timeout(200)
    for route in held:
        route.continue_()
    settle(page)
    assert (titles(page), chips(page)) == (shown, [])
    agrees_with_api(page)


@pytest.mark.parametrize("failing", ["unreachable", "an error"])
def test_without_gradios_server_function_the_plain_page_answers(visits: Visits, failing: str) -> None:
    visits.allow("net::ERR_FAILED|the server responded with a status of 500|component_server")
    page = visits.page()
    page.route(CALLS, lambda route: route.abort() if failing == "unreachable" else route.fulfill(status=500, body="no"))
    page.goto("/report/sample001")
    page.goto("/?q=savings&year_from=2008&sort=oldest")
    page.wait_for_url("**/search?q=savings&year_from=2008&sort=oldest")
    assert agrees_with_api(page)["hits"]
    page.go_back()
    expect(page).to_have_url(f"{visits.address}/report/sample001")


def test_related_reports_that_cannot_be_had_leave_the_link_to_them(visits: Visits) -> None:
    visits.allow("net::ERR_FAILED|component_server")
    page = settle(visits.page("/?q=savings"))
    page.route(CALLS, lambda route: route.abort())
    related = page.locator(".rg-results details[data-related]").first
    related.locator("summary").click()
    expect(related.locator("a")).to_be_visible()
    expect(related.locator("[aria-busy]")).to_have_count(0)
    page.unroute(CALLS)
    related.locator("summary").click()
    related.locator("summary").click()
    expect(page.locator(".rg-related .rg-title").first).to_be_visible()
