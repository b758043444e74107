from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.importers.dates import date_of, moment_of, year_of
from kg.importers.identifiers import bare_handle_of, doi_of, handle_of, isbn_of, issn_of, web_address


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/10.1080/14728028.2016.1266971", "10.1080/14728028.2016.1266971"),
        ("http://dx.doi.org/10.1371/Journal.PONE.0154297", "10.1371/journal.pone.0154297"),
        ("doi:10.1234/ab.", "10.1234/ab"),
        ("10.1234/AB", "10.1234/ab"),
        ("https://example.org/10.1234/ab", None),
        ("10568/140513", None),
    ],
)
def test_doi(text: str, doi: str | None) -> None:
    assert doi_of(text) == doi


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("https://hdl.handle.net/10568/140513", "10568/140513"),
        ("http://HDL.handle.net/20.500.12390/231", "20.500.12390/231"),
        ("hdl:10568/1", "10568/1"),
        ("https://example.org/10568/1", None),
    ],
)
def test_handle(text: str, handle: str | None) -> None:
    assert handle_of(text) == handle


def test_a_bare_handle_only_where_nothing_else_can_stand() -> None:
    assert bare_handle_of("10568/140513") == "10568/140513"
    assert bare_handle_of("10.1234/ab") is None
    assert handle_of("10568/140513") is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.org/a?b=c&copy=1#d", "https://example.org/a?b=c&copy=1#d"),
        ("ftp://example.org", "ftp://example.org"),
        ("HTTP://example.org/x", "HTTP://example.org/x"),
        ('https://example.org/a b<c>|"', "https://example.org/a%20b%3Cc%3E%7C%22"),
        ("https://example.org/año", "https://example.org/año"),
        ("www.example.org", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("http://", None),
        ("http:///path", None),
        ("file:///etc/passwd", None),
    ],
)
def test_web_address(text: str, address: str | None) -> None:
    assert web_address(text) == address


@given(st.text(max_size=30))
def test_a_web_address_holds_nothing_that_an_iri_may_not(rest: str) -> None:
    address = web_address(f"https://example.org/{rest}")
    assert address is None or not set(address) & set(' <>"{}|\\^`\n\r\t')


def test_isbn_and_issn() -> None:
    assert isbn_of("1558611746 (pbk. : alk. paper)") == "1558611746"
    assert isbn_of("978-90-420-3464-8") == "9789042034648"
    assert isbn_of("037541214x :") == "037541214X"
    assert isbn_of("not a number") is None
    assert issn_of("ISSN 0041-7084") == "0041-7084"
    assert issn_of("2049361x") == "2049-361X"
    assert issn_of("123") is None


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2024", 2024),
        ("[c1993]", 1993),
        ("1948-1975", 1948),
        ("2024-03-18", 2024),
        ("20240318", 2024),
        ("2100", 2100),
        ("0999", None),
        ("2101", None),
        ("9999", None),
        ("19uu", None),
        ("", None),
        ("12345", None),
        ("٢٠٢٤", None),
    ],
)
def test_year(text: str, year: int | None) -> None:
    assert year_of(text) == year


def test_days_and_moments() -> None:
    assert date_of("2024-03-18") == dt.date(2024, 3, 18)
    assert date_of("2024-03-18T10:00:00Z") == dt.date(2024, 3, 18)
    assert date_of("2024-02-31") is None
    assert date_of("2024-03") is None
    assert moment_of("2024-11-07T09:43:34Z") == dt.datetime(2024, 11, 7, 9, 43, 34, tzinfo=dt.UTC)
    assert moment_of("2024-11-07T09:43:34") == dt.datetime(2024, 11, 7, 9, 43, 34, tzinfo=dt.UTC)
    assert moment_of("2024-11-07") is None
    assert moment_of("2024-13-07T09:43:34Z") is None
