from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.authority.names import fold
from search.errors import DamagedSnapshotError
from search.fulltext.suggestible import KINDS, REPORT, Suggestible
from search.fulltext.suggestion_index import FORGIVING, SuggestionIndex, holds, write_suggestion_index
from tests.strategies import any_text, phrases, words

THINGS = (
    Suggestible("topic", "http://e/topic/climate", ("climate change", "Cambio climático"), 90),
    Suggestible("country", "http://e/place/KE", ("Kenya", "Kenia"), 40),
    Suggestible("author", "http://e/author/meinzen", ("Meinzen-Dick, Ruth",), 12),
    Suggestible("institution", "http://e/institution/i", ("Institute of Change and Climate",), 11),
    Suggestible("topic", "http://e/topic/no-word", ("?!",), 1),
    Suggestible(REPORT, "http://e/report/b", ("Climates of change", "Climas de cambio"), 0, 2011),
    Suggestible(REPORT, "http://e/report/a", ("A change of course in Kenya",), 0, 2007),
    Suggestible(REPORT, "http://e/report/c", ("…",), 0),
)


def _written(directory: Path, things: Sequence[Suggestible] = THINGS) -> SuggestionIndex:
    write_suggestion_index(directory, things)
    return SuggestionIndex.open(directory)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SuggestionIndex:
    return _written(tmp_path_factory.mktemp("suggest") / "index")


def _found(index: SuggestionIndex, *typed: str, kinds: Sequence[str] = KINDS, typos: bool = False) -> list[str]:
    return [match.matched for match in index.find(typed, kinds, 10, typos=typos)]


def test_it_knows_how_many_reports_it_holds(index: SuggestionIndex) -> None:
    assert index.reports == 3


@pytest.mark.parametrize(
    ("typed", "matched"),
    [
        ("clim", ["climate change", "Climates of change", "Institute of Change and Climate"]),
        ("keni", ["Kenia"]),
        ("ruth me", ["Meinzen-Dick, Ruth"]),
        ("me ruth", ["Meinzen-Dick, Ruth"]),
        ("dick", ["Meinzen-Dick, Ruth"]),
        ("limate", []),
        ("climate kenya", []),
        ("change of ken", ["A change of course in Kenya"]),
    ],
)
def test_words_may_begin_anywhere_and_stand_in_any_order(
    index: SuggestionIndex, typed: str, matched: list[str]
) -> None:
    assert _found(index, *typed.split()) == matched


def test_labels_that_begin_so_come_first_however_many_there_are(tmp_path: Path) -> None:
    inside = [Suggestible("topic", str(number), (f"the water {number}",), 1000 - number) for number in range(100)]
    things = [*inside, Suggestible("topic", "100", ("Water",), 1)]
    index = _written(tmp_path / "index", things)
    for typed in ("w", "wa", "water", "wtaer"):
        found = [match.matched for match in index.find((typed,), KINDS, 2, typos=len(typed) > 4)]
        assert found == ["Water", "the water 0"], typed


def test_what_is_as_useful_comes_by_the_alphabet(tmp_path: Path) -> None:
    names = ("Smithson, B", "smith, C", "Smith, A", "Śmith, B", "Smitten, A")
    things = [Suggestible("author", str(number), (name,), 1) for number, name in enumerate(names)]
    index = _written(tmp_path / "index", things)
    assert _found(index, "smi") == ["Smith, A", "Śmith, B", "smith, C", "Smithson, B", "Smitten, A"]


def test_the_first_word_that_was_typed_is_the_one_that_begins(index: SuggestionIndex) -> None:
    assert _found(index, "change", "clim") == [
        *("climate change", "Institute of Change and Climate", "Climates of change"),
    ]
    assert _found(index, "a", "ken") == ["A change of course in Kenya"]


@pytest.mark.parametrize("typed", ["clmate", "clinate", "cilmate", "climmate", "limate", "xclimate"])
def test_one_letter_may_be_missing_wrong_exchanged_or_too_many(index: SuggestionIndex, typed: str) -> None:
    assert "climate change" in _found(index, typed, typos=True)
    assert _found(index, typed) == []


def test_short_words_are_taken_as_typed(index: SuggestionIndex) -> None:
    assert _found(index, "kenz", typos=True) == []
    assert _found(index, "kenyx", typos=True)[0] == "Kenya"


def test_kinds_and_numbers_are_bounds(index: SuggestionIndex) -> None:
    assert _found(index, "change", kinds=(REPORT,)) == ["Climates of change", "A change of course in Kenya"]
    assert _found(index, "change", kinds=()) == []
    assert len(index.find(("change",), KINDS, 2, typos=False)) == 2
    assert index.find(("change",), KINDS, 0, typos=False) == []
    assert index.find((), KINDS, 5, typos=False) == []


def test_a_thing_is_found_once_however_many_labels_match(tmp_path: Path) -> None:
    labels = tuple(f"Common {number}" for number in range(200))
    things = (Suggestible("topic", "i", labels, 5), Suggestible("topic", "j", ("common thing",), 4))
    found = _written(tmp_path / "index", things).find(("common",), KINDS, 5, typos=False)
    assert [(match.iri, match.matched, match.label) for match in found] == [
        ("i", "Common 0", "Common 0"),
        ("j", "common thing", "common thing"),
    ]


def test_another_label_names_the_one_to_show(index: SuggestionIndex) -> None:
    (match,) = index.find(("climas",), KINDS, 5, typos=False)
    assert (match.kind, match.iri, match.matched, match.label, match.reports) == (
        *(REPORT, "http://e/report/b"),
        *("Climas de cambio", "Climates of change", 0),
    )


def test_words_beyond_those_that_the_index_is_asked_for_count_too(tmp_path: Path) -> None:
    titles = ("one two three four five six seven eight", "one two three four five six seven nine")
    index = _written(tmp_path / "index", [Suggestible(REPORT, str(n), (t,), 0) for n, t in enumerate(titles)])
    assert _found(index, *titles[0].split()[:-1], "e") == [titles[0]]
    assert _found(index, *"otfsn") == [titles[1]]
    assert _found(index, *"otfsx") == []


def test_the_digest_is_of_what_is_said_whatever_the_order(tmp_path: Path) -> None:
    digests = [
        write_suggestion_index(tmp_path / str(number), things)
        for number, things in enumerate((THINGS, THINGS[::-1], THINGS[1:]))
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 2


def test_an_empty_index_has_nothing_to_say(tmp_path: Path) -> None:
    index = _written(tmp_path / "index", ())
    assert index.reports == 0
    assert _found(index, "any") == []


def test_a_missing_or_broken_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedSnapshotError, match="reportgraph build"):
        SuggestionIndex.open(tmp_path / "none")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "meta.json").write_text("{}")
    with pytest.raises(DamagedSnapshotError):
        SuggestionIndex.open(tmp_path / "broken")


def test_storage_that_cannot_be_written_is_read_through_links(tmp_path: Path) -> None:
    directory = tmp_path / "index"
    _written(directory)
    directory.chmod(0o555)
    try:
        assert _found(SuggestionIndex.open(directory), "keni") == ["Kenia"]
    finally:
        directory.chmod(0o755)


def _near(typed: str, word: str) -> bool:
    """Whether some beginning of a word is at most one edit away: by definition, slowly."""
    return any(_distance(typed, word[:end]) <= 1 for end in range(len(word) + 1))


def _distance(one: str, other: str) -> int:
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, against in enumerate(other, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


labels = phrases | any_text


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(labels, min_size=1, max_size=6), st.lists(words | any_text, min_size=1, max_size=4), st.data())
def test_what_is_found_is_what_a_slow_search_finds(
    places: Path, held: list[str], typed: list[str], data: st.DataObject
) -> None:
    directory = places / str(len(list(places.iterdir())))
    things = [Suggestible("topic", str(number), (label,), 1) for number, label in enumerate(held)]
    index = _written(directory, things)
    some_label = fold(data.draw(st.sampled_from(held))).split()
    asked = tuple(dict.fromkeys([*some_label[:2], *fold(" ".join(typed)).split()]))[: data.draw(st.integers(1, 4))]

    def order(number: int) -> tuple[str, str]:
        return fold(held[number]), str(number)

    for typos in (False, True):

        def meets(word: str, known: str, *, typos: bool = typos) -> bool:
            return _near(word, known) if typos and len(word) >= FORGIVING else known.startswith(word)

        there = [fold(label).split() for label in held]
        matching = [n for n, every in enumerate(there) if all(any(meets(word, one) for one in every) for word in asked)]
        slow = sorted(matching, key=lambda n: (not meets(asked[0], there[n][0]), *order(n))) if asked else []
        assert [int(match.iri) for match in index.find(asked, ("topic",), 10, typos=typos)] == slow


def test_holding_words_is_beginning_some_word_with_each() -> None:
    assert holds("Meinzen-Dick, Ruth", ("ruth", "me"))
    assert not holds("Meinzen-Dick, Ruth", ("uth",))
    assert holds("anything", ())
