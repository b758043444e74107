"""The keyboard alone is enough, and readers always see where they are."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.hostile_records import hostile_id
from tests.browser.search_pages import agrees_with_api, settle, total

pytestmark = pytest.mark.browser

_MOST_STOPS: Final = 250
_FOCUSED: Final = """() => {
  let focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  // The field of an editor is out of sight: the editor shows the focus in its place.
  focused = focused.closest(".CodeMirror") ?? focused;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(focused);
  const box = focused.getBoundingClientRect();
  const within = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {
    id: focused.id,
    what: focused.outerHTML.slice(0, 120),
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && !outlineColor.startsWith("rgba"),
    seen: box.width > 1 && box.height > 1 && within,
    inside: focused.closest("#main") !== null,
    facet: focused.matches(".rg-facet [role=checkbox]"),
    title: focused.matches(".rg-title a"),
  };
}"""


def _focused(page: Page) -> dict[str, Any] | None:
    found: dict[str, Any] | None = page.evaluate(_FOCUSED)
    return found


def _tab_to(page: Page, **wanted: object) -> dict[str, Any]:
    """Press Tab until the focus is on what is wanted; asserts that it gets there."""
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        stop = _focused(page)
        if stop is not None and all(stop[name] == value for name, value in wanted.items()):
            return stop
    pytest.fail(f"Tab does not get to {wanted}")


def test_a_search_from_the_query_to_a_report(visits: Visits) -> None:
    page = settle(visits.page("/"))
    _tab_to(page, id="q")
    page.keyboard.type("savings groups")
    page.keyboard.press("Enter")
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["q"] == ["savings groups"]
    _tab_to(page, id="year-from")
    page.keyboard.type("2008")
    _tab_to(page, id="year-to")
    page.keyboard.type("2020")
    _tab_to(page, id="year-apply")
    page.keyboard.press("Space")
    settle(page)
    assert "year_from=2008&year_to=2020" in page.url
    expect(page.locator("#year-apply")).to_be_focused()
    facet = page.locator(f"[id='{_tab_to(page, facet=True)['id']}']")
    narrow = int(facet.locator(".rg-count").evaluate("count => count.firstChild.textContent"))
    page.keyboard.press("Space")
    settle(page)
    expect(facet).to_be_focused()
    expect(facet).to_have_attribute("aria-checked", "true")
    assert total(page) == narrow
    agrees_with_api(page)
    page.keyboard.press("Space")
    settle(page)
    expect(facet).to_be_focused()
    expect(facet).to_have_attribute("aria-checked", "false")
    _tab_to(page, title=True)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/report/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_first_stop_skips_to_the_results(visits: Visits) -> None:
    page = settle(visits.page("/?q=savings"))
    page.keyboard.press("Tab")
    first = _focused(page)
    assert first is not None
    assert "rg-skip" in first["what"]
    assert first["seen"]
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    stop = _focused(page)
    assert stop is not None
    assert stop["inside"]


def test_a_value_that_leaves_the_list_gives_the_focus_to_the_results(visits: Visits) -> None:
    page = settle(visits.page("/?year_from=2010"))
    page.locator("#chip-1").focus()
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize(
    "path",
    [
        "/?q=savings&year_from=2006",
        "/search?q=savings&year_from=2006",
        "/report/sample001",
        f"/report/{quote(hostile_id('long'), safe='')}",
        "/workbench",
        "/workbench?query=SELECT%20*%20%7B%3Fs%20a%20%3Fc%7D%20LIMIT%202",
    ],
)
def test_the_focus_is_seen_at_every_stop(visits: Visits, path: str) -> None:
    page = visits.page(path)
    page.wait_for_selector("#main", state="attached")
    stops = []
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        stop = _focused(page)
        if stop is None:
            break
        stops.append(stop)
    else:
        pytest.fail("Tab never leaves the page")
    assert len(stops) > 12
    assert [stop["what"] for stop in stops if not stop["outlined"]] == []
    assert [stop["what"] for stop in stops if not stop["seen"]] == []


def test_tab_leaves_the_editor_and_ctrl_enter_runs_its_query(visits: Visits, libraries: None) -> None:
    page = visits.page("/workbench")
    page.locator(".yasqe .CodeMirror").click()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run the query")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("ASK { ?report a ?kind }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer-title")).to_have_text("Yes")
