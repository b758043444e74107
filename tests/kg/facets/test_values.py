from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.authority.names import fold
from kg.facets.values import FacetValue, FacetValues, Names
from kg.string_table import StringTable

languages = st.dictionaries(st.sampled_from(["en", "es", "fr", "pt"]), st.text(max_size=8), max_size=4)
described = st.dictionaries(st.text(max_size=8), st.tuples(st.text(max_size=8), languages), max_size=12)


def _values(labels: dict[str, tuple[str, dict[str, str]]]) -> tuple[list[FacetValue], FacetValues]:
    plain = [FacetValue(text, *labels[text]) for text in sorted(labels)]
    return plain, FacetValues.of((value.value for value in plain), ((value.label, value.labels) for value in plain))


def _named(*labels: str) -> Names:
    return Names.of([FacetValue(f"{code:03d}", label) for code, label in enumerate(labels)])


@given(described)
def test_values_come_back_as_they_were(labels: dict[str, tuple[str, dict[str, str]]]) -> None:
    plain, values = _values(labels)
    assert list(values) == [values[code] for code in range(len(values))] == plain
    assert values[1:] == tuple(plain[1:])
    assert values[::-2] == tuple(plain[::-2])
    assert [values.code(value.value) for value in plain] == list(range(len(plain)))
    assert values.code("longer than any of them") is None


def test_every_value_has_labels() -> None:
    with pytest.raises(ValueError, match="2 values have 1 labels"):
        FacetValues(StringTable.of(["a", "b"]), StringTable.of(["[]"]))


@given(described, st.text(max_size=8))
def test_a_name_finds_the_first_value_that_is_called_so(
    labels: dict[str, tuple[str, dict[str, str]]], typed: str
) -> None:
    plain, values = _values(labels)
    names = Names.of(values)
    called = [{fold(label) for label in (value.label, *value.labels.values())} for value in plain]
    for folded in {fold(typed), *(name for several in called for name in several)}:
        having = [code for code, several in enumerate(called) if folded and folded in several]
        assert names.code(folded) == (having[0] if having else None)


@given(described, st.text(max_size=8))
def test_a_name_finds_every_value_that_is_called_so(labels: dict[str, tuple[str, dict[str, str]]], typed: str) -> None:
    plain, values = _values(labels)
    names = Names.of(values)
    called = [{fold(label) for label in (value.label, *value.labels.values())} for value in plain]
    for folded in {fold(typed), *(name for several in called for name in several)}:
        having = [code for code, several in enumerate(called) if folded and folded in several]
        assert names.codes_of(folded) == having


@given(described, st.text(max_size=3))
def test_names_that_begin_with_a_text_stand_together(labels: dict[str, tuple[str, dict[str, str]]], typed: str) -> None:
    _, values = _values(labels)
    names = Names.of(values)
    folded = fold(typed)
    places = names.beginning(folded)
    for place in range(len(names.folded)):
        assert (place in places) is names.folded[place].startswith(folded)


def test_equal_names_follow_each_other_in_the_order_of_their_codes() -> None:
    names = _named("Water", "water", "Waters", "WATER", "Wate")
    assert names.codes_of("water") == [0, 1, 3]
    assert [names.folded[place] for place in names.beginning("water")] == ["water", "water", "water", "waters"]
    assert len(names.beginning("")) == 5
    assert list(names.beginning("x")) == names.codes_of("x") == []


def test_names_that_look_alike_begin_alike_and_are_about_as_long() -> None:
    names = _named("Water", "Waters", "Weather", "Watershed", "Later", "water", "")
    assert names.like("watre", 10) == {"water": 0, "waters": 1, "weather": 2}
    assert names.like("", 10) == names.like("x", 10) == {}


def test_of_too_many_names_those_nearby_in_the_alphabet_are_alike() -> None:
    names = _named(*(f"name {number:03d}" for number in range(100)))
    assert list(names.like("name 050", 3)) == ["name 049", "name 050", "name 051"]
    assert names.like("name 050", 0) == {}


def test_lengths_are_of_letters_in_every_script() -> None:
    names = _named("вода", "водаа", "водааа", "водаааа")
    assert list(names.like("вода", 10)) == ["вода", "водаа", "водааа"]
