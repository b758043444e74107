from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.question.generating.sentence_stream import Written, written_sentences


def sentences(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.cites) for one in written_sentences([text])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yields rose [1]. Incomes fell [2].", [("Yields rose.", (1,)), ("Incomes fell.", (2,))]),
        ("Yields rose. [1] Incomes fell. [2]", [("Yields rose.", (1,)), ("Incomes fell.", (2,))]),
        ("Yields rose.[1][3] Incomes fell.[2]", [("Yields rose.", (1, 3)), ("Incomes fell.", (2,))]),
        ("Yields rose [1].but incomes fell [2].", [("Yields rose.", (1,)), ("but incomes fell.", (2,))]),
        ("Yields rose [1] but incomes fell [2, 3].", [("Yields rose but incomes fell.", (1, 2, 3))]),
        ("Nothing. Yields rose [1].", [("Nothing.", ()), ("Yields rose.", (1,))]),
        ("Yields rose by 1.5 t [1-3].", [("Yields rose by 1.5 t.", (1, 2, 3))]),
        ("So, e.g. in the U.S. Virgin Islands [1].", [("So, e.g. in the U.S. Virgin Islands.", (1,))]),
        ("Smith et al. 2019 and Dr. J. Doe agree [1].", [("Smith et al. 2019 and Dr. J. Doe agree.", (1,))]),
        ("¿Subió? Sí, subió [1].", [("¿Subió?", ()), ("Sí, subió.", (1,))]),
        ("Yields rose 【2†source】. So [^1].", [("Yields rose.", (2,)), ("So.", (1,))]),
        ("As [Passage 2] says, yields rose.", [("As says, yields rose.", (2,))]),
        ("# Findings\n\nYields rose [1]\n- Incomes fell [2]\n2. Prices too [3]", [
            ("Findings", ()), ("Yields rose", (1,)), ("Incomes fell", (2,)), ("Prices too", (3,)),
        ]),
        ("Yields rose\nin dry years [1].", [("Yields rose in dry years.", (1,))]),
        ("<think>Passage [1] says so.\n\nGood.</think>Yields rose [1].", [("Yields rose.", (1,))]),
        ("<think>It never ends. [1] Yields rose [1].", []),
        ("[0] [9999]", []),
        ("", []),
        ("...", []),
    ],
)  # fmt: skip
def test_a_text_becomes_sentences_with_what_they_cite(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Yields** _rose_ by `20%`.", "Yields rose by 20%."),
        ("See [the report](https://evil.example/x?y=1).", "See the report."),
        ("See ![pixel](https://evil.example/p.png) there.", "See there."),
        ("See https://evil.example/x and www.evil.example, too.", "See and too."),
        ("See [x](javascript:alert(1)) or javascript:alert(2).", "See x or (2)."),
        ("Yields <img src=x onerror=alert(1)> rose <b>well</b>.", "Yields rose well."),
        ("Yields <script>alert('x')</script> rose.", "Yields alert('x') rose."),
        ("Yields <!-- hidden --> rose where p <0.05 and n> 3.", "Yields rose where p <0.05 and n> 3."),
        ("Yi\u200belds \u202erose\u202c\x00 now\u00a0and then.", "Yields rose now and then."),
        ("> ## 1. Yields rose.", "Yields rose."),
    ],
)
def test_what_is_left_is_plain_text(text: str, plain: str) -> None:
    assert [one.text for one in written_sentences([text])] == [plain]


def test_a_citation_that_is_a_link_stays_a_citation() -> None:
    assert sentences("Yields rose [1](https://evil.example).") == [("Yields rose.", (1,))]


@pytest.mark.parametrize(
    ("text", "finished"),
    [("Yields rose.", True), ("Yields rose [1]", True), ("Yields rose [1", False), ("Yields rose", False)],
)
def test_a_text_that_breaks_off_leaves_an_unfinished_sentence(text: str, *, finished: bool) -> None:
    (one,) = written_sentences([text])
    assert one.finished is finished


def test_a_sentence_comes_as_soon_as_its_end_is_sure() -> None:
    asked: list[str] = []

    def pieces() -> list[str]:
        return ["Yields rose", ".", " [", "1]", " ", "Then", " more"]

    def telling() -> object:
        for piece in pieces():
            asked.append(piece)
            yield piece

    first = next(written_sentences(telling()))  # type: ignore[arg-type]
    assert first == Written("Yields rose.", (1,), finished=True)
    assert asked[-1] == "Then"


markup = st.lists(
    st.sampled_from([
        *("Yields", "rose", "by", "1.5", "e.g.", "U.S.", "[1]", "[2, 3]", "[", "]", ".", "!", "\n", "\n\n", " ", "- "),
        *("<think>", "</think>", "<b>", "**", "https://x.example/a.", "Then", "1.", "“", "”"),
    ]),
    max_size=25,
).map("".join)  # fmt: skip


@given(markup | st.text(max_size=80), st.lists(st.integers(0, 200), max_size=8))
@example(".\n**Yields", [3])
def test_it_does_not_matter_where_pieces_end(text: str, cuts: list[int]) -> None:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(places)]
    whole = list(written_sentences([text]))
    assert list(written_sentences(pieces)) == whole
    assert list(written_sentences(list(text))) == whole


@given(markup | st.text(max_size=80))
def test_sentences_are_plain_and_say_something(text: str) -> None:
    for one in written_sentences([text]):
        assert any(character.isalnum() for character in one.text)
        assert one.text == " ".join(one.text.split())
        assert not re.search(r"\[[^\[\]]*\]\([^()]*\)", one.text)
        assert all(0 <= number <= 9999 for number in one.cites)


@pytest.mark.parametrize(
    "text",
    ["[" * 6000, "a" * 6000, "[1-9999]" * 700, "<" * 6000, "- " * 3000, "e.g. " * 1200, "<think>" * 800, "*_" * 3000],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    began = time.process_time()
    list(written_sentences(text[at : at + 5] for at in range(0, len(text), 5)))
    assert time.process_time() - began < 3
