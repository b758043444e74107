"""The bundled sample keeps its promises: size, variety, language, and that it says it is invented."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kg.importers import load_field_map, read, to_report
from kg.model import Record

Document = dict[str, Any]

SAMPLE = files("kg") / "sample"
ROR = Path(__file__).parents[3] / "shared" / "data" / "vocabularies" / "ror.jsonl.gz"

TEXT_FIELDS = [
    "id",
    "record_format",
    "institution",
    "collection",
    "title",
    "title_full",
    "title_short",
    "title_sort",
    "author_sort",
    "description",
    "format",
    "publisher",
    "url",
]
LIST_FIELDS = [
    "author",
    "author_facet",
    "language",
    "publishDate",
    "topic",
    "geographic",
    "institution_affiliation_str_mv",
    "dc.rights.access.fl_str_mv",
]
FORMATS = {
    *("Report", "Working Paper", "Journal Article", "Conference Paper", "Policy Brief", "Thesis"),
    *("Informe técnico", "Documento de trabajo", "Artículo", "Resumen de política", "Tesis"),
}
REGIONS = {"West Africa", "East Africa", "Sahel", "South Asia", "Andes", "Latin America"}
STAFF_VIEW_FIELDS = [
    "_version_",
    "author",
    "author_browse",
    "author_facet",
    "author_sort",
    "collection",
    "description",
    "format",
    "id",
    "institution",
    "invented_boolean",
    "language",
    "publishDate",
    "publishDateRange",
    "publishDateSort",
    "publisher",
    "publisherStr",
    "record_format",
    "spelling",
    "spellingShingle",
    "title",
    "title_full",
    "title_fullStr",
    "title_full_unstemmed",
    "title_short",
    "title_sort",
    "topic",
    "url",
    "work_keys_str_mv",
]


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [json.loads(line) for line in (SAMPLE / "reports.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def staff_view() -> list[str]:
    return (SAMPLE / "staff-view.txt").read_text("utf-8").splitlines()


def counted(documents: list[Document], field: str) -> Counter[str]:
    return Counter(value for document in documents for value in document.get(field, []))


def institutions(documents: list[Document]) -> set[str]:
    named = counted(documents, "institution_affiliation_str_mv") + counted(documents, "author_corporate")
    return set(named) | {document["publisher"] for document in documents}


def words(text: str) -> list[str]:
    return [token for token in text.split() if any(character.isalnum() for character in token)]


def sentences(text: str) -> list[str]:
    """Sentences as bare lower-case words, so that a copy with other punctuation is still seen."""
    return [" ".join(re.findall(r"\w+", part.casefold())) for part in re.split(r"(?<=[.!?])\s+", text)]


def texts(document: Document) -> list[str]:
    translated = [value for name in document if name.startswith("dc.title.") for value in document[name]]
    return [document["title"], *translated, document["description"]]


def series_numbers(documents: list[Document]) -> dict[str, list[int]]:
    numbers = defaultdict(list)
    for statement in counted(documents, "series").elements():
        title, _, number = statement.rpartition(" No. ")
        numbers[title].append(int(number))
    return numbers


def test_sixty_reports_with_ids_in_order(documents: list[Document]) -> None:
    assert [document["id"] for document in documents] == [f"sample{number:03}" for number in range(1, 61)]


def test_every_record_has_the_fields_of_vufind(documents: list[Document]) -> None:
    for document in documents:
        assert all(isinstance(document[name], str) and document[name] for name in TEXT_FIELDS), document["id"]
        assert all(document[name] and all(document[name]) for name in LIST_FIELDS), document["id"]
        assert all(isinstance(value, str) for name in LIST_FIELDS for value in document[name]), document["id"]


def test_every_record_says_it_is_invented(documents: list[Document]) -> None:
    for document in documents:
        assert document["invented_boolean"] is True
        assert document["collection"].startswith("Invented ")
        assert document["institution"].startswith("Invented ")
    assert "invented" in (SAMPLE / "README.md").read_text("utf-8")
    assert len({document["collection"] for document in documents}) == 2


@pytest.mark.parametrize("name", ["reports.jsonl", "staff-view.txt"])
def test_links_stay_in_the_reserved_domain(name: str) -> None:
    links = re.findall(r"\w+://[^\s\"]+", (SAMPLE / name).read_text("utf-8"))
    assert links
    assert {urlsplit(link).hostname for link in links} == {"sample.invalid"}


def test_no_two_reports_share_a_link(documents: list[Document]) -> None:
    assert len({document["url"] for document in documents}) == 60


def test_languages(documents: list[Document]) -> None:
    assert counted(documents, "language") == {"Inglés": 36, "Francés": 12, "Español": 12}


def test_abstracts_have_80_to_200_words_of_several_sentences(documents: list[Document]) -> None:
    for document in documents:
        assert 80 <= len(words(document["description"])) <= 200, document["id"]
        assert len(sentences(document["description"])) >= 4, document["id"]


def test_no_sentence_occurs_twice(documents: list[Document], staff_view: list[str]) -> None:
    description = next(line for line in staff_view if line.startswith("description ")).removeprefix("description ")
    told = [text for document in documents for text in texts(document)] + [staff_view[0], description]
    assert [
        sentence for sentence, times in Counter(s for text in told for s in sentences(text)).items() if times > 1
    ] == []


def test_no_two_abstracts_open_alike(documents: list[Document]) -> None:
    openings = Counter(tuple(words(document["description"])[:3]) for document in documents)
    assert openings.most_common(1)[0][1] == 1


def test_spanish_questions_are_opened_and_french_signs_are_spaced(documents: list[Document]) -> None:
    for document in documents:
        text = document["title"] + document["description"]
        if document["language"] == ["Español"]:
            assert text.count("¿") == text.count("?"), document["id"]
        if document["language"] == ["Francés"]:
            assert not re.search(r"[^\u00a0][:;?!%»]|«[^\u00a0]", text), document["id"]


def test_authors_write_one_to_eight_reports(documents: list[Document]) -> None:
    authors = counted(documents, "author")
    assert 22 <= len(authors) <= 28
    assert set(authors.values()) >= {1, 8}
    assert max(authors.values()) == 8
    assert all(re.fullmatch(r"[^,]+, [^,]+", author) for author in authors)
    for document in documents:
        assert document["author"] == document["author_facet"]
        assert document["author"][0] == document["author_sort"]


def test_authors_meet_across_institutions(documents: list[Document]) -> None:
    shared = [document for document in documents if len(document["institution_affiliation_str_mv"]) > 1]
    assert len(shared) >= 20
    assert all(len(document["author"]) > 1 for document in shared)


def test_ten_institutions(documents: list[Document]) -> None:
    assert len(institutions(documents)) == 10


def test_no_institution_is_a_real_one(documents: list[Document]) -> None:
    if not ROR.exists():
        pytest.skip("the registry of research organisations (shared/data/vocabularies) is not on this machine")
    with gzip.open(ROR, "rt", encoding="utf-8") as lines:
        organisations = [json.loads(line) for line in lines]
    real = {name.casefold() for one in organisations for name in (one["name"], *one["aliases"])}
    assert real
    assert {name for name in institutions(documents) if name.casefold() in real} == set()


def test_eight_series_and_one_gap(documents: list[Document]) -> None:
    numbers = series_numbers(documents)
    assert len(numbers) == 8
    assert all(len(set(members)) == len(members) >= 2 for members in numbers.values())
    missing = {title: set(range(min(found), max(found))) - set(found) for title, found in numbers.items()}
    assert {title: gap for title, gap in missing.items() if gap} == {"Working Papers on Rural Finance": {12}}


def test_series_numbers_grow_with_the_years(documents: list[Document]) -> None:
    issued = {document["series"][0]: document["publishDate"][0] for document in documents if "series" in document}
    for title, numbers in series_numbers(documents).items():
        years = [issued[f"{title} No. {number}"] for number in sorted(numbers)]
        assert years == sorted(years), title


def test_topics_are_lower_case_and_used_at_least_twice(documents: list[Document]) -> None:
    topics = counted(documents, "topic")
    assert 38 <= len(topics) <= 48
    assert {topic for topic, times in topics.items() if times < 2} == set()
    assert all(topic == topic.lower() for topic in topics)


def test_themes_cross_the_languages(documents: list[Document]) -> None:
    languages = defaultdict(set)
    for document in documents:
        for topic in document["topic"]:
            languages[topic].update(document["language"])
    assert sum(len(used) == 3 for used in languages.values()) >= 10


def test_countries_and_regions(documents: list[Document]) -> None:
    places = set(counted(documents, "geographic"))
    assert places > REGIONS
    assert len(places - REGIONS) >= 18


def test_years_run_from_2005_to_2024(documents: list[Document]) -> None:
    years = [int(document["publishDate"][0]) for document in documents]
    assert (min(years), max(years)) == (2005, 2024)
    assert all(len(document["publishDate"]) == 1 for document in documents)


def test_formats_and_access_are_the_labels_of_real_repositories(documents: list[Document]) -> None:
    assert {document["format"] for document in documents} == FORMATS
    access = counted(documents, "dc.rights.access.fl_str_mv")
    assert set(access) == {"Open Access", "Limited Access"}
    assert access["Open Access"] > access["Limited Access"] >= 5


def test_some_titles_are_translated_but_never_into_their_own_language(documents: list[Document]) -> None:
    own = {"Inglés": "eng", "Francés": "fra", "Español": "spa"}
    translated = [document for document in documents if any(name.startswith("dc.title.") for name in document)]
    assert 10 <= len(translated) < 60
    for document in translated:
        assert f"dc.title.{own[document['language'][0]]}.fl_str_mv" not in document


def test_staff_view_lists_its_fields_in_ascii_order(staff_view: list[str]) -> None:
    body = staff_view[staff_view.index("_version_ 1800000000000000061") :]
    named = [line.partition(" ")[0] for line in body if line.partition(" ")[0] in STAFF_VIEW_FIELDS and " " in line]
    assert named == sorted(named) == STAFF_VIEW_FIELDS


def test_staff_view_is_a_further_invented_report(staff_view: list[str], documents: list[Document]) -> None:
    assert "id sample061" in staff_view
    assert "sample061" not in {document["id"] for document in documents}
    assert "invented_boolean true" in staff_view
    assert "collection Invented Sample Repository (ISR)" in staff_view


def test_staff_view_has_topics_that_are_names_of_fields(staff_view: list[str]) -> None:
    start = staff_view.index("topic climate services")
    assert staff_view[start + 1 : start + 4] == ["format", "language", "agricultural extension"]


def test_staff_view_spelling_is_the_flattened_record(staff_view: list[str]) -> None:
    spelling = next(line for line in staff_view if line.startswith("spelling ")).removeprefix("spelling ")
    assert re.match(r"sample061\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ " + re.escape(staff_view[0]), spelling)
    parts = [
        "2024-05-30",
        " Report ",
        "/0000/161 en ",
        "/0000/153 Open Access ",
        ". Digital Fields Discussion Papers 7. ",
    ]
    places = [spelling.index(part) for part in parts]
    assert places == sorted(places)


def test_the_staff_view_page_is_read_as_the_report_it_shows() -> None:
    (record,) = read(Path(str(SAMPLE / "staff-view.txt")), load_field_map())
    assert isinstance(record, Record)
    report, problems = to_report(record, load_field_map())
    assert report is not None
    assert problems == ()
    assert (report.id, report.invented) == ("sample061", True)
    assert {"format", "language"} <= {topic.label for topic in report.topics}
    (series,) = report.series
    assert series.derivation is not None
    assert (series.title, series.number) == ("Digital Fields Discussion Papers", "7")
    assert report.access
    assert report.citation
    assert report.modified is not None
    assert report.issued is not None
    assert report.relations


def test_every_record_becomes_a_report_without_a_problem() -> None:
    fields = load_field_map()
    for record in read(Path(str(SAMPLE / "reports.jsonl")), fields):
        assert isinstance(record, Record)
        report, problems = to_report(record, fields)
        assert report is not None
        assert problems == ()
        assert report.invented
        assert report.access
