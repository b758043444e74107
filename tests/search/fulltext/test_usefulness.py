from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.authority.names import fold
from search.fulltext.suggestible import KINDS, REPORT, Suggestible
from search.fulltext.usefulness import alike, key, label_of, rank
from tests.strategies import any_text, phrases

labels = (phrases | any_text).map(lambda label: (label,))
iris = any_text.map("http://e/{}".format)
entities = st.builds(Suggestible, st.sampled_from(KINDS[:-1]), iris, labels, st.integers(1, 1_000_000))
titles = st.builds(Suggestible, st.just(REPORT), iris, labels, st.just(0), st.integers(0, 10_000))


def _usefulness(thing: Suggestible) -> tuple[int, ...]:
    return (thing.kind == REPORT, -thing.reports, KINDS.index(thing.kind), -thing.year)


@given(entities | titles, entities | titles, st.integers(0, 500), st.integers(0, 500))
def test_ranks_are_in_the_order_of_usefulness(one: Suggestible, other: Suggestible, place: int, later: int) -> None:
    ranks = rank(one, place), rank(other, later)
    assert all(0 <= number < 2**64 for number in ranks)
    if _usefulness(one) != _usefulness(other):
        assert (ranks[0] < ranks[1]) == (_usefulness(one) < _usefulness(other))
        assert alike(ranks[0]) != alike(ranks[1])
    elif fold(one.labels[0])[:4] == fold(other.labels[0])[:4]:
        assert alike(ranks[0]) == alike(ranks[1])
    assert label_of(ranks[0]) == min(place, 63)


def test_what_is_as_useful_is_in_the_order_of_its_first_letters() -> None:
    names = ("", "2021 floods", "ab c", "abb", "ABC", "ábcd", "Kenya", "Meinzen-Dick, Ruth", "zz", "水")
    ranks = [rank(Suggestible("topic", f"http://e/{name}", (name,), 3), 0) for name in names]
    assert ranks == sorted(ranks)
    assert len({alike(number) for number in ranks}) == len(names)


def test_kinds_and_iris_make_the_key() -> None:
    assert len({key("topic", "http://e/a"), key("author", "http://e/a"), key("topic", "http://e/b")}) == 3


def test_more_reports_and_later_years_than_there_is_room_for_count_as_the_most() -> None:
    def ranked(reports: int = 0, year: int = 0) -> int:
        return rank(Suggestible("topic" if reports else REPORT, "i", ("a",), reports, year), 0)

    assert ranked(2**40) == ranked(2**20) == ranked(2**20 - 1) < ranked(2**20 - 2)
    assert 0 <= ranked(year=10**9) < ranked(year=9999)
