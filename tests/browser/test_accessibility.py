"""Every page, light and dark, on a desktop and a phone: axe finds nothing serious or critical."""

from __future__ import annotations

from typing import Final, Literal
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import Visits
from tests.browser.hostile_records import TOPIC, hostile_id
from tests.browser.search_pages import settle

pytestmark = pytest.mark.browser

SCREENS: Final[tuple[ViewportSize, ...]] = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})
# All rules once; in the dark the page is the same but for its colours.
SCHEMES: Final[dict[Literal["light", "dark"], list[str] | None]] = {"light": None, "dark": ["color-contrast"]}
TABLE: Final = urlencode({"query": "SELECT * { ?report <http://purl.org/dc/terms/title> ?title } LIMIT 30"})
GRAPH: Final = urlencode({"query": "CONSTRUCT WHERE { ?report <http://purl.org/dc/terms/title> ?title } LIMIT 30"})
WRONG: Final = urlencode({"query": "SELECT everything"})

_SEVERE: Final = """async ([within, rules]) => {
  const { violations } = await axe.run(within, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) });
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) => nodes.slice(0, 5).map(({ target, any }) => `${id} ${target} ${any[0]?.message}`));
}"""


def is_accessible(page: Page, axe: str, without: str = "") -> None:
    """Asserts that axe finds nothing severe, leaving out what a selector names."""
    assert _severe(page, axe, without) == {}


def _severe(page: Page, axe: str, without: str = "") -> dict[tuple[int, str], list[str]]:
    """What axe finds, by width of the screen and colour scheme."""
    page.evaluate(axe)
    found: dict[tuple[int, str], list[str]] = {}
    for screen in SCREENS:
        page.set_viewport_size(screen)
        for scheme, rules in SCHEMES.items():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            # Colours that fade in would be measured half-way.
            page.evaluate("() => Promise.allSettled(document.getAnimations().map((fading) => fading.finished))")
            severe = page.evaluate(_SEVERE, [{"exclude": [[without]]} if without else "html", rules])
            if severe:
                found[screen["width"], scheme] = severe
    return found


def _unfold(page: Page) -> None:
    page.locator("details").evaluate_all("all => { for (const one of all) one.open = true; }")


def test_what_is_not_accessible_is_found(visits: Visits, axe: str) -> None:
    page = visits.page("/search")
    page.locator("#total").evaluate("total => { total.style.color = '#777f7f'; }")
    page.locator("#total").evaluate("total => total.before(document.createElement('button'))")
    found = _severe(page, axe)
    rules = {place: {finding.split()[0] for finding in severe} for place, severe in found.items()}
    light, dark = {"button-name", "color-contrast"}, {"color-contrast"}
    assert rules == {(1280, "light"): light, (1280, "dark"): dark, (390, "light"): light, (390, "dark"): dark}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/?{urlencode({'topic': TOPIC})}",
        "/?q=&topic=nobody+knows+it&year_from=9000",
        "/?not_topic=women&not_country=ML",
    ],
)
def test_searches(visits: Visits, axe: str, path: str) -> None:
    page = settle(visits.page(path))
    is_accessible(page, axe)


def test_a_search_with_everything_unfolded(visits: Visits, axe: str) -> None:
    page = settle(visits.page("/?q=savings&year_from=2008&type=report&stated_only=1&mode=x"))
    _unfold(page)
    page.wait_for_selector(".rg-related")
    page.wait_for_selector(".rg-results [aria-busy]", state="detached")
    is_accessible(page, axe)


@pytest.mark.parametrize("path", ["/search?q=savings&year_from=2008", "/report/sample001"])
def test_plain_pages(visits: Visits, axe: str, path: str) -> None:
    page = visits.page(path)
    _unfold(page)
    is_accessible(page, axe)


def test_a_report_with_odd_letters(visits: Visits, axe: str) -> None:
    page = visits.page(f"/report/{quote(hostile_id('letters'), safe='')}")
    _unfold(page)
    is_accessible(page, axe)


@pytest.mark.parametrize("path", ["/workbench", f"/workbench?{TABLE}"])
def test_the_workbench_with_its_editor(visits: Visits, axe: str, path: str, libraries: None) -> None:
    page = visits.page(path)
    page.wait_for_selector(".yasqe .CodeMirror")
    is_accessible(page, axe)


@pytest.mark.parametrize("path", ["/workbench", f"/workbench?{GRAPH}", f"/workbench?{WRONG}"])
def test_the_workbench_with_a_plain_field(visits: Visits, axe: str, path: str) -> None:
    visits.allow("the server responded with a status of 400")
    page = visits.page()
    page.route("**/yasqe.min.js**", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(path)
    assert page.locator("textarea#query").is_visible()
    is_accessible(page, axe)


def test_the_description_of_the_api(visits: Visits, axe: str, libraries: None) -> None:
    page = visits.page("/api/docs")
    page.wait_for_selector("#swagger .opblock")
    # Swagger UI brings violations of its own; what is ours stands around it.
    is_accessible(page, axe, without="#swagger")


def test_the_api_as_a_plain_list(visits: Visits, axe: str) -> None:
    page = visits.page()
    page.route("**/swagger-ui-bundle.js**", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto("/api/docs")
    _unfold(page)
    is_accessible(page, axe)


@pytest.mark.parametrize("path", ["/nothing", "/report/nothing?lang=fr"])
def test_errors(visits: Visits, axe: str, path: str) -> None:
    visits.allow("the server responded with a status of 404")
    is_accessible(visits.page(path), axe)
