from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kg.importers import FieldMap, load_field_map
from kg.importers.staff_view import read_staff_view
from kg.model import Problem, Record
from tests.strategies import phrases, staff_view_fields

FIELDS = load_field_map()


def page(values: Mapping[str, tuple[str, ...]], header: str = "A title\n\nAbout it\n\nLenguaje:Inglés\n") -> str:
    return header + "\n".join(name + " " + "\n".join(values[name]) for name in sorted(values))


def fields_of(text: str) -> Mapping[str, tuple[str, ...]]:
    (record,) = read_staff_view(text, "page.txt", FIELDS)
    assert isinstance(record, Record)
    return record.fields


@given(staff_view_fields(FIELDS), phrases, st.sampled_from(["\n", "\r\n"]))
def test_a_rendered_page_reads_back(values: Mapping[str, tuple[str, ...]], title: str, end: str) -> None:
    lines = page(values, "").split("\n")
    starts = {f"{name} {found[0]}".split("\n")[0] for name, found in values.items()}
    assume(all(lines.count(start) == 1 for start in starts))  # a line that comes twice is a value, whichever it was
    assert fields_of(page(values, f"{title}\n\n").replace("\n", end)) == values


BASE = {
    "_version_": ("1",),
    "author": ("A, B", "C, D"),
    "collection": ("Repo",),
    "description": ("About titles.",),
    "format": ("Report",),
    "id": ("r1",),
    "spellingShingle": ("x",),
    "title": ("A title",),
    "title_sort": ("a title",),
    "topic": ("x",),
    "url": ("https://a.b/c",),
}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("topic", ("format", "title deeds", "topic modelling", "id")),
        ("topic", ("url shorteners", "land")),
        ("author", ("collection of essays", "format")),
        ("author", ("title", "author unknown")),
        ("description", ("First line.\nformat of the second\n\ntitle of the third",)),
        ("spellingShingle", ("title deeds", "topic modelling", "description")),
    ],
)
def test_values_that_look_like_fields(name: str, values: tuple[str, ...]) -> None:
    expected = {**BASE, name: values}
    assert fields_of(page(expected)) == expected


def test_a_line_that_comes_twice_is_a_value() -> None:
    expected = {**BASE, "spellingShingle": ("x", "titles", "series editors"), "topic": ("x", "series editors")}
    assert fields_of(page(expected)) == expected


def test_dynamic_fields_and_tabs_are_known() -> None:
    text = "id\tr1\ninstname_str IFAD\ntitle\tA title\nwork_keys_str_mv AT a\nAT b"
    assert fields_of(text) == {
        "id": ("r1",),
        "instname_str": ("IFAD",),
        "title": ("A title",),
        "work_keys_str_mv": ("AT a", "AT b"),
    }


def test_the_record_stands_on_the_line_of_its_first_field() -> None:
    (record,) = read_staff_view(page(BASE, "title\n\n\n"), "page.txt", FIELDS, first_line=10)
    assert record.line == 13


def test_a_page_without_fields_is_a_problem() -> None:
    (problem,) = read_staff_view("Nothing here\nat all", "page.txt", FIELDS)
    assert isinstance(problem, Problem)
    assert (problem.kind, problem.line, problem.lost) == ("unknown-form", 1, True)


@pytest.mark.parametrize(("name", "lost"), [("topic", False), ("title", True)])
def test_a_value_that_is_too_large(name: str, lost: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    found = read_staff_view(page({**BASE, name: ("x" * 1_000_001,)}), "page.txt", FIELDS)
    problem = found[0]
    assert isinstance(problem, Problem)
    assert (problem.kind, problem.field, problem.lost) == ("too-large", name, lost)
    assert len(found) == (1 if lost else 2)


def test_very_many_candidates_take_no_quadratic_time() -> None:
    text = page(BASE) + "".join(f"\nzz{number * 7919 % 100_003:06}_str {number}" for number in range(100_000))
    assert fields_of(text)["id"] == ("r1",)


@given(st.text(max_size=200), st.sampled_from(["", "id r1\ntitle x\n"]))
def test_any_text_gives_one_record_or_one_problem(text: str, before: str) -> None:
    assert len(read_staff_view(before + text, "page.txt", FIELDS)) == 1


def test_the_field_map_tells_what_a_field_is() -> None:
    own = FieldMap({"id": (("id",),), "title": (("title",),)}, text=frozenset({"id"}))
    (record,) = read_staff_view("id a\nb", "page.txt", own)
    assert isinstance(record, Record)
    assert record.fields == {"id": ("a\nb",)}
