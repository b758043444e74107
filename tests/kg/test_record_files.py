from __future__ import annotations

import json
import random
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import RecordFileError
from kg.importers import load_field_map, read
from kg.model import Record
from kg.record_files import RecordFile, RecordWriter, StoredRecord
from tests.strategies import any_text

ORIGINS: Mapping[str, tuple[str, ...]] = {"title": ("title", "title_short"), "topics": ("topic",)}


def _record(number: int, **fields: tuple[str, ...]) -> Record:
    return Record("reports.jsonl", number, {"id": (f"r{number}",), "title": (f"Report {number}",), **fields})


def _write(path: Path, kept: Iterable[tuple[str, StoredRecord]]) -> Path:
    with RecordWriter(path) as writer:
        for report_id, stored in kept:
            writer.add(report_id, stored.record, stored.origins)
    return path


def _some(count: int) -> list[tuple[str, StoredRecord]]:
    return [(f"r{number}", StoredRecord(_record(number), ORIGINS)) for number in range(count)]


def _digest(path: Path, kept: Iterable[tuple[str, StoredRecord]]) -> str:
    path.unlink(missing_ok=True)
    return RecordFile.open(_write(path, kept)).digest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


ODD: dict[str, Mapping[str, tuple[str, ...]]] = {
    "no field": {},
    "NUL": {"a\0b": ("\0", "c\0d", "\0\0")},
    "beyond the basic plane": {"🌾": ("👩🏽‍🌾 𝔘 \U0010ffff",)},
    "nothing but space": {"": ("", " ", "\n\t\r")},
    "line breaks and quotes": {"description": ('one\n\n"two"\r\nthree\u2028\\',)},
    "not normalised": {"e\u0301": ("é", "e\u0301")},
    "very long": {"fulltext": ("Niño " * 200_000, "x" * 1_000_000)},
    "many fields": {f"field_{number}_str_mv": (str(number),) * (number % 7) for number in range(300)},
    "many values": {"topic": tuple(map(str, range(5000)))},
}


@pytest.mark.parametrize("name", ODD)
def test_odd_values_come_back_as_they_were_given(path: Path, name: str) -> None:
    stored = StoredRecord(Record("a\0b?.jsonl", 2**40, ODD[name]), {"title": tuple(ODD[name])})
    records = RecordFile.open(_write(path, [("odd", stored)]))
    assert records.get("odd") == stored


@given(
    st.dictionaries(
        any_text,
        st.builds(
            StoredRecord,
            st.builds(
                Record, any_text, st.integers(1, 2**62), st.dictionaries(any_text, st.lists(any_text).map(tuple))
            ),
            st.dictionaries(any_text, st.lists(any_text).map(tuple), max_size=3),
        ),
        max_size=4,
    )
)
def test_whatever_is_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, kept: dict[str, StoredRecord]) -> None:
    path = tmp_path_factory.mktemp("kept") / "records.sqlite"
    records = RecordFile.open(_write(path, kept.items()))
    assert len(records) == len(kept)
    for report_id, stored in kept.items():
        found = records.get(report_id)
        assert found == stored
        assert list(found.record.fields) == list(stored.record.fields)
    records.close()


def test_ids_are_told_apart_by_every_character(path: Path) -> None:
    ids = ["a", "A", "a ", "a\0", "á", "a\u0301", ""]
    kept = [(each, StoredRecord(_record(number), {})) for number, each in enumerate(ids)]
    records = RecordFile.open(_write(path, kept))
    for report_id, stored in kept:
        assert records.get(report_id) == stored
    assert [records.get(other) for other in ("b", "a\0\0", "%", "\ud800")] == [None] * 4


@pytest.mark.parametrize("name", ["a b", "a?mode=memory", "a#b", "100%25", "file:a", "ñ🌾", "a&b=c"])
def test_a_path_may_have_any_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    path = Path(name) / f"{name}.sqlite"
    records = RecordFile.open(_write(path, _some(3)))
    assert len(records) == 3
    assert [each.name for each in (tmp_path / name).iterdir()] == [path.name]


def test_one_file_is_left_and_reading_leaves_it_as_it_is(path: Path) -> None:
    _write(path, _some(500))
    before = path.read_bytes()
    path.chmod(0o444)
    path.parent.chmod(0o555)
    records = RecordFile.open(path)
    found, files = records.get("r499"), list(path.parent.iterdir())
    path.parent.chmod(0o755)
    assert found == StoredRecord(_record(499), ORIGINS)
    assert files == [path]
    assert path.read_bytes() == before


def test_no_record_at_all_is_a_file_too(path: Path) -> None:
    records = RecordFile.open(_write(path, []))
    assert (len(records), records.get("r1")) == (0, None)


def test_an_error_while_writing_leaves_nothing(path: Path) -> None:
    def broken_off() -> Iterator[tuple[str, StoredRecord]]:
        yield from _some(3)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        _write(path, broken_off())
    assert list(path.parent.iterdir()) == []


def test_a_file_that_is_there_is_not_written_over(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(FileExistsError):
        RecordWriter(path)
    assert path.read_text() == "precious"


@pytest.mark.parametrize(
    ("report_id", "record"),
    [("r1", _record(2)), ("r2", Record("x", 1, {"title": ("\ud800",)})), ("\udfff", _record(2))],
    ids=["id twice", "value of no Unicode", "id of no Unicode"],
)
def test_what_cannot_be_kept_is_an_error_and_no_file(path: Path, report_id: str, record: Record) -> None:
    with RecordWriter(path) as writer:
        writer.add("r1", _record(1), {})
        with pytest.raises(RecordFileError, match=r"records\.sqlite"):
            writer.add(report_id, record, {})
    assert len(RecordFile.open(path)) == 1


def test_many_threads_read_at_once(path: Path) -> None:
    kept = dict(_some(400))
    records = RecordFile.open(_write(path, kept.items()))

    def read_all(seed: int) -> bool:
        order = list(kept)
        random.Random(seed).shuffle(order)
        return all(records.get(report_id) == kept[report_id] for report_id in order)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read_all, range(16)))


def test_a_closed_file_says_so_and_can_be_closed_again(path: Path) -> None:
    records = RecordFile.open(_write(path, _some(1)))
    records.close()
    records.close()
    with pytest.raises(RecordFileError, match="closed"):
        records.get("r0")


def test_the_file_is_closed_when_nobody_holds_it(path: Path) -> None:
    records = RecordFile.open(_write(path, _some(1)))
    connection = records._connection
    del records
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def _as_another_database(path: Path) -> None:
    path.unlink()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE reports (id)")
    other.commit()
    other.close()


@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"nonsense" * 5000),
        lambda path: path.write_bytes(b"X" + path.read_bytes()[1:]),
        lambda path: path.write_bytes(path.read_bytes()[:20_000]),
        _as_another_database,
    ],
    ids=["gone", "empty", "nonsense", "head", "cut", "another database"],
)
def test_a_file_that_is_no_such_file_is_an_error_that_names_the_command(
    path: Path, damage: Callable[[Path], object]
) -> None:
    _write(path, _some(2000))
    damage(path)
    with pytest.raises(RecordFileError, match="reportgraph build"):
        RecordFile.open(path).digest()


def test_a_damaged_record_is_an_error_and_the_others_are_read(path: Path) -> None:
    stored = StoredRecord(_record(1, description=("grain " * 9 + "bank",)), {})
    _write(path, [*_some(1), ("odd", stored)])
    content = bytearray(path.read_bytes())
    content[content.index(b"oddreports.jsonl") + 40] ^= 0xFF
    path.write_bytes(content)
    records = RecordFile.open(path)
    with pytest.raises(RecordFileError, match=r"records\.sqlite"):
        records.get("odd")
    with pytest.raises(RecordFileError):
        records.digest()
    assert records.get("r0") == StoredRecord(_record(0), ORIGINS)


def test_the_digest_is_of_the_content(path: Path) -> None:
    kept = _some(30)
    digest = _digest(path, kept)
    assert _digest(path, kept[::-1]) == digest
    moved = [(each, StoredRecord(Record("other", 7, stored.record.fields), stored.origins)) for each, stored in kept]
    assert _digest(path, moved) == digest
    first = kept[0][1]
    turned = dict(reversed(list(first.record.fields.items())))
    for other in (
        ("r", first),
        ("r0", StoredRecord(_record(0, title=("Report 0 ",)), ORIGINS)),
        ("r0", StoredRecord(_record(0, topic=()), ORIGINS)),
        ("r0", StoredRecord(Record("reports.jsonl", 0, turned), ORIGINS)),
        ("r0", StoredRecord(first.record, {"title": ("title",)})),
    ):
        assert _digest(path, [other, *kept[1:]]) != digest
    assert _digest(path, kept[1:]) != digest


def test_the_digest_does_not_depend_on_the_bytes_of_the_file(path: Path) -> None:
    digest = _digest(path, _some(200))
    before = path.read_bytes()
    connection = sqlite3.connect(path)
    for report_id, content in connection.execute("SELECT id, content FROM records").fetchall():
        packed = zlib.compress(zlib.decompress(content), 0)
        connection.execute("UPDATE records SET content = ? WHERE id = ?", (packed, report_id))
    connection.commit()
    connection.execute("PRAGMA page_size = 4096")
    connection.execute("VACUUM")
    connection.close()
    assert path.read_bytes() != before
    assert RecordFile.open(path).digest() == digest


DOCUMENT = {
    "title": "Water",
    "id": "r1",
    "unknown field": "kept",
    "topic": ["wells", "wells", " rain "],
    "description": "<p>One</p>",
    "_version_": 1800000000000000061,
    "last_indexed": "2024-01-01T00:00:00Z",
}
FIELDS = [
    ("title", ("Water",)),
    ("id", ("r1",)),
    ("unknown field", ("kept",)),
    ("topic", ("wells", "wells", " rain ")),
    ("description", ("<p>One</p>",)),
    ("_version_", ("1800000000000000061",)),
    ("last_indexed", ("2024-01-01T00:00:00Z",)),
]
API_RECORD = {
    "urls": [{"url": "https://a.invalid/1", "desc": "d"}],
    "summary": ["One"],
    "authors": {"corporate": [], "secondary": {"C, D": []}, "primary": {"A, B": []}},
    "id": "r1",
    "thumbnail": "t.png",
    "subjects": [["Rome", "Maps"]],
    "title": "Water",
    "rawData": {},
    "series": [{"name": "Papers", "number": "3"}],
}
API_FIELDS = [
    ("url", ("https://a.invalid/1",)),
    ("description", ("One",)),
    ("author", ("A, B",)),
    ("author2", ("C, D",)),
    ("id", ("r1",)),
    ("thumbnail", ("t.png",)),
    ("topic", ("Rome -- Maps",)),
    ("title", ("Water",)),
    ("series", ("Papers, no. 3",)),
]
PAGE = "Water\n_version_ 18\ndescription One\n\ntwo\nid r1\ntitle Water\ntopic wells\nrain\nurl https://a.invalid/1\n"
PAGE_FIELDS = [
    ("_version_", ("18",)),
    ("description", ("One\n\ntwo",)),
    ("id", ("r1",)),
    ("title", ("Water",)),
    ("topic", ("wells", "rain")),
    ("url", ("https://a.invalid/1",)),
]


@pytest.mark.parametrize(
    ("form", "content", "fields"),
    [
        ("solr-jsonl", json.dumps(DOCUMENT), FIELDS),
        ("solr-array", json.dumps([DOCUMENT]), FIELDS),
        ("solr-response", json.dumps({"response": {"docs": [DOCUMENT]}}), FIELDS),
        ("vufind-api", json.dumps({"records": [DOCUMENT]}), FIELDS),
        ("vufind-api", json.dumps({"records": [{"id": "r1", "rawData": DOCUMENT}]}), FIELDS),
        ("vufind-api", json.dumps({"records": [API_RECORD]}), API_FIELDS),
        ("staff-view", PAGE, PAGE_FIELDS),
    ],
)
def test_every_form_gives_every_field_in_the_order_of_its_source(
    tmp_path: Path, path: Path, form: str, content: str, fields: list[tuple[str, tuple[str, ...]]]
) -> None:
    source = tmp_path / "source"
    source.write_text(content, encoding="utf-8")
    (record,) = read(source, load_field_map(), form=form)
    assert isinstance(record, Record)
    found = RecordFile.open(_write(path, [("r1", StoredRecord(record, {}))])).get("r1")
    assert found is not None
    assert list(found.record.fields.items()) == fields


def test_an_empty_field_of_the_api_does_not_hide_the_same_field_under_its_solr_name(tmp_path: Path) -> None:
    answer = {"records": [{"topic": ["wells"], "id": "r1", "title": "Water", "subjects": [], "authors": None}]}
    source = tmp_path / "source"
    source.write_text(json.dumps(answer), encoding="utf-8")
    (record,) = read(source, load_field_map())
    assert isinstance(record, Record)
    assert record.fields == {"topic": ("wells",), "id": ("r1",), "title": ("Water",)}
