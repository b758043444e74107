from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.errors import FieldMapError
from kg.importers import FieldMap, load_field_map
from kg.importers.field_map import PROPERTIES, FieldUse
from kg.importers.language_codes import iso_639_1

Write = Callable[..., Path]


def test_the_default_map_feeds_every_property(fields: FieldMap) -> None:
    assert set(fields.sources) == PROPERTIES
    assert all(fields.sources.values())


def test_of_a_group_only_the_first_that_is_there_is_read(fields: FieldMap) -> None:
    assert fields.uses_of(("author2", "author", "author_facet"))["authors"] == (
        FieldUse("author", None),
        FieldUse("author2", None),
    )
    assert fields.uses_of(("author_facet", "author2"))["authors"] == (
        FieldUse("author_facet", None),
        FieldUse("author2", None),
    )


def test_dynamic_fields_tell_their_language(fields: FieldMap) -> None:
    names = ("dc.subject.spa.fl_str_mv", "dc.subject.none.fl_str_mv", "dc.subject.agrovoc.fl_str_mv")
    assert fields.uses_of(names)["topics"] == (FieldUse(names[0], "es"), FieldUse(names[1], None))


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("spa", "es"),
        ("fre", "fr"),
        ("fra", "fr"),
        ("por", "pt"),
        ("en", "en"),
        ("es_CO", "es"),
        ("ENG", "en"),
        ("none", None),
        ("und", None),
        ("xyz", None),
        ("", None),
        ("x1", None),
    ],
)
def test_language_codes(code: str, language: str | None) -> None:
    assert iso_639_1(code) == language


def test_an_own_map_replaces_and_extends(write: Write) -> None:
    own = load_field_map(
        write(
            '[fields]\nabstract = ["resumen_txt"]\n[more_fields]\ntopics = ["tema_{lang}_str_mv"]\n'
            '[staff_view]\nsingle = ["signatura"]\n'
        )
    )
    uses = own.uses_of(("description", "resumen_txt", "topic", "tema_es_str_mv"))
    assert uses["abstract"] == (FieldUse("resumen_txt", None),)
    assert uses["topics"] == (FieldUse("topic", None), FieldUse("tema_es_str_mv", "es"))
    assert own.knows("signatura")
    assert not load_field_map().knows("signatura")


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("[fields", "not TOML"),
        (b"title = '\xff'", "not TOML"),
        ("[field]\n", "'field' is none of the tables"),
        ("fields = 3", "'fields' is none of the tables"),
        ('[fields]\ntitel = ["title"]', "no property named 'titel'"),
        ('[more_fields]\ntitel = ["title"]', "no property named 'titel'"),
        ('[fields]\ntitle = "title"', "'title' is not a list"),
        ("[fields]\ntitle = [3]", "lists 3"),
        ('[fields]\ntitle = ["{lang}{lang}"]', "at most one"),
        ("[fields]\ntitle = [[]]", "empty list"),
        ("[fields]\nid = []", "no report can do without"),
        ('[staff_view]\nmany = "topic"', "not a list of field names"),
        ('[staff_view]\nlines = ["topic"]', "no list named 'lines'"),
    ],
)
def test_a_map_that_means_nothing_is_refused(write: Write, toml: str | bytes, reason: str) -> None:
    path = write(toml)
    with pytest.raises(FieldMapError, match=reason) as caught:
        load_field_map(path)
    assert caught.value.path == path


def test_a_missing_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FieldMapError, match="No such file"):
        load_field_map(tmp_path / "none.toml")


def test_plans_of_very_many_shapes_do_not_pile_up() -> None:
    own = load_field_map()
    for number in range(3000):
        own.uses_of(("id", f"field{number}"))
    assert len(own._uses) <= 1024
    assert own.uses_of(("id",))["id"] == (FieldUse("id", None),)
