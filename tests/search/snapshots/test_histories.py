"""Any history that ends in the same records ends in the same content."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from search.snapshots.pipeline import Task
from search.snapshots.snapshot import Snapshot
from tests.conftest import build_sources, carry_out, services_for
from ui.wiring import Services

WORDS = ("water", "maize", "credit", "soils", "goats", "rivers", "seeds", "markets")
LABELS = {
    "topic": ("Gender", "GENDER", "gender", "Rice", "Soil fertility"),
    "author": ("Zougmoré, R.", "ZOUGMORE, R.", "Ng, Ann", "Odhiambo, P."),
    "geographic": ("Mali", "mali", "Kenya", "Western Africa", "Mopti Region"),
    "series": ("Working Papers, no. 1", "WORKING PAPERS, no. 2", "Notes"),
    "format": ("Report", "Informe", "Odd type", "odd TYPE"),
    "language": ("en", "Inglés", "Klingonese"),
    "publisher": ("ICRISAT", "Icrisat"),
    "author_corporate": ("USAID", "Usaid", "FAO"),
}

Record = dict[str, object]


def a_record(number: int, chance: random.Random) -> Record:
    record: Record = {"id": f"r{number:02d}", "title": " ".join(chance.choices(WORDS, k=3)).capitalize()}
    if chance.random() < 0.6:
        record["description"] = " ".join(chance.choices(WORDS, k=12)).capitalize() + "."
    if chance.random() < 0.8:
        record["publishDate"] = [str(chance.randint(2018, 2024))]
    for name, labels in LABELS.items():
        values = chance.sample(labels, k=chance.randint(0, min(2, len(labels))))
        if values:
            record[name] = values
    return record


def write(path: Path, records: Mapping[str, Record]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records.values()), encoding="utf-8")
    return path


def one_change(services: Services, state: dict[str, Record], chance: random.Random, folder: Path, size: int) -> None:
    """Change the collection in one of the ways that there are, and ``state`` in the same way."""
    kind = chance.choice(("put", "put", "put", "delete", "replace", "build"))
    numbers = chance.sample(range(size), k=chance.randint(1, max(2, size // 8)))
    records = {str(record["id"]): record for record in (a_record(number, chance) for number in numbers)}
    source = write(folder / "some.jsonl", records)
    if kind == "put":
        state |= records
        carry_out(services, Task("update", (source,), name="main"))
    elif kind == "delete":
        gone = tuple(one for one in records if one in state)[: len(state) - 1]
        for one in gone:
            del state[one]
        carry_out(services, Task("delete", deleted=gone or ("unknown",)))
    elif kind == "replace":
        kept = {one: record for one, record in state.items() if chance.random() < 0.8} or dict(records)
        state.clear()
        state |= kept
        carry_out(services, Task("update", (write(folder / "all.jsonl", kept),), name="main", replace=True))
    else:
        carry_out(services, Task("build", (write(folder / "all.jsonl", state),), name="main", afresh=True))


def content(snapshot: Snapshot) -> Mapping[str, str]:
    return snapshot.manifest.digests


@pytest.mark.parametrize("seed", range(3))
def test_any_history_ends_in_the_content_of_one_build(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    services = services_for(tmp_path / "data")
    state = {str(record["id"]): record for record in (a_record(number, chance) for number in range(24))}
    carry_out(services, Task("build", (write(tmp_path / "first.jsonl", state),), name="main", afresh=True))
    for step in range(6):
        one_change(services, state, chance, tmp_path, size=30)
        snapshot = services.snapshot()
        other = services_for(tmp_path / f"anew-{step}")
        build_sources(other, write(tmp_path / "state.jsonl", state))
        assert content(snapshot) == content(other.snapshot()), f"step {step}"
        assert len(snapshot.records) == len(state)
        assert set(snapshot.gone).isdisjoint(state)
