from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.importers.plain_text import label, one_line, paragraphs, without_isbd_end, without_markup
from kg.importers.remembered import Remembered


@pytest.mark.parametrize(
    ("given_text", "clean"),
    [
        (" a\u00a0 b\tc\r\nd ", "a b c d"),
        ("a\x00b\x07", "ab"),
        ("soft\u00adhyphen\u200b\ufeff", "softhyphen"),
        ("Zougmore\u0301", "Zougmor\u00e9"),
        ("\u202eevil\u202c", "evil"),
        ("\ud800x", "x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("", ""),
    ],
)
def test_one_line(given_text: str, clean: str) -> None:
    assert one_line(given_text) == clean


@given(st.text())
def test_one_line_is_clean_and_stays_so(text: str) -> None:
    clean = one_line(text)
    assert one_line(clean) == clean
    assert clean == clean.strip()
    assert "  " not in clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in clean)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One.</p><p>Two <b>bold</b> &amp; <a href='x'>link</a></p>", "One.\nTwo bold & link"),
        ("H<sub>2</sub>O and CO<SUB>2</SUB>", "H2O and CO2"),
        ("yield<b and c>d, p<0.05 & q>3, R&D", "yield<b and c>d, p<0.05 & q>3, R&D"),
        ("research&notes; profit&copyright", "research&notes; profit&copyright"),
        ("caf&eacute; &#233; &#xe9; 3 &lt; 4", "café é é 3 < 4"),
        ("&lt;p&gt;escaped twice&lt;/p&gt;", "escaped twice"),
        ("a<!-- Font <b> Definitions -->b", "ab"),
        ("a <!-- never closed", "a <!-- never closed"),
        ("<![CDATA[x]]> <![foo[", "<![CDATA[x]]> <![foo["),
        ("line one<br/>line two<br>three", "line one\nline two\nthree"),
        ("first\r\nwrapped\r\n\r\nsecond\n\n \nthird\rend", "first wrapped\nsecond\nthird end"),
        ("<img src=x onerror=alert(1)>text", "text"),
        ("<unknown>kept</unknown>", "<unknown>kept</unknown>"),
    ],
)
def test_paragraphs(html: str, text: str) -> None:
    assert paragraphs(html) == text


@given(st.text("<>&;!-[]/pbr#x3 \n", max_size=60))
def test_no_markup_makes_it_raise_and_text_outside_markup_stays(text: str) -> None:
    assert "word" in without_markup(f"word {text}")
    assert "word" in paragraphs(f"{text}\nword")


def test_a_label_is_one_line() -> None:
    assert label("<p>Zea mays</p>\n<i>L.</i>") == "Zea mays L."


@pytest.mark.parametrize(
    ("card", "text"),
    [
        ("Politics otherwise /", "Politics otherwise"),
        ("Knopf :", "Knopf"),
        ("Zanichelli,", "Zanichelli"),
        ("Works ;", "Works"),
        ("Report to the commissioner. -", "Report to the commissioner"),
        ("Parallel =", "Parallel"),
        ("A title.", "A title."),
    ],
)
def test_isbd_punctuation_at_the_end(card: str, text: str) -> None:
    assert without_isbd_end(card) == text


def test_remembered_readings_are_few_and_short() -> None:
    asked: list[str] = []

    def read(text: str) -> int:
        asked.append(text)
        return len(text)

    lengths = Remembered(read, most=2)
    assert [lengths[text] for text in ("a", "a", "bb", "x" * 500, "x" * 500, "ccc", "a")] == [1, 1, 2, 500, 500, 3, 1]
    assert asked == ["a", "bb", "x" * 500, "x" * 500, "ccc", "a"]
