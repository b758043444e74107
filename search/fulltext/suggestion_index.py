"""Labels by the beginnings of their words: tantivy behind a small surface. See docs/decisions/0015.

One document a label, with a number for its usefulness (`search.fulltext.usefulness`), so that the best of many matches
are those with the lowest numbers. Files are mapped, not read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, Self

import orjson
import tantivy
from tantivy import Occur, Order, Query

from kg.authority.names import fold
from kg.digest import SetDigest
from search.fulltext.directory import IndexDirectory, IndexWriter, continued_index, deleted_share, new_index
from search.fulltext.suggestible import REPORT, Suggestible
from search.fulltext.usefulness import alike, key, label_of, rank

FORGIVING: Final = 5
"""Letters from which on a word may hold a typo: of shorter ones, each is a typo of many others."""

_MOST_ASKED: Final = 6
"""Words that the index is asked for, the longest; what it finds is compared with the others."""
_INDEXED: Final = 2
"""Letters up to which beginnings are terms of their own: so many words have them that gathering these takes long."""
_LOOKED_AT: Final = (64, 256)
"""Labels that are looked at, then how many if these were too few: some are another label of the same thing."""
_MOST_DELETED: Final = 0.2
"""The share of labels that may be deleted ones: each that matches is passed over."""
_STORED: Final = ("iri", "matched", "label")

_Hit = tuple[int, tantivy.DocAddress]
"""A label's rank, and where the label is."""


@dataclass(frozen=True, slots=True)
class Match:
    """A thing that may be suggested, and the label that matched; ``label`` is the one to show, without a language."""

    kind: str
    iri: str
    matched: str
    label: str
    reports: int


def write_suggestion_index(directory: Path, things: Iterable[Suggestible]) -> str:
    """Index things in a new directory; returns the number (`kg.digest.SetDigest`, hex) of what they say."""
    writer = IndexWriter(new_index(directory, _schema()), directory)
    digest = SetDigest()
    for thing in things:
        digest.add([_line(thing)])
        _add(writer, thing)
    writer.commit()
    return digest.hex


def update_suggestion_index(
    directory: Path, parent: Path, removed: Collection[Suggestible], added: Collection[Suggestible], digest: str
) -> str:
    """Index what changed, in a new directory that shares all else with a published one, which stays as it is; returns
    the number of what all things say now.

    ``removed`` are things as they were, ``added`` as they are: one of which anything changed is in both. ``digest`` is
    the number that went with ``parent``. Raises :class:`ValueError` unless those and no others of these were held.
    """
    index = continued_index(directory, parent)
    labels = index.searcher().num_docs + sum(len(thing.labels) for thing in added)
    labels -= sum(len(thing.labels) for thing in removed)
    writer = IndexWriter(index, directory)
    keys = {key(thing.kind, thing.iri) for things in (removed, added) for thing in things}
    writer.delete(Query.term_set_query(index.schema, "key", sorted(keys)))
    for thing in added:
        _add(writer, thing)
    writer.commit()
    index.reload()
    if index.searcher().num_docs != labels:
        raise ValueError(f"{index.searcher().num_docs} labels are held after an update instead of {labels}")
    content = SetDigest(digest)
    content.remove(map(_line, removed))
    content.add(map(_line, added))
    return content.hex


def worn(directory: Path) -> bool:
    """Whether more than a fifth of the labels of an index are deleted ones, so that it is better written anew."""
    return deleted_share(directory) > _MOST_DELETED


def _line(thing: Suggestible) -> bytes:
    return orjson.dumps((thing.kind, thing.iri, thing.labels, thing.reports, thing.year))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("first", "first_begin", "words", "words_begin"):
        builder = builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder = builder.add_text_field("kind", stored=True, tokenizer_name="raw", index_option="basic")
    builder = builder.add_unsigned_field("key", indexed=True).add_unsigned_field("rank", fast=True)
    builder = builder.add_unsigned_field("shown", indexed=True)
    for name in _STORED:
        # Stored only: what is not searched needs no analysis, and bytes are not analysed.
        builder = builder.add_bytes_field(name, stored=True)
    return builder.add_unsigned_field("reports", stored=True).build()


def _add(writer: IndexWriter, thing: Suggestible) -> None:
    for place, label in enumerate(thing.labels):
        document = tantivy.Document()
        words = list(dict.fromkeys(fold(label).split()))
        for name, of_them in (("words", words), ("first", words[:1])):
            beginnings = {word[:length] for word in of_them for length in range(1, _INDEXED + 1)}
            document.add_text(name, " ".join(of_them))
            document.add_text(f"{name}_begin", " ".join(sorted(beginnings)))
        document.add_text("kind", thing.kind)
        document.add_unsigned("key", key(thing.kind, thing.iri))
        document.add_unsigned("rank", rank(thing, place))
        document.add_unsigned("reports", thing.reports)
        document.add_bytes("iri", thing.iri.encode())
        document.add_bytes("matched", label.encode())
        if place == 0:
            document.add_unsigned("shown", 1)
        else:
            document.add_bytes("label", thing.labels[0].encode())
        writer.add(document)


class SuggestionIndex:
    """An index opened for reading. Its files must not change while it is open. ``reports`` is how many it holds."""

    def __init__(self, opened: IndexDirectory) -> None:
        """Use :meth:`open`."""
        self._opened = opened
        self._schema = opened.index.schema
        self._searcher = opened.index.searcher()
        shown = Query.term_query(self._schema, "shown", 1, "basic")
        every_report = Query.boolean_query([(Occur.Must, self._of_kind((REPORT,))), (Occur.Must, shown)])
        counted = self._searcher.search(every_report, limit=1, count=True)
        self.reports: Final[int] = counted.count  # type: ignore[attr-defined]  # the library's stubs leave it out

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open an index that was written here; raises :class:`~search.errors.DamagedSnapshotError`."""
        return cls(IndexDirectory(directory))

    def find(self, words: Sequence[str], kinds: Collection[str], most: int, *, typos: bool) -> list[Match]:
        """At most ``most`` things of some kinds with a label in which each of some folded words begins a word.

        Those with a label that begins with the first of the words come first, then the others, either in the order of
        usefulness, each thing once. ``typos``: words of at least :data:`FORGIVING` letters may differ by one letter
        (Damerau-Levenshtein) from the beginning that they are compared with. Of many words not every match is found.
        """
        if not words or not kinds or most <= 0:
            return []
        anywhere, all_of_them = self._look(words, kinds, most, at_start=False, typos=typos)
        if typos or not all_of_them:
            at_start, _ = self._look(words, kinds, most, at_start=True, typos=typos)
        else:
            at_start = [match for match in anywhere if fold(match.matched).startswith(words[0])]
        once: dict[tuple[str, str], Match] = {}
        for match in (*at_start, *anywhere):
            once.setdefault((match.kind, match.iri), match)
        return list(once.values())[:most]

    def _look(
        self, words: Sequence[str], kinds: Collection[str], most: int, *, at_start: bool, typos: bool
    ) -> tuple[list[Match], bool]:
        """The labels of at least ``most`` things, if so many match, and whether these are all that match."""
        asked = sorted(dict.fromkeys(words), key=lambda word: -len(word))[:_MOST_ASKED]
        compared = [word for word in words if word not in asked]
        clauses = [self._of_kind(kinds)]
        if at_start:
            clauses.append(self._beginning("first", words[0], typos=typos))
        clauses += [
            self._beginning("words", word, typos=typos) for word in asked if not (at_start and word == words[0])
        ]
        query = Query.boolean_query([(Occur.Must, clause) for clause in clauses])
        found: list[Match] = []
        for limit in _LOOKED_AT:
            hits = self._searcher.search(query, limit=limit, count=False, order_by_field="rank", order=Order.Asc).hits
            all_of_them = len(hits) < limit
            found = []
            things: set[tuple[str, str]] = set()
            for ties in self._in_order(hits if all_of_them else _settled(hits)):
                matching = [match for match in ties if holds(match.matched, compared)]
                found += matching
                things.update((match.kind, match.iri) for match in matching)
                if len(things) >= most:
                    return found, False
            if all_of_them:
                return found, True
        return found, False

    def _in_order(self, hits: Iterable[_Hit]) -> Iterator[list[Match]]:
        """Labels that are as useful and begin alike, by the alphabet: ranks have only the first letters."""
        for _, ties in groupby(hits, key=lambda hit: alike(hit[0])):
            placed = [(label_of(rank), self._match(address)) for rank, address in ties]
            placed.sort(key=lambda one: (-one[1].reports, fold(one[1].label), one[1].iri, one[0], one[1].matched))
            yield [match for _, match in placed]

    def _match(self, address: tantivy.DocAddress) -> Match:
        held = self._searcher.doc(address)
        iri, matched, label = (bytes(held[name][0]).decode() if held[name] else "" for name in _STORED)
        return Match(str(held["kind"][0]), iri, matched, label or matched, int(held["reports"][0]))

    def _of_kind(self, kinds: Collection[str]) -> Query:
        return Query.boolean_query(
            [(Occur.Should, Query.term_query(self._schema, "kind", kind, "basic")) for kind in sorted(kinds)]
        )

    def _beginning(self, field: str, word: str, *, typos: bool) -> Query:
        if len(word) <= _INDEXED:
            return Query.term_query(self._schema, f"{field}_begin", word, "basic")
        distance = 1 if typos and len(word) >= FORGIVING else 0
        return Query.fuzzy_term_query(self._schema, field, word, distance=distance, prefix=True)


def _settled(hits: Sequence[_Hit]) -> Sequence[_Hit]:
    """The best hits of more, without those that share the rank of the last: which of these come is up to the order of
    tantivy's documents, that is, to how the index came about.
    """
    last, _ = hits[-1]
    return [hit for hit in hits if hit[0] != last] or hits


def holds(label: str, words: Iterable[str]) -> bool:
    """Whether each of some folded words begins a word of a label."""
    there = fold(label).split()
    return all(any(known.startswith(word) for known in there) for word in words)
