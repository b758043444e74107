"""``ask``: one question, or a file of them, answered on a terminal or as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.progress import track
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from kg.facets.table import FACETS
from search.errors import SearchError
from search.question.answering.answer import LISTED, Answer
from search.question.answering.asker import Asker
from search.question.generating.generated import MOST_PASSAGES, Generated, Writer
from search.question.understanding.plan import Mention, Plan
from search.question.understanding.rules import RULES
from ui.answers import criteria, summary
from ui.commands.context import console, services
from ui.progress import printable
from ui.schemas import AnswerSchema
from ui.texts import Texts
from ui.wiring import Services


def ask_command(
    *,
    question: str | None,
    batch: Path | None,
    limit: int,
    lang: str | None,
    explain: bool,
    model: str | None,
    device: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Answer and print. Lines of a batch that hold no question are named, and the others answered."""
    if (question is None) == (batch is None):
        raise click.UsageError("Give a question, or --batch FILE with one a line.")
    wired = services(data=data, model=model, device=device)
    asker = Asker(wired.engine(wired.data.live(), reranked=False))
    if batch is not None:
        _answer_batch(asker, batch, lang)
        return
    answer = asker.ask(question or "", language=lang, limit=limit)
    if as_json:
        click.echo(_schema(answer).model_dump_json(indent=2))
    else:
        _print(answer, limit)
        if explain:
            Console().print(_explained(answer.plan))
        _print_generated(wired, asker, answer)


def _print_generated(wired: Services, asker: Asker, answer: Answer) -> None:
    """What a generator of the user's makes of what reports say, sentence by sentence; the answer stands without it."""
    generator = wired.generator()
    if generator is None or not answer.quotes:
        return
    out = Console()
    with closing(generator):
        try:
            passages = asker.passages(answer, MOST_PASSAGES)
            for part in Writer(generator, asker.engine.encoder).write(answer.plan, passages):
                if isinstance(part, Generated):
                    cited = ", ".join(dict.fromkeys(quote.card.id for quote in part.quotes))
                    out.print(Text(f"{printable(part.sentence)} ({printable(cited)})", style="italic"))
        except SearchError as error:
            console().print(Text(str(error), style="yellow"))


def _answer_batch(asker: Asker, batch: Path, lang: str | None) -> None:
    out = console()
    problems = 0
    lines = batch.read_bytes().splitlines()
    for number, line in track(list(enumerate(lines, start=1)), "ask", console=out, transient=True):
        if not line.strip():
            continue
        read = _read(line)
        if isinstance(read, str):
            problems += 1
            out.print(Text(f"{batch}:{number}: {read}", style="yellow"))
            continue
        question_id, question, prior = read
        answer = asker.ask(question, language=lang, prior=prior, limit=LISTED)
        click.echo(_schema(answer, question_id).model_dump_json())
    if problems:
        raise click.ClickException(
            f'{problems} of {len(lines)} lines hold no question. Write each as {{"id": ..., "question": ...}}.'
        )


def _read(line: bytes) -> tuple[str, str, str | None] | str:
    """The id, the question and the one before it of a line, or what is wrong with it."""
    try:
        values: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return f"this is no JSON ({error})"
    if not isinstance(values, dict) or not isinstance(values.get("question"), str):
        return 'there is no "question" that is a text'
    if not isinstance(values.get("id"), str | int):
        return 'there is no "id"'
    if not isinstance(values.get("prior"), str | None):
        return '"prior" is no text'
    return str(values["id"]), values["question"], values.get("prior")


def _schema(answer: Answer, question_id: str | None = None) -> AnswerSchema:
    return AnswerSchema.of(answer, summary(answer, Texts(answer.plan.language)), question_id)


def _print(answer: Answer, limit: int) -> None:
    out = Console()
    texts = Texts(answer.plan.language)
    out.print(Text(printable(summary(answer, texts)), style="bold" if answer.refusal is None else "yellow"))
    out.print(Text(f"{answer.plan.intent}: {printable(criteria(answer.plan, texts))}", style="dim"))
    for line in _doubts(answer.plan.mentions):
        out.print(Text(printable(line), style="dim"))
    for quote in answer.quotes:
        out.print(Text(f"  “{printable(quote.sentence)}”"))
        out.print(Text(f"   {printable(quote.card.title)}  {quote.card.year or ''}  {quote.card.id}", style="cyan"))
    hits = answer.hits if answer.refusal is None else answer.refusal.hits
    for place, hit in enumerate(hits[:limit], start=1):
        out.print(Text(f"{place}. {printable(hit.card.title)}  {hit.card.year or ''}  {hit.card.id}"))
    if answer.sparql is not None:
        out.print(Syntax(answer.sparql, "sparql", background_color="default"))


def _explained(plan: Plan) -> Table:
    """How a question was understood: the rule that decided, and what became of each of its words."""
    table = Table(title="Understood as", title_justify="left", show_header=False, box=None)
    table.add_column(style="bold")
    table.add_column()
    rule = next(rule for rule in RULES if rule.name == plan.rule)
    forbids = f", not {', '.join(rule.forbids)}" if rule.forbids else ""
    table.add_row("rule", f"{rule.name} ({', '.join(rule.needs) or 'always'}{forbids}) -> {rule.intent}")
    table.add_row("signs", ", ".join(plan.signs) or "none")
    for mention in plan.mentions:
        readings = [f"{FACETS[one.facet].noun} {one.label} ({one.how}, {one.reports:,})" for one in mention.readings]
        does = "must not be there" if mention.excluded else "binds" if mention.binds else "searched for"
        table.add_row(Text(printable(mention.text)), Text(printable(f"{does}: {'; or '.join(readings)}")))
    for years in plan.years:
        table.add_row(Text(printable(years.text)), "years" if years.binds else "searched for")
    if plan.dimension:
        table.add_row("values of", ", ".join(FACETS[facet].noun for facet in plan.dimension))
    if plan.text:
        table.add_row("searched for", Text(printable(plan.text)))
    return table


def _doubts(mentions: tuple[Mention, ...]) -> Iterator[str]:
    """What names may mean besides what they were taken for."""
    for mention in mentions:
        if mention.binds and mention.others:
            others = "; ".join(f"{FACETS[one.facet].noun} {one.label} ({one.reports})" for one in mention.others)
            noun = FACETS[mention.reading.facet].noun
            yield f"“{mention.text}” is taken as {noun} {mention.reading.label}; or: {others}"
