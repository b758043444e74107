from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.facets.table import VALUE_FACETS
from search.engine import DEEPEST, LONGEST_QUERY
from search.request import Match, Mode, Sort
from ui.languages import LANGUAGES
from ui.pages.address import LAST_PAGE, PAGE_SIZE, Address, Choices

TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
    | st.sampled_from(["a&b=c", "100%", "%zz", "+", "a;b", "é", "\x00", "q=1#x", "http://e/topic/water"])
).filter(lambda text: text == text.strip() != "")
YEARS = st.none() | st.integers(1, 9999)


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    """Addresses as reading makes them."""
    values = st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(tuple)
    first, last = draw(YEARS), draw(YEARS)
    if first is not None and last is not None:
        first, last = sorted((first, last))
    return Address(
        query=draw(st.just("") | TEXTS),
        chosen=draw(st.dictionaries(st.sampled_from(VALUE_FACETS), values, max_size=3)),
        excluded=draw(st.dictionaries(st.sampled_from(VALUE_FACETS), values, max_size=3)),
        year_from=first,
        year_to=last,
        stated_only=draw(st.booleans()),
        mode=draw(st.sampled_from(Mode)),
        match=draw(st.sampled_from(Match)),
        sort=draw(st.sampled_from(Sort)),
        page=draw(st.integers(1, LAST_PAGE)),
        opened=draw(st.none() | st.sampled_from(VALUE_FACETS)),
        language=draw(st.none() | st.sampled_from(list(LANGUAGES))),
    )


def _reversed(choices: Choices) -> Choices:
    return {facet: values[::-1] for facet, values in choices.items()}


def _sets(choices: Choices) -> dict[str, set[str]]:
    return {facet: set(values) for facet, values in choices.items()}


@given(addresses())
def test_what_is_written_is_what_is_read(address: Address) -> None:
    assert Address.read(address.query_string) == address
    assert Address.read(urlencode(address.parameters()[::-1])).query_string == (
        # Only the order among the values of one facet is the reader's.
        replace(address, chosen=_reversed(address.chosen), excluded=_reversed(address.excluded)).query_string
    )


@given(st.text(max_size=300) | st.lists(st.sampled_from("qtopicyearmd_%&=+0129é\x00"), max_size=60).map("".join))
def test_any_text_is_read_and_what_comes_out_is_stable(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    address = Address.read(text)
    assert replace(address, ignored=()) == Address.read(address.query_string)
    assert 1 <= address.page <= LAST_PAGE
    assert len(address.query) <= LONGEST_QUERY


@given(addresses(), st.sampled_from(VALUE_FACETS), TEXTS)
def test_a_value_that_is_toggled_twice_is_as_before_on_the_first_page(address: Address, facet: str, value: str) -> None:
    address = address if value not in address.excluded.get(facet, ()) else address.excluding(facet, value)
    kept = address.chosen.get(facet, ())
    at_the_end = value not in kept or kept[-1] == value
    twice = address.toggled(facet, value).toggled(facet, value)
    assert twice.page == 1
    if at_the_end and list(address.chosen)[-1:] in ([], [facet]):
        assert twice == replace(address, page=1)
    assert _sets(twice.chosen) == _sets(address.chosen)
    assert twice.excluded == address.excluded


@given(addresses(), st.sampled_from(VALUE_FACETS), TEXTS)
def test_a_value_is_chosen_or_excluded_and_never_both(address: Address, facet: str, value: str) -> None:
    free = replace(address, chosen={}, excluded={})
    excluded = free.excluding(facet, value)
    assert (excluded.chosen, excluded.excluded, excluded.page) == ({}, {facet: (value,)}, 1)
    assert excluded.excluding(facet, value) == replace(free, page=1)
    assert excluded.toggled(facet, value) == free.toggled(facet, value)
    assert free.toggled(facet, value).excluding(facet, value) == excluded
    # Whatever else is set stays.
    others = {name: values for name, values in address.excluded.items() if name != facet}
    there = address.excluding(facet, value).excluded
    assert {name: values for name, values in there.items() if name != facet} == others


@given(addresses())
def test_another_search_begins_on_its_first_page(address: Address) -> None:
    for changed in (
        address.toggled("topic", "water"),
        address.excluding("topic", "water"),
        address.asking("goats"),
        address.within(2001, None),
        address.without_filters(),
        address.only("author", "diop-a"),
    ):
        assert changed.page == 1
    for same in (address.opening("author"), address.spoken("pt")):
        assert same.page == address.page
    assert address.on_page(7) == replace(address, page=7, opened=None)


def test_links_to_an_entity_keep_the_language_alone() -> None:
    address = Address.read("q=water&topic=irrigation&year_from=2001&mode=lexical&page=3&lang=es")
    assert address.only("author", "diop-a").query_string == "author=diop-a&lang=es"
    assert address.without_filters().query_string == "q=water&mode=lexical&lang=es"
    assert address.within(2001, 2002).query_string == (
        "q=water&topic=irrigation&year_from=2001&year_to=2002&mode=lexical&lang=es"
    )


def test_filters_are_told_from_words() -> None:
    assert not Address.read("q=water&mode=lexical&lang=es&page=2&stated_only=1").filtered
    for text in ("topic=water", "not_topic=water", "year_from=2001", "year_to=2001"):
        assert Address.read(text).filtered


def test_years_in_the_wrong_order_are_swapped() -> None:
    assert Address.read("year_from=2020&year_to=2010") == Address(year_from=2010, year_to=2020)


@pytest.mark.parametrize(
    ("text", "ignored"),
    [
        ("year_from=-5", ("year_from",)),
        ("year_from=0", ("year_from",)),
        ("year_from=10000", ("year_from",)),
        ("year_to=NaN", ("year_to",)),
        ("year_to=1e3", ("year_to",)),
        ("year_to=2001.5", ("year_to",)),
        ("year_to=%C2%B2", ("year_to",)),
        ("year_to=" + quote("٢٠٢٠"), ("year_to",)),
        ("page=-1", ("page",)),
        ("page=0", ("page",)),
        (f"page={LAST_PAGE + 1}", ("page",)),
        ("page=" + "9" * 5000, ("page",)),
        ("mode=psychic", ("mode",)),
        ("match=some", ("match",)),
        ("mode=HYBRID", ("mode",)),
        ("sort=best", ("sort",)),
        ("more=colour", ("more",)),
        ("more=year", ("more",)),
        ("lang=xx", ("lang",)),
        ("lang=ES", ("lang",)),
        ("stated_only=yes", ("stated_only",)),
        ("q=" + "x" * (LONGEST_QUERY + 1), ("q",)),
        ("topic=" + "x" * 501, ("topic",)),
        ("not_topic=" + "x" * 501, ("not_topic",)),
    ],
)
def test_what_means_nothing_is_left_out_and_named(text: str, ignored: tuple[str, ...]) -> None:
    address = Address.read(text)
    assert address.ignored == ignored
    assert replace(address, ignored=(), query="", chosen={}, excluded={}) == Address()


@pytest.mark.parametrize(
    "text", ["", "&&&", "=", "?", "colour=red&utm_source=x", "q=", "topic=%20", "%", "%zz=%zz", "\x00"]
)
def test_what_is_not_ours_or_empty_is_left_out_silently(text: str) -> None:
    assert Address.read(text) == Address()


def test_of_one_parameter_the_last_counts_and_of_filters_each_once() -> None:
    address = Address.read("q=a&q=b&page=2&page=3&topic=x&topic=y&topic=x&lang=es&lang=fr")
    assert (address.query, address.page, address.language) == ("b", 3, "fr")
    assert address.chosen == {"topic": ("x", "y")}


def test_escapes_that_are_wrong_are_text() -> None:
    assert Address.read("q=100%&topic=%zz").query == "100%"
    assert Address.read("q=%ff%fe").query == "\ufffd\ufffd"
    assert Address.read("q=a%00b").query == "a\x00b"
    assert Address.read("q=a+b%20c").query == "a b c"


def test_a_long_query_is_cut() -> None:
    assert Address.read("q=" + "x" * 100_000).query == "x" * LONGEST_QUERY


def test_values_are_bounded_together() -> None:
    address = Address.read("&".join(f"{facet}=v{n}" for n in range(40) for facet in VALUE_FACETS))
    assert sum(map(len, address.chosen.values())) == 50
    assert address.ignored
    assert set(address.ignored) <= set(VALUE_FACETS)


def test_chosen_and_excluded_values_are_bounded_together() -> None:
    address = Address.read("&".join(f"topic=v{n}&not_topic=w{n}" for n in range(40)))
    assert (len(address.chosen["topic"]), len(address.excluded["topic"])) == (40, 10)
    assert address.ignored == ("not_topic",)


def test_what_is_excluded_stands_in_the_address_after_what_is_chosen() -> None:
    address = Address.read("not_region=west&q=water&not_topic=a&not_topic=b&not_topic=a&topic=c&lang=es&not_year=2010")
    assert address.excluded == {"topic": ("a", "b"), "region": ("west",)}
    assert address.query_string == "q=water&topic=c&not_topic=a&not_topic=b&not_region=west&lang=es"
    assert address.without_filters().query_string == "q=water&lang=es"
    assert address.asking("goats").query_string == address.query_string.replace("water", "goats")


def test_ten_thousand_parameters_and_a_hundred_kilobytes_are_read() -> None:
    many = (
        "&".join(f"p{n}={n}" for n in range(10_000)) + "&topic=water" * 10_000 + "&q=x" * 10_000 + "&" + "%" * 100_000
    )
    address = Address.read(many)
    assert address.query == "x"
    assert address.chosen == {"topic": ("water",)}


def test_the_last_page_is_as_deep_as_the_engine_looks() -> None:
    assert (LAST_PAGE - 1) * PAGE_SIZE <= DEEPEST
    assert Address.read(f"page={LAST_PAGE}").page == LAST_PAGE
