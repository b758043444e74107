from __future__ import annotations

from dataclasses import replace

import bibtexparser
import orjson
import pytest
import rispy

from kg.citation_export import csl_item, write_bibtex, write_csl, write_ris
from kg.model import Institution, Report, Series
from tests.kg.test_mapping import FULL

ARTICLE = replace(
    FULL,
    id="a,b{c}",
    types=("Journal Article",),
    series=(Series("A Journal", "12(3)"),),
    title="100% of costs & $ {x}_y",
)


def test_csl_has_names_date_and_container() -> None:
    item = csl_item(FULL)
    assert item["type"] == "report"
    assert item["author"] == [{"family": "Diop", "given": "A."}, {"family": "Ñandú", "given": "Zoë"}]
    assert item["editor"] == [{"family": "Roe", "given": "J."}]
    assert item["issued"] == {"date-parts": [[2024, 3, 18]]}
    assert (item["collection-title"], item["collection-number"]) == ("Some Papers", "7")
    assert item["language"] == "en"
    article = csl_item(ARTICLE)
    assert (article["type"], article["container-title"], article["volume"]) == ("article-journal", "A Journal", "12(3)")


def test_a_report_without_persons_is_by_its_corporate_author() -> None:
    assert csl_item(replace(FULL, authors=()))["author"] == [{"literal": "A Body"}]


def test_csl_is_one_json_array() -> None:
    assert [item["id"] for item in orjson.loads("".join(write_csl([FULL, ARTICLE])))] == ["X/1 é", "a,b{c}"]
    assert orjson.loads("".join(write_csl([]))) == []


def test_ris_is_read_back() -> None:
    first, second = rispy.loads("".join(write_ris([FULL, ARTICLE])))
    assert (first["type_of_reference"], second["type_of_reference"]) == ("RPRT", "JOUR")
    assert first["title"] == 'A "title"'
    assert first["authors"] == ["Diop, A.", "Ñandú, Zoë"]
    assert first["year"] == "2024"
    assert first["keywords"] == ["gender", "water use"]


def test_bibtex_is_read_back_and_its_special_characters_are_escaped() -> None:
    first, second = bibtexparser.loads("".join(write_bibtex([FULL, ARTICLE]))).entries
    assert {first["ENTRYTYPE"], second["ENTRYTYPE"]} == {"techreport", "article"}
    article = first if first["ENTRYTYPE"] == "article" else second
    assert article["ID"].startswith("abc-")
    assert article["title"] == r"100\% of costs \& \$ \textbraceleft{}x\textbraceright{}\_y"


@pytest.mark.parametrize("hostile", ["T\nER  - \nTY  - BOOK", "T}\n@comment{x", "T\r\nAU  - Nobody"])
def test_a_line_break_in_a_record_begins_no_field(hostile: str) -> None:
    report = Report(id="1", title=hostile, corporate_authors=(Institution("B\nTI  - X"),))
    (entry,) = rispy.loads("".join(write_ris([report])))
    assert entry["title"] == " ".join(hostile.split())
    assert len(bibtexparser.loads("".join(write_bibtex([report]))).entries) == 1


def test_bibtex_keeps_bodies_whole_links_as_they_are_and_keys_apart() -> None:
    body = Report(id="é1", title="T", corporate_authors=(Institution("Ministry of Food and Agriculture"),))
    linked = replace(body, id="ñ1", urls=("https://h/a_b?c=1&d=50%25#e{f}",), doi="10.1000/a_b")
    entries = bibtexparser.loads("".join(write_bibtex([body, linked]))).entries
    assert len({entry["ID"] for entry in entries}) == 2
    assert {entry["author"] for entry in entries} == {"{Ministry of Food and Agriculture}"}
    (entry,) = (entry for entry in entries if "url" in entry)
    assert entry["url"] == "https://h/a_b?c=1&d=50%25#e%7Bf%7D"
    assert entry["doi"] == "10.1000/a_b"
