"""Questions on the command line and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

from search.question.understanding.plan import Gap, Intent
from tests.conftest import WriteLines, build_sources, services_for
from tests.river_collection import ROWS, having, write_river_collection
from tests.search.question.generating.generator_server import generator_server, saying, sending
from ui.app import create_app
from ui.cli import main
from ui.wiring import Services

Run = Callable[..., Result]

KENYA = len(having(lambda row: "Kenya" in row.places))


@pytest.fixture(scope="module")
def run(river_services: Services) -> Run:
    """The command line over the river collection."""
    environment = {"REPORTGRAPH_MODEL": "hashing", "REPORTGRAPH_DATA": str(river_services.settings.data)}
    return lambda *arguments: CliRunner().invoke(main, arguments, env=environment)


@pytest.fixture(scope="module")
def client(river_services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(river_services)) as client:
        yield client


def _ask(client: TestClient, question: str, **parameters: int | str | list[str]) -> dict[str, Any]:
    response = client.get("/api/v1/ask", params={"q": question, **parameters})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


# -- the command line --------------------------------------------------------------------------------------------------


def test_an_answer_is_printed_with_how_it_was_understood_and_its_query(run: Run) -> None:
    result = run("ask", "How many reports are about Kenya?")
    assert result.exit_code == 0, result.output
    said, understood, *rest = result.stdout.splitlines()
    assert said == f"{KENYA} reports: Country: Kenya."
    assert understood == "count: Country: Kenya"
    assert rest[0].startswith("1. ")
    assert "SELECT (COUNT(DISTINCT ?report) AS ?reports)" in result.stdout


def test_quotations_are_printed_with_their_reports(run: Run) -> None:
    result = run("ask", "What do widows sell every week?")
    assert "“Widows who keep goats sell milk every week.”" in result.stdout
    assert "Goat keeping by widows in Kenya  1998  r02" in result.stdout


def test_a_model_says_what_reports_say_below_the_quotations(
    run: Run, sample_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Nine members in ten of the cooperatives are women [1]. They sell gold [1]."
    with generator_server(saying(text)) as server:
        monkeypatch.setenv("REPORTGRAPH_GENERATOR", server.address)
        result = run("ask", "What effect does credit have on women?", "--data", str(sample_data))
        run("ask", "How many reports are about Kenya?")
    assert result.exit_code == 0, result.output
    assert " ".join(result.stdout.split()).endswith("Nine members in ten of the cooperatives are women. (sample003)")
    (received,) = server.received
    passages = received.body["messages"][1]["content"].count("\n[")
    assert passages > result.stdout.count("  “") == 3


def test_a_model_that_fails_leaves_the_answer_and_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with generator_server(sending()) as server:
        monkeypatch.setenv("REPORTGRAPH_GENERATOR", server.address)
        result = run("ask", "What do widows sell every week?")
    assert result.exit_code == 0
    assert "“Widows who keep goats sell milk every week.”" in result.stdout
    assert "connection broke off" in " ".join(result.stderr.split())


def test_what_else_a_name_may_mean_is_printed(run: Run) -> None:
    result = run("ask", "reports by IFAD")
    assert "“IFAD” is taken as publisher IFAD; or: institution" in " ".join(result.stdout.split())


def test_a_refusal_is_an_answer(run: Run) -> None:
    for question in ("", "???", "reports by Pedro Nadie", "reports about Kenya in French"):
        result = run("ask", question)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.strip()


def test_the_language_and_the_limit_are_options(run: Run) -> None:
    listed = run("ask", "reports in English", "--limit", "2").stdout
    assert "2. " in listed
    assert "3. " not in listed


def test_json_has_the_contract(run: Run) -> None:
    answer = json.loads(run("ask", "Which topics are most frequent in Kenya?", "--json").stdout)
    assert set(answer) >= {
        *("id", "ids", "count", "by_year", "labels", "ranking", "abstain", "text", "citations", "sparql", "plan"),
    }
    assert (answer["id"], answer["abstain"], answer["reason"], answer["count"]) == (None, False, None, None)
    assert answer["ranking"][0] == ["gender", 3]
    assert answer["labels"] == [label for label, _ in answer["ranking"]]
    assert (answer["plan"]["intent"], answer["plan"]["language"]) == ("rank", "en")
    (mention,) = answer["plan"]["mentions"]
    assert (mention["key"], mention["facet"], mention["binds"]) == ("country:kenya", "country", True)


def test_json_says_what_joins_names_and_what_each_has(run: Run) -> None:
    answer = json.loads(run("ask", "How many reports are about both Kenya and Mali?", "--json").stdout)
    assert [mention["joined"] for mention in answer["plan"]["mentions"]] == [None, "and"]
    assert (answer["count"], answer["apart"]) == (0, [["Kenya", 5], ["Mali", 4]])
    either = json.loads(run("ask", "How many reports are about Kenya and Mali?", "--json").stdout)
    assert [mention["joined"] for mention in either["plan"]["mentions"]] == [None, "or"]
    assert (either["count"], either["apart"]) == (9, [])


def test_json_of_a_refusal_abstains(run: Run) -> None:
    answer = json.loads(run("ask", "reports by Pedro Nadie", "--json").stdout)
    assert (answer["abstain"], answer["reason"], answer["ids"]) == (True, "unknown_name", [])


def test_a_batch_is_answered_line_by_line(run: Run, write_lines: WriteLines) -> None:
    path = write_lines(
        '{"id": "a", "question": "How many reports are about Kenya?"}',
        "",
        '{"id": 7, "question": "Combien de rapports par an ?"}',
        '{"id": "c", "question": ""}',
        '{"id": "d", "question": "show me all reports in English", "more": 1}',
        name="questions.jsonl",
    )
    result = run("ask", "--batch", str(path))
    assert result.exit_code == 0, result.output
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "7", "c", "d"]
    assert [answer["count"] for answer in answers] == [KENYA, sum(row.year is not None for row in ROWS), None, None]
    assert answers[1]["by_year"]["2020"] == 2
    assert (answers[2]["abstain"], answers[2]["reason"]) == (True, "empty")
    assert set(answers[3]["ids"]) == having(lambda row: row.language == "Inglés")


def test_lines_without_a_question_are_named_and_the_others_answered(run: Run, write_lines: WriteLines) -> None:
    bad: tuple[str | bytes, ...] = (
        "no json",
        '"only a text"',
        "[]",
        '{"id": "x"}',
        '{"id": "x", "question": 5}',
        '{"question": "How many reports?"}',
        '{"id": null, "question": "How many reports?"}',
        b'{"id": "x", "question": "\xff"}',
        '{"id": "x", "question": "\\ud800"}',
    )
    path = write_lines(*bad, '{"id": "good", "question": "How many reports are there?"}', name="bad.jsonl")
    result = run("ask", "--batch", str(path))
    assert result.exit_code == 1
    (answer,) = (json.loads(line) for line in result.stdout.splitlines())
    assert (answer["id"], answer["count"]) == ("good", len(ROWS))
    for number in range(1, len(bad) + 1):
        assert f"bad.jsonl:{number}:" in "".join(result.stderr.split())
    assert f"{len(bad)} of {len(bad) + 1} lines hold no question" in " ".join(result.stderr.split())


def test_an_empty_batch_has_no_answers(run: Run, write_lines: WriteLines) -> None:
    result = run("ask", "--batch", str(write_lines(name="empty.jsonl")))
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("ask", "x", "--batch", __file__),
        ("ask", "--batch", "no-such-file.jsonl"),
        ("ask", "x", "--lang", "de"),
        ("ask", "x", "--limit", "-1"),
    ],
)
def test_wrong_usage_is_told(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_without_a_collection_there_is_one_clear_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["ask", "x", "--data", str(tmp_path)], env={"REPORTGRAPH_MODEL": "hashing"})
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "reportgraph build" in result.stderr


@pytest.mark.parametrize("question", ["How many reports \udcff are about Kenya?", "\x1b[31mHow many reports?\x00"])
def test_what_a_terminal_cannot_show_is_asked_and_not_printed(run: Run, question: str) -> None:
    for options in ((), ("--json",)):
        result = run("ask", question, *options)
        assert result.exit_code == 0, result.output
        assert "\x1b[31m" not in result.stdout
        assert "\x00" not in result.stdout


# -- HTTP --------------------------------------------------------------------------------------------------------------


def test_an_answer_over_http_is_that_of_the_command_line(client: TestClient, run: Run) -> None:
    for question in ("How many reports are about Kenya?", "What do widows sell every week?", "reports by Nadie", ""):
        assert _ask(client, question) == json.loads(run("ask", question, "--json").stdout)


def test_the_plan_tells_what_is_not_wanted(client: TestClient) -> None:
    plan = _ask(client, "reports not published in 2020 and not in English")["plan"]
    assert [(years["key"], years["excluded"]) for years in plan["years"]] == [("years:published in 2020", True)]
    assert [(one["label"], one["excluded"]) for one in plan["mentions"]] == [("English", True)]


def test_the_plan_tells_which_words_are_searched_for(client: TestClient) -> None:
    plan = _ask(client, "How many juicy reports about Kenya are there?")["plan"]
    assert (plan["text"], plan["rule"], "counted" in plan["signs"]) == ("juicy", "count", True)
    assert _ask(client, "How many reports are about Kenya?")["plan"]["text"] == ""


def test_a_question_may_follow_another(client: TestClient) -> None:
    answer = _ask(client, "and about Mali?", prior="How many reports are about Kenya?")
    assert (answer["count"], answer["text"]) == (4, "4 reports: Country: Mali.")


def test_a_reader_corrects_a_plan(client: TestClient) -> None:
    question = "How many reports are about Kenya since 2010?"
    assert _ask(client, question)["count"] == 2
    assert _ask(client, question, drop="years:since 2010")["count"] == KENYA
    assert _ask(client, question, drop=["years:since 2010", "country:kenya"])["count"] == len(ROWS)
    assert _ask(client, question, intent="list")["total"] == 2
    issuer = _ask(client, "How many reports are by IFAD?")
    any_role = _ask(client, "How many reports are by IFAD?", **{"as": "publisher:ifad=institution"})
    assert (issuer["count"], any_role["count"]) == (5, 6)


def test_the_limit_is_of_reports_that_are_looked_up_and_not_of_the_answer(client: TestClient) -> None:
    answer = _ask(client, "reports in English", limit=0)
    assert len(answer["ids"]) == answer["total"] == 10


@pytest.mark.parametrize("intent", Intent)
def test_any_kind_of_answer_can_be_chosen(client: TestClient, intent: Intent) -> None:
    for question in ("goats", "reports about Kenya", "?", "Denis Okello and Kenya 2010"):
        assert _ask(client, question, intent=str(intent))["text"]


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "q=x&Q=y",
        "q=x&limit=-1",
        "q=x&limit=1001",
        "q=x&limit=many",
        "q=x&lang=de",
        "q=x&intent=guess",
        "q=" + "x" * 20_001,
        "q=x&prior=" + "x" * 20_001,
        "q=x" + "&drop=a" * 200,
        "q=x" + "&as=a=b" * 200,
    ],
)
def test_what_cannot_be_asked_is_422(client: TestClient, query: str) -> None:
    response = client.get(f"/api/v1/ask?{query}")
    assert response.status_code == 422


@pytest.mark.parametrize("key", ["", "=", "=author", "country:kenya=", "country:kenya=colour", "=" * 50])
def test_corrections_of_nothing_change_nothing(client: TestClient, key: str) -> None:
    question = "How many reports are about Kenya?"
    assert _ask(client, question, **{"as": key, "drop": key}) | {"plan": None} == _ask(client, question) | {
        "plan": None
    }


@pytest.mark.parametrize(
    "question",
    [
        "",
        "?",
        "x" * 20_000,
        "<script>alert(1)</script>",
        "关于肯尼亚",
        "\x00\x01",
        "%s %(n)s {}",
        "' OR 1=1 --",
        "/../..",
    ],
)
def test_any_question_is_answered(client: TestClient, question: str) -> None:
    answer = _ask(client, question)
    assert answer["reason"] in {None, *map(str, Gap)}


def test_bytes_that_are_no_text_are_answered_or_refused(client: TestClient) -> None:
    assert client.get("/api/v1/ask?q=%ff%fe%ed%a0%80").status_code in {200, 422}


def test_every_parameter_is_described(client: TestClient) -> None:
    operation = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/ask"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names == {"q", "lang", "prior", "drop", "as", "intent", "limit"}


def test_a_new_build_is_answered_from(tmp_path: Path, write_lines: WriteLines) -> None:
    services = services_for(tmp_path / "data")
    build_sources(services, write_river_collection(tmp_path / "river.jsonl"))
    app = create_app(services)
    with TestClient(app) as client:
        before = _ask(client, "How many reports are there?")
        build_sources(services, write_lines('{"id": "n1", "title": "A new report about wells"}', name="new.jsonl"))
        _ask(client, "How many reports are there?")
        app.state.live.settle()
        after = _ask(client, "How many reports are there?")
    assert (before["count"], after["count"]) == (len(ROWS), 1)
    assert before["snapshot"] != after["snapshot"]
