from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.fulltext.suggestible import KINDS, REPORT, Suggestible
from search.fulltext.usefulness import key, label_of, rank, use

iris = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map("http://e/thing/{}".format)
entities = st.builds(Suggestible, st.sampled_from(KINDS[:-1]), iris, st.just(("a",)), st.integers(1, 1_000_000))
titles = st.builds(Suggestible, st.just(REPORT), iris, st.just(("a",)), st.just(0), st.integers(0, 10_000))


def _usefulness(thing: Suggestible) -> tuple[int, ...]:
    return (thing.kind == REPORT, -thing.reports, KINDS.index(thing.kind), -thing.year)


@given(entities | titles, entities | titles, st.integers(0, 500), st.integers(0, 500))
def test_ranks_are_in_the_order_of_usefulness(one: Suggestible, other: Suggestible, place: int, later: int) -> None:
    ranks = rank(one, place), rank(other, later)
    assert all(0 <= number < 2**64 for number in ranks)
    if _usefulness(one) != _usefulness(other):
        assert (ranks[0] < ranks[1]) == (_usefulness(one) < _usefulness(other))
    assert (use(ranks[0]) == use(ranks[1])) == (_usefulness(one) == _usefulness(other))
    assert label_of(ranks[0]) == min(place, 63)


def test_what_is_as_useful_is_in_the_order_of_the_first_letters_of_its_iri() -> None:
    slugs = ("", "2021", "ab", "abb", "abc", "abcd", "kenya", "meinzen", "zz", "ñandú")
    ranks = [rank(Suggestible("topic", f"http://e/topic/{slug}", ("a",), 3), 0) for slug in slugs]
    assert ranks == sorted(ranks)


def test_kinds_and_iris_make_the_key() -> None:
    assert len({key("topic", "http://e/a"), key("author", "http://e/a"), key("topic", "http://e/b")}) == 3


def test_more_reports_and_later_years_than_can_be_told_apart_are_the_most() -> None:
    for many, most in ((2**20, 2**20 - 1), (2**40, 2**20 - 1)):
        one, other = (rank(Suggestible("topic", "i", ("a",), reports), 0) for reports in (many, most))
        assert one == other
    assert use(rank(Suggestible(REPORT, "i", ("a",), 0, 10**9), 0)) < use(
        rank(Suggestible(REPORT, "i", ("a",), 0, 9999), 0)
    )
