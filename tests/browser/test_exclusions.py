"""What readers do not want to see: excluded by mouse, keyboard, touch and without scripts, and taken back."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visits
from tests.browser.search_pages import agrees_with_api, chips, settle, total

pytestmark = pytest.mark.browser

COUNTRY = "#facet-of-country"


def _excluded(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get("not_country", [])


def test_by_mouse_with_its_chip_and_back(visits: Visits) -> None:
    page = settle(visits.page("/"))
    everything = total(page)
    page.locator(f"{COUNTRY} > summary").click()
    value = page.locator(f"{COUNTRY} li").first
    label = value.locator(".rg-label").inner_text()
    count = int(value.locator(".rg-count").evaluate("count => count.firstChild.textContent"))
    exclude = page.get_by_role("link", name=f"Exclude {label}", exact=True)
    opacity = "link => getComputedStyle(link, '::before').opacity"
    assert exclude.evaluate(opacity) == "0"
    value.hover()
    assert exclude.evaluate(opacity) == "1"
    exclude.click()
    settle(page)
    assert len(_excluded(page)) == 1
    assert total(page) == everything - count
    assert chips(page) == [("Country", f"not {label}")]
    agrees_with_api(page)
    expect(page.locator(f"{COUNTRY} .rg-not .rg-label")).to_have_text(f"not {label}")
    page.locator("#chip-1").click()
    settle(page)
    assert (total(page), chips(page)) == (everything, [])
    page.go_back()
    settle(page)
    assert chips(page) == [("Country", f"not {label}")]
    assert total(page) == everything - count
    page.go_back()
    settle(page)
    assert (total(page), _excluded(page)) == (everything, [])


def test_by_keyboard_the_focus_stays_on_what_was_excluded(visits: Visits) -> None:
    page = settle(visits.page("/?q=women"))
    before = total(page)
    page.locator("#facet-of-topic a[role=checkbox]").first.focus()
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    name = focused.get_attribute("id")
    assert name is not None
    assert name.startswith("exclude-topic-")
    assert focused.evaluate("link => getComputedStyle(link, '::before').opacity") == "1"
    page.keyboard.press("Enter")
    settle(page)
    assert total(page) < before
    agrees_with_api(page)
    expect(page.locator(f"[id='{name}']")).to_be_focused()
    expect(page.locator(f"[id='{name}']")).to_contain_text("Remove this filter")
    page.keyboard.press("Enter")
    settle(page)
    assert (total(page), chips(page)) == (before, [])
    expect(page.locator(f"[id='{name}']")).to_be_focused()


def test_by_touch_it_needs_no_pointer_over_it(visits: Visits) -> None:
    page = settle(visits.page("/", **PHONE))
    page.locator("#filters > summary").tap()
    exclude = page.locator("#facet-of-topic .rg-exclude").first
    assert exclude.evaluate("link => getComputedStyle(link, '::before').opacity") == "1"
    box = exclude.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    exclude.tap()
    settle(page)
    assert len(chips(page)) == 1
    agrees_with_api(page)


def test_without_scripts_and_kept_by_another_search(visits: Visits) -> None:
    page = visits.page("/search", java_script_enabled=False)
    page.locator("#facet-of-topic li").first.hover()
    page.locator("#facet-of-topic .rg-exclude").first.click()
    chosen = chips(page)
    assert len(chosen) == 1
    page.locator("#q").fill("savings groups")
    page.get_by_role("button", name="Search", exact=True).click()
    assert chips(page) == chosen
    agrees_with_api(page)
    page.locator("#facet-of-topic .rg-not").click()
    assert chips(page) == []


def test_what_is_chosen_among_the_suggestions_is_not_excluded_any_more(visits: Visits) -> None:
    page = settle(visits.page("/?not_country=KE"))
    page.locator("#q").press_sequentially("keny")
    page.locator("#suggestions [role=option]").first.click()
    settle(page)
    assert chips(page) == [("Country", "Kenya")]
    agrees_with_api(page)


def test_a_formula_that_finds_nothing_leads_to_its_words(visits: Visits) -> None:
    page = settle(visits.page('/?q="savings+women"&mode=lexical'))
    assert total(page) == 0
    page.locator(".rg-help a").click()
    settle(page)
    assert total(page) > 0
    expect(page.locator("#q")).to_have_value("savings women")
