"""How good rankings are, by judgments of relevance: the measures of trec_eval, with intervals.

A folder of judgments holds ``corpus.jsonl`` or ``corpus.jsonl.gz`` (``id``, ``title``, ``text``), ``queries.jsonl``
(``id``, ``text``) and ``qrels.tsv`` (query id, document id, relevance), the layout that BEIR made common.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from search.errors import InvalidJudgmentsError

DEPTH: Final = 100
"""How many documents of a ranking are looked at; recall is measured there."""

_CUT: Final = 10
_RESAMPLES: Final = 2000
_SEED: Final = 20_160_101
"""Any number will do: it makes the intervals the same in every run."""

_TITLE: Final = 120
"""Characters of a text that stand in for a title where a document has none."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a judged corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Judgments:
    """Queries with the documents judged for each, by their relevance (> 0: relevant).

    Queries without any relevant document are left out, since nothing can be found for them. ``seeds`` are the queries
    that are documents of the corpus themselves: they ask for related ones, and never for themselves.
    """

    corpus: Path
    queries: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]
    seeds: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What a ranking reached: a value for each query, float64 (queries,), in the order of the judgments."""

    ndcg: NDArray[np.float64]
    recall: NDArray[np.float64]
    reciprocal_rank: NDArray[np.float64]

    @property
    def interval(self) -> tuple[float, float]:
        """95% of the means of resampled queries lie here (percentile bootstrap of nDCG)."""
        return bootstrap(self.ndcg)


def read_judgments(folder: Path) -> Judgments:
    """The judgments in a folder; raises :class:`~search.errors.InvalidJudgmentsError`."""
    corpus = next((path for path in (folder / "corpus.jsonl", folder / "corpus.jsonl.gz") if path.is_file()), None)
    if corpus is None:
        raise InvalidJudgmentsError(folder, 0, "there is no corpus.jsonl or corpus.jsonl.gz")
    texts = {str(row["id"]): str(row["text"]) for row in _rows(folder / "queries.jsonl", ("id", "text"))}
    relevant: dict[str, dict[str, int]] = {}
    for query, document, relevance in _judged(folder / "qrels.tsv"):
        if query in texts and relevance > 0:
            relevant.setdefault(query, {})[document] = relevance
    queries = {query: text for query, text in texts.items() if query in relevant}
    if not queries:
        raise InvalidJudgmentsError(folder / "qrels.tsv", 0, "no query has a relevant document")
    return Judgments(corpus, queries, relevant, _seeds(corpus, queries))


def documents(corpus: Path) -> Iterator[Document]:
    """The documents of a corpus, with the beginning of the text for a title where there is none.

    Raises :class:`~search.errors.InvalidJudgmentsError` for a line that is none.
    """
    for row in _rows(corpus, ("id", "text")):
        text = str(row["text"]).strip()
        title = str(row.get("title") or "").strip() or text[:_TITLE].rpartition(" ")[0] or text[:_TITLE]
        if title:
            yield Document(str(row["id"]), title, text)


def _seeds(corpus: Path, queries: Mapping[str, str]) -> frozenset[str]:
    """Ids may be plain numbers in both files, so a query is a document only if it says the same."""
    return frozenset(
        document.id
        for document in documents(corpus)
        if document.id in queries and _same(queries[document.id], f"{document.title} {document.text}")
    )


def _same(query: str, document: str) -> bool:
    letters = ["".join(character for character in text if character.isalnum()) for text in (query, document)]
    return bool(letters[0]) and letters[1].startswith(letters[0])


def _rows(path: Path, needed: Sequence[str]) -> Iterator[dict[str, object]]:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    row = orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise InvalidJudgmentsError(path, number, "it is not JSON") from error
                if not isinstance(row, dict) or any(row.get(name) is None for name in needed):
                    raise InvalidJudgmentsError(path, number, f"it is no object with {' and '.join(needed)}")
                yield row
    except (OSError, EOFError) as error:
        raise InvalidJudgmentsError(path, 0, f"it cannot be read ({error})") from error


def _judged(path: Path) -> Iterator[tuple[str, str, int]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidJudgmentsError(path, 0, f"it cannot be read ({error})") from error
    for number, line in enumerate(lines, start=1):
        parts = line.split("\t")
        # BEIR's files begin with the names of their columns.
        if not line.strip() or (number == 1 and not parts[-1].strip().lstrip("-").isdigit()):
            continue
        try:
            query, document, relevance = parts
            yield query, document, int(relevance)
        except ValueError as error:
            raise InvalidJudgmentsError(path, number, "it is not query, document and relevance, by tabs") from error


def evaluate(judgments: Judgments, rank: Callable[[str, str], Sequence[str]]) -> Scores:
    """Measure a ranking: ``rank`` is given the id and the text of each query and gives ids of documents, best first.

    A seed that is among its own documents is passed over.
    """
    rows = []
    for query, text in judgments.queries.items():
        ranked = [document for document in rank(query, text) if not (query in judgments.seeds and document == query)]
        relevant = judgments.relevant[query]
        rows.append((ndcg(ranked, relevant), recall(ranked, relevant), reciprocal_rank(ranked, relevant)))
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return Scores(columns[:, 0], columns[:, 1], columns[:, 2])


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int], cut: int = _CUT) -> float:
    """Normalised discounted cumulative gain: gain is the relevance, discounted by log2 of the rank plus 1.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (ACM TOIS 2002), as trec_eval has it.
    """
    gains = [max(0, relevant.get(document, 0)) for document in ranked[:cut]]
    ideal = sorted((gain for gain in relevant.values() if gain > 0), reverse=True)[:cut]
    return _discounted(gains) / _discounted(ideal) if ideal else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return float(sum(gain / np.log2(rank + 1) for rank, gain in enumerate(gains, start=1)))


def recall(ranked: Sequence[str], relevant: Mapping[str, int], cut: int = DEPTH) -> float:
    """The share of the relevant documents that is among the first ones."""
    wanted = {document for document, gain in relevant.items() if gain > 0}
    return len(wanted & set(ranked[:cut])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: Mapping[str, int], cut: int = _CUT) -> float:
    """1 over the rank of the first relevant document, 0 if it is not among the first ones."""
    ranks = (rank for rank, document in enumerate(ranked[:cut], start=1) if relevant.get(document, 0) > 0)
    return 1.0 / next(ranks, np.inf)


def bootstrap(values: NDArray[np.float64]) -> tuple[float, float]:
    """The percentile bootstrap interval (95%) of a mean; the same values give the same interval.

    Efron, "Bootstrap methods: another look at the jackknife" (Annals of Statistics 1979).
    """
    generator = np.random.default_rng(_SEED)
    picked = generator.integers(0, len(values), size=(_RESAMPLES, len(values)))
    low, high = np.percentile(values[picked].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)
