from __future__ import annotations

import datetime as dt
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.importers.flattened import Flattened, Known, begins_flattened, read_flattened

STAMP = "2024-11-07T09:43:34Z"
MODIFIED = dt.datetime(2024, 11, 7, 9, 43, 34, tzinfo=dt.UTC)
OWN = "https://hdl.handle.net/10568/1"
CITATION = "Heckert, J. 2024. Women and work. IFAD Research Series 94. Rome: IFAD."
PIECES = {
    "issued": "2024-03-18",
    "accessioned": "2024-03-19T14:24:13Z 2024-03-19T14:24:13Z",
    "type": "Working Paper",
    "own_url": OWN,
    "language": "en",
    "relations": "https://hdl.handle.net/10568/2 https://hdl.handle.net/10568/3",
    "access": "Open Access",
    "license": "CC-BY-4.0",
    "publisher": "IFAD",
    "citation": CITATION,
}
KNOWN = Known(
    front=frozenset({"Women and work", "Heckert, J.", "women", "women at work", "The abstract. It ends."}),
    publishers=frozenset({"IFAD"}),
    urls=frozenset({OWN}),
)
FRONT = "Women and work Heckert, J. women at work women The abstract. It ends."


def flatten(pieces: dict[str, str], front: str = FRONT) -> str:
    return " ".join(["r1" + STAMP, front, *pieces.values()])


def test_every_piece_is_read() -> None:
    assert read_flattened(flatten(PIECES), "r1", KNOWN) == Flattened(
        modified=MODIFIED,
        issued=dt.date(2024, 3, 18),
        type="Working Paper",
        own_url=OWN,
        language="en",
        relations=("https://hdl.handle.net/10568/2", "https://hdl.handle.net/10568/3"),
        access="Open Access",
        license="CC-BY-4.0",
        citation=CITATION,
    )


@pytest.mark.parametrize("missing", [*combinations(PIECES, 1), *combinations(PIECES, 2)])
def test_missing_pieces_leave_the_others(missing: tuple[str, ...]) -> None:
    pieces = {name: piece for name, piece in PIECES.items() if name not in missing}
    found = read_flattened(flatten(pieces), "r1", KNOWN)
    # The language is known by standing after an address, and a type by standing before one.
    expected = {name: piece for name, piece in pieces.items() if name in ("access", "license", "own_url")}
    if "own_url" in pieces:
        expected |= {name: piece for name, piece in pieces.items() if name in ("type", "language")}
    if "type" in pieces and not {"own_url", "language", "relations"} & pieces.keys():
        return  # nothing tells where the type ends
    if "type" in pieces and "own_url" not in pieces and "language" in pieces:
        return  # the same
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.citation == pieces.get("citation")
    assert found.issued == (dt.date(2024, 3, 18) if "issued" in pieces else None)
    assert found.relations == tuple(pieces.get("relations", "").split())


def test_what_no_field_accounts_for_is_passed_over() -> None:
    found = read_flattened(flatten(PIECES, "Women and work Unknown Sponsor of 1999 and more"), "r1", KNOWN)
    assert found.issued == dt.date(2024, 3, 18)
    assert found.citation == CITATION


def test_text_after_an_unknown_title_gives_only_the_datestamp() -> None:
    assert read_flattened(f"r1{STAMP} Some other title Report 3", "r1", KNOWN) == Flattened(MODIFIED)


@pytest.mark.parametrize("text", ["r1 Women and work 2024 Report", "r12024", "x" + STAMP, "", f"r1{STAMP[:-1]} x"])
def test_without_id_and_datestamp_it_is_no_flattened_record(text: str) -> None:
    assert not begins_flattened(text, "r1")
    assert read_flattened(text, "r1", KNOWN) == Flattened()


def test_a_datestamp_that_is_no_date_is_ignored() -> None:
    assert read_flattened("r12024-13-41T99:00:00Z x", "r1", KNOWN) == Flattened()
    assert read_flattened(f"r1{STAMP} Women and work 2024-02-31 {STAMP} x", "r1", KNOWN).issued is None


def test_a_creative_commons_address_is_the_license() -> None:
    pieces = {**PIECES, "relations": "https://creativecommons.org/licenses/by/4.0/", "license": ""}
    found = read_flattened(" ".join(flatten(pieces).split()), "r1", KNOWN)
    assert found.license == "https://creativecommons.org/licenses/by/4.0/"
    assert found.relations == ()


def test_many_addresses_take_no_quadratic_time() -> None:
    text = flatten({**PIECES, "relations": "https://a.b/c " * 60_000})
    assert len(read_flattened(" ".join(text.split()), "r1", KNOWN).relations) == 60_000


@given(st.lists(st.sampled_from([*PIECES.values(), "2024", "word", "en", "", OWN, STAMP]), max_size=12).map(" ".join))
def test_any_order_of_pieces_is_survived(text: str) -> None:
    assert read_flattened(f"r1{STAMP} {text}", "r1", KNOWN).modified == MODIFIED
