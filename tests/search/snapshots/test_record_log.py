from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import RecordFileError
from kg.importers import load_field_map, read
from kg.model import Record
from search.snapshots.changes import Change, Delete, Origin, Put
from search.snapshots.record_log import Held, Outcome, RecordLog, RecordLogWriter, rewritten, segment_files
from tests.strategies import any_text

FIELDS_OF: Mapping[str, tuple[str, ...]] = {"title": ("title", "title_short"), "topics": ("topic",)}
ORIGIN = Origin("repository", "oai:r", "2026-01-02")


def _put(number: int, **fields: tuple[str, ...]) -> Put:
    named = {"id": (f"r{number}",), "title": (f"Report {number}",)}
    return Put(f"r{number}", Record("reports.jsonl", number, named | fields), ORIGIN, FIELDS_OF)


def _some(count: int) -> list[Put]:
    return [_put(number) for number in range(count)]


def _log(directory: Path, changes: Iterable[Change], parent: RecordLog | None = None) -> RecordLog:
    with RecordLogWriter(directory, parent) as writer:
        for change in changes:
            writer.apply(change)
    return RecordLog.open(directory)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records"


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
    put = Put("odd", Record("a\0b?.jsonl", 2**40, ODD[name]), Origin("\0", "é", None), {"title": tuple(ODD[name])})
    assert _log(path, [put]).get("odd") == put


@given(
    st.dictionaries(
        any_text,
        st.builds(
            Record,
            any_text,
            st.integers(1, 2**62),
            st.dictionaries(any_text, st.lists(any_text).map(tuple), max_size=3),
        ),
        max_size=4,
    )
)
def test_whatever_is_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, kept: dict[str, Record]) -> None:
    puts = [Put(report_id, record, ORIGIN, {}) for report_id, record in kept.items()]
    log = _log(tmp_path_factory.mktemp("kept") / "records", puts)
    assert len(log) == len(kept)
    for put in puts:
        found = log.get(put.id)
        assert found == put
        assert list(found.record.fields) == list(put.record.fields)
    assert sorted(log, key=lambda put: put.id) == sorted(puts, key=lambda put: put.id)
    log.close()


# Four ids, so that changes meet; enough versions that segments are merged.
_changes = st.lists(
    st.builds(Delete, st.sampled_from("abcd"))
    | st.builds(
        lambda report_id, title, source: Put(
            report_id, Record("f", 1, {"title": (title,)}), Origin(source, report_id), {"title": ("title",)}
        ),
        st.sampled_from("abcd"),
        st.sampled_from(["x", "y"]),
        st.sampled_from(["one", "other"]),
    ),
    max_size=5,
)


@given(versions=st.lists(_changes, max_size=6))
def test_the_newest_change_wins_by_whatever_road(
    versions: list[list[Change]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("history")
    expected: dict[str, Put] = {}
    log: RecordLog | None = None
    for number, changes in enumerate(versions):
        before = {path: path.read_bytes() for path in segment_files(log.directory)} if log else {}
        with RecordLogWriter(folder / str(number), log) as writer:
            for change in changes:
                was = expected.get(change.id)
                outcome = writer.apply(change)
                if isinstance(change, Put):
                    expected[change.id] = change
                    assert outcome is (
                        Outcome.ADDED if was is None else Outcome.UNCHANGED if was == change else Outcome.REPLACED
                    )
                else:
                    expected.pop(change.id, None)
                    assert outcome is (Outcome.UNCHANGED if was is None else Outcome.DELETED)
        assert {path: path.read_bytes() for path in before} == before
        log = RecordLog.open(folder / str(number))
        assert {put.id: put for put in log} == expected
        assert [log.get(each) for each in "abcd"] == [expected.get(each) for each in "abcd"]
        assert set(log.ids()) == set(expected)
        for source in ("one", "other"):
            assert log.ids_of(source) == {put.id for put in expected.values() if put.origin.source == source}
        anew = _log(folder / f"anew-{number}", expected.values())
        assert log.held == log.checked() == anew.held == Held(len(expected), anew.held.digest)
        assert sorted(log.digests()) == sorted(anew.digests())


def test_segments_are_linked_and_few(tmp_path: Path) -> None:
    log = _log(tmp_path / "0", _some(1000))
    for number in range(1, 30):
        log = _log(tmp_path / str(number), [_put(5000 + number)], log)
        assert len(segment_files(log.directory)) <= 6
    first = segment_files(tmp_path / "0")[0]
    assert segment_files(log.directory)[0].stat().st_ino == first.stat().st_ino
    assert len(log) == 1029


def test_nothing_of_what_was_deleted_stays_in_a_log_that_is_rewritten(tmp_path: Path) -> None:
    secret = replace(_put(7), record=Record("f", 1, {"title": ("Secret",)}))
    first = _log(tmp_path / "first", [*_some(3), secret])
    second = _log(tmp_path / "second", [Delete("r7")], first)
    rewritten(second, tmp_path / "third")
    third = RecordLog.open(tmp_path / "third")
    assert third.held == second.held
    assert third.row("r7") is None
    assert second.row("r7") is not None
    (segment,) = segment_files(tmp_path / "third")
    assert b"r7" not in segment.read_bytes()


def test_ids_are_told_apart_by_every_character(path: Path) -> None:
    puts = [replace(_put(number), id=each) for number, each in enumerate(["a", "A", "a ", "a\0", "á", "a\u0301", ""])]
    log = _log(path, puts)
    assert [log.get(put.id) for put in puts] == puts
    assert [log.get(other) for other in ("b", "a\0\0", "%", "\ud800")] == [None] * 4


@pytest.mark.parametrize("name", ["a b", "a?mode=memory", "a#b", "100%25", "file:a", "ñ🌾", "a&b=c"])
def test_a_path_may_have_any_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    log = _log(Path(name) / "1", _some(3))
    log = _log(Path(name) / "2", [_put(8)], log)
    assert len(log) == 4
    assert {each.suffix for each in (tmp_path / name / "2").iterdir()} == {".sqlite"}


def test_reading_leaves_the_log_as_it_is(path: Path) -> None:
    _log(path, _some(500)).close()
    (segment,) = segment_files(path)
    before = segment.read_bytes()
    segment.chmod(0o444)
    path.chmod(0o555)
    log = RecordLog.open(path)
    found, files = log.get("r499"), list(path.iterdir())
    path.chmod(0o755)
    assert (found, files) == (_put(499), [segment])
    assert segment.read_bytes() == before


@pytest.mark.parametrize(
    "put",
    [
        replace(_put(2), record=Record("x", 1, {"title": ("\ud800",)})),
        replace(_put(2), id="\udfff"),
    ],
    ids=["value of no Unicode", "id of no Unicode"],
)
def test_what_cannot_be_kept_is_an_error_and_the_rest_is_kept(path: Path, put: Put) -> None:
    with RecordLogWriter(path) as writer:
        writer.apply(_put(1))
        with pytest.raises(RecordFileError, match="records"):
            writer.apply(put)
    assert len(RecordLog.open(path)) == 1


def test_many_threads_read_at_once(path: Path) -> None:
    kept = {put.id: put for put in _some(400)}
    log = _log(path, kept.values())

    def read_all(seed: int) -> bool:
        order = list(kept)
        random.Random(seed).shuffle(order)
        return all(log.get(report_id) == kept[report_id] for report_id in order)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read_all, range(16)))


def test_a_closed_log_says_so_and_can_be_closed_again(path: Path) -> None:
    log = _log(path, _some(1))
    log.close()
    log.close()
    with pytest.raises(RecordFileError, match="closed"):
        log.get("r0")


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
def test_what_is_no_log_is_an_error_that_says_what_to_do(path: Path, damage: Callable[[Path], object]) -> None:
    _log(path, _some(2000)).close()
    damage(segment_files(path)[0])
    with pytest.raises(RecordFileError, match="reportgraph"):
        RecordLog.open(path).checked()


def test_a_damaged_record_is_an_error_and_the_others_are_read(path: Path) -> None:
    odd = replace(_put(1, description=("grain " * 9 + "bank",)), id="odd")
    _log(path, [_put(0), odd]).close()
    (segment,) = segment_files(path)
    content = bytearray(segment.read_bytes())
    content[content.index(b"oddrepository") + 60] ^= 0xFF
    segment.write_bytes(content)
    log = RecordLog.open(path)
    with pytest.raises(RecordFileError, match="records"):
        log.get("odd")
    with pytest.raises(RecordFileError):
        log.checked()
    assert log.get("r0") == _put(0)


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    def digest(puts: Iterable[Put], number: list[int] = [0]) -> str:  # noqa: B006 - a counter
        number[0] += 1
        return _log(tmp_path / str(number[0]), puts).held.digest

    puts = _some(30)
    expected = digest(puts)
    assert digest(puts[::-1]) == expected
    assert digest(replace(put, record=replace(put.record, source="x", line=7)) for put in puts) == expected
    assert digest(replace(put, origin=Origin("elsewhere", "1")) for put in puts) == expected
    first = puts[0]
    turned = dict(reversed(list(first.record.fields.items())))
    for other in (
        replace(first, id="r"),
        _put(0, title=("Report 0 ",)),
        _put(0, topic=()),
        replace(first, record=Record("reports.jsonl", 0, turned)),
        replace(first, fields_of={"title": ("title",)}),
    ):
        assert digest([other, *puts[1:]]) != expected
    assert digest(puts[1:]) != expected


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
    tmp_path: Path, form: str, content: str, fields: list[tuple[str, tuple[str, ...]]]
) -> None:
    source = tmp_path / "source"
    source.write_text(content, encoding="utf-8")
    (record,) = read(source, load_field_map(), form=form)
    assert isinstance(record, Record)
    found = _log(tmp_path / "log", [Put("r1", record, ORIGIN, {})]).get("r1")
    assert found is not None
    assert list(found.record.fields.items()) == fields


def test_an_empty_field_of_the_api_does_not_hide_the_same_field_under_its_solr_name(tmp_path: Path) -> None:
    answer = {"records": [{"topic": ["wells"], "id": "r1", "title": "Water", "subjects": [], "authors": None}]}
    source = tmp_path / "source"
    source.write_text(json.dumps(answer), encoding="utf-8")
    (record,) = read(source, load_field_map())
    assert isinstance(record, Record)
    assert record.fields == {"topic": ("wells",), "id": ("r1",), "title": ("Water",)}
