"""``search``, ``related`` and ``suggest``: results on a terminal or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kg.facets.filters import Filters
from kg.facets.table import FACETS
from kg.vocab import Minter
from search.engine import Engine
from search.filter_values import known_filters
from search.fulltext.suggestible import KINDS
from search.related import RelatedRequest, related
from search.request import Hit, Match, Mode, Request, Results, Sort
from search.suggest import Suggestion, SuggestRequest, suggest
from ui.commands.context import console, services
from ui.progress import printable
from ui.schemas import HitSchema, RelatedSchema, ResultsSchema, SuggestionsSchema

_FACET_LINES = 3
"""Facet values that a terminal shows of each facet."""


def search_command(
    *,
    query: str,
    mode: str,
    match: str,
    sort: str,
    offset: int,
    limit: int,
    model: str | None,
    device: str | None,
    reranker: str | None,
    data: Path | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """Search and print."""
    wired = services(data=data, model=model, device=device, reranker=reranker)
    asked = Mode(mode)
    # Words alone need no model, and loading one takes a second.
    by_words = asked is Mode.LEXICAL or not query.strip()
    engine = (
        Engine(wired.snapshot(), None) if by_words else wired.engine(wired.data.live(), reranked=asked is Mode.HYBRID)
    )
    request = Request(
        query=query,
        filters=known_filters(engine.snapshot, Filters.named(filters)),
        mode=asked,
        match=Match(match),
        sort=Sort(sort),
        limit=limit,
        offset=offset,
    )
    results = engine.search(request)
    if as_json:
        _print_json(ResultsSchema.of(results))
    else:
        _print_results(results, offset)


def related_command(*, ids: tuple[str, ...], limit: int, data: Path | None, as_json: bool, **filters: Any) -> None:
    """Find related reports and print them."""
    snapshot = services(data=data).snapshot()
    minter = Minter(snapshot.manifest.base)
    request = RelatedRequest(
        seeds=tuple(given if given.startswith(minter.base) else str(minter.report(given)) for given in ids),
        filters=known_filters(snapshot, Filters.named(filters)),
        limit=limit,
    )
    hits = related(snapshot, request)
    if as_json:
        _print_json(RelatedSchema(snapshot=snapshot.manifest.name, hits=[HitSchema.of(hit) for hit in hits]))
    else:
        _print_hits(Console(), hits, 0)


def suggest_command(
    *, text: str, kinds: tuple[str, ...], lang: str, limit: int, data: Path | None, as_json: bool
) -> None:
    """Complete what was typed and print what may be meant."""
    snapshot = services(data=data).snapshot()
    found = suggest(snapshot, SuggestRequest(text, lang, kinds or KINDS, limit))
    if as_json:
        _print_json(SuggestionsSchema.of(found, snapshot.manifest.name))
        return
    out = Console()
    for suggestion in found:
        out.print(_suggested(suggestion))
    if not found:
        console().print("Nothing begins like this: try fewer letters.")


def _suggested(suggestion: Suggestion) -> Text:
    line = Text(f"{suggestion.kind:<12}")
    line.append(printable(suggestion.label), style="bold")
    if suggestion.matched is not None:
        line.append(f"  ({printable(suggestion.matched)})")
    if suggestion.reports is not None:
        line.append("  1 report" if suggestion.reports == 1 else f"  {suggestion.reports:,} reports", style="cyan")
    if suggestion.year is not None:
        line.append(f"  {suggestion.year}", style="cyan")
    if suggestion.rest:
        line.append(f"  after: {printable(suggestion.rest)}", style="dim")
    return line


def _print_json(schema: BaseModel) -> None:
    click.echo(schema.model_dump_json(indent=2))


def _print_results(results: Results, offset: int) -> None:
    out = Console()
    counted = "1 report" if results.total == 1 else f"{results.total:,} reports"
    by_meaning = f", {results.by_meaning:,} of them by meaning alone" if results.by_meaning else ""
    degree = "" if results.match is Match.MOST else f" ({results.match} of the words)"
    out.print(f"{counted}{degree}{by_meaning}", style="bold")
    _print_hits(out, results.hits, offset)
    table = Table(show_header=False, box=None)
    for facet, counts in results.facets.items():
        shown = "; ".join(f"{printable(count.value.label)} ({count.count:,})" for count in counts[:_FACET_LINES])
        if shown:
            table.add_row(Text(FACETS[facet].noun, style="bold"), Text(shown))
    out.print(table)
    if not results.total:
        console().print("Nothing was found: try fewer words or fewer filters.")


def _print_hits(out: Console, hits: Sequence[Hit], offset: int) -> None:
    for place, hit in enumerate(hits, start=offset + 1):
        card = hit.card
        line = Text(f"{place}. ")
        line.append(printable(card.title), style="bold")
        line.append(f"  {card.year or 'no year'}  {card.id}", style="cyan")
        if card.invented:
            line.append("  invented", style="magenta")
        out.print(line)
        if card.authors:
            out.print(Text("   " + printable("; ".join(card.authors))))
        out.print(Text("   " + printable(_why(hit)), style="dim"))


def _why(hit: Hit) -> str:
    reasons = [f"score {hit.score:.3f}"]
    if hit.why.words:
        reasons.append("words: " + ", ".join(hit.why.words))
    if hit.why.similar:
        reasons.append("like: " + ", ".join(hit.why.similar))
    if hit.why.similarity is not None:
        reasons.append(f"similarity {hit.why.similarity:.3f}" + (" (title only)" if hit.why.title_only else ""))
    shared = hit.why.shared.items()
    reasons += [f"{FACETS[facet].noun}: {', '.join(value.label for value in values)}" for facet, values in shared]
    return "; ".join(reasons)
