from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoder import ModelIdentity
from embeddings.encoders.hashing import HashingEncoder
from embeddings.vectors import Vectors
from kg.descriptions import Card
from search.question.answering.quoting import Quoter, sentences, shared_words


def _card(identifier: str, abstract: str | None) -> Card:
    return Card(f"http://e/report/{identifier}", identifier, f"Title {identifier}", 2020, (), abstract, invented=True)


# -- sentences ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "whole",
    [
        "The farmers of the valley mend their canals.",
        "The survey of Okello et al. found that goats are sold first.",
        "The yields rose by 1.5 t per hectare after two seasons.",
        "The groups, e.g. those of widows, lend to their members.",
        "The study by J. P. Tamwe and D. Okello covers five villages.",
        "The U.S. Agency paid for the canals of the lower valley.",
        "Households sold goats (cf. table 3) before the rains came.",
        "Is the water of the canal enough for every household?",
        "L'eau des canaux suffit-elle aux villages de la vallée ?",
        "¿Basta el agua de los canales para todas las familias?",
        "Okello et al. (2010) found that goats are sold before the rains.",
        "Dr. Okello and Prof. Tamwe asked the herders of five villages.",
        "The figures of p. 12 and Fig. 3 tell how many goats were sold.",
        "Interest rates of 2.5 percent were paid in nos. 13 and 14.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(whole: str) -> None:
    after = "Their neighbours keep goats on the dry hills."
    assert list(sentences(f"{whole} {after}")) == [whole, after]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "“The water is not enough for all of us.” The herders left the valley in the same year.",
            ["“The water is not enough for all of us.”", "The herders left the valley in the same year."],
        ),
        (
            "The herders left the valley! «Nadie recuerda los pozos de la estación», dijo uno.",
            ["The herders left the valley!", "«Nadie recuerda los pozos de la estación», dijo uno."],
        ),
        (
            "Trois villages se partagent l'eau. Élargir les canaux coûterait trop cher.",
            ["Trois villages se partagent l'eau.", "Élargir les canaux coûterait trop cher."],
        ),
        (
            "Nobody knows how old the wells are… 14 of them were found in 2016.",
            ["Nobody knows how old the wells are…", "14 of them were found in 2016."],
        ),
        (
            "A first line without any full stop at all\nA second line without any full stop",
            ["A first line without any full stop at all", "A second line without any full stop"],
        ),
    ],
)
def test_sentences_end_before_a_capital_a_number_or_a_line(text: str, parts: list[str]) -> None:
    assert list(sentences(text)) == [part for part in parts if len(part) >= 30]


def test_headings_and_endless_lists_cannot_be_quoted() -> None:
    assert list(sentences("Abstract. Aims. Methods.")) == []
    assert list(sentences("")) == list(sentences(" \n ")) == []
    assert list(sentences("goats and " * 100)) == []


@given(st.text(max_size=400))
def test_sentences_are_pieces_of_any_text_in_order(text: str) -> None:
    plain = " ".join(text.split())
    place = 0
    for sentence in sentences(text):
        assert 30 <= len(sentence) <= 600
        place = plain.index(sentence, place) + len(sentence)


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("What do widows sell?", "A widow is selling milk every week.", ("widows", "sell")),
        ("Do goats eat the hedges?", "The goat ate the hedge.", ("goats", "hedges")),
        ("¿Qué venden las viudas?", "La viuda vende leche.", ("venden", "viudas")),
        ("Que vendent les veuves ?", "La veuve vend du lait.", ("veuves",)),
        ("What is the of and?", "The of and is to.", ()),
        ("", "Widows sell milk.", ()),
    ],
)
def test_words_are_shared_in_any_form(question: str, sentence: str, words: tuple[str, ...]) -> None:
    assert shared_words(question, sentence) == words


# -- quotations --------------------------------------------------------------------------------------------------------

MILK = "Widows who keep goats sell milk every week."
MILK_AGAIN = "Widows who keep goats sell milk every week now."
TEA = "Herders of the dry hills drink tea with their guests."


def _sentences(*texts: str) -> Sequence[Card]:
    return [_card(f"r{number}", text) for number, text in enumerate(texts)]


@pytest.mark.parametrize("encoder", [HashingEncoder(), None])
def test_the_sentence_that_answers_comes_first_with_its_report(encoder: HashingEncoder | None) -> None:
    first, *_ = Quoter(encoder).quotes("What do widows sell every week?", _sentences(TEA, MILK))
    assert (first.card.id, first.sentence, first.words) == ("r1", MILK, ("widows", "sell", "week"))
    assert (first.similarity is None) is (encoder is None)


@pytest.mark.parametrize("encoder", [HashingEncoder(), None])
def test_where_nothing_is_told_nothing_is_quoted(encoder: HashingEncoder | None) -> None:
    quoter = Quoter(encoder)
    assert quoter.quotes("What do widows sell?", []) == ()
    assert quoter.quotes("What do widows sell?", [_card("r1", None), _card("r2", "Too short.")]) == ()
    assert quoter.quotes("What do widows sell?", _sentences(MILK), 0) == ()


def test_without_an_encoder_only_sentences_that_share_a_word_are_quoted() -> None:
    assert Quoter(None).quotes("What do fishers sail?", _sentences(MILK, TEA)) == ()


@pytest.mark.parametrize("encoder", [HashingEncoder(), None])
def test_no_more_is_quoted_than_is_wanted_and_the_same_each_time(encoder: HashingEncoder | None) -> None:
    told = _sentences(*(f"Widows of village {number} sell milk every week of the year." for number in range(9)))
    quoter = Quoter(encoder)
    for most in (1, 2, 3):
        quoted = quoter.quotes("What do widows sell every week?", told, most)
        assert len(quoted) == most
        assert quoted == quoter.quotes("What do widows sell every week?", told, most)


class _Plane:
    """Texts on the plane: the nearest to the question, the same again, and something almost as near beside it."""

    identity = ModelIdentity("plane", "0" * 64, 2)

    def encode_query(self, text: str) -> Vectors:
        return _at(0)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return np.stack([_at(0) for _ in texts])

    def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
        return np.stack([_at({MILK: 12, MILK_AGAIN: 12.5, TEA: -14}[text]) for text in texts])


def _at(degrees: float) -> Vectors:
    angle = np.deg2rad(degrees)
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


def test_what_was_quoted_already_is_not_quoted_again_in_other_words() -> None:
    """Maximal marginal relevance: the second sentence is farther from the question, and says something else."""
    quoted = Quoter(_Plane()).quotes("milk", _sentences(MILK, MILK_AGAIN, TEA), 2)
    assert [quote.sentence for quote in quoted] == [MILK, TEA]
    cosines = [quote.similarity for quote in quoted]
    assert cosines == pytest.approx([np.cos(np.deg2rad(12)), np.cos(np.deg2rad(14))], abs=1e-6)


def test_what_lies_far_behind_the_nearest_is_not_quoted() -> None:
    class Far(_Plane):
        def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
            return np.stack([_at({MILK: 2, TEA: 60}[text]) for text in texts])

    assert [quote.sentence for quote in Quoter(Far()).quotes("milk", _sentences(MILK, TEA))] == [MILK]


# -- passages for somebody who reads on --------------------------------------------------------------------------------

VILLAGES: Final = _sentences(
    *(
        f"Widows of village {number} sell milk every week of the year. Herders of place {number} drink tea with guests."
        for number in range(14)
    )
)
WIDOWS: Final = "What do widows sell every week?"


@pytest.mark.parametrize("encoder", [HashingEncoder(), None])
def test_passages_begin_with_what_is_quoted_and_go_on_in_more_reports(encoder: HashingEncoder | None) -> None:
    quoter = Quoter(encoder)
    quoted = quoter.quotes(WIDOWS, VILLAGES)
    passages = quoter.passages(WIDOWS, VILLAGES, quoted, 12)
    assert passages[:3] == quoted
    assert 3 < len(passages) <= 12
    assert len({passage.sentence for passage in passages}) == len(passages)
    assert {passage.card.id for passage in passages} - {f"r{number}" for number in range(5)}
    assert passages == quoter.passages(WIDOWS, VILLAGES, quoted, 12)
    assert quoter.passages(WIDOWS, VILLAGES, quoted, 2) == quoted[:2]


def test_what_lies_far_behind_is_no_passage_either() -> None:
    class Far(_Plane):
        def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
            return np.stack([_at({MILK: 2, TEA: 60}[text]) for text in texts])

    quoter = Quoter(Far())
    quoted = quoter.quotes("milk", _sentences(MILK, TEA))
    assert quoter.passages("milk", _sentences(MILK, TEA), quoted, 12) == quoted


def test_what_another_thread_makes_a_quoter_forget_meanwhile_is_not_missed() -> None:
    class Distracted(HashingEncoder):
        """While it encodes, another reader asks about so much that what was known is forgotten."""

        def encode_documents(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Vectors:
            if TEA in texts:
                for start in range(0, 4200, 10):
                    pairs = [
                        f"Sentence number {number} is about something else. So is sentence number {number + 1}, I say."
                        for number in range(start, start + 10, 2)
                    ]
                    quoter.quotes("sentence", _sentences(*pairs))
            return super().encode_documents(texts, progress=progress)

    quoter = Quoter(Distracted())
    assert quoter.quotes(WIDOWS, _sentences(MILK))
    assert quoter.quotes(WIDOWS, _sentences(MILK, TEA))[0].sentence == MILK
