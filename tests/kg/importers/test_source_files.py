from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import SourceNotFoundError
from kg.importers import FORMS, REMEDIES, FieldMap, read, to_report
from kg.importers.byte_lines import numbered_lines, open_source
from kg.importers.problems import problem
from kg.importers.source_files import WHOLE_LIMIT
from kg.model import Problem, Record
from tests.strategies import solr_documents

Write = Callable[..., Path]
OnlyProblem = Callable[..., Problem]

DOC = {"id": "r1", "title": "A title", "topic": ["land", "water"]}
DOC_FIELDS = {"id": ("r1",), "title": ("A title",), "topic": ("land", "water")}
OTHER = {"id": "r2", "title": "Another"}
LINES = f"{json.dumps(DOC)}\n{json.dumps(OTHER)}\n"
RESPONSE = {"responseHeader": {"status": 0}, "response": {"numFound": 2, "docs": [DOC, OTHER]}}
PAGE = "A title\n\nLenguaje:Inglés\nid r1\ntitle A title\ntopic land\nwater\n"
HEADERS = "HTTP/1.1 200 OK\r\nServer: Jetty\r\n\r\n"
IDS = [("r1", 1), ("r2", 2)]


def records(path: Path, fields: FieldMap, form: str | None = None) -> list[tuple[str, int]]:
    found = list(read(path, fields, form=form))
    assert all(isinstance(each, Record) for each in found)
    return [(each.fields["id"][0], each.line) for each in found if isinstance(each, Record)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (LINES, IDS),
        (LINES.rstrip("\n"), IDS),
        (f"\n{LINES}", [("r1", 2), ("r2", 3)]),
        (LINES.replace("\n", "\r\n"), IDS),
        (f"\ufeff{LINES}", IDS),
        (HEADERS + LINES, [("r1", 4), ("r2", 5)]),
        (json.dumps(RESPONSE), IDS),
        (json.dumps(RESPONSE, indent=2), IDS),
        (json.dumps({"highlighting": {}, **RESPONSE}), IDS),
        (json.dumps({"highlighting": {}, **RESPONSE}, indent=2), IDS),
        (HEADERS + json.dumps(RESPONSE), IDS),
        (HEADERS.replace("1.1", "1.0") * 2 + json.dumps(RESPONSE), IDS),
        (json.dumps([DOC, OTHER]), IDS),
        (json.dumps([DOC, OTHER], indent=1), IDS),
        (json.dumps(DOC, indent=1), [("r1", 1)]),
        (json.dumps({"resultCount": 2, "records": [DOC, OTHER], "status": "OK"}), IDS),
        (json.dumps({"status": "OK", "records": [DOC, OTHER]}, indent=1), IDS),
        (PAGE, [("r1", 4)]),
        (HEADERS + PAGE, [("r1", 7)]),
        (json.dumps({"responseHeader": {}, "response": {"docs": []}}), []),
    ],
)
def test_forms_are_told_by_their_content(
    write: Write, fields: FieldMap, content: str, expected: list[tuple[str, int]]
) -> None:
    assert records(write(content), fields) == expected
    assert records(write(gzip.compress(content.encode(), mtime=0), "packed.json"), fields) == expected


def test_a_named_form_is_not_sniffed(write: Write, fields: FieldMap) -> None:
    path = write(f"broken\n{json.dumps(DOC)}\n")
    kinds = [each.kind for each in read(path, fields, form="solr-jsonl") if isinstance(each, Problem)]
    assert kinds == ["unreadable-line"]
    assert records(write(json.dumps(RESPONSE)), fields, "solr-response") == IDS


def test_a_page_gives_the_same_record_as_its_document(write: Write, fields: FieldMap) -> None:
    (page,) = read(write(PAGE), fields)
    (line,) = read(write(json.dumps(DOC)), fields)
    assert isinstance(page, Record)
    assert isinstance(line, Record)
    assert page.fields == line.fields == DOC_FIELDS


def test_numbers_and_truth_are_text_and_null_is_absent(write: Write, fields: FieldMap) -> None:
    document = {
        "id": 7,
        "title": "x",
        "year": [2024.0, 1.5],
        "open": True,
        "none": None,
        "blank": "",
        "list": [None, ""],
    }
    (record,) = read(write(json.dumps(document)), fields)
    assert isinstance(record, Record)
    assert record.fields == {"id": ("7",), "title": ("x",), "year": ("2024", "1.5"), "open": ("true",)}


def test_a_rest_api_record_has_solr_names(write: Write, fields: FieldMap) -> None:
    record = {
        "id": "1",
        "title": "x",
        "authors": {"primary": {"A, B": []}, "secondary": {"C, D": {"role": ["editor"]}}, "corporate": ["FAO"]},
        "subjects": [["Rome", "Maps"], {"heading": ["Land"]}, {"heading": "Water"}],
        "series": [{"name": "Papers", "number": "3"}, "Notes"],
        "urls": [{"url": "https://a.b/c", "desc": "d"}],
        "formats": ["Book"],
        "languages": ["English"],
        "publicationDates": ["2020"],
    }
    found = list(read(write(json.dumps({"resultCount": 1, "records": [record]})), fields))
    (problem_,) = [each for each in found if isinstance(each, Problem)]
    assert (problem_.kind, problem_.field, problem_.lost) == ("wrong-type", "topic", False)
    (read_record,) = [each for each in found if isinstance(each, Record)]
    assert read_record.fields == {
        "id": ("1",),
        "title": ("x",),
        "author": ("A, B",),
        "author2": ("C, D (ed.)",),
        "author_corporate": ("FAO",),
        "topic": ("Rome -- Maps", "Water"),
        "series": ("Papers, no. 3", "Notes"),
        "url": ("https://a.b/c",),
        "format": ("Book",),
        "language": ("English",),
        "publishDate": ("2020",),
    }


def test_authors_of_an_older_rest_api_are_a_list(write: Write, fields: FieldMap) -> None:
    (record,) = read(write(json.dumps({"records": [{"id": "1", "title": "x", "authors": ["A, B", "C, D"]}]})), fields)
    assert isinstance(record, Record)
    assert record.fields["author"] == ("A, B", "C, D")


@pytest.mark.parametrize("form", ["solr-response", "solr-array", "vufind-api"])
def test_json_that_holds_no_documents(problem_of: OnlyProblem, form: str) -> None:
    for content in ("3", '{"a": 1}'):
        assert problem_of(content, line=1, form=form).kind == "unknown-form"


def test_raw_data_of_a_rest_api_record_is_preferred(write: Write, fields: FieldMap) -> None:
    (record,) = read(write(json.dumps({"records": [{"id": "1", "rawData": DOC}]})), fields)
    assert isinstance(record, Record)
    assert record.fields == DOC_FIELDS


def packed(content: bytes) -> bytes:
    """The same bytes whenever it is called: they are names of tests, which all processes of a run must agree on."""
    return gzip.compress(content, mtime=0)


BROKEN = packed(b"".join(b'{"id": "%d", "title": "x"}\n' % number for number in range(20_000)))[:-2000]

CASES: list[tuple[str, bytes | str, int, str]] = [
    ("unreadable-line", f'{json.dumps(DOC)}\n{{"id": "r2", \n', 2, "not JSON"),
    ("unreadable-line", '[{"id": 1}, ', 1, "not JSON"),
    ("wrong-encoding", f"{json.dumps(DOC)}\n".encode() + b'{"id": "r2", "title": "a\xf1o"}\n', 2, "Byte 25"),
    ("wrong-encoding", LINES.encode("utf-16"), 1, "UTF-16"),
    ("wrong-encoding", PAGE.encode("latin-1"), 3, "not UTF-8"),
    ("not-an-object", f"{json.dumps(DOC)}\n3\n", 2, "not an object"),
    ("not-an-object", "[3]", 1, "not an object"),
    ("wrong-type", json.dumps({**DOC, "topic": ["land", {"a": 1}]}), 1, "an object where text"),
    ("wrong-type", json.dumps({**DOC, "topic": [["land"]]}), 1, "a list where text"),
    ("wrong-type", json.dumps({"id": {}, "title": "x"}), 1, "'id'"),
    ("too-large", json.dumps({**DOC, "description": "x" * 1_000_001}), 1, "'description'"),
    ("too-large", json.dumps({**DOC, "topic": ["x" * 1_000_001, "land"]}), 1, "'topic'"),
    ("too-large", json.dumps({"id": "r1", "title": "x" * 1_000_001}), 1, "'title'"),
    ("too-large", b'{"id": "' + b"x" * (64 * 1024 * 1024) + b'"}\n', 1, "64 MiB"),
    ("empty-file", "", 1, "no data"),
    ("empty-file", " \n\r\n", 1, "no data"),
    ("empty-file", "HTTP/1.1 400 Bad Request", 2, "400 Bad Request"),
    ("empty-file", packed(b""), 1, "no data"),
    ("unknown-form", "Some prose.\nNo data.", 1, "no form"),
    ("unknown-form", '<?xml version="1.0"?><records/>', 1, "no form"),
    ("unknown-form", '{"responseHeader": {"status": 0}, "terms": {}}', 1, "none of the documents"),
    ("truncated-gzip", packed(LINES.encode())[:-4], 3, "breaks off"),
    ("truncated-gzip", packed(json.dumps(RESPONSE).encode())[:-4], 1, "breaks off"),
    ("truncated-gzip", packed(LINES.encode())[:12], 1, "breaks off"),
    ("truncated-gzip", packed(LINES.encode()) + b"garbage", 3, "breaks off"),
]


@pytest.mark.parametrize(("kind", "content", "line", "words"), CASES)
def test_problems_name_their_place_and_the_remedy(
    problem_of: OnlyProblem, kind: str, content: bytes | str, line: int, words: str
) -> None:
    found = problem_of(content, line=line)
    assert found.kind == kind
    assert words in found.reason
    assert found.reason.endswith(REMEDIES[kind])


@pytest.mark.parametrize("content", [case[1] for case in CASES if case[0] in ("wrong-type", "too-large")])
def test_a_value_that_is_left_out_leaves_the_record_unless_it_is_needed(
    write: Write, fields: FieldMap, content: str | bytes
) -> None:
    found = list(read(write(content), fields))
    problems = [each for each in found if isinstance(each, Problem)]
    needed = problems[0].field in ("id", "title", None)
    assert [each.lost for each in problems] == [needed]
    assert len(found) - len(problems) == (0 if needed else 1)


def test_a_form_that_no_one_knows(write: Write, fields: FieldMap) -> None:
    path = write(LINES)
    (found,) = read(path, fields, form="marc")
    assert isinstance(found, Problem)
    assert (found.source, found.line, found.kind) == (str(path), 1, "unknown-form")
    assert all(form in found.reason for form in FORMS)


def test_what_came_before_the_damage_is_read(write: Write, fields: FieldMap) -> None:
    found = list(read(write(BROKEN), fields))
    assert isinstance(found[-1], Problem)
    assert found[-1].kind == "truncated-gzip"
    assert all(isinstance(each, Record) for each in found[:-1])
    assert 15_000 < len(found) < 20_000
    assert found[-1].line == len(found)


def test_a_broken_first_line_does_not_hide_the_others(write: Write, fields: FieldMap) -> None:
    first, second, third = read(write(f"oops\n{LINES}"), fields)
    assert isinstance(first, Problem)
    assert (first.kind, first.line) == ("unreadable-line", 1)
    assert isinstance(second, Record)
    assert isinstance(third, Record)


def test_a_source_that_cannot_be_opened_is_an_error_at_the_call(tmp_path: Path, fields: FieldMap) -> None:
    with pytest.raises(SourceNotFoundError) as missing:
        read(tmp_path / "none.jsonl", fields)
    assert missing.value.path == tmp_path / "none.jsonl"
    with pytest.raises(SourceNotFoundError, match="folder"):
        read(tmp_path, fields)
    with pytest.raises(SourceNotFoundError):
        read(Path("a\0b"), fields)


def test_a_source_that_goes_away_before_it_is_read(write: Write, fields: FieldMap) -> None:
    path = write(LINES)
    found = read(path, fields)
    path.unlink()
    with pytest.raises(SourceNotFoundError):
        next(found)


def test_every_kind_of_problem_has_a_remedy() -> None:
    assert all(remedy.endswith(".") for remedy in REMEDIES.values())
    with pytest.raises(KeyError):
        problem("source", 1, "no-such-kind", "What.", lost=True)


def test_long_lines_are_passed_over_with_their_number(write: Write) -> None:
    with open_source(write(b"ab\n" + b"x" * 100 + b"\n\ncd\r\n" + b"y" * 50)) as stream:
        lines = list(numbered_lines(stream, limit=10))
    assert [(line.number, line.data) for line in lines] == [(1, b"ab\n"), (2, None), (4, b"cd\r\n"), (5, None)]


FRAGMENTS = [
    *(b"{", b"[", b'"', b"\n", b"HTTP/1.1 200 OK\r\n", b"\r\n\r\n", b"id a\n", b"title b", b"\x1f\x8b\x08"),
    *(
        b'{"id": "a", "title": "b"}\n',
        b'{"response": {"docs": [',
        b"]}}",
        b'{"records": [{"id": 1, "urls": [{}]}',
        b"]}",
    ),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300) | st.lists(st.sampled_from(FRAGMENTS)).map(b"".join),
    form=st.sampled_from([None, *FORMS]),
    packed=st.sampled_from([None, 0, 3]),
)
def test_no_bytes_make_reading_raise(
    write: Write, fields: FieldMap, content: bytes, form: str | None, packed: int | None
) -> None:
    if packed is not None:
        content = gzip.compress(content, mtime=0)[: -packed or None]
    for found in read(write(content), fields, form=form):
        if isinstance(found, Record):
            to_report(found, fields)
        else:
            assert found.kind in REMEDIES


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_line_is_a_record_or_a_problem(write: Write, fields: FieldMap, data: st.DataObject) -> None:
    documents = solr_documents(fields).map(lambda document: json.dumps(document).encode())
    junk = st.binary(max_size=20).map(lambda noise: noise.replace(b"\n", b" "))
    lines = data.draw(st.lists(documents | junk, min_size=1, max_size=6))
    path = write(b"\n".join(lines))
    seen: dict[int, list[Record | Problem]] = {}
    for found in read(path, fields, form="solr-jsonl"):
        seen.setdefault(found.line, []).append(found)
    if not b"".join(lines).strip() or path.read_bytes().startswith((b"\x1f\x8b", b"HTTP/", b"\xff\xfe", b"\xfe\xff")):
        return  # not lines any more
    for number, line in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        outcomes = [each for each in seen.pop(number, []) if isinstance(each, Record) or each.lost]
        assert bool(outcomes) == bool(line.strip())
        assert sum(isinstance(each, Record) for each in outcomes) <= 1
    assert not seen


MEASURE = """
import sys
from pathlib import Path
from kg.importers import load_field_map, read
def peak():  # of this program only: ru_maxrss starts at that of the program that started it
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
fields = load_field_map()
before = peak()
kinds = [getattr(found, "kind", "record") for found in read(Path(sys.argv[1]), fields)]
print(*kinds, peak() - before)
"""


@pytest.fixture
def huge_lines(write: Write) -> Iterator[Path]:
    field = b'{"id": "r%d", "title": "x", "description": "' + b"x" * 50_000_000 + b'"}\n'
    path = write(gzip.compress(b"".join([field % 1, field % 2, b"y" * 200_000_000 + b"\n"]), compresslevel=1, mtime=0))
    yield path
    path.unlink()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a program's memory in /proc")
def test_huge_fields_and_lines_do_not_fill_the_memory(huge_lines: Path) -> None:
    root = Path(__file__).parents[3]
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(huge_lines)], cwd=root, capture_output=True, check=True, text=True
    )
    *kinds, mebibytes = run.stdout.split()
    assert kinds == ["too-large", "record", "too-large", "record", "too-large"]
    assert 50 < int(mebibytes) < 300


def test_a_file_to_be_parsed_whole_has_a_limit(write: Write, fields: FieldMap) -> None:
    path = write(b"[")
    with path.open("r+b") as file:
        file.truncate(WHOLE_LIMIT + 2)  # sparse: takes no room on the disk
    (found,) = read(path, fields)
    assert isinstance(found, Problem)
    assert (found.source, found.line, found.kind, found.lost) == (str(path), 1, "too-large", True)


@pytest.mark.parametrize(
    "first", ["[]", '["a"]', '{"response":"yes","id":"x","title":"X"}', '{"records":3,"id":"x","title":"X"}', "null"]
)
def test_a_strange_first_line_is_one_line_and_not_another_form(write: Write, fields: FieldMap, first: str) -> None:
    found = list(read(write(f"{first}\n{LINES}"), fields))
    assert [each.fields["id"][0] for each in found if isinstance(each, Record)][-2:] == ["r1", "r2"]
    assert len(found) == 3


def test_an_array_over_several_lines_is_an_array(write: Write, fields: FieldMap) -> None:
    text = f"[{json.dumps(DOC)},\n{json.dumps(OTHER)}]\n"
    assert [each for each, _ in records(write(text), fields)] == ["r1", "r2"]


def test_a_folder_and_a_pipe_are_no_sources(tmp_path: Path, fields: FieldMap) -> None:
    with pytest.raises(SourceNotFoundError):
        read(tmp_path, fields)
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceNotFoundError, match="pipe"):
        read(tmp_path / "pipe", fields)


def test_names_without_a_word_are_told_and_the_record_is_kept(fields: FieldMap) -> None:
    record = Record("s", 3, {"id": ("1",), "title": ("T",), "author": ("🌽", "Diop, A."), "topic": ("???", "maize")})
    report, problems = to_report(record, fields)
    assert report is not None
    assert [(each.kind, each.line, each.lost) for each in problems] == [("no-word", 3, False)] * 2


@pytest.mark.parametrize("date", ["9999-12-31", "0001-01-01"])
def test_a_day_out_of_range_gives_no_year(fields: FieldMap, date: str) -> None:
    report, problems = to_report(Record("s", 1, {"id": ("1",), "title": ("T",), "publishDate": (date,)}), fields)
    assert report is not None
    assert (report.year, report.issued) == (None, None)
    assert [each.kind for each in problems] == ["bad-year"]
