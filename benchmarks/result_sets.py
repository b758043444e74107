"""Whether result sets narrow: how often a word more makes them larger, what they lose, and what nonsense finds.

    python benchmarks/result_sets.py --data DIR [--judged FOLDER=DIR ...]

--data is a collection of the real reports, each --judged a folder of judgments with the collection that
``reportgraph evaluate FOLDER --data DIR`` built of it. Every figure stands beside that of the rule before decision 32:
two fifths of the content words, and the 1,000 nearest that stand out.
Targets: a set grows in at most 5% of 200 pairs of a query and the same with one word more, keeps .97 of the relevant
documents, and nonsense finds nothing.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from kg.descriptions import cards
from kg.facets.counting import Mask
from kg.facets.filters import Filters
from kg.vocab import Minter
from search.engine import LONGEST_QUERY, NEAREST, Engine
from search.evaluation import ndcg, read_judgments
from search.fulltext.index import TextQuery
from search.ranking import floor
from search.request import Match, Mode
from ui.settings import Settings
from ui.wiring import build_services

SEED = 31_415
PAIRS = 200
NONSENSE = 100
QUERIES = 300
"""Queries of a judged set that are looked at, at most."""

FOREIGN = """
marathon runners training plan for beginners
how to replace a car windscreen
wedding cake decoration with icing
string theory and extra dimensions
the best jazz trumpet solos
which smartphone has the best camera
crossword puzzle clues and answers
nuclear fusion in a tokamak
hollywood actors of the silent era
swimming world records in butterfly
temporada de la liga de baloncesto
cómo tejer un jersey de lana
teoría de cuerdas y dimensiones extra
los mejores discos de rock de los setenta
cambiar el aceite de la moto
trucos de maquillaje para ojos verdes
récord mundial de salto con pértiga
comedias románticas de los noventa
saison de la ligue de basket
tricoter un pull en laine
théorie des cordes et dimensions supplémentaires
les meilleurs albums de rock des années soixante-dix
changer une ampoule de phare
astuces de maquillage pour les yeux verts
record du monde de saut à la perche
comédies romantiques des années quatre-vingt-dix
temporada da liga de basquete
tricotar uma blusa de lã
teoria das cordas e dimensões extras
os melhores discos de rock dos anos setenta
trocar a lâmpada do farol do carro
truques de maquiagem para olhos verdes
recorde mundial de salto com vara
comédias românticas dos anos noventa
""".strip().splitlines()


class Measured:
    """A collection with its engine, and its result sets by the rule there is and by the one before."""

    def __init__(self, data: Path) -> None:
        services = build_services(Settings(data=data))
        self.engine: Engine = services.engine(services.data.live())
        self.snapshot = self.engine.snapshot

    def now(self, query: str, match: Match = Match.MOST) -> Mask:
        return self.engine.members(query, Filters(), Mode.HYBRID, match)

    def before(self, query: str) -> Mask:
        words = self.snapshot.text.parse(query)
        members = self._two_fifths(words)
        return members | self._stands_out(words.meaning) if words.meaning.strip() else members

    def by_meaning(self, query: str) -> Mask:
        """What a query finds for its meaning alone, beside what it finds by its words."""
        return self.now(query) & ~self.engine.members(query, Filters(), Mode.LEXICAL)

    def by_meaning_before(self, query: str) -> Mask:
        words = self.snapshot.text.parse(query)
        return self._stands_out(query) & ~self._two_fifths(words)

    def _two_fifths(self, words: TextQuery) -> Mask:
        text = self.snapshot.text
        alone = [replace(words, free=(word,), weights=(1,)) for word in words.free]
        held = sum((text.matching(one).astype(int) for one in alone), start=np.zeros(text.size, dtype=int))
        least = min(len(words.free), max(2, -(-2 * len(words.free) // 5)))
        members: Mask = (held >= least) & bool(words.free)
        return members if words.condition is None else members & text.fulfilling(words.condition)

    def _stands_out(self, meaning: str) -> Mask:
        index = self.snapshot.index
        assert self.engine.encoder is not None
        vector = self.engine.encoder.encode_query(meaning)
        hits = index.search(vector, NEAREST)
        mask = np.zeros(index.size, dtype=np.bool_)
        mask[hits.ordinals[hits.scores >= floor(index.background(vector), index.size)]] = True
        return mask


def pairs(measured: Measured, rng: random.Random, words: range) -> list[tuple[str, str]]:
    """Queries of so many words of one report, each with the same and one word more of it."""
    snapshot = measured.snapshot
    found: list[tuple[str, str]] = []
    while len(found) < PAIRS:
        iri = rng.choice(list(snapshot.columns.reports))
        card = cards(snapshot.graph, [iri])[iri]
        text = " ".join(word for word in f"{card.title} {card.abstract or ''}".split() if word.isalpha())
        told = [word for word in snapshot.text.parse(f"{text}.").words if len(word) > 2]
        count = rng.choice(words)
        if len(told) > count:
            chosen = rng.sample(told, count + 1)
            found.append((" ".join(chosen[:-1]), " ".join(chosen)))
    return found


def show_growth(measured: Measured, rng: random.Random, out: Console) -> None:
    table = Table("words", "rule", "grows", "median size", "with a word more", title=f"{PAIRS} pairs of each length")
    for words in (range(1, 5), range(5, 9)):
        asked = pairs(measured, rng, words)
        rules: dict[str, Callable[[str], Mask]] = {"before": measured.before}
        rules |= {match: lambda query, match=match: measured.now(query, match) for match in Match}  # type: ignore[misc]
        for name, members in rules.items():
            sizes = np.array([[int(members(query).sum()) for query in pair] for pair in asked])
            grown = float(np.mean(sizes[:, 1] > sizes[:, 0]))
            medians = np.median(sizes, axis=0)
            table.add_row(f"{words[0]} to {words[-1]}", name, f"{grown:.1%}", *(f"{size:,.0f}" for size in medians))
    out.print(table)


def nonsense(rng: random.Random) -> dict[str, list[str]]:
    """Texts that say nothing, of three kinds."""

    def random_letters() -> str:
        return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 10)))

    def pronounceable() -> str:
        return "".join(rng.choice("bcdfghjklmnpqrstvz") + rng.choice("aeiouy") for _ in range(rng.randint(1, 5)))

    def keyboard() -> str:
        row = rng.choice(("qwertyuiop", "asdfghjkl", "zxcvbnm"))
        start = rng.randrange(len(row) - 2)
        return row[start : start + rng.randint(2, 6)]

    kinds = {"random letters": random_letters, "invented words": pronounceable, "keyboard rows": keyboard}
    return {
        kind: [" ".join(word() for _ in range(rng.randint(1, 6))) for _ in range(NONSENSE)]
        for kind, word in kinds.items()
    }


def show_meaning(measured: Measured, real: Sequence[str], rng: random.Random, name: str, out: Console) -> None:
    table = Table("queries", "of", "find by meaning", "results", "before: find", "results", title=name)
    for kind, queries in {**nonsense(rng), "far topics": FOREIGN, "real queries": list(real)}.items():
        row = [kind, str(len(queries))]
        for rule in (measured.by_meaning, measured.by_meaning_before):
            sizes = np.array([int(rule(query).sum()) for query in queries])
            row += [f"{np.mean(sizes > 0):.1%}", f"{sizes.mean():.1f}"]
        table.add_row(*row)
    out.print(table)


def titles(measured: Measured, rng: random.Random) -> list[str]:
    """Beginnings of titles, of one to seven words."""
    chosen = rng.sample(list(measured.snapshot.columns.reports), NONSENSE)
    shown = cards(measured.snapshot.graph, chosen)
    return [" ".join(shown[iri].title.split()[: rng.randint(1, 7)]) for iri in chosen]


def judged_row(folder: Path, measured: Measured, rng: random.Random) -> tuple[list[str], list[str]]:
    """The line of a judged set, and the queries that were asked."""
    judgments, minter = read_judgments(folder), Minter(measured.snapshot.manifest.base)
    reports, ordinal = measured.snapshot.columns.reports, measured.snapshot.columns.ordinal
    ids = sorted(query for query, text in judgments.queries.items() if len(text) <= LONGEST_QUERY)
    asked = rng.sample(ids, min(QUERIES, len(ids)))
    figures: dict[str, list[tuple[float, int, float]]] = {"before": [], "now": []}
    for query in asked:
        text = judgments.queries[query]
        relevant = {str(minter.report(document)): gain for document, gain in judgments.relevant[query].items()}
        ranked = measured.engine.ranking(text, Mode.HYBRID, NEAREST)
        for name, members in (("before", measured.before(text)), ("now", measured.now(text))):
            held = {reports[place] for place in np.flatnonzero(members)}
            shown = [iri for iri in ranked if iri in held]
            found = [iri for iri in relevant if ordinal(iri) is not None and iri in held]
            figures[name].append((len(found) / len(relevant), len(held), ndcg(shown, relevant)))
    row = [folder.name]
    for several in figures.values():
        recall, size, gain = np.array(several).T
        row += [f"{recall.mean():.3f}", f"{np.median(size):,.0f}", f"{size.mean():,.0f}", f"{gain.mean():.3f}"]
    return [*row, f"{float(row[5]) / float(row[1]):.3f}"], [judgments.queries[query] for query in asked]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--judged", nargs="*", default=[], metavar="FOLDER=DIR")
    options = parser.parse_args()
    out, rng = Console(width=170), random.Random(SEED)
    if options.data is not None:
        measured = Measured(options.data)
        show_growth(measured, rng, out)
        show_meaning(measured, titles(measured, rng), rng, "beginnings of titles as real queries", out)
    rule = ("recall", "median size", "mean", "nDCG@10")
    headings = (*(f"before: {heading}" for heading in rule), *rule, "recall of before")
    table = Table("judged set", *headings, title="relevant documents in the result set")
    for pair in options.judged:
        folder, _, data = pair.partition("=")
        measured = Measured(Path(data))
        row, asked = judged_row(Path(folder), measured, rng)
        table.add_row(*row)
        show_meaning(measured, asked, rng, row[0], out)
    if options.judged:
        out.print(table)


if __name__ == "__main__":
    main()
