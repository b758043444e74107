"""``evaluate``: how good each mode is on a folder of relevance judgments, the user's own or a published one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import click
import orjson
from rich.console import Console
from rich.progress import track
from rich.table import Table

from kg.vocab import Minter
from search.engine import LONGEST_QUERY, Engine
from search.errors import UnknownReportError
from search.evaluation import DEPTH, Judgments, Scores, bootstrap, documents, evaluate, read_judgments
from search.related import RelatedRequest, related
from search.request import Mode
from search.snapshots.pipeline import Task
from ui.commands.changing import run_task
from ui.commands.context import console, services

RELATED: Final = "related"
RERANKED: Final = "reranked"
"""The mode hybrid with the reranker of the settings; hybrid itself is measured without."""

_Rank = Callable[[str, str], Sequence[str]]


def evaluate_command(
    *,
    folder: Path,
    modes: tuple[str, ...],
    model: str | None,
    device: str | None,
    reranker: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Build a collection of the corpus, ask it every query in every mode, and print the measures."""
    judgments = read_judgments(folder)
    out = console()
    with nullcontext(str(data)) if data else tempfile.TemporaryDirectory(prefix="reportgraph-evaluate-") as kept:
        wired = services(data=Path(kept), model=model, device=device, reranker=reranker)
        if RERANKED in modes and not wired.settings.reranker:
            raise click.UsageError(
                "The mode reranked needs a reranker: name it with --reranker or REPORTGRAPH_RERANKER."
            )
        with tempfile.TemporaryDirectory(prefix="reportgraph-corpus-") as made:
            run_task(wired, Task("evaluate", (as_records(judgments, Path(made)),), afresh=True), out)
        asked = modes or _every_mode(judgments, reranked=bool(wired.settings.reranker))
        engine = wired.engine(wired.data.live(), reranked=False)
        second = wired.engine(wired.data.live()) if RERANKED in asked else engine
        ids = _ids(judgments, engine)
        scores = {mode: _measured(mode, second if mode == RERANKED else engine, judgments, ids, out) for mode in asked}
    if as_json:
        summary = {
            "modes": {mode: _summary(score) for mode, score in scores.items()},
            "differences": [_difference(*pair) for pair in _pairs(scores)],
        }
        click.echo(orjson.dumps(summary))
    else:
        _show(scores, judgments, out)


def _every_mode(judgments: Judgments, *, reranked: bool) -> tuple[str, ...]:
    modes = (Mode.HYBRID.value, *((RERANKED,) if reranked else ()), Mode.SEMANTIC.value, Mode.LEXICAL.value)
    return (*modes, *((RELATED,) if judgments.seeds else ()))


def as_records(judgments: Judgments, folder: Path) -> Path:
    """The corpus as records that a build reads."""
    path = folder / "corpus.jsonl"
    with path.open("wb") as file:
        for document in documents(judgments.corpus):
            record = {"id": document.id, "title": document.title, "description": document.text}
            file.write(orjson.dumps(record) + b"\n")
    return path


def _ids(judgments: Judgments, engine: Engine) -> dict[str, str]:
    """The ids of the corpus by the IRIs of its reports."""
    minter = Minter(engine.snapshot.manifest.base)
    return {str(minter.report(document.id)): document.id for document in documents(judgments.corpus)}


def _measured(mode: str, engine: Engine, judgments: Judgments, ids: Mapping[str, str], out: Console) -> Scores:
    searched = Mode.HYBRID if mode == RERANKED else mode
    rank = _related(engine) if mode == RELATED else _searched(engine, Mode(searched), ids)
    asked = iter(track(range(len(judgments.queries)), description=mode, console=out, transient=True))

    def ranked(query: str, text: str) -> Sequence[str]:
        next(asked)
        return rank(query, text)

    return evaluate(judgments, ranked)


def _searched(engine: Engine, mode: Mode, ids: Mapping[str, str]) -> _Rank:
    def rank(_query: str, text: str) -> Sequence[str]:
        # One more than is looked at: a seed among its own documents is passed over.
        # An id with spaces around it is not the one that its record was given.
        return [ids.get(iri, iri) for iri in engine.ranking(text[:LONGEST_QUERY], mode, DEPTH + 1)]

    return rank


def _related(engine: Engine) -> _Rank:
    minter = Minter(engine.snapshot.manifest.base)

    def rank(query: str, _text: str) -> Sequence[str]:
        try:
            hits = related(engine.snapshot, RelatedRequest((str(minter.report(query)),), limit=DEPTH))
        except UnknownReportError:
            return []
        return [hit.card.id for hit in hits]

    return rank


def _summary(scores: Scores) -> dict[str, object]:
    return {
        "ndcg@10": round(float(scores.ndcg.mean()), 4),
        "recall@100": round(float(scores.recall.mean()), 4),
        "mrr@10": round(float(scores.reciprocal_rank.mean()), 4),
        "ci95": [round(bound, 4) for bound in scores.interval],
    }


def _pairs(scores: Mapping[str, Scores]) -> list[tuple[str, str, Scores, Scores]]:
    """The hybrid mode with each other one, where both rank for the same queries."""
    hybrid = scores.get(Mode.HYBRID.value)
    if hybrid is None:
        return []
    return [(Mode.HYBRID.value, mode, hybrid, other) for mode, other in scores.items() if other is not hybrid]


def _difference(mode: str, other: str, one: Scores, another: Scores) -> dict[str, object]:
    gained = one.ndcg - another.ndcg
    return {
        "mode": mode,
        "over": other,
        "ndcg@10": round(float(gained.mean()), 4),
        "ci95": [round(bound, 4) for bound in bootstrap(gained)],
    }


def _show(scores: dict[str, Scores], judgments: Judgments, out: Console) -> None:
    table = Table(title=f"{len(judgments.queries):,} queries")
    for column in ("mode", "nDCG@10", "95%", "recall@100", "MRR@10"):
        table.add_column(column, justify="left" if column == "mode" else "right")
    for mode, score in scores.items():
        low, high = score.interval
        table.add_row(
            mode,
            f"{score.ndcg.mean():.3f}",
            f"{low:.3f}-{high:.3f}",
            f"{score.recall.mean():.3f}",
            f"{score.reciprocal_rank.mean():.3f}",
        )
    out.print(table)
    for mode, other, one, another in _pairs(scores):
        gained = one.ndcg - another.ndcg
        low, high = bootstrap(gained)
        out.print(f"{mode} - {other}: {gained.mean():+.3f} nDCG@10, query by query ({low:+.3f} to {high:+.3f})")
