from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.languages import DEFAULT, LANGUAGES, language_for
from ui.negotiation import by_preference


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", []),
        (",,;,", []),
        ("text/html", ["text/html"]),
        ("Text/HTML;Q=0.5, text/turtle", ["text/turtle", "text/html"]),
        ("a;q=0.2, b;q=0.9, c", ["c", "b", "a"]),
        ("a, b, c", ["a", "b", "c"]),
        ("a;q=0, b", ["b"]),
        ("a;q=0.000, b;q=0.001", ["b"]),
        ("a, a;q=0.1, b;q=0.5", ["a", "b"]),
        ("text/html;level=1;q=0.3, b", ["b", "text/html"]),
        ("a;q=nonsense, b", ["b"]),
        ("a;q=nan, b;q=inf, c;q=-1", ["b"]),
        ("a;q, b", ["b"]),
        ("a ; q = 0.1 , b ; q = 0.2", ["b", "a"]),
    ],
)
def test_what_is_wanted_most_comes_first_and_what_is_refused_not_at_all(header: str, wanted: list[str]) -> None:
    assert by_preference(header) == wanted


@given(st.text(max_size=200))
def test_any_header_is_read(header: str) -> None:
    found = by_preference(header)
    assert len(set(found)) == len(found)
    assert all(name == name.strip().lower() != "" for name in found)


def test_a_header_without_end_is_read_in_part() -> None:
    assert by_preference("a;q=0.5," * 1_000_000 + "b") == ["a"]


@pytest.mark.parametrize(
    ("asked", "header", "language"),
    [
        (None, "", "en"),
        ("fr", "es", "fr"),
        ("xx", "es", "es"),
        (None, "pt-BR, es;q=0.9", "pt"),
        (None, "de, zh-Hant, fr-CA;q=0.1", "fr"),
        (None, "es;q=0, pt;q=0.1", "pt"),
        (None, "*", "en"),
        (None, "EN-us", "en"),
        ("", "fr", "fr"),
        (None, "espresso", "en"),
    ],
)
def test_a_reader_gets_what_was_asked_for_or_what_the_browser_likes(
    asked: str | None, header: str, language: str
) -> None:
    assert language_for(asked, header) == language


@given(st.none() | st.text(max_size=5), st.text(max_size=40))
def test_a_reader_always_gets_a_language(asked: str | None, header: str) -> None:
    assert language_for(asked, header) in LANGUAGES
    assert DEFAULT in LANGUAGES
