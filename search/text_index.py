"""Full text: tantivy behind a small surface. Documents are ordinals, a query is words, filters are masks.

Each report is indexed in the fields of its language (``title_fr``, ``text_fr``: stemmed, stop words left out), its
topics and names in fields of their own. A query word is looked for in all of them, analysed as each field was.
"""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from embeddings.index import Allowed, Hits, best, no_hits
from search.errors import DamagedSnapshotError
from search.languages import PLAIN, STEMMED, analyzer, function_words, guess_language, language_of, words
from search.texts import ReportText

_ORDINAL: Final = "ordinal"
_LANGUAGES: Final = (*STEMMED, PLAIN)
_TITLE_BOOST: Final = 0.1
"""On top of the title's words counting in the text field as well."""
_TOPICS_BOOST: Final = 0.1
_NAMES_BOOST: Final = 0.5
_FEW: Final = 1000
"""Up to here the allowed reports are part of the query; beyond, asking for more and dropping is faster."""
_HEAP: Final = 128_000_000


@dataclass(frozen=True, slots=True)
class TextQuery:
    """The content words of a query, in order, each once; ``known`` are those that some report holds."""

    words: tuple[str, ...]
    known: tuple[str, ...]

    @property
    def minimum(self) -> int:
        """How many content words a result must hold: both of two, two fifths of more and at least two."""
        return min(len(self.words), max(2, -(-2 * len(self.words) // 5)))


def write_text_index(directory: Path, texts: Iterable[ReportText]) -> int:
    """Index texts in the order of their ordinals, in a new directory; returns how many there were."""
    directory.mkdir()
    index = tantivy.Index(_schema(), path=str(directory))
    _register(index)
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    count = 0
    for count, text in enumerate(texts, start=1):
        writer.add_document(_document(count - 1, text))
    writer.commit()
    writer.wait_merging_threads()
    return count


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder().add_integer_field(_ORDINAL, indexed=True, fast=True)
    for language in _LANGUAGES:
        builder = builder.add_text_field(f"title_{language}", tokenizer_name=f"rg_{language}")
        builder = builder.add_text_field(f"text_{language}", tokenizer_name=f"rg_{language}")
    builder = builder.add_text_field("topics", tokenizer_name="rg_en")
    return builder.add_text_field("names", tokenizer_name=f"rg_{PLAIN}").build()


def _register(index: tantivy.Index) -> None:
    for language in _LANGUAGES:
        index.register_tokenizer(f"rg_{language}", analyzer(language))


def _document(ordinal: int, text: ReportText) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer(_ORDINAL, ordinal)
    language = language_of(f"{text.title}\n{text.abstract}", text.languages)
    document.add_text(f"title_{language}", text.title)
    document.add_text(f"text_{language}", f"{text.title}\n{text.abstract}")
    for title in text.other_titles:
        other = language_of(title, ())
        document.add_text(f"title_{other}", title)
        document.add_text(f"text_{other}", title)
    for topic in text.topics:
        document.add_text("topics", topic)
    for name in text.names:
        document.add_text("names", name)
    return document


def _linked(directory: Path) -> tempfile.TemporaryDirectory[str]:
    folder: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory(prefix="reportgraph-text-")
    for path in directory.iterdir():
        if not path.name.endswith(".lock"):
            (Path(folder.name) / path.name).symlink_to(path.resolve())
    return folder


class TextIndex:
    """An index opened for reading. Its files must not change while it is open."""

    def __init__(self, index: tantivy.Index, linked: tempfile.TemporaryDirectory[str] | None = None) -> None:
        """``linked`` is the folder of links that the index was opened by: it lives as long as the index."""
        _register(index)
        self._index = index
        self._searcher = index.searcher()
        self.size: Final[int] = self._searcher.num_docs
        self._linked = linked

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open an index written by :func:`write_text_index`; raises :class:`~search.errors.DamagedSnapshotError`."""
        try:
            # Even reading makes a lock file: on storage that cannot be written, it is made beside links to the files.
            linked = None if os.access(directory, os.W_OK) else _linked(directory)
            return cls(tantivy.Index.open(linked.name if linked else str(directory)), linked)
        except (ValueError, OSError) as error:
            raise DamagedSnapshotError(directory, str(error)) from error

    def parse(self, text: str) -> TextQuery:
        """The content words of a query: all but the function words of its language; all, if there are no others."""
        # Texts were composed when they were read; a query typed on some keyboards is not.
        text = unicodedata.normalize("NFC", text)
        every = list(dict.fromkeys(words(text)))
        language = guess_language(text)
        grammar = function_words(language) if language else frozenset()
        content = [word for word in every if word not in grammar] or every
        return TextQuery(tuple(content), tuple(word for word in content if self._occurs(word)))

    def search(self, query: TextQuery, k: int, allowed: Allowed | None = None) -> Hits:
        """The best ``k`` reports by BM25 over any of the words, inside ``allowed`` bool (size,); ties by ordinal.

        Fewer than k only if fewer match: a narrow filter loses nothing.
        """
        clauses = [(Occur.Should, self._word(word)) for word in query.known]
        if not clauses or k <= 0:
            return no_hits()
        return self._inside(Query.boolean_query(clauses), k, allowed)

    def matching(self, query: TextQuery) -> NDArray[np.bool_]:
        """The reports that hold at least ``query.minimum`` of the content words: bool (size,)."""
        mask = np.zeros(self.size, dtype=np.bool_)
        clauses = [(Occur.Should, Query.const_score_query(self._word(word), 1.0)) for word in query.known]
        if query.words and len(clauses) >= query.minimum:
            mask[self._all(Query.boolean_query(clauses, minimum_number_should_match=query.minimum), self.size)] = True
        return mask

    def matched_words(self, query: TextQuery, ordinals: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Which of the query's words each of a few reports holds, in the query's order."""
        found: dict[int, list[str]] = {ordinal: [] for ordinal in ordinals}
        among = Query.term_set_query(self._index.schema, _ORDINAL, list(found))
        for word in query.known:
            both = Query.boolean_query([(Occur.Must, self._word(word)), (Occur.Must, among)])
            for ordinal in self._all(both, len(found)):
                found[int(ordinal)].append(word)
        return {ordinal: tuple(matched) for ordinal, matched in found.items()}

    def _word(self, word: str) -> Query:
        """One word in every field, analysed as the field was. The schema's languages make up to twelve terms."""
        schema = self._index.schema
        clauses = []
        for language in _LANGUAGES:
            for term in analyzer(language).analyze(word):
                clauses.append(Query.term_query(schema, f"text_{language}", term, "freq"))
                title = Query.term_query(schema, f"title_{language}", term, "freq")
                clauses.append(Query.boost_query(title, _TITLE_BOOST))
        for field, language, boost in (("topics", "en", _TOPICS_BOOST), ("names", PLAIN, _NAMES_BOOST)):
            clauses += [
                Query.boost_query(Query.term_query(schema, field, term, "freq"), boost)
                for term in analyzer(language).analyze(word)
            ]
        return Query.boolean_query([(Occur.Should, clause) for clause in clauses])

    def _occurs(self, word: str) -> bool:
        return bool(self._searcher.search(self._word(word), limit=1, count=False).hits)

    def _inside(self, query: Query, k: int, allowed: Allowed | None) -> Hits:
        if allowed is None:
            return self._scored(query, k, k)
        wanted = int(np.count_nonzero(allowed))
        if wanted == 0:
            return no_hits()
        if wanted <= _FEW:
            ordinals = [int(ordinal) for ordinal in np.flatnonzero(allowed)]
            inside = Query.const_score_query(Query.term_set_query(self._index.schema, _ORDINAL, ordinals), 0.0)
            return self._scored(Query.boolean_query([(Occur.Must, query), (Occur.Must, inside)]), k, k)
        limit = min(self.size, 2 * k * self.size // wanted)
        while True:
            hits = self._scored(query, limit, limit)
            kept = allowed[hits.ordinals]
            if np.count_nonzero(kept) >= k or len(hits.ordinals) < limit or limit == self.size:
                return best(hits.ordinals[kept], hits.scores[kept], k)
            limit = min(self.size, 4 * limit)

    def _scored(self, query: Query, limit: int, k: int) -> Hits:
        """The best ``k`` among at least ``limit`` hits, with every hit that ties at the cut: the ordinal decides."""
        wanted = min(limit, self.size)
        while True:
            # Tantivy breaks ties by its own order of documents: look until the score falls.
            hits = self._searcher.search(query, limit=max(1, wanted + 1), count=False).hits
            if len(hits) <= wanted or hits[wanted][0] < hits[wanted - 1][0]:
                break
            wanted = min(2 * wanted, self.size)
        addresses = [address for _, address in hits]
        ordinals = np.array(self._searcher.fast_field_values(_ORDINAL, addresses), dtype=np.int64)
        return best(ordinals, np.array([score for score, _ in hits], dtype=np.float32), k)

    def _all(self, query: Query, most: int) -> NDArray[np.int64]:
        hits = self._searcher.search(query, limit=max(1, most), count=False).hits
        return np.array(self._searcher.fast_field_values(_ORDINAL, [address for _, address in hits]), dtype=np.int64)
