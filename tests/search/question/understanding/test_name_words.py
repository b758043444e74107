"""Labels are met by their words in any order, and by nothing less."""

from __future__ import annotations

import pytest

from search.question.understanding.name_words import NameWords

LABELS = (
    "University of California",
    "Wilbur Grove and Associates, Inc.",
    "Camp Dray and McKee, Inc. (CDM)",
    "Rand Corp.",
    "Checca and Company Consulting, Inc.",
    "Smith",
    "Proceedings of the Academy of Waters",
    "Papers on Arid Weather",
)


@pytest.fixture(scope="module")
def names() -> NameWords:
    return NameWords(LABELS, [2] * len(LABELS))


@pytest.mark.parametrize(
    ("asked", "label"),
    [
        ("california university", "University of California"),
        ("university california", "University of California"),
        ("univ of california", "University of California"),
        ("wilbur grove associates", "Wilbur Grove and Associates, Inc."),
        ("wilbur grove", "Wilbur Grove and Associates, Inc."),
        ("camp dray mckee", "Camp Dray and McKee, Inc. (CDM)"),
        ("camp dray mckee inc", "Camp Dray and McKee, Inc. (CDM)"),
        ("rand", "Rand Corp."),
        ("checca company", "Checca and Company Consulting, Inc."),
    ],
)
def test_a_name_is_met_by_its_words(names: NameWords, asked: str, label: str) -> None:
    assert [LABELS[code] for code in names.called(asked.split())] == [label]


@pytest.mark.parametrize("asked", ["", "of", "california", "wilbur", "grove associates", "checca", "camp dray", "inc"])
def test_less_than_a_name_meets_nothing(names: NameWords, asked: str) -> None:
    assert names.called(asked.split()) == []


def test_a_series_is_met_by_its_initials_if_these_are_of_one(names: NameWords) -> None:
    assert [LABELS[code] for code in names.abbreviated("PAW")] == []
    assert [LABELS[code] for code in names.abbreviated("CDM")] == ["Camp Dray and McKee, Inc. (CDM)"]
