from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from kg.digest import LineDigest, SetDigest
from kg.entities import Entities
from kg.importers import load_field_map, to_report
from kg.mapping import nquad_chunks
from kg.model import Derivation, Report, Series
from kg.stores.oxigraph import OxigraphStore
from kg.vocab import Minter
from tests.strategies import records

MINTER = Minter("http://e/")
REPORTS = [
    Report(id=str(n), title=f"T{n}", series=(Series("S", str(n), derivation=Derivation("guess", 0.5)),))
    for n in range(5)
]
WHEN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
lines = st.sets(st.binary(max_size=4).map(lambda b: b.replace(b"\n", b"") + b"\n"), max_size=9)


def _digests(reports: list[Report], when: dt.datetime) -> tuple[str, str]:
    """What is told while a graph is mapped, and what the graph says of itself."""
    told = SetDigest()
    store = OxigraphStore.create(None, inferred_prefix=MINTER.inferred_prefix)
    store.load(nquad_chunks(reports, Entities(MINTER), generated=when, digest=told))
    return told.hex, store.digest(str(MINTER.provenance_graph))


@given(before=lines, after=lines)
def test_a_set_has_one_number_by_whatever_road(before: set[bytes], after: set[bytes]) -> None:
    digest = SetDigest.of(sorted(before))
    digest.add(after - before)
    digest.remove(before - after)
    assert digest.hex == SetDigest.of(sorted(after, reverse=True)).hex
    assert (digest.hex == SetDigest.of(before).hex) == (before == after)
    assert SetDigest(digest.hex).hex == digest.hex


@given(lines=lines, cut=st.integers(1, 7))
def test_lines_may_be_written_in_any_pieces(lines: set[bytes], cut: int) -> None:
    file = LineDigest(lambda line: line == b"\n")
    whole = b"".join(sorted(lines))
    for start in range(0, len(whole), cut):
        file.write(whole[start : start + cut])
    assert file.digest.hex == SetDigest.of(lines - {b"\n"}).hex


def test_neither_the_order_of_reports_nor_the_time_changes_the_digest() -> None:
    told, held = _digests(REPORTS, WHEN)
    assert told == held
    assert (told, held) == _digests(REPORTS[::-1], dt.datetime(2027, 1, 1, tzinfo=dt.UTC))


def test_a_changed_report_changes_the_digest() -> None:
    changed = [*REPORTS[:-1], Report(id="4", title="Another")]
    assert _digests(REPORTS, WHEN) != _digests(changed, WHEN)


@given(data=st.data())
def test_a_graph_holds_the_lines_that_were_mapped(data: st.DataObject) -> None:
    fields = load_field_map()
    report, _ = to_report(data.draw(records(fields)), fields)
    told, held = _digests([] if report is None else [report], WHEN)
    assert told == held
