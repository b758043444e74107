from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient

from kg.facets.columns import FacetCount
from search.engine import Engine, filter_masks
from search.question.answering.answer import Answer, Change, Numbers, Quote, Refusal, Side
from search.question.answering.asker import Asker
from search.question.answering.live import LiveAsker
from search.question.understanding.plan import Gap, How, Intent, Joint, Mention, Plan, Reading, Years
from search.question.understanding.words import LONGEST
from search.ranking import combined
from search.request import Hit, Request
from search.snapshots.snapshot import Snapshot
from tests.browser.hostile_records import PAYLOADS
from tests.ui.pages.markup import Element, Markup, line
from ui.languages import LANGUAGES
from ui.pages.answer_figures import ranges
from ui.pages.ask_address import AskAddress
from ui.pages.ask_page import AskPage, answer_html
from ui.pages.example_questions import EXAMPLE_QUESTIONS
from ui.pages.plan_view import INTENT_NAMES
from ui.pages.rendering import Rendering
from ui.texts import Texts

ENGLISH: Final = Rendering("en")
QUESTIONS: Final = {
    Intent.FIND: "Reports about village savings groups",
    Intent.FINDING: "What effect does credit have on the income of women?",
    Intent.LIST: "List all working papers in English since 2015",
    Intent.COUNT: "How many reports on gender are open access?",
    Intent.COUNT_BY_YEAR: "How many reports were published each year?",
    Intent.SHARE: "What share of the reports is in French?",
    Intent.RANK: "Which countries have the most reports?",
    Intent.VALUES: "Which languages are there?",
    Intent.COAUTHORS: "Who has published with Liesel Achterberg?",
    Intent.GAPS: "Which numbers of Working Papers on Rural Finance are missing?",
    Intent.COMPARE: "Compare Uganda and Mali",
    Intent.TREND: "Which subjects rose or fell between 2010 and 2020?",
    Intent.FIRST: "Which topics appeared for the first time in 2019?",
    Intent.RELATED: "Reports like sample001",
}
"""A question of each intent that the sample answers."""


def asked(client: TestClient, question: str, **parameters: str | Sequence[str]) -> Markup:
    answer = client.get("/ask", params={"q": question, **parameters})
    assert answer.status_code == 200
    found = Markup(answer.text)
    assert not found.faults
    return found


def texts(elements: Iterable[Element]) -> list[str]:
    return [line(element.text) for element in elements]


def sentence(found: Markup) -> str:
    return line(found.one("p", id="sentence").text)


def chips(found: Markup) -> list[str]:
    return [
        line(element.text) for element in found.elements if "rg-chip" in element.attributes.get("class", "").split()
    ]


def told_filters(found: Markup) -> list[str]:
    """The chips that are links, without what they say of themselves."""
    links = [element for element in found.all("a") if element.attributes.get("id", "").startswith("chip-")]
    return [line(element.text).removesuffix("Remove this filter").rstrip(" ×") for element in links]


def followed(client: TestClient, found: Markup, element_id: str) -> Markup:
    """The page that a link leads to."""
    answer = client.get(found.one("a", id=element_id).attributes["href"])
    assert answer.status_code == 200
    page = Markup(answer.text)
    assert not page.faults
    return page


def total(client: TestClient, href: str) -> int:
    """How many reports the search page shows for an address."""
    found = Markup(client.get(f"/search?{urlsplit(href).query}").text)
    return int(line(found.one("h2", id="total").text).split()[0])


# Answers of the sample


@pytest.mark.parametrize("intent", Intent)
def test_a_question_of_each_kind_is_answered(client: TestClient, intent: Intent) -> None:
    found = asked(client, QUESTIONS[intent])
    assert INTENT_NAMES[intent] in line(found.text)
    assert not found.all("section", class_="rg-told rg-refused")
    assert sentence(found)
    assert found.one("input", id="q").attributes["value"] == QUESTIONS[intent]
    assert found.all("title")[0].text == f"{QUESTIONS[intent]} · reportgraph"


def test_findings_are_quoted_each_with_its_report(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.FINDING])
    quotes = found.all("blockquote")
    assert quotes
    assert len(found.all("figcaption")) == len(quotes)
    captions = [href for href, _ in found.links if href.startswith("/report/")]
    quoted = client.get(captions[0])
    assert line(quotes[0].text) in line(Markup(quoted.text).text)


def test_there_is_a_place_for_a_models_words_only_where_a_model_may_phrase_a_finding(
    sample: Snapshot, engine: Engine, client: TestClient
) -> None:
    asker = Asker(engine)
    for intent, question in QUESTIONS.items():
        answer = asker.ask(question)
        for generating in (True, False):
            html = answer_html(sample, answer, AskAddress(question), ENGLISH, generating=generating)
            assert ('id="generated"' in html) is (generating and intent is Intent.FINDING)
    assert not asked(client, QUESTIONS[Intent.FINDING]).all("section", id="generated")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_place_for_a_models_words_says_whose_they_are_and_where_they_come_from(
    sample: Snapshot, engine: Engine, language: str
) -> None:
    answer = Asker(engine).ask(QUESTIONS[Intent.FINDING])
    address = AskAddress('a "question" & more', after="b", dropped=("k:x",), meant=(("k:y", "topic"),))
    html = answer_html(sample, answer, address, Rendering(language, language), generating=True)
    found = Markup(html)
    assert not found.faults
    section = found.one("section", id="generated")
    # Without the script that fills it, it is not there.
    assert "hidden" in section.attributes
    heading, note = Texts(language).say("In a model's words"), line(section.text)
    assert heading in note
    assert found.one("div", id="written").attributes == {
        "class": "rg-written",
        "id": "written",
        "aria-live": "polite",
        "lang": "en",
    }
    path, _, query = section.attributes["data-from"].partition("?")
    assert path == "/api/v1/ask/generated"
    assert parse_qs(query) == {
        "q": ['a "question" & more'],
        "prior": ["b"],
        "drop": ["k:x"],
        "as": ["k:y=topic"],
        "lang": [language],
    }


def test_every_value_of_a_ranking_leads_to_as_many_reports_as_it_counts(client: TestClient) -> None:
    for intent in (Intent.RANK, Intent.VALUES, Intent.COUNT_BY_YEAR):
        rows = bars(client, QUESTIONS[intent])
        assert rows
        counted = [(count, href) for _, count, href in rows if count]
        for count, href in counted[:6]:
            assert href is not None
            assert total(client, href) == count


def bars(client: TestClient, question: str) -> list[tuple[str, int, str | None]]:
    """The rows of the tables of an answer: value, number of reports, and where it leads."""
    html = client.get("/ask", params={"q": question}).text
    rows = []
    for row in html.split("<tr>")[1:]:
        cells = Markup(f"<table><tr>{row[: row.index('</tr>')]}</tr></table>")
        if heads := [head for head in cells.all("th") if head.attributes["scope"] == "row"]:
            count = int(cells.all("td")[0].text)
            href = cells.links[0][0] if cells.links else None
            rows.append((line(heads[0].text), count, href))
    return rows


def test_counts_by_year_are_a_picture_and_a_table_and_few_years_a_table_alone(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.COUNT_BY_YEAR])
    years = bars(client, QUESTIONS[Intent.COUNT_BY_YEAR])
    assert sum(count for _, count, _ in years) == 60
    assert len(found.all("rect", class_="rg-bar rg-chosen")) == len(years)
    assert found.one("details", id="years-table")
    few = asked(client, "How many reports were published each year from 2015 to 2019?")
    assert texts(few.all("th", scope="row")) == ["2015", "2016", "2017", "2018", "2019"]
    assert not few.all("rect", class_="rg-bar rg-chosen")


def test_the_sides_of_a_comparison_lead_to_their_reports(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.COMPARE])
    sides = {label: href for href, label in found.links if label in {"Uganda", "Mali"}}
    assert len(found.all("section", class_="rg-compared")) == 2
    for label in ("Uganda", "Mali"):
        assert f"{label}: {total(client, sides[label])}" in sentence(found)


def test_what_rose_and_what_fell_are_two_lists(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.TREND])
    assert texts(found.all("h3")) == ["↗ Rose", "↘ Fell"]
    assert texts(found.all("th", scope="col")) == ["2010", "2020"] * 2


def test_a_share_is_a_part_of_a_bar(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.SHARE])
    assert ("/?language=fr&stated_only=1", "12 of 60 reports") in found.links
    (bar,) = found.all("rect", height="10")
    assert bar.attributes["width"] == "20.00"


def test_a_list_shows_its_reports_and_opens_as_the_same_search(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.LIST])
    shown = int(sentence(found).split()[0])
    assert len(found.all("article")) == shown
    (search,) = {href for href, label in found.links if label == "Open it as a search"}
    assert parse_qs(urlsplit(search).query) == {"language": ["en"], "type": ["working-paper"], "year_from": ["2015"]}
    assert total(client, search) == shown


@pytest.mark.parametrize(
    ("question", "match"), [("women credit", []), ("What effect does village credit have?", ["any"])]
)
def test_what_was_found_opens_as_the_same_search(client: TestClient, question: str, match: list[str]) -> None:
    found = asked(client, question)
    (search,) = {href for href, label in found.links if label == "Open it as a search"}
    assert parse_qs(urlsplit(search).query).get("match", []) == match
    shown = next(text for text in texts(found.all("h2")) if text.split()[0].isdecimal())
    assert total(client, search) == int(shown.split()[0])


def test_the_executed_query_gives_the_same_figure_in_the_workbench(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.COUNT], lang="en")
    (workbench,) = [href for href, _ in found.links if href.startswith("/workbench?query=")]
    assert parse_qs(urlsplit(workbench).query)["stated_only"] == ["1"]
    there = Markup(client.get(workbench).text)
    (cell,) = there.all("td")
    assert cell.text == sentence(found).split()[0]


def test_more_entities_of_what_was_found_are_links(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.FIND])
    assert "Often in these reports" in texts(found.all("h2"))
    assert [href for href, _ in found.links if href.startswith("/?topic=")]


# Corrections


def test_a_chip_takes_a_filter_away_and_brings_it_back(client: TestClient) -> None:
    whole = asked(client, QUESTIONS[Intent.COUNT])
    assert told_filters(whole) == ["Subjects gender", "Access Open access"]
    fewer = followed(client, whole, "chip-1")
    assert chips(fewer)[0].endswith("Make it a filter")
    assert int(sentence(fewer).split()[0]) > int(sentence(whole).split()[0])
    again = followed(client, fewer, "chip-1")
    assert sentence(again) == sentence(whole)


def test_years_are_taken_away_and_brought_back(client: TestClient) -> None:
    whole = asked(client, QUESTIONS[Intent.LIST])
    assert told_filters(whole)[-1] == "Year since 2015"
    fewer = followed(client, whole, "chip-3")
    assert int(sentence(fewer).split()[0]) > int(sentence(whole).split()[0])
    assert sentence(followed(client, fewer, "chip-3")) == sentence(whole)


def test_a_name_that_only_hints_becomes_a_filter_by_a_click(client: TestClient) -> None:
    found = asked(client, "Reports about maize in Kenya")
    places = [number for number, chip in enumerate(chips(found)) if "Country Kenya" in chip]
    assert places
    bound = followed(client, found, f"chip-{places[0] + 1}")
    assert "Country Kenya" in told_filters(bound)
    assert "as=country%3Akenya%3Dcountry" in bound.one("a", hreflang="es").attributes["href"]
    (search,) = {href for href, label in bound.links if label == "Open it as a search"}
    assert parse_qs(urlsplit(search).query)["country"] == ["KE"]


def test_an_excluded_name_is_crossed_out_and_said(client: TestClient) -> None:
    found = asked(client, "List all reports in English, not about Kenya")
    assert texts(found.all("s")) == ["Kenya"]
    (chip,) = [element for element in found.all("a") if "rg-not" in element.attributes.get("class", "")]
    assert "not Kenya" in line(chip.text)


def test_another_kind_of_answer_is_chosen_and_taken_back(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.LIST])
    assert texts(found.all("bdi"))[:2] == ["how many", "how many each year"]
    counted = followed(client, found, "intents-1")
    assert sentence(counted).split()[0] == sentence(found).split()[0]
    assert "as it was understood at first" in texts(counted.all("bdi"))
    assert sentence(followed(client, counted, "intents-1")) == sentence(found)


def test_sides_of_a_comparison_of_two_cannot_be_taken_away(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.COMPARE])
    assert chips(found) == ["Country Uganda", "Country Mali"]
    assert not told_filters(found)


def test_corrections_that_nothing_fits_change_nothing(client: TestClient) -> None:
    whole = asked(client, QUESTIONS[Intent.COUNT])
    odd = asked(
        client, QUESTIONS[Intent.COUNT], drop=["topic:mars", "<b>"], **{"as": ["topic:gender=series", "x=year"]}
    )
    assert sentence(odd) == sentence(whole)
    wrong = asked(client, QUESTIONS[Intent.COUNT], intent="gaps", lang="de")
    assert "left out: intent, lang" in texts(wrong.all("p", class_="rg-notice"))[0]


def test_a_question_follows_the_one_before_it(client: TestClient) -> None:
    first = QUESTIONS[Intent.LIST]
    found = asked(client, "and in French?", after=first)
    assert "Language French" in told_filters(found)
    assert "Format Working paper" in told_filters(found)
    assert found.one("a", id="before").attributes["href"] == f"/ask?{urlencode({'q': first})}"
    # The next one follows the question that stands by itself, and says so.
    assert found.all("input", name="after")[-1].attributes["value"] == first
    assert line(found.one("small", id="follows").text) == f"It follows: {first}"
    alone = followed(client, found, "alone")
    assert "Format Working paper" not in told_filters(alone)


def test_a_whole_question_is_followed_itself_and_keeps_no_plan(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.COMPARE], after=QUESTIONS[Intent.LIST])
    assert chips(found) == ["Country Uganda", "Country Mali"]
    assert found.all("input", name="after")[-1].attributes["value"] == QUESTIONS[Intent.COMPARE]


def test_corrections_go_with_the_question_that_follows(client: TestClient) -> None:
    found = asked(client, QUESTIONS[Intent.COUNT], drop="access:open access")
    assert [field.attributes["value"] for field in found.all("input", name="drop")] == ["access:open access"]


# Refusals and hostile questions


def test_an_empty_page_offers_eight_questions_in_each_language(client: TestClient, engine: Engine) -> None:
    asker = Asker(engine)
    for language in LANGUAGES:
        found = Markup(client.get(f"/ask?lang={language}").text)
        assert not found.faults
        offered = [element for element in found.all("a") if element.attributes.get("id", "").startswith("example-")]
        assert len(offered) == 8
        for element, (question, intent) in zip(offered, EXAMPLE_QUESTIONS, strict=True):
            said = Texts(language).say(question)
            assert parse_qs(urlsplit(element.attributes["href"]).query) == {"q": [said], "lang": [language]}
            plan = asker.ask(said, language=language).plan
            assert (plan.intent, plan.language) == (intent, language), said


def test_only_questions_are_kept_from_indexes(client: TestClient) -> None:
    assert "x-robots-tag" not in client.get("/ask").headers
    answer = client.get("/ask?q=Kenya", headers={"accept-language": "fr"})
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["vary"].split(", ")[0] == "Accept-Language"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert Markup(answer.text).one("html").attributes["lang"] == "fr"


@pytest.mark.parametrize("question", ["???", "…", "-- ; --", "   ", "\x00\x07"])
def test_what_asks_nothing_gets_the_examples(client: TestClient, question: str) -> None:
    found = asked(client, question)
    assert "For example" in texts(found.all("h2"))
    assert not found.all("form", class_="rg-and")


def test_a_refusal_says_what_was_searched_and_shows_what_is_near(client: TestClient) -> None:
    found = asked(client, "List all reports in Spanish about Kenya since 2023")
    assert found.one("section", class_="rg-told rg-refused")
    assert "Language: Spanish" in sentence(found)
    assert "The nearest reports" in texts(found.all("h2"))
    assert found.all("article")


@pytest.mark.parametrize(
    "question",
    [
        *PAYLOADS.values(),
        "SELECT * WHERE { ?s ?p ?o } ; DROP ALL ; INSERT DATA { <a> <b> <c> }",
        '"> } UNION { ?s ?p ?o } # How many reports on gender?',
        "How many\x00 reports\x1b[31m on\x08 gender\u202e?",
        "कितनी रिपोर्टें हैं?",
        "有多少关于性别的报告？",
        "كم عدد التقارير عن كينيا؟",
        "\ufeff\u200b\u2028",
        "%s %(n)s {0} {{ 7*7 }} {% raw %}",
        "((((((((((((((((((((" * 20,
        "as=topic:x=y&drop=z#q",
        "<!-- the answer -->",
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_questions_are_text(client: TestClient, question: str, language: str) -> None:
    found = asked(client, question, lang=language, after=question, drop=question, **{"as": f"{question}=topic"})
    address = AskAddress.read(urlencode({"q": question}))
    assert found.one("input", id="q").attributes["value"] == address.question
    assert "49" not in sentence_or_nothing(found)
    assert {element.attributes.get("src", "/").split("?")[0] for element in found.all("script")} == {
        "/page-assets/ask.js"
    }
    assert not found.all("img")
    assert not found.all("iframe")


def sentence_or_nothing(found: Markup) -> str:
    return "".join(texts(found.all("p", id="sentence")))


def test_a_question_of_ten_thousand_characters_is_answered_and_told_to_be_long(client: TestClient) -> None:
    found = asked(client, "How many reports on gender? " + "word " * 2000)
    assert "its first 2,000 characters were read" in texts(found.all("p", class_="rg-notice"))[0]
    assert len(found.one("input", id="q").attributes["value"]) <= LONGEST
    assert sentence(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_answer_is_there_in_every_language(client: TestClient, language: str) -> None:
    for question, _ in EXAMPLE_QUESTIONS:
        found = asked(client, Texts(language).say(question), lang=language)
        assert "%(" not in found.text
        assert found.one("html").attributes["lang"] == language
        assert found.one("section", class_="rg-told").attributes["lang"] == language
        for href, _ in found.links:
            there = urlsplit(href)
            if there.path in {"/", "/ask", "/workbench"} and there.query:
                assert "lang=" in there.query


def test_the_answer_is_in_the_language_of_the_question_and_the_page_in_the_readers(client: TestClient) -> None:
    found = asked(client, Texts("fr").say(EXAMPLE_QUESTIONS[1][0]), lang="en")
    told = found.one("section", class_="rg-told")
    assert told.attributes["lang"] == "fr"
    assert "Éthiopie" in told.text
    assert "Understood as" in texts(found.all("h2"))


# Made-up answers


@pytest.fixture(scope="module")
def values(sample: Snapshot) -> list[FacetCount]:
    column = sample.columns.facets["topic"]
    return [FacetCount(column.values[code], 30 - code) for code in range(25)]


@pytest.fixture(scope="module")
def hits(engine: Engine) -> tuple[Hit, ...]:
    return engine.search(Request("women credit", limit=4)).hits


def mention(sample: Snapshot, facet: str, code: int, text: str = "X", *, binds: bool = True) -> Mention:
    value = sample.columns.facets[facet].values[code]
    return Mention(text, 0, len(text), Reading(facet, (value.value,), value.label, 3), binds=binds)


def shown(
    sample: Snapshot, answer: Answer, address: AskAddress | None = None, rendering: Rendering = ENGLISH
) -> Markup:
    address = address or AskAddress(answer.plan.question)
    found = Markup(f"<main>{answer_html(sample, answer, address, rendering)}</main>")
    assert not found.faults
    return found


def test_long_rankings_unfold_and_say_how_many_there_are(sample: Snapshot, values: list[FacetCount]) -> None:
    plan = Plan("Which subjects?", "en", Intent.VALUES, dimension=("topic",))
    found = shown(sample, Answer(plan, "s", ranking=tuple(values), distinct=400, total=400))
    assert len(found.all("th", scope="row")) == 25
    assert line(found.one("details", id="rest-of-values").text).startswith("15 more")
    assert "25 of 400 are shown" in line(found.text)
    widths = [float(bar.attributes["width"]) for bar in found.all("rect", height="10")]
    assert widths[0] == 100
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("intent", [intent for intent in Intent if intent not in {Intent.GAPS, Intent.TREND}])
def test_answers_of_nothing_but_reports_are_shown(sample: Snapshot, intent: Intent, hits: tuple[Hit, ...]) -> None:
    sides = tuple(Side(mention(sample, "country", code), 0) for code in (0, 1))
    series = mention(sample, "series", 0)
    plan = Plan("Which?", "pt", intent, mentions=(series,), dimension=("country",), text="words")
    answer = Answer(plan, "s", hits=hits, sides=sides, by_year={2020: 0, 2021: 0}, total=len(hits))
    found = shown(sample, answer)
    assert found.one("p", id="sentence").text
    assert len(found.all("article")) == len(hits)


def test_a_trend_without_named_years_and_a_series_without_gaps(sample: Snapshot, values: list[FacetCount]) -> None:
    changes = (Change(values[0].value, 1, 4, 0.1, 0.25), Change(values[1].value, 3, 3, 0.3, 0.3))
    spans = ((2001, 2001), (2010, 2019))
    found = shown(sample, Answer(Plan("What rose?", "en", Intent.TREND), "s", changes=changes, spans=spans))
    assert texts(found.all("h3")) == ["↗ Rose"]
    assert texts(found.all("th", scope="col")) == ["2001", "2010–2019"]
    assert texts(found.all("td", class_="rg-number")) == ["1 (10.0%)", "4 (25.0%)"]
    series = sample.columns.facets["series"].values[0]
    gaps = Plan("Which are missing?", "en", Intent.GAPS, mentions=(mention(sample, "series", 0),))
    whole = shown(sample, Answer(gaps, "s", numbers=(Numbers(series, (1, 2, 3), ()),)))
    assert "3 numbers are there, from 1 to 3; 0 are missing" in line(whole.text)
    assert not whole.all("ul", class_="rg-numbers")
    some = shown(sample, Answer(gaps, "s", numbers=(Numbers(series, (1, 9), (2, 3, 4, 5, 6, 7, 8)),)))
    assert texts(some.all("li"))[-1] == "2–8"


def test_sides_show_their_quotations(sample: Snapshot, hits: tuple[Hit, ...]) -> None:
    quotes = tuple(Quote(hit.card, f"<b>Sentence</b> {place}.", 0.9) for place, hit in enumerate(hits[:2]))
    sides = tuple(Side(mention(sample, "country", code), 3 * code, (quotes[code],)) for code in (0, 1))
    plan = Plan("Compare X and Y", "en", Intent.COMPARE, mentions=tuple(side.mention for side in sides))
    found = shown(sample, Answer(plan, "s", sides=sides))
    assert texts(found.all("blockquote")) == ["<b>Sentence</b> 0.", "<b>Sentence</b> 1."]
    assert not found.all("b")


@pytest.mark.parametrize("gap", Gap)
def test_every_refusal_is_told(sample: Snapshot, gap: Gap, hits: tuple[Hit, ...]) -> None:
    names = ("citations",) if gap is Gap.NOT_IN_RECORDS else ("2050",)
    refusal = Refusal(gap, names=names, oldest=1990, newest=2020, hits=hits)
    found = shown(sample, Answer(Plan("Reports of 2050", "en", Intent.LIST), "s", refusal=refusal))
    assert found.one("section", class_="rg-told rg-refused")
    assert hits[0].card.title not in sentence(found)
    assert bool(found.all("article")) == bool(hits)


def test_a_name_that_nothing_bears_is_asked_again_with_what_looks_like_it(sample: Snapshot) -> None:
    question = "Reports by Anna Smit and Bert Jonson"
    refusal = Refusal(Gap.UNKNOWN_NAME, ("Anna Smit", "Bert Jonson"), ("Smith, Anna", "Johnson, Bert", "<i>Smit</i>"))
    found = shown(sample, Answer(Plan(question, "en", Intent.LIST), "s", refusal=refusal), AskAddress(question))
    links = [element for element in found.all("a") if element.attributes.get("id", "").startswith("nearest-")]
    assert [parse_qs(urlsplit(link.attributes["href"]).query)["q"] for link in links] == [
        ["Reports by Smith, Anna and Bert Jonson"],
        ["Reports by Anna Smit and Johnson, Bert"],
        ["Reports by <i>Smit</i> and Bert Jonson"],
    ]
    assert not found.all("i")
    assert "Smith, Anna" not in sentence(found)


def test_other_persons_of_a_name_are_asked_for_by_their_whole_names(sample: Snapshot) -> None:
    first, second, third = (mention(sample, "author", code).reading for code in (0, 1, 2))
    topic = mention(sample, "topic", 0).reading
    question = "Reports by Smith since 2020"
    named = Mention("Smith", 11, 16, replace(first, how=How.NAME), others=(second, topic, third))
    plan = Plan(question, "en", Intent.LIST, mentions=(named,))
    found = shown(sample, Answer(plan, "s", total=3))
    asks = [parse_qs(urlsplit(found.one("a", id=f"others-1-{n}").attributes["href"]).query) for n in (1, 2, 3)]
    assert asks == [
        {"q": [f"Reports by {second.label} since 2020"]},
        {"q": [question], "as": ["author:smith=topic"]},
        {"q": [f"Reports by {third.label} since 2020"]},
    ]
    # In a question that follows, the name stands in the one before it.
    after = replace(plan, question="since 2021?")
    links = shown(sample, Answer(after, "s", total=3), AskAddress("since 2021?", after=question)).all("a")
    assert [link.attributes["id"] for link in links if link.attributes.get("id", "").startswith("others-")] == [
        "others-1-1"
    ]


def test_values_that_a_name_begins_are_counted_in_its_chip(sample: Snapshot) -> None:
    values = tuple(value.value for value in sample.columns.facets["series"].values[:3])
    reading = Reading("series", values, sample.columns.facets["series"].values[0].label, 9, How.BEGINNING)
    plan = Plan("Reports in Papers", "en", Intent.LIST, mentions=(Mention("Papers", 11, 17, reading),))
    assert "and 2 more" in chips(shown(sample, Answer(plan, "s", total=9)))[0]


def test_what_no_search_can_say_opens_as_none(sample: Snapshot) -> None:
    def search(*years: Years) -> list[str]:
        plan = Plan("Reports?", "en", Intent.LIST, years=years)
        return [
            href for href, label in shown(sample, Answer(plan, "s", total=3)).links if label == "Open it as a search"
        ]

    assert search(Years("2010", 0, 4, several=(2010, 2011))) == ["/?year_from=2010&year_to=2011"]
    assert search(Years("2010", 0, 4, first=2010)) == ["/?year_from=2010"]
    assert search(Years("2010", 0, 4, several=(2010, 2014))) == []
    assert search(Years("2010", 0, 4, first=2010, last=2011, excluded=True)) == []
    assert search(Years("2010", 0, 4, first=2010, binds=False)) == []


def _both(facet: str, labels: Sequence[str], values: Sequence[tuple[str, ...]], *joined: Joint) -> Plan:
    mentions = tuple(
        Mention(label, 0, 1, Reading(facet, some, label, 1), joined=joint)
        for label, some, joint in zip(labels, values, (None, *joined), strict=True)
    )
    return Plan("Both?", "en", Intent.LIST, mentions=mentions)


def test_a_search_for_both_finds_the_same_reports_or_is_not_offered(client: TestClient, sample: Snapshot) -> None:
    offered: dict[str, list[bool]] = {}
    for facet in ("topic", "author", "institution", "country", "region"):
        held = [sample.columns.values(facet, ordinal) for ordinal in range(len(sample.columns.reports))]
        pairs = {(first.value, values[-1].value) for values in held for first in values[:1] if len(values) > 1}
        for pair in sorted(pairs)[:8]:
            plan = _both(facet, pair, [(value,) for value in pair], Joint.BOTH)
            inside = combined(filter_masks(sample, plan.filters), len(sample.columns.reports))
            page = shown(sample, Answer(plan, "s", total=1))
            searches = [href for href, label in page.links if label == "Open it as a search"]
            offered.setdefault(facet, []).append(bool(searches))
            assert [total(client, href) for href in searches] == [np.count_nonzero(inside)] * len(searches)
    assert any(offered["topic"])
    assert all(offered["author"])
    assert not any(offered.get("country", []) + offered.get("region", []))


def test_a_search_for_one_of_several_spellings_and_another_finds_the_same_reports(
    client: TestClient, sample: Snapshot
) -> None:
    authors = [value.value for value in sample.columns.values("author", 0)]
    others = tuple(value.value for value in sample.columns.facets["author"].values[:3])
    plan = _both("author", ("a", "b"), [(authors[0],), (authors[-1], *others)], Joint.AND)
    (search,) = {
        href for href, label in shown(sample, Answer(plan, "s", total=1)).links if label == "Open it as a search"
    }
    inside = combined(filter_masks(sample, plan.filters), len(sample.columns.reports))
    assert total(client, search) == np.count_nonzero(inside) > 0


def test_words_beside_both_are_no_search(sample: Snapshot) -> None:
    topics = sample.columns.values("topic", 0)[:2]
    plan = _both("topic", ("a", "b"), [(topic.value,) for topic in topics], Joint.AND)
    with_words = replace(plan, intent=Intent.COUNT, text="credit")
    links = shown(sample, Answer(with_words, "s", count=1, total=1)).links
    assert "Open it as a search" not in [label for _, label in links]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("and", "or")), ("es", ("y también", "o bien")), ("fr", ("et", "ou")), ("pt", ("e", "ou"))],
)
def test_what_joins_two_chips_is_said_between_them(sample: Snapshot, language: str, words: tuple[str, str]) -> None:
    for joint, word in zip((Joint.AND, Joint.OR), words, strict=True):
        values = [value.value for value in sample.columns.facets["topic"].values[:2]]
        plan = _both("topic", ("a", "b"), [(value,) for value in values], joint)
        page = shown(sample, Answer(plan, "s", total=1), rendering=Rendering(language))
        assert texts(page.all("span", class_="rg-joint")) == [word]
    sides = tuple(Side(mention, 1) for mention in plan.mentions)
    compared = Answer(replace(plan, intent=Intent.COMPARE), "s", total=1, sides=sides)
    assert not shown(sample, compared, rendering=Rendering(language)).all("span", class_="rg-joint")


def test_a_joined_name_is_dropped_by_its_chip(client: TestClient) -> None:
    whole = asked(client, "How many reports are about gender and savings groups?")
    assert told_filters(whole) == ["Subjects gender", "Subjects savings groups"]
    assert texts(whole.all("span", class_="rg-joint")) == ["and"]
    for chip in ("chip-1", "chip-2"):
        fewer = followed(client, whole, chip)
        assert not fewer.all("span", class_="rg-joint")
        assert int(sentence(fewer).split()[0]) > int(sentence(whole).split()[0]) > 0
        assert sentence(followed(client, fewer, chip)) == sentence(whole)


def test_chips_of_one_facet_stand_together(client: TestClient) -> None:
    found = asked(client, "How many reports are about gender in Kenya and savings groups?")
    assert [chip.split()[0] for chip in chips(found)[-3:]] == ["Subjects", "Subjects", "Country"]


def test_years_of_which_texts_speak_are_no_link(sample: Snapshot, hits: tuple[Hit, ...]) -> None:
    years = Years("2050", 0, 4, first=2050, last=2050, binds=False)
    plan = Plan("2050?", "en", Intent.FIND, years=(years,), text="2050")
    found = shown(sample, Answer(plan, "s", hits=hits, total=len(hits)))
    assert chips(found)[-1] == "Year 2050"
    assert not told_filters(found)


def test_missing_numbers_in_a_row_are_a_range() -> None:
    assert list(ranges(())) == []
    assert list(ranges((1, 2, 4, 5, 6, 9))) == ["1", "2", "4–6", "9"]


# Sending


def test_the_frame_is_sent_before_the_question_is_asked() -> None:
    class Unasked(LiveAsker):
        def __init__(self) -> None:
            self.asked = False

        def current(self) -> Asker:
            self.asked = True
            raise OSError(28, "No space left on device", "index")

    asker = Unasked()
    parts = AskPage.open(asker, "q=Kenya", "en").parts()
    frame = next(parts)
    assert not asker.asked
    assert "Looking for the answer…" in frame
    assert 'value="Kenya"' in frame
    rest = list(parts)
    assert asker.asked
    page = Markup(frame + "".join(rest))
    assert not page.faults
    assert "No space left on device" in sentence(page)


def test_an_error_that_nobody_expected_is_told_and_raised() -> None:
    class Broken(LiveAsker):
        def __init__(self) -> None:
            pass

        def current(self) -> Asker:
            raise ZeroDivisionError("<b>inside</b>")

    parts = AskPage.open(Broken(), "q=Kenya&lang=es", "").parts()
    page = Markup(next(parts) + next(parts))
    with pytest.raises(ZeroDivisionError):
        next(parts)
    assert not page.faults
    assert "Algo falló en el servidor" in sentence(page)
    assert "inside" not in page.text


def test_a_search_that_is_written_as_a_question_leads_here(client: TestClient) -> None:
    found = Markup(client.get("/search?q=How+many+on+%3Cb%3E%3F&topic=women&lang=fr").text)
    assert found.one("a", id="as-question").attributes["href"] == "/ask?q=How+many+on+%3Cb%3E%3F&lang=fr"
    assert not Markup(client.get("/search?q=women").text).all("a", id="as-question")
