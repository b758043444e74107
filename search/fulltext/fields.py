"""What full text holds of each report: the fields, how they are written, and who is listed for a query.

Each report is written in the fields of its language (``title_fr``, ``text_fr``: stemmed, stop words left out), its
topics and names in fields of their own. Documents are found by their slots (`search.fulltext.slots`), and hold nothing
that a change of other reports could make wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Final

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import FieldType, Occur, Query

from search.errors import DamagedSnapshotError
from search.fulltext.analysis import PLAIN, STEMMED, analyzer, language_of
from search.fulltext.directory import IndexWriter, continued_index, new_index
from search.fulltext.masks import MASKS, FrequentWords, write_frequent_words
from search.fulltext.slots import ORDINALS, SLOTS, SlotMask, Slots
from search.fulltext.texts import ReportText

SLOT: Final = "slot"
SPELLING: Final = "spelling"
"""Words of titles, topics and names as they are written: what a mistyped word is compared with. A stem of a mistyped
word is no mistyped stem."""
VALUES: Final = "values"
"""The numbers of a report's facet values (`kg.facets.numbers`)."""
LANGUAGES: Final = (*STEMMED, PLAIN)
_TITLE_BOOST: Final = 0.1
"""On top of the title's words counting in the text field as well."""
_OTHER_FIELDS: Final = {"topics": 0.1, "authors": 0.5, "institutions": 0.25, "series": 0.5}
"""Fields that are not split by language, and how much they count."""
_ANALYZED_AS: Final = {"topics": "en", "authors": PLAIN, "institutions": PLAIN, "series": "en"}
_FREQUENT: Final = 64
"""A word that one report in so many holds is frequent: the reports that hold it are kept as a mask."""
_FREQUENT_FROM: Final = 500
"""But no word that fewer reports hold: so many are listed in 0.2 ms."""

FIELDS: Final = (
    *((f"text_{language}", language, 1.0) for language in LANGUAGES),
    *((f"title_{language}", language, _TITLE_BOOST) for language in LANGUAGES),
    *((field, _ANALYZED_AS[field], boost) for field, boost in _OTHER_FIELDS.items()),
)
"""Where a word is looked for: the field, the language it is analysed in, and how much it counts there."""

_HELD_IN: Final = {
    language: (f"text_{language}", *(field for field, other in _ANALYZED_AS.items() if other == language))
    for language in LANGUAGES
}
"""The fields that are analysed in a language. What a title says is in the text field as well."""


def write_text_index(
    directory: Path, texts: Iterable[ReportText], values: Iterable[Sequence[int]] | None = None
) -> int:
    """Index texts in the order of their ordinals, in a new directory; returns how many there were.

    ``values`` are the numbers of each report's facet values, for searches that are narrowed by them.
    """
    index = new_index(directory, _schema())
    register(index)
    writer = IndexWriter(index, directory)
    count = 0
    for count, (text, numbers) in enumerate(zip(texts, values or repeat(()), strict=False), start=1):
        writer.add(_document(count - 1, text, numbers))
    writer.commit()
    index.reload()
    Slots.dense(count).save(directory)
    _write_frequent_words(directory, index.schema, index.searcher())
    return count


def update_text_index(
    directory: Path,
    parent: Path,
    moved: NDArray[np.int64],
    changed: Iterable[tuple[int, ReportText, Sequence[int]]],
) -> int:
    """Index what changed, in a new directory that shares all else with a published one, which stays as it is; returns
    how many reports there are now.

    ``moved`` (reports,) is the new ordinal of each report in ``parent``, -1 if its document goes. ``changed`` are those
    that come: added reports, and those of which a text or the number of a value is another than before. Each ordinal is
    named once, by the one or the other; raises :class:`ValueError` otherwise.

    Searches find the same as in an index that is written anew, in nearly the same order: until tantivy merges the files
    that hold them, BM25 counts deleted documents among the reports, and among those that hold a word. Words that became
    frequent have no mask before the index is written anew, which is due once it is :func:`~search.fulltext.slots.worn`.
    """
    try:
        before = Slots.open(parent)
        frequent = FrequentWords.open(parent, before.used)
    except (OSError, ValueError) as error:
        raise DamagedSnapshotError(parent, str(error)) from error
    if moved.shape != before.by_ordinal.shape:
        raise ValueError(f"{len(moved)} reports were moved of {len(before.by_ordinal)}")
    index = continued_index(directory, parent, without={MASKS, SLOTS, ORDINALS})
    register(index)
    writer = IndexWriter(index, directory)
    kept = np.zeros(before.used, dtype=np.bool_)
    kept[before.by_ordinal[moved >= 0]] = True
    for slot in before.by_ordinal[moved < 0].tolist():
        writer.delete_term(SLOT, slot)
    added: list[int] = []
    for slot, (ordinal, text, numbers) in enumerate(changed, start=before.used):
        writer.add(_document(slot, text, numbers))
        added.append(ordinal)
    after = before.updated(moved, added)
    writer.commit()
    index.reload()
    after.save(directory)
    searcher = index.searcher()
    fresh = Query.range_query(index.schema, SLOT, FieldType.Integer, before.used, None)
    holding = (
        slots_of(searcher, all_of((fresh, any_of(term_queries(index.schema, *term)))), len(added))
        for term in frequent.terms
    )
    frequent.update(directory, kept, holding, after.used)
    return len(after.by_ordinal)


def _write_frequent_words(directory: Path, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
    size = searcher.num_docs
    least = max(_FREQUENT_FROM, size // _FREQUENT)
    terms = sorted(
        {
            (language, term)
            for language, fields in _HELD_IN.items()
            for field in fields
            for term, count in searcher.terms_with_prefix(field, "")
            if count >= least
        }
    )
    masks = (mask_of(searcher, any_of(term_queries(schema, language, term)), size) for language, term in terms)
    write_frequent_words(directory, terms, masks, size)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder().add_integer_field(SLOT, indexed=True, fast=True)
    builder = builder.add_unsigned_field(VALUES, indexed=True)
    builder = builder.add_text_field(SPELLING, tokenizer_name=f"rg_{PLAIN}", index_option="basic")
    for language in LANGUAGES:
        builder = builder.add_text_field(f"title_{language}", tokenizer_name=f"rg_{language}")
        builder = builder.add_text_field(f"text_{language}", tokenizer_name=f"rg_{language}")
    for field, language in _ANALYZED_AS.items():
        builder = builder.add_text_field(field, tokenizer_name=f"rg_{language}")
    return builder.build()


def register(index: tantivy.Index) -> None:
    """Tell an index how its fields are analysed: it keeps only names."""
    for language in LANGUAGES:
        index.register_tokenizer(f"rg_{language}", analyzer(language))


def _document(slot: int, text: ReportText, numbers: Iterable[int]) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer(SLOT, slot)
    for number in numbers:
        document.add_unsigned(VALUES, number)
    language = language_of(f"{text.title}\n{text.abstract}", text.languages)
    document.add_text(f"title_{language}", text.title)
    document.add_text(f"text_{language}", f"{text.title}\n{text.abstract}")
    for title in text.other_titles:
        other = language_of(title, ())
        document.add_text(f"title_{other}", title)
        document.add_text(f"text_{other}", title)
    for abstract in text.other_abstracts:
        document.add_text(f"text_{language_of(abstract, ())}", abstract)
    values = {
        "topics": text.topics,
        "authors": text.authors,
        "institutions": text.institutions,
        "series": text.series,
    }
    for title in (text.title, *text.other_titles):
        document.add_text(SPELLING, title)
    for field, several in values.items():
        for value in several:
            document.add_text(field, value)
            document.add_text(SPELLING, value)
    return document


def mask_of(searcher: tantivy.Searcher, query: Query, size: int) -> SlotMask:
    """The documents that a query finds: bool (size,)."""
    mask = np.zeros(size, dtype=np.bool_)
    mask[slots_of(searcher, query, size)] = True
    return mask


def slots_of(searcher: tantivy.Searcher, query: Query, most: int) -> NDArray[np.int64]:
    """The slots of all documents that a query finds, ``most`` at most."""
    unscored = Query.const_score_query(query, 1.0)
    hits = searcher.search(unscored, limit=max(1, most), count=False, order_by_field=SLOT).hits
    return np.fromiter((slot for slot, _ in hits), dtype=np.int64, count=len(hits))


def any_of(queries: Iterable[Query]) -> Query:
    """A query that finds what any of some queries finds; scores add up."""
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def all_of(queries: Iterable[Query]) -> Query:
    """A query that finds what all of some queries find; scores add up."""
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def term_queries(schema: tantivy.Schema, language: str, term: str) -> Iterator[Query]:
    """A term in each of the fields that are analysed in its language."""
    return (Query.term_query(schema, field, term, "basic") for field in _HELD_IN[language])
