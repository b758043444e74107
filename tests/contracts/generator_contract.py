"""What every generator promises. A test class inherits `GeneratorContract` and gives the ``writing`` fixture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import pytest

from search.question.generating.generator import Generator, Prompt

PROMPT = Prompt("Write \ud83d\ude80 in plain text.".encode("utf-16", "surrogatepass").decode("utf-16"), '[1] "Água"')
TEXT = "Yields rose by 20 % [1].\nLes ménages possédaient plus de bétail [2]. 🚀 End"


@dataclass(frozen=True, slots=True)
class Writing:
    """A generator that writes a known text, and how often its model was asked."""

    generator: Generator
    asked: Callable[[], int]


class GeneratorContract:
    @pytest.fixture
    def writing(self) -> Callable[[str], Writing] | Iterator[Callable[[str], Writing]]:
        raise NotImplementedError

    @pytest.mark.parametrize("text", [TEXT, "", " ", "\n"])
    def test_the_pieces_are_the_text(self, writing: Callable[[str], Writing], text: str) -> None:
        assert "".join(writing(text).generator.pieces(PROMPT)) == text

    def test_nothing_is_asked_before_the_first_piece_is(self, writing: Callable[[str], Writing]) -> None:
        written = writing(TEXT)
        pieces = written.generator.pieces(PROMPT)
        assert written.asked() == 0
        with closing(pieces):
            next(filter(None, pieces))
        assert written.asked() == 1

    def test_closed_pieces_end_and_another_text_can_be_written(self, writing: Callable[[str], Writing]) -> None:
        generator = writing(TEXT).generator
        pieces = generator.pieces(PROMPT)
        next(filter(None, pieces))
        pieces.close()
        assert list(pieces) == []
        assert "".join(generator.pieces(PROMPT)) == TEXT

    def test_calls_from_several_threads_are_safe(self, writing: Callable[[str], Writing]) -> None:
        generator = writing(TEXT).generator
        with ThreadPoolExecutor(6) as pool:
            texts = list(pool.map(lambda _: "".join(generator.pieces(PROMPT)), range(12)))
        assert texts == [TEXT] * 12

    def test_there_is_a_time_limit(self, writing: Callable[[str], Writing]) -> None:
        assert writing(TEXT).generator.seconds > 0

    def test_closing_twice_does_no_harm(self, writing: Callable[[str], Writing]) -> None:
        generator = writing(TEXT).generator
        assert "".join(generator.pieces(PROMPT)) == TEXT
        generator.close()
        generator.close()
