"""No page asks another host for anything: what watches over every test would say so; these go where it is likeliest."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("libraries")]


def test_typing_a_query_asks_nobody_for_prefixes_and_names(visits: Visits) -> None:
    page = visits.page("/workbench")
    editor = page.locator(".yasqe .CodeMirror")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(
        "PREFIX foaf: PREFIX geo:<http SELECT * WHERE { ?s a foaf:Person ; schema:name ?name ; dbo:", delay=2
    )
    for keys in ("Control+Space", "Alt+Enter", "Tab"):
        page.keyboard.press(keys)
        page.wait_for_timeout(150)
    assert "foaf:Person" in page.locator("#query").input_value()
    expect(page.locator(".CodeMirror-hints")).to_have_count(0)
    expect(page.locator(".yasqe .yasqe_queryButton:visible, .yasqe .yasqe_share:visible")).to_have_count(0)


def test_the_api_is_described_and_tried_on_this_server(visits: Visits) -> None:
    page = visits.page("/api/docs")
    operation = page.locator("#swagger .opblock").filter(has_text="/api/v1/search").first
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("tr[data-param-name=q] input").fill("savings")
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    expect(operation.locator(".request-url")).to_contain_text(f"{visits.address}/api/v1/search?")
    expect(page.locator("#api")).to_be_hidden()


def test_the_page_of_gradio_stays_with_its_own_server(visits: Visits) -> None:
    page = visits.page("/?q=savings")
    page.wait_for_selector("#main", state="attached")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("performance.getEntriesByType('resource').length") > 10
