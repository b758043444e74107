from __future__ import annotations

import tomllib
from collections import Counter
from importlib import resources

import pytest

from kg.authority.institutions import other_names
from kg.authority.names import fold


def groups() -> list[list[str]]:
    text = resources.files("kg.authority").joinpath("institutions.toml").read_text(encoding="utf-8")
    names: list[list[str]] = tomllib.loads(text)["names"]
    return names


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("FIDA", "IFAD"),
        ("ifad", "FIDA"),
        ("International Fund for Agricultural Development", "IFAD"),
        ("FONDS INTERNATIONAL DE DEVELOPPEMENT AGRICOLE", "IFAD"),
        ("Organização Mundial da Saúde", "WHO"),
        ("OMS", "World Health Organization"),
    ],
)
def test_an_institution_is_known_by_all_its_names(name: str, other: str) -> None:
    assert other in other_names(name)
    assert fold(name) not in map(fold, other_names(name))


@pytest.mark.parametrize("name", ["", "?", "Nobody's Institute", "Fund", "IFA", "IFADX"])
def test_an_institution_that_is_not_listed_has_no_other_names(name: str) -> None:
    assert other_names(name) == ()


def test_the_names_of_one_institution_lead_to_one_another() -> None:
    for names in groups():
        assert len(names) > 1
        for name in names:
            assert set(other_names(name)) == {other for other in names if fold(other) != fold(name)}


def test_no_name_is_of_two_institutions() -> None:
    """Whoever reads "OMC" must know who is meant; the list names none that is two."""
    named = Counter(folded for names in groups() for folded in {fold(name) for name in names})
    assert [name for name, times in named.items() if times > 1] == []
