from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import InvalidJudgmentsError
from search.evaluation import (
    bootstrap,
    documents,
    evaluate,
    ndcg,
    read_judgments,
    recall,
    reciprocal_rank,
)

CORPUS = [
    {"id": "1", "title": "Credit", "text": "Groups of women lend."},
    {"id": "2", "title": "", "text": "Maize " * 60},
    {"id": "3", "title": None, "text": "Unbroken"},
]
RELEVANT = st.dictionaries(st.sampled_from("abcdef"), st.integers(-1, 4), min_size=1)
RANKED = st.permutations("abcdefgh")


def _folder(
    folder: Path,
    *,
    corpus: list[dict[str, object]] | None = None,
    queries: str = '{"id": "q", "text": "credit"}\n',
    qrels: str = "q\t1\t1\n",
) -> Path:
    lines = "".join(json.dumps(row) + "\n" for row in (CORPUS if corpus is None else corpus))
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "queries.jsonl").write_text(queries, encoding="utf-8")
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


def test_measures_by_hand() -> None:
    relevant = {"a": 2, "b": 1, "c": 0}
    assert ndcg(["b", "x", "a"], relevant) == pytest.approx((1 + 2 / 2) / (2 + 1 / np.log2(3)))
    assert recall(["b", "x"], relevant) == 0.5
    assert reciprocal_rank(["x", "c", "a"], relevant) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x"] * 10 + ["a"], relevant) == 0.0


@given(RELEVANT, RANKED)
def test_measures_lie_between_nothing_and_the_ideal(relevant: dict[str, int], ranked: list[str]) -> None:
    ideal = sorted(relevant, key=lambda document: -relevant[document])
    for measure in (ndcg, recall, reciprocal_rank):
        assert 0.0 <= measure(ranked, relevant) <= 1.0 + 1e-12
        assert measure([], relevant) == 0.0
        assert measure(ideal, relevant) == pytest.approx(1.0 if any(gain > 0 for gain in relevant.values()) else 0.0)


def test_a_folder_is_read_whatever_its_titles(tmp_path: Path) -> None:
    judgments = read_judgments(_folder(tmp_path, qrels="query-id\tcorpus-id\tscore\nq\t1\t2\nother\t1\t1\n"))
    assert judgments.queries == {"q": "credit"}
    assert judgments.relevant == {"q": {"1": 2}}
    titles = [document.title for document in documents(judgments.corpus)]
    assert titles[0] == "Credit"
    assert titles[1].startswith("Maize Maize")
    assert len(titles[1]) <= 120
    assert titles[2] == "Unbroken"


def test_a_query_is_a_seed_only_if_it_says_what_the_document_says(tmp_path: Path) -> None:
    queries = '{"id": "1", "text": "Credit. Groups of women lend."}\n{"id": "2", "text": "Something else"}\n'
    judgments = read_judgments(_folder(tmp_path, queries=queries, qrels="1\t2\t1\n2\t1\t1\n"))
    assert judgments.seeds == {"1"}
    scores = evaluate(judgments, lambda query, _text: [query, "2", "1"])
    # Query 1 passes over itself and finds 2 first; query 2 may not pass over document 2 and finds 1 third.
    assert list(scores.reciprocal_rank) == [1.0, pytest.approx(1 / 3)]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"queries": "{"}, "queries.jsonl, line 1"),
        ({"queries": '\n["q"]\n'}, "queries.jsonl, line 2"),
        ({"queries": '{"id": "q"}\n'}, "id and text"),
        ({"qrels": "q\t1\t1\nq 1 1\n"}, "qrels.tsv, line 2"),
        ({"qrels": "q\t1\t0\n"}, "no query has a relevant document"),
        ({"corpus": [{"id": "1"}]}, "corpus.jsonl.gz, line 1"),
    ],
)
def test_a_folder_that_is_none_says_where(tmp_path: Path, parts: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidJudgmentsError, match=r"qrels\.tsv \(by tabs\)") as raised:
        read_judgments(_folder(tmp_path, **parts))  # type: ignore[arg-type]
    assert said in str(raised.value)


def test_missing_and_cut_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidJudgmentsError, match="no corpus"):
        read_judgments(tmp_path)
    folder = _folder(tmp_path)
    (folder / "corpus.jsonl.gz").write_bytes((folder / "corpus.jsonl.gz").read_bytes()[:-9])
    with pytest.raises(InvalidJudgmentsError, match="cannot be read"):
        read_judgments(folder)


def test_an_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    values = np.linspace(0, 1, 40)
    low, high = bootstrap(values)
    assert low < values.mean() < high
    assert (low, high) == bootstrap(values)
    assert bootstrap(np.full(5, 0.5)) == (0.5, 0.5)
