"""Hypothesis strategies for the words of this project: texts, Solr documents, records, staff view pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st

from kg.importers import FieldMap
from kg.model import Derivation, Institution, Person, Place, Record, Report, Series, Topic

STAFF_VIEW_CORE = (
    *("_version_", "author", "collection", "description", "format", "id", "language", "spellingShingle", "title"),
    *("title_sort", "topic", "url"),
)
STAFF_VIEW_MORE = ("geographic", "institution", "publishDate", "publisher", "record_format", "series", "title_short")
NEVER_A_VALUE = frozenset({"_version_", "id", "title_sort"})
"""Names that no generated value begins with: they anchor the order of a page."""

words = st.text("abcdefghijklmnopqrstuvwxyzáéñ", min_size=1, max_size=8)
phrases = st.lists(words, min_size=1, max_size=4).map(" ".join)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)


def solr_documents(fields: FieldMap) -> st.SearchStrategy[dict[str, object]]:
    """Documents under field names that importers read, with any JSON in them."""
    return st.dictionaries(st.sampled_from(_names(fields, "es")) | any_text, json_values, max_size=8)


def records(fields: FieldMap) -> st.SearchStrategy[Record]:
    """Records under field names that importers read, with any text in them."""
    nasty = st.sampled_from(
        [
            "",
            " ",
            "et al.",
            "no. 9",
            "http://[",
            "<p>",
            "&#0;",
            "10.1/",
            "2024",
            "9999",
            "\ud800",
            "<![",
            "(ed.)",
            ". -",
            "a1b2",
        ]
    )
    values = st.lists(any_text | phrases | nasty, min_size=1, max_size=3).map(tuple)
    drawn = st.dictionaries(st.sampled_from(_names(fields, "spa")), values, max_size=8)
    needed = st.fixed_dictionaries({"id": st.tuples(words), "title": st.tuples(phrases)})
    return st.builds(lambda some, more: Record("made.jsonl", 1, {**more, **some}), needed, drawn)


def _names(fields: FieldMap, code: str) -> list[str]:
    patterns = {pattern for groups in fields.sources.values() for group in groups for pattern in group}
    return sorted(pattern.replace("{lang}", code) for pattern in patterns)


@st.composite
def staff_view_fields(draw: st.DrawFn, fields: FieldMap) -> Mapping[str, tuple[str, ...]]:
    """The fields of a page whose values equal field names or begin with them, as far as a page can tell them apart.

    It cannot when a whole rising sequence of values could stand for the fields; see :func:`_can_be_told`.
    """
    names = sorted({*STAFF_VIEW_CORE, *draw(st.sets(st.sampled_from(STAFF_VIEW_MORE)))})
    plain = phrases.filter(lambda phrase: not fields.knows(phrase.split(" ")[0]))
    made: dict[str, tuple[str, ...]] = {}
    for name in names:
        prefixes = [other for other in names if _can_be_told(other, name, names, fields)]
        nasty = st.tuples(st.sampled_from(prefixes), plain).map(" ".join) if prefixes else plain
        lines = st.lists(plain | st.sampled_from(names) | nasty, max_size=3)
        first = draw(plain | st.sampled_from(names))
        if name in fields.single:
            made[name] = (first,)
        elif name in fields.text:
            made[name] = ("\n".join([first, *draw(lines)]),)
        else:
            made[name] = (first, *draw(lines))
    return made


def _can_be_told(prefix: str, holder: str, names: list[str], fields: FieldMap) -> bool:
    """Whether a value of ``holder`` that begins with the field name ``prefix`` cannot be taken for that field."""
    if prefix in NEVER_A_VALUE:
        return False
    if holder < prefix:
        return True  # the field itself comes later, and the later line wins
    if any(prefix < name <= holder and name in NEVER_A_VALUE for name in names):
        return True  # the field cannot start after the anchor that it comes before
    before = [name for name in names if name < prefix]
    return bool(before) and before[-1] in fields.single  # else the field before would get a second value


_NAMES = ("Okello, D", "OKELLO, D.", "Okello D.", "Ñandú, Zoë", "Nandu, Zoe", "zz")
_TOPICS = ("water", "Water", "WATER!", "goats", "Água", "agua")
_BODIES = ("River Trust", "river trust", "Hill Office")
_PLACES = ("Kenya", "KE", "Mali", "West Africa", "Africa", "Dry Valley", "dry valley", "Peru")
_BY_CITATION = Derivation("series-from-citation", 0.9)


def _some(labels: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(labels), max_size=3, unique=True).map(tuple)


def reports_by_id() -> st.SearchStrategy[dict[str, Report]]:
    """A few reports that share entities, which they print in different ways, and state or leave to be inferred."""
    made = st.builds(
        Report,
        id=st.just(""),
        title=st.just("A title"),
        authors=_some(_NAMES).map(lambda names: tuple(map(Person, names))),
        corporate_authors=_some(_BODIES).map(lambda names: tuple(map(Institution, names))),
        publishers=_some(_BODIES).map(lambda names: tuple(map(Institution, names))),
        topics=_some(_TOPICS).map(lambda labels: tuple(map(Topic, labels))),
        places=_some(_PLACES).map(lambda labels: tuple(map(Place, labels))),
        series=st.lists(
            st.builds(
                Series, st.sampled_from(("Papers", "PAPERS", "Notes")), derivation=st.sampled_from((None, _BY_CITATION))
            ),
            max_size=3,
        ).map(tuple),
        year=st.sampled_from((None, 1999, 2004)),
        languages=_some(("en", "Inglés", "Klingon", "klingon")),
        access=_some(("Open Access", "On request")),
    )
    return st.dictionaries(st.sampled_from("abcdefgh"), made, max_size=5).map(
        lambda held: {name: replace(report, id=name) for name, report in held.items()}
    )
