"""Browsers that run no scripts: everything is there as plain pages."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.hostile_records import PAYLOADS, hostile_id, title
from tests.browser.search_pages import agrees_with_api, chips, titles, total

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(visits: Visits) -> Page:
    """The first page, in a browser that runs no scripts."""
    page = visits.page("/", java_script_enabled=False)
    page.wait_for_url("**/search**")
    return page


def test_the_first_page_leads_to_a_plain_search(plain: Page) -> None:
    everything = total(plain)
    plain.locator("#q").fill("savings groups")
    plain.get_by_role("button", name="Search", exact=True).click()
    assert urlsplit(plain.url).path == "/search"
    assert 0 < agrees_with_api(plain)["total"] < everything
    plain.locator("#facet-of-topic a[role=checkbox]").nth(1).click()
    plain.locator("#facet-of-author a[role=checkbox]").first.click()
    assert len(chips(plain)) == 2
    agrees_with_api(plain)
    plain.locator("#chip-1").click()
    assert len(chips(plain)) == 1
    plain.locator("#year-from").fill("2008")
    plain.locator("#year-apply").click()
    assert parse_qs(urlsplit(plain.url).query)["year_from"] == ["2008"]
    assert agrees_with_api(plain)["hits"]


def test_sorting_pages_and_a_report(plain: Page) -> None:
    plain.locator("#sort").select_option("oldest")
    plain.get_by_role("button", name="Search", exact=True).click()
    first = titles(plain)
    plain.locator("#page-2").click()
    agrees_with_api(plain)
    assert not set(first) & set(titles(plain))
    shown = titles(plain)[3]
    plain.locator(".rg-results .rg-title a").nth(3).click()
    expect(plain.get_by_role("heading", level=1)).to_have_text(shown)
    expect(plain.locator(".rg-related .rg-title").first).to_be_visible()
    plain.locator("#staff-view > summary").click()
    expect(plain.locator("#staff-view td").first).to_be_visible()


def test_links_to_searches_keep_what_they_search_for(plain: Page) -> None:
    author = plain.locator(".rg-results .rg-authors a").first
    name = author.inner_text()
    author.click()
    plain.wait_for_url("**/search?author=**")
    assert chips(plain) == [("Authors", name)]
    agrees_with_api(plain)
    plain.goto("/?q=savings groups&year_from=2008&sort=oldest&lang=fr&page=2")
    plain.wait_for_url("**/search?**")
    asked = {"q": ["savings groups"], "year_from": ["2008"], "sort": ["oldest"], "lang": ["fr"], "page": ["2"]}
    assert parse_qs(urlsplit(plain.url).query) == asked
    expect(plain.locator("html")).to_have_attribute("lang", "fr")


def test_the_workbench_runs_a_query(plain: Page) -> None:
    plain.goto("/workbench")
    plain.locator("#query").fill("SELECT ?report { ?report <http://purl.org/dc/terms/abstract> ?text } LIMIT 7")
    plain.get_by_role("button", name="Run the query").click()
    expect(plain.locator("#answer-title")).to_have_text("7 rows")
    plain.locator(".rg-answer a").first.click()
    expect(plain.get_by_role("heading", level=1)).to_be_visible()
    assert urlsplit(plain.url).path.startswith("/report/")


def test_the_description_of_the_api_is_a_list(plain: Page) -> None:
    plain.goto("/api/docs")
    expect(plain.locator("#api summary").filter(has_text="/api/v1/search")).to_be_visible()
    expect(plain.locator("#swagger")).to_be_hidden()


def test_hostile_addresses_are_led_on_as_text(plain: Page) -> None:
    payload = PAYLOADS["svg"] + PAYLOADS["ended-script"] + PAYLOADS["beacons"]
    plain.goto(f"/?q={quote(payload, safe='')}")
    plain.wait_for_url("**/search?**")
    expect(plain.locator("#q")).to_have_value(payload)
    # Browsers escape these signs themselves; who writes an address by hand need not.
    plain.goto(f"/?q=a';url={quote(hostile_id('script'), safe='')}\"><svg onload=x>&amp;#38;")
    plain.wait_for_url("**/search?**")
    expect(plain.locator("#q")).to_have_value(f"a';url={hostile_id('script')}\"><svg onload=x>")
    plain.goto(f"/report/{quote(hostile_id('ended-title'), safe='')}")
    expect(plain.get_by_role("heading", level=1)).to_have_text(title("ended-title"))
