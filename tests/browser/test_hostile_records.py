"""What records, queries and addresses hold stays text on every page: nothing runs, loads, or leads astray."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.hostile_records import BAD_ADDRESSES, PAYLOADS, SET, TOPIC, hostile_id, title
from tests.browser.search_pages import chips, settle, titles

pytestmark = pytest.mark.browser

HOSTILE: Final = urlencode({"topic": TOPIC})
FACETS: Final = (
    *("topic", "author", "institution", "series", "publisher", "corporate_author", "affiliation", "funder"),
    *("type", "repository", "access"),
)

_ASTRAY: Final = """() => {
  const astray = [];
  for (const link of document.querySelectorAll("a[href], form[action]")) {
    const address = link.getAttribute("href") ?? link.getAttribute("action");
    if (!["http:", "https:"].includes(new URL(address, location.href).protocol)) astray.push(address);
    if (/^[/\\\\]{2}/.test(address)) astray.push(address);
  }
  for (const element of document.querySelectorAll(".rg *:not(.yasqe *)")) {
    if (element.matches("img, iframe, object, embed, link, meta, base, style, script, video, audio")) {
      astray.push(element.outerHTML);
    }
    for (const attribute of element.attributes) if (/^on|^style$/.test(attribute.name)) astray.push(attribute.name);
  }
  return astray;
}"""


def _is_only_text(page: Page) -> None:
    """Asserts that nothing of a record became an element, a handler or an address; what would run is noted anyhow."""
    assert page.evaluate(_ASTRAY) == []


def _unfold(page: Page, details: str) -> None:
    page.locator(details).evaluate_all("all => { for (const one of all) one.open = true; }")


def test_results_facets_and_chips(visits: Visits) -> None:
    page = settle(visits.page(f"/?{HOSTILE}&more=topic"))
    shown = titles(page)
    _unfold(page, ".rg details:not([data-related])")
    _is_only_text(page)
    for facet in FACETS:
        page.goto(f"/?{HOSTILE}&more={facet}")  # a short list need not hold every value
        settle(page)
        _unfold(page, ".rg details:not([data-related])")
        _is_only_text(page)
        labels = [" ".join(label.split()) for label in page.locator(f"#facet-of-{facet} .rg-label").all_text_contents()]
        for name in ("script", "image", "svg", "templates"):
            assert any(label.startswith(PAYLOADS[name]) for label in labels), (facet, name)
    page.locator("#page-2").click()
    settle(page)
    _is_only_text(page)
    assert sorted(shown + titles(page)) == sorted(title(name) for name in PAYLOADS)
    page.locator("#chip-all").click()
    settle(page)
    for name in ("script", "templates", "attribute"):
        page.goto(f"/?{urlencode({'author': f'{PAYLOADS[name]} Author, Ann', 'topic': PAYLOADS[name]})}")
        settle(page)
        assert [value for _, value in chips(page)] == [PAYLOADS[name], f"{PAYLOADS[name]} Author, Ann"]
        assert titles(page) == [title(name)]
        _is_only_text(page)


def test_why_and_related_reports(visits: Visits) -> None:
    page = settle(visits.page(f"/?{HOSTILE}&q=title"))
    for name in [related.get_attribute("id") for related in page.locator("details[data-related]").all()]:
        page.locator(f'[id="{name}"] > summary').click()
    expect(page.locator(".rg-related")).to_have_count(len(titles(page)))
    _unfold(page, ".rg-results details")
    assert page.locator(".rg-related .rg-title").count() > len(titles(page))
    _is_only_text(page)


def test_hostile_words_stand_in_the_query_box(visits: Visits) -> None:
    page = settle(visits.page("/"))
    for payload in (*PAYLOADS.values(), *BAD_ADDRESSES):
        typed = "".join(character for character in payload if character.isprintable())
        page.locator("#q").fill(typed)
        page.keyboard.press("Enter")
        settle(page)
        expect(page.locator("#q")).to_have_value(typed.strip())
        expect(page).to_have_title(f"{typed.strip()} · reportgraph")
        _is_only_text(page)


@pytest.mark.parametrize("path", ["/", "/search"])
def test_hostile_parameters(visits: Visits, path: str) -> None:
    facets = ("topic", "author", "language")
    pairs = [(facet, f"{payload} unknown") for payload in PAYLOADS.values() for facet in facets]
    names = ("year_from", "year_to", "stated_only", "mode", "sort", "page", "more", "lang")
    worst = PAYLOADS["ended-script"] + PAYLOADS["svg"]
    pairs += [*((name, worst) for name in names), (worst, worst), ("q", worst)]
    page = visits.page(f"{path}?{urlencode(pairs)}#{quote(worst)}")
    page.wait_for_selector("#main .rg-notice")
    notices = [" ".join(notice.split()) for notice in page.locator(".rg-notice").all_text_contents()]
    for name, payload in PAYLOADS.items():
        shown = " ".join(f"{payload} unknown".split())
        assert sum(f"no report has “{shown}”" in notice for notice in notices) == len(facets), name
    assert all(name in notices[0] for name in names)
    expect(page.locator("#q")).to_have_value(worst)
    assert len(chips(page)) == len(PAYLOADS) * len(facets)
    _is_only_text(page)


def test_report_pages_and_staff_views(visits: Visits) -> None:
    page = visits.page()
    for name, payload in PAYLOADS.items():
        page.goto(f"/report/{quote(hostile_id(name), safe='')}")
        assert page.get_by_role("heading", level=1).text_content() == title(name)
        expect(page).to_have_title(f"{title(name)} · reportgraph")
        page.locator("#staff-view > summary").click()
        # As the source gave it: even what importers take out.
        raw = page.locator("#staff-view tr").filter(has=page.get_by_role("rowheader", name="as a field"))
        assert raw.locator("td > div").first.text_content() == payload
        _unfold(page, "details")
        _is_only_text(page)
        described = json.loads(page.locator("script[type='application/ld+json']").text_content() or "")
        assert described["name"] == title(name)
        assert not [url for url in described.get("url", []) if url in BAD_ADDRESSES]


def test_bad_addresses_are_shown_and_are_no_links(visits: Visits) -> None:
    page = visits.page(f"/report/{quote(hostile_id('script'), safe='')}")
    rows = page.locator("section[aria-labelledby=details]")
    shown = [" ".join(value.split()) for value in rows.locator(".rg-value").all_text_contents()]
    links = [link.strip() for link in page.locator("a").all_text_contents()]
    for bad in BAD_ADDRESSES:
        assert " ".join(bad.split()) in shown
        assert " ".join(bad.split()) not in links
    good = rows.locator("a[href^='https://sample.invalid/']")
    assert good.count() == 1
    assert "noopener" in (good.get_attribute("rel") or "")


_TRIPLES: Final = """WHERE {
  ?report <http://purl.org/dc/terms/title> ?title ; ?property ?value .
  FILTER (CONTAINS(?title, "as a title"))
}"""


def _ask(page: Page, query: str) -> None:
    page.goto(f"/workbench?{urlencode({'query': query})}")


def test_tables_and_graphs_of_the_workbench(visits: Visits) -> None:
    page = visits.page()
    _ask(page, f"SELECT ?property ?value {_TRIPLES}")
    cells = {" ".join(cell.split()) for cell in page.locator(".rg-answer td").all_text_contents()}
    assert len(cells) > len(PAYLOADS) * 20
    _is_only_text(page)
    _ask(page, f"SELECT DISTINCT ?title {_TRIPLES}")
    assert set(page.locator(".rg-answer td").all_text_contents()) == {title(name) for name in PAYLOADS}
    _ask(page, f"CONSTRUCT {{ ?report ?property ?value }} {_TRIPLES}")
    assert title("script") in (page.locator("#answer pre").text_content() or "")
    _is_only_text(page)


def test_terms_that_a_query_makes(visits: Visits) -> None:
    made = [
        *(f"<javascript:{SET}>", "<data:text/html,%3Cscript%3E>", f"<javascript://host.invalid/%0a{SET}>"),
        *("<http://localhost:7860//elsewhere.invalid/>", f'"typed"^^<javascript:{SET}>'),
        *(f"{quoted}@en" for payload in PAYLOADS.values() for quoted in (json.dumps(payload, ensure_ascii=False),)),
    ]
    page = visits.page()
    _ask(page, f"SELECT ?term {{ VALUES ?term {{ {' '.join(made)} }} }}")
    cells = page.locator(".rg-answer td").all_text_contents()
    assert len(cells) == len(made)
    for payload in PAYLOADS.values():
        assert any(payload in cell for cell in cells), payload
    _is_only_text(page)


def test_queries_that_fail_in_the_workbench(visits: Visits) -> None:
    visits.allow("the server responded with a status of 40")
    page = visits.page()
    for payload in PAYLOADS.values():
        page.goto(f"/workbench?{urlencode({'query': payload, 'lang': payload, 'stated_only': payload})}")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.locator("#query")).to_have_value(payload)
        _is_only_text(page)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/report/", tuple(PAYLOADS)),  # the page repeats what was asked for
        *((path, ("svg", "ended-title", "templates")) for path in ("/author/", "/nothing/", "/page-assets/", "/")),
    ],
)
def test_pages_of_errors(visits: Visits, path: str, names: tuple[str, ...]) -> None:
    visits.allow("the server responded with a status of 404")
    page = visits.page()
    for payload in map(PAYLOADS.__getitem__, names):
        page.goto(f"{path}{quote(payload, safe='')}?lang={quote(payload)}")
        expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
        _is_only_text(page)
