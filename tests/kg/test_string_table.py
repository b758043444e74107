from __future__ import annotations

from array import array
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.string_table import StringTable, place_of, places_among

strings = st.lists(st.text(max_size=12), max_size=40)


def _block(size: int, places: list[int], text: bytes) -> memoryview:
    return memoryview(array("q", (size, *places)).tobytes() + text)


@given(strings)
def test_a_table_holds_any_strings_in_any_order(held: list[str]) -> None:
    table = StringTable.of(held)
    assert len(table) == len(held)
    assert list(table) == [table[place] for place in range(len(held))] == held
    assert table.lengths(0, len(held)).tolist() == [len(text.encode()) for text in held]


@given(strings, st.slices(50))
def test_slices_are_those_of_a_tuple(held: list[str], piece: slice) -> None:
    assert StringTable.of(held)[piece] == tuple(held)[piece]


@given(strings, st.text(max_size=3))
@example(["", "a", "aa"], "")
@example(["\uffff", "\U00010000"], "\U00010000")
@example([], "\ud800")
def test_strings_are_found_by_their_place(held: list[str], wanted: str) -> None:
    ordered = sorted(held)
    table = StringTable.of(ordered)
    assert [place_of(table, text) for text in ordered] == [ordered.index(text) for text in ordered]
    assert place_of(table, wanted) == (ordered.index(wanted) if wanted in ordered else None)


@given(strings, strings, st.data())
def test_tables_merge_in_any_order(held: list[str], others: list[str], data: st.DataObject) -> None:
    both = [*held, *others]
    order = data.draw(st.lists(st.integers(0, len(both) - 1), max_size=60) if both else st.just([]))
    for places in (order, sorted(order), list(range(len(both)))):
        merged = StringTable.of(held).merged(StringTable.of(others), np.array(places, dtype=np.int64))
        assert merged.block == StringTable.of(both[place] for place in places).block


@given(strings, st.lists(st.text(max_size=3), max_size=5), st.sampled_from([1, 100]))
@example(["", "a", "aa"], ["", "a", "b"], 1)
@example([], ["a"], 1)
def test_few_and_many_strings_are_found_alike(held: list[str], wanted: list[str], times: int) -> None:
    # A long table is searched by bisection, a short one gone through.
    ordered = sorted(text + str(number) for text in {*held, *wanted[:2]} for number in range(times))
    asked = sorted({*wanted, *(text + "0" for text in wanted)})
    places, found = places_among(StringTable.of(ordered), asked)
    assert places.tolist() == [sum(text < one for text in ordered) for one in asked]
    assert found.tolist() == [one in ordered for one in asked]


def test_all_of_a_long_table_is_gone_through() -> None:
    held = [str(number) for number in range(10_000)]
    assert list(StringTable.of(held)) == held


def test_places_count_from_the_end_too_and_none_is_made_up() -> None:
    table = StringTable.of(["a", "b"])
    assert (table[-1], table[-2]) == ("b", "a")
    for place in (2, -3):
        with pytest.raises(IndexError):
            table[place]


@given(strings)
def test_equal_strings_make_equal_blocks_and_others_do_not(held: list[str]) -> None:
    block = StringTable.of(held).block
    assert StringTable.of(iter(held)).block == block
    assert StringTable.of([*held, ""]).block != block
    if len(held) > 1:
        assert StringTable.of([held[0] + held[1], *held[2:]]).block != block


def test_a_file_gives_back_what_was_saved_and_is_never_written_over(tmp_path: Path) -> None:
    for name, held in (("none", []), ("some", ["é", "", "z" * 5000])):
        table = StringTable.of(held)
        table.save(tmp_path / name)
        assert list(StringTable.open(tmp_path / name)) == held
        with pytest.raises(FileExistsError):
            table.save(tmp_path / name)


def test_half_a_surrogate_pair_is_no_text() -> None:
    with pytest.raises(UnicodeEncodeError):
        StringTable.of(["\ud800"])


@pytest.mark.parametrize(
    "block",
    [
        memoryview(b""),
        memoryview(b"short"),
        _block(0, [], b""),
        _block(-1, [0], b""),
        _block(2, [0, 1], b""),
        _block(1 << 60, [0], b""),
        _block(1, [0, 3], b"ab"),
        _block(1, [0, 1], b"ab"),
        _block(1, [1, 2], b"ab"),
    ],
)
def test_what_is_no_table_is_an_error(block: memoryview) -> None:
    with pytest.raises(ValueError, match="table"):
        StringTable(block)


@given(strings, st.data())
def test_a_cut_file_is_an_error(held: list[str], data: st.DataObject) -> None:
    block = StringTable.of(held).block
    with pytest.raises(ValueError, match="table"):
        StringTable(block[: data.draw(st.integers(0, len(block) - 1))])


@given(strings)
def test_the_block_is_what_its_description_says(held: list[str]) -> None:
    encoded = [text.encode() for text in held]
    places = list(accumulate(map(len, encoded), initial=0))
    assert StringTable.of(held).block == _block(len(held), places, b"".join(encoded))
