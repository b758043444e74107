"""What a reranker adds to the hybrid ranking, and what it costs: nDCG@10 against milliseconds of the processor.

    python benchmarks/reranker.py [--reranker DIR] [--depths 10 30 50] [--queries 50] [--sets cranfield medline]

Folders of relevance judgments are built as `reportgraph evaluate` builds them (--data keeps the collections), and the
same sample of queries is asked with and without. --reranker is a directory that holds a cross-encoder (or a hub
repository, with --allow-hub), or one of these:

    ideal             reads the judgments: what the best reranker there can be would reach, and no time
    late-interaction  compares every token of the query with every token of the text, by the vectors of the encoder:
                      the one second look that needs no further model (after Khattab and Zaharia, "ColBERT", SIGIR 2020)
    blank             a cross-encoder of random weights, of so many --layers and --width: its time, no quality
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from embeddings.devices import natural_precision
from embeddings.models import find_model, open_reranker
from embeddings.reranker import Reranker
from search.engine import LONGEST_QUERY, Engine
from search.evaluation import Judgments, bootstrap, ndcg, read_judgments
from search.fusion import Fused
from search.request import Request
from search.reranking import RERANKER_WEIGHT, blended
from search.snapshots.pipeline import Task
from ui.commands.evaluating import as_records
from ui.settings import DEFAULT_MODEL, Settings
from ui.wiring import build_services

JUDGMENTS: Final = Path(__file__).parents[2] / "shared" / "data" / "retrieval"
SEED: Final = 4
IDEAL: Final = "ideal"
LATE_INTERACTION: Final = "late-interaction"
BLANK: Final = "blank"


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A query with its first ranking: ids and texts of the documents, best first."""

    id: str
    text: str
    ranking: Fused
    documents: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(slots=True)
class Reached:
    """nDCG@10 of each query without and with the reranker, and what reading cost."""

    before: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


class LateInteraction:
    """The mean, over the tokens of the query, of the best cosine to any token of the text."""

    name = LATE_INTERACTION

    def __init__(self, model: str) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(
            str(find_model(model).directory),
            device="cpu",
            local_files_only=True,
            model_kwargs={"dtype": getattr(torch, natural_precision(torch, "cpu"))},
        )

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        [asked] = self._tokens(self._model.encode_query, [query])
        read = self._tokens(self._model.encode_document, list(texts))
        return np.array([(asked @ tokens.T).max(axis=1).mean() for tokens in read], dtype=np.float32)

    def _tokens(self, encode: Any, texts: list[str]) -> list[NDArray[np.float32]]:
        found = encode(texts, output_value="token_embeddings", batch_size=8, show_progress_bar=False)
        arrays = [tokens.float().numpy() for tokens in found]
        return [tokens / np.linalg.norm(tokens, axis=1, keepdims=True) for tokens in arrays]


def blank_reranker(folder: Path, layers: int, width: int) -> Reranker:
    """A cross-encoder in the shape of BERT that knows nothing, with the tokenizer of all-MiniLM-L6-v2."""
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    AutoTokenizer.from_pretrained(find_model("all-MiniLM-L6-v2").directory).save_pretrained(folder)
    config = BertConfig(
        num_hidden_layers=layers,
        hidden_size=width,
        num_attention_heads=max(width // 64, 1),
        intermediate_size=4 * width,
    )
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(folder)
    return open_reranker(str(folder))


def collection(folder: Path, judgments: Judgments, model: str) -> Engine:
    """The engine over a corpus, built in ``folder`` if it is not there yet."""
    services = build_services(Settings(data=folder, model=model))
    if services.data.current() is None:
        from ui.commands.changing import run_task

        with tempfile.TemporaryDirectory() as made:
            run_task(services, Task("build", (as_records(judgments, Path(made)),), afresh=True), Console(stderr=True))
    return services.engine(services.data.live(), reranked=False)


def asked(engine: Engine, judgments: Judgments, queries: int, depth: int) -> list[Asked]:
    """A sample of the queries (all, if there are no more) with the first ``depth`` results of each."""
    names = sorted(judgments.queries)
    if len(names) > queries:
        chosen = np.random.default_rng(SEED).choice(len(names), queries, replace=False)
        names = [names[place] for place in sorted(chosen)]
    return [_ranked(engine, name, judgments.queries[name][:LONGEST_QUERY], depth) for name in names]


def _ranked(engine: Engine, name: str, text: str, depth: int) -> Asked:
    hits = engine.search(Request(text, limit=max(depth, 10))).hits
    return Asked(
        id=name,
        text=text,
        ranking=Fused(np.arange(len(hits)), np.array([hit.score for hit in hits]), {}),
        documents=tuple(hit.card.id for hit in hits),
        texts=tuple(f"{hit.card.title}\n{hit.card.abstract or ''}".rstrip("\n") for hit in hits),
    )


def measure(
    queries: Sequence[Asked],
    judgments: Judgments,
    read: Callable[[Asked, int, int], NDArray[np.float32]],
    depths: Sequence[int],
    weight: float,
) -> dict[int, Reached]:
    """Every pair is read once: the first of a larger depth are those of the smaller one."""
    reached = {depth: Reached() for depth in depths}
    for query in queries:
        scores, spent = np.empty(0, dtype=np.float32), 0.0
        relevant = judgments.relevant[query.id]
        for depth in depths:
            started = time.process_time()
            scores = np.concatenate((scores, read(query, len(scores), min(depth, len(query.texts)))))
            spent += time.process_time() - started
            order = blended(query.ranking, scores, weight).ordinals if len(scores) else query.ranking.ordinals
            reached[depth].before.append(ndcg(query.documents, relevant))
            reached[depth].after.append(ndcg([query.documents[place] for place in order], relevant))
            reached[depth].milliseconds.append(1000 * spent)
    return reached


def pair_scores(reranker: Reranker | None, judgments: Judgments) -> Callable[[Asked, int, int], NDArray[np.float32]]:
    """How documents from one place of a ranking to another are read; without a reranker, by the judgments."""

    def ideal(query: Asked, start: int, stop: int) -> NDArray[np.float32]:
        relevant = judgments.relevant[query.id]
        return np.array([relevant.get(name, 0) for name in query.documents[start:stop]], dtype=np.float32)

    def read(query: Asked, start: int, stop: int) -> NDArray[np.float32]:
        assert reranker is not None
        return reranker.scores(query.text, query.texts[start:stop])

    return ideal if reranker is None else read


def row(name: str, depth: int, reached: Reached) -> tuple[str, ...]:
    before, after = np.array(reached.before), np.array(reached.after)
    low, high = bootstrap(after - before)
    return (
        name,
        str(len(before)),
        str(depth),
        f"{before.mean():.3f}",
        f"{after.mean():.3f}",
        f"{(after - before).mean():+.3f}",
        f"{low:+.3f} to {high:+.3f}",
        f"{np.mean(reached.milliseconds):.0f}",
    )


def chosen_reranker(arguments: argparse.Namespace, folder: Path) -> Reranker | None:
    if arguments.reranker == IDEAL:
        return None
    if arguments.reranker == LATE_INTERACTION:
        return LateInteraction(arguments.tokens_of)
    if arguments.reranker == BLANK:
        return blank_reranker(folder / BLANK, arguments.layers, arguments.width)
    return open_reranker(arguments.reranker, allow_hub=arguments.allow_hub)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reranker", default=IDEAL)
    parser.add_argument("--allow-hub", action="store_true")
    parser.add_argument("--tokens-of", default="all-MiniLM-L6-v2", help="whose vectors late-interaction compares")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--weight", type=float, help="share of the reranker (ideal: 1, others: as in searches)")
    parser.add_argument("--depths", type=int, nargs="+", default=[10, 30, 50])
    parser.add_argument("--queries", type=int, default=50, help="of each set, drawn with a fixed seed")
    parser.add_argument("--sets", nargs="+", help="folders of judgments by name (default: all but related ones)")
    parser.add_argument("--judgments", type=Path, default=JUDGMENTS)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--data", type=Path, help="where collections are kept (default: thrown away)")
    arguments = parser.parse_args()
    if not arguments.judgments.is_dir():
        parser.exit(0, f"the judgments are not there: {arguments.judgments}\n")
    sets = arguments.sets or sorted(
        path.name for path in arguments.judgments.iterdir() if path.is_dir() and not path.name.endswith("_related")
    )
    depths = sorted(set(arguments.depths))
    weight = arguments.weight or (1.0 if arguments.reranker == IDEAL else RERANKER_WEIGHT)
    print(f"{arguments.reranker}, weight {weight}\n")
    print("| set | queries | read | without | with | gain | 95% of the gain | CPU-ms a query |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        reranker = chosen_reranker(arguments, Path(folder))
        if reranker is not None:
            reranker.scores("warm up", ["as the first call does"])
        for name in sets:
            judgments = read_judgments(arguments.judgments / name)
            engine = collection((arguments.data or Path(folder)) / name, judgments, arguments.model)
            queries = asked(engine, judgments, arguments.queries, depths[-1])
            reached = measure(queries, judgments, pair_scores(reranker, judgments), depths, weight)
            for depth in depths:
                print(f"| {' | '.join(row(name, depth, reached[depth]))} |", flush=True)


if __name__ == "__main__":
    main()
