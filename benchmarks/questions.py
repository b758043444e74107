"""How many questions are answered rightly, how fast, and whether always in the same way.

    python benchmarks/questions.py --data DIR [--questions FILE] [--rounds 2] [--page docs/questions.md]

DIR holds the collection of development research (`reportgraph build` of ``data/reports`` of the shared folder). The
questions and their scorer are the development questions of the shared folder unless FILE names others of the same form.
Shown are the scorer's measures, for each type of question the mean with a bootstrap interval (95%), and milliseconds a
question: of the processor and on the clock, without a generator, in the first round, in which nothing is remembered.
Every further round asks again and compares the answers.

With --page the forty questions of the folder's README are asked, and a page is written with the answers they get.
"""

from __future__ import annotations

import argparse
import re
import runpy
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.search_latency import REPORTS
from search.evaluation import bootstrap
from search.question.answering.answer import LISTED, Answer
from search.question.answering.asker import Asker
from ui.answers import criteria, summary
from ui.schemas import AnswerSchema
from ui.settings import Settings
from ui.texts import Texts
from ui.wiring import build_services

FOLDER: Final = REPORTS.parents[1] / "questions"
_HEADING: Final = "## Forty questions"
_KIND: Final = re.compile(r"(?:^|(?<=[.?»] )|(?<=\n))([A-Z][A-Za-z, -]+): (?=\d)")
_NUMBERED: Final = re.compile(r"(?:^|\s)(\d{1,2}) (?=[A-Z¿Q])")
_SHOWN: Final = 600
"""Characters of an answer that the page shows."""


def ask_all(asker: Asker, questions: Sequence[Mapping[str, Any]]) -> tuple[list[Answer], np.ndarray, np.ndarray]:
    """The answers, and for each the milliseconds of the processor and on the clock."""
    answers, processor, clock = [], [], []
    for question in questions:
        before = time.process_time(), time.perf_counter()
        answers.append(asker.ask(str(question["question"]), limit=LISTED))
        processor.append((time.process_time() - before[0]) * 1000)
        clock.append((time.perf_counter() - before[1]) * 1000)
    return answers, np.array(processor), np.array(clock)


def written(answer: Answer, question_id: str | None = None) -> dict[str, Any]:
    """An answer as ``reportgraph ask --batch`` prints it."""
    schema = AnswerSchema.of(answer, summary(answer, Texts(answer.plan.language)), question_id)
    values: dict[str, Any] = orjson.loads(schema.model_dump_json())
    return values


def scored(path: Path, questions: list[dict[str, Any]], answers: list[dict[str, Any]]) -> tuple[dict[str, Any], Table]:
    """The scorer's measures, and a table of the mean of each type with its interval."""
    scorer = runpy.run_path(str(FOLDER / "score.py"))
    collection = {record["id"]: record for record in scorer["load"](str(REPORTS))}
    measures, each = scorer["score"](questions, answers, collection)
    table = Table(title=f"{path.name}: mean of each type, 95% interval", title_justify="left")
    for name in ("type", "questions", "mean", "interval"):
        table.add_column(name, justify="left" if name == "type" else "right")
    for kind in dict.fromkeys(question["type"] for question in questions):
        values = np.array([each[question["id"]] for question in questions if question["type"] == kind])
        low, high = bootstrap(values)
        table.add_row(kind, str(len(values)), f"{values.mean():.3f}", f"{low:.3f} to {high:.3f}")
    return measures, table


def forty() -> list[tuple[str, str, str]]:
    """The questions of the README: the heading that each is under, its number, and its text."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    text = text[text.index(_HEADING) :].partition("\n")[2]
    found = []
    heads = list(_KIND.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        part = text[head.end() : following.start() if following else len(text)]
        pieces = _NUMBERED.split(" " + part)[1:]
        found += [
            (head[1], number, " ".join(question.split()))
            for number, question in zip(pieces[::2], pieces[1::2], strict=True)
        ]
    return found


def page(asker: Asker) -> str:
    """A page with the forty questions and their answers."""
    lines = [
        "# Forty questions and their answers",
        "",
        "What forty questions that researchers could ask get from the collection of development research (15,495",
        "records), as they are, good and bad. Made by",
        "`python benchmarks/questions.py --data DIR --page docs/questions.md`; how",
        "questions are read: [asking](asking.md).",
    ]
    last = ""
    for kind, number, question in forty():
        if kind != last:
            lines += ["", f"## {kind}"]
            last = kind
        answer = asker.ask(question)
        texts = Texts(answer.plan.language)
        said = summary(answer, texts)
        read = f"{answer.plan.intent}: {criteria(answer.plan, texts)}"
        refused = "" if answer.refusal is None else f" Refused: {answer.refusal.gap}."
        shown = said if len(said) <= _SHOWN else said[:_SHOWN].rsplit(" ", 1)[0] + " …"
        lines += ["", f"**{number}. {question}**", "", plain(shown), "", f"*Read as {plain(read)}.{refused}*"]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Text of records without marks that Markdown would act on."""
    return re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=Path, default=FOLDER / "questions.dev.jsonl")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    console = Console()
    if not options.questions.is_file() or not REPORTS.is_file():
        console.print(f"{options.questions} or {REPORTS} is not here.")
        return
    services = build_services(Settings(data=options.data))
    asker = Asker(services.engine(services.data.live(), reranked=False))
    # The first encoding of a process is slow: it is no question's fault.
    asker.ask("warming up the model")
    if options.page is not None:
        options.page.write_text(page(asker), encoding="utf-8")
        return
    questions = [orjson.loads(line) for line in options.questions.read_bytes().splitlines() if line.strip()]
    answers, processor, clock = ask_all(asker, questions)
    first = [written(answer, question["id"]) for answer, question in zip(answers, questions, strict=True)]
    measures, table = scored(options.questions, questions, first)
    console.print(table)
    for name, value in measures.items():
        console.print(f"{name}: {value}")
    for name, taken in (("processor", processor), ("clock", clock)):
        p50, p95 = np.percentile(taken, (50, 95))
        console.print(f"milliseconds a question ({name}): p50 {p50:.0f}, p95 {p95:.0f}")
    different = 0
    for _ in range(options.rounds - 1):
        again, _, _ = ask_all(asker, questions)
        second = [written(answer, question["id"]) for answer, question in zip(again, questions, strict=True)]
        different += sum(one != other for one, other in zip(first, second, strict=True))
    console.print(f"answers that were not the same again: {different}")


if __name__ == "__main__":
    main()
