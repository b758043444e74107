from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.fulltext.analysis import PLAIN, STEMMED, analyzer, words
from search.fulltext.fields import write_text_index
from search.fulltext.highlighting import Piece, card_language, excerpt, highlighted
from search.fulltext.index import TextIndex
from search.fulltext.texts import ReportText
from tests import strategies

CUT = Piece("…", marked=False)
LANGUAGES = (*STEMMED, PLAIN)

PIECES = st.sampled_from(
    [
        *(
            "women",
            "Women’s",
            "credit",
            "crédit",
            "créditos",
            "mujeres",
            "mulheres",
            "the",
            "İstanbul",
            "straße",
            "ﬁsh",
        ),
        *("cre\u0301dit", "e\u0301\u0302", "妇女与气候", "ผู้หญิง", "महिलाएँ", "👩🏽‍🌾", "🇫🇷", "1️⃣", "x" * 79, "y" * 81),
        *(" ", "  ", "\n", "\x00", "\x07", "\u200b", "\xa0", ". ", "? ", "。", "—", "-", "(", "“", "…", "_"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=60).map("".join)
WORDS = st.lists(PIECES | st.text(max_size=6), max_size=4)


def _marked(pieces: Iterable[Piece]) -> list[str]:
    return [piece.text for piece in pieces if piece.marked]


def _joined(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _terms(texts: Iterable[str], language: str) -> set[str]:
    return {term for text in texts for term in analyzer(language).analyze(text)}


def _line(text: str) -> str:
    return " ".join("".join(" " if category(sign) == "Cc" else sign for sign in text).split())


def _stretch(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces without the two that stand for what was cut."""
    first = 1 if pieces[:1] == (CUT,) else 0
    last = len(pieces) - 1 if pieces[first:] and pieces[-1] == CUT else len(pieces)
    return pieces[first:last]


@pytest.mark.parametrize(
    ("text", "word", "language", "marked"),
    [
        ("Mujeres rurales", "mujeres", "es", ["Mujeres"]),
        ("El grupo y los grupos", "grupo", "es", ["grupo", "grupos"]),
        ("Women’s groups", "women", "en", ["Women"]),
        ("A credit scheme", "crédit", "fr", ["credit"]),
        ("CRÉDIT", "credit", "xx", ["CRÉDIT"]),
        ("The grouping of groups", "group", "en", ["grouping", "groups"]),
        ("groups", "group", "xx", []),
        ("womenfolk", "women", "en", []),
        ("妇女与气候，农业", "农业", "xx", ["农业"]),
        ("ผู้หญิง ชนบท", "ผู้หญิง", "xx", ["ผู้หญิง"]),
        ("snake_case", "case", "en", ["case"]),
        ("👩🏽‍🌾women👩🏽‍🌾", "women", "en", ["women"]),
        ("a\x00women\x07", "women", "en", ["women"]),
        ("x" * 80, "x" * 80, "en", []),
        ("x" * 79, "x" * 79, "en", ["x" * 79]),
    ],
)
def test_words_are_marked_in_any_form_that_full_text_finds(
    text: str, word: str, language: str, marked: list[str]
) -> None:
    pieces = highlighted(text, [word], language)
    assert _marked(pieces) == marked
    assert _joined(pieces) == text


def test_marks_with_only_a_space_between_are_one() -> None:
    pieces = highlighted("Rural women lead, women\nlead", ["women", "lead"], "en")
    assert pieces == (
        Piece("Rural ", marked=False),
        Piece("women lead", marked=True),
        Piece(", ", marked=False),
        Piece("women", marked=True),
        Piece("\n", marked=False),
        Piece("lead", marked=True),
    )


def test_an_accent_of_its_own_stays_with_its_letter() -> None:
    assert _marked(highlighted("café\u0301 cafe\u0301!", ["cafe"], "xx")) == ["café\u0301 cafe\u0301"]
    assert _marked(highlighted("cre\u0301dit", words("cre\u0301dit"), "xx")) == ["cre\u0301dit"]


def test_nothing_to_mark_is_no_error() -> None:
    assert highlighted("", ["women"], "en") == ()
    assert highlighted("Women", [], "en") == (Piece("Women", marked=False),)
    assert highlighted("Women", ["", "?!", "🙂"], "en") == (Piece("Women", marked=False),)
    assert excerpt("", ["women"], "en") == ()
    assert excerpt(" \n\x00\t", ["women"], "en") == ()


def test_what_a_character_is_is_what_full_text_takes_it_for() -> None:
    signs = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000 and code != ord("İ")]
    text = " ".join(signs)
    found = words(text)
    marked = _marked(highlighted("\n".join(signs), found, PLAIN))
    assert words(" ".join(marked)) == found


@given(text=TEXTS, query=WORDS, language=st.sampled_from(LANGUAGES))
def test_pieces_are_the_text_and_marks_are_words_of_the_query(text: str, query: list[str], language: str) -> None:
    pieces = highlighted(text, query, language)
    assert _joined(pieces) == text
    assert all(piece.text for piece in pieces)
    wanted = _terms(query, language)
    for piece in _marked(pieces):
        assert _terms([piece], language)
        assert _terms([piece], language) <= wanted
    unmarked = _terms((piece.text for piece in pieces if not piece.marked), language)
    assert not unmarked & wanted


@given(text=TEXTS, query=WORDS, language=st.sampled_from(LANGUAGES), length=st.integers(1, 80))
def test_an_excerpt_is_a_stretch_of_the_text_within_its_length(
    text: str, query: list[str], language: str, length: int
) -> None:
    text = text.replace(CUT.text, "!")  # so that each that comes out stands for what was cut
    pieces = excerpt(text, query, language, length)
    line = _line(text)
    if len(line) <= length:
        assert pieces == highlighted(line, query, language)
        return
    shown = _stretch(pieces)
    assert 0 < len(_joined(shown)) <= length
    assert CUT in (pieces[0], pieces[-1])
    assert _joined(shown) in line
    assert _joined(shown) == _joined(shown).strip()
    wanted = _terms(query, language)
    assert all(_terms([piece], language) <= wanted for piece in _marked(shown))


PLAIN_WORDS = st.lists(st.sampled_from(["a", "river", "women", "credit", "climate"]), min_size=1, max_size=40)
SENTENCES = st.lists(PLAIN_WORDS.map(" ".join).map(str.capitalize), min_size=1, max_size=8).map(". ".join)


def _score(text: str, wanted: list[str]) -> tuple[int, int]:
    found = [word for word in words(text) if word in wanted]
    return len(set(found)), len(found)


@given(text=SENTENCES, wanted=st.lists(st.sampled_from(["women", "credit", "climate", "a"]), unique=True))
def test_no_other_stretch_shows_more_words(text: str, wanted: list[str]) -> None:
    length = 60
    shown = _joined(_stretch(excerpt(text, wanted, PLAIN, length)))
    borders = [0, *(at + 1 for at, sign in enumerate(text) if sign == " ")]
    every = [text[at : at + length + 1].rpartition(" ")[0] if at + length < len(text) else text[at:] for at in borders]
    assert _score(shown, wanted) >= max(_score(stretch, wanted) for stretch in every)


@given(text=SENTENCES, wanted=st.lists(st.sampled_from(["women", "credit", "climate", "a"]), unique=True))
def test_an_excerpt_begins_and_ends_with_whole_words(text: str, wanted: list[str]) -> None:
    shown = _joined(_stretch(excerpt(text, wanted, PLAIN, 60)))
    assert re.search(rf"\b{re.escape(shown)}(?!\w)", text)


FILLER = "Nothing of note was seen in the field that year, as the team had feared. "


def test_most_different_words_then_most_then_first() -> None:
    text = f"Women met. {FILLER * 5}Women and women and women spoke. {FILLER * 5}Women got credit. {FILLER * 5}"
    assert "Women got credit" in _joined(excerpt(text, ["women", "credit"], "en", 100))
    assert "Women and women" in _joined(excerpt(text, ["women"], "en", 100))
    assert _joined(excerpt(f"First maize. {FILLER * 9}Second maize.", ["maize"], "en", 100)).startswith("First maize")


def test_forms_of_one_word_count_once() -> None:
    text = f"The women woman womanly grouped groups. {FILLER * 9}A group got credit. {FILLER * 9}"
    assert "credit" in _joined(excerpt(text, ["group", "groups", "credit"], "en", 60))


def test_an_excerpt_begins_with_a_sentence_that_is_near() -> None:
    pieces = excerpt(f"{FILLER * 6}J. Smith asked Women in Mali. {FILLER * 6}", ["women"], "en", 120)
    assert pieces[0] == CUT
    assert pieces[1].text.startswith(("J. Smith", "Nothing of note"))
    assert pieces[-1] == CUT
    assert _marked(pieces) == ["Women"]


def test_an_excerpt_at_the_end_of_a_text_is_as_long_as_others() -> None:
    pieces = excerpt(f"{FILLER * 6}Women spoke.", ["women"], "en", 200)
    assert pieces[0] == CUT
    assert _joined(pieces).endswith("Women spoke.")
    assert 130 < len(_joined(pieces)) <= 201


def test_without_marks_it_is_the_beginning() -> None:
    pieces = excerpt(FILLER * 9, ["women"], "en", 30)
    assert pieces == (Piece("Nothing of note was seen in", marked=False), CUT)
    assert excerpt(FILLER * 9, [], "en", 30) == pieces


def test_a_short_text_is_there_whole_its_white_space_made_one_space() -> None:
    assert excerpt(" Women\r\n\tin\x00 Mali\u2003now ", ["mali"], "en") == (
        Piece("Women in ", marked=False),
        Piece("Mali", marked=True),
        Piece(" now", marked=False),
    )


@pytest.mark.parametrize("length", [0, -1])
def test_an_excerpt_of_nothing_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="at least 1 character"):
        excerpt("Women", ["women"], "en", length)


def test_scripts_without_spaces_are_cut_anywhere_but_within_a_character() -> None:
    chinese = "气候变化对农村的影响，" * 100 + "妇女。" + "农业信贷的作用，" * 100
    pieces = excerpt(chinese, ["妇女"], "xx", 50)
    assert _marked(pieces) == ["妇女"]
    assert len(_joined(_stretch(pieces))) == 50
    thai = "ผู้หญิงชนบท" * 200
    for length in range(30, 50):
        (shown, cut) = excerpt(thai, ["women"], "xx", length)
        assert cut == CUT
        assert not category(thai[len(shown.text)]).startswith("M")
    farmers = "👩🏽‍🌾" * 100
    (shown, cut) = excerpt(farmers, [], "xx", 50)
    assert set(shown.text.split("👩🏽‍🌾")) == {""}


def test_one_endless_word_is_cut() -> None:
    assert excerpt("x" * 10_000, ["x"], "en", 320) == (Piece("x" * 320, marked=False), CUT)
    pieces = excerpt(f"{'x' * 10_000} women {'y' * 10_000}", ["women"], "en", 320)
    assert _marked(pieces) == ["women"]
    assert len(_joined(_stretch(pieces))) == 320


def test_a_mark_longer_than_the_excerpt_is_not_shown_as_one() -> None:
    assert excerpt("Small microfinance institutions", ["microfinance"], "en", 10) == (Piece("Small", marked=False), CUT)
    assert excerpt("microfinance", ["microfinance"], "en", 5) == (Piece("micro", marked=False), CUT)


@pytest.mark.parametrize(
    "text", ["women and " * 10_000, "women" + "\u0301" * 100_000, "." * 100_000 + " women", "ผู้หญิง" * 15_000]
)
def test_huge_texts_are_no_trouble(text: str) -> None:
    query = ["women", "ผู้หญิง"]
    assert _joined(highlighted(text, query, "en")) == text
    assert len(_joined(_stretch(excerpt(text, query, "en")))) <= 320


def test_a_card_is_in_what_its_record_states_or_in_what_it_reads_like() -> None:
    assert card_language("Les effets des sécheresses dans les villages du Mali", None, ()) == "fr"
    assert card_language("Mali", "Los efectos de la sequía en las familias", ["en", "es"]) == "es"
    assert card_language("Les effets des sécheresses dans les villages du Mali", None, ["vi"]) == PLAIN


REPORTS = [
    ("Group credit in Mali", "Women’s groups gained a voice; the woman’s loan was theirs.", ("en",)),
    ("Crédito grupal en Malí", "Las mujeres de los grupos ganaron voz.", ("es",)),
    ("Le crédit de groupe au Mali", "L’égalité des femmes, qu’ont gagnée les groupes.", ("fr",)),
    ("O crédito às mulheres", "Irmãs e avós das aldeias ganharam voz.", ()),
    ("Tín dụng nhóm", "Phụ nữ nông thôn và biến đổi khí hậu", ("vi",)),
    ("妇女与气候，农业", "İstanbul straße ﬁsh 1️⃣ ผู้หญิง महिलाएँ cre\u0301dit " + "x" * 79 + " " + "y" * 81, ("zh",)),
    ("Kenya", "", ()),
]
STATED = st.lists(st.sampled_from(["en", "es", "fr", "pt", "vi"]), max_size=2).map(tuple)


def _indexed(directory: Path, reports: list[tuple[str, str, tuple[str, ...]]]) -> TextIndex:
    texts = (
        ReportText(f"http://e/{n}", title, (), abstract, languages=stated)
        for n, (title, abstract, stated) in enumerate(reports)
    )
    write_text_index(directory, texts)
    return TextIndex(directory)


def _marked_words(query: Iterable[str], title: str, abstract: str, stated: tuple[str, ...]) -> tuple[str, ...]:
    language = card_language(title, abstract, stated)
    return tuple(
        word
        for word in query
        if _marked((*highlighted(title, [word], language), *highlighted(abstract, [word], language)))
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    return _indexed(tmp_path_factory.mktemp("highlighting") / "index", REPORTS)


@given(
    query=st.lists(
        st.sampled_from([word for title, abstract, _ in REPORTS for word in f"{title} {abstract}".split()])
        | st.sampled_from(["woman", "mujer", "groupe", "égalité", "avo", "irma", "CREDIT", "stanbul", "i"])
        | strategies.words,
        max_size=8,
    ).map(" ".join)
)
def test_the_words_that_full_text_tells_of_a_report_are_those_marked(index: TextIndex, query: str) -> None:
    parsed = index.parse(query)
    matched = index.matched_words(parsed, range(len(REPORTS)))
    for ordinal, report in enumerate(REPORTS):
        assert _marked_words(parsed.known, *report) == matched[ordinal]


@settings(max_examples=10, deadline=None)
@given(reports=st.lists(st.tuples(TEXTS, TEXTS, STATED), min_size=1, max_size=20))
def test_whatever_the_reports_their_words_are_marked(reports: list[tuple[str, str, tuple[str, ...]]]) -> None:
    with TemporaryDirectory() as folder:
        index = _indexed(Path(folder) / "index", reports)
        parsed = index.parse(" ".join(f"{title} {abstract}" for title, abstract, _ in reports))
        matched = index.matched_words(parsed, range(len(reports)))
        for ordinal, report in enumerate(reports):
            assert _marked_words(parsed.known, *report) == matched[ordinal]
