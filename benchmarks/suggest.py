"""How long it takes to complete what is being typed, by its length; and what the index of suggestions costs.

    python benchmarks/suggest.py [--data DIR] [--model NAME] [--prefixes 200]

Without --data the real collection is built with the hashing encoder first. Prefixes are beginnings of words of
titles and of labels, drawn by how often the words occur; then come beginnings that half the collection shares, several
words, and words with a typo. Times are of the processor, since the machine may be busy with other work. Memory is what
the process holds beyond mapped files (RssAnon), after all of this against before the index was opened. Target: p95
under 20 ms.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.search_latency import REPORTS, collection
from kg import sparql
from kg.authority.names import fold
from search.fulltext.suggestible import ENTITY_KINDS, suggestible
from search.fulltext.suggestion_index import SuggestionIndex, write_suggestion_index
from search.fulltext.texts import ReportText
from search.snapshots.snapshot import SUGGEST, Snapshot
from search.suggest import SuggestRequest, suggest

TARGET = 20
LENGTHS = range(2, 13)
WIDEST = ("th", "in", "de", "an", "a ", "the", "co", "an in", "in th", "of the", "s a", "m j", "in de an co th re")
SEED = 7


def titles_of(snapshot: Snapshot) -> dict[str, str]:
    rows = snapshot.graph.select_text("SELECT ?r ?t WHERE { ?r a bibo:Document ; dcterms:title ?t }")
    return {row[0]: row[1] for row in rows}


def prefixes(words: Sequence[str], count: int, chance: random.Random) -> Iterator[tuple[str, list[str]]]:
    for length in LENGTHS:
        long_enough = [word for word in words if len(word) >= length]
        chosen = [word[:length] for word in chance.choices(long_enough, k=count)] if long_enough else []
        yield f"{length} letters", chosen


def several(texts: Sequence[str], count: int, chance: random.Random) -> list[str]:
    """The first two to four words of labels and titles, the last one cut short."""
    return [" ".join(text.split()[: chance.randint(2, 4)])[:-1] for text in chance.choices(texts, k=count)]


def mistyped(words: Sequence[str], count: int, chance: random.Random) -> list[str]:
    long_enough = [word for word in words if 6 <= len(word) <= 12] or ["nothing"]
    found = []
    for word in chance.choices(long_enough, k=count):
        place = chance.randrange(1, len(word) - 1)
        found.append(word[:place] + chance.choice(("", "e", "x", word[place] * 2)) + word[place + 1 :])
    return found


def milliseconds(snapshot: Snapshot, typed: Sequence[str]) -> list[float]:
    taken = []
    for text in typed:
        started = time.process_time()
        suggest(snapshot, SuggestRequest(text))
        taken.append((time.process_time() - started) * 1000)
    return taken


def anonymous_megabytes() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


def build_seconds(snapshot: Snapshot, titles: dict[str, str]) -> float:
    """Processor seconds of writing the index anew."""
    texts = (ReportText(iri, titles[iri], (), "", (), (), ()) for iri in snapshot.columns.reports)
    rows = snapshot.graph.select_text(sparql.query("labels_alternative"))
    others = ((entity, label) for entity, label in rows)
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        write_suggestion_index(Path(folder) / "index", suggestible(snapshot.columns, others, texts))
        return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model", default="hashing")
    parser.add_argument("--prefixes", type=int, default=200)
    options = parser.parse_args()
    out = Console()
    if options.data is None and not REPORTS.is_file():
        out.print(f"{REPORTS} is not here: give --data.")
        return
    with collection(options.data, options.model) as (snapshot, _, data):
        titles = titles_of(snapshot)
        labels = [value.label for kind in ENTITY_KINDS for value in snapshot.columns.facets[kind].values]
        texts = [*titles.values(), *labels]
        words = [word for text in texts for word in fold(text).split()]
        chance = random.Random(SEED)
        rounds = dict(prefixes(words, options.prefixes, chance))
        rounds["shared by many"] = list(WIDEST)
        rounds["two to four words"] = several(texts, options.prefixes, chance)
        rounds["a typo in it"] = mistyped(words, options.prefixes, chance)
        milliseconds(snapshot, ["first"])
        before = anonymous_megabytes()
        index = SuggestionIndex.open(data / "snapshots" / snapshot.manifest.name / SUGGEST)
        opened = replace(snapshot, suggestions=index)
        table = Table(title=f"{len(titles):,} reports, {len(labels):,} entities; CPU-ms, p95 under {TARGET} is wanted")
        for name in ("typed", "times", "p50", "p95", "worst"):
            table.add_column(name, justify="left" if name == "typed" else "right")
        for name, typed in rounds.items():
            taken = milliseconds(opened, typed)
            if taken:
                p50, p95 = np.percentile(taken, (50, 95))
                table.add_row(name, str(len(taken)), f"{p50:.1f}", f"{p95:.1f}", f"{max(taken):.1f}")
        out.print(table)
        grown = anonymous_megabytes() - before
        size = sum(file.size for name, file in snapshot.manifest.files.items() if name.startswith(f"{SUGGEST}/"))
        out.print(
            f"on disk {size / index.reports:.0f} bytes a report; memory beyond mapped files {grown:.1f} MB, "
            f"{grown * 2**20 / index.reports:.0f} bytes a report; written in "
            f"{build_seconds(snapshot, titles):.1f} s of the processor"
        )


if __name__ == "__main__":
    main()
