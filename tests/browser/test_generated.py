"""What a model writes below an answer: as it comes, as text alone, and whatever the model does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, Visits, served
from tests.browser.hostile_records import PAYLOADS, hostile_id, title
from tests.browser.test_accessibility import is_accessible
from tests.browser.test_ask import COUNT, path, settle
from tests.search.question.generating.generator_server import (
    HEAD,
    Behaviour,
    Connection,
    event,
    generator_server,
    saying,
    sending,
)

pytestmark = pytest.mark.browser

FINDING: Final = "What effect does credit have on women?"
OTHER: Final = "What did phone loans change for market women?"
FIRST: Final = "Nine members in ten of the cooperatives are women."
SECOND: Final = "On 44 nights we counted lamps on the lower Meghna."
GOOD: Final = f"{FIRST[:-1]} [1]. {SECOND[:-1]} [4]."
"""The fourth passage is not among the quotations that are shown."""
SECONDS: Final = 2
"""What the model may take."""


@dataclass
class Model:
    """A model that each test tells what to do; ``gone`` tells that the other side has hung up."""

    behaviour: Behaviour
    gone: threading.Event

    def answer(self, connection: Connection) -> None:
        self.behaviour(connection)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(saying(GOOD), threading.Event())


@pytest.fixture(scope="module")
def address(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that asks the model."""
    with (
        generator_server(model.answer) as server,
        served(
            tmp_path_factory.mktemp("generated"),
            REPORTGRAPH_GENERATOR=server.address,
            REPORTGRAPH_GENERATOR_SECONDS=str(SECONDS),
        ) as address,
    ):
        model.gone = server.gone
        yield address


def ended(page: Page) -> Page:
    """Wait until the model has ended."""
    expect(page.locator("#writing")).not_to_have_text("The model is writing…")
    return page


def written(page: Page) -> list[str]:
    """The sentences that are shown."""
    return page.locator("#written > div > p").all_inner_texts()


def test_sentences_are_shown_each_with_what_it_cites(visits: Visits, model: Model, axe: str) -> None:
    model.behaviour = saying(f"{GOOD} Pigs fly over the lake every day [2].")
    page = ended(settle(visits.page(path(FINDING))))
    section = page.locator("#generated")
    expect(section.get_by_role("heading")).to_have_text("In a model's words")
    expect(section).to_contain_text("A language model writes this")
    assert written(page) == [FIRST, SECOND]
    expect(page.locator("#writing")).to_have_text("Sentences that were left out: 1")
    expect(page.locator("#written")).to_have_attribute("aria-live", "polite")
    cited = page.locator(".rg-cited li").first
    expect(cited.get_by_role("link")).to_have_attribute("href", "/report/sample003")
    expect(cited).to_contain_text("invented")
    expect(cited.locator(".rg-year")).to_have_text(" (2015)")
    cited.locator("summary").click()
    expect(cited.locator("blockquote")).to_be_visible()
    assert page.locator(".rg-quote blockquote").first.inner_text() == cited.locator("blockquote").inner_text()
    expect(cited.locator("blockquote")).to_have_attribute("lang", "en")
    is_accessible(page, axe)
    cited.get_by_role("link").click()
    page.wait_for_url("**/report/sample003")


def test_sentences_come_one_by_one_and_the_answer_does_not_wait_for_them(visits: Visits, model: Model) -> None:
    go, on = threading.Event(), threading.Event()

    def waits(connection: Connection) -> None:
        go.wait(SECONDS)
        connection.send(HEAD, event(f"{GOOD.partition('.')[0]}. On 44"))
        on.wait(SECONDS)
        connection.send(event(" nights we counted lamps on the lower Meghna [4]."), b"data: [DONE]\n\n")

    model.behaviour = waits
    page = settle(visits.page(path(FINDING)))
    expect(page.locator(".rg-quote").first).to_be_visible()
    expect(page.locator(".rg-results .rg-card").first).to_be_visible()
    expect(page.locator("#writing")).to_have_text("The model is writing…")
    assert written(page) == []
    go.set()
    expect(page.locator("#written > div > p")).to_have_text([FIRST])
    expect(page.locator("#writing")).to_have_text("The model is writing…")
    on.set()
    expect(page.locator("#written > div > p")).to_have_text([FIRST, SECOND])
    expect(page.locator("#writing")).to_be_hidden()


def _drips(connection: Connection) -> None:
    connection.send(HEAD, event(f"{GOOD} And"))
    while not connection.over.wait(0.1):
        connection.send(b":")


@pytest.mark.parametrize(
    ("behaviour", "sentences", "said"),
    [
        (saying("NONE"), [], "The model wrote nothing that the passages support."),
        (saying(""), [], "The model wrote nothing that the passages support."),
        (saying("Pigs fly over the lake every day [1]."), [], "The model wrote nothing that the passages support."),
        (_drips, [FIRST, SECOND], "The model did not end in time."),
        (lambda connection: connection.over.wait(), [], "The model did not end in time."),
        (
            sending(HEAD, event(GOOD + " And")),
            [FIRST, SECOND],
            "The model failed. The answer above does not depend on it.",
        ),
        (sending(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), [], "The model failed."),
    ],
)
def test_the_page_says_when_a_model_says_nothing_or_fails(
    visits: Visits, model: Model, behaviour: Behaviour, sentences: list[str], said: str
) -> None:
    model.behaviour = behaviour
    page = ended(settle(visits.page(path(FINDING))))
    expect(page.locator("#writing")).to_contain_text(said)
    assert written(page) == sentences
    expect(page.locator(".rg-quote").first).to_be_visible()


def _hostile(route: Route) -> None:
    """An answer of the API in which every text is a payload."""
    lines: list[dict[str, object]] = [
        {
            "event": "sentence",
            "text": payload,
            "cites": [
                {
                    "id": hostile_id(name),
                    "iri": payload,
                    "title": title(name),
                    "year": payload,
                    "invented": True,
                    "passage": payload,
                    "language": payload,
                }
            ],
        }
        for name, payload in PAYLOADS.items()
    ]
    lines.append({"event": "error", "error": PAYLOADS["image"], "detail": PAYLOADS["script"]})
    body = "".join(json.dumps(line) + "\n" for line in lines)
    route.fulfill(content_type="application/x-ndjson", body=body)


def test_whatever_a_model_writes_is_text(visits: Visits) -> None:
    page = visits.page(**PHONE)
    page.route("**/api/v1/ask/generated?**", _hostile)
    page.goto(path(FINDING))
    ended(settle(page))
    texts = page.locator("#written > div > p").evaluate_all("all => all.map((one) => one.textContent)")
    assert texts == list(PAYLOADS.values())
    page.locator("#generated details").evaluate_all("all => { for (const one of all) one.open = true; }")
    passages = page.locator("#written blockquote").evaluate_all("all => all.map((one) => one.textContent)")
    assert passages == list(PAYLOADS.values())
    hrefs = page.locator("#written a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    assert [unquote(href) for href in hrefs] == [f"/report/{hostile_id(name)}" for name in PAYLOADS]
    assert all(href.count("/") == 2 and not set(href).intersection("?#") for href in hrefs)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    # What a model writes leads to reports and nowhere else.
    for name in PAYLOADS:
        page.locator("#written a", has_text=title(name)).first.click(trial=True)
    page.locator("#written a").first.click()
    page.wait_for_url("**/report/**")
    expect(page.locator("main h1")).to_contain_text("as a title")


@pytest.mark.parametrize(
    "body", ["", "no json\n", '{"event": "sentence"}\n', '{"event": "sen', "null\n", '{"event": "x"}\n', "[]\n"]
)
def test_what_is_no_answer_of_the_api_is_a_failure(visits: Visits, body: str) -> None:
    page = visits.page()
    page.route("**/api/v1/ask/generated?**", lambda route: route.fulfill(body=body))
    page.goto(path(FINDING))
    ended(settle(page))
    expect(page.locator("#writing")).to_have_text("The model failed. The answer above does not depend on it.")


@pytest.mark.parametrize(
    ("fail", "said"),
    [
        (lambda route: route.fulfill(status=503, json={"error": "GeneratorBusy", "detail": "x"}), "busy with other"),
        (lambda route: route.fulfill(status=503, json={"error": "NoSnapshot", "detail": "x"}), "The model failed."),
        (lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"), "The model failed."),
        (lambda route: route.abort(), "The model failed."),
    ],
)
def test_a_refusal_is_told(visits: Visits, fail: Callable[[Route], None], said: str) -> None:
    visits.allow("status of 50[23]|ERR_FAILED")
    page = visits.page()
    page.route("**/api/v1/ask/generated?**", fail)
    page.goto(path(FINDING))
    ended(settle(page))
    expect(page.locator("#writing")).to_contain_text(said)


def endless(connection: Connection) -> None:
    """Two sentences that are supported, and a third that never ends."""
    connection.send(HEAD, event(f"{GOOD} And"))
    while not connection.over.wait(0.01):
        connection.send(event(" so on"))


def test_a_new_question_ends_the_writing_about_the_last_one(visits: Visits, model: Model) -> None:
    model.behaviour = endless
    page = settle(visits.page(path(FINDING)))
    expect(page.locator("#written > div > p")).to_have_text([FIRST, SECOND])
    model.gone.clear()
    model.behaviour = saying("Phone loans were small [3].")
    page.locator("#q").fill(OTHER)
    page.keyboard.press("Enter")
    page.wait_for_url("**phone**")
    assert model.gone.wait(SECONDS)
    ended(settle(page))
    expect(page.locator("#written")).not_to_contain_text(FIRST)
    page.locator("#q").fill(COUNT)
    page.keyboard.press("Enter")
    page.wait_for_url("**How+many**")
    settle(page)
    expect(page.locator("#generated")).to_have_count(0)
    page.go_back()
    ended(settle(page))
    assert page.locator("#generated").is_visible()


def test_who_leaves_the_page_ends_the_writing(visits: Visits, model: Model) -> None:
    model.behaviour = endless
    page = settle(visits.page(path(FINDING)))
    expect(page.locator("#written > div > p")).to_have_text([FIRST, SECOND])
    model.gone.clear()
    page.goto("/workbench")
    assert model.gone.wait(SECONDS)


@pytest.mark.parametrize("lang", ["es", "fr", "pt"])
def test_the_section_speaks_the_readers_language_and_leads_to_it(visits: Visits, model: Model, lang: str) -> None:
    model.behaviour = saying(f"{GOOD} Pigs fly over the lake every day [2].")
    page = settle(visits.page(path(FINDING, lang=lang)))
    expect(page.locator("#writing")).to_contain_text("1")
    assert written(page) == [FIRST, SECOND]
    expect(page.locator("#written")).to_have_attribute("lang", "en")
    expect(page.locator("#written ul").first).to_have_attribute("lang", lang)
    expect(page.locator("#written a").first).to_have_attribute("href", f"/report/sample003?lang={lang}")
    expect(page.locator("#generated-title")).not_to_have_text("In a model's words")


def test_without_scripts_there_is_the_answer_alone(visits: Visits) -> None:
    page = visits.page(path(FINDING), java_script_enabled=False)
    expect(page.locator(".rg-quote").first).to_be_visible()
    expect(page.locator("#generated")).to_be_hidden()
