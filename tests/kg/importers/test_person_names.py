from __future__ import annotations

import pytest

from kg.importers.person_names import read_people
from kg.model import Person


@pytest.mark.parametrize("others", ["et al.", "ET AL", ", et al.", "Et. al.,", "[et al.]", "et al", "and others"])
def test_et_al_is_no_author_but_says_that_some_are_missing(others: str) -> None:
    assert read_people(["Margolies, Amy", others]) == ((Person("Margolies, Amy"),), True)


def test_et_al_after_a_name_leaves_the_name() -> None:
    assert read_people(["Smith, J. et al."]) == ((Person("Smith, J."),), True)


def test_an_editor_with_others() -> None:
    assert read_people(["Smith, J. (ed.) et al."]) == ((Person("Smith, J.", "editor"),), True)


@pytest.mark.parametrize("unit", [",", "et al", "x", ", ed"])
def test_hostile_names_take_no_quadratic_time(unit: str) -> None:
    name = unit * 250_000 + "z."
    assert read_people([name], isbd=True) == ((Person(name),), False)


@pytest.mark.parametrize("name", ["Alvarez, Al", "Etalle, Ed", "Al-Sayed, R.", "Edwards, Ned", "Talbot, Beth"])
def test_names_that_look_like_suffixes_stay(name: str) -> None:
    assert read_people([name]) == ((Person(name),), False)


@pytest.mark.parametrize("suffix", [", ed.", " (ed.)", ", editor", " (Eds.)", ", EDS", " [ed.]", ", editors."])
def test_an_editor_says_so(suffix: str) -> None:
    assert read_people([f"Heckert, Jessica{suffix}"]) == ((Person("Heckert, Jessica", "editor"),), False)


def test_names_are_unique_in_order_and_the_first_role_holds() -> None:
    people, incomplete = read_people(["B, C", "A, D", "B,  C", "A, D (ed.)", " ", ""])
    assert people == (Person("B, C"), Person("A, D"))
    assert not incomplete


@pytest.mark.parametrize(
    ("card", "name"),
    [
        ("Vico, Giambattista, 1668-1744.", "Vico, Giambattista, 1668-1744"),
        ("Knight, George Wilson, 1897-", "Knight, George Wilson, 1897-"),
        ("Surdu, Mihai.", "Surdu, Mihai"),
        ("Meinzen-Dick, Ruth S.", "Meinzen-Dick, Ruth S."),
        ("Limaye, R.B.", "Limaye, R.B."),
        ("King, Martin Luther, Jr.", "King, Martin Luther, Jr."),
        ("Nawaz, Tawfique,", "Nawaz, Tawfique"),
        ("Zanichelli /", "Zanichelli"),
    ],
)
def test_catalogue_cards_lose_their_final_mark(card: str, name: str) -> None:
    assert read_people([card], isbd=True) == ((Person(name),), False)
    assert read_people([f"{card}"], isbd=False)[0][0].name == card.rstrip(" ,;")
