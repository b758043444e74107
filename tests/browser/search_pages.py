"""What a reader sees of a search page, and what the API says of the same address."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx
from playwright.sync_api import Page

PAGE_SIZE: Final = 10
_ONLY_ON_PAGES: Final = frozenset({"page", "more"})


def settle(page: Page) -> Page:
    """Wait until Gradio's page shows the answer to its address."""
    page.wait_for_selector("#rg-page:not([aria-busy]) #main", state="attached")
    return page


def total(page: Page) -> int:
    """The number of reports that the page says it found."""
    said = page.locator("#total").evaluate("heading => heading.firstChild.textContent")
    return int(re.sub(r"\D", "", said) or "0")


def titles(page: Page) -> list[str]:
    """The titles of the results in their order."""
    return [_one_line(text) for text in page.locator(".rg-results > li > .rg-card > .rg-title").all_inner_texts()]


def chips(page: Page) -> list[tuple[str, str]]:
    """The filters that are shown as set: name of the facet, and value."""
    found = []
    for chip in page.locator(".rg-chips a:not(.rg-clear)").all():
        facet = chip.locator(".rg-facet-name").inner_text()
        value = chip.inner_text().removeprefix(facet).partition("×")[0]
        found.append((facet.rstrip(" :\u00a0\u202f"), _one_line(value)))
    return found


def facet_counts(page: Page, facet: str) -> dict[str, int]:
    """The values of a facet with the counts that stand beside them, those that must be unfolded included."""
    choices = page.locator(f"#facet-of-{facet} a[role=checkbox]")
    labels = choices.locator(".rg-label").all_text_contents()
    counts = choices.locator(".rg-count").evaluate_all("all => all.map(count => count.firstChild.textContent)")
    return {_one_line(label): int(count) for label, count in zip(labels, counts, strict=True)}


def folds(page: Page) -> dict[str, bool]:
    """The parts of the filters that fold, and whether they are open."""
    return dict(page.locator(".rg-side details[id]").evaluate_all("all => all.map(one => [one.id, one.open])"))


def api_answer(page: Page) -> dict[str, Any]:
    """The API's answer to the search that the page's address says, the same page of it."""
    parts = urlsplit(page.url)
    parameters = parse_qsl(parts.query)
    number = int(dict(parameters).get("page", "1"))
    asked = [(name, value) for name, value in parameters if name not in _ONLY_ON_PAGES]
    window = [("limit", str(PAGE_SIZE)), ("offset", str(PAGE_SIZE * (number - 1)))]
    answer = httpx.get(f"{parts.scheme}://{parts.netloc}/api/v1/search", params=[*asked, *window])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def agrees_with_api(page: Page) -> dict[str, Any]:
    """Asserts that the page shows what the API answers; gives the answer."""
    answer = api_answer(page)
    assert total(page) == answer["total"]
    assert titles(page) == [_one_line(hit["title"]) for hit in answer["hits"]]
    return answer


def _one_line(text: str) -> str:
    return " ".join(text.split())
