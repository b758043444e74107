from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.errors import DamagedSnapshotError
from search.fulltext.fields import write_text_index
from search.fulltext.index import TextIndex
from search.fulltext.texts import ReportText, embedding_text
from search.request import Match

TEXTS = [
    ("Group credit in Mali", "Women in credit groups gained a voice.", ("microfinance",), ("Margolies, Amy",), ("en",)),
    ("Crédito grupal en Malí", "Las mujeres de los grupos ganaron voz.", ("microfinanzas",), (), ("es",)),
    ("Le crédit de groupe au Mali", "Les femmes des groupes ont gagné.", (), ("Diop, Aïssatou",), ("fr",)),
    ("Irrigation in Kenya", "Canals and pumps for maize.", ("water",), (), ("en",)),
    ("Kenya", "", ("water", "women"), (), ()),
]


def _text(number: int, row: tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]) -> ReportText:
    title, abstract, topics, names, languages = row
    return ReportText(f"http://e/{number}", title, (), abstract, topics=topics, authors=names, languages=languages)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    directory = tmp_path_factory.mktemp("text") / "index"
    assert write_text_index(directory, (_text(n, row) for n, row in enumerate(TEXTS))) == len(TEXTS)
    return TextIndex(directory)


def _found(index: TextIndex, query: str, allowed: list[bool] | None = None) -> list[int]:
    mask = None if allowed is None else np.array(allowed)
    return [int(ordinal) for ordinal in index.search(index.parse(query), 10, mask).ordinals]


def test_words_are_found_in_their_language_in_any_form(index: TextIndex) -> None:
    assert _found(index, "irrigated canal")[0] == 3
    assert _found(index, "un grupo de crédito")[0] == 1
    assert _found(index, "femme")[0] == 2


def test_topics_and_names_are_found_accents_or_not(index: TextIndex) -> None:
    assert _found(index, "microfinance") == [0]
    assert _found(index, "aissatou") == [2]
    assert set(_found(index, "women")) == {0, 4}


def test_a_filter_loses_nothing(index: TextIndex) -> None:
    assert _found(index, "mali credit", [False, True, True, False, False]) == [2, 1]
    assert _found(index, "mali", [False] * 5) == []


def test_function_words_do_not_count_and_are_all_there_is_when_alone(index: TextIndex) -> None:
    query = index.parse("what is the effect of credit on women?")
    assert query.words == query.free == ("effect", "credit", "women")
    assert query.known == ("credit", "women")
    assert query.similar == ("effect",)
    assert index.parse("the of").words == ("the", "of")
    assert index.parse("").words == ()


@pytest.mark.parametrize(
    ("query", "every", "most", "some"),
    [
        ("credit women", [0], [0], [0, 1, 2, 4]),
        # A word that nobody holds is missing everywhere.
        ("credit women zebra", [], [], [0, 1, 2, 4]),
        ("credit zebra", [], [], [0, 1, 2]),
        ("zebra", [], [], []),
        ("", [], [], []),
    ],
)
def test_a_result_holds_the_words_to_a_degree(
    index: TextIndex, query: str, every: list[int], most: list[int], some: list[int]
) -> None:
    parsed = index.parse(query)
    found = [np.flatnonzero(index.matching(parsed, match)).tolist() for match in (Match.ALL, Match.MOST, Match.ANY)]
    assert found == [every, most, some]


def test_matched_words_are_told_for_each_report(index: TextIndex) -> None:
    query = index.parse("women credit water")
    assert index.matched_words(query, [0, 4, 3]) == {0: ("women", "credit"), 4: ("women", "water"), 3: ("water",)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(query=st.text(max_size=60))
def test_no_query_raises(index: TextIndex, query: str) -> None:
    parsed = index.parse(query)
    hits = index.search(parsed, 3)
    assert len(hits.ordinals) <= 3
    assert list(hits.scores) == sorted(hits.scores, reverse=True)
    index.matching(parsed)


@pytest.mark.parametrize("query", ['"', ") OR (", "title_en:x AND *", "a" * 500, "[1 TO 2]", "\x00\x07", "🙂"])
def test_syntax_is_just_text(index: TextIndex, query: str) -> None:
    index.search(index.parse(query), 3)


def test_a_large_filter_gives_the_same_as_filtering_everything(tmp_path: Path) -> None:
    size = 4000
    texts = (
        ReportText(f"http://e/{n:05d}", "water " * (1 + n % 7) + f"w{n % 11}", (), "", languages=("en",))
        for n in range(size)
    )
    write_text_index(tmp_path / "index", texts)
    index = TextIndex(tmp_path / "index")
    query = index.parse("water w3")
    every = index.search(query, size)
    for share in (0.02, 0.3, 0.9):
        allowed = np.random.default_rng(7).random(size) < share
        expected = every.ordinals[allowed[every.ordinals]][:50]
        assert index.search(query, 50, allowed).ordinals.tolist() == expected.tolist()


def _fulfilling(index: TextIndex, query: str) -> list[int]:
    parsed = index.parse(query)
    assert parsed.condition is not None
    found: list[int] = np.flatnonzero(index.matching(parsed) & index.fulfilling(parsed.condition)).tolist()
    return found


@pytest.mark.parametrize(
    ("query", "ordinals"),
    [
        ('"credit groups"', [0]),
        ('"gained groups"', []),
        ('"women in credit"', [0]),
        ('"women credit"', []),
        ('"les femmes des groupes"', [2]),
        ("author:margolies", [0]),
        ('author:"Amy Margolies"', [0]),
        ("author:mali", []),
        ("topic:women", [4]),
        ("title:kenya", [3, 4]),
        ("kenya -topic:women", [3]),
        ("(credit OR kenya) AND NOT title:mali", [3, 4]),
        ("women AND credit", [0]),
        ("-mali", [3, 4]),
    ],
)
def test_conditions_hold_for_every_result(index: TextIndex, query: str, ordinals: list[int]) -> None:
    assert _fulfilling(index, query) == ordinals


def test_a_quoted_phrase_ranks_first_what_holds_it(index: TextIndex) -> None:
    hits = index.search(index.parse('who gained in "credit groups" of Kenya?'), 5)
    alone = index.search(index.parse("who gained in credit groups of Kenya?"), 5)
    assert hits.ordinals[0] == 0
    assert hits.scores[0] > alone.scores[list(alone.ordinals).index(0)]


@pytest.mark.parametrize(
    ("typed", "found"), [("irigation", 3), ("microfinnace", 0), ("margolis", 0), ("Kenia", 3), ("aisatou", 2)]
)
def test_a_mistyped_word_finds_what_was_meant(index: TextIndex, typed: str, found: int) -> None:
    query = index.parse(typed)
    assert (query.known, query.similar) == ((), (typed.lower(),))
    assert found in _found(index, typed)
    assert index.matching(query)[found]
    assert index.similar_words(query, range(index.size))[found] == query.similar


def test_words_of_another_language_are_not_taken_for_mistyped(index: TextIndex) -> None:
    assert index.parse("Kreditgruppen verändern Frauenrechte").similar == ()
    assert index.parse("zebra").similar == ("zebra",)
    assert index.parse("okap").similar == ()


def test_a_result_of_names_alone_is_whatever_fulfils_them(index: TextIndex) -> None:
    assert index.matching(index.parse("author:margolies")).all()


def test_a_search_narrowed_by_values_gives_the_same_as_its_filter_alone(tmp_path: Path) -> None:
    size = 3000
    values = [[n % 2, 10 + n % 7] for n in range(size)]
    texts = (ReportText(f"http://e/{n:05d}", f"water w{n % 11}", (), "", languages=("en",)) for n in range(size))
    write_text_index(tmp_path / "index", texts, values)
    index = TextIndex(tmp_path / "index")
    allowed = np.array([n % 2 == 1 and n % 7 in {3, 4} and n % 5 > 0 for n in range(size)])
    for query in ("water", "water w3"):
        for k in (20, size):
            plain = index.search(index.parse(query), k, allowed)
            narrowed = index.search(index.parse(query), k, allowed, narrowed=[[1], [13, 14]])
            assert narrowed.ordinals.tolist() == plain.ordinals.tolist()
            assert narrowed.scores.tolist() == plain.scores.tolist()


def test_what_is_no_index_is_a_damaged_snapshot(tmp_path: Path) -> None:
    with pytest.raises(DamagedSnapshotError):
        TextIndex(tmp_path)


def test_what_the_encoder_reads() -> None:
    assert embedding_text(_text(0, TEXTS[0])) == "Group credit in Mali\nWomen in credit groups gained a voice."
    assert embedding_text(_text(4, TEXTS[4])) == "Kenya\nwater; women"
    assert embedding_text(ReportText("i", "T", (), "")) == "T"


def test_texts_come_back_from_json() -> None:
    text = _text(0, TEXTS[0])
    assert ReportText.from_json(text.to_json()) == text


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_query_is_read_alike_however_its_accents_are_typed(index: TextIndex, form: Literal["NFC", "NFD"]) -> None:
    for query in ("Aïssatou", "crédito grupal", "Le crédit de groupe"):
        typed = unicodedata.normalize(form, query)
        assert index.parse(typed) == index.parse(query)
        assert _found(index, typed) == _found(index, query) != []
    assert index.parse(unicodedata.normalize(form, "crédito")).words == ("crédito",)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=40))
def test_words_of_a_query_are_composed(index: TextIndex, query: str) -> None:
    for word in index.parse(query).words:
        assert unicodedata.is_normalized("NFC", word)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    """3,001 reports of which every nth holds the name of n, every fourth in Spanish. Masks are kept of the first two in
    both languages, of the third in English."""
    directory = tmp_path_factory.mktemp("numbers") / "index"
    write_text_index(directory, (_numbered(number) for number in range(3001)))
    return TextIndex(directory)


NAMES = {1: "houses", 2: "couples", 3: "triangles", 5: "fingers", 7: "planets", 60: "minutes", 1000: "millennium"}


def _numbered(number: int) -> ReportText:
    held = [name for count, name in NAMES.items() if number % count == 0]
    # The same words in the title, the abstract or the topics: no field counts twice.
    title, abstract, topics = held[::3], held[1::3], tuple(held[2::3])
    language = "es" if number % 4 == 0 else "en"
    return ReportText(
        f"http://e/{number:04d}", " ".join(title), (), " ".join(abstract), topics=topics, languages=(language,)
    )


def _holding(name: str) -> np.ndarray:
    count = next(count for count, other in NAMES.items() if other == name)
    held: np.ndarray = np.arange(3001) % count == 0
    return held


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(asked=st.lists(st.sampled_from(list(NAMES.values())), min_size=1, max_size=7, unique=True))
def test_frequent_and_rare_words_are_counted_alike(numbers: TextIndex, asked: list[str]) -> None:
    query = numbers.parse(" ".join(asked))
    held = sum(_holding(name).astype(int) for name in asked)
    np.testing.assert_array_equal(numbers.matching(query, Match.ALL), held == len(asked))
    np.testing.assert_array_equal(numbers.matching(query, Match.ANY), held > 0)
    weight = sum(_holding(name) * numbers.parse(name).weights[0] for name in asked)
    np.testing.assert_array_equal(numbers.held(query).weights, weight)


@pytest.mark.parametrize("name", ["houses", "triangles", "minutes", "nowhere"])
def test_a_word_of_a_condition_is_fulfilled_by_who_holds_it(numbers: TextIndex, name: str) -> None:
    parsed = numbers.parse(f"couples -{name}")
    assert parsed.condition is not None
    expected = np.ones(3001, dtype=np.bool_) if name == "nowhere" else ~_holding(name)
    np.testing.assert_array_equal(numbers.fulfilling(parsed.condition), expected)


def test_masks_of_another_collection_are_damage(tmp_path: Path) -> None:
    for name, size in (("one", 600), ("other", 700)):
        write_text_index(tmp_path / name, (_numbered(number) for number in range(size)))
    (tmp_path / "other" / "frequent.npy").replace(tmp_path / "one" / "frequent.npy")
    with pytest.raises(DamagedSnapshotError, match="600 slots"):
        TextIndex(tmp_path / "one")


def test_no_masks_are_damage(tmp_path: Path) -> None:
    write_text_index(tmp_path / "index", (_numbered(number) for number in range(600)))
    (tmp_path / "index" / "frequent.npy").unlink()
    with pytest.raises(DamagedSnapshotError, match="frequent"):
        TextIndex(tmp_path / "index")


def test_ties_at_the_cut_go_to_the_lowest_ordinals(tmp_path: Path) -> None:
    texts = (
        ReportText(f"http://e/{n:04d}", "water" if n % 3 else "fire", (), "", languages=("en",)) for n in range(3000)
    )
    write_text_index(tmp_path / "index", texts)
    index = TextIndex(tmp_path / "index")
    water = [n for n in range(3000) if n % 3]
    assert index.search(index.parse("water"), 7).ordinals.tolist() == water[:7]
    allowed = np.arange(3000) >= 1500
    assert index.search(index.parse("water"), 7, allowed).ordinals.tolist() == [n for n in water if n >= 1500][:7]
