"""What readers do with the search page, with mouse and keyboard, in the order in which they do it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.search_pages import agrees_with_api, chips, facet_counts, folds, settle, titles, total

pytestmark = pytest.mark.browser

WORDS: Final = "village savings groups of women"


def _parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def _choose(page: Page, facet: str, place: int) -> tuple[str, int]:
    """Click on a value of a facet by its place among those in sight; its label, and the count that stood there."""
    choice = page.locator(f"#facet-of-{facet} > ul a[role=checkbox]").nth(place)
    if not choice.is_visible():
        page.locator(f"#facet-of-{facet} > summary").click()
    label = choice.locator(".rg-label").inner_text()
    count = int(choice.locator(".rg-count").evaluate("count => count.firstChild.textContent"))
    choice.click()
    settle(page)
    return label, count


def test_typed_words_are_searched_on_enter(visits: Visits) -> None:
    page = settle(visits.page("/"))
    everything = total(page)
    page.locator("#q").fill(WORDS)
    page.keyboard.press("Enter")
    settle(page)
    assert _parameters(page)["q"] == [WORDS]
    assert 0 < agrees_with_api(page)["total"] < everything
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value(WORDS)
    expect(page).to_have_title(f"{WORDS} · reportgraph")
    assert page.locator("#rg-said").inner_text() == f"{total(page)} reports"
    assert page.locator(".rg-results mark").count() > 0


def test_two_facets_narrow_the_results_and_counts_and_chips_follow(visits: Visits) -> None:
    page = settle(visits.page("/"))
    topic, with_topic = _choose(page, "topic", 1)
    assert total(page) == with_topic
    assert chips(page) == [("Subjects", topic)]
    expect(page.locator("#facet-of-topic a[role=checkbox]").first).to_have_attribute("aria-checked", "true")
    country, with_both = _choose(page, "country", 0)
    assert total(page) == with_both < with_topic
    assert chips(page) == [("Subjects", topic), ("Country", country)]
    answer = agrees_with_api(page)
    for facet in ("topic", "author", "country", "type"):
        counted = {value["label"]: value["count"] for value in answer["facets"][facet]}
        shown = facet_counts(page, facet)
        assert shown
        assert {label: counted[label] for label in shown} == shown


def test_two_values_of_one_facet_widen_the_results_and_chips_take_them_back(visits: Visits) -> None:
    page = settle(visits.page("/"))
    everything = total(page)
    _choose(page, "type", 0)
    narrow = total(page)
    _choose(page, "type", 1)
    assert everything > total(page) > narrow
    agrees_with_api(page)
    page.locator("#chip-2").click()
    settle(page)
    assert len(chips(page)) == 1
    assert total(page) == narrow
    agrees_with_api(page)
    _choose(page, "language", 0)
    assert len(chips(page)) == 2
    page.locator("#chip-all").click()
    settle(page)
    assert chips(page) == []
    assert total(page) == everything


def _drag(page: Page, first: int, last: int) -> tuple[str, str]:
    """Drag with the mouse from one bar of the histogram to another; the years that they stand for."""
    bars = page.locator("rect[data-first]")
    years = [bars.nth(place).get_attribute("data-first") or "" for place in (first, last)]
    begin, end = (bars.nth(place).bounding_box() for place in (first, last))
    assert begin is not None
    assert end is not None
    page.mouse.move(begin["x"] + begin["width"] / 2, begin["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 25, steps=8)
    page.mouse.up()
    settle(page)
    return years[0], years[1]


def test_dragging_over_the_histogram_chooses_years(visits: Visits) -> None:
    page = settle(visits.page("/"))
    first, last = _drag(page, 3, 9)
    assert (_parameters(page)["year_from"], _parameters(page)["year_to"]) == ([first], [last])
    assert chips(page) == [("Year", f"{first}–{last}")]
    expect(page.locator("#year-from")).to_have_value(first)
    years = [hit["year"] for hit in agrees_with_api(page)["hits"]]
    assert years
    assert all(int(first) <= year <= int(last) for year in years)


def test_a_drag_to_the_left_chooses_the_same_years_and_a_click_one_of_them(visits: Visits) -> None:
    page = settle(visits.page("/?sort=oldest"))
    last, first = _drag(page, 9, 3)
    assert (_parameters(page)["year_from"], _parameters(page)["year_to"]) == ([first], [last])
    assert _parameters(page)["sort"] == ["oldest"]
    page.locator("rect[data-first]").nth(5).click()
    settle(page)
    assert _parameters(page)["year_from"] == _parameters(page)["year_to"]
    agrees_with_api(page)


def test_going_back_from_a_report_finds_the_search_as_it_was_left(visits: Visits) -> None:
    page = settle(visits.page("/"))
    _choose(page, "type", 0)
    page.locator("#rest-of-topic > summary").click()
    page.locator("#facet-of-author > summary").click()
    page.locator("#facet-of-access > summary").click()
    card = page.locator(".rg-results .rg-title a").nth(7)
    card.scroll_into_view_if_needed()
    left_at = page.evaluate("window.scrollY")
    assert left_at > 100
    before = (page.url, titles(page), chips(page), folds(page))
    shown = card.inner_text()
    card.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(shown)
    page.go_back()
    settle(page)
    assert (page.url, titles(page), chips(page), folds(page)) == before
    assert page.evaluate("window.scrollY") == pytest.approx(left_at, abs=150)


def test_going_back_and_forward_between_searches(visits: Visits) -> None:
    page = settle(visits.page("/"))
    everything = total(page)
    _choose(page, "topic", 1)
    chosen, narrow = chips(page), total(page)
    page.go_back()
    expect(page.locator(".rg-chips")).to_have_count(0)
    assert total(settle(page)) == everything
    page.go_forward()
    expect(page.locator(".rg-chips")).to_have_count(1)
    assert (chips(settle(page)), total(page)) == (chosen, narrow)


def test_a_shared_link_shows_the_same_to_others(visits: Visits) -> None:
    page = settle(visits.page(f"/?q={WORDS}"))
    _choose(page, "type", 0)
    page.locator("#sort").select_option("newest")
    settle(page)
    others = settle(visits.page(page.url))
    assert titles(others) == titles(page)
    assert chips(others) == chips(page)
    expect(others.locator("#q")).to_have_value(WORDS)
    expect(others.locator("#sort")).to_have_value("newest")


def test_results_are_sorted_as_asked(visits: Visits) -> None:
    page = settle(visits.page("/"))
    for order in ("newest", "oldest"):
        page.locator("#sort").focus()
        page.locator("#sort").select_option(order)
        settle(page)
        years = [hit["year"] for hit in agrees_with_api(page)["hits"]]
        assert years == sorted(years, reverse=order == "newest")
        expect(page.locator("#sort")).to_be_focused()


def test_a_second_page_follows_the_first(visits: Visits) -> None:
    page = settle(visits.page("/?sort=oldest"))
    first = titles(page)
    page.locator("#page-2").scroll_into_view_if_needed()
    page.locator("#page-2").click()
    settle(page)
    agrees_with_api(page)
    assert not set(first) & set(titles(page))
    expect(page.locator("#page-2")).to_have_attribute("aria-current", "page")
    expect(page.locator(".rg-results")).to_have_attribute("start", "11")
    assert page.evaluate("window.scrollY") == 0
    page.locator("#page-1").click()
    settle(page)
    assert titles(page) == first


def test_a_link_to_a_later_page_leads_there(visits: Visits) -> None:
    page = settle(visits.page("/?sort=oldest&page=3"))
    agrees_with_api(page)
    expect(page.locator("#page-3")).to_have_attribute("aria-current", "page")
    page.reload()
    settle(page)
    agrees_with_api(page)


def test_related_reports_unfold_with_their_reasons(visits: Visits) -> None:
    page = settle(visits.page("/"))
    related = page.locator(".rg-results details[data-related]").first
    report = related.get_attribute("data-related")
    related = page.locator(f"#related-{report}")
    related.locator("summary").first.click()
    cards = related.locator(".rg-related > li > .rg-card")
    expect(cards.first).to_be_visible()
    answer = httpx.get(f"{visits.address}/api/v1/reports/{report}/related", params={"limit": 5}).json()
    assert cards.locator(".rg-title").all_inner_texts() == [hit["title"] for hit in answer["hits"]]
    for card in cards.all():
        card.locator("details[id^=why] > summary").click()
        expect(card.locator("details[id^=why] li").first).to_be_visible()


def test_why_unfolds_and_names_the_words(visits: Visits) -> None:
    page = settle(visits.page(f"/?q={WORDS}"))
    why = page.locator(".rg-results details[id^=why]").first
    why.locator("summary").click()
    expect(why.locator("li").first).to_contain_text(re.compile("It holds the words: .*savings"))
    expect(why.locator(".rg-shares")).to_contain_text("%")


def test_the_filters_as_sparql_select_as_many_rows_as_there_are_reports(visits: Visits, libraries: None) -> None:
    page = settle(visits.page("/?year_from=2008&year_to=2016"))
    _choose(page, "topic", 0)
    _choose(page, "topic", 1)
    found = total(page)
    page.locator("#sparql > summary").click()
    shown = page.locator("#sparql code").inner_text()
    page.locator("#sparql a").click()
    expect(page.locator(".yasqe .CodeMirror")).to_be_visible()
    assert page.locator("#query").input_value() == shown
    page.get_by_role("button", name="Run the query").click()
    expect(page.locator("#answer-title")).to_have_text(f"{found} rows")
    assert page.locator(".rg-answer tbody tr").count() == found


def test_another_language_keeps_the_search(visits: Visits) -> None:
    page = settle(visits.page(f"/?q={WORDS}&year_from=2008"))
    _choose(page, "type", 0)
    found, shown = total(page), titles(page)
    page.locator(".rg-languages a[lang=es]").click()
    page.wait_for_url("**lang=es**")
    settle(page)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#q")).to_have_value(WORDS)
    assert (total(page), titles(page)) == (found, shown)
    assert len(chips(page)) == 2
    assert "Year" not in [facet for facet, _ in chips(page)]
    agrees_with_api(page)
    page.locator(".rg-results .rg-title a").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
