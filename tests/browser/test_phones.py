"""A phone: everything fits its width, folds and unfolds, and is done by touch."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visits
from tests.browser.hostile_records import PAYLOADS, TOPIC, hostile_id
from tests.browser.search_pages import agrees_with_api, chips, settle, titles

pytestmark = pytest.mark.browser

QUERY = "SELECT * WHERE { ?report ?property ?value . ?report <http://purl.org/dc/terms/title> ?title } LIMIT 40"
PAGES: Final = (
    "/",
    "/?q=savings&year_from=2006&type=report",
    f"/?{urlencode({'topic': TOPIC})}",
    f"/?{urlencode({'not_topic': TOPIC})}",
    f"/?{urlencode({'q': PAYLOADS['long'], 'topic': PAYLOADS['long']})}",
    f"/search?{urlencode({'topic': TOPIC, 'page': 2})}",
    "/report/sample001",
    *(f"/report/{quote(hostile_id(name), safe='')}" for name in ("long", "beacons", "letters")),
    "/workbench",
    f"/workbench?{urlencode({'query': QUERY})}",
    f"/workbench?{urlencode({'query': QUERY.replace('SELECT *', 'CONSTRUCT { ?report ?property ?value }')})}",
    "/api/docs",
)


def _fits(page: Page) -> None:
    """Asserts that nothing scrolls to the side, with all that folds unfolded, and that letters keep their size."""
    page.locator("details").evaluate_all("all => { for (const one of all) one.open = true; }")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= page.evaluate("innerWidth") == 390, page.url
    assert page.evaluate("visualViewport.scale") == 1, page.url


def test_nothing_scrolls_to_the_side(visits: Visits) -> None:
    page = visits.page(**PHONE)
    for path in PAGES:
        page.goto(path)
        page.wait_for_selector("#main")
        _fits(page)


@pytest.mark.parametrize("path", ["/nothing", f"/workbench?{urlencode({'query': PAYLOADS['long']})}"])
def test_pages_of_errors_do_not_either(visits: Visits, path: str) -> None:
    visits.allow("the server responded with a status of 40")
    _fits(visits.page(path, **PHONE))


def test_a_search_by_touch(visits: Visits) -> None:
    page = settle(visits.page("/", **PHONE))
    expect(page.locator(".rg-results .rg-title").first).to_be_in_viewport()
    expect(page.locator(".rg-facet").first).to_be_hidden()
    page.locator("#filters > summary").tap()
    expect(page.locator(".rg-facet").first).to_be_visible()
    page.locator("#facet-of-topic a[role=checkbox]").nth(1).tap()
    settle(page)
    assert len(chips(page)) == 1
    agrees_with_api(page)
    expect(page.locator("#filters")).to_have_attribute("open", "")
    page.locator(".rg-results details[data-related] > summary").first.tap()
    expect(page.locator(".rg-related .rg-title").first).to_be_visible()
    first = titles(page)[0]
    page.locator(".rg-results .rg-title a").first.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(first)


def test_a_finger_over_the_histogram_chooses_years(visits: Visits) -> None:
    page = settle(visits.page("/", **PHONE))
    page.locator("#filters > summary").tap()
    bars = page.locator("rect[data-first]")
    years = [bars.nth(place).get_attribute("data-first") for place in (4, 11)]
    begin, end = (bars.nth(place).bounding_box() for place in (4, 11))
    assert begin is not None
    assert end is not None
    steps = [begin["x"] + 2 + (end["x"] - begin["x"]) * step / 6 for step in range(7)]
    touch = page.context.new_cdp_session(page)
    for kind, x in [("touchStart", steps[0]), *(("touchMove", x) for x in steps[1:])]:
        point = {"x": x, "y": begin["y"] + 20}
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_url("**year_from**")
    settle(page)
    assert chips(page) == [("Year", f"{years[0]}–{years[1]}")]
    agrees_with_api(page)
